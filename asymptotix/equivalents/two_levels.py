r"""Ridge regression on two levels whose eigenvalue and sizes differ from point to point: the latent space model on a grid.

The equation $\frac\lambda\kappa+\sum_im_i\frac{s_i}{s_i+\kappa}=n$ is split at the n-th eigenvalue into positive sums,

.. math:: P=\sum_{i\le n}\frac\kappa{s_i+\kappa}+(n-p)_+,\qquad N=\sum_{i>n}\frac{s_i}{s_i+\kappa}+\frac\lambda\kappa,

and $\log P=\log N$, increasing in $\log\kappa$, is solved by Newton steps within a shrinking bracket, for all points at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.equivalent_risk import risk_values
from asymptotix.equivalents.fixed_point import EffectiveRidge
from asymptotix.equivalents.level_sums import LevelSums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import ConvergenceError
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["TwoLevels"]

FloatArray = NDArray[np.float64]

_STEPS = 100
_STEP_RTOL = 4e-16  # of the last step in log kappa, times its size or 1: what Newton's method settles at


@dataclass(frozen=True, eq=False)
class TwoLevels:
    """Eigenvalues `top` > 1 and 1, `first` and `second` times; energy on the first level, hidden energy; one entry a point."""

    top: FloatArray
    first: FloatArray
    second: FloatArray
    energy: FloatArray
    hidden: FloatArray

    def risk(self, n: FloatArray, ridge: FloatArray, noise_variance: float) -> dict[str, FloatArray]:
        """The fields of `equivalent_risk.risk_values` at finite n and ridge > 0.

        Raises:
            ConvergenceError: the root was not found.
        """
        x = self._log_kappa(n, ridge)
        kappa = np.exp(x)
        learned, left = self._shares(x)
        spread = self.first * learned[0] * left[0] + self.second * learned[1] * left[1]
        df2 = self.first * learned[0] ** 2 + self.second * learned[1] ** 2
        mixed = self.energy * learned[0] * left[0]
        unlearned = self.energy * left[0] ** 2 + self.hidden
        sums = LevelSums(df2 + spread, df2, spread, spread / kappa, unlearned, mixed, mixed / kappa)
        zero, endless = np.zeros_like(x), np.full_like(x, np.inf)
        root = EffectiveRidge(kappa, x, kappa, kappa, zero, zero.astype(np.int64), ridge / kappa, endless, kappa)
        unread = SortedLevels.of(Spectrum([1.0]))  # the formulas read the sums that they are given
        return risk_values(unread, noise_variance, root, n, endless, sums)

    def _shares(self, x: FloatArray) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
        kappa = np.exp(x)
        inverse = (1.0 / (self.top + kappa), 1.0 / (1.0 + kappa))
        return (self.top * inverse[0], inverse[1]), (kappa * inverse[0], kappa * inverse[1])

    def _log_kappa(self, n: FloatArray, ridge: FloatArray) -> FloatArray:
        rank = self.first + self.second
        before = (np.minimum(n, self.first), np.clip(n - self.first, 0.0, self.second))
        after = (self.first - before[0], self.second - before[1])
        extra = np.maximum(n - rank, 0.0)
        low, high = np.log(ridge / n), np.log((ridge + self.first * self.top + self.second) / n)
        x = 0.5 * (low + high)
        for _ in range(_STEPS):
            (a, b), (u, v) = self._shares(x)
            endless = ridge * np.exp(-x)
            positive, negative = before[0] * u + before[1] * v + extra, after[0] * a + after[1] * b + endless
            gap = np.log(positive) - np.log(negative)
            slope = (before[0] * a * u + before[1] * b * v) / positive
            slope = slope + (after[0] * a * u + after[1] * b * v + endless) / negative
            low, high = np.where(gap < 0, x, low), np.where(gap < 0, high, x)
            there = x - gap / slope
            there = np.where((there > low) & (there < high), there, 0.5 * (low + high))
            change, x = np.abs(there - x), there
            if np.all(change <= _STEP_RTOL * np.maximum(1.0, np.abs(x))):
                return x
        if np.any(change > 1e-13 * np.maximum(1.0, np.abs(x))):
            raise ConvergenceError("the effective ridge of two levels was not found to 1e-13")
        return x
