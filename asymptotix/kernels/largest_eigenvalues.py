r"""The largest eigenvalues of a kernel matrix, stored only if it is small: Lanczos iteration, or Nystrom's matrix on some rows.

Lanczos: every eigenvalue within $|K v - \lambda v|$ of one of K. Nystrom, for $K \succeq 0$: $\hat K = K_{nm} K_{mm}^{-1} K_{mn}
\preceq K$, so that its eigenvalues are lower bounds, and all of them together miss $\mathrm{tr}(K - \hat K)$.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.kernels.allocation import allocated
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.kernels.operator import KernelOperator

__all__ = ["TopSpectrum", "top_spectrum"]

FloatArray = NDArray[np.float64]

_STORED = 2048  # rows: 32 MB, for the price of one of the tens of products that Lanczos iteration asks for


@dataclass(frozen=True)
class TopSpectrum:
    """`values` in falling order, orthonormal `vectors` (n, count), and absolute `bounds` on the errors of the values.

    Lanczos: an eigenvalue of K lies within bounds[i] of values[i]. Nystrom: the i-th eigenvalue of K lies between values[i] and
    values[i] + bounds[i].
    """

    values: FloatArray
    vectors: FloatArray
    bounds: FloatArray
    method: str


def top_spectrum(
    kernel: Any,
    X: ArrayLike,
    count: int = 10,
    *,
    method: Literal["lanczos", "nystrom"] = "lanczos",
    landmarks: int | None = None,
    seed: int = 0,
) -> TopSpectrum:
    """The `count` largest eigenvalues of `kernel_matrix(kernel, X)` and their vectors; beyond 2048 rows without the matrix.

    Args:
        kernel: as in `kernel_matrix`.
        X: n rows of d features.
        count: from 1 to n - 1.
        method: "lanczos", to rounding, some tens of products with K; "nystrom", one pass over n x landmarks entries.
        landmarks: how many random rows Nystrom's matrix rests on, at least `count`; 4 count + 100 unless told, at most n.
        seed: of the first vector, or of the choice of the landmarks.

    Raises:
        InvalidInputError: an argument outside its range.
        ConvergenceError: Lanczos iteration did not end.

    >>> found = top_spectrum(lambda q1, q2, c: c, np.diag([3.0, 2.0, 1.0, 0.5]), 2)
    >>> (4 * found.values).round(12).tolist()
    [9.0, 4.0]
    """
    operator = KernelOperator(kernel, X)
    size = operator.shape[0]
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count < size:
        raise InvalidInputError("count", count, f"an integer from 1 to {size - 1}, less than the number of rows")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InvalidInputError("seed", seed, "an integer, zero or positive")
    generator = np.random.default_rng(seed)
    if method == "lanczos":
        matrix = kernel_matrix(kernel, X) if size <= _STORED else operator.as_linear_operator()
        return _lanczos(matrix, int(count), generator)
    if method != "nystrom":
        raise InvalidInputError("method", method, "lanczos or nystrom")
    chosen = min(size, 4 * count + 100) if landmarks is None else landmarks
    if isinstance(chosen, bool) or not isinstance(chosen, int | np.integer) or not count <= chosen <= size:
        raise InvalidInputError("landmarks", landmarks, f"an integer from count = {count} to {size}, the number of rows")
    return _nystrom(operator, int(count), generator.choice(size, chosen, replace=False))


def _lanczos(matrix: Any, count: int, generator: np.random.Generator) -> TopSpectrum:
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    try:
        values, vectors = eigsh(matrix, k=count, which="LA", v0=generator.standard_normal(matrix.shape[0]))
    except ArpackNoConvergence:
        raise ConvergenceError(f"Lanczos iteration for {count} eigenvalues did not converge: ask for fewer or more") from None
    order = np.argsort(values)[::-1]
    values, vectors = values[order], vectors[:, order]
    residuals = np.linalg.norm(matrix @ vectors - vectors * values, axis=0)
    return TopSpectrum(values, vectors, residuals, "lanczos")


def _nystrom(operator: KernelOperator, count: int, index: NDArray[np.intp]) -> TopSpectrum:
    """By the factor F = K_nm U s^(-1/2), K_mm = U s U', without the directions in which K_mm is 0 to rounding."""
    allocated("landmarks", (operator.shape[0], len(index)), np.float64, 2)
    columns = operator.columns(index)
    inner, basis = np.linalg.eigh(columns[index])
    kept = inner > len(index) * np.finfo(np.float64).eps * inner[-1]
    if not kept.any():
        raise InvalidInputError("kernel", "0", "positive somewhere on the landmarks")
    factor = columns @ (basis[:, kept] / np.sqrt(inner[kept]))
    left, singular, _ = np.linalg.svd(factor, full_matrices=False)
    missed = max(float(operator.diagonal().sum() - np.sum(singular**2)), 0.0)
    count = min(count, len(singular))
    return TopSpectrum(singular[:count] ** 2, left[:, :count], np.full(count, missed), "nystrom")
