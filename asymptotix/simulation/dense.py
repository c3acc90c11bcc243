"""Products and decompositions of large matrices, in NumPy or in any namespace of the array API standard (CuPy, PyTorch, ...).

NumPy arrays go in and come out: what is moved is of the size of the training set, what is computed grows faster. Random numbers
are always NumPy's, and so is all that is of the size of one vector for each setting, so that a namespace changes rounding alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["arrays_of", "eigenpairs", "product", "require_namespace", "thin_svd"]

FloatArray = NDArray[np.float64]

_CHOSEN: ContextVar[Any] = ContextVar("array namespace", default=None)
_NEEDED = ("asarray", "float64", "linalg", "matmul")


def require_namespace(name: str) -> Any:
    """The module of this name; InvalidInputError unless it is installed and has what is needed.

    >>> require_namespace("numpy").__name__
    'numpy'
    """
    valid = 'the name of an installed module that follows the array API standard, such as "cupy", "torch" or "array_api_strict"'
    if not isinstance(name, str) or not name.replace("_", "a").isidentifier():
        raise InvalidInputError("array_namespace", name, valid)
    try:
        module = importlib.import_module(name)
    except ImportError:
        raise InvalidInputError("array_namespace", name, valid, "install it, or leave the argument out") from None
    if not all(hasattr(module, needed) for needed in _NEEDED):
        raise InvalidInputError("array_namespace", name, valid)
    return module


@contextmanager
def arrays_of(name: str | None) -> Iterator[None]:
    """Within this context the functions of this module compute in the namespace of this name; None is NumPy.

    The context is that of a thread: enter it where the work is done, not where it is sent from.

    Raises:
        InvalidInputError: no such module, or none with arrays.
    """
    token = _CHOSEN.set(None if name is None or name == "numpy" else require_namespace(name))
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """left @ right."""
    xp = _CHOSEN.get()
    if xp is None:
        return np.asarray(left @ right)
    return _back(xp.matmul(_there(xp, left), _there(xp, right)))


def eigenpairs(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues in increasing order, and eigenvectors, of a symmetric matrix."""
    xp = _CHOSEN.get()
    if xp is None:
        return np.linalg.eigh(matrix)
    eigenvalues, vectors = xp.linalg.eigh(_there(xp, matrix))
    return _back(eigenvalues), _back(vectors)


def thin_svd(matrix: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """U, S, V' with min(n, q) singular values."""
    xp = _CHOSEN.get()
    if xp is None:
        return np.linalg.svd(matrix, full_matrices=False)
    left, values, right = xp.linalg.svd(_there(xp, matrix), full_matrices=False)
    return _back(left), _back(values), _back(right)


def _there(xp: Any, array: FloatArray) -> Any:
    """The array in the namespace, on its accelerator where it does not choose one by itself."""
    whole = np.ascontiguousarray(array)
    if xp.__name__ == "torch":
        return xp.asarray(whole, device="cuda" if xp.cuda.is_available() else "cpu")
    return xp.asarray(whole)


def _back(array: Any) -> FloatArray:
    if hasattr(array, "get"):  # CuPy, whose arrays NumPy may not read
        return np.asarray(array.get())
    if hasattr(array, "cpu"):  # PyTorch, the same
        return np.asarray(array.cpu())
    return np.asarray(array)
