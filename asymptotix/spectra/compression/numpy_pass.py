"""The pass over eigenvalues in NumPy: sorted, in blocks of equal length, each level of lengths in one go.

The state is that of `table.OctaveTable`; `compiled_pass` fills it in the same way.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.narrow_bins import SQUARES
from asymptotix.spectra.compression.octave import NODES, chebyshev_values, octave_positions
from asymptotix.spectra.compression.table import OctaveTable, add_exactly

__all__ = ["pass_over"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CHUNK = 1 << 17  # eigenvalues at a time, so that temporaries stay in the cache
_ROOT_2 = 2.0**0.5
_TO_WEIGHTS = SQUARES.matrix / np.array([1.0, _ROOT_2] * 4)[:, None]  # x enters as sqrt(2) x, whose square is T_2 + 1
_LENGTHS = (1024, 256, 64, 32)  # of blocks; fewer neighbours than 32 are taken one by one
_SHORTEST = _LENGTHS[-1]
_WORK = 1 << 13  # eigenvalues whose products are formed at a time


def pass_over(table: OctaveTable, values: FloatArray, energies: FloatArray | None) -> tuple[str, FloatArray, int] | None:
    """Take in all eigenvalues; the argument and index of an entry that is not valid, or None."""
    for start in range(0, values.size, _CHUNK):
        v = values[start : start + _CHUNK]
        e = None if energies is None else energies[start : start + _CHUNK]
        for name, whole, part in (("eigenvalues", values, v), ("energies", energies, e)):
            if whole is not None and part is not None and not (part.min() >= 0 and part.max() < np.inf):
                return name, whole, start + int(np.argmin((part >= 0) & (part < np.inf)))
        v, e = _positive_decreasing(table, v, e)
        if v.size:
            _take(table, v, e)
    return None


def _positive_decreasing(table: OctaveTable, v: FloatArray, e: FloatArray | None) -> tuple[FloatArray, FloatArray | None]:
    """Sorted if they are not, zeros counted and left out."""
    if not np.all(v[1:] <= v[:-1]):
        if np.all(v[1:] >= v[:-1]):
            v, e = v[::-1], None if e is None else e[::-1]
        elif e is None:
            v = np.sort(v)[::-1]
        else:
            order = np.argsort(-v, kind="stable")
            v, e = v[order], e[order]
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
    inner = v.size - np.searchsorted(v[::-1], edges, side="left")
    return np.unique(np.concatenate([[0], inner, [v.size]]))


def _has_many(v: FloatArray, starts: IntArray) -> NDArray[np.bool_]:
    """Whether the first eigenvalues of an octave are all different, and more than an octave keeps."""
    window = v[np.minimum(starts[:-1, None] + np.arange(NODES + 1), v.size - 1)]
    return np.asarray((np.diff(starts) > NODES) & np.all(window[:, 1:] != window[:, :-1], axis=1))


def _keep(table: OctaveTable, slot: int, v: FloatArray, e: FloatArray | None) -> bool:
    """Keep the distinct eigenvalues of an octave, if they are few; else make room for its moments."""
    first = np.flatnonzero(np.concatenate([[True], v[1:] != v[:-1]]))
    known = table.raw[slot, 0, : table.heads[slot, 2]]
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
    points, weights, octaves = _points(v, e, starts)
    order = np.argsort(octaves.astype(np.int16), kind="stable")
    points, weights, octaves = points[order], weights[:, order], octaves[order]
    basis = chebyshev_values(octave_positions(points, table.heads[slots, 0][octaves]))
    ends = np.searchsorted(octaves, np.arange(slots.size + 1))
    moments = np.zeros((slots.size, 2, NODES))
    for b, (start, stop) in enumerate(pairwise(ends)):
        np.matmul(weights[:, start:stop], basis[:, start:stop].T, out=moments[b, : len(weights)])
    table.add_moments(slots, moments)


def _points(v: FloatArray, e: FloatArray | None, starts: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Nodes of the narrow blocks, and the eigenvalues that are in none; weights of shape (1 or 2, points); their octaves."""
    work = np.empty((8, _WORK))
    work[::4] = 1.0
    rows = 1 if e is None else 2
    free = np.ones(-(-v.size // _SHORTEST), dtype=bool)  # shortest blocks that are in no longer one; the last may be incomplete
    points, weights, octaves = [], [], []
    for length in _LENGTHS:
        chosen, octave = _narrow_blocks(v, starts, free, length)
        if chosen.size:
            values, moments = _block_moments(v, e, chosen, length, work)
            points.append(values)
            weights.append(moments)
            octaves.append(np.repeat(octave, SQUARES.size))
    left = np.flatnonzero(free)
    rest = (left[:, None] * _SHORTEST + np.arange(_SHORTEST)).ravel()
    rest = rest[: rest.size - max(0, free.size * _SHORTEST - v.size)] if free[-1] else rest
    alone = np.ones((rows, rest.size))
    if e is not None:
        alone[1] = e[rest]
    points.append(v[rest])
    weights.append(alone)
    octaves.append(np.searchsorted(starts, rest, side="right") - 1)
    return np.concatenate(points), np.concatenate(weights, axis=1), np.concatenate(octaves)


def _narrow_blocks(v: FloatArray, starts: IntArray, free: NDArray[np.bool_], length: int) -> tuple[IntArray, IntArray]:
    """Blocks of this length that are narrow and free, and their octaves; they are free no longer."""
    blocks, per_block = v.size // length, length // _SHORTEST
    first, last = v[: blocks * length : length], v[length - 1 : blocks * length : length]
    narrow = (first - last) * SQUARES.narrowness <= first + last
    octave = np.searchsorted(starts, np.arange(blocks) * length, side="right") - 1
    narrow &= starts[octave + 1] >= np.arange(1, blocks + 1) * length
    narrow &= (last > 1e-290) & (first < 1e300)
    open_blocks = free[: blocks * per_block].reshape(blocks, per_block)
    narrow &= open_blocks[:, 0]
    open_blocks[narrow] = False
    chosen = np.flatnonzero(narrow)
    return chosen, octave[chosen]


def _block_moments(
    v: FloatArray, e: FloatArray | None, chosen: IntArray, length: int, work: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Nodes of the chosen blocks, and their weights, shape (rows, blocks * nodes).

    The rows of `work`: 1, sqrt(2) x, T_2, sqrt(2) x T_2, with which are multiplied 1 and T_2^2, and both times e.
    """
    group, rows = max(1, _WORK // length), 6 if e is None else 8
    products = np.empty((chosen.size, rows - 4, 4))
    centre, half = np.empty((chosen.size, 1)), np.empty((chosen.size, 1))
    for start in range(0, chosen.size, group):
        part = slice(start, start + group)
        s = _rows(v, chosen[part], length)
        factors = work[:rows, : s.size].reshape(rows, len(s), length)
        centre[part] = 0.5 * (s[:, :1] + s[:, -1:])
        half[part] = s[:, :1] - centre[part]
        _products(s, centre[part], half[part], factors)
        if e is not None:
            factors[6] = _rows(e, chosen[part], length)
            np.multiply(factors[6], factors[5], out=factors[7])
        np.matmul(factors[4:].transpose(1, 0, 2), factors[:4].transpose(1, 2, 0), out=products[part])
    weights = products.reshape(chosen.size, -1, SQUARES.size) @ _TO_WEIGHTS
    nodes = centre + half * SQUARES.points
    return nodes.ravel(), weights.transpose(1, 0, 2).reshape(weights.shape[1], -1)


def _products(s: FloatArray, centre: FloatArray, half: FloatArray, factors: FloatArray) -> None:
    """sqrt(2) x, T_2, sqrt(2) x T_2 and T_2^2 into rows 1, 2, 3, 5."""
    x, t2 = factors[1], factors[2]
    np.subtract(s, centre, out=x)
    x *= np.divide(_ROOT_2, half, out=np.zeros_like(half), where=half > 0)
    np.multiply(x, x, out=t2)
    t2 -= 1.0
    np.multiply(x, t2, out=factors[3])
    np.multiply(t2, t2, out=factors[5])


def _rows(array: FloatArray, chosen: IntArray, length: int) -> FloatArray:
    """The chosen blocks as rows; a view where they are neighbours."""
    first, last = int(chosen[0]), int(chosen[-1]) + 1
    blocks = array[first * length : last * length].reshape(last - first, length)
    return blocks if last - first == chosen.size else blocks[chosen - first]
