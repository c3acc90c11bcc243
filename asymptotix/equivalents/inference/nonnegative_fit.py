r"""Nonnegative unknowns from observations that are linear in them and correlated: the smoothest that fit, and intervals of sums.

$\chi^2(x)=\|W(Ax-b)\|^2$ with W the whitening of the jackknife's covariance, cut to the principal components that are evidence of
their own. Few of them are (about ten), fewer than unknowns: many x fit, and a least-squares solution is a few spikes. Therefore

- the solution is the x of least roughness, second differences of x over a given density, with $\chi^2\le\chi^2_{\min}+1$;
- the interval of $c^\top x$ are its values at which the profile $\min_x\{\chi^2:c^\top x=v,\,x\ge0\}$ is at most
  $\chi^2_{\min}+3.84$: it is as wide as what the data do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.inference.observed_resolvent import jackknife_covariance
from asymptotix.errors import ConvergenceError

__all__ = ["NonnegativeFit"]

FloatArray = NDArray[np.float64]

_KEPT = 1e-4  # of the variance of the first component: below it the error of the equivalents, not that of the data, decides
_EQUIVALENTS = 1.0  # over n: relative error of the equivalents, granted to every observation, alike in neighbours
_ALIKE = 10.0  # rows of the grid of ridges over which that error is the same
_WITHIN = 1.0  # of chi squared, for the smoothest solution
_DEVIANCE = 3.841  # 95 % of chi squared with one degree of freedom
_EXACTLY = 1e4  # weight of the side condition of a profile, in standard deviations
_HALVINGS = 14


@dataclass(frozen=True, eq=False)
class NonnegativeFit:
    """Whitened rows; the last unknown (a flat tail, a noise) has no place in the order of the others and is not smoothed."""

    rows: FloatArray
    goal: FloatArray
    density: FloatArray

    @classmethod
    def of(cls, columns: FloatArray, values: FloatArray, without: FloatArray, density: FloatArray) -> NonnegativeFit:
        """From the values observed and those without one point each, shape (n, observations)."""
        apart = np.subtract.outer(np.arange(values.size), np.arange(values.size)) / _ALIKE
        granted = (_EQUIVALENTS / without.shape[0]) ** 2 * np.outer(values, values) * np.exp(-np.abs(apart))
        covariance = jackknife_covariance(without) + granted
        scale = np.sqrt(np.diagonal(covariance)) + np.finfo(np.float64).tiny
        variances, vectors = np.linalg.eigh(covariance / scale / scale[:, None])
        kept = variances > _KEPT * variances[-1]
        whitening = (vectors[:, kept] / np.sqrt(variances[kept])).T / scale
        return cls(whitening @ columns, whitening @ values, density)

    @cached_property
    def least(self) -> tuple[FloatArray, float]:
        """A solution of least squares and its chi squared."""
        return _nonnegative(self.rows, self.goal)

    @cached_property
    def smoothest(self) -> FloatArray:
        """The smoothest solution that fits within one standard deviation."""
        limit = self.least[1] + _WITHIN
        low, high, best = -12.0, 12.0, self.least[0]  # log of the weight of roughness
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            x = _nonnegative(np.vstack([self.rows, np.exp(middle) * self._roughness]), self._padded_goal)[0]
            if float(np.sum((self.rows @ x - self.goal) ** 2)) <= limit:
                low, best = middle, x
            else:
                high = middle
        return best

    def interval(self, functional: FloatArray) -> tuple[float, float]:
        """Values of functional @ x that fit at 95 %."""
        inside = float(functional @ self.least[0])
        return self._end(functional, inside, -1.0), self._end(functional, inside, 1.0)

    @cached_property
    def _roughness(self) -> FloatArray:
        second = np.diff(np.eye(self.density.size), 2, axis=0) / self.density
        return np.hstack([second, np.zeros((second.shape[0], 1))])

    @cached_property
    def _padded_goal(self) -> FloatArray:
        return np.append(self.goal, np.zeros(self._roughness.shape[0]))

    def _fits(self, functional: FloatArray, value: float) -> bool:
        weight = _EXACTLY / max(value, 1e-3 * float(np.max(self.least[0])), np.finfo(np.float64).tiny ** 0.25)
        rows = np.vstack([self.rows, weight * functional])
        return _nonnegative(rows, np.append(self.goal, weight * value))[1] <= self.least[1] + _DEVIANCE

    def _end(self, functional: FloatArray, inside: float, side: float) -> float:
        """The last value that fits on one side of the best."""
        outside = 0.0
        if side > 0:
            scale = float(np.max(self.least[0])) * float(np.max(functional))
            outside = max(2.0 * inside, 1e-3 * scale)
            while self._fits(functional, outside):
                inside, outside = outside, 2.0 * outside
                if outside > 1e9 * max(scale, 1e-300):
                    return float("inf")
        elif self._fits(functional, 0.0):
            return 0.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (inside + outside)
            inside, outside = (middle, outside) if self._fits(functional, middle) else (inside, middle)
        return inside


def _nonnegative(rows: FloatArray, goal: FloatArray) -> tuple[FloatArray, float]:
    """Nonnegative least squares and the sum of squares that is left, with columns of length 1."""
    from scipy.optimize import nnls  # costs an import that most answers do not need

    scale = np.linalg.norm(rows, axis=0)
    try:
        solution, distance = nnls(rows / scale, goal, maxiter=50 * rows.shape[1])
    except RuntimeError as error:
        raise ConvergenceError(f"the nonnegative least squares did not end: {error}") from None
    return np.asarray(solution / scale), float(distance) ** 2
