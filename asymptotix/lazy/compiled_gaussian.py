"""The integral of a Gaussian and the Gaussian at many points, in a compiled loop over tables.

Imports Numba: only where `acceleration.use_compiled` says so.
"""

from __future__ import annotations

import math

from numpy.typing import NDArray

from asymptotix.acceleration.loops import entry, types

__all__ = ["integrals"]

_row = types.Array(types.float64, 1, "C")
_table = types.Array(types.float64, 2, "C")


@entry(_row, _table, types.float64, types.float64, _row, _row)
def integrals(z: NDArray, table: NDArray, resolution: float, rate: float, total: NDArray, density: NDArray) -> int:  # type: ignore[type-arg] # float64
    """Fill F(z) and g(z) from rows (F, g) at the points k / resolution, k from -m to m; NaN beyond, whose number is returned.

    With b the nearest point and h = z - b, g(z) = g(b) exp(-rate h (z + b)), whose exponent is small, and F(z) - F(b) is the
    trapezoid of g corrected by Euler and Maclaurin: both to rounding for a resolution of some thousand.
    """
    middle, step, beyond = len(table) // 2, 1.0 / resolution, 0
    for i in range(z.size):
        x = z[i]
        if not abs(x) * resolution <= middle:
            total[i] = density[i] = math.nan
            beyond += 1
            continue
        k = math.floor(x * resolution + 0.5)
        k = min(max(k, -middle), middle)
        b = k * step
        h = x - b
        u = -rate * h * (x + b)
        before = table[k + middle, 1]
        after = before * (1 + u * (1 + u * (1 / 2 + u * (1 / 6 + u * (1 / 24 + u * (1 / 120))))))
        density[i] = after
        total[i] = table[k + middle, 0] + h * (0.5 * (before + after) + h * (rate / 6) * (x * after - b * before))
    return beyond
