"""From levels in memory to the table that replaces them: with unit multiplicities, or with any."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.absorbing import absorb
from asymptotix.spectra.compression.levels import CompressedLevels
from asymptotix.spectra.compression.table import OctaveTable

__all__ = ["compressed_levels"]

FloatArray = NDArray[np.float64]


def compressed_levels(
    values: FloatArray, multiplicities: FloatArray | None = None, energies: FloatArray | None = None
) -> CompressedLevels:
    """The table of levels >= 0 in any order; without multiplicities each counts once. Zero levels leave no trace in it.

    Raises:
        InvalidInputError: an entry that is negative, NaN or infinite.
    """
    values = np.ascontiguousarray(values)
    table = _table(values, energies)
    if multiplicities is None:
        return CompressedLevels.of(table)
    # Multiplicities enter as energies do. The two tables have the same nodes, which come from the eigenvalues alone.
    weighted = CompressedLevels.of(_table(values, multiplicities))
    rows = weighted.weights[1:] if energies is None else np.stack([weighted.weights[1], CompressedLevels.of(table).weights[1]])
    return CompressedLevels(weighted.values, rows, weighted.starts, _octave_sums(values, multiplicities))


def _table(values: FloatArray, weights: FloatArray | None) -> OctaveTable:
    table = OctaveTable(weights is not None)
    absorb(table, values, None if weights is None else np.ascontiguousarray(weights))
    return table


def _octave_sums(values: FloatArray, multiplicities: FloatArray) -> FloatArray:
    """Sums of the multiplicities over octaves, in extended precision where the machine has it: exact for whole numbers."""
    exponents = np.frexp(values[values > 0])[1]
    order = np.argsort(-exponents, kind="stable")
    first = np.flatnonzero(np.diff(exponents[order], prepend=exponents[order[0]] + 1))
    return np.add.reduceat(multiplicities[values > 0][order], first, dtype=np.longdouble).astype(np.float64)
