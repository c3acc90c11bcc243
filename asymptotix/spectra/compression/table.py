"""OctaveTable: the additive state of a compression. Tables of chunks, threads and hosts add up to the table of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.octave import NODES, chebyshev_values, octave_positions

__all__ = ["OctaveTable", "add_exactly"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_OCTAVES = 2098  # [2^-1074, 2^1024)
_OFFSET = 1073  # frexp exponent -> index
_SLOTS = 64


def add_exactly(pair: FloatArray, values: FloatArray | float) -> None:
    """Compensated sum: pair[0] + pair[1] keeps what one double would lose."""
    total = pair[0] + values
    larger = np.abs(pair[0]) >= np.abs(values)
    pair[1] += np.where(larger, (pair[0] - total) + values, (values - total) + pair[0])
    pair[0] = total


@dataclass(eq=False)
class OctaveTable:
    """Per octave: the exact number of eigenvalues, and either its distinct eigenvalues (at most Q) or its Chebyshev moments.

    Slots stand in the order in which octaves appeared; `slots` finds them. `heads[slot]` is exponent, count, distinct;
    `raw[slot]` has the rows value, count, energy and its rounding; `moments[slot]` counts and energies, each with its rounding.
    `totals` are trace and energy of zero eigenvalues, `tallies` the number of slots used and of zeros.
    """

    weighted: bool
    slots: IntArray = field(default_factory=lambda: np.full(_OCTAVES, -1))
    heads: IntArray = field(default_factory=lambda: np.zeros((_SLOTS, 3), dtype=np.int64))
    raw: FloatArray = field(default_factory=lambda: np.zeros((_SLOTS, 4, NODES)))
    moments: FloatArray = field(default_factory=lambda: np.zeros((_SLOTS, 2, 2, NODES)))
    totals: FloatArray = field(default_factory=lambda: np.zeros((2, 2)))
    tallies: IntArray = field(default_factory=lambda: np.zeros(2, dtype=np.int64))

    @property
    def used(self) -> int:
        """Number of octaves with eigenvalues."""
        return int(self.tallies[0])

    @property
    def exponents(self) -> IntArray:
        """e of the octaves [2^(e-1), 2^e) in use."""
        return self.heads[: self.used, 0]

    @property
    def counts(self) -> IntArray:
        """Number of eigenvalues of each octave in use."""
        return self.heads[: self.used, 1]

    @property
    def distinct(self) -> IntArray:
        """Number of distinct eigenvalues kept of each octave in use; -1 where its moments are kept instead."""
        return self.heads[: self.used, 2]

    @property
    def zeros(self) -> int:
        """Number of zero eigenvalues."""
        return int(self.tallies[1])

    @property
    def rank(self) -> int:
        """Number of nonzero eigenvalues."""
        return int(np.sum(self.counts))

    def grow(self) -> None:
        """Room for twice as many octaves."""
        for name in ("heads", "raw", "moments"):
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros_like(array)]))

    def slot(self, exponent: int) -> int:
        """The slot of the octave [2^(exponent-1), 2^exponent), made if it is new."""
        found = int(self.slots[exponent + _OFFSET])
        if found < 0:
            if self.used == len(self.heads):
                self.grow()
            found = self.used
            self.slots[exponent + _OFFSET] = found
            self.heads[found, 0] = exponent
            self.tallies[0] += 1
        return found

    def index_slots(self) -> None:
        """Make `slots` from `heads`."""
        self.slots[:] = -1
        self.slots[self.exponents + _OFFSET] = np.arange(self.used)

    def keep(self, slot: int, value: float, count: float, energy: float) -> bool:
        """Into the list of distinct eigenvalues of an octave; False if it is full, or replaced by moments."""
        n = int(self.distinct[slot])
        known = np.flatnonzero(self.raw[slot, 0, : max(n, 0)] == value)
        if known.size:
            self.raw[slot, 1, known[0]] += count
            add_exactly(self.raw[slot, 2:, known[0]], energy)
            return True
        if n in (-1, NODES):
            return False
        self.raw[slot, :, n] = value, count, energy, 0.0
        self.distinct[slot] = n + 1
        return True

    def to_moments(self, slot: int) -> None:
        """Spread the distinct eigenvalues of an octave over its nodes from now on."""
        n = int(self.distinct[slot])
        if n < 0:
            return
        self.distinct[slot] = -1
        if n:
            weights = self.raw[slot, 1:3, :n]
            weights[1] += self.raw[slot, 3, :n]
            self.spread(slot, self.raw[slot, 0, :n], weights)

    def spread(self, slot: int, values: FloatArray, weights: FloatArray) -> None:
        """Add points of one octave, weights of shape (2, points), to its moments."""
        x = octave_positions(values, self.exponents[slot])
        self.add_moments(slot, weights @ chebyshev_values(x).T)

    def add_moments(self, slots: int | IntArray, moments: FloatArray) -> None:
        """Add moments, shape (2, Q), or (slots, 2, Q) to several slots, none of them twice."""
        pair = np.moveaxis(self.moments[slots], -2, 0)  # a copy, if there are several
        add_exactly(pair, moments)
        self.moments[slots] = np.moveaxis(pair, 0, -2)

    def add(self, other: OctaveTable) -> None:
        """Take in another table."""
        self.weighted = self.weighted or other.weighted
        for there in range(other.used):
            here = self.slot(int(other.exponents[there]))
            self.counts[here] += other.counts[there]
            n = int(other.distinct[there])
            if n < 0:
                self.to_moments(here)
                for part in other.moments[there].swapaxes(0, 1)[::-1]:
                    self.add_moments(here, part)
                continue
            for value, count, energy, rounding in other.raw[there, :, :n].T:
                energy += rounding
                if not self.keep(here, value, count, energy):
                    self.to_moments(here)
                    self.spread(here, np.array([value]), np.array([[count], [energy]]))
        for row in range(2):
            for part in other.totals[row, ::-1]:
                add_exactly(self.totals[row], part)
        self.tallies[1] += other.tallies[1]
