"""The layers of a network on a tile, entry by entry, in compiled loops over a row of the tile, which stays in the cache.

Imports Numba: only where `acceleration.use_compiled` says so.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import entry, fast, types
from asymptotix.kernels.compiled_tiles import polynomial_group, raise_order

__all__ = ["erf_layers", "rectified_layers"]

FloatArray = NDArray[np.float64]
Integers = NDArray[np.int64]
_matrix = types.Array(types.float64, 2, "C")
_row = types.Array(types.float64, 1, "C")
_integers = types.Array(types.int64, 1, "C")
_ROOT8 = 2.8284271247461903


@fast
def _polynomial(value: FloatArray, w: FloatArray, t: FloatArray, u: FloatArray, table: FloatArray, orders: Integers) -> None:
    """The polynomials of the sign of u at t, times w to the order of the zero."""
    value[:] = 0.0
    for k in range(table.shape[1] - 8, -1, -8):
        polynomial_group(value, t, u, table, k)
    if orders[0] + orders[1] > 0:
        raise_order(value, w, u, orders)


@fast
def _first(u: FloatArray, gap: FloatArray, rho: FloatArray, minus: FloatArray, plus: FloatArray) -> None:
    """The correlation of the inputs, 1 - rho and 1 + rho from 1 - |rho|."""
    for j in range(u.size):
        small, large = gap[j], 2.0 - gap[j]
        positive = u[j] >= 0.0
        minus[j] = small if positive else large
        plus[j] = large if positive else small
        rho[j] = 1.0 - small if positive else small - 1.0


@fast
def _covariance(value: FloatArray, rho: FloatArray, scale: float, roots: FloatArray, bias: float) -> None:
    for j in range(value.size):
        value[j] = scale * roots[j] * rho[j] + bias


@fast
def _affine(
    cross: FloatArray, minus: FloatArray, plus: FloatArray, u: FloatArray, w: FloatArray, t: FloatArray,
    q: FloatArray, roots: FloatArray, inverse: FloatArray, own: Any, scales: Any,
) -> None:  # fmt: skip
    """As `homogeneous.affine_pair`: u and w = sqrt((1 - |u|)/2) of the next layer, every term of 1 - u^2 nonnegative."""
    variance, root, inverted = own
    weight, bias, apart = scales
    for j in range(u.size):
        size = inverted * inverse[j]
        u[j] = cross[j] * size
        part = weight * root * roots[j] * size
        gap = apart * size * (variance - q[j]) / max(root + roots[j], 1e-300)
        square = part * minus[j] * (part * plus[j] + 2.0 * bias * size) + gap * gap
        w[j] = math.sqrt(min(square / (2.0 + 2.0 * abs(u[j])), 0.5))
        t[j] = _ROOT8 * w[j] - 1.0


@fast
def _shares(value: FloatArray, u: FloatArray, deficit: Integers, rho: FloatArray, minus: FloatArray, plus: FloatArray) -> None:
    """Rho, 1 - rho and 1 + rho of the expectations over their value at u = 1, from 1 - rho or from rho for each sign of u."""
    for j in range(value.size):
        v = value[j]
        from_gap = (deficit[0] if u[j] >= 0.0 else deficit[1]) == 1
        rho[j] = 1.0 - v if from_gap else v
        minus[j] = v if from_gap else 1.0 - v
        plus[j] = 2.0 - v if from_gap else 1.0 + v


@entry(*[_matrix] * 11, _integers, _integers, _matrix, _integers, _matrix, types.boolean)
def rectified_layers(
    cosine: FloatArray, gap: FloatArray, nngp: FloatArray, tangent: FloatArray,
    q1: FloatArray, roots1: FloatArray, inverse1: FloatArray, q2: FloatArray, roots2: FloatArray, inverse2: FloatArray,
    table: FloatArray, orders: Integers, deficit: Integers, slope_table: FloatArray, slope_orders: Integers,
    scales: FloatArray, trained: bool,
) -> None:  # fmt: skip
    """Both kernels of a tile. q1, q2: input variances as one row; roots, inverse: (layer, row); scales: (w, b, apart, slope)."""
    width, depth = cosine.shape[1], scales.shape[0] - 1
    lines = np.empty((7, width))
    rho, minus, plus, u, w, t, value = lines[0], lines[1], lines[2], lines[3], lines[4], lines[5], lines[6]
    for i in range(cosine.shape[0]):
        total, covariance = tangent[i], nngp[i]
        _first(cosine[i], gap[i], rho, minus, plus)
        for layer in range(depth + 1):
            weight, bias, apart = scales[layer, 0], scales[layer, 1], scales[layer, 2]
            _covariance(covariance, rho, weight * roots1[layer, i], roots2[layer], bias)
            if trained:
                for j in range(width):
                    total[j] = covariance[j] + (total[j] if layer > 0 else 0.0)
            if layer == depth:
                break
            own = (q1[0, i], roots1[layer, i], inverse1[layer, i])
            _affine(covariance, minus, plus, u, w, t, q2[0], roots2[layer], inverse2[layer], own, (weight, bias, apart))
            if trained:
                _polynomial(value, w, t, u, slope_table, slope_orders)
                for j in range(width):
                    total[j] *= scales[layer, 3] * value[j]
            _polynomial(value, w, t, u, table, orders)
            _shares(value, u, deficit, rho, minus, plus)


@fast
def _arcsine_points(cross: FloatArray, u: FloatArray, w: FloatArray, t: FloatArray, own: float, narrow: FloatArray) -> None:
    """The sine u = g c / sqrt((1 + g q1)(1 + g q2)), and its points."""
    for j in range(u.size):
        u[j] = cross[j] * own * narrow[j]
        w[j] = math.sqrt(max(0.5 - 0.5 * abs(u[j]), 0.0))
        t[j] = _ROOT8 * w[j] - 1.0


@entry(*[_matrix] * 8, _integers, types.float64, types.float64, types.float64, types.boolean)
def erf_layers(
    cosine: FloatArray, nngp: FloatArray, tangent: FloatArray, roots1: FloatArray, narrow1: FloatArray, roots2: FloatArray,
    narrow2: FloatArray, table: FloatArray, orders: Integers, weight: float, bias: float, energy: float, trained: bool,
) -> None:  # fmt: skip
    """Both kernels of a tile; narrow: (layer, row) of sqrt(g / (1 + g q)), table: that of 2/pi arcsin, energy: amplitude^2."""
    width, depth = cosine.shape[1], narrow1.shape[0]
    lines = np.empty((4, width))
    u, w, t, value = lines[0], lines[1], lines[2], lines[3]
    for i in range(cosine.shape[0]):
        total, covariance = tangent[i], nngp[i]
        _covariance(covariance, cosine[i], weight * roots1[0, i], roots2[0], bias)
        if trained:
            total[:] = covariance
        for layer in range(depth):
            narrow = narrow2[layer]
            own = narrow1[layer, i]
            _arcsine_points(covariance, u, w, t, own, narrow)
            _polynomial(value, w, t, u, table, orders)
            for j in range(width):
                covariance[j] = weight * energy * value[j] + bias
            if trained:
                factor = weight * energy * own * 0.6366197723675814
                for j in range(width):
                    slope = factor * narrow[j] / math.sqrt(max((1.0 - abs(u[j])) * (1.0 + abs(u[j])), 1e-300))
                    total[j] = total[j] * slope + covariance[j]
