"""Whether a kernel matrix is positive semidefinite, to rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError

__all__ = ["require_positive_semidefinite"]

_ROUNDING = 8.0  # eigenvalues above -8 n eps trace/n count as zero; float32 matrices have their own eps


def require_positive_semidefinite(matrix: NDArray[Any]) -> None:
    """Nothing, or HypothesisError: by Cholesky's factorization of the matrix with its rounding added to the diagonal."""
    size = len(matrix)
    scale = float(np.trace(matrix, dtype=np.float64)) / size
    if not scale >= 0.0:
        raise HypothesisError(f"the kernel is not positive semidefinite on these rows: the mean of the diagonal is {scale:.3g}")
    shifted = matrix.astype(np.float64)
    shifted[np.diag_indices(size)] += _ROUNDING * size * float(np.finfo(matrix.dtype).eps) * scale or np.finfo(np.float64).tiny
    try:
        np.linalg.cholesky(shifted)
    except np.linalg.LinAlgError:
        raise HypothesisError(
            f"the kernel is not positive semidefinite on these {size} rows{_witness(matrix)}: Cholesky's factorization fails; "
            "use a kernel function that is positive definite, or definite=False"
        ) from None


def _witness(matrix: NDArray[Any]) -> str:
    """Two rows that show it, if two are enough."""
    diagonal = np.diagonal(matrix).astype(np.float64)
    if (diagonal < 0.0).any():
        i = int(np.argmin(diagonal))
        return f" (entry ({i}, {i}) is {diagonal[i]:.6g})"
    bound = np.sqrt(diagonal)
    for i, row in enumerate(matrix):
        excess = np.abs(row) - bound[i] * bound * (1.0 + 1e-9)
        j = int(np.argmax(excess))
        if excess[j] > 0.0:
            return f" (|k_ij| = {abs(row[j]):.6g} exceeds sqrt(k_ii k_jj) = {bound[i] * bound[j]:.6g} at ({i}, {j}))"
    return ""
