"""Moments of narrow bins, compiled: the only loops that see every eigenvalue.

A column of `out` is a bin: centre, half-width, and the moments of counts, then of weights, of the products of
`narrow_bins.FIVE` or `EIGHT`. The counts return whether an eigenvalue lies outside the bin or is NaN, the sums whether a weight
is negative, NaN or infinite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import exact, fast
from asymptotix.spectra.compression.narrow_bins import FINE_BINS

__all__ = ["counts5", "counts8", "extremes", "scatter", "scatter_both", "sums5", "sums8"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_ROUNDING = 1e-6  # by which T_2(x) may exceed 1 at the ends of a bin
_MANTISSA = np.int64(0x000FFFFFFFFFFFFF)
_SMALLEST = np.int64(0x0010000000000000)  # below it doubles are subnormal
_INFINITY = np.int64(0x7FF0000000000000)
_ONE = np.int64(0x3FF0000000000000)  # the exponent bits of 1.0


@fast
def counts5(v: FloatArray, start: int, stop: int, centre: float, scale: float, out: FloatArray, column: int) -> bool:
    """Five moments of unit weights."""
    m1 = m2 = m3 = m4 = outside = 0.0
    for i in range(np.uint64(start), np.uint64(stop)):
        x = (v[i] - centre) * scale
        t2 = (x + x) * x - 1.0
        m1 += x
        m2 += t2
        m3 += x * t2
        m4 += t2 * t2
        outside += t2 if t2 > 1.0 else 1.0
    out[2, column], out[3, column], out[4, column], out[5, column], out[6, column] = stop - start, m1, m2, m3, m4
    return outside - (stop - start) > _ROUNDING or m2 != m2


@fast
def counts8(v: FloatArray, start: int, stop: int, centre: float, scale: float, out: FloatArray, column: int) -> bool:
    """Eight moments of unit weights."""
    m1 = m2 = m3 = m4 = m5 = m6 = m7 = outside = 0.0
    for i in range(np.uint64(start), np.uint64(stop)):
        x = (v[i] - centre) * scale
        t2 = (x + x) * x - 1.0
        t4 = (t2 + t2) * t2 - 1.0
        x3 = x * t2
        m1 += x
        m2 += t2
        m3 += x3
        m4 += t4
        m5 += x * t4
        m6 += t2 * t4
        m7 += x3 * t4
        outside += t2 if t2 > 1.0 else 1.0
    out[2, column], out[3, column], out[4, column], out[5, column] = stop - start, m1, m2, m3
    out[6, column], out[7, column], out[8, column], out[9, column] = m4, m5, m6, m7
    return outside - (stop - start) > _ROUNDING or m2 != m2


@fast
def sums5(v: FloatArray, w: FloatArray, start: int, stop: int, centre: float, scale: float, out: FloatArray, column: int) -> bool:
    """Five moments of the weights w."""
    m0 = m1 = m2 = m3 = m4 = negative = 0.0
    for i in range(np.uint64(start), np.uint64(stop)):
        x = (v[i] - centre) * scale
        t2 = (x + x) * x - 1.0
        wi = w[i]
        w2 = wi * t2
        m0 += wi
        m1 += wi * x
        m2 += w2
        m3 += w2 * x
        m4 += w2 * t2
        negative += wi if wi < 0.0 else 0.0
    out[7, column], out[8, column], out[9, column], out[10, column], out[11, column] = m0, m1, m2, m3, m4
    return negative < 0.0 or not m0 < np.inf


@fast
def sums8(v: FloatArray, w: FloatArray, start: int, stop: int, centre: float, scale: float, out: FloatArray, column: int) -> bool:
    """Eight moments of the weights w."""
    m0 = m1 = m2 = m3 = m4 = m5 = m6 = m7 = negative = 0.0
    for i in range(np.uint64(start), np.uint64(stop)):
        x = (v[i] - centre) * scale
        t2 = (x + x) * x - 1.0
        t4 = (t2 + t2) * t2 - 1.0
        x3 = x * t2
        wi = w[i]
        w4 = wi * t4
        m0 += wi
        m1 += wi * x
        m2 += wi * t2
        m3 += wi * x3
        m4 += w4
        m5 += w4 * x
        m6 += w4 * t2
        m7 += w4 * x3
        negative += wi if wi < 0.0 else 0.0
    out[10, column], out[11, column], out[12, column], out[13, column] = m0, m1, m2, m3
    out[14, column], out[15, column], out[16, column], out[17, column] = m4, m5, m6, m7
    return negative < 0.0 or not m0 < np.inf


@fast
def scatter(bits: IntArray, start: int, slots: IntArray, heads: IntArray, bins: FloatArray) -> int:
    """Eigenvalues, as bits, into the moments of their fine bins, up to one that needs a closer look; its index."""
    for i in range(np.uint64(start), np.uint64(bits.size)):
        b = bits[i]
        if b < _SMALLEST or b >= _INFINITY:
            return np.int64(i)  # type: ignore[return-value]  # what Numba calls int
        slot = slots[(b >> 52) + 51]
        if slot < 0 or heads[slot, 2] >= 0:
            return np.int64(i)  # type: ignore[return-value]  # what Numba calls int
        part = (b >> 47) & (FINE_BINS - 1)
        x = (np.int64((b & _MANTISSA) | _ONE).view(np.float64) - (1.0 + (part + 0.5) / FINE_BINS)) * (2.0 * FINE_BINS)
        t2 = (x + x) * x - 1.0
        t4 = (t2 + t2) * t2 - 1.0
        x3 = x * t2
        row = bins[slot, part, 0]
        row[0] += 1.0
        row[1] += x
        row[2] += t2
        row[3] += x3
        row[4] += t4
        row[5] += x * t4
        row[6] += t2 * t4
        row[7] += x3 * t4
    return bits.size


@exact
def scatter_both(bits: IntArray, weights: FloatArray, start: int, slots: IntArray, heads: IntArray, bins: FloatArray) -> int:
    """The same with weights, which must be finite and >= 0; their sum is compensated, with its rounding behind the moments."""
    for i in range(np.uint64(start), np.uint64(bits.size)):
        b, w = bits[i], weights[i]
        if b < _SMALLEST or b >= _INFINITY or not 0.0 <= w < np.inf:
            return np.int64(i)  # type: ignore[return-value]  # what Numba calls int
        slot = slots[(b >> 52) + 51]
        if slot < 0 or heads[slot, 2] >= 0:
            return np.int64(i)  # type: ignore[return-value]  # what Numba calls int
        part = (b >> 47) & (FINE_BINS - 1)
        x = (np.int64((b & _MANTISSA) | _ONE).view(np.float64) - (1.0 + (part + 0.5) / FINE_BINS)) * (2.0 * FINE_BINS)
        t2 = (x + x) * x - 1.0
        t4 = (t2 + t2) * t2 - 1.0
        x3 = x * t2
        w4 = w * t4
        row, other = bins[slot, part, 0], bins[slot, part, 1]
        row[0] += 1.0
        row[1] += x
        row[2] += t2
        row[3] += x3
        row[4] += t4
        row[5] += x * t4
        row[6] += t2 * t4
        row[7] += x3 * t4
        total = other[0] + w
        other[8] += (other[0] - total) + w if abs(other[0]) >= w else (w - total) + other[0]
        other[0] = total
        other[1] += w * x
        other[2] += w * t2
        other[3] += w * x3
        other[4] += w4
        other[5] += w4 * x
        other[6] += w4 * t2
        other[7] += w4 * x3
    return bits.size


@fast
def extremes(bits: IntArray, start: int, stop: int) -> tuple[int, int]:
    """Least and largest of the integers that doubles are; positive ones order as their bits do."""
    low = high = bits[start]
    for i in range(np.uint64(start), np.uint64(stop)):
        low = min(low, bits[i])
        high = max(high, bits[i])
    return low, high
