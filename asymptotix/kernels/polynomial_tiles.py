r"""Kernel matrices by polynomials of the cosine: tiles by BLAS, upper triangle, several kernels in one pass, written in place.

Every kernel is $r_i\, s_j\, P(u_{ij})$ (`scaled_map`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration import use_compiled
from asymptotix.kernels.data_rows import NEARLY_PARALLEL, TILE, DataRows, half_distances
from asymptotix.kernels.numpy_tiles import by_powers
from asymptotix.runs.threads import single_threaded_blas

__all__ = [
    "Near",
    "ScaledMap",
    "fill_by_polynomials",
    "nearly_parallel",
    "place_compiled",
    "place_numpy",
    "run_tiles",
    "tile_values",
    "worth_compiling",
]

FloatArray = NDArray[np.float64]
Matrix = NDArray[Any]
TileValues = Callable[[int, int], Iterator[FloatArray]]
_LOOPS = "asymptotix.kernels.compiled_tiles"
_STEPS = 25.0  # what an entry of one kernel costs in NumPy beyond the compiled loop
_LIMIT = 1.0 - NEARLY_PARALLEL


@dataclass(frozen=True)
class ScaledMap:
    """rows[i] columns[j] P(u_ij), with table (sign, coefficient), orders and center of P as in `UnivariateMap`."""

    table: FloatArray
    orders: NDArray[np.int64]
    center: FloatArray
    rows: FloatArray
    columns: FloatArray

    def on_tile(self, top: int, left: int) -> ScaledMap:
        """That of the tile with this first row and column."""
        return replace(self, rows=self.rows[top : top + TILE], columns=self.columns[left : left + TILE])

    def entries(self, i: NDArray[np.intp], j: NDArray[np.intp], w: FloatArray, positive: bool) -> FloatArray:
        """Single entries from w = sqrt((1 - |u|)/2)."""
        side = 0 if positive else 1
        t = 2.0 * math.sqrt(2.0) * w - 1.0
        value = np.polyval(self.table[side, ::-1], t) * w ** self.orders[side]
        return np.asarray(value * (self.rows[i] * self.columns[j]))


def run_tiles(work: Callable[[int, int], None], rows: int, columns: int, symmetric: bool, threads: int) -> None:
    """Call work(top, left) for every tile, of the upper triangle alone if symmetric."""
    tiles = [(top, left) for top in range(0, rows, TILE) for left in range(top if symmetric else 0, columns, TILE)]
    if threads == 1:
        for top, left in tiles:
            work(top, left)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, top, left) for top, left in tiles]:
            done.result()


def tile_values(sources: Sequence[ScaledMap], rows: DataRows, columns: DataRows, compiled: bool) -> TileValues:
    """(top, left) -> the tiles of all kernels, one after the other, in memory that the next one overwrites."""
    evaluate, reaches = (_evaluate_compiled, _reaches_compiled) if compiled else (_evaluate_numpy, _reaches_numpy)
    one, two, same = rows.directions, columns.directions, columns is rows

    def values(top: int, left: int) -> Iterator[FloatArray]:
        x, y = one[top : top + TILE], two[left : left + TILE]
        cosine = x @ y.T
        diagonal = same and top == left
        if diagonal:  # set below: not to be taken for nearly parallel
            np.fill_diagonal(cosine, 0.0)
        near = nearly_parallel(cosine, x, y) if reaches(cosine, _LIMIT) else []
        tiles = [source.on_tile(top, left) for source in sources]
        for tile, value in zip(tiles, evaluate(cosine, tiles), strict=True):
            for i, j, w, positive in near:
                value[i, j] = tile.entries(i, j, w, positive)
            if diagonal:
                _make_symmetric(value, tile)
            yield value

    return values


def fill_by_polynomials(
    matrices: Sequence[Matrix], sources: Sequence[ScaledMap], rows: DataRows, columns: DataRows, threads: int
) -> None:
    """Fill one matrix for each source; `columns` is `rows` for a symmetric matrix."""
    same = columns is rows
    compiled = worth_compiling(rows.size * columns.size * len(matrices) / (2 if same else 1))
    values = tile_values(sources, rows, columns, compiled)
    place = place_compiled if compiled else place_numpy

    def work(top: int, left: int) -> None:
        for matrix, value in zip(matrices, values(top, left), strict=True):
            place(value, matrix, top, left, same and top != left)

    with single_threaded_blas():  # tiles are small, and the same bits come out whatever the number of threads
        run_tiles(work, rows.size, columns.size, same, threads)


def worth_compiling(entries: float) -> bool:
    """Whether so many entries repay the loading of compiled loops."""
    return use_compiled(_STEPS * entries, _LOOPS)


Near = list[tuple[NDArray[np.intp], NDArray[np.intp], FloatArray, bool]]


def nearly_parallel(cosine: FloatArray, x: FloatArray, y: FloatArray) -> Near:
    """Where |u| is so near to 1 that the inner product has lost the digits of 1 - |u|, and w from the difference."""
    found: Near = []
    for sign in (-1.0, 1.0):
        i, j = np.nonzero(-sign * cosine > _LIMIT)
        if len(i):
            found.append((i, j, half_distances(x, y, i, j, sign), sign < 0))
    return found


def _make_symmetric(value: FloatArray, tile: ScaledMap) -> None:
    index = np.arange(len(value))
    value[index, index] = tile.entries(index, index, np.zeros(len(value)), True)
    np.copyto(value, value.T, where=np.tri(len(value), k=-1, dtype=np.bool_))


def _evaluate_compiled(cosine: FloatArray, tiles: Sequence[ScaledMap]) -> Iterator[FloatArray]:
    """One after the other in the same memory, which the caches still hold when the matrix takes it."""
    from asymptotix.kernels import compiled_tiles

    value = np.empty_like(cosine)
    for tile in tiles:
        compiled_tiles.evaluate_tile(cosine, value, tile.table, tile.orders, tile.center, tile.rows, tile.columns)
        yield value


def _evaluate_numpy(cosine: FloatArray, tiles: Sequence[ScaledMap]) -> Iterator[FloatArray]:
    """All at once, since they share the powers."""
    polynomials = [(tile.table, tile.orders, tile.center) for tile in tiles]
    for tile, value in zip(tiles, by_powers(cosine, polynomials), strict=True):
        if not ((tile.rows == 1.0).all() and (tile.columns == 1.0).all()):
            value *= tile.rows[:, None]
            value *= tile.columns
        yield value


def _reaches_compiled(cosine: FloatArray, limit: float) -> bool:
    from asymptotix.kernels import compiled_tiles

    return compiled_tiles.reaches(cosine, limit)


def _reaches_numpy(cosine: FloatArray, limit: float) -> bool:
    return bool(cosine.max() > limit or cosine.min() < -limit)


def place_compiled(value: FloatArray, matrix: Matrix, top: int, left: int, mirror: bool) -> None:
    """Put a tile, and its mirror image, into the matrix."""
    from asymptotix.kernels import compiled_tiles

    put = compiled_tiles.place32 if matrix.dtype == np.float32 else compiled_tiles.place64
    put(value, matrix, top, left, mirror)


def place_numpy(value: FloatArray, matrix: Matrix, top: int, left: int, mirror: bool) -> None:
    """The same without compiled loops."""
    rows, columns = value.shape
    matrix[top : top + rows, left : left + columns] = value
    if mirror:
        matrix[left : left + columns, top : top + rows] = value.T
