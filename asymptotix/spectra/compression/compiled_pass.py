"""The compiled pass over eigenvalues: blocks of neighbours where they are close, fine bins where they come in no order.

The state is that of `table.OctaveTable`, which `numpy_pass` fills in the same way. Narrow bins and single points of one octave
wait in buffers until the octave changes or the buffers are full. Numba takes a reference to every array that it hands to a
function, which takes longer than a short block: hence few calls, and those with whole arrays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import entry, exact, types
from asymptotix.spectra.compression.compiled_bins import counts5, counts8, extremes, scatter, scatter_both, sums5, sums8
from asymptotix.spectra.compression.compiled_octaves import bins_to_points, spread
from asymptotix.spectra.compression.narrow_bins import EIGHT, FINE_BINS, FIVE
from asymptotix.spectra.compression.octave import NODES

__all__ = ["BAD_EIGENVALUE", "BAD_ENERGY", "DONE", "NEEDS_BINS", "NEEDS_SLOTS", "pass_over"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DONE, NEEDS_SLOTS, NEEDS_BINS, BAD_EIGENVALUE, BAD_ENERGY = range(5)

_LONGEST, _SHORTEST = 1024, 32
_FEWEST_FIVE = 256  # in shorter blocks the nodes cost more than 5 moments save over 8
_BINS, _SINGLES = 64, 512  # that wait
_POINTS = 5 * _BINS + 8 * _BINS + _SINGLES
_FEW, _OFTEN = 8, 256  # so often fewer points of one octave before another: the order is random
_INFINITY = np.int64(0x7FF0000000000000)
_MINUS_ZERO = np.int64(-0x8000000000000000)
_NARROW5, _NARROW8 = FIVE.narrowness, EIGHT.narrowness
_NODES5, _MATRIX5, _NODES8, _MATRIX8 = FIVE.points, FIVE.matrix, EIGHT.points, EIGHT.matrix
_LOWEST, _HIGHEST = 1e-290, 1e300  # eigenvalues beyond are taken one by one


@exact
def _flush(
    waiting: IntArray,
    fives: FloatArray,
    eights: FloatArray,
    points: FloatArray,
    work: FloatArray,
    rows: int,
    heads: IntArray,
    moments: FloatArray,
) -> None:
    """All that waits into the moments of its octave. waiting: singles, fives, eights, slot, small flushes."""
    n = waiting[0]
    if n > 0 and n + waiting[1] + waiting[2] < _FEW:
        waiting[4] += 1
    n = bins_to_points(fives, waiting[1], _NODES5, _MATRIX5, rows, points, n)
    n = bins_to_points(eights, waiting[2], _NODES8, _MATRIX8, rows, points, n)
    if n > 0:
        spread(points, n, rows, heads[waiting[3], 0], moments, waiting[3], work)
    waiting[:3] = 0


@exact
def _octave(bits: int) -> int:
    """The octave of a positive double given as its bits: e + 1073 for [2^(e-1), 2^e)."""
    if bits >> 52:
        return (bits >> 52) + 51
    index = -1  # subnormal: its leading bit tells
    while bits > 0:
        bits >>= 1
        index += 1
    return index


@exact
def _keep(value: float, count: int, energy: float, slot: int, heads: IntArray, raw: FloatArray) -> bool:
    """Into the list of distinct eigenvalues of an octave; False if it is full."""
    n = heads[slot, 2]
    for j in range(n - 1, -1, -1):
        if raw[slot, 0, j] == value:
            raw[slot, 1, j] += count
            before = raw[slot, 2, j]
            total = before + energy
            raw[slot, 3, j] += (before - total) + energy if before >= energy else (energy - total) + before
            raw[slot, 2, j] = total
            return True
    if n == NODES:
        return False
    raw[slot, 0, n], raw[slot, 1, n], raw[slot, 2, n], raw[slot, 3, n] = value, count, energy, 0.0
    heads[slot, 2] = n + 1
    return True


@exact
def _sum(weights: FloatArray, start: int, stop: int) -> float:
    """Compensated sum; NaN if a weight is negative."""
    total = rounding = 0.0
    for i in range(start, stop):
        w = weights[i]
        if not w >= 0.0:
            return np.nan
        after = total + w
        rounding += (total - after) + w if total >= w else (w - after) + total
        total = after
    return total + rounding


@exact
def _take_singles(
    values: FloatArray,
    bits: IntArray,
    energies: FloatArray,
    i: int,
    stop: int,
    waiting: IntArray,
    fives: FloatArray,
    eights: FloatArray,
    points: FloatArray,
    work: FloatArray,
    slots: IntArray,
    heads: IntArray,
    raw: FloatArray,
    moments: FloatArray,
    sums: FloatArray,
    tallies: IntArray,
) -> tuple[int, int]:
    """Take in values[i:stop] one by one; how that ended, and where. sums: trace and energy of zeros, of these."""
    # long, since a call for one eigenvalue would hand over twelve arrays, which takes longer than the eigenvalue
    rows = 2 if energies.size else 1
    while i < stop:
        b, value, energy = bits[i], values[i], energies[i] if rows == 2 else 0.0
        if not 0.0 <= energy < np.inf:
            return BAD_ENERGY, i
        if b == 0 or b == _MINUS_ZERO:
            tallies[1] += 1
            sums[1] += energy
            i += 1
            continue
        if b < 0 or b >= _INFINITY:
            return BAD_EIGENVALUE, i
        index = _octave(b)
        slot = slots[index]
        if slot < 0:
            if tallies[0] == heads.shape[0]:
                return NEEDS_SLOTS, i
            slot = tallies[0]
            slots[index] = slot
            heads[slot, 0], heads[slot, 1], heads[slot, 2] = index - 1073, 0, 0
            tallies[0] += 1
        if heads[slot, 2] >= 0:
            run = 1
            while i + run < stop and values[i + run] == value:
                run += 1
            if rows == 2:
                energy = _sum(energies, i, i + run)
                if not energy < np.inf:
                    return BAD_ENERGY, i
            if _keep(value, run, energy, slot, heads, raw):
                heads[slot, 1] += run
                sums[0] += run * value
                i += run
                continue
            energy = energies[i] if rows == 2 else 0.0
            heads[slot, 2] = -1
            for j in range(NODES):
                raw[slot, 2, j] += raw[slot, 3, j]
            spread(raw[slot], NODES, rows, heads[slot, 0], moments, slot, work)
        heads[slot, 1] += 1
        sums[0] += value
        i += 1
        if waiting[3] != slot or waiting[0] == _SINGLES:
            _flush(waiting, fives, eights, points, work, rows, heads, moments)
            waiting[3] = slot
        n = waiting[0]
        points[0, n], points[1, n], points[2, n] = value, 1.0, energy
        waiting[0] = n + 1
    return DONE, i


@exact
def _add(totals: FloatArray, row: int, value: float) -> None:
    """Compensated: totals[row, 0] + totals[row, 1]."""
    before = totals[row, 0]
    total = before + value
    if abs(before) >= abs(value):
        totals[row, 1] += (before - total) + value
    else:
        totals[row, 1] += (value - total) + before
    totals[row, 0] = total


@exact
def _fold(
    bins: FloatArray,
    columns: FloatArray,
    points: FloatArray,
    work: FloatArray,
    rows: int,
    heads: IntArray,
    moments: FloatArray,
    totals: FloatArray,
    used: int,
) -> None:
    """The fine bins into the moments of their octaves, and into the trace."""
    for slot in range(used):
        n = 0
        unit = 2.0 ** (heads[slot, 0] - 1)
        for part in range(FINE_BINS):
            if bins[slot, part, 0, 0] > 0.0:
                columns[0, n], columns[1, n] = (1.0 + (part + 0.5) / FINE_BINS) * unit, 0.5 / FINE_BINS * unit
                for k in range(8):
                    columns[2 + k, n] = bins[slot, part, 0, k]
                    columns[10 + k, n] = bins[slot, part, 1, k]
                columns[10, n] += bins[slot, part, 1, 8]
                heads[slot, 1] += int(columns[2, n])
                _add(totals, 0, columns[0, n] * columns[2, n])
                _add(totals, 0, columns[1, n] * columns[3, n])
                n += 1
        if n > 0:
            spread(
                points, bins_to_points(columns, n, _NODES8, _MATRIX8, rows, points, 0), rows, heads[slot, 0], moments, slot, work
            )


_READ, _COUNTS = types.Array(types.float64, 1, "C", readonly=True), types.int64[::1]


@entry(
    _READ, types.Array(types.int64, 1, "C", readonly=True), _READ, types.int64, types.float64[:, :, :, ::1], _COUNTS,
    types.int64[:, ::1], types.float64[:, :, ::1], types.float64[:, :, :, ::1], types.float64[:, ::1], _COUNTS,
)  # fmt: skip
def pass_over(
    values: FloatArray,
    bits: IntArray,
    energies: FloatArray,
    start: int,
    bins: FloatArray,
    slots: IntArray,
    heads: IntArray,
    raw: FloatArray,
    moments: FloatArray,
    totals: FloatArray,
    tallies: IntArray,
) -> tuple[int, int]:
    """Take in values[start:], whose `bits` are the same memory as integers; how that ended, and at which index.

    `energies` is empty where there are none; `bins` (slots, FINE_BINS, 2, 9) are zero, or empty as long as an order is assumed;
    the others are the fields of the table.
    """
    # long, since the parts of the loop share most of twenty variables and arrays, and a call that hands these over takes
    # longer than a block of 32
    rows = 2 if energies.size else 1
    points, work = np.zeros((3, _POINTS)), np.empty((3, _POINTS))
    fives, eights, sums = np.empty((12, _BINS)), np.empty((18, _BINS)), np.zeros(2)
    waiting = np.zeros(5, dtype=np.int64)
    waiting[4] = _OFTEN + 1 if len(bins) else 0
    size, longest, status, i = values.size, _LONGEST, DONE, start
    while i < size and status == DONE:
        if waiting[4] > _OFTEN:
            if len(bins) == 0:
                status = NEEDS_BINS
                break
            i = scatter_both(bits, energies, i, slots, heads, bins) if rows == 2 else scatter(bits, i, slots, heads, bins)
            stop = min(i + 1, size)
        else:
            stop = min(i + _SHORTEST, size)
            # the longest block of neighbours in one octave whose ends are close enough
            length, first, upper = min(longest, size - i), values[i], bits[i] >> 52
            while length >= _SHORTEST:
                last = values[i + length - 1]
                if upper == bits[i + length - 1] >> 52 and abs(first - last) * _NARROW8 <= first + last and first > _LOWEST:
                    break
                length >>= 1
            slot = slots[upper + 51] if length >= _SHORTEST and first < _HIGHEST else -1
            if slot >= 0 and heads[slot, 2] >= 0:
                if first == values[i + length - 1]:
                    stop = i + length
            elif slot >= 0:
                shorter = length
                while (
                    shorter >= _FEWEST_FIVE and abs(first - values[i + shorter - 1]) * _NARROW5 > first + values[i + shorter - 1]
                ):
                    shorter >>= 1
                five = shorter >= _FEWEST_FIVE
                length = shorter if five else length
                if waiting[3] != slot or waiting[1] == _BINS or waiting[2] == _BINS:
                    _flush(waiting, fives, eights, points, work, rows, heads, moments)
                    waiting[3] = slot
                low, high = min(first, values[i + length - 1]), max(first, values[i + length - 1])
                end, column, outside = i + length, waiting[1] if five else waiting[2], True
                for attempt in range(2):
                    centre = 0.5 * (low + high)
                    half = max(high - centre, centre - low)
                    if half > 0.0 or attempt == 1:
                        scale = 1.0 / half if half > 0.0 else 0.0
                        if five:
                            outside = counts5(values, i, end, centre, scale, fives, column)
                        else:
                            outside = counts8(values, i, end, centre, scale, eights, column)
                        if not outside:
                            break
                    if attempt == 0:  # the ends were not the extremes
                        least, most = extremes(bits, i, end)
                        low, high = np.int64(least).view(np.float64), np.int64(most).view(np.float64)
                        narrowness = _NARROW5 if five else _NARROW8
                        if least >> 52 != upper or most >> 52 != upper or (high - low) * narrowness > high + low:
                            break
                if not outside:
                    if rows == 2:
                        if five:
                            bad = sums5(values, energies, i, end, centre, scale, fives, column)
                        else:
                            bad = sums8(values, energies, i, end, centre, scale, eights, column)
                        if bad:
                            status = BAD_ENERGY
                            break
                    if five:
                        fives[0, column], fives[1, column] = centre, half
                        waiting[1] += 1
                        shift = fives[3, column]
                    else:
                        eights[0, column], eights[1, column] = centre, half
                        waiting[2] += 1
                        shift = eights[3, column]
                    heads[slot, 1] += length
                    _add(totals, 0, length * centre)
                    _add(totals, 0, half * shift)
                    longest = min(2 * length, _LONGEST)
                    i = end
                    continue
                longest = _SHORTEST
        sums[:] = 0.0
        status, i = _take_singles(
            values, bits, energies, i, stop, waiting, fives, eights, points, work, slots, heads, raw, moments, sums, tallies
        )
        _add(totals, 0, sums[0])
        _add(totals, 1, sums[1])
    _flush(waiting, fives, eights, points, work, rows, heads, moments)
    if len(bins):
        _fold(bins, eights, points, work, rows, heads, moments, totals, tallies[0])
    return status, i
