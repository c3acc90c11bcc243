r"""Sums over the levels at a negative effective ridge $\kappa=-k$, $0<k<s_{min}$: ridge below zero with more samples than rank.

With $t=k/(s-k)>0$: $L=s/(s+\kappa)=1+t$ and $\kappa/(s+\kappa)=-t$, so that no sum loses digits to subtraction. A table in place
of the eigenvalues, which is exact for $\kappa\ge0$ only, has no place here: the eigenvalues themselves are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.level_sums import LevelSums
from asymptotix.equivalents.third_order import ThirdOrderSums
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["RawLevels"]

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 16  # entries of a temporary: half a megabyte


@dataclass(frozen=True, eq=False)
class RawLevels:
    """The nonzero eigenvalues as they were given."""

    values: FloatArray
    multiplicities: FloatArray
    energies: FloatArray
    hidden: float

    @classmethod
    def of(cls, spectrum: Spectrum, target: Target | None = None) -> RawLevels:
        """Zero eigenvalues dropped, the energies on them hidden.

        Raises:
            InvalidInputError: multiplicities that are not whole numbers: such levels stand for eigenvalues that are not listed,
                and where the smallest of those lies decides everything here; or eigenvalues below the doubles.
        """
        use = "for ridge < 0 with more samples than rank"
        if np.any(spectrum.multiplicities % 1.0 != 0):
            fix = "pass Spectrum(eigenvalues)"
            raise InvalidInputError("spectrum", spectrum, f"a list of eigenvalues of whole multiplicity {use}", fix)
        if np.any((spectrum.eigenvalues == 0) & (spectrum.log_eigenvalues > -np.inf)):
            raise InvalidInputError("spectrum", spectrum, f"a list of eigenvalues of at least 5e-324 {use}", "rescale it")
        energies = np.zeros(len(spectrum)) if target is None else target.padded(len(spectrum))
        seen = spectrum.eigenvalues > 0
        hidden = float(np.sum(energies[~seen])) + (0.0 if target is None else target.tail)
        return cls(spectrum.eigenvalues[seen], spectrum.multiplicities[seen], energies[seen], hidden)

    @property
    def rank(self) -> float:
        """Number of nonzero eigenvalues."""
        return float(np.sum(self.multiplicities))

    def gap_sums(self, x: FloatArray, goal: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """df1 - goal, sum m L (1 - L) and sum m L^2 (1 - L) at kappa = -exp(x)."""
        excess, spread, learned = (np.empty_like(x) for _ in range(3))
        for block, t, _ in self._ratios(x):
            excess[block] = t @ self.multiplicities
            spread[block] = -((t * (1.0 + t)) @ self.multiplicities)
            learned[block] = -((t * (1.0 + t) ** 2) @ self.multiplicities)
        return (self.rank - goal) + excess, spread, learned

    def sums(self, x: FloatArray) -> tuple[LevelSums, ThirdOrderSums]:
        """The sums of the risks and of their derivatives at kappa = -exp(x)."""
        counted, weighted, unlearned = np.empty((6, x.size)), np.empty((3, x.size)), np.empty(x.size)
        for block, t, inverse in self._ratios(x):
            learned = 1.0 + t
            with np.errstate(over="ignore"):
                per_kappa = learned * inverse
                terms = (learned, learned * learned, per_kappa, learned * per_kappa, learned * t * t, per_kappa * inverse)
                for row, values in enumerate(terms):
                    counted[row, block] = values @ self.multiplicities
                for row, values in enumerate((terms[2], terms[4], terms[5])):
                    weighted[row, block] = self._on_target(values)
                unlearned[block] = self._on_target(t * t)
        df1, df2, spread, learned_twice, *unlearned_twice = counted
        kappa, (mixed, mixed_twice, mixed_per_kappa2) = -np.exp(x), weighted
        second = LevelSums(df1, df2, kappa * spread, spread, unlearned + self.hidden, kappa * mixed, mixed)
        third = (kappa * learned_twice, unlearned_twice[0], mixed_twice, learned_twice, unlearned_twice[1], mixed_per_kappa2)
        return second, ThirdOrderSums(*third)

    def _on_target(self, terms: FloatArray) -> FloatArray:
        """Sums over the levels with energy: a term that overflows elsewhere is none of them."""
        seen = self.energies != 0
        return np.asarray(terms[:, seen] @ self.energies[seen])

    def _ratios(self, x: FloatArray) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
        """t = k / (s - k) and 1 / (s - k) = 1 / (s + kappa), shape (points, levels), a block of points at a time."""
        size = max(1, _BLOCK // max(self.values.size, 1))
        for start in range(0, x.size, size):
            block = slice(start, min(start + size, x.size))
            k = np.exp(x[block])[:, None]
            rest = self.values - k
            with np.errstate(over="ignore"):
                yield block, k / rest, 1.0 / rest
