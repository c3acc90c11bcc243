r"""Kernel matrices of data: $q = |x|^2/d$, $c = \langle x, x'\rangle/d$, tile by tile, several kernels in one pass.

For rows of one norm, and for homogeneous activations without biases, a network kernel of any depth is one function of the cosine:
two polynomials (`univariate`) applied to the Gram matrix. ReLU with biases at different norms goes through the layers in
compiled loops (`layer_tiles`), as does erf. Other networks at different norms have a table over both norms and the cosine
(`norm_tiles`) for $|u| \le 1/2$. (Beyond, none converges: with biases, nearly parallel rows feel
$[1 - u + a(|x| - |x'|)^2]^{1/2}$, which is not smooth in the norms.) Everything else is evaluated entry by entry
(`direct_tiles`): user functions, small matrices, kernels that no polynomial holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.allocation import allocated
from asymptotix.kernels.data_rows import TILE, DataRows
from asymptotix.kernels.definiteness import require_positive_semidefinite
from asymptotix.kernels.direct_tiles import evaluator, kernel_function
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.layer_tiles import fill_by_layers
from asymptotix.kernels.norm_tiles import fill_by_norms
from asymptotix.kernels.polynomial_tiles import ScaledMap, fill_by_polynomials, run_tiles
from asymptotix.kernels.scaled_map import scaled_map

__all__ = ["kernel_matrices", "kernel_matrix", "polynomial_source"]

Matrix = NDArray[Any]
_POLYNOMIAL_FROM = 1 << 16  # entries: below, the samples for the polynomials cost more than the matrix


def kernel_matrix(
    kernel: Any,
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    dtype: DTypeLike = np.float64,
    threads: int = 1,
    definite: bool = False,
) -> Matrix:
    """The matrix k(|x_i|^2/d, |y_j|^2/d, <x_i, y_j>/d) of shape (n, m); Y = None means Y = X, exactly symmetric.

    Args:
        kernel: a KernelMap, an object with a `.kernel` (a Formula), or a vectorised function k(q1, q2, c).
        X: n rows of d features.
        Y: m rows of d features, or None.
        dtype: float64, or float32: computed in float64 and rounded once, in half the memory.
        threads: how many threads work on tiles; the entries do not depend on it.
        definite: whether to verify that the matrix of Y = None is positive semidefinite to rounding (Cholesky's factorization of
            a copy). A user's kernel function need not be; those of the package are.

    Raises:
        InvalidInputError: data that are not two-dimensional, empty, not finite, or of different d; a matrix larger than the free
            memory; a kernel that does not return one real number for each pair.
        HypothesisError: definite=True, and the matrix has a negative eigenvalue.

    >>> kernel_matrix(lambda q1, q2, c: c, [[1.0, 1.0], [0.0, 2.0]])
    array([[1., 1.],
           [1., 2.]])
    """
    (matrix,) = kernel_matrices([kernel], X, Y, dtype=dtype, threads=threads, definite=definite)
    return matrix


def kernel_matrices(
    kernels: Sequence[Any],
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    dtype: DTypeLike = np.float64,
    threads: int = 1,
    definite: bool = False,
) -> tuple[Matrix, ...]:
    """The matrices of several kernels, as `kernel_matrix`, from one pass over the Gram matrix: NNGP and NTK, or several depths.

    >>> both = [KernelMap("relu", 3, 2.0, kind="nngp"), KernelMap("relu", 3, 2.0, kind="tangent")]
    >>> nngp, tangent = kernel_matrices(both, [[1.0, 1.0], [1.0, -1.0]])
    >>> nngp.shape, float(nngp[0, 0].round(12)), float(tangent[0, 0].round(12))
    ((2, 2), 2.0, 8.0)
    """
    functions = _functions(kernels)
    kind = _checked_dtype(dtype)
    if isinstance(threads, bool) or not isinstance(threads, int | np.integer) or threads < 1:
        raise InvalidInputError("threads", threads, "a positive integer")
    rows = DataRows.of("X", X)
    columns = rows if Y is None else DataRows.of("Y", Y)
    if rows.features != columns.features:
        raise InvalidInputError("Y", columns.values.shape, f"of {rows.features} columns, as X")
    if not isinstance(definite, bool | np.bool_):
        raise InvalidInputError("definite", definite, "True or False")
    if definite and Y is not None:
        raise InvalidInputError("definite", definite, "False for a matrix of two data sets, which is not symmetric")
    matrices = allocated("X" if Y is None else "Y", (rows.size, columns.size), kind, len(functions))
    _fill(matrices, functions, kernels, rows, columns, int(threads))
    if definite:
        for matrix in matrices:
            require_positive_semidefinite(matrix)
    return tuple(matrices)


def _functions(kernels: Sequence[Any]) -> list[Any]:
    if isinstance(kernels, str) or not isinstance(kernels, Sequence) or not kernels:
        raise InvalidInputError("kernels", kernels, "a list of kernels, at least one")
    return [kernel_function(kernel) for kernel in kernels]


def _checked_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        kind = np.dtype(dtype)
    except TypeError:
        kind = np.dtype(object)
    if kind not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise InvalidInputError("dtype", dtype, "float64 or float32")
    return kind


def _fill(
    matrices: list[Matrix], functions: list[Any], kernels: Sequence[Any], rows: DataRows, columns: DataRows, threads: int
) -> None:
    sources = [polynomial_source(function, rows, columns) for function in functions]
    quick = [(matrix, source) for matrix, source in zip(matrices, sources, strict=True) if source is not None]
    if quick:
        fill_by_polynomials([matrix for matrix, _ in quick], [source for _, source in quick], rows, columns, threads)
    rest = [index for index, source in enumerate(sources) if source is None]
    if rows.size * columns.size >= _POLYNOMIAL_FROM:
        rest = fill_by_layers(matrices, functions, rest, rows, columns, threads)
        rest = fill_by_norms(matrices, functions, rest, rows, columns, threads)
    for index in rest:
        _fill_directly(matrices[index], kernels[index], rows, columns, threads)


def polynomial_source(function: Any, rows: DataRows, columns: DataRows) -> ScaledMap | None:
    """The polynomials of a network kernel, where they are worth it and hold it."""
    large = rows.size * columns.size >= _POLYNOMIAL_FROM
    if not (large and isinstance(function, KernelMap) and rows.is_regular and columns.is_regular):
        return None
    return scaled_map(function, rows, columns)


def _fill_directly(matrix: Matrix, kernel: Any, rows: DataRows, columns: DataRows, threads: int) -> None:
    evaluate, same = evaluator(kernel), columns is rows

    def work(top: int, left: int) -> None:
        tile = evaluate(rows.part(top), columns.part(left), same and top == left)
        matrix[top : top + TILE, left : left + TILE] = tile
        if same and top != left:
            matrix[left : left + TILE, top : top + TILE] = tile.T

    run_tiles(work, rows.size, columns.size, same, threads)
