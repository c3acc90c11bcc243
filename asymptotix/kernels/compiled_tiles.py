"""The polynomials of a tile in compiled loops. Imports Numba: only where `acceleration.use_compiled` says so.

A group of eight coefficients is held in registers while it passes over a row of the tile, which stays in the cache.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import entry, fast, types

__all__ = ["evaluate_tile", "place32", "place64", "polynomial_group", "raise_order", "reaches"]

FloatArray = NDArray[np.float64]
Integers = NDArray[np.int64]
_matrix = types.Array(types.float64, 2, "C")
_row = types.Array(types.float64, 1, "C")
_orders = types.Array(types.int64, 1, "C")


@fast
def polynomial_group(value: FloatArray, t: FloatArray, cosine: FloatArray, c: FloatArray, k: int) -> None:
    """Eight steps of Horner's rule, coefficients k + 7 down to k, those of the sign of each cosine."""
    plus, minus = c[0, k : k + 8], c[1, k : k + 8]
    p0, p1, p2, p3, p4, p5, p6, p7 = plus[0], plus[1], plus[2], plus[3], plus[4], plus[5], plus[6], plus[7]
    m0, m1, m2, m3, m4, m5, m6, m7 = minus[0], minus[1], minus[2], minus[3], minus[4], minus[5], minus[6], minus[7]
    for j in range(value.size):
        positive = cosine[j] >= 0.0
        x, v = t[j], value[j]
        v = v * x + (p7 if positive else m7)
        v = v * x + (p6 if positive else m6)
        v = v * x + (p5 if positive else m5)
        v = v * x + (p4 if positive else m4)
        v = v * x + (p3 if positive else m3)
        v = v * x + (p2 if positive else m2)
        v = v * x + (p1 if positive else m1)
        value[j] = v * x + (p0 if positive else m0)


@fast
def _points(cosine: FloatArray, w: FloatArray, t: FloatArray) -> None:
    """The points w = sqrt((1 - |u|)/2) and t = 2^(3/2) w - 1."""
    for j in range(cosine.size):
        w[j] = math.sqrt(max(0.5 - 0.5 * abs(cosine[j]), 0.0))
        t[j] = 2.8284271247461903 * w[j] - 1.0


@fast
def raise_order(value: FloatArray, w: FloatArray, cosine: FloatArray, orders: Integers) -> None:
    """Times w to the order of the zero at w = 0, for each sign."""
    for _ in range(orders[0]):
        for j in range(value.size):
            value[j] *= w[j] if cosine[j] >= 0.0 else 1.0
    for _ in range(orders[1]):
        for j in range(value.size):
            value[j] *= 1.0 if cosine[j] >= 0.0 else w[j]


@fast
def _central_group(value: FloatArray, u: FloatArray, c: FloatArray, k: int) -> None:
    """Eight steps of Horner's rule in 2u."""
    c0, c1, c2, c3, c4, c5, c6, c7 = c[k], c[k + 1], c[k + 2], c[k + 3], c[k + 4], c[k + 5], c[k + 6], c[k + 7]
    for j in range(value.size):
        x, v = 2.0 * u[j], value[j]
        v = (((v * x + c7) * x + c6) * x + c5) * x + c4
        value[j] = (((v * x + c3) * x + c2) * x + c1) * x + c0


@fast
def _exceeding(u: FloatArray, limit: float) -> float:
    """How many exceed the limit: a sum of numbers, which runs in vector registers where a maximum does not."""
    count = 0.0
    for j in range(u.size):
        count += 1.0 if abs(u[j]) > limit else 0.0
    return count


@entry(_matrix, _matrix, _matrix, _orders, _row, _row, _row)
def evaluate_tile(
    cosine: FloatArray, value: FloatArray, table: FloatArray, orders: Integers, center: FloatArray, rows: FloatArray,
    columns: FloatArray,
) -> None:  # fmt: skip
    """value[i, j] = rows[i] columns[j] P(cosine[i, j]); a row within |u| <= 1/2 by the polynomial in 2u, if there is one."""
    width = cosine.shape[1]
    w, t = np.empty(width), np.empty(width)
    for i in range(cosine.shape[0]):
        line = value[i]
        line[:] = 0.0
        if center.size > 0 and _exceeding(cosine[i], 0.5) == 0.0:
            for k in range(center.size - 8, -1, -8):
                _central_group(line, cosine[i], center, k)
        else:
            _points(cosine[i], w, t)
            for k in range(table.shape[1] - 8, -1, -8):
                polynomial_group(line, t, cosine[i], table, k)
            if orders[0] + orders[1] > 0:
                raise_order(line, w, cosine[i], orders)
        for j in range(width):
            line[j] *= rows[i] * columns[j]


@entry(_matrix, types.float64)
def reaches(cosine: FloatArray, limit: float) -> bool:
    """Whether |u| exceeds the limit anywhere."""
    count = 0.0
    for i in range(cosine.shape[0]):
        count += _exceeding(cosine[i], limit)
    return count > 0.0


@fast
def _place(tile: FloatArray, out: NDArray[Any], top: int, left: int, mirror: bool) -> None:
    """Put the tile at (top, left), and its transpose at (left, top)."""
    rows, columns = tile.shape
    for i in range(rows):
        line = out[top + i]
        for j in range(columns):
            line[left + j] = tile[i, j]
    if mirror:
        for block in range(0, columns, 8):
            for i in range(rows):
                for j in range(block, min(block + 8, columns)):
                    out[left + j, top + i] = tile[i, j]


@entry(_matrix, _matrix, types.int64, types.int64, types.boolean)
def place64(tile: FloatArray, out: NDArray[Any], top: int, left: int, mirror: bool) -> None:
    """Into a matrix of float64."""
    _place(tile, out, top, left, mirror)


@entry(_matrix, types.Array(types.float32, 2, "C"), types.int64, types.int64, types.boolean)
def place32(tile: FloatArray, out: NDArray[Any], top: int, left: int, mirror: bool) -> None:
    """Into a matrix of float32."""
    _place(tile, out, top, left, mirror)
