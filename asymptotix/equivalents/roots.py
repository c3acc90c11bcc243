"""The iteration of `fixed_point` on the points of a flat grid, and the choice between its three forms.

Few points are solved on the levels, all together; many on the polynomials of `kappa_table`; and by the compiled loops of
`compiled_sweep` where `acceleration` says so. All three meet within the rounding that the bounds allow for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.bracket import first_bounds, first_guess
from asymptotix.equivalents.compiled_grid import compiled_rows
from asymptotix.equivalents.constraint import constraint
from asymptotix.equivalents.kappa_table import table_pays, table_roots
from asymptotix.equivalents.level_sums import LevelSums, level_sums, residual_and_slope
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import ConvergenceError

__all__ = ["Roots", "find_roots"]

FloatArray = NDArray[np.float64]

_CONVERGED = 1e-8  # of d: the step that follows lies between the two tangent bounds, which are d^2 apart
_MAX_EVALUATIONS = 200
_PATIENCE = 2  # evaluations that may leave more than half of the bracket before it is bisected
_PLATEAU = 1e-300  # a slope below it is underflow: between eigenvalues e^1400 apart there is no root to be seen in float64
_LEAST_SLOPE = 1e-304  # in place of one that underflowed: the residual, at most twice as large, then did so too
_EPS = float(np.finfo(np.float64).eps)
_TABLE = 16 * _EPS  # error of a root from the polynomials of a panel, relative
_ACCUMULATORS = 4.0  # partial sums that a dot product keeps at least: those of equal terms round all in one direction
_FOLDED = 16.0  # eps: the power sums of levels far away, of a few roundings each, and FOLDING_ERROR, half an eps
_NODES = 64.0  # eps: error of the weights of a compressed spectrum; 25 seen with 6e4 eigenvalues in a cluster


@dataclass(frozen=True, eq=False)
class Roots:
    """Positive roots, one entry a point: log(kappa), kappa, the last d, the error bound of log(kappa), the evaluations, and G.

    `sums` are the sums at the roots where the way to them gave those too.
    """

    log_kappa: FloatArray
    kappa: FloatArray
    distance: FloatArray
    slack: FloatArray
    evaluations: NDArray[np.int64]
    gap: FloatArray
    sums: LevelSums | None = None

    @classmethod
    def empty(cls, size: int, sums: LevelSums | None = None) -> Roots:
        """Room for `size` roots at kappa = 0."""
        log_kappa, evaluations = np.full(size, -np.inf), np.zeros(size, dtype=np.int64)
        return cls(log_kappa, np.zeros(size), np.zeros(size), np.zeros(size), evaluations, np.zeros(size), sums)

    def put(self, where: NDArray[np.bool_], roots: Roots) -> None:
        """Fill in the roots of some points."""
        for name in ("log_kappa", "kappa", "distance", "slack", "evaluations", "gap"):
            getattr(self, name)[where] = getattr(roots, name)


def find_roots(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray) -> Roots:
    """The roots at the points of a broadcast grid of any shape, flat; where the root is 0 `log_kappa` is -inf.

    Raises:
        ConvergenceError: no root can be seen in float64.
    """
    rows = compiled_rows(levels, n, p, lam)
    if rows is not None:
        return _roots_of_rows(levels, n, p, lam, rows)
    n, p, lam = n.ravel(), p.ravel(), lam.ravel()
    positive = ~(((lam == 0) | np.isinf(n)) & (np.minimum(n, p) >= levels.rank))
    table = table_roots(levels, n, p, lam) if table_pays(levels, n.size) else None
    if table is None:
        roots = Roots.empty(n.size)
        roots.put(positive, _on_levels(levels, n[positive], p[positive], lam[positive]))
        return roots
    slack = _rounding(levels, table.log_kappa) + _TABLE + np.abs(table.distance) ** 3
    evaluations = np.full(slack.shape, table.evaluations)
    found = Roots(table.log_kappa, table.kappa, table.distance, slack, evaluations, table.gap, table.sums)
    return found if np.all(table.solved) else _completed(levels, n, p, lam, found, table.sums, table.solved, positive)


def _roots_of_rows(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, rows: FloatArray) -> Roots:
    """The roots that the compiled loops found, and those that they left to NumPy."""
    solved = rows[3] >= 0
    log_kappa, kappa, distance, evaluations, gap, df2, spread, unlearned, mixed = rows if np.all(solved) else rows[:, solved]
    sums = LevelSums(df2 + spread, df2, spread, spread / kappa, unlearned, mixed, mixed / kappa)
    slack = _rounding(levels, log_kappa) + _TABLE + np.abs(distance) ** 3
    found = Roots(log_kappa, kappa, distance, slack, evaluations.astype(np.int64), gap, sums)
    if np.all(solved):
        return found
    n, p, lam = n.ravel(), p.ravel(), lam.ravel()
    positive = ~(((lam == 0) | np.isinf(n)) & (np.minimum(n, p) >= levels.rank))
    return _completed(levels, n, p, lam, found, sums, solved, positive)


def _completed(
    levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, found: Roots, known: LevelSums,
    solved: NDArray[np.bool_], positive: NDArray[np.bool_],
) -> Roots:  # fmt: skip
    """`found` at the points `solved`, with the others solved on the levels."""
    rest = positive & ~solved
    sums = LevelSums(*np.empty((7, n.size)))
    roots = Roots.empty(n.size, sums)
    roots.put(solved, found)
    roots.put(rest, _on_levels(levels, n[rest], p[rest], lam[rest]))
    sums.put(solved, known)
    sums.put(~solved, level_sums(levels, roots.log_kappa[~solved]))
    return roots


def _on_levels(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray) -> Roots:
    """The roots of points where kappa > 0, all points together in every evaluation."""
    goal = np.minimum(n, p)
    low, high = first_bounds(levels, n, p, lam)
    log_kappa = np.clip(first_guess(levels, n, lam, goal), low, high)
    distance, slack, evaluations = np.full(n.shape, np.inf), np.zeros(n.shape), np.zeros(n.shape, dtype=np.int64)
    stalled = np.zeros(n.shape, dtype=np.int64)
    active = np.arange(n.size)
    for _ in range(_MAX_EVALUATIONS):
        if active.size == 0:
            with np.errstate(under="ignore", over="ignore"):
                gap, _ = constraint(n, p, lam, log_kappa)
                return Roots(log_kappa, np.exp(log_kappa), distance, slack, evaluations, gap)
        x, width = log_kappa[active], high[active] - low[active]
        residual, slope = residual_and_slope(levels, x, goal[active])
        gap, gap_slope = constraint(n[active], p[active], lam[active], x)
        residual, slope = residual + gap, np.maximum(slope + gap_slope, _LEAST_SLOPE)
        d, noise = residual / slope, levels.count_error(x) / slope
        lo, hi = _tangent_bounds(x, d, noise)
        low[active], high[active] = np.maximum(low[active], lo), np.minimum(high[active], hi)
        stalled[active] = np.where(high[active] - low[active] > width / 2, stalled[active] + 1, 0)
        step = np.where(stalled[active] >= _PATIENCE, np.inf, _newton_step(residual, slope, goal[active]))
        log_kappa[active] = _inside(x + step, low[active], high[active])
        distance[active], evaluations[active] = d, evaluations[active] + 1
        done = (np.abs(d) <= np.maximum(_CONVERGED, np.maximum(8 * _EPS * np.abs(x), 2 * noise))) & (slope > _PLATEAU)
        settled = np.clip(d[done], -0.5, 0.5)  # beyond only where the rounding of the counts leaves no digit
        log_kappa[active[done]] = x[done] + np.log1p(settled * (1.0 + settled / 2))
        # what the counts leave open is not small beside 1 in a gap: there only the bracket is known, not a relative error
        reach = np.maximum(high[active] - log_kappa[active], log_kappa[active] - low[active])[done]
        slack[active[done]] = _rounding(levels, x[done]) + np.where(noise[done] > 0, reach, 0.0)
        active = active[~done]
    worst = int(active[np.argmax(np.abs(distance[active]))])
    raise ConvergenceError(
        f"lambda* did not converge at n_samples = {n[worst]:g}, n_features = {p[worst]:g}, ridge = {lam[worst]:g}: "
        f"relative distance {distance[worst]:.2g}"
    )


def _newton_step(residual: FloatArray, slope: FloatArray, goal: FloatArray) -> FloatArray:
    """Newton on log f(log kappa) = log m: exact for one level, and for a power law far inside it."""
    ratio = np.maximum(residual / goal, -1.0 + 1e-15)
    with np.errstate(over="ignore"):
        return np.asarray(np.log1p(ratio) * (goal + residual) / slope)


def _tangent_bounds(x: FloatArray, d: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Brackets of log(kappa*), widened by a few ulp, since near d = -1 and d = 1 they lose relative accuracy."""
    width = 1e-14 * (1.0 + np.abs(x))
    lower, upper = d - 4 * noise, d + 4 * noise
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(lower > -1.0, x + np.log1p(np.maximum(lower, -1.0)), -np.inf)
        above = np.where(upper < 1.0, x - np.log1p(-np.minimum(upper, 1.0)), np.inf)
    return below - width, above + width


def _inside(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return np.where((x >= low) & (x <= high), x, (low + high) / 2)


def _rounding(levels: SortedLevels, log_kappa: FloatArray) -> FloatArray:
    """Relative rounding error of kappa for exact counts.

    E is at least half the sum of the split terms, so their summation error enters at most twice; |log kappa| eps is the
    exponential's, and eigenvalues taken through their logarithms carry the rounding of those; so do the nodes of a compressed
    spectrum that of their weights.
    """
    table = _NODES if levels.bounds.size <= levels.logs.size else 0.0
    through_logs = 0.0 if levels.direct(log_kappa) else float(np.max(np.abs(levels.logs[np.isfinite(levels.logs)]), initial=0.0))
    own = np.full(log_kappa.shape, _of_sum(levels.logs.size) + through_logs)
    far = levels.far_at(0)
    if far is not None:  # quotients of neighbours need no logarithm, and what is folded away does not round
        own[far.reaches(log_kappa)] = _of_sum(far.terms) + _FOLDED
    return np.asarray(_EPS * (8.0 + table + own + np.abs(log_kappa)))


def _of_sum(terms: int) -> float:
    """Rounding of a sum of so many terms, in units of eps."""
    return 2.0 * float(np.sqrt(terms)) + terms / _ACCUMULATORS
