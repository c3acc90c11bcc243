r"""Levels far from kappa folded into power sums, so that a sum at kappa reads the octaves near it only.

Let z be the smaller of $s/(s+\kappa)$ and $\kappa/(s+\kappa)$, and $x\le2^{-W}$ the smaller of the ratios $s/\kappa$, $\kappa/s$.
Then

.. math:: z=\sum_{j=1}^{J}(-1)^{j+1}x^j+\dots,\qquad z^2=\sum_{j=2}^{J+1}(-1)^j(j-1)x^j+\dots

alternate, so what is left out is at most $1.01(J+1)2^{-JW}$ of z, of $z^2$ and of $z(1-z)$, and of these all sums are made. The
power sums $\sum mx^j$ over all levels beyond an octave are kept for each octave, in units of its power of two: scaling them to
$\kappa$ is exact, and nothing over- or underflows. With W = 10 and J = 6 a sum reads at most 21 octaves, and errs by less than
6.2e-18. The nodes of a table have weights of both signs, whose absolute values sum to at most 6.4 times the octave (the product
of the Lebesgue constants of the two stages of `compression.bound`), within which $z^2$ varies by 4: there by less than 1.6e-16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FOLDING_ERROR", "FarLevels", "Neighbourhood"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_WIDE, _TERMS = 10, 6  # W and J
FOLDING_ERROR = 1.01 * (_TERMS + 1) * 2.0 ** (-_WIDE * _TERMS) * 6.4 * 4.0  # on a table
_LEAST_LEVELS, _LEAST_OCTAVES = 256, 64  # fewer are summed as they are
_MOST_LEVELS = 1 << 20  # more, which are left only where there is no table of them, would take too much memory
_SMALLEST, _LARGEST = 1e-305, 1e305  # eigenvalues beyond are left to their logarithms
_NORMAL = 690.0  # of log kappa: kappa and its inverse are then normal doubles
_DEEPEST = 650.0  # of log kappa below the smallest level: kappa / s is then a normal double
_BLOCK = 1 << 15  # entries of a temporary

_J = np.arange(1, _TERMS + 2)
_OF_Z = np.where(_J <= _TERMS, (-1.0) ** (_J + 1), 0.0)
_OF_SQUARE = (-1.0) ** _J * (_J - 1.0)
_OF_CUBE = (-1.0) ** (_J + 1) * (_J - 1.0) * (_J - 2.0) / 2.0
_POWERS_OF_Z = np.stack([_OF_Z, _OF_SQUARE, _OF_CUBE], axis=1)


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Sums over all levels at some points, but for those near kappa, which are listed; one row a point.

    `index`, `learned`, `left` and `weights` belong to the levels nearby, with weight 0 where a row ends. `far[side, row]` has the
    sums of z, z^2 and z^3 over the far levels, large (side 0) and small (1), times multiplicities (row 0) or energies (1).
    """

    points: slice
    index: IntArray
    learned: FloatArray
    left: FloatArray
    weights: FloatArray
    count: FloatArray  # of eigenvalues that are large and far
    small_energy: FloatArray  # of the levels that are small and far
    far: FloatArray

    def total(self, terms: FloatArray, row: int = 0) -> FloatArray:
        """The sum over the levels nearby, weighted by the multiplicities or (row 1) by the energies."""
        return np.asarray((terms * self.weights[row]).sum(axis=1))


@dataclass(frozen=True, eq=False)
class FarLevels:
    """The power sums of a spectrum, octave by octave, decreasing; shapes (octaves, rows, powers)."""

    values: FloatArray
    weights: FloatArray  # multiplicities and energies
    exponents: IntArray
    starts: IntArray
    counts: FloatArray  # exact, of the eigenvalues before each octave, and in all
    above: FloatArray
    below: FloatArray
    energy_below: FloatArray

    @classmethod
    def of(cls, values: FloatArray, weights: FloatArray, bounds: IntArray, counts: FloatArray) -> FarLevels | None:
        """From decreasing levels; None where they are too few, too close together, or no normal doubles."""
        if not _LEAST_LEVELS <= values.size <= _MOST_LEVELS:
            return None
        if not _SMALLEST < values[-1] < values[0] * 2.0**-_LEAST_OCTAVES < _LARGEST * 2.0**-_LEAST_OCTAVES:
            return None
        mantissas, exponents = np.frexp(values)
        first = np.flatnonzero(np.diff(exponents, prepend=exponents[0] + 1))
        octaves, starts = exponents[first].astype(np.int64), np.append(first, values.size)
        above, below = (
            np.stack([np.add.reduceat(weights * base**j, first, axis=1).T for j in _J], axis=2)
            for base in (1.0 / mantissas, mantissas)
        )
        energy = np.add.reduceat(weights[1], first)
        exact = counts[np.searchsorted(bounds, starts)]
        return cls(
            values, weights, octaves, starts, exact, _running(above, octaves), _running(below[::-1], -octaves[::-1])[::-1],
            np.append(np.cumsum(energy[::-1])[::-1], 0.0),
        )  # fmt: skip

    @property
    def terms(self) -> int:
        """The largest number of levels that a sum reads."""
        after = np.searchsorted(-self.exponents, -self.exponents + 2 * _WIDE, side="right")
        return int(np.max(self.starts[after] - self.starts[:-1]))

    def reaches(self, log_kappa: FloatArray) -> NDArray[np.bool_]:
        """Where the sums are to be taken here: kappa a normal double, and not far below all levels."""
        return np.asarray((np.abs(log_kappa) < _NORMAL) & (log_kappa > np.log(self.values[-1]) - _DEEPEST))

    def neighbourhoods(self, log_kappa: FloatArray) -> Iterator[Neighbourhood]:
        """The sums at the points, in blocks whose temporaries stay in the cache."""
        kappa = np.exp(log_kappa)
        own = np.frexp(kappa)[1]
        large = np.searchsorted(-self.exponents, -(own + _WIDE), side="left")  # octaves that are far and large
        small = np.searchsorted(-self.exponents, -(own - _WIDE), side="right")  # the first that is far and small
        first, last = self.starts[large], self.starts[small]
        size = max(1, _BLOCK // max(int(np.max(last - first, initial=1)), 1))
        for start in range(0, kappa.size, size):
            points = slice(start, start + size)
            yield self._block(points, kappa[points], large[points], small[points], first[points], last[points])

    def _block(
        self, points: slice, kappa: FloatArray, large: IntArray, small: IntArray, first: IntArray, last: IntArray
    ) -> Neighbourhood:
        index = first[:, None] + np.arange(int(np.max(last - first, initial=0)))
        present = index < last[:, None]
        index = np.minimum(index, self.values.size - 1)
        s = self.values[index]
        inverse = 1.0 / (s + kappa[:, None])
        weights = np.where(present, self.weights[:, index], 0.0)
        far = np.zeros((2, 2, 3, kappa.size))
        for side, sums, at, sign in ((0, self.above, large - 1, 1), (1, self.below, small, -1)):
            any_far = (at >= 0) & (at < self.exponents.size)
            octave = at[any_far]
            ratio = np.ldexp(kappa[any_far] ** float(sign), -sign * self.exponents[octave])
            powers = sums[octave] * (ratio[:, None] ** _J)[:, None, :]
            far[side][:, :, any_far] = np.moveaxis(powers @ _POWERS_OF_Z, 0, 2)
        left = inverse * kappa[:, None]
        inverse *= s
        return Neighbourhood(points, index, inverse, left, weights, self.counts[large], self.energy_below[small], far)


def _running(sums: FloatArray, exponents: IntArray) -> FloatArray:
    """Sums over an octave and all before it, in units of its own power of two."""
    out, total = np.empty_like(sums), np.zeros(sums.shape[1:])
    before = exponents[0]
    for octave, exponent in enumerate(exponents.tolist()):
        total = total * np.exp2(float(exponent - before) * _J) + sums[octave]
        out[octave], before = total, exponent
    return out
