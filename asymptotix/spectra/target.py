"""Target: the squared norm of the target's part in each level of a spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import all_nonnegative, frozen_array, real_number

__all__ = ["Target"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Target:
    r"""Energies $e_k = \|P_k f_*\|^2$, one per level, summed over the level, and the energy `tail` beyond all levels.

    For eigendirections $e_i = s_i\beta_i^2$, which stays finite for targets outside the RKHS.

    Raises:
        InvalidInputError: a NaN, infinite or negative energy or tail, or anything but real numbers.
    """

    energies: FloatArray
    tail: float = 0.0

    def __init__(self, energies: ArrayLike, tail: float = 0.0) -> None:
        """See the class."""
        values = frozen_array("energies", energies, "a one-dimensional array of real numbers")
        if values.ndim != 1 or values.size == 0:
            raise InvalidInputError("energies", f"array of shape {values.shape}", "a nonempty one-dimensional array")
        if not all_nonnegative(values):
            index = int(np.argmin((values >= 0) & (values < np.inf)))
            raise InvalidInputError(f"energies[{index}]", float(values[index]), "finite and >= 0 (a squared norm)")
        object.__setattr__(self, "energies", values)
        object.__setattr__(self, "tail", real_number("tail", tail, lambda v: 0 <= v < np.inf, "finite and >= 0"))

    @property
    def energy(self) -> float:
        """The squared norm of the target."""
        return float(np.sum(self.energies)) + self.tail

    def padded(self, n_levels: int) -> FloatArray:
        """Energies on exactly `n_levels` levels, zeros where the target has none; read-only if they are those of the target.

        Raises:
            InvalidInputError: a nonzero energy beyond the last level.
        """
        if self.energies.size == n_levels:
            return self.energies
        if np.any(self.energies[n_levels:] > 0):
            raise InvalidInputError(
                "energies",
                f"{self.energies.size} values",
                f"at most one per level of the spectrum ({n_levels})",
                "put the rest into tail=",
            )
        energies = np.zeros(n_levels)
        kept = min(n_levels, self.energies.size)
        energies[:kept] = self.energies[:kept]
        return energies

    def __repr__(self) -> str:
        """One line: levels, energy, tail."""
        return f"Target({self.energies.size} levels, energy {self.energy:.6g}, tail {self.tail:.3g})"


def as_target(target: Target | ArrayLike) -> Target:
    """A Target, or energies from which to make one."""
    return target if isinstance(target, Target) else Target(target)
