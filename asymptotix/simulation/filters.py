r"""Spectral filters: what an estimator makes of an eigenvalue x of the kernel matrix.

The predictor has coefficients Z' g(K) y and leaves the residual r(K) y, with r(x) = 1 - x g(x):

    ridge     g = 1 / (x + ridge)                  r = ridge / (x + ridge)
    flow      g = (1 - exp(-x t)) / x              r = exp(-x t)
    descent   g = (1 - (1 - eta x)^k) / x          r = (1 - eta x)^k
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Descent", "Filter", "Flow", "Ridge"]

FloatArray = NDArray[np.float64]


class Filter(Protocol):
    """Filters of one family, one for each of m settings."""

    @property
    def smallest_ridge(self) -> float:
        """A ridge of the size of the least eigenvalue that the filters tell from 0."""

    def complaint(self, settings: NDArray[np.bool_]) -> str:
        """The worst of these settings, named, and why it is beyond double precision."""

    def gains(self, x: FloatArray) -> FloatArray:
        """g, (r,) -> (r, m)."""

    def misses(self, x: FloatArray) -> FloatArray:
        """r, (r,) -> (r, m)."""


@dataclass(frozen=True)
class Ridge:
    """Ridge regression; ridge 0 stands for the minimum-norm solution where x > 0."""

    ridges: FloatArray

    @property
    def smallest_ridge(self) -> float:
        """See `Filter.smallest_ridge`."""
        return float(self.ridges.min())

    def complaint(self, settings: NDArray[np.bool_]) -> str:
        """See `Filter.complaint`."""
        return f"ridge = {self.ridges[settings].min():g} is too small"

    def gains(self, x: FloatArray) -> FloatArray:
        """See `Filter.gains`; 0 where x and the ridge are 0."""
        shifted = x[:, None] + self.ridges
        return np.where(shifted > 0, 1.0 / np.where(shifted > 0, shifted, 1.0), 0.0)

    def misses(self, x: FloatArray) -> FloatArray:
        """See `Filter.misses`; 1 where x and the ridge are 0."""
        shifted = x[:, None] + self.ridges
        return np.where(shifted > 0, self.ridges / np.where(shifted > 0, shifted, 1.0), 1.0)


@dataclass(frozen=True)
class Flow:
    """Gradient flow on half the sum of squares, from zero; infinite times stand for the minimum-norm solution where x > 0."""

    times: FloatArray

    @property
    def smallest_ridge(self) -> float:
        """See `Filter.smallest_ridge`."""
        longest = float(self.times.max())
        return 1.0 / longest if longest > 0 else np.inf

    def complaint(self, settings: NDArray[np.bool_]) -> str:
        """See `Filter.complaint`."""
        return f"time = {self.times[settings].max():g} is too long"

    def gains(self, x: FloatArray) -> FloatArray:
        """See `Filter.gains`; the limit t at x = 0, 0 there for infinite t."""
        column, limits = x[:, None], np.where(np.isfinite(self.times), self.times, 0.0)
        with np.errstate(invalid="ignore"):  # 0 times infinity is not used
            return np.where(column > 0, -np.expm1(-column * self.times) / np.where(column > 0, column, 1.0), limits)

    def misses(self, x: FloatArray) -> FloatArray:
        """See `Filter.misses`."""
        with np.errstate(invalid="ignore"):
            return np.where(x[:, None] > 0, np.exp(-x[:, None] * self.times), 1.0)


@dataclass(frozen=True)
class Descent:
    """Gradient descent on half the sum of squares, from zero."""

    steps: FloatArray
    step_size: float

    @property
    def smallest_ridge(self) -> float:
        """See `Filter.smallest_ridge`."""
        longest = float(self.steps.max()) * self.step_size
        return 1.0 / longest if longest > 0 else np.inf

    def complaint(self, settings: NDArray[np.bool_]) -> str:
        """See `Filter.complaint`."""
        return f"steps = {self.steps[settings].max():g} are too many"

    def gains(self, x: FloatArray) -> FloatArray:
        """See `Filter.gains`."""
        column = x[:, None]
        return np.where(column > 0, (1.0 - self.misses(x)) / np.where(column > 0, column, 1.0), self.steps * self.step_size)

    def misses(self, x: FloatArray) -> FloatArray:
        """See `Filter.misses`."""
        return np.asarray((1.0 - self.step_size * x[:, None]) ** self.steps)
