r"""The ridge of least error, which may be negative, zero or infinite, found along the effective ridge, where it is explicit.

All minima on a grid of $\log\kappa$ from the edge of negative ridges (or from ridge 0) to where the error can only rise are
refined (`balance`) and compared, with each other and with the ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.derivatives.risk_derivatives import independent_model
from asymptotix.equivalents.dispatch import Model, risk
from asymptotix.equivalents.fixed_point import checked_grid, solve_on_levels
from asymptotix.equivalents.grids import no_features
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.branches import PositiveBranch, without_tail
from asymptotix.equivalents.negative_ridge.edge import edge_of
from asymptotix.equivalents.optima.balance import LevelGrid, balance_at, refined
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.models.designs import DataKernel
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.results import Fields, RiskCurve

__all__ = ["OptimalRidge", "optimal_ridge"]

FloatArray = NDArray[np.float64]

_QUANTITIES = ("test_error", "excess_risk", "bias")
_FARTHEST = 330.0  # of log kappa above the largest eigenvalue: the terms of third order, about (s/kappa)^2, are still doubles
_WALK = 4.0  # steps of log kappa below the smallest eigenvalue, until the error falls with kappa


@dataclass(frozen=True, eq=False)
class OptimalRidge:
    """The best ridge at each point, in arrays of the shape of n_samples and n_features.

    `kind` says "positive", "negative", "zero" or "infinite" (where learning nothing is best, `value` is inf); `test_error` and
    `effective_ridge` are those at the optimum and `risk` every other field; `n_minima` counts the local minima found.
    """

    value: FloatArray
    kind: NDArray[np.str_]
    test_error: FloatArray
    effective_ridge: FloatArray
    n_minima: NDArray[np.int64]
    quantity: str
    risk: RiskCurve


def optimal_ridge(
    model: Model,
    *,
    n_samples: ArrayLike,
    n_features: ArrayLike | None = None,
    quantity: str = "test_error",
    allow_negative: bool = True,
) -> OptimalRidge:
    r"""The ridge at which an error of `model` is least.

    Args:
        model: RidgeRegression, KernelRidge or RandomFeatures.
        n_samples: n > 0, finite, any shape.
        n_features: p > 0 or infinite, for random features only; the two broadcast.
        quantity: "test_error"; "excess_risk", whose best ridge is the same; or "bias".
        allow_negative: search from `smallest_ridge` up. False: ridge >= 0 only. Held-out risk on a data set is always searched at
            ridge >= 0, by values alone, and its ridge is known to about 7 digits.

    Returns:
        An OptimalRidge. The error is exact to rounding, log lambda* to about 1e-12 over the relative curvature of the error
        (the flatter the minimum, the less it matters where it is).

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: an infimum that no ridge attains: no noise and n_samples = rank, or a flat tail beyond full rank.
        ConvergenceError: a best ridge that doubles cannot tell: noise beyond 1e140 or below 1e-150 of the energies.

    Source:
        Isotropic prior: [DobribanWager2018]; derivations/optimal_ridge.py.

    Examples:
        With energies proportional to the eigenvalues, $e_i = c\,s_i$ in each direction, the best ridge is noise variance / c:

        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [50, 150]), [0.5, 0.15], noise_variance=0.25)
        >>> best = ax.optimal_ridge(model, n_samples=[50, 400])
        >>> [round(float(value), 9) for value in best.value]
        [25.0, 25.0]
    """
    if quantity not in _QUANTITIES:
        raise InvalidInputError("quantity", quantity, f"one of {', '.join(_QUANTITIES)}")
    if not isinstance(allow_negative, bool | np.bool_):
        raise InvalidInputError("allow_negative", allow_negative, "True or False")
    if isinstance(model, KernelRidge) and isinstance(model.design, DataKernel) and not model.design.replacement:
        from asymptotix.equivalents.optima.best_ridge_on_data import best_ridge_on_data

        no_features(model, n_features)
        n = checked_grid(n_samples, 0.0, None)[0]
        value, minima = best_ridge_on_data(model, n, quantity)
        return _result(model, value, minima, quantity, n_samples, None)
    has_features = independent_model(model, n_features)
    n, _, p = checked_grid(n_samples, 0.0, n_features)
    if np.any(np.isinf(n)):
        raise InvalidInputError("n_samples", np.inf, "finite: no ridge is visible at infinitely many samples")
    noise = 0.0 if quantity == "bias" else model.noise_variance
    value, minima = np.full(n.shape, np.inf), np.zeros(n.shape, dtype=np.int64)
    levels = SortedLevels.of(model.spectrum, model.target)
    if np.any(levels.energies > 0):  # else there is nothing to learn, and the error falls with the ridge
        for endless, kept in ((True, without_tail(levels)), (False, levels)):
            at = np.isinf(p) == endless
            if noise == 0 and levels.hidden == 0 and (allow_negative or levels.tail == 0):
                known = at & (np.minimum(n, p) >= kept.rank)  # where the target is found exactly
                _refuse_unattained(known & ((np.minimum(n, p) == kept.rank) | (levels.tail > 0)), n, p)
                value[known], minima[known], at = 0.0, 1, at & ~known
            if np.any(at):
                search = _Search(model, levels, kept, n[at], p[at], noise, allow_negative)
                value[at], minima[at] = search.best(levels.tail if endless else 0.0)
    return _result(model, value, minima, quantity, n_samples, n_features if has_features else None)


def _result(
    model: Model,
    value: FloatArray,
    minima: NDArray[np.int64],
    quantity: str,
    n_samples: ArrayLike,
    n_features: ArrayLike | None,
) -> OptimalRidge:
    finite = np.isfinite(value)
    curve = risk(model, n_samples=n_samples, ridge=np.where(finite, value, 1.0), n_features=n_features)
    if not np.all(finite):
        energy, noise = model.target.energy, model.noise_variance
        limits = dict.fromkeys(("excess_risk", "bias", "bias_pure", "in_sample_risk"), energy) | {
            "test_error": energy + noise, "train_error": energy + noise, "overfitting_coefficient": 1.0,
            "effective_ridge": np.inf, "log_effective_ridge": np.inf, "nu1": np.inf,
        }  # fmt: skip
        values = {name: np.where(finite, known, limits.get(name, 0.0)) for name, known in curve.values.items()}
        curve = replace(curve, values=Fields(values), grid={**curve.grid, "ridge": value})
    kind = np.where(~finite, "infinite", np.where(value > 0, "positive", np.where(value < 0, "negative", "zero")))
    return OptimalRidge(value, kind, curve.test_error, curve.effective_ridge, minima, quantity, curve)


class _Search:
    """The search at some n and p, all finite or all infinite p; `kept` are the levels in whose ridge the tail is not counted."""

    def __init__(
        self,
        model: Model,
        levels: SortedLevels,
        kept: SortedLevels,
        n: FloatArray,
        p: FloatArray,
        noise: float,
        allow_negative: bool,
    ) -> None:
        self.model, self.levels, self.kept, self.n, self.p, self.noise = model, levels, kept, n, p, noise
        self.least = np.minimum(n, p)
        self.negative = allow_negative & (self.n < p)
        self.start = self._starts()

    def _starts(self) -> FloatArray:
        """log kappa where the search begins; -inf where it begins at kappa = 0."""
        start = np.full(self.n.shape, -np.inf)
        edge = self.negative & (self.least < self.kept.rank)
        if np.any(edge):
            start[edge] = edge_of(PositiveBranch(self.kept), self.model.spectrum, self.n[edge], self.p[edge])[0]
        zero = ~self.negative
        if np.any(zero):
            solved = solve_on_levels(self.levels, self.model.spectrum, n_samples=self.n[zero], ridge=0.0, n_features=self.p[zero])
            start[zero] = solved.log_value
        return start

    def best(self, tail: float) -> tuple[FloatArray, NDArray[np.int64]]:
        """The best ridge and the number of local minima of each point."""
        value, minima = np.empty(self.n.shape), np.zeros(self.n.shape, dtype=np.int64)
        grid = self._grid()
        owners, low, high, at_start = self._brackets(grid)
        x = refined(self.kept, low, high, self.n[owners], self.p[owners], self.noise) if owners.size else low
        found = balance_at(self.kept, x, self.n[owners], self.p[owners], self.noise)
        with np.errstate(over="ignore"):  # a ridge beyond the doubles is an infinite one
            ridges = np.exp(x) * found.quotient - tail
        for i in range(self.n.size):
            mine = owners == i
            candidates = list(zip(found.error[mine].tolist(), ridges[mine].tolist(), strict=True))
            candidates += [(error, 0.0) for owner, error in at_start if owner == i]
            if not candidates or np.any(x[mine] > self.kept.logs[0] + _FARTHEST):
                raise ConvergenceError(
                    f"no best ridge was found at n_samples = {self.n[i]:g}: noise_variance = {self.noise:g} is too large or too "
                    "small beside the energies of the target for doubles to tell where it is; use another"
                )
            value[i], minima[i] = min(candidates)[1], len(candidates)
        return value, minima

    def _grid(self) -> LevelGrid:
        """From the lowest start (below all eigenvalues where it is kappa = 0) to where every error rises."""
        low = float(np.min(self.start))
        if low == -np.inf:
            seen = self.start == -np.inf
            low = min(float(np.min(self.start[~seen], initial=np.inf)), float(self.kept.logs[-1]) - _WALK)
            n, p = self.n[seen], self.p[seen]
            while low > float(self.kept.logs[-1]) - 700.0 and np.any(
                balance_at(self.kept, np.full(n.shape, low), n, p, self.noise).sign >= 0
            ):
                low -= _WALK
        return LevelGrid.of(self.kept, low, max(self._end(), low + 1.0))

    def _end(self) -> float:
        r"""log kappa beyond which u > v: there $s\ll\kappa$, $u\approx n\sum es/\kappa$ and $v\le\sum(e+\sigma^2)\,Q$."""
        kept, largest = self.kept, float(self.kept.logs[0])
        s = np.exp(kept.logs - largest)  # in units of the largest, whose square may be no double
        with np.errstate(divide="ignore", over="ignore"):
            log_first = np.logaddexp.reduce(np.log(np.maximum(kept.energies, 0.0)) + kept.logs - largest)
            trace = float(kept.multiplicities @ s) + np.exp(np.log(kept.tail) - largest)
            quadratic = float(kept.multiplicities @ s**2) + 2.0 * trace**2 / float(np.min(self.p))
        total = float(np.sum(kept.energies)) + kept.hidden + self.noise
        balance = np.log(64.0) + np.log(total) + np.log(quadratic) - log_first - np.log(float(np.min(self.n)))
        spread = np.log(4.0 * trace / float(np.min(self.least)))
        return float(largest + max(2.0, balance, spread + 2.0))

    def _brackets(self, grid: LevelGrid) -> tuple[NDArray[np.int64], FloatArray, FloatArray, list[tuple[int, float]]]:
        """Where the slope of the error changes from negative to positive; and the points that start with a minimum, its error."""
        owners: list[int] = []
        low: list[float] = []
        high: list[float] = []
        at_start: list[tuple[int, float]] = []
        for i in range(self.n.size):
            n, p, start = float(self.n[i]), float(self.p[i]), float(self.start[i])
            inside = grid.x > start
            x, sign = grid.x[inside], grid.balance(n, p, self.noise).sign[inside]
            if start > -np.inf:
                first = balance_at(self.kept, np.array([start]), np.array([n]), np.array([p]), self.noise)
                rising = first.sign[0] >= 0 and not self.negative[i]
                if rising:
                    at_start.append((i, float(first.error[0])))
                x, sign = np.append(start, x), np.append(1.0 if rising else -1.0, sign)
            turns = np.flatnonzero((sign[:-1] < 0) & (sign[1:] >= 0))
            owners += [i] * turns.size
            low += list(x[turns])
            high += list(x[turns + 1])
        return np.array(owners, dtype=np.int64), np.array(low), np.array(high), at_start


def _refuse_unattained(at: NDArray[np.bool_], n: FloatArray, p: FloatArray) -> None:
    if np.any(at):
        where = f"n_samples = {n[at][0]:g}" + ("" if np.isinf(p[at][0]) else f", n_features = {p[at][0]:g}")
        raise HypothesisError(
            f"no ridge is best at {where}: without noise the error falls to 0 as the ridge falls to the edge of where it is "
            "defined; use noise_variance > 0 or another n_samples"
        )
