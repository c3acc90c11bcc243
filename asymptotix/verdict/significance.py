r"""Limits on z, the deviation that would have been noticed, and the number of trials that would suffice.

A table of K points at family-wise false-alarm rate $\alpha$ is judged point by point at $\alpha/K$, two-sided, with Student's
law on as many degrees of freedom as there are: $|z|\le t_{1-\alpha/2K}$. A true deviation of size b is noticed with probability
95 % if $b\ge\text{allowance}+(t_{1-\alpha/2K}+1.645)\,\text{standard error}$: 1.645 is the normal law's 95 % quantile.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array

__all__ = ["FALSE_ALARM", "POWER", "checked_trials", "noticed", "trials_needed", "z_limit"]

FloatArray = NDArray[np.float64]

FALSE_ALARM = 1e-3
POWER = 0.95
_MOST_TRIALS = 10**9


def z_limit(points: int, degrees_of_freedom: float | None) -> float:
    """Two-sided quantile of Student's law at FALSE_ALARM / points; of the normal law without degrees of freedom.

    >>> round(z_limit(500, None), 2), round(z_limit(500, 49), 2)
    (4.75, 5.39)
    """
    from scipy.special import ndtri, stdtrit

    level = 1.0 - FALSE_ALARM / (2 * max(points, 1))
    return float(ndtri(level) if degrees_of_freedom is None else stdtrit(max(degrees_of_freedom, 1.0), level))


def noticed(standard_errors: FloatArray, allowance: FloatArray, limit: float) -> FloatArray:
    """The size of a deviation that is noticed with probability POWER."""
    from scipy.special import ndtri

    return np.asarray(allowance + (limit + float(ndtri(POWER))) * standard_errors)


def trials_needed(spread: float, margin: float, points: int) -> int | None:
    """The least number of trials whose limit on z times spread / sqrt(trials) is at most `margin`; None where no number is.

    `spread` is the standard deviation of one trial. The limit itself falls with the degrees of freedom: hence a bisection.
    """
    if not np.isfinite(spread) or margin <= 0:
        return None

    def enough(trials: int) -> bool:
        return bool(z_limit(points, trials - 1.0) * spread <= margin * np.sqrt(trials))

    low, high = 1, 2
    while not enough(high):
        low, high = high, 2 * high
        if high > _MOST_TRIALS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def checked_trials(n_trials: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Numbers of trials, one for each point.

    Raises:
        InvalidInputError: negative, NaN, or of another shape.
    """
    trials = real_array("n_trials", n_trials)
    if trials.shape not in ((), shape) or not np.all(trials >= 0):
        raise InvalidInputError("n_trials", n_trials, f"a number >= 0, or an array of them of the grid's shape {shape}")
    return np.broadcast_to(trials, shape)
