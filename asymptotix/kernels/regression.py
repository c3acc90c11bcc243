r"""Kernel ridge regression on data: one Cholesky factorization, with the errors of all its smaller training sets.

$$\hat f = \arg\min \sum_i |y_i - f(x_i)|^2 + \lambda \|f\|^2, \qquad
  \hat f(x) = k(x, X)\,\alpha, \quad \alpha = (K + \lambda)^{-1} y.$$

Leave-one-out residuals are $\alpha_i / [(K + \lambda)^{-1}]_{ii}$, and $\mathrm{GCV} = n \|\alpha\|^2 / \mathrm{tr}[(K +
\lambda)^{-1}]^2$: the textbook forms $r_i / (1 - H_{ii})$ and $n \|r\|^2 / \mathrm{tr}(1 - H)^2$ with $\lambda$ cancelled, which
are 0/0 at $\lambda = 0$ and lose digits near it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.data_rows import real_values
from asymptotix.kernels.matrix import kernel_matrix

__all__ = ["FittedRegression", "KernelRegression", "checked_labels"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class KernelRegression:
    """Kernel ridge regression with a kernel as in `kernel_matrix` and a ridge >= 0, beside a sum (not a mean) of squares.

    Raises:
        InvalidInputError: a ridge that is negative or not finite.

    >>> fitted = KernelRegression(lambda q1, q2, c: c, ridge=1.0).fit([[1.0], [2.0]], [1.0, 2.0])
    >>> fitted.predict([[1.0]]).round(12).tolist()  # least squares with slope 5/6
    [0.833333333333]
    """

    kernel: Any
    ridge: float = 0.0
    threads: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        if not (isinstance(self.ridge, int | float) and math.isfinite(self.ridge) and self.ridge >= 0.0):
            raise InvalidInputError("ridge", self.ridge, "zero or positive, and finite")

    def fit(self, X: ArrayLike, y: ArrayLike) -> FittedRegression:
        """Factorize K + ridge in place (one matrix of memory, n^3/3 operations).

        Args:
            X: n rows of d features.
            y: n labels, or n rows of several outputs.

        Raises:
            InvalidInputError: labels of another length, or not finite.
            HypothesisError: K + ridge is not positive definite, or singular to float64.
        """
        rows = real_values("X", X)
        labels = checked_labels("y", y, len(rows))
        matrix = kernel_matrix(self.kernel, rows, threads=self.threads)
        matrix[np.diag_indices(len(matrix))] += self.ridge
        factor = _factorized(matrix)
        from scipy.linalg import solve_triangular

        forward = solve_triangular(factor, labels, lower=True, check_finite=False)
        weights = solve_triangular(factor, forward, lower=True, trans=1, check_finite=False)
        return FittedRegression(self, rows, labels, weights, forward, factor)


@dataclass(frozen=True)
class FittedRegression:
    """A regression and its training data: `coefficients` alpha (n, outputs); `forward` = L^-1 y; `factor` L, K + ridge = L L'."""

    regression: KernelRegression
    X: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)
    coefficients: FloatArray = field(repr=False)
    forward: FloatArray = field(repr=False)
    factor: FloatArray = field(repr=False)

    def predict(self, X: ArrayLike) -> FloatArray:
        """The regression function: shape (m,), or (m, outputs) where several were fitted."""
        return self._cross(X) @ self.coefficients

    def classify(self, X: ArrayLike) -> NDArray[np.int64]:
        """The sign, 1 or -1, of a single output (0 counts as 1); the index of the largest of several."""
        values = self.predict(X)
        return np.argmax(values, axis=1) if values.ndim == 2 else np.where(values >= 0.0, 1, -1)

    def leave_one_out(self) -> FloatArray:
        """y_i minus the prediction at x_i of the regression on the other rows; shaped as y."""
        diagonal = self._inverse_diagonal()
        return np.asarray(self.coefficients / (diagonal[:, None] if self.y.ndim == 2 else diagonal))

    def gcv(self) -> float:
        """Generalized cross-validation: an estimate of the mean squared test error, summed over the outputs."""
        return float(len(self.y) * np.sum(self.coefficients**2) / self._inverse_diagonal().sum() ** 2)

    def learning_curve(self, X_test: ArrayLike, y_test: ArrayLike, sizes: ArrayLike) -> FloatArray:
        """Mean squared test errors of the regressions on the first n' rows, for every n' of `sizes`, summed over the outputs.

        The factor of a leading block is the leading block of the factor: predictions of all sizes are partial sums of
        $[k(x, X) L^{-T}]_j [L^{-1} y]_j$, so the whole curve costs as much as its last point.
        """
        from scipy.linalg import solve_triangular

        counts = np.asarray(sizes)
        if counts.ndim != 1 or counts.dtype.kind not in "iu" or (counts < 1).any() or (counts > len(self.y)).any():
            raise InvalidInputError("sizes", sizes, f"integers from 1 to {len(self.y)}, the rows of training data")
        cross = self._cross(X_test)
        labels = checked_labels("y_test", y_test, len(cross))
        if labels.shape[1:] != self.y.shape[1:]:
            raise InvalidInputError("y_test", labels.shape, f"of shape (m, *{self.y.shape[1:]}), as y")
        basis = solve_triangular(self.factor, cross.T, lower=True, check_finite=False).T
        errors, prediction, done = np.empty(len(counts)), np.zeros_like(labels), 0
        for position in np.argsort(counts):
            stop = int(counts[position])
            prediction += basis[:, done:stop] @ self.forward[done:stop]
            errors[position] = np.sum((labels - prediction) ** 2) / len(labels)
            done = stop
        return errors

    def _cross(self, X: ArrayLike) -> FloatArray:
        return kernel_matrix(self.regression.kernel, checked_rows(X, self.X.shape[1]), self.X, threads=self.regression.threads)

    def _inverse_diagonal(self) -> FloatArray:
        """The diagonal of (K + ridge)^-1 = L^-T L^-1: sums of squares, nothing cancels."""
        from scipy.linalg.lapack import dtrtri

        inverse, _ = dtrtri(self.factor, lower=1)
        return np.asarray(np.einsum("ij,ij->j", np.tril(inverse), np.tril(inverse)))


def _factorized(matrix: FloatArray) -> FloatArray:
    """L in place, in the order of columns that LAPACK wants."""
    from scipy.linalg.lapack import dpocon, dpotrf

    norm = float(np.max(np.abs(matrix).sum(axis=0))) if len(matrix) < 2048 else float(max(np.abs(row).sum() for row in matrix))
    factor, failed = dpotrf(matrix.T, lower=1, clean=1, overwrite_a=1)
    condition = 0.0 if failed else float(dpocon(factor, norm, uplo="L")[0])
    if not condition > np.finfo(np.float64).eps:
        raise HypothesisError(
            f"K + ridge is {'not positive definite' if failed else 'singular'} to float64: use a larger ridge, leave out "
            "repeated rows, or take a kernel that is positive definite"
        )
    return np.asarray(factor)


def checked_rows(X: ArrayLike, n_features: int) -> FloatArray:
    """Rows to predict at, refused if they do not have the features of the training data."""
    rows = real_values("X", X)
    if rows.ndim != 2 or rows.shape[1] != n_features:
        raise InvalidInputError("X", rows.shape, f"of shape (m, {n_features}), with the features of the training data")
    return rows


def checked_labels(name: str, y: ArrayLike, size: int) -> FloatArray:
    """The labels as float64, refused if there are not `size` rows of them or one is not finite."""
    labels = real_values(name, y)
    if size == 0:
        raise InvalidInputError("X", "0 rows", "at least one row of data")
    if labels.ndim not in (1, 2) or len(labels) != size or labels.size == 0:
        raise InvalidInputError(name, labels.shape, f"{size} labels, one for each row of data, or {size} rows of several")
    if not np.isfinite(labels).all():
        raise InvalidInputError(name, "nan or infinity", "finite")
    return labels
