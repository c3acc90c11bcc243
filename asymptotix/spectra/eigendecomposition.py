"""Eigenvalues and eigenvectors of a matrix that must be symmetric and positive semidefinite."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array

__all__ = ["positive_semidefinite"]

FloatArray = NDArray[np.float64]


def positive_semidefinite(name: str, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues, decreasing, and eigenvectors in columns; eigenvalues below N eps max, which is their rounding, become 0.

    Raises:
        InvalidInputError: not square, not finite, not symmetric to 1e-10 of its largest entry, an eigenvalue below -10 N eps max.
    """
    values = real_array(name, matrix, "a square matrix of real numbers")
    if values.ndim != 2 or values.shape[0] != values.shape[1] or values.size == 0:
        raise InvalidInputError(name, f"array of shape {values.shape}", "a square matrix")
    if not np.all(np.isfinite(values)):
        raise InvalidInputError(name, "a NaN or infinite entry", "finite in every entry")
    scale = float(np.max(np.abs(values)))
    if float(np.max(np.abs(values - values.T))) > 1e-10 * scale:
        raise InvalidInputError(name, "not symmetric", "symmetric", "pass (A + A.T) / 2 if the difference is rounding")
    eigenvalues, vectors = np.linalg.eigh(values)
    floor = values.shape[0] * np.finfo(np.float64).eps * max(float(eigenvalues[-1]), 0.0)
    if eigenvalues[0] < -10 * floor:
        raise InvalidInputError(name, f"smallest eigenvalue {eigenvalues[0]:.3g}", "positive semidefinite")
    # below N eps max an eigenvalue of eigh is rounding noise, of either sign: keeping it would fake a rank
    eigenvalues = np.where(eigenvalues < floor, 0.0, eigenvalues)
    return eigenvalues[::-1].copy(), vectors[:, ::-1].copy()
