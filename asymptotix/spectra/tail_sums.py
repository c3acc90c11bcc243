r"""Effective ranks of what a spectrum has beyond its first k eigenvalues.

With eigenvalues $s_1\ge s_2\ge\dots$ and the tail sums $\tau_k=\sum_{i>k}s_i$:

.. math:: r_k=\frac{\tau_k}{s_{k+1}},\qquad R_k=\frac{\tau_k^2}{\sum_{i>k}s_i^2}.

Source: [BartlettLongLugosiTsigler2020].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.spectrum import Spectrum, checked_spectrum

__all__ = ["EffectiveRanks", "TailSums", "effective_ranks"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EffectiveRanks:
    """`r` and `R` beyond the first k eigenvalues; infinite where only a flat tail is left."""

    k: FloatArray
    r: FloatArray
    R: FloatArray


@dataclass(frozen=True, eq=False)
class TailSums:
    """Levels of decreasing eigenvalues, with the sums over everything beyond each level; a flat tail adds to the first only."""

    values: FloatArray
    counts: FloatArray
    ends: FloatArray
    """Number of eigenvalues up to and with each level."""
    sums: FloatArray
    squares: FloatArray
    tail: float

    @staticmethod
    def of(spectrum: Spectrum) -> TailSums:
        """Of a spectrum whose eigenvalues are listed.

        Raises:
            InvalidInputError: a spectrum given by a formula or a table.
        """
        spectrum = checked_spectrum(spectrum)
        if type(spectrum) is not Spectrum:  # the nodes of laws, sums and tables are no eigenvalues
            fix = "for a power law Spectrum(scale * numpy.arange(1.0, size + 1) ** -exponent)"
            raise InvalidInputError("spectrum", spectrum, "a Spectrum with its eigenvalues listed", fix)
        order = np.argsort(-spectrum.eigenvalues, kind="stable")
        order = order[spectrum.eigenvalues[order] > 0]
        values, counts = spectrum.eigenvalues[order], spectrum.multiplicities[order]
        # from the smallest up, so that no digits are lost
        sums, squares = (np.append(np.cumsum((counts * values**power)[::-1])[::-1][1:], 0.0) for power in (1, 2))
        return TailSums(values, counts, np.cumsum(counts), sums + spectrum.tail, squares, spectrum.tail)

    def beyond(self, k: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """s_(k+1), sum and sum of squares of the eigenvalues beyond the first k, for each k; zeros where there is none."""
        level = np.searchsorted(self.ends, k, side="right")
        inside = level < self.values.size
        at = np.minimum(level, self.values.size - 1)
        rest = np.where(inside, self.ends[at] - k, 0.0)
        value = np.where(inside, self.values[at], 0.0)
        total = np.where(inside, self.sums[at] + rest * value, self.tail)
        return value, total, np.where(inside, self.squares[at] + rest * value**2, 0.0)


def effective_ranks(spectrum: Spectrum, k: ArrayLike = 0) -> EffectiveRanks:
    r"""$r_k$ and $R_k$ beyond the first k eigenvalues.

    Args:
        spectrum: with its eigenvalues listed; a flat tail counts as infinitely many infinitely small ones.
        k: numbers >= 0 below the rank, any shape.

    Raises:
        InvalidInputError: k out of range, or a spectrum given by a formula or a table.

    Source:
        [BartlettLongLugosiTsigler2020].

    >>> import asymptotix as ax
    >>> effective_ranks(ax.Spectrum([1.0, 0.5], [1, 10]), 1).r
    array(10.)
    """
    sums, skipped = TailSums.of(spectrum), real_array("k", k, "a number or an array of numbers")
    bad = ~((skipped >= 0) & (skipped < spectrum.rank))
    if np.any(bad):
        raise InvalidInputError("k", float(skipped[bad].flat[0]), f">= 0 and below the rank, {spectrum.rank:g}")
    value, total, squares = sums.beyond(skipped)
    with np.errstate(divide="ignore"):
        return EffectiveRanks(skipped, np.asarray(total / value), np.asarray(total**2 / squares))
