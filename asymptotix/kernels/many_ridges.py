r"""Kernel ridge regression for many ridges from one eigendecomposition $K = V s V'$.

With $g_k = 1/(s_k + \lambda)$: $\alpha = V g V' y$ and $[(K+\lambda)^{-1}]_{ii} = \sum_k V_{ik}^2 g_k$; `regression` has the
forms of the leave-one-out residuals and of GCV.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.data_rows import real_values
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.kernels.regression import checked_labels, checked_rows

__all__ = ["RidgePath", "ridge_path"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class RidgePath:
    """Errors at `ridges`, summed over outputs: mean squares of training and leave-one-out residuals, and GCV."""

    ridges: FloatArray
    training: FloatArray
    leave_one_out: FloatArray
    gcv: FloatArray
    coefficients: FloatArray = field(repr=False)
    kernel: Any = field(repr=False)
    X: FloatArray = field(repr=False)

    def best(self, by: Literal["leave_one_out", "gcv"] = "leave_one_out") -> float:
        """The ridge of the smallest error."""
        if by not in ("leave_one_out", "gcv"):
            raise InvalidInputError("by", by, "leave_one_out or gcv")
        return float(self.ridges[np.argmin(getattr(self, by))])

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predictions of all ridges: shape (ridges, m), or (ridges, m, outputs)."""
        cross = kernel_matrix(self.kernel, checked_rows(X, self.X.shape[1]), self.X)
        return np.asarray(self.coefficients @ cross.T if self.coefficients.ndim == 2 else cross @ self.coefficients)


def ridge_path(kernel: Any, X: ArrayLike, y: ArrayLike, ridges: ArrayLike) -> RidgePath:
    """Kernel ridge regression with every ridge of a list, which cost n^2 operations each after the first.

    Args:
        kernel: as in `kernel_matrix`.
        X: n rows of d features.
        y: n labels, or n rows of several outputs.
        ridges: positive numbers; 0 where the matrix is not singular.

    Raises:
        InvalidInputError: labels or ridges that are not as above.
        HypothesisError: an eigenvalue of K + ridge is 0 or negative to float64.

    >>> path = ridge_path(lambda q1, q2, c: c, [[1.0], [2.0]], [1.0, 2.0], [1.0, 5.0])
    >>> path.predict([[1.0]])[:, 0].round(12).tolist()  # slopes 5/6 and 1/2
    [0.833333333333, 0.5]
    """
    rows = real_values("X", X)
    labels = checked_labels("y", y, len(rows))
    tested = real_values("ridges", ridges)
    if tested.ndim != 1 or tested.size == 0 or not (np.isfinite(tested) & (tested >= 0.0)).all():
        raise InvalidInputError("ridges", ridges, "a list of numbers that are zero or positive, and finite")
    values, vectors = np.linalg.eigh(kernel_matrix(kernel, rows))
    rounding = len(rows) * np.finfo(np.float64).eps * max(float(values[-1]), 0.0)
    if not values[0] + tested.min() > rounding:
        raise HypothesisError(
            f"K + ridge is singular to float64: its smallest eigenvalue is {values[0] + tested.min():.2g}; use ridges "
            f"above {rounding - min(float(values[0]), 0.0):.2g}"
        )
    return _path(kernel, rows, labels, tested, values, vectors)


def _path(
    kernel: Any, rows: FloatArray, labels: FloatArray, ridges: FloatArray, values: FloatArray, vectors: FloatArray
) -> RidgePath:
    columns = labels.reshape(len(labels), -1)
    projected, squares = vectors.T @ columns, vectors**2
    training, left_out, gcv = (np.empty(len(ridges)) for _ in range(3))
    found = np.empty((len(ridges), *columns.shape))
    for position, ridge in enumerate(ridges):
        gain = 1.0 / (values + ridge)
        alpha = vectors @ (gain[:, None] * projected)
        residuals = alpha / (squares @ gain)[:, None]
        found[position] = alpha
        training[position] = np.sum((ridge * alpha) ** 2) / len(rows)
        left_out[position] = np.sum(residuals**2) / len(rows)
        gcv[position] = len(rows) * np.sum((alpha / gain.sum()) ** 2)
    coefficients = found if labels.ndim == 2 else found[:, :, 0]
    return RidgePath(ridges, training, left_out, gcv, coefficients, kernel, rows)
