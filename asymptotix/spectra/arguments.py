"""Arguments as float64, or a one-line error: shared by every room that reads numbers from a user."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["all_nonnegative", "frozen_array", "real_array", "real_number", "whole_number"]

FloatArray = NDArray[np.float64]

_INFINITY = np.uint64(0x7FF0000000000000)


def real_array(name: str, values: ArrayLike, kind: str = "an array of real numbers") -> FloatArray:
    """A float64 copy of any shape.

    Raises:
        InvalidInputError: not numbers, ragged, or complex (whose imaginary part would be dropped).
    """
    try:
        array = np.asarray(values)
        if not np.iscomplexobj(array):
            return np.array(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidInputError(name, values, kind)


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
        InvalidInputError: not one number, or out of range; `valid` is the range in words, `fix` the remedy.
    """
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
    if isinstance(value, bool):
        raise InvalidInputError(name, value, valid)
    return int(real_number(name, value, lambda v: v.is_integer() and least <= v, valid))
