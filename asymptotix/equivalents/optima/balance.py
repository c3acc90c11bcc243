r"""Where the error is stationary along the effective ridge: two positive terms that balance.

At fixed n and p both $\lambda=\kappa ac/p$ and the test error $n(B_2+wB_\Sigma+\sigma^2)/A$ are explicit functions of $\kappa$,
and in the letters of `derivatives.rates`

.. math:: \frac{d\,\mathrm{test}}{d\log\kappa}=\frac{2n}{A^2}(u-v),\qquad u=(1-w)\Big[r+\frac{qB_\Sigma}{c+e}\Big]A,\quad
    v=(B_2+wB_\Sigma+\sigma^2)\big[ew+q(1-w)^2\big]

(ridge regression: $u=r(n-\mathrm{df}_2)$, $v=(B_2+\sigma^2)q$). $v>0$. For $\kappa<0$, and for $p<n$ at negative ridge, $u\le0$:
there the error decreases with the ridge, and a negative optimum needs $n<\min(p,\mathrm{rank})$. At a minimum of ridge regression
$A\ge q$, so that none hides at the edge; and the sums are analytic in $|\mathrm{Im}\log\kappa|<\pi$, so that changes of sign
are seldom closer than a small step of a grid in $\log\kappa$.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.level_sums import LevelSums, level_sums, residual_and_slope
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.third_order import ThirdOrderSums, third_order_sums
from asymptotix.errors import ConvergenceError

__all__ = ["Balance", "LevelGrid", "balance_at", "refined"]

FloatArray = NDArray[np.float64]

# of log kappa, over which the sums vary by order 1. Measured: in 16,000 problems with gaps, ladders and clusters of levels, 5,700
# of them with several minima, a scan in steps of 0.02 found no lower error; two changes of sign in a step are a flat minimum
_STEP = 0.05
_TOLERANCE = 4.0 * float(np.finfo(np.float64).eps)
_MAX_EVALUATIONS = 100


@dataclass(frozen=True, eq=False)
class Balance:
    """Ridge / kappa (of the levels given), the error, and (u - v) / (u + v) in [-1, 1], the sign of its slope."""

    quotient: FloatArray
    error: FloatArray
    sign: FloatArray


@dataclass(frozen=True, eq=False)
class LevelGrid:
    """The sums on an even grid of log kappa, which serve every n and p."""

    x: FloatArray
    rank: float
    below_rank: FloatArray  # df1 - rank, for those n and p that are not below it
    second: LevelSums
    third: ThirdOrderSums

    @classmethod
    def of(cls, levels: SortedLevels, low: float, high: float) -> LevelGrid:
        """The grid from `low` to `high`."""
        x = np.linspace(low, high, max(3, int(np.ceil((high - low) / _STEP)) + 1))
        finite = levels.rank if np.isfinite(levels.rank) else 0.0
        below_rank = residual_and_slope(levels, x, np.full(x.shape, finite))[0]
        return cls(x, levels.rank, below_rank, level_sums(levels, x), third_order_sums(levels, x))

    def balance(self, n: float, p: float, noise: float) -> Balance:
        """The balance along the grid, for one n and p."""
        a, c = (self._gap(size) for size in (n, p))
        return _balance(self.second, self.third, a, c, n, p, noise)

    def _gap(self, size: float) -> FloatArray:
        return size - self.second.df1 if size < self.rank or np.isinf(size) else (size - self.rank) - self.below_rank


def balance_at(levels: SortedLevels, x: FloatArray, n: FloatArray, p: FloatArray, noise: float) -> Balance:
    """The balance at points of their own, n - df1 and p - df1 without loss of digits."""
    least = np.minimum(n, p)
    residual, _ = residual_and_slope(levels, x, least)
    a, c = (n - least) - residual, np.where(np.isinf(p), np.inf, np.where(np.isinf(p), 0.0, p - least) - residual)
    return _balance(level_sums(levels, x), third_order_sums(levels, x), a, c, n, p, noise)


def _balance(
    second: LevelSums,
    third: ThirdOrderSums,
    a: FloatArray,
    c: FloatArray,
    n: FloatArray | float,
    p: FloatArray | float,
    noise: float,
) -> Balance:
    e, q, endless = second.spread, third.spread_learned, np.isinf(p)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        w = np.where(endless, 0.0, e / (c + e))
        total = a + np.where(endless, e, c * w)
        missed = second.unlearned + w * second.mixed + noise
        u = (1.0 - w) * (third.mixed_unlearned + np.where(endless, 0.0, q * second.mixed / (c + e))) * total
        v = missed * (e * w + q * (1.0 - w) ** 2)
        sign = np.where(total > 0, (u - v) / (np.abs(u) + v), -1.0)
        quotient = np.where(endless, a, a * np.where(endless, 1.0, c / p))
        error = np.where(total > 0, n * missed / total, np.inf)
    return Balance(quotient, error, sign)


def refined(levels: SortedLevels, low: FloatArray, high: FloatArray, n: FloatArray, p: FloatArray, noise: float) -> FloatArray:
    """log kappa of the minimum in each bracket: inverse quadratic interpolation where it is safe, and bisection.

    Source:
        [Chandrupatla1997].
    """
    a, b = high.copy(), low.copy()
    fa, fb = (balance_at(levels, x, n, p, noise).sign for x in (a, b))
    t = np.full(a.shape, 0.5)
    for _ in range(_MAX_EVALUATIONS):
        x = a + t * (b - a)
        f = balance_at(levels, x, n, p, noise).sign
        same = (f < 0) == (fa < 0)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, f
        nearer = np.where(np.abs(fa) < np.abs(fb), a, b)
        with np.errstate(invalid="ignore", divide="ignore"):
            smallest = _TOLERANCE * (1.0 + np.abs(nearer)) / np.abs(b - a)
            if np.all((smallest > 0.5) | (fa == 0)):
                return np.where(fa == 0, a, nearer)
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            safe = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        settled = (smallest > 0.5) | (fa == 0)
        t = np.where(settled, 0.0, np.clip(np.where(safe, step, 0.5), smallest, 1.0 - smallest))
    raise ConvergenceError(f"the best ridge did not converge at n_samples = {n[0]:g}")
