"""Exact population risk of a coefficient vector: no test set where an integral over the inputs can be done.

Two forms. A sum of squares never cancels and is used where the features have an explicit orthonormal expansion (or where the
population is a finite data set); a quadratic form is used where only second moments are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.simulation.dense import product

__all__ = ["FinitePopulation", "Population", "QuadraticRisk", "RotatedRisk", "SquareRisk"]

FloatArray = NDArray[np.float64]


class Population(Protocol):
    """E (f_theta(x) - f(x))^2 as a function of the coefficients theta."""

    @property
    def rounding(self) -> float:
        """Absolute error of both functions per unit of |theta|^2; 0 where the error is relative."""

    def excess(self, coefficients: FloatArray) -> FloatArray:
        """Excess risk of each column of `coefficients`, shape (q, m) -> (m,)."""

    def squares(self, directions: FloatArray) -> FloatArray:
        """E f_w(x)^2 of each column w of `directions`, shape (q, r) -> (r,)."""


@dataclass(frozen=True)
class SquareRisk:
    """|A theta - t|^2 + flat |theta|^2: coordinates A theta and t of predictor and target in an orthonormal system.

    `matrix` is A, or its diagonal if it is one-dimensional; `flat` is the predictor's mass per unit |theta|^2 outside the system.
    """

    matrix: FloatArray
    target: FloatArray
    flat: float = 0.0
    rounding: float = 0.0

    def excess(self, coefficients: FloatArray) -> FloatArray:
        """See `Population.excess`."""
        error = self._apply(coefficients) - self.target[:, None]
        return np.asarray(_column_squares(error) + self.flat * _column_squares(coefficients))

    def squares(self, directions: FloatArray) -> FloatArray:
        """See `Population.squares`."""
        if self.matrix.ndim == 1:  # the weights of the squares: nothing of the size of the directions is made but their squares
            return np.asarray((self.matrix**2 + self.flat) @ directions**2)
        found = _column_squares(self._apply(directions))
        return found + self.flat * _column_squares(directions) if self.flat else found

    def _apply(self, columns: FloatArray) -> FloatArray:
        return np.asarray(self.matrix[:, None] * columns if self.matrix.ndim == 1 else product(self.matrix, columns))


@dataclass(frozen=True)
class RotatedRisk:
    """|scale theta - target|^2 + unseen: covariance scale^2 I, in the coordinates of a training set's own singular vectors.

    `unseen` is the energy of the target in the directions that the training set leaves out. Directions are diagonal, (r,).
    """

    scale: float
    target: FloatArray
    unseen: float
    rounding: float = 0.0

    def excess(self, coefficients: FloatArray) -> FloatArray:
        """See `Population.excess`."""
        return np.asarray(_column_squares(self.scale * coefficients - self.target[:, None]) + self.unseen)

    def squares(self, directions: FloatArray) -> FloatArray:
        """See `Population.squares`."""
        return np.asarray((self.scale * directions) ** 2)


@dataclass(frozen=True)
class QuadraticRisk:
    """theta' M theta - 2 theta' v + energy, with M = E z z', v = E z f and energy = E f^2.

    The difference loses digits where theta is huge and the risk is not.
    """

    second_moment: FloatArray
    cross_moment: FloatArray
    energy: float

    @property
    def rounding(self) -> float:
        """Spectral norm of a matrix of independent rounding errors of the entries of M (an estimate, not a bound)."""
        size = len(self.second_moment)
        return float(np.finfo(np.float64).eps * np.abs(self.second_moment).max() * np.sqrt(size))

    def excess(self, coefficients: FloatArray) -> FloatArray:
        """See `Population.excess`."""
        return np.asarray(self.squares(coefficients) - 2.0 * (self.cross_moment @ coefficients) + self.energy)

    def squares(self, directions: FloatArray) -> FloatArray:
        """See `Population.squares`."""
        return np.asarray(np.einsum("ij,ij->j", directions, product(self.second_moment, directions)))


@dataclass(frozen=True)
class FinitePopulation:
    """Mean over finitely many test points: f_theta(x_t) = (matrix @ theta)_t, noise-free labels `labels`."""

    matrix: FloatArray
    labels: FloatArray
    rounding: float = 0.0

    def excess(self, coefficients: FloatArray) -> FloatArray:
        """See `Population.excess`."""
        return np.asarray(_column_squares(product(self.matrix, coefficients) - self.labels[:, None]) / len(self.labels))

    def squares(self, directions: FloatArray) -> FloatArray:
        """See `Population.squares`."""
        return np.asarray(_column_squares(product(self.matrix, directions)) / len(self.labels))

    def classification_error(self, coefficients: FloatArray) -> FloatArray:
        """Fraction of the test points whose predicted sign is not that of the label; a prediction of 0 is an error."""
        wrong = np.sign(self.matrix @ coefficients) != np.sign(self.labels)[:, None]
        return np.asarray(wrong.mean(axis=0))


def _column_squares(columns: FloatArray) -> FloatArray:
    return np.asarray(np.ones(len(columns)) @ columns**2)  # by BLAS: einsum walks down each column, which is slow
