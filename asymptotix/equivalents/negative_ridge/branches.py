r"""The two sides of zero on which a negative ridge has its effective ridge, and the explicit ridge along them.

With fewer samples or features than rank $\kappa>0$; with more of both $-s_{min}<\kappa<0$. The variable is $x=\log|\kappa|$.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.level_sums import residual_and_slope
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.raw_levels import RawLevels
from asymptotix.equivalents.third_order import third_order_sums

__all__ = ["Branch", "NegativeBranch", "PositiveBranch", "ridge_map", "without_tail"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PositiveBranch:
    """kappa = exp(x) > 0."""

    levels: SortedLevels
    sign: ClassVar[float] = 1.0

    @property
    def size(self) -> int:
        """Number of terms in a sum."""
        return int(self.levels.logs.size)

    def gap_sums(self, x: FloatArray, goal: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """df1 - goal, sum m L (1 - L) and sum m L^2 (1 - L), L = s / (s + kappa)."""
        residual, spread = residual_and_slope(self.levels, x, goal)
        return residual, spread, third_order_sums(self.levels, x).spread_learned


@dataclass(frozen=True, eq=False)
class NegativeBranch:
    """kappa = -exp(x) above minus the smallest eigenvalue."""

    levels: RawLevels
    sign: ClassVar[float] = -1.0

    @property
    def size(self) -> int:
        """Number of terms in a sum."""
        return int(self.levels.values.size)

    def gap_sums(self, x: FloatArray, goal: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The same for a negative kappa."""
        return self.levels.gap_sums(x, goal)


Branch = PositiveBranch | NegativeBranch


def without_tail(levels: SortedLevels) -> SortedLevels:
    """The same levels without the flat remainder."""
    return replace(levels, tail=0.0, rank=float(levels.counts[-1]))


def ridge_map(
    branch: Branch, x: FloatArray, n: FloatArray, p: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Ridge / kappa, d ridge / d kappa, the derivative of that in x, and the size of the terms that were subtracted."""
    least, endless = np.minimum(n, p), np.isinf(p)
    residual, spread, learned = branch.gap_sums(x, least)
    a = (n - least) - residual
    with np.errstate(invalid="ignore"):
        c = np.where(endless, 0.0, (p - least) - residual)
    scale = np.where(endless, 1.0, p)
    quotient = np.where(endless, a, a * c / scale)
    beyond = a + c <= 0  # past the edge, where the slope of random features changes sign once more
    slope = np.where(endless, a + spread, np.where(beyond, -np.inf, (a * c + (a + c) * spread) / scale))
    bend = np.where(endless, 2.0 * learned, 2.0 * (spread * spread + learned * (a + c)) / scale)
    size = np.where(endless, 1.0, (np.abs(a) + np.abs(c)) / scale) * (2.0 * np.abs(spread) + np.abs(residual))
    return quotient, slope, bend, size
