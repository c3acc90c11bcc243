"""Values and slopes of an activation at many pre-activations at once, as a training loop needs them.

An activation evaluates its tree with care for the last digit; for erf and GELU, whose slopes hold Gaussians, the direct form is
several times faster and right to a few units in the last place, which is what training needs (`gaussian_integral`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation, activation
from asymptotix.lazy.gaussian_integral import ERF, NORMAL, prepare

__all__ = ["expect", "values_and_slopes"]

FloatArray = NDArray[np.float64]
Pair = Callable[[FloatArray, FloatArray, FloatArray], None]  # fills values and slopes at points

_CHUNK = 1 << 14  # entries whose temporaries stay in the cache
_THREADS = 2
_SERIAL = 1 << 17  # entries below which threads cost more than they save


def values_and_slopes(s: Activation, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """s(z) and s'(z) almost everywhere, without the Dirac measures of jumps, of the shape of z."""
    pair, flat = _pair(s), np.ascontiguousarray(z).reshape(-1)
    values, slopes = np.empty_like(flat), np.empty_like(flat)

    def fill(first: int, last: int) -> None:
        for start in range(first, last, _CHUNK):
            part = slice(start, min(start + _CHUNK, last))
            pair(flat[part], values[part], slopes[part])

    if flat.size < _SERIAL:
        fill(0, flat.size)
    else:
        ends = np.linspace(0, flat.size, _THREADS + 1).astype(int).tolist()
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(fill, ends[:-1], ends[1:]))
    return values.reshape(z.shape), slopes.reshape(z.shape)


def expect(s: Activation, points: float) -> None:
    """Get ready for so many evaluations of s in all, which may repay a compiled loop."""
    if _pair(s) in (ERF, _gelu):
        prepare(points)


@cache
def _pair(s: Activation) -> Pair:
    for name, direct in (("erf", ERF), ("gelu", _gelu), ("relu", _relu)):
        if s == activation(name):
            return direct
    slope = s.pointwise_derivative

    def separately(z: FloatArray, values: FloatArray, slopes: FloatArray) -> None:
        values[:], slopes[:] = s(z), slope(z)

    return separately


def _gelu(z: FloatArray, values: FloatArray, slopes: FloatArray) -> None:
    NORMAL(z, values, slopes)
    slopes *= z
    slopes += values
    values *= z


def _relu(z: FloatArray, values: FloatArray, slopes: FloatArray) -> None:
    np.maximum(z, 0.0, out=values)
    np.greater(z, 0.0, out=slopes, casting="unsafe")
