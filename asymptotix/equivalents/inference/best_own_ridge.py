"""The ridge of least predicted test error at each number of samples, among those whose effective ridge was observed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.inference.observed_resolvent import ObservedResolvent
from asymptotix.equivalents.inference.transfer import carried_over, observed_ridge

__all__ = ["LARGEST", "best_by_gcv", "best_own_ridge"]

FloatArray = NDArray[np.float64]

LARGEST = 1e3  # times the largest eigenvalue of K: at larger ridges the estimator is zero to a part in a thousand
_POINTS = 240  # of log ridge, at most 0.2 apart
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_SHRINKAGES = 30


def best_own_ridge(observed: ObservedResolvent, n_samples: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """For n_samples of shape (points,): the ridge of the observed data, that of the n_samples, and whether it is at the edge.

    It is at the edge where the error still falls towards effective ridges that the data do not show: the best ridge may be
    smaller and the error lower.
    """
    own, edge = np.empty(n_samples.size), np.zeros(n_samples.size, dtype=np.bool_)
    least = observed_ridge(observed, np.minimum(n_samples, float(observed.size)), np.zeros(n_samples.size))
    scans: dict[float, tuple[FloatArray, FloatArray]] = {}  # one serves all larger n_samples
    for k, n in enumerate(n_samples):
        start = max(float(least[k]), observed.smallest_ridge) if np.isfinite(least[k]) else observed.smallest_ridge
        if start not in scans:
            grid = np.geomspace(start, LARGEST * float(observed.eigenvalues[0]), _POINTS)
            scans[start] = grid, observed.leave_one_out(grid)
        grid, left_out = scans[start]
        best = int(np.argmin(left_out * carried_over(observed, np.full(_POINTS, n), grid)))
        edge[k] = best == 0 and n > observed.size
        own[k] = grid[best] if best in (0, _POINTS - 1) else _golden(observed, n, grid[best - 1], grid[best + 1])
    ridge = own + (n_samples - observed.size) / observed.traces(own)[0]
    return own, np.maximum(ridge, 0.0), edge


def best_by_gcv(observed: ObservedResolvent) -> float:
    """The ridge of least generalized cross-validation, to a thousandth of a decade."""
    low, high = np.log(observed.smallest_ridge), np.log(LARGEST * float(observed.eigenvalues[0]))
    for _ in range(3):
        grid = np.exp(np.linspace(low, high, _POINTS))
        a1, _ = observed.traces(grid)
        q2 = (1.0 / (observed.eigenvalues + grid[:, None])) ** 2 @ observed.coefficients**2
        best = int(np.argmin(q2 / a1**2))
        low, high = np.log(grid[max(best - 1, 0)]), np.log(grid[min(best + 1, _POINTS - 1)])
    return float(grid[best])


def _golden(observed: ObservedResolvent, n: float, low: float, high: float) -> float:
    left, right = np.log(low), np.log(high)
    for _ in range(_SHRINKAGES):
        inner = np.array([right - _GOLDEN * (right - left), left + _GOLDEN * (right - left)])
        first, second = observed.leave_one_out(np.exp(inner)) * carried_over(observed, np.full(2, n), np.exp(inner))
        left, right = (left, inner[1]) if first <= second else (inner[0], right)
    return float(np.exp(0.5 * (left + right)))
