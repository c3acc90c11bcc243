"""Many points on one spectrum: find the panel of each root, tabulate the sums there, and solve on the table.

The sums of `panels` are polynomials of log kappa in a panel. The sign of (FP) at the edges of all panels gives the panel of each
point by bisection, without any iteration; the equation is then solved by steps of third order that start at the centre of the
panel, on all points together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.bracket import first_bounds
from asymptotix.equivalents.constraint import plain_constraint
from asymptotix.equivalents.level_sums import LevelSums, split_sums
from asymptotix.equivalents.levels import SAFE_LOG, SortedLevels
from asymptotix.equivalents.panels import CENTRES, HALF_WIDTH, LOWEST, NODE_POINTS, NODES, TO_MONOMIALS, TO_SERIES, panel_of

__all__ = ["TableRoots", "table_pays", "table_roots"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_FEWEST_POINTS, _LEAST_WORK = 64, 20_000  # points, and points times levels, from which the table is faster (measured)
_CLOSE = 1e-5  # of d: the step that follows is exact to d^3 / 4
_MAX_EVALUATIONS = 10
_LARGEST_COUNT, _LEAST_RIDGE, _LARGEST_RIDGE = 1e30, 1e-150, 1e100  # beyond them squares and quotients may leave the doubles
_SHORT_RUN = 50  # points a panel below which a product for each panel costs more than gathering its coefficients


@dataclass(frozen=True, eq=False)
class TableRoots:
    """`solved` says which points these are; the other arrays have one entry each of them."""

    solved: NDArray[np.bool_]
    log_kappa: FloatArray
    kappa: FloatArray
    distance: FloatArray
    evaluations: int
    gap: FloatArray
    sums: LevelSums


def table_pays(levels: SortedLevels, points: int) -> bool:
    """Whether so many points are solved faster on a table."""
    if points < _FEWEST_POINTS or points * levels.logs.size < _LEAST_WORK:
        return False
    return bool(max(abs(levels.logs[0]), abs(levels.logs[-1])) < SAFE_LOG)


def table_roots(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray) -> TableRoots | None:
    """Roots and sums of the points whose arguments are in the usual range; None where there are too few of them."""
    ordinary = _ordinary(n, p, lam, levels.rank)
    if not np.all(ordinary):
        n, p, lam = n[ordinary], p[ordinary], lam[ordinary]
    if n.size < _FEWEST_POINTS:
        return None
    ends = (np.array([n.max(), n.min()]), np.array([p.max(), p.min()]), np.array([lam.min(), lam.max()]))
    low, high = first_bounds(levels, *ends)  # kappa increases with the ridge and decreases with n and p
    if not -SAFE_LOG < low[0] < high[1] < SAFE_LOG - 1.0:
        return None
    points = _Points(np.minimum(n, p), np.abs(n - p), lam * np.where(np.isinf(p), 1.0, p), levels.tail)
    lowest = int(panel_of(low[0]))
    if levels.count_error(np.array([LOWEST + 2 * HALF_WIDTH * lowest]))[0] > 0:
        return None  # the table takes the number of learned levels for exact
    panel = _panels_of(levels, points, lowest, int(panel_of(high[1])))
    order = np.argsort(panel.astype(np.int16), kind="stable")
    values, found, evaluations = _solve(levels, points.at(order), panel[order])
    unsorted = np.empty_like(values)
    unsorted[:, order] = values
    solved = ordinary.copy()
    if not np.all(found):
        keep = np.empty_like(found)
        keep[order] = found
        solved[ordinary], unsorted = keep, unsorted[:, keep]
    log_kappa, kappa, distance, gap, *sums = unsorted
    return TableRoots(solved, log_kappa, kappa, distance, evaluations, gap, _level_sums(levels, kappa, sums))


@dataclass(frozen=True, eq=False)
class _Points:
    """m, |n - p|, and p ridge (ridge where p is infinite), one entry a point."""

    goal: FloatArray
    delta: FloatArray
    scaled: FloatArray
    tail: float

    def at(self, index: NDArray[np.int64]) -> _Points:
        return _Points(self.goal[index], self.delta[index], self.scaled[index], self.tail)

    def equation(self, count: FloatArray, sums: FloatArray, over: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(FP), its slope, and the derivative of the slope, from residual, spread and derivative of the levels."""
        gap, slope, bend = plain_constraint(self.delta, self.scaled, over)
        lumped = self.tail * over
        return (count - self.goal) + sums[0] + lumped + gap, sums[1] + lumped + slope, sums[2] - lumped + bend


def _ordinary(n: FloatArray, p: FloatArray, lam: FloatArray, rank: float) -> NDArray[np.bool_]:
    least = np.minimum(n, p)
    in_range = (n <= _LARGEST_COUNT) & ((p <= _LARGEST_COUNT) | (p == np.inf)) & (least >= 1.0 / _LARGEST_COUNT)
    return np.asarray(in_range & (((lam == 0) & (least < rank)) | ((lam >= _LEAST_RIDGE) & (lam <= _LARGEST_RIDGE))))


def _panels_of(levels: SortedLevels, points: _Points, first: int, last: int) -> IntArray:
    """The panel between `first` and `last` at whose edges (FP) has opposite signs."""
    edges = LOWEST + 2 * HALF_WIDTH * np.arange(first, last + 2, dtype=np.float64)
    split, count = levels.split(edges)
    signed, _ = split_sums(levels, edges, split)
    over = np.exp(-edges)
    below, above = np.zeros(points.goal.size, dtype=np.int64), np.full(points.goal.size, edges.size - 1)
    for _ in range((edges.size - 1).bit_length()):
        middle = (below + above) >> 1
        gap, _, _ = plain_constraint(points.delta, points.scaled, over[middle])
        positive = (count[middle] - points.goal) + (signed + levels.tail * over)[middle] + gap > 0
        below, above = np.where(positive, middle, below), np.where(positive, above, np.maximum(middle, below + 1))
    return first + below


def _solve(levels: SortedLevels, points: _Points, panel: IntArray) -> tuple[FloatArray, NDArray[np.bool_], int]:
    """log kappa, kappa, d, G, spread, df2, unlearned, mixed of points sorted by panel; which are solved; the evaluations."""
    first = np.flatnonzero(np.diff(panel, prepend=-1))
    used = panel[first]
    coefficients, counts = _coefficients(levels, used)
    runs = [slice(a, b) for a, b in zip(first, np.append(first[1:], panel.size), strict=True)]
    index = np.repeat(np.arange(used.size), np.diff(np.append(first, panel.size)))
    count, centre = counts[index], CENTRES[panel]
    t, out = np.zeros(panel.size), np.empty((8, panel.size))
    sums = coefficients[index, :3, 0].T
    evaluations = 0
    while True:
        residual, slope, bend = points.equation(count, sums, np.exp(-HALF_WIDTH * t) / centre)
        d, c = residual / slope, bend / slope
        t += d * (1.0 - 0.5 * c * d * (1.0 - c * d)) / HALF_WIDTH
        found = np.abs(d) <= _CLOSE
        evaluations += 1
        if np.all(found) or evaluations == _MAX_EVALUATIONS:
            break
        np.clip(t, -1.1, 1.1, out=t)  # the root lies in the panel
        sums = _evaluate(coefficients[:, :3], runs, index, t)
    ratio = np.exp(HALF_WIDTH * t)
    kappa = centre * ratio
    out[0], out[1], out[2] = LOWEST + 2 * HALF_WIDTH * (panel + 0.5) + HALF_WIDTH * t, kappa, d
    out[3] = plain_constraint(points.delta, points.scaled, 1.0 / kappa)[0]
    out[4:] = _evaluate(coefficients[:, [1, 3, 4, 5]], runs, index, t)
    out[5] /= ratio
    out[6] *= ratio
    return out, found, evaluations


def _coefficients(levels: SortedLevels, panels: IntArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients of t^0, ..., t^13 of every series in each panel, shape (panels, series, powers); counts before the splits."""
    split, count = levels.split(np.log(CENTRES[panels]))
    s, m, e = levels.values, levels.multiplicities, levels.energies
    # L^2 = (s / kappa) L (1 - L) and (1 - L)^2 = (kappa / s) L (1 - L): one product serves all sums but the first
    columns = np.stack([m, m * s, e / s, e], axis=1)
    values = np.empty((panels.size, NODES, 5))
    # full arrays, not broadcast: for rows of a few hundred entries NumPy's loop over the rows costs more than the sums
    tiled, ratios = np.tile(s, (NODES, 1)), np.repeat(np.exp(HALF_WIDTH * NODE_POINTS), s.size).reshape(NODES, s.size)
    learned, left = np.empty_like(tiled), np.empty_like(tiled)
    for out, centre, j in zip(values, CENTRES[panels], split, strict=True):
        np.multiply(ratios, centre, out=left)
        np.add(tiled, left, out=learned)
        np.divide(1.0, learned, out=learned)
        left *= learned
        learned *= tiled
        out[:, 0] = learned[:, j:] @ m[j:] - left[:, :j] @ m[:j]
        learned *= left
        out[:, 1:] = learned @ columns
    values[:, :, 2] /= CENTRES[panels, None]
    values[:, :, 3] *= CENTRES[panels, None]
    series = np.matmul(TO_MONOMIALS, np.matmul(TO_SERIES, values)).transpose(0, 2, 1)
    derivative = np.zeros((panels.size, NODES))
    derivative[:, :-1] = series[:, 1, 1:] * (np.arange(1, NODES) / HALF_WIDTH)
    return np.concatenate([series[:, :2], derivative[:, None], series[:, 2:]], axis=1), count


def _evaluate(coefficients: FloatArray, runs: list[slice], index: IntArray, t: FloatArray) -> FloatArray:
    """The series at the points t, which come in one run a panel, `index` being that of the panel; shape (series, points)."""
    powers = np.empty((NODES, t.size))
    powers[0], powers[1:] = 1.0, t
    np.multiply.accumulate(powers, axis=0, out=powers)
    if t.size < _SHORT_RUN * len(runs):
        return np.asarray(np.einsum("nsq,qn->sn", coefficients[index], powers))
    out = np.empty((coefficients.shape[1], t.size))
    for rows, run in zip(coefficients, runs, strict=True):
        np.matmul(rows, powers[:, run], out=out[:, run])
    return out


def _level_sums(levels: SortedLevels, kappa: FloatArray, sums: list[FloatArray]) -> LevelSums:
    spread, df2, unlearned, mixed = sums
    if levels.tail > 0:
        spread = spread + levels.tail / kappa
    return LevelSums(df2 + spread, df2, spread, spread / kappa, unlearned + levels.hidden, mixed, mixed / kappa)
