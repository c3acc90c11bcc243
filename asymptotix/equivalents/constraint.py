r"""The right-hand side of (FP) in `fixed_point`, $G(\kappa)$, and what it makes of the solution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.levels import SAFE_LOG

__all__ = ["constraint", "gaps", "plain_constraint"]

FloatArray = NDArray[np.float64]


def constraint(n: FloatArray, p: FloatArray, lam: FloatArray, log_kappa: FloatArray) -> tuple[FloatArray, FloatArray]:
    """G and -dG/dlog(kappa) of (FP), whatever the size of its arguments."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        direct = lam / np.exp(log_kappa)  # beyond the range of doubles through logarithms
        far = np.exp(np.minimum(np.log(lam) - log_kappa, 700.0))
        ridge_term = np.where(lam == 0, 0.0, np.where(np.abs(log_kappa) < SAFE_LOG, np.minimum(direct, np.exp(700.0)), far))
        finite = np.isfinite(n) & np.isfinite(p)
        delta = np.where(finite, np.abs(n - p), 1.0)
        half = np.sqrt(np.where(finite, p, 1.0)) * np.sqrt(ridge_term)  # of q, since neither q nor delta^2 may overflow
        root = np.hypot(delta, 2.0 * half)
        gap = np.where(half > 0, half * (half / (delta / 2 + root / 2)), 0.0)
        slope = np.where(half > 0, half * (half / root), 0.0)
    # infinite n at finite ridge: the ridge is invisible; infinite p: ridge regression
    gap = np.where(finite, gap, np.where(np.isinf(p), ridge_term, 0.0))
    slope = np.where(finite, slope, np.where(np.isinf(p), ridge_term, 0.0))
    return gap, slope


def plain_constraint(delta: FloatArray, scaled: FloatArray, over: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """G, H = -dG/dlog(kappa) and dH/dlog(kappa) where nothing leaves the doubles.

    `scaled` is p ridge and `delta` is |n - p|; for infinite p they are ridge and infinity. `over` is 1 / kappa.
    """
    q = scaled * over
    endless = delta == np.inf
    if np.all(endless):
        return q, q, -q
    apart = np.where(endless, 0.0, delta)
    root = np.sqrt(apart * apart + 4.0 * q)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(endless, q, np.where(q == 0, 0.0, q / root))
        gap = np.where(endless, q, np.where(q == 0, 0.0, 2.0 * q / (apart + root)))
        bend = np.where(endless | (q == 0), -slope, -slope * (1.0 - 2.0 * slope / root))
    return gap, slope, bend


def gaps(n: FloatArray, p: FloatArray, gap: FloatArray, log_kappa: FloatArray, rank: float) -> tuple[FloatArray, FloatArray]:
    """n - df1 and p - df1 without subtraction, from G; at kappa = 0 df1 is the rank."""
    with np.errstate(invalid="ignore"):  # where one of them is infinite
        samples, features = gap + np.fmax(n - p, 0.0), gap + np.fmax(p - n, 0.0)
    zero = log_kappa == -np.inf
    if not np.any(zero):
        return samples, features
    return np.where(zero, n - rank, samples), np.where(zero, p - rank, features)
