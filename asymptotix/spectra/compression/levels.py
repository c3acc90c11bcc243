"""CompressedLevels: the nodes and weights that stand for a spectrum, in the form the solver reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.octave import NODES, TO_WEIGHTS, node_values
from asymptotix.spectra.compression.table import OctaveTable

__all__ = ["CompressedLevels"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CompressedLevels:
    """Nodes, decreasing, and one row of weights for the multiplicities and, if there are energies, one for them.

    Octave b is nodes[starts[b]:starts[b+1]], and its nodes lie between the powers of two around its eigenvalues. `counts[b]` is
    the sum of the multiplicities of its eigenvalues, exact where they are whole; the weights of a node may be negative.
    """

    values: FloatArray
    weights: FloatArray
    starts: NDArray[np.int64]
    counts: FloatArray

    @classmethod
    def of(cls, table: OctaveTable) -> CompressedLevels:
        """The nodes of a table, and the weights of its counts and energies."""
        order = table.exponents.argsort()[::-1]
        exponents, counts, distinct = table.heads[order].T
        nodes = node_values(exponents)
        both = table.moments[order]
        moments = both[:, :, 0] + both[:, :, 1]
        moments[:, 0, 0] = counts  # exact
        weights = (moments.reshape(-1, NODES) @ TO_WEIGHTS).reshape(moments.shape).swapaxes(0, 1)
        sizes = np.where(distinct < 0, NODES, distinct)
        kept = np.flatnonzero(distinct >= 0)
        if kept.size:
            nodes[kept], weights[:, kept] = _distinct(table.raw[order[kept]], sizes[kept])
        taken = np.arange(NODES) < sizes[:, None]
        starts = np.cumsum(sizes) - sizes
        rows = 1 + table.weighted
        return cls(nodes[taken], np.stack([row[taken] for row in weights[:rows]]), starts, counts.astype(np.float64))


def _distinct(raw: FloatArray, sizes: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues that octaves kept, decreasing, in the first places; their counts and energies, shape (2, octaves, places)."""
    values = np.where(np.arange(NODES) < sizes[:, None], raw[:, 0], -np.inf)
    raw[:, 2] += raw[:, 3]
    rows, rank = np.arange(len(raw))[:, None], (-values).argsort(axis=1)
    return values[rows, rank], raw[:, 1:3].swapaxes(0, 1)[:, rows, rank]
