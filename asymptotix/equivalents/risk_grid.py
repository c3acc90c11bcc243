"""The risks of ridge and of random-feature regression on a grid: levels, roots, sums and formulas in turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.compiled_grid import FIELDS, compiled_fields
from asymptotix.equivalents.equivalent_risk import risk_values
from asymptotix.equivalents.fixed_point import checked_grid, solve_with_sums, warn_of_truncation
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.signed_sums import signed_level_sums
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression

__all__ = ["risk_on_grid"]

FloatArray = NDArray[np.float64]


def risk_on_grid(
    model: RidgeRegression | KernelRidge | RandomFeatures,
    levels: SortedLevels,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike,
    n_features: ArrayLike | None = None,
) -> dict[str, FloatArray]:
    """The fields of `equivalent_risk.risk_values`; `levels` are those of the model's spectrum and target.

    Raises:
        InvalidInputError: an argument out of range, or shapes that do not broadcast.
        HypothesisError: a point where the risk is infinite.
    """
    n, lam, p = checked_grid(n_samples, ridge, n_features, negative=True)
    negative = bool(np.any(np.less(ridge, 0)))  # of the argument, which may be much shorter than its grid
    values = None if negative else compiled_fields(levels, n, p, lam, model.noise_variance)
    if values is not None:
        warn_of_truncation(model.spectrum, levels, n, p, lam, values[FIELDS.index("log_effective_ridge")])
        return dict(zip(FIELDS, values, strict=True))
    fixed_point, sums = solve_with_sums(levels, model.spectrum, n, lam, p)
    if negative:
        sums = signed_level_sums(levels, model.spectrum, model.target, fixed_point)
    return risk_values(levels, model.noise_variance, fixed_point, n, p, sums)
