r"""Blocks of sorted neighbours in NumPy: eight nodes, found from sums of powers, for up to 1024 eigenvalues.

With d = s - c around the centre c of a block, the sums of $d^k$, k < 8, come from $1,d,d^2,d^3$ times 1 and $d^4$: three
products, and BLAS for the sums. Powers may be as ill conditioned as they are: what rounding does to the moment of $T_k$ reaches
the sums of the theory only times $(2c/h)^{-k}$, $c/h\ge65$. The weights are made from the moments of the $T_k$, and not from
the powers in one go, since large coefficients would leave rounding in the sum of the weights as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression.narrow_bins import EIGHT
from asymptotix.spectra.compression.octave import moments_to_weights

__all__ = ["block_points"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LENGTHS = (1024, 256, 64)  # of blocks; fewer neighbours than 64 are taken one by one
_WORK = 1 << 14  # eigenvalues whose powers are formed at a time, so that these stay in the cache
_LOWEST, _HIGHEST = 1e-290, 1e300  # eigenvalues beyond are taken one by one
_EXTREME = 1e40  # half-widths beyond this or below its inverse, whose eighth powers are no doubles, are divided out before
_TO_CHEBYSHEV = np.zeros((EIGHT.size, EIGHT.size))  # of the moments of powers, those of T_0 to T_7
for _k in range(EIGHT.size):
    _TO_CHEBYSHEV[: _k + 1, _k] = np.polynomial.chebyshev.cheb2poly(np.eye(_k + 1)[_k])
_TO_WEIGHTS = moments_to_weights(EIGHT.size)


def block_points(v: FloatArray, e: FloatArray | None) -> tuple[FloatArray, FloatArray, IntArray]:
    """Nodes of the narrow blocks of decreasing v, and the eigenvalues that are in none.

    Returns:
        Points; weights of shape (1 or 2, points); for each an index of v in its octave.
    """
    points, weights, first = [], [], []
    work = np.empty((5, min(_WORK, max(v.size, 1))))
    work[0] = 1.0
    rejected = np.empty(0, dtype=np.int64)  # blocks of the length before, which are tried in parts
    for length, longer in zip(_LENGTHS, (v.size + 1, *_LENGTHS), strict=False):
        blocks = _parts(rejected, longer, length, v.size)
        narrow = _is_narrow(v[blocks * length], v[blocks * length + length - 1])
        chosen, rejected = blocks[narrow], blocks[~narrow]
        if chosen.size:
            values, sums = _nodes(v, e, chosen, length, work)
            points.append(values)
            weights.append(sums)
            first.append(np.repeat(chosen * length, EIGHT.size))
    alone = _parts(rejected, length, 1, v.size)
    points.append(v[alone])
    weights.append(np.ones((1, alone.size)) if e is None else np.stack([np.ones(alone.size), e[alone]]))
    first.append(alone)
    return np.concatenate(points), np.concatenate(weights, axis=1), np.concatenate(first)


def _parts(blocks: IntArray, longer: int, length: int, size: int) -> IntArray:
    """The blocks of a length that are in these longer ones, or behind the last of the longer ones that fits."""
    ratio = longer // length
    within = (blocks[:, None] * ratio + np.arange(ratio)).ravel() if blocks.size else blocks
    return np.concatenate([within, np.arange(size // longer * ratio if longer <= size else 0, size // length)])


def _is_narrow(first: FloatArray, last: FloatArray) -> NDArray[np.bool_]:
    narrow = (first - last) * EIGHT.narrowness <= first + last
    narrow &= np.frexp(first)[1] == np.frexp(last)[1]
    narrow &= (last > _LOWEST) & (first < _HIGHEST)
    return np.asarray(narrow)


def _nodes(v: FloatArray, e: FloatArray | None, chosen: IntArray, length: int, work: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes of the chosen blocks, and their weights, shape (1 or 2, nodes)."""
    first, last = v[chosen * length, None], v[chosen * length + length - 1, None]
    centre = 0.5 * (first + last)
    half = first - centre
    inverse = np.divide(1.0, half, out=np.zeros_like(half), where=half > 0)
    extreme = bool(max(half.max(), inverse.max()) > _EXTREME)
    sums = np.empty((chosen.size, 1 if e is None else 2, 2, 4, 1))
    for part, powers in _powers(v, chosen, length, centre, inverse if extreme else None, work):
        _sums(powers, None if e is None else _rows(e, chosen[part], length), sums[part])
    moments = sums.reshape(chosen.size, -1, EIGHT.size)
    if not extreme:
        scales = np.broadcast_to(inverse, (chosen.size, EIGHT.size - 1))
        moments[:, :, 1:] *= np.multiply.accumulate(scales, axis=1)[:, None]
    weights = (moments.reshape(-1, EIGHT.size) @ _TO_CHEBYSHEV @ _TO_WEIGHTS).reshape(moments.shape)
    return (centre + half * EIGHT.points).ravel(), weights.swapaxes(0, 1).reshape(weights.shape[1], -1)


def _powers(
    v: FloatArray, chosen: IntArray, length: int, centre: FloatArray, inverse: FloatArray | None, work: FloatArray
) -> Iterator[tuple[slice, FloatArray]]:
    """Some blocks at a time: which, and 1, d, d^2, d^3, d^4, shape (5, blocks, length)."""
    group = max(1, work.shape[1] // length)
    for start in range(0, chosen.size, group):
        part = slice(start, start + group)
        rows = _rows(v, chosen[part], length)
        powers = work[:, : rows.size].reshape(5, len(rows), length)
        d, square = powers[1], powers[2]
        np.subtract(rows, centre[part], out=d)
        if inverse is not None:
            d *= inverse[part]
        np.multiply(d, d, out=square)
        np.multiply(d, square, out=powers[3])
        np.multiply(square, square, out=powers[4])
        yield part, powers


def _sums(powers: FloatArray, e: FloatArray | None, out: FloatArray) -> None:
    """Sums of d^k and of e d^k, k < 8, into out (blocks, 1 or 2, 2, 4, 1); matrix times vector is what BLAS does best here."""
    factors, fourth = powers[:4].transpose(1, 0, 2), powers[4]
    out[:, 0, 0, 0] = powers.shape[2]
    np.matmul(factors[:, 1:], powers[0, :, :, None], out=out[:, 0, 0, 1:])
    np.matmul(factors, fourth[:, :, None], out=out[:, 0, 1])
    if e is not None:
        np.matmul(factors, e[:, :, None], out=out[:, 1, 0])
        fourth *= e
        np.matmul(factors, fourth[:, :, None], out=out[:, 1, 1])


def _rows(array: FloatArray, chosen: IntArray, length: int) -> FloatArray:
    """The chosen blocks as rows; a view where they are neighbours."""
    first, last = int(chosen[0]), int(chosen[-1]) + 1
    blocks = array[first * length : last * length].reshape(last - first, length)
    return blocks if last - first == chosen.size else blocks[chosen - first]
