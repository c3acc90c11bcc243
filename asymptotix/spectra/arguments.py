"""Arguments as float64, or a one-line error: shared by every room that reads numbers from a user."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["all_nonnegative", "frozen_array", "real_array", "real_number", "true_or_false", "whole_number"]

FloatArray = NDArray[np.float64]

_REAL = "iufO"  # kinds of NumPy types: integers, floats, and objects, which may be fractions or numbers of many digits
_INFINITY = np.uint64(0x7FF0000000000000)


def real_array(name: str, values: ArrayLike, kind: str = "an array of real numbers") -> FloatArray:
    """A float64 copy of any shape.

    Raises:
        InvalidInputError: not numbers (nor are text and booleans), ragged, or complex (whose imaginary part would be dropped).
    """
    try:
        array = np.asarray(values)
        if array.dtype.kind in _REAL and not _hides_others(values, array):
            return np.array(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidInputError(name, values, kind)


def _hides_others(values: object, array: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> bool:
    """Whether there are booleans among the numbers of a list, or text or None among objects: all of them have a float."""
    if array.dtype.kind != "O" and not isinstance(values, list | tuple):
        return False
    return any(map(_is_other, set(map(type, np.asarray(values, dtype=object).ravel().tolist()))))


def _is_other(kind: type) -> bool:
    """Whether values of a type are booleans, text or None, or NumPy scalars that are no real numbers."""
    if issubclass(kind, np.generic):
        return np.dtype(kind).kind not in _REAL
    return issubclass(kind, bool | str | bytes | bytearray | NoneType)


def frozen_array(name: str, values: ArrayLike, kind: str = "an array of real numbers") -> FloatArray:
    """A read-only float64 array of any shape: a copy, unless `values`, and what it is a view of, are marked read-only.

    Raises:
        InvalidInputError: as `real_array`.
    """
    if type(values) is np.ndarray and values.dtype == np.float64 and values.flags.c_contiguous and _unchanging(values):
        return values
    array = real_array(name, values, kind)
    array.setflags(write=False)
    return array


def all_nonnegative(values: FloatArray) -> bool:
    """Whether a contiguous array that is not empty has only finite entries >= 0, in one pass where it has."""
    if values.view(np.uint64).max() < _INFINITY:  # bits grow with the double; NaN and numbers with a sign lie above infinity
        return True
    return bool(values.min() >= 0 and values.max() < np.inf)  # also False for NaN; True for -0.0


def _unchanging(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    """Whether the array and everything that it is a view of are read-only."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base  # type: ignore[assignment]  # None or a buffer of another kind ends the loop
    return array is None


def real_number(name: str, value: object, accepts: Callable[[float], bool], valid: str, fix: str = "") -> float:
    """One float64 that `accepts` holds for (NaN never is).

    Raises:
        InvalidInputError: not one number (nor are text and booleans), or out of range; `valid` is the range in words, `fix` the
            remedy.
    """
    if _is_other(type(value[()]) if isinstance(value, np.ndarray) else type(value)):
        raise InvalidInputError(name, value, valid, fix)
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever float() refuses is refused here
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(name, value, valid, fix) from None
    if np.isnan(number) or not accepts(number):
        raise InvalidInputError(name, value, valid, fix)
    return number


def whole_number(name: str, value: object, least: int) -> int:
    """An int, at least `least`.

    Raises:
        InvalidInputError: not a whole number, a bool, or out of range.
    """
    valid = f"an integer >= {least}"
    return int(real_number(name, value, lambda v: v.is_integer() and least <= v, valid))


def true_or_false(name: str, value: object) -> bool:
    """A flag, which no text or number stands for.

    Raises:
        InvalidInputError: anything but True and False.
    """
    if not isinstance(value, bool | np.bool_):
        raise InvalidInputError(name, value, "True or False")
    return bool(value)
