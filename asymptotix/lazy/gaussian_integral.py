r"""$F(z)=\int_{-\infty}^zg$ or $\int_0^zg$ together with $g(z)=c\,e^{-rz^2}$: erf and the normal law, for training loops.

In NumPy the two are evaluated apart; in a compiled loop the nearest entry of a table serves both, three times faster.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from asymptotix.acceleration import use_compiled

__all__ = ["ERF", "NORMAL", "GaussianIntegral", "prepare"]

FloatArray = NDArray[np.float64]

_LOOPS = "asymptotix.lazy.compiled_gaussian"
_STEPS = 15.0  # what a point costs in NumPy beyond the compiled loop, in nanoseconds
_REACH = 9.0  # of the table; a network at its natural scale has few fields beyond
_RESOLUTION = 2048.0


def prepare(points: float) -> None:
    """Load the compiled loop if so many evaluations in all repay it; single calls are too short to tell."""
    if use_compiled(_STEPS * points, _LOOPS):
        import asymptotix.lazy.compiled_gaussian  # noqa: F401 what is loaded is used from then on


@dataclass(frozen=True)
class GaussianIntegral:
    """F, with g = `factor` exp(-`rate` z^2)."""

    whole: Callable[[FloatArray], FloatArray]
    factor: float
    rate: float

    def __call__(self, z: FloatArray, total: FloatArray, density: FloatArray) -> None:
        """Fill F(z) and g(z), contiguous rows as z, to a few units in the last place."""
        if not use_compiled(_STEPS * z.size, _LOOPS):
            total[:], density[:] = self._direct(z)
            return
        from asymptotix.lazy.compiled_gaussian import integrals

        if integrals(z, self._table, _RESOLUTION, self.rate, total, density):
            far = np.isnan(total)
            total[far], density[far] = self._direct(z[far])

    def _direct(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.asarray(self.whole(z)), np.exp(-self.rate * z * z) * self.factor

    @cached_property
    def _table(self) -> FloatArray:
        last = int(_REACH * _RESOLUTION)
        return np.ascontiguousarray(np.transpose(self._direct(np.arange(-last, last + 1) / _RESOLUTION)))


ERF = GaussianIntegral(special.erf, 2.0 / math.sqrt(math.pi), 1.0)
NORMAL = GaussianIntegral(special.ndtr, 1.0 / math.sqrt(2.0 * math.pi), 0.5)
