r"""The search for the best ridge along $\log\kappa$: a grid, the changes of sign on it, and their comparison."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.dispatch import Model
from asymptotix.equivalents.fixed_point import solve_on_levels
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.branches import PositiveBranch
from asymptotix.equivalents.negative_ridge.edge import edge_of
from asymptotix.equivalents.optima.balance import LevelGrid, balance_at, refined
from asymptotix.errors import ConvergenceError

__all__ = ["RidgeSearch"]

FloatArray = NDArray[np.float64]

_FARTHEST = 330.0  # of log kappa above the largest eigenvalue: the terms of third order, about (s/kappa)^2, are still doubles
_DEEPEST = 700.0  # of log kappa below the smallest eigenvalue
_WALK = 4.0  # steps of log kappa beyond the eigenvalues, until the error falls or rises with kappa


class RidgeSearch:
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
        low, largest, smallest = float(np.min(self.start)), float(self.kept.logs[0]), float(self.kept.logs[-1])
        if low == -np.inf:
            seen = self.start == -np.inf
            low = min(float(np.min(self.start[~seen], initial=np.inf)), smallest - _WALK)
            low = self._walk(low, -_WALK, seen, smallest - _DEEPEST)
        high = self._walk(max(self._end(), low + 1.0), _WALK, self.n > 0, largest + _FARTHEST)
        return LevelGrid.of(self.kept, low, high)

    def _walk(self, x: float, step: float, at: NDArray[np.bool_], last: float) -> float:
        """From x by steps to where the error falls (to the left) or rises (to the right) at all the points `at`, or to `last`."""
        n, p = self.n[at], self.p[at]
        while (last - x) * step > 0:
            falls = balance_at(self.kept, np.full(n.shape, x), n, p, self.noise).sign < 0
            if np.all(falls != (step > 0)):
                break
            x += step
        return x

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
