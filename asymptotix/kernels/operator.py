"""A kernel matrix that is never stored: products with vectors, tile by tile, for more rows than memory holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.data_rows import TILE, DataRows, real_values
from asymptotix.kernels.direct_tiles import evaluator, kernel_function
from asymptotix.kernels.matrix import kernel_matrix, polynomial_source
from asymptotix.kernels.polynomial_tiles import run_tiles, tile_values, worth_compiling
from asymptotix.runs.threads import single_threaded_blas

__all__ = ["KernelOperator"]

FloatArray = NDArray[np.float64]


class KernelOperator:
    """The symmetric matrix `kernel_matrix(kernel, X)` as a linear operator; memory n d, and time n^2/2 entries a product.

    Several vectors at once cost hardly more than one: the entries are computed once for all of them.

    Args:
        kernel: as in `kernel_matrix`.
        X: n rows of d features.

    Raises:
        InvalidInputError: as `kernel_matrix`.

    >>> K = KernelOperator(lambda q1, q2, c: c, [[1.0, 1.0], [0.0, 2.0]])
    >>> K @ [1.0, 1.0]
    array([2., 3.])
    """

    dtype = np.dtype(np.float64)

    def __init__(self, kernel: Any, X: ArrayLike) -> None:
        self._rows = DataRows.of("X", X)
        self._kernel = kernel
        self._source = polynomial_source(kernel_function(kernel), self._rows, self._rows)
        self.shape = (self._rows.size, self._rows.size)

    def __matmul__(self, vectors: ArrayLike) -> FloatArray:
        """K v for v of shape (n,) or (n, k)."""
        given = real_values("vectors", vectors)
        if given.ndim not in (1, 2) or len(given) != self.shape[0] or not np.isfinite(given).all():
            raise InvalidInputError("vectors", given.shape, f"of shape ({self.shape[0]},) or ({self.shape[0]}, k), and finite")
        vector = given.reshape(len(given), -1)
        result = np.zeros_like(vector)
        tile = self._tiles()

        def work(top: int, left: int) -> None:
            value = tile(top, left)
            result[top : top + TILE] += value @ vector[left : left + TILE]
            if top != left:
                result[left : left + TILE] += value.T @ vector[top : top + TILE]

        with single_threaded_blas():
            run_tiles(work, *self.shape, symmetric=True, threads=1)
        return result.reshape(given.shape)

    matvec = matmat = rmatvec = rmatmat = __matmul__

    def diagonal(self) -> FloatArray:
        """The n values k(x_i, x_i)."""
        function, q = kernel_function(self._kernel), self._rows.q
        return np.asarray(function(q, q, q), dtype=np.float64)

    def columns(self, index: ArrayLike) -> FloatArray:
        """The columns of some rows of data, as a matrix of shape (n, k).

        Raises:
            InvalidInputError: no whole numbers from 0 to n - 1.
        """
        chosen = np.atleast_1d(np.asarray(index))
        n = self.shape[0]
        if chosen.dtype.kind not in "iu" or chosen.ndim != 1 or not np.all((chosen >= 0) & (chosen < n)):
            raise InvalidInputError("index", index, f"whole numbers from 0 to {n - 1}")
        return np.asarray(kernel_matrix(self._kernel, self._rows.values, self._rows.values[chosen]))

    def as_linear_operator(self) -> Any:
        """A `scipy.sparse.linalg.LinearOperator`, for the iterative solvers of SciPy."""
        from scipy.sparse.linalg import LinearOperator

        return LinearOperator(
            self.shape, matvec=self.__matmul__, matmat=self.__matmul__, rmatvec=self.__matmul__, dtype=self.dtype
        )

    def _tiles(self) -> Callable[[int, int], FloatArray]:
        if self._source is None:
            direct, rows = evaluator(self._kernel), self._rows
            return lambda top, left: direct(rows.part(top), rows.part(left), top == left)
        values = tile_values([self._source], self._rows, self._rows, worth_compiling(self.shape[0] ** 2 / 2))
        return lambda top, left: next(values(top, left))
