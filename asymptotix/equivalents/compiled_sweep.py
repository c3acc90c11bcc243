r"""The solver of `fixed_point` and the risks of `equivalent_risk` as compiled loops over the points of a grid.

The same equation, step and bounds as in NumPy. A point starts from the last evaluation of its predecessor: the point above it in
the grid, or along a single axis the one before. The sums there are known, so a step from it with the new n, p and ridge costs no
evaluation, and its error is foreseen from that of the predecessor. Most points of a smooth grid then take one evaluation.

An evaluation reads the levels, or, in a panel of kappa that was visited often enough to repay it, the polynomials of `panels`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration.loops import entry, exact, inlined, types
from asymptotix.equivalents.compiled_sums import build_panel, panel_residual, panel_risks, place, residual_sums, risk_sums
from asymptotix.equivalents.panels import CENTRES, HALF_WIDTH, LOWEST, N_PANELS, NODES

__all__ = ["ROWS", "sweep"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_FIELDS = 17  # of `compiled_grid.FIELDS`
ROWS = 9  # log kappa, kappa, d, evaluations, G, df2, spread, unlearned, mixed
_CLOSE = 1e-5  # of d: the step that follows is exact to d^3 / 4
_WIDE = 512  # columns that are solved together
_PATIENCE = 16  # evaluations of the levels in one panel that cost about as much as its 14 nodes with all sums
_MAX_EVALUATIONS = 60
_PLATEAU = 1e-300
_LARGEST_COUNT, _LEAST_RIDGE, _LARGEST_RIDGE = 1e30, 1e-150, 1e100  # beyond them squares and quotients may leave the doubles
_PER_PANEL = 1.0 / (2 * HALF_WIDTH)
_TRUSTED = 1e-3  # a predicted correction above it is left out: the grid is not smooth there


@inlined
def _ordinary(n: float, p: float, lam: float, rank: float) -> bool:
    """Whether the root is positive and no quotient of the equation leaves the doubles; NumPy takes the other points."""
    least = min(n, p)
    in_range = n <= _LARGEST_COUNT and (p <= _LARGEST_COUNT or p == np.inf) and least >= 1.0 / _LARGEST_COUNT
    return in_range and ((lam == 0.0 and least < rank) or _LEAST_RIDGE <= lam <= _LARGEST_RIDGE)


@inlined
def _constraint(n: float, p: float, lam: float, kappa: float) -> tuple[float, float, float]:
    """G, H = -dG/dlog(kappa) and dH/dlog(kappa)."""
    if lam == 0.0:
        return 0.0, 0.0, 0.0
    if p == np.inf:
        gap = lam / kappa
        return gap, gap, -gap
    delta = abs(n - p)
    q = p * lam / kappa
    root = math.sqrt(delta * delta + 4.0 * q)
    inverse = 1.0 / root
    slope = q * inverse
    return 2.0 * q / (delta + root), slope, -slope * (1.0 - 2.0 * slope * inverse)


@exact
def _outside_panels(
    kappa: float, panel: int, t: float, levels: FloatArray, groups: FloatArray, coefficients: FloatArray, visits: IntArray
) -> tuple[float, float, float, float]:
    """The rare way of `_evaluate`: on the levels, or on a panel that is built now."""
    if visits[panel] >= _PATIENCE:
        group = place(groups, CENTRES[panel])
        build_panel(panel, levels, int(groups[2, group]), coefficients)
        visits[panel] = -1 - group
        signed, spread, bend = panel_residual(coefficients, panel, t)
        return groups[1, group], signed, spread, bend
    visits[panel] += 1
    group = place(groups, kappa)
    signed, spread, bend = residual_sums(levels, kappa, int(groups[2, group]))
    return groups[1, group], signed, spread, bend


@inlined
def _evaluate(
    x: float, levels: FloatArray, groups: FloatArray, coefficients: FloatArray, visits: IntArray
) -> tuple[float, int, float, float, float, float, float]:
    """kappa, its panel and place there, and the count before the split with the three sums of `residual_sums`."""
    panel = int((x - LOWEST) * _PER_PANEL)
    # (panel, t) is the point from here on, so that the rounding of x against the width of its range does not enter
    t = (x - (LOWEST + 2 * HALF_WIDTH * (panel + 0.5))) * (2 * _PER_PANEL)
    kappa = CENTRES[panel] * math.exp(HALF_WIDTH * t)
    if visits[panel] < 0:
        signed, spread, bend = panel_residual(coefficients, panel, t)
        return kappa, panel, t, groups[1, -1 - visits[panel]], signed, spread, bend
    count, signed, spread, bend = _outside_panels(kappa, panel, t, levels, groups, coefficients, visits)
    return kappa, panel, t, count, signed, spread, bend


@exact
def _first_guess(levels: FloatArray, groups: FloatArray, goal: float, lam: float) -> float:
    """log of the level at which the count reaches m, or of ridge / m if that is larger."""
    group = 0
    while group < groups.shape[1] - 2 and groups[1, group + 1] < goal:
        group += 1
    return math.log(max(levels[0, int(groups[2, group])], lam / goal))


@inlined
def _brackets(x: float, d: float, low: float, high: float, stalled: int) -> tuple[float, float, int]:
    """The tangent bounds, widened by their rounding, and the number of evaluations in turn that left more than half."""
    margin, width = 1e-14 * (1.0 + abs(x)), high - low
    if abs(d) < 1e-2:  # without logarithms: log(1 + d) and -log(1 - d) are both within d^2 of d
        low, high = max(low, x + d - d * d - margin), min(high, x + d + d * d + margin)
    else:
        if d > -1.0:
            low = max(low, x + math.log1p(d) - margin)
        if d < 1.0:
            high = min(high, x - math.log1p(-d) + margin)
    return low, high, stalled + 1 if high - low > width / 2 else 0


@inlined
def _solve(
    n: float, p: float, lam: float, tail: float, levels: FloatArray, groups: FloatArray, coefficients: FloatArray,
    visits: IntArray, states: FloatArray, j: int, known: bool,
) -> tuple[bool, float, float, int]:  # fmt: skip
    """Whether the root was found, log(kappa*) - log(kappa) at the last kappa, d there, and the number of evaluations.

    Row j of `states` is the last evaluation: log kappa, kappa, panel, t, count, three sums, and the correction of the free step.
    """
    goal = min(n, p)
    low, high, evaluations, stalled, free = LOWEST, -LOWEST, 0, 0, known
    x, kappa, count, signed, spread, bend = (states[0, j], states[1, j], states[4, j], states[5, j], states[6, j], states[7, j])
    correction, panel, t = states[8, j], int(states[2, j]), states[3, j]
    predicted = x
    if not known:
        x, correction = min(max(_first_guess(levels, groups, goal, lam), low), high), 0.0
    while evaluations < _MAX_EVALUATIONS:
        if not free:
            kappa, panel, t, count, signed, spread, bend = _evaluate(x, levels, groups, coefficients, visits)
            evaluations += 1
        gap, gap_slope, gap_bend = _constraint(n, p, lam, kappa)
        lumped = tail / kappa
        residual = (count - goal) + signed + lumped + gap
        slope = spread + lumped + gap_slope
        inverse = 1.0 / slope
        d, c = residual * inverse, (bend - lumped + gap_bend) * inverse
        step = d * (1.0 - 0.5 * c * d * (1.0 - c * d))
        if abs(d) <= _CLOSE and slope > _PLATEAU:
            if known and evaluations > 0:
                correction = x + step - predicted
                correction = correction if abs(correction) < _TRUSTED else 0.0
            states[0, j], states[1, j], states[2, j], states[3, j], states[4, j] = x, kappa, panel, t, count
            states[5, j], states[6, j], states[7, j], states[8, j] = signed, spread, bend, correction
            return True, step, d, evaluations
        if abs(d) > 0.3:
            step = math.log1p(max(residual / goal, -1.0 + 1e-15)) * (goal + residual) * inverse
        if free:  # no bounds yet: a bad step costs an evaluation, and bounds would cost as much as a good one saves
            free, predicted = False, x + step
            x = predicted + correction
            if not low <= x <= high:  # also where it is NaN, which is no index of a panel
                x = low if x < low else high
            continue
        low, high, stalled = _brackets(x, d, low, high, stalled)
        x += step
        if not low <= x <= high or stalled > 2:
            x, stalled = 0.5 * (low + high), 0
            if not LOWEST <= x <= -LOWEST:  # a root beyond the panels, or NaN
                break
    return False, 0.0, 0.0, evaluations


# `flat` is the buffer of `sweep` as one array: at distances of _WIDE, which the compiler knows, rows cannot overlap, and the loop
# without branches runs in vector registers
@exact
def _equations(flat: FloatArray, columns: int, tail: float, free: bool) -> None:
    """d, the step of third order and the slope of every point of a row, to rows 12 to 14; the free step goes to row 12."""
    for j in range(columns):
        goal, delta, scaled = flat[9 * _WIDE + j], flat[10 * _WIDE + j], flat[11 * _WIDE + j]
        over = 1.0 / flat[_WIDE + j]
        q = scaled * over
        endless = delta == np.inf
        apart = 0.0 if endless else delta
        root = math.sqrt(apart * apart + 4.0 * q) + 1e-300
        slope = q if endless else q / root
        gap = q if endless else 2.0 * q / (apart + root)
        turn = 0.0 if endless else 2.0 * slope / root
        lumped = tail * over
        total = flat[6 * _WIDE + j] + lumped + slope
        inverse = 1.0 / total
        d = ((flat[4 * _WIDE + j] - goal) + flat[5 * _WIDE + j] + lumped + gap) * inverse
        c = (flat[7 * _WIDE + j] - lumped - slope * (1.0 - turn)) * inverse
        step = d * (1.0 - 0.5 * c * d * (1.0 - c * d))
        flat[12 * _WIDE + j] = flat[j] + flat[8 * _WIDE + j] + step if free else d
        flat[13 * _WIDE + j] = step
        flat[14 * _WIDE + j] = total


@exact
def _row(
    n: FloatArray, p: FloatArray, lam: FloatArray, tail: float, levels: FloatArray, groups: FloatArray,
    coefficients: FloatArray, visits: IntArray, states: FloatArray,
) -> None:  # fmt: skip
    """One free step and one evaluation of every point of a row, from those of the row above; kappa NaN if out of range."""
    flat = states.reshape(-1)
    for j in range(n.size):
        endless = p[j] == np.inf
        states[9, j], states[10, j] = min(n[j], p[j]), abs(n[j] - p[j])
        states[11, j] = lam[j] if endless else p[j] * lam[j]
    _equations(flat, n.size, tail, True)
    for j in range(n.size):
        x = states[12, j]
        if LOWEST < x < -LOWEST:
            states[0, j] = x
            states[1, j], panel, states[3, j], states[4, j], states[5, j], states[6, j], states[7, j] = _evaluate(
                x, levels, groups, coefficients, visits
            )
            states[2, j] = panel
        else:
            states[1, j] = np.nan
    _equations(flat, n.size, tail, False)


@exact
def _rest_of_row(
    n: FloatArray, p: FloatArray, lam: FloatArray, tail: float, levels: FloatArray, groups: FloatArray,
    coefficients: FloatArray, visits: IntArray, states: FloatArray, solved: BoolArray, wide: bool, first: bool,
    out: FloatArray, at: int,
) -> int:  # fmt: skip
    """Accept what `_row` solved and solve the other points one by one; the number of points left out."""
    rank = np.inf if tail > 0 else groups[1, -1]
    left_out = 0
    for j in range(n.size):
        found, step, d, evaluations = False, 0.0, 0.0, 0
        if _ordinary(n[j], p[j], lam[j], rank):
            known = solved[j]
            if first and j > 0:
                known = solved[j - 1]
                states[:9, j] = states[:9, j - 1]
            elif wide and known and not first:
                d, step, evaluations = states[12, j], states[13, j], 1
                found = abs(d) <= _CLOSE and states[14, j] > _PLATEAU
                # the next free step will be off by about as much as this one; a point not yet solved goes on without
                correction = states[8, j] + step
                states[8, j] = correction if found and abs(correction) < _TRUSTED else 0.0
                known = states[1, j] > 0.0
            if not found:
                found, step, d, more = _solve(n[j], p[j], lam[j], tail, levels, groups, coefficients, visits, states, j, known)
                evaluations += more
        solved[j] = found
        if not found:
            left_out += 1
            out[3, at + j] = -1.0
            continue
        out[0, at + j], out[1, at + j] = states[0, j] + step, states[1, j] * (1.0 + step * (1.0 + 0.5 * step))
        out[2, at + j], out[3, at + j], out[4, at + j], out[5, at + j] = (
            d,
            evaluations,
            states[3, j] + step / HALF_WIDTH,
            states[2, j],
        )
    return left_out


@exact
def _finish(
    n: FloatArray, p: FloatArray, lam: FloatArray, tail: float, hidden: float, levels: FloatArray, coefficients: FloatArray,
    visits: IntArray, out: FloatArray, at: int,
) -> None:  # fmt: skip
    """G and the sums of the risks at the roots, in a loop of its own since its points do not depend on each other."""
    for i in range(n.size):
        if out[3, at + i] < 0:
            continue
        kappa, panel = out[1, at + i], int(out[5, at + i])
        if visits[panel] < 0:
            spread, df2, unlearned, mixed = panel_risks(coefficients, panel, out[4, at + i], kappa)
        else:
            spread, df2, unlearned, mixed = risk_sums(levels, kappa)
        out[4, at + i] = _constraint(n[i], p[i], lam[i], kappa)[0]
        out[5, at + i], out[6, at + i], out[7, at + i], out[8, at + i] = df2, spread + tail / kappa, unlearned + hidden, mixed


@exact
def _fields(n: FloatArray, p: FloatArray, noise: float, rows: FloatArray, out: FloatArray) -> int:
    """The formulas of `equivalent_risk`, in the order of `compiled_grid.FIELDS`; the number of infinite risks."""
    infinite = 0
    for i in range(n.size):
        kappa, gap, df2, e, unlearned, mixed = (
            rows[1, i],
            rows[4, i],
            rows[5, i],
            rows[6, i],
            rows[7, i],
            rows[8, i],
        )
        endless = p[i] == np.inf
        ahead = 0.0 if endless else n[i] - p[i]
        a, c = gap + max(ahead, 0.0), gap + max(-ahead, 0.0)
        w = 0.0 if endless or c + e == 0.0 else e / (c + e)
        h = e if endless else c * w
        infinite += 0 if a + h > 0.0 else 1
        inverse, per_n = 1.0 / (a + h), 1.0 / n[i]
        per_sample, by_data, df1 = n[i] * inverse, 1.0 / (a + e), df2 + e
        bias, variance = per_sample * (unlearned + w * mixed), noise * ((1.0 - w) * df2 + w * df1) * inverse
        excess, shrinkage, learned = bias + variance, (a * per_n) * (a * per_n), df1 * per_n
        share = (1.0 if endless else p[i] / (c + e)) / kappa
        out[0, i], out[1, i], out[2, i], out[3, i] = excess, bias, variance, excess + noise
        out[4, i], out[5, i] = shrinkage * (excess + noise), shrinkage * excess + noise * learned * learned
        out[6, i], out[7, i], out[8, i] = unlearned, unlearned * df2 * by_data, w * mixed
        out[9, i] = unlearned * e * w * per_sample * by_data + w * mixed * (df2 + e * w) * inverse
        out[10, i] = share * (e * (unlearned + mixed + noise) + a * mixed) * inverse
        out[11, i], out[12, i], out[13, i], out[14, i], out[15, i] = (
            df1,
            df2,
            per_sample,
            kappa,
            rows[0, i],
        )
        out[16, i] = kappa if endless else kappa * (c / p[i])
    return infinite


_NUMBER, _TABLE, _SERIES = types.float64, types.float64[:, ::1], types.float64[:, :, ::1]
_GRID = types.Array(_NUMBER, 2, "C", readonly=True)


@entry(_GRID, _GRID, _GRID, _NUMBER, _NUMBER, _NUMBER, _TABLE, _TABLE, _SERIES, types.int64[::1], _TABLE, _TABLE)
def sweep(
    n: FloatArray, p: FloatArray, lam: FloatArray, noise: float, tail: float, hidden: float, levels: FloatArray,
    groups: FloatArray, coefficients: FloatArray, visits: IntArray, rows: FloatArray, out: FloatArray,
) -> int:  # fmt: skip
    """Solve the points of a grid of shape (rows, columns); return the number of points left out or of infinite risk.

    `rows` (ROWS, points) takes the roots and sums; a point left out has -1 evaluations. If there is none, `out`, unless it is
    empty, takes the fields of the risks.
    """
    if not (
        n.shape == p.shape == lam.shape
        and rows.shape == (ROWS, n.size)
        and out.shape[0] == _FIELDS
        and out.shape[1] in (0, n.size)
    ):
        raise ValueError("the arrays do not fit the grid")
    if not (coefficients.shape[:2] == (N_PANELS, NODES) and visits.size == N_PANELS and levels.shape[0] == groups.shape[0] == 3):
        raise ValueError("the arrays do not fit the loops")
    left_out, columns = 0, n.shape[1]
    states, solved = np.zeros((15, _WIDE)), np.zeros(_WIDE, dtype=np.bool_)
    for left in range(0, columns, _WIDE):
        right = min(left + _WIDE, columns)
        for i in range(n.shape[0]):
            ns, ps, ridges = n[i, left:right], p[i, left:right], lam[i, left:right]
            # offsets and not slices, whose rows Numba does not know to be contiguous
            at = i * columns + left
            if columns > 1 and i > 0:
                _row(ns, ps, ridges, tail, levels, groups, coefficients, visits, states)
            left_out += _rest_of_row(
                ns, ps, ridges, tail, levels, groups, coefficients, visits, states, solved, columns > 1, i == 0, rows, at
            )
            _finish(ns, ps, ridges, tail, hidden, levels, coefficients, visits, rows, at)
    if out.size and left_out == 0:  # at the end, since long streams to 17 rows are written faster than many short ones
        left_out = _fields(n.reshape(-1), p.reshape(-1), noise, rows, out)
    return left_out
