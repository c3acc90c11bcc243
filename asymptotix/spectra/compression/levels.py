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

    Octave b is nodes[starts[b]:starts[b+1]], and its nodes lie between the powers of two around its eigenvalues. `counts[b]` is the
    sum of the multiplicities of its eigenvalues, exact where they are whole; the weights of a node may be negative.
    """

    values: FloatArray
    weights: FloatArray
    starts: NDArray[np.int64]
    counts: FloatArray

    @classmethod
    def of(cls, table: OctaveTable) -> CompressedLevels:
        """The nodes of a table whose first row counts eigenvalues."""
        order = np.argsort(-table.exponents)
        weights = _node_weights(table)[order]
        counts = table.counts[order].astype(np.float64)
        nodes, kept = _nodes(table)
        nodes, kept = nodes[order], kept[order]
        # decreasing within each octave too: those that are not kept count as -inf
        rank = np.argsort(-np.where(kept, nodes, -np.inf), axis=1)
        nodes, kept = np.take_along_axis(nodes, rank, axis=1), np.take_along_axis(kept, rank, axis=1)
        weights = np.take_along_axis(weights, rank[:, None, :], axis=2).swapaxes(0, 1)[:, kept]
        starts = np.concatenate([[0], np.cumsum(kept.sum(axis=1))[:-1]]).astype(np.int64)
        return cls(nodes[kept], np.ascontiguousarray(weights[: 1 + table.weighted]), starts, counts)


def _nodes(table: OctaveTable) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Per octave Q places: its distinct eigenvalues, or its nodes; and which places are taken."""
    distinct = table.distinct[:, None]
    return np.where(distinct < 0, node_values(table.exponents), table.raw[: table.used, 0]), _taken(table)


def _taken(table: OctaveTable) -> NDArray[np.bool_]:
    distinct = table.distinct[:, None]
    return np.asarray((distinct < 0) | (np.arange(NODES) < distinct))


def _node_weights(table: OctaveTable) -> FloatArray:
    """Weights of the places of `_nodes`, shape (octaves, 2, Q)."""
    moments = table.moments[: table.used].sum(axis=2)
    dense = table.distinct < 0
    moments[dense, 0, 0] = table.counts[dense]  # exact
    kept = table.raw[: table.used, 1:3].copy()
    kept[:, 1] += table.raw[: table.used, 3]
    return np.where(dense[:, None, None], moments @ TO_WEIGHTS, kept)
