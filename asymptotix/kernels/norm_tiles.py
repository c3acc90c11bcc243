"""Kernel matrices of rows of any norms by a table over norms and cosine; pairs beyond its range of cosines one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.data_rows import TILE, DataRows, half_distances
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.norm_table import NormTable, norm_table
from asymptotix.kernels.pair import Correlation, GaussianPair
from asymptotix.kernels.polynomial_tiles import place_compiled, place_numpy, run_tiles, worth_compiling
from asymptotix.kernels.univariate import CENTER
from asymptotix.runs.threads import single_threaded_blas

__all__ = ["fill_by_norms"]

FloatArray = NDArray[np.float64]
Matrix = NDArray[Any]
_FROM = 1 << 18  # entries: below, the samples of the table cost more than the matrix
_PROBED = 64  # rows whose cosines tell whether they are


def fill_by_norms(
    matrices: Sequence[Matrix], kernels: Sequence[Any], wanted: Sequence[int], rows: DataRows, columns: DataRows, threads: int
) -> list[int]:
    """Fill those of the wanted matrices for which a table holds, and return the others."""
    if not wanted or rows.size * columns.size < _FROM or not _mostly_central(rows, columns):
        return list(wanted)
    low, high = (float(pick([pick(part.q) for part in (rows, columns)])) for pick in (np.min, np.max))
    if low <= 0.0:
        return list(wanted)
    tables = {index: norm_table(kernels[index], low, high) for index in wanted if isinstance(kernels[index], KernelMap)}
    held = [(kernels[index], table, matrices[index]) for index, table in tables.items() if table is not None]
    if held:
        _fill(held, rows, columns, threads)
    return [index for index in wanted if tables.get(index) is None]


def _mostly_central(rows: DataRows, columns: DataRows) -> bool:
    """Whether nine in ten pairs of some rows spread over the data are within |u| <= 1/2."""
    if not (rows.is_regular and columns.is_regular):
        return False
    some = [part.directions[:: max(1, part.size // _PROBED)] for part in (rows, columns)]
    return bool(np.mean(np.abs(some[0] @ some[1].T) > CENTER) < 0.1)


def _fill(held: Sequence[tuple[KernelMap, NormTable, Matrix]], rows: DataRows, columns: DataRows, threads: int) -> None:
    same = columns is rows
    compiled = worth_compiling(2.0 * rows.size * columns.size * len(held))
    place = place_compiled if compiled else place_numpy
    one, two = rows.directions, columns.directions
    powers = [(table.powers(rows.q), table.powers(columns.q)) for _, table, _ in held]

    def work(top: int, left: int) -> None:
        cosine = one[top : top + TILE] @ two[left : left + TILE].T
        diagonal = same and top == left
        if diagonal:  # set below
            np.fill_diagonal(cosine, 0.0)
        far = np.nonzero(np.abs(cosine) > CENTER)
        pair = _pair(rows, columns, cosine[far], far[0] + top, far[1] + left) if len(far[0]) else None
        for (kernel, table, matrix), (s1, s2) in zip(held, powers, strict=True):
            value = _evaluate(cosine, table.table, s1[top : top + TILE], s2[left : left + TILE])
            if pair is not None:
                value[far] = kernel.of_pair(pair)
            if diagonal:
                np.fill_diagonal(value, table.diagonal(rows.q[top : top + TILE]))
                np.copyto(value, value.T, where=np.tri(len(value), k=-1, dtype=np.bool_))
            place(value, matrix, top, left, same and top != left)

    with single_threaded_blas():
        run_tiles(work, rows.size, columns.size, same, threads)


def _pair(rows: DataRows, columns: DataRows, u: FloatArray, i: NDArray[np.intp], j: NDArray[np.intp]) -> GaussianPair:
    """Single pairs, 1 - |u| from the difference of the directions."""
    gap = np.empty_like(u)
    for sign in (-1.0, 1.0):
        chosen = u * sign < 0.0
        gap[chosen] = 2.0 * half_distances(rows.directions, columns.directions, i[chosen], j[chosen], sign) ** 2
    positive, q1, q2 = u > 0.0, rows.q[i], columns.q[j]
    minus, plus = np.where(positive, gap, 2.0 - gap), np.where(positive, 2.0 - gap, gap)
    rho = np.where(positive, 1.0 - gap, gap - 1.0)
    return GaussianPair(q1, q2, np.sqrt(q1) * np.sqrt(q2) * rho, q1 - q2, Correlation(minus, plus, rho))


def _of_rows(table: FloatArray, s1: FloatArray) -> FloatArray:
    """[row, power of the cosine, power of the other norm]."""
    count, size, _ = table.shape
    return np.asarray(s1 @ table.transpose(1, 0, 2).reshape(size, -1)).reshape(len(s1), count, size)


def _evaluate(cosine: FloatArray, table: FloatArray, s1: FloatArray, s2: FloatArray) -> FloatArray:
    """Horner's rule in 2u, whose coefficients are products of thin matrices: loops of Numba are slower than these."""
    rows, x = _of_rows(table, s1), cosine / CENTER
    value = rows[:, -1] @ s2.T
    product = np.empty_like(value)
    for power in range(len(table) - 2, -1, -1):
        value *= x
        value += np.matmul(rows[:, power], s2.T, out=product)
    return np.asarray(value)
