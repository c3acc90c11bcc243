r"""Bounds on log kappa that hold before the first evaluation, and a first guess between them.

With $m=\min(n,p)$, $\Delta=|n-p|$, T the trace, r the rank and $s_{\min}$ the smallest nonzero eigenvalue, the root of
$m=\mathrm{df}_1+G$ obeys

.. math:: \max\Big(\frac\lambda n,\ s_{\min}\big(\tfrac rm-1\big),\ \frac{\mathrm{tail}}m\Big)\le\kappa\le\frac{T+\lambda}n\quad
    (p=\infty),\qquad \kappa\le\max\Big(\frac{2T}m,\ \min\big(\tfrac{4p\lambda}{m^2},\tfrac{2p\lambda}{\Delta m}\big)\Big)\quad
    (p<\infty):

$G\le\min(\sqrt q,q/\Delta)$, $q=p\lambda/\kappa$, and one of $\mathrm{df}_1\le T/\kappa$ and G is at least m/2. For n infinite
the ridge terms are absent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.levels import SortedLevels

__all__ = ["first_bounds", "first_guess"]

FloatArray = NDArray[np.float64]

_MARGIN = 1.0  # of log kappa: above rounding, and above the log 2 between a level and the nodes of its compressed octave


def first_bounds(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower and upper bounds of log kappa, finite wherever the root is positive."""
    goal = np.minimum(n, p)
    log_trace = _log_sums_beyond(levels)[0]
    smallest = levels.logs[-1] if levels.logs.size else -np.inf
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ridge, log_n, log_p, log_goal = np.where(np.isinf(n), -np.inf, np.log(lam)), np.log(n), np.log(p), np.log(goal)
        excess = np.maximum(levels.counts[-1] / goal - 1.0, 0.0)
        low = np.fmax(log_ridge - log_n, smallest + np.log(excess))
        low = np.fmax(low, np.log(levels.tail) - log_goal)
        log_gap = np.log(np.abs(n - p))
        features = np.log(2.0) + log_p + log_ridge - log_goal + np.fmin(np.log(2.0) - log_goal, -log_gap)
        high = np.where(
            np.isinf(p), np.logaddexp(log_trace, log_ridge) - log_goal, np.fmax(np.log(2.0) + log_trace - log_goal, features)
        )
    return low - _MARGIN, high + _MARGIN


def first_guess(levels: SortedLevels, n: FloatArray, lam: FloatArray, goal: FloatArray) -> FloatArray:
    """log of kappa <= (ridge + sum of the eigenvalues beyond the k largest) / (m - k), at k of about m / 2."""
    k = levels.bounds[np.minimum(np.searchsorted(levels.counts, goal / 2, side="left"), levels.bounds.size - 1)]
    with np.errstate(divide="ignore"):
        log_ridge = np.where(np.isinf(n), -np.inf, np.log(lam))
    return np.asarray(np.logaddexp(_log_sums_beyond(levels)[k], log_ridge) - np.log(goal / 2))


def _log_sums_beyond(levels: SortedLevels) -> FloatArray:
    """log of the tail and of all levels from index k on, for k = 0, ..., number of levels."""
    with np.errstate(divide="ignore", invalid="ignore"):
        # a node of a compressed octave may have a negative weight: left out, which makes the sum an upper bound
        log_mass = np.where(levels.multiplicities > 0, np.log(levels.multiplicities), -np.inf) + levels.logs
        return np.asarray(np.logaddexp.accumulate(np.append(log_mass, np.log(levels.tail))[::-1])[::-1])
