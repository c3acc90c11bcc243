"""Points of one octave into its moments, compiled: the second stage, which sees a few nodes for each narrow bin.

A buffer of points has three rows: value, weight of the count, weight of the energy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import exact, fast
from asymptotix.spectra.compression.octave import HALF_WIDTH, NODES

__all__ = ["bins_to_points", "spread"]

FloatArray = NDArray[np.float64]

_CENTRE = 2.0**0.5


@fast
def bins_to_points(
    bins: FloatArray, n_bins: int, nodes: FloatArray, matrix: FloatArray, rows: int, points: FloatArray, n: int
) -> int:
    """Append the nodes of narrow bins (columns of `compiled_bins`) to the n points there are; their new number."""
    size = nodes.size
    for j in range(size):
        first = n + j * n_bins
        for b in range(np.uint64(n_bins)):
            points[0, np.uint64(first) + b] = bins[0, b] + nodes[j] * bins[1, b]
        for row in range(rows):
            out = points[1 + row, first : first + n_bins]
            out[:] = 0.0
            for k in range(size):
                moment = bins[2 + row * size + k, :n_bins]
                factor = matrix[k, j]
                for b in range(n_bins):
                    out[b] += factor * moment[b]
    return n + size * n_bins


@fast
def _first_moments(
    values: FloatArray,
    w: FloatArray,
    e: FloatArray,
    scale1: float,
    scale2: float,
    twice: FloatArray,
    current: FloatArray,
    previous: FloatArray,
) -> tuple[float, float, float, float]:
    """T_0 and T_1, and their weighted sums."""
    w0 = w1 = e0 = e1 = 0.0
    for j in range(values.size):
        mantissa = (values[j] * scale1) * scale2
        x = (mantissa - _CENTRE) / ((mantissa + _CENTRE) * HALF_WIDTH)
        twice[j] = x + x
        current[j] = x
        previous[j] = 1.0
        w0 += w[j]
        w1 += w[j] * x
        e0 += e[j]
        e1 += e[j] * x
    return w0, w1, e0, e1


@fast
def _two_steps(twice: FloatArray, current: FloatArray, previous: FloatArray, w: FloatArray) -> tuple[float, float]:
    """From T_k, T_(k-1) to T_(k+2), T_(k+1), and their weighted sums."""
    first = second = 0.0
    for j in range(w.size):
        a = twice[j] * current[j] - previous[j]
        b = twice[j] * a - current[j]
        previous[j] = a
        current[j] = b
        first += w[j] * a
        second += w[j] * b
    return first, second


@fast
def _two_weighted_steps(
    twice: FloatArray, current: FloatArray, previous: FloatArray, w: FloatArray, e: FloatArray
) -> tuple[float, float, float, float]:
    first = second = third = fourth = 0.0
    for j in range(w.size):
        a = twice[j] * current[j] - previous[j]
        b = twice[j] * a - current[j]
        previous[j] = a
        current[j] = b
        first += w[j] * a
        second += w[j] * b
        third += e[j] * a
        fourth += e[j] * b
    return first, second, third, fourth


@exact
def _add(moments: FloatArray, slot: int, row: int, sums: FloatArray) -> None:
    """Compensated: moments[slot, row, 0] + moments[slot, row, 1] keeps what one double would lose."""
    for k in range(NODES):
        before, value = moments[slot, row, 0, k], sums[row, k]
        total = before + value
        if abs(before) >= abs(value):
            moments[slot, row, 1, k] += (before - total) + value
        else:
            moments[slot, row, 1, k] += (value - total) + before
        moments[slot, row, 0, k] = total


@exact
def spread(points: FloatArray, n: int, rows: int, exponent: int, moments: FloatArray, slot: int, work: FloatArray) -> None:
    """Add the T_k moments of the first n points to those of the slot."""
    values, w, e = points[0, :n], points[1, :n], points[2, :n]
    half = (1 - exponent) // 2  # in two factors, since 2^(1 - exponent) may not be a double
    scale1, scale2 = 2.0**half, 2.0 ** (1 - exponent - half)
    twice, current, previous = work[0, :n], work[1, :n], work[2, :n]
    sums = np.zeros((2, NODES + 1))
    sums[0, 0], sums[0, 1], sums[1, 0], sums[1, 1] = _first_moments(values, w, e, scale1, scale2, twice, current, previous)
    for k in range(2, NODES, 2):
        if rows == 2:
            sums[0, k], sums[0, k + 1], sums[1, k], sums[1, k + 1] = _two_weighted_steps(twice, current, previous, w, e)
        else:
            sums[0, k], sums[0, k + 1] = _two_steps(twice, current, previous, w)
    for row in range(rows):
        _add(moments, slot, row, sums)
