"""The sums over the levels at one kappa, compiled: from the levels themselves, or from the polynomials of a panel.

`levels` has the rows eigenvalue, multiplicity, energy; `groups` the smallest level of a group (infinite after the last one), the
number of eigenvalues before it, and the index of its first level. Imported only where `acceleration.use_compiled` says so;
`level_sums` and `kappa_table` are the same in NumPy. The names: learned = s / (s + kappa), left = kappa / (s + kappa), spread =
learned left, whose weighted sum is df1 - df2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import exact, fast
from asymptotix.equivalents.panels import CENTRES, HALF_WIDTH, NODE_POINTS, NODES, TO_MONOMIALS, TO_SERIES

__all__ = ["build_panel", "panel_residual", "panel_risks", "place", "residual_sums", "risk_sums"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SERIES = 6  # residual, spread, its derivative, df2, unlearned, mixed
_CURVATURE = NODES // 2  # terms of the derivative of the spread, which only steers the iteration


@fast
def residual_sums(levels: FloatArray, kappa: float, split: int) -> tuple[float, float, float]:
    """df1 less the number of levels before `split`; the spread; d spread / d log kappa."""
    residual = spread = derivative = 0.0
    for i in range(split):
        inverse = 1.0 / (levels[0, i] + kappa)
        left, learned = kappa * inverse, levels[0, i] * inverse
        term = levels[1, i] * left
        residual -= term
        term *= learned
        spread += term
        derivative += term * (learned - left)
    for i in range(split, levels.shape[1]):
        inverse = 1.0 / (levels[0, i] + kappa)
        left, learned = kappa * inverse, levels[0, i] * inverse
        term = levels[1, i] * learned
        residual += term
        term *= left
        spread += term
        derivative += term * (learned - left)
    return residual, spread, derivative


@fast
def risk_sums(levels: FloatArray, kappa: float) -> tuple[float, float, float, float]:
    """Spread, df2, unlearned and mixed of `level_sums.LevelSums`, without tail and hidden energy."""
    spread = df2 = unlearned = mixed = 0.0
    for i in range(levels.shape[1]):
        inverse = 1.0 / (levels[0, i] + kappa)
        left, learned = kappa * inverse, levels[0, i] * inverse
        term = levels[1, i] * learned
        spread += term * left
        df2 += term * learned
        term = levels[2, i] * left
        unlearned += term * left
        mixed += term * learned
    return spread, df2, unlearned, mixed


@exact
def place(groups: FloatArray, kappa: float) -> int:
    """The number of groups of levels that lie wholly above kappa."""
    low, high = 0, groups.shape[1] - 1
    while low < high:
        middle = (low + high) >> 1
        if groups[0, middle] > kappa:
            low = middle + 1
        else:
            high = middle
    return low


@exact
def build_panel(panel: int, levels: FloatArray, split: int, coefficients: FloatArray) -> None:
    """The coefficients of t^0, ..., t^13 of all series of a panel, for the split of its centre."""
    values, series = np.empty((NODES, _SERIES)), np.empty((NODES, _SERIES))
    for i in range(NODES):
        ratio = math.exp(HALF_WIDTH * NODE_POINTS[i])
        kappa = CENTRES[panel] * ratio
        values[i, 0], values[i, 1], values[i, 2] = residual_sums(levels, kappa, split)
        values[i, 1], df2, unlearned, values[i, 5] = risk_sums(levels, kappa)
        values[i, 3], values[i, 4] = df2 * ratio, unlearned / ratio
    _multiply(TO_SERIES, values, series)
    _multiply(TO_MONOMIALS, series, coefficients[panel])


@exact
def _multiply(matrix: FloatArray, columns: FloatArray, out: FloatArray) -> None:
    out[:] = 0.0
    for i in range(NODES):
        for k in range(NODES):
            for c in range(_SERIES):
                out[i, c] += matrix[i, k] * columns[k, c]


# even and odd powers in two chains: their length, not the number of operations, is what takes time
@fast
def panel_residual(a: FloatArray, j: int, t: float) -> tuple[float, float, float]:
    """`residual_sums` at the point t of panel j, its derivative to about 1e-6."""
    square = t * t
    residual, spread, derivative = a[j, NODES - 2, 0], a[j, NODES - 2, 1], a[j, _CURVATURE - 1, 2]
    residual_odd, spread_odd, derivative_odd = a[j, NODES - 1, 0], a[j, NODES - 1, 1], a[j, _CURVATURE, 2]
    for i in range(NODES - 4, -1, -2):
        residual, residual_odd = residual * square + a[j, i, 0], residual_odd * square + a[j, i + 1, 0]
        spread, spread_odd = spread * square + a[j, i, 1], spread_odd * square + a[j, i + 1, 1]
    for i in range(_CURVATURE - 3, -1, -2):
        derivative, derivative_odd = derivative * square + a[j, i, 2], derivative_odd * square + a[j, i + 1, 2]
    return residual + t * residual_odd, spread + t * spread_odd, derivative + t * derivative_odd


@fast
def panel_risks(a: FloatArray, j: int, t: float, kappa: float) -> tuple[float, float, float, float]:
    """`risk_sums` at the point t of panel j, which is kappa."""
    square = t * t
    spread, df2, unlearned, mixed = a[j, NODES - 2, 1], a[j, NODES - 2, 3], a[j, NODES - 2, 4], a[j, NODES - 2, 5]
    spread_odd, df2_odd, unlearned_odd, mixed_odd = a[j, NODES - 1, 1], a[j, NODES - 1, 3], a[j, NODES - 1, 4], a[j, NODES - 1, 5]
    for i in range(NODES - 4, -1, -2):
        spread, spread_odd = spread * square + a[j, i, 1], spread_odd * square + a[j, i + 1, 1]
        df2, df2_odd = df2 * square + a[j, i, 3], df2_odd * square + a[j, i + 1, 3]
        unlearned, unlearned_odd = unlearned * square + a[j, i, 4], unlearned_odd * square + a[j, i + 1, 4]
        mixed, mixed_odd = mixed * square + a[j, i, 5], mixed_odd * square + a[j, i + 1, 5]
    ratio = kappa / CENTRES[j]
    return spread + t * spread_odd, (df2 + t * df2_odd) / ratio, (unlearned + t * unlearned_odd) * ratio, mixed + t * mixed_odd
