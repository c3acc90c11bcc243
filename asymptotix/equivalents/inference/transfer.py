r"""From the observed n to another number of samples: two problems with the same effective ridge share df2 and M.

n' samples at the ridge $\lambda'$ have the effective ridge of the n observed ones at the ridge $\lambda$ for which

.. math:: n'-n=(\lambda'-\lambda)\,\mathrm{Tr}(K+\lambda)^{-1},\qquad\text{and then}\qquad
    R(n',\lambda')=M\frac{n'}{n'-\mathrm{df}_2}=R(n,\lambda)\cdot\frac{n'}n\cdot\frac{a_1^2/a_2}{n'-n+a_1^2/a_2}.

R(n, lambda) is the leave-one-out error, which holds for data of any law. For Gaussian features it is generalized
cross-validation, $M=q_2/a_2$, to leading order; on images at a small ridge that was 35 % too low, and leave-one-out right
(measured on the digits).

No spectrum is fitted and the noise is not told from the target: the prediction is a function of the observed resolvent. It exists
if $\lambda\ge0$, which is $n'\le n+\lambda'\,\mathrm{Tr}\,K^{-1}$: beyond, the prediction would need eigenvalues that the data
do not show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.inference.observed_resolvent import ObservedResolvent, jackknife_error

__all__ = ["Transferred", "carried_over", "observed_ridge", "transferred"]

FloatArray = NDArray[np.float64]

_BISECTIONS = 90  # of a bracket of at most some 100 in log ridge: to the last bit
_BLOCK = 1 << 21  # entries of a temporary, one a data point and a point of the grid


@dataclass(frozen=True, eq=False)
class Transferred:
    """Predictions at points of a grid, each with the standard error of its logarithm; NaN where none exists."""

    observed_ridge: FloatArray
    effective_ridge: FloatArray
    df1: FloatArray
    df2: FloatArray
    test_error: FloatArray
    log_error: FloatArray  # standard error of log test_error


def observed_ridge(observed: ObservedResolvent, n_samples: FloatArray, ridge: FloatArray) -> FloatArray:
    """The ridge of the observed data with the same effective ridge, at points of shape (points,); NaN where there is none."""
    n, floor = observed.size, observed.smallest_ridge
    top = np.maximum(ridge, 0.0) + float(observed.eigenvalues[0]) + floor
    # (lambda' - lambda) a1(lambda) falls in lambda, from lambda' a1(0) to -n
    for _ in range(60):
        low_enough = (ridge - top) * observed.traces(top)[0] <= n_samples - n
        if np.all(low_enough):
            break
        top = np.where(low_enough, top, 16.0 * top)
    low, high = np.full(top.shape, np.log(floor)), np.log(top)
    at_floor = (ridge - floor) * observed.traces(np.full(ridge.shape, floor))[0]
    slack = 1e-6 * (n_samples + n)  # rounding: what was asked at the very end of the range is in it
    # below full rank every effective ridge was observed, that of 0 at the floor
    exists = (at_floor + slack >= n_samples - n) | (observed.rank < n)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        value = np.exp(middle)
        above = (ridge - value) * observed.traces(value)[0] > n_samples - n
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(exists, np.exp(0.5 * (low + high)), np.nan)


def carried_over(observed: ObservedResolvent, n_samples: FloatArray, own_ridge: FloatArray) -> FloatArray:
    """The test error of n' samples over that of the observed ones at the ridge `own_ridge` that corresponds."""
    a1, a2 = observed.traces(own_ridge)
    gap = a1**2 / a2
    return np.asarray(n_samples / observed.size * gap / (n_samples - observed.size + gap))


def transferred(observed: ObservedResolvent, n_samples: FloatArray, ridge: FloatArray) -> Transferred:
    """Predictions and standard errors at points of shape (points,)."""
    own = observed_ridge(observed, n_samples, ridge)
    out = np.full((5, own.size), np.nan)
    known = np.flatnonzero(np.isfinite(own))
    step = max(1, _BLOCK // observed.size)
    for start in range(0, known.size, step):
        at = known[start : start + step]
        out[:, at] = _at(observed, n_samples[at], ridge[at], own[at])
    return Transferred(own, *out)


def _at(observed: ObservedResolvent, n_samples: FloatArray, ridge: FloatArray, own: FloatArray) -> FloatArray:
    sums = observed.sums(own)
    extra = n_samples - sums.n
    gap = sums.a1**2 / sums.a2  # n - df2
    value = observed.leave_one_out(own) * carried_over(observed, n_samples, own)
    # the error is that of the same number with generalized cross-validation, whose jackknife is a formula
    # its d log / d lambda, for the ridge that has to follow when a point is left out
    gap_slope = 2.0 * gap * (sums.a3 / sums.a2 - sums.a2 / sums.a1)
    slope = 2.0 * (sums.a3 / sums.a2 - sums.q3 / sums.q2) - gap_slope / (extra + gap)
    follows = ((ridge - own) * sums.without_a1 - (extra + 1.0)) / (sums.a1 + (ridge - own) * sums.a2)
    without_gap = sums.without_a1**2 / sums.without_a2
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(sums.without_q2 / sums.without_a2 * n_samples / (extra + 1.0 + without_gap)) + slope * follows
    return np.stack([1.0 / sums.a1, sums.n - own * sums.a1, sums.n - gap, value, jackknife_error(logs)])
