"""Exponents fitted to measured means: a linear fit of logarithms with the standard errors that the trials imply."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["log_slopes"]

FloatArray = NDArray[np.float64]


def log_slopes(
    arguments: Mapping[str, FloatArray], values: FloatArray, standard_error: FloatArray
) -> dict[str, tuple[float, float]]:
    """Least squares of log values on the logs of the arguments that vary: name -> (exponent, its standard error).

    Unweighted, since a curve that is no power law would be fitted where its error bars are short; the standard errors
    are those of the values, carried through the fit. They say nothing on how well a power law fits.

    >>> n = np.array([1.0, 2.0, 4.0])
    >>> exponent, error = log_slopes({"n": n}, n**2, 0.0 * n)["n"]
    >>> round(exponent, 12), error
    (2.0, 0.0)
    """
    varying = {name: np.log(x.ravel()) for name, x in arguments.items() if np.unique(x).size > 1}
    design = np.column_stack([np.ones(values.size), *varying.values()])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return {}  # arguments that vary together have no exponents of their own
    solution = np.linalg.pinv(design)
    exponents = solution @ np.log(values.ravel())
    errors = np.sqrt(solution**2 @ (standard_error / values).ravel() ** 2)
    return {name: (float(exponents[k]), float(errors[k])) for k, name in enumerate(varying, start=1)}
