"""Vectors and matrices that a model is given, checked."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_array

__all__ = ["finite_matrix", "finite_vector", "matrix_or_diagonal"]

FloatArray = NDArray[np.float64]


def matrix_or_diagonal(name: str, values: ArrayLike) -> FloatArray:
    """A square matrix; of a vector the diagonal matrix. What it must be besides is for the caller to check."""
    array = real_array(name, values)
    return np.diag(array) if array.ndim == 1 else array


def finite_vector(name: str, values: ArrayLike, size: int) -> FloatArray:
    """A vector of finite numbers.

    Raises:
        InvalidInputError: another shape, an entry that is not finite.
    """
    array = real_array(name, values)
    if array.shape != (size,):
        raise InvalidInputError(name, f"array of shape {array.shape}", f"of shape ({size},)")
    if not np.all(np.isfinite(array)):
        raise InvalidInputError(name, "a NaN or infinite entry", "finite in every entry")
    return array


def finite_matrix(name: str, values: ArrayLike, columns: int, what: str) -> FloatArray:
    """A nonempty matrix of finite numbers with so many columns, `what` they must match.

    Raises:
        InvalidInputError: another shape, an entry that is not finite.
    """
    array = real_array(name, values)
    if array.ndim != 2 or array.size == 0 or array.shape[1] != columns:
        raise InvalidInputError(name, f"array of shape {array.shape}", f"a matrix of {columns} columns, {what}")
    if not np.all(np.isfinite(array)):
        raise InvalidInputError(name, "a NaN or infinite entry", "finite in every entry")
    return array
