r"""Newton's method for nu and both shares of random and tangent features at once, on many points together.

With $R=(s\Sigma+tQ+\nu)^{-1}$ the three equations

.. math::
    s\Big(1+\tfrac1p\big[\mathrm{Tr}\,\Sigma R+\tfrac{m_\Sigma}\nu\big]\Big)=1,\qquad
    t\Big(1+\tfrac1P\big[\mathrm{Tr}\,QR+\tfrac{m_Q}\nu\big]\Big)=1,\qquad
    n-\frac\lambda\nu=\mathrm{Tr}(s\Sigma+tQ)R+\frac{sm_\Sigma+tm_Q}\nu

need five sums over the levels: with $\mathrm{Tr}\,\Sigma R$, $\mathrm{Tr}\,QR$, $\mathrm{Tr}\,\Sigma^2R^2$,
$\mathrm{Tr}\,\Sigma QR^2$, $\mathrm{Tr}\,Q^2R^2$ every derivative is known, since $\nu R=1-(s\Sigma+tQ)R$. They are matrix
products. Convergence is not guaranteed from everywhere: points where the last step was not small are reported, for a slower
method that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.models.random_features_and_tangent import TwoSpectra

__all__ = ["POINTS", "JointRoots", "joint_roots"]

FloatArray = NDArray[np.float64]

_STEPS = 40
_SMALL = 3e-9  # a step after which the next one would be rounding
_LONGEST = 3.0  # of log nu in one step
POINTS = 2048  # at a time, whose matrices stay in the cache


@dataclass(frozen=True, eq=False)
class JointRoots:
    """Roots of all points; those with `found` false are wherever the last step led."""

    log_nu: FloatArray
    shares: tuple[FloatArray, FloatArray]
    found: NDArray[np.bool_]


def joint_roots(
    levels: TwoSpectra, start: FloatArray, n: FloatArray, lam: FloatArray, counts: tuple[FloatArray, FloatArray]
) -> JointRoots:
    """All points, from log nu = `start`; `counts` are p and P, maybe infinite. Best for about `POINTS` points a call."""
    points = _Points(n, lam, 1.0 / counts[0], 1.0 / counts[1])
    with np.errstate(all="ignore"):  # a point that leaves the doubles is not found, and said so
        log_nu, s, t, found = _iterate(_Sums(levels), points, start)
    return JointRoots(log_nu, (s, t), found)


@dataclass(frozen=True, eq=False)
class _Points:
    n: FloatArray
    lam: FloatArray
    over_p: FloatArray
    over_big_p: FloatArray

    def at(self, index: NDArray[np.int64]) -> _Points:
        return _Points(self.n[index], self.lam[index], self.over_p[index], self.over_big_p[index])


class _Sums:
    def __init__(self, levels: TwoSpectra) -> None:
        sigma, q, m = levels.features, levels.tangent, levels.multiplicities
        self.tails = levels.features_tail, levels.tangent_tail
        self.rows = np.stack([sigma, q, np.ones_like(m)])
        self.first = np.stack([m * sigma, m * q], axis=1)
        self.second = np.stack([m * sigma * sigma, m * sigma * q, m * q * q], axis=1)

    def at(self, s: FloatArray, t: FloatArray, nu: FloatArray) -> tuple[FloatArray, FloatArray]:
        r = np.stack([s, t, nu], axis=1) @ self.rows
        np.reciprocal(r, out=r)
        first = (r @ self.first).T
        np.square(r, out=r)
        return first, (r @ self.second).T


def _iterate(sums: _Sums, points: _Points, start: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    out = np.stack([start, np.ones_like(start), np.ones_like(start)])
    found = np.zeros(start.shape, dtype=np.bool_)
    left = np.arange(start.size)
    state, here = out.copy(), points
    for _ in range(_STEPS):
        step = _step(sums, here, *state)
        state[0] += np.clip(step[0], -_LONGEST, _LONGEST)
        # a share stays in (0, 1]; a step beyond 0 halves it instead
        state[1:] = np.where(step[1:] > -state[1:], np.minimum(state[1:] + step[1:], 1.0), 0.3 * state[1:])
        done = np.all(np.abs(step) <= _SMALL * np.maximum(np.abs(state), [[1.0], [0.0], [0.0]]), axis=0)
        out[:, left] = state
        found[left] = done
        if np.all(done):
            break
        if 2 * np.count_nonzero(done) > done.size:
            keep = np.flatnonzero(~done)
            left, state, here = left[keep], state[:, keep], here.at(keep)
    return out[0], out[1], out[2], found


def _step(sums: _Sums, points: _Points, log_nu: FloatArray, s: FloatArray, t: FloatArray) -> FloatArray:
    """The steps of log nu, s and t."""
    nu = np.exp(log_nu)
    (one, two), (b11, b12, b22) = sums.at(s, t, nu)
    lumped, lumped_q = sums.tails[0] / nu, sums.tails[1] / nu
    a, b = points.over_p, points.over_big_p
    g1, g2 = one - s * b11 - t * b12 + lumped, two - s * b12 - t * b22 + lumped_q  # derivatives of df1 in s and in t
    one, two = one + lumped, two + lumped_q
    j11, j12 = 1.0 + a * (one - s * b11), -a * s * b12
    j21, j22 = -b * t * b12, 1.0 + b * (two - t * b22)
    determinant = j11 * j22 - j12 * j21
    f1, f2 = 1.0 - s * (1.0 + a * one), 1.0 - t * (1.0 + b * two)
    h1, h2 = (j22 * f1 - j12 * f2) / determinant, (j11 * f2 - j21 * f1) / determinant
    e1, e2 = a * s * g1, b * t * g2
    k1, k2 = (j22 * e1 - j12 * e2) / determinant, (j11 * e2 - j21 * e1) / determinant
    over = points.lam / nu
    value = points.n - over - s * one - t * two - g1 * h1 - g2 * h2
    slope = over + g1 * (s - k1) + g2 * (t - k2)
    up = -value / slope
    return np.stack([up, h1 + k1 * up, h2 + k2 * up])
