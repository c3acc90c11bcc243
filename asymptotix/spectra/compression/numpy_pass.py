"""The pass over eigenvalues in NumPy: sorted, in blocks of equal length, each level of lengths in one go.

The state is that of `table.OctaveTable`; `compiled_pass` fills it in the same way. `numpy_blocks` has the blocks.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.numpy_blocks import block_points
from asymptotix.spectra.compression.octave import NODES, chebyshev_values, octave_positions
from asymptotix.spectra.compression.table import OctaveTable, add_exactly

__all__ = ["pass_over"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BadEntry = tuple[str, FloatArray, int]

_CHUNK = 1 << 20  # eigenvalues at a time: what is sorted at once, and how much memory that takes


def pass_over(table: OctaveTable, values: FloatArray, energies: FloatArray | None) -> BadEntry | None:
    """Take in all eigenvalues; the argument and index of an entry that is not valid, or None."""
    for start in range(0, values.size, _CHUNK):
        v = values[start : start + _CHUNK]
        e = None if energies is None else energies[start : start + _CHUNK]
        decreasing = bool(np.all(v[1:] <= v[:-1]))  # not with a NaN, unless it is alone
        if not (decreasing and v[0] < np.inf and v[-1] >= 0) and not _valid(v):
            return "eigenvalues", values, start + int(np.argmin((v >= 0) & (v < np.inf)))
        if energies is not None and e is not None and not _valid(e):
            return "energies", energies, start + int(np.argmin((e >= 0) & (e < np.inf)))
        v, e = _positive(table, *((v, e) if decreasing else _decreasing(v, e)))
        if v.size:
            _take(table, v, e)
    return None


def _valid(part: FloatArray) -> bool:
    return bool(part.min() >= 0 and part.max() < np.inf)


def _decreasing(v: FloatArray, e: FloatArray | None) -> tuple[FloatArray, FloatArray | None]:
    """Sorted; contiguous, as BLAS wants it."""
    if np.all(v[1:] >= v[:-1]):
        return v[::-1].copy(), None if e is None else e[::-1].copy()
    if e is None:
        return np.sort(v)[::-1].copy(), None
    order = np.argsort(-v, kind="stable")
    return v[order], e[order]


def _positive(table: OctaveTable, v: FloatArray, e: FloatArray | None) -> tuple[FloatArray, FloatArray | None]:
    """The trace taken, zeros counted and left out."""
    with np.errstate(over="ignore", invalid="ignore"):
        add_exactly(table.totals[0], np.sum(v))
    if v[-1] > 0:
        return v, e
    zeros = int(np.count_nonzero(v == 0))
    table.tallies[1] += zeros
    positive = v.size - zeros
    if e is None:
        return v[:positive], None
    add_exactly(table.totals[1], np.sum(e[positive:]))
    return v[:positive], e[:positive]


def _take(table: OctaveTable, v: FloatArray, e: FloatArray | None) -> None:
    """Octave by octave: few distinct eigenvalues are kept, the others spread."""
    starts = _octave_starts(v)
    exponents = np.frexp(v[starts[:-1]])[1].astype(np.int64)
    slots = np.array([table.slot(int(exponent)) for exponent in exponents])
    table.heads[slots, 1] += np.diff(starts)
    spread = _has_many(v, starts) | (table.heads[slots, 2] < 0)
    table.heads[slots[spread & (table.heads[slots, 2] == 0)], 2] = -1
    for slot in slots[spread & (table.heads[slots, 2] > 0)]:
        table.to_moments(int(slot))
    for b in np.flatnonzero(~spread):
        part = slice(starts[b], starts[b + 1])
        spread[b] = not _keep(table, int(slots[b]), v[part], None if e is None else e[part])
    _spread(table, slots[spread], *_only(spread, starts, v, e))


def _only(
    chosen: NDArray[np.bool_], starts: IntArray, v: FloatArray, e: FloatArray | None
) -> tuple[IntArray, FloatArray, FloatArray | None]:
    """The chosen octaves: where they start, eigenvalues and energies; views where they are neighbours."""
    where = np.flatnonzero(chosen)
    sizes = np.diff(starts)[where]
    if where.size and where[-1] - where[0] + 1 == where.size:
        part: slice | NDArray[np.bool_] = slice(starts[where[0]], starts[where[-1] + 1])
    else:
        part = np.repeat(chosen, np.diff(starts))
    return np.append(0, np.cumsum(sizes)), v[part], None if e is None else e[part]


def _octave_starts(v: FloatArray) -> IntArray:
    """Where the octaves of decreasing positive values start, and the end."""
    first, last = np.frexp(v[0])[1], np.frexp(v[-1])[1]
    edges = np.ldexp(1.0, np.arange(first - 1, last - 1, -1))  # values at and above an edge belong to the octave above
    starts = np.concatenate([[0], v.size - np.searchsorted(v[::-1], edges, side="left"), [v.size]])
    return np.asarray(starts[np.append(starts[1:] > starts[:-1], True)])


def _has_many(v: FloatArray, starts: IntArray) -> NDArray[np.bool_]:
    """Whether the first eigenvalues of an octave are all different, and more than an octave keeps."""
    window = v[np.minimum(starts[:-1, None] + np.arange(NODES + 1), v.size - 1)]
    return np.asarray((np.diff(starts) > NODES) & np.all(window[:, 1:] != window[:, :-1], axis=1))


def _keep(table: OctaveTable, slot: int, v: FloatArray, e: FloatArray | None) -> bool:
    """Keep the distinct eigenvalues of an octave, if they are few; else make room for its moments."""
    known, differ = table.raw[slot, 0, : table.heads[slot, 2]], v[1:] != v[:-1]
    if known.size == 0 and v.size <= NODES and differ.all():
        table.raw[slot, :3, : v.size] = v, np.ones_like(v), np.zeros_like(v) if e is None else e
        table.heads[slot, 2] = v.size
        return True
    first = np.append(0, np.flatnonzero(differ) + 1)
    if first.size + known.size > NODES and np.union1d(known, v[first]).size > NODES:
        table.to_moments(slot)
        return False
    counts = np.diff(np.append(first, v.size)).astype(np.float64)
    sums = np.zeros(first.size) if e is None else np.add.reduceat(e, first)
    if known.size == 0:
        table.raw[slot, :3, : first.size] = v[first], counts, sums
        table.heads[slot, 2] = first.size
        return True
    for value, count, energy in zip(v[first], counts, sums, strict=True):
        table.keep(slot, float(value), float(count), float(energy))
    return True


def _spread(table: OctaveTable, slots: IntArray, starts: IntArray, v: FloatArray, e: FloatArray | None) -> None:
    """Sorted eigenvalues of the octaves v[starts[b]:starts[b+1]] into their moments."""
    if v.size == 0:
        return
    points, weights, first = block_points(v, e)
    octaves = np.searchsorted(starts, first, side="right") - 1
    order = np.argsort(octaves.astype(np.int16), kind="stable")
    points, weights, octaves = points[order], weights[:, order], octaves[order]
    basis = chebyshev_values(octave_positions(points, table.heads[slots, 0][octaves]))
    ends = np.searchsorted(octaves, np.arange(slots.size + 1))
    moments = np.zeros((slots.size, 2, NODES))
    for b, (start, stop) in enumerate(pairwise(ends)):
        np.matmul(weights[:, start:stop], basis[:, start:stop].T, out=moments[b, : len(weights)])
    table.add_moments(slots, moments)
