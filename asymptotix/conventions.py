r"""The package's convention, and how to convert to it. Printed on every plot and export.

Objective |y - f|^2 + ridge |theta|^2 (sum of squares, no 1/n, no 1/2); noise is a variance; excess risk = bias + variance
excludes it, test error = excess risk + noise variance includes it; training error |y - f|^2 / n; kernel matrices are not divided
by n; a target energy is a squared L^2 norm, summed over its level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["CONVENTION", "RIDGE_FACTORS", "convert_ridge"]

CONVENTION = (
    "objective: sum of squared errors + ridge * squared norm; noise is a variance; test error includes the noise, excess risk "
    "does not"
)

# objective -> ridge of the package as a multiple of the ridge of that objective: factor * n^power
RIDGE_FACTORS: dict[str, tuple[float, int]] = {
    "sum": (1.0, 0),  # |y - f|^2 + lam |b|^2                  (scikit-learn Ridge, KernelRidge)
    "mean": (1.0, 1),  # |y - f|^2 / n + lam |b|^2
    "half sum": (1.0, 0),  # |y - f|^2 / 2 + lam |b|^2 / 2
    "half mean": (1.0, 1),  # |y - f|^2 / (2n) + lam |b|^2 / 2
    "mean, half penalty": (0.5, 1),  # |y - f|^2 / n + lam |b|^2 / 2
}


def convert_ridge(ridge: ArrayLike, *, objective: str, n_samples: ArrayLike) -> NDArray[np.float64]:
    """The package's ridge for a ridge stated with another objective.

    Args:
        ridge: the penalty in the objective named, any shape.
        objective: a key of `RIDGE_FACTORS`: "sum", "mean", "half sum", "half mean", "mean, half penalty".
        n_samples: number of samples, broadcast against `ridge`.

    Raises:
        InvalidInputError: unknown objective, n_samples not positive, or arguments that are not numbers.

    >>> float(convert_ridge(0.01, objective="mean", n_samples=100))
    1.0
    """
    if objective not in RIDGE_FACTORS:
        raise InvalidInputError("objective", objective, f"one of {', '.join(RIDGE_FACTORS)}")
    factor, power = RIDGE_FACTORS[objective]
    penalties, counts = _numbers("ridge", ridge), _numbers("n_samples", n_samples)
    if not np.all(counts > 0):
        raise InvalidInputError("n_samples", float(np.min(counts)), "> 0")
    return np.asarray(factor * penalties * counts**power)


def _numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError(name, values, "a real number or an array of them") from None
