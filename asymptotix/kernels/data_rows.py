"""Rows of data with q = |x|^2/d, their directions, and the angle of nearly parallel rows without cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["NEARLY_PARALLEL", "TILE", "DataRows", "half_distances", "real_values"]

FloatArray = NDArray[np.float64]
Indices = NDArray[np.intp]

TILE = 256  # rows and columns of a tile: its temporaries (512 kB each) stay in the cache
NEARLY_PARALLEL = 1e-3  # 1 - |rho| below which it is formed from the difference: above, 1e-16 in rho is 5e-14 in the angle
_CHUNK = 1 << 20  # entries of the differences formed at once
_EQUAL = 32 * np.finfo(np.float64).eps  # relative spread of the q of rows that were scaled to one norm
_REGULAR = (1e-250, 1e250)  # norms whose squares neither underflow nor overflow


def real_values(name: str, data: ArrayLike) -> FloatArray:
    """float64 values of any shape.

    Raises:
        InvalidInputError: text, None, ragged lists, or complex numbers, whose imaginary part would be dropped.
    """
    try:
        values = np.asarray(data)
        if values.dtype.kind in "biuf":
            return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        pass
    raise InvalidInputError(name, data, "an array of real numbers")


@dataclass(frozen=True)
class DataRows:
    """Data rows with q = |x|^2/d."""

    values: FloatArray
    q: FloatArray

    @classmethod
    def of(cls, name: str, data: ArrayLike) -> DataRows:
        """The rows, checked.

        Raises:
            InvalidInputError: data that are not two-dimensional, empty, or not finite.
        """
        values = real_values(name, data)
        if values.ndim != 2 or 0 in values.shape:
            raise InvalidInputError(name, values.shape, "an array of shape (rows, features), neither of them 0")
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            raise InvalidInputError(name, float(values[row, column]), f"finite; row {row}, column {column} is not")
        with np.errstate(over="ignore"):  # an infinite q is refused with its name
            return cls(values, np.einsum("ij,ij->i", values, values) / values.shape[1])

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.q)

    @property
    def features(self) -> int:
        """Number of columns d."""
        return int(self.values.shape[1])

    def part(self, start: int) -> DataRows:
        """The rows of a tile."""
        return DataRows(self.values[start : start + TILE], self.q[start : start + TILE])

    def taken(self, index: Indices) -> DataRows:
        """Some of the rows, in the order of the index."""
        return DataRows(self.values[index], self.q[index])

    @cached_property
    def directions(self) -> FloatArray:
        """Unit vectors, and 0 for rows that are 0."""
        norms = np.linalg.norm(self.values, axis=1, keepdims=True)
        return np.asarray(self.values / np.where(norms > 0.0, norms, 1.0))

    @property
    def is_regular(self) -> bool:
        """Whether every norm is 0 or in a range where nothing underflows or overflows."""
        inside = (self.q >= _REGULAR[0]) & (self.q <= _REGULAR[1])
        return bool((inside | ((self.q == 0.0) & ~self.values.any(axis=1))).all())

    def common_q(self, other: DataRows) -> float | None:
        """The one q of both sets of rows, equal to rounding; None where they differ or are 0."""
        low, high = min(self.q.min(), other.q.min()), max(self.q.max(), other.q.max())
        return float(np.median(self.q)) if low > 0.0 and high - low <= _EQUAL * high else None


def half_distances(rows: FloatArray, columns: FloatArray, i: Indices, j: Indices, sign: float) -> FloatArray:
    """|x_i + sign y_j|/2 for unit vectors: sqrt((1 + sign rho)/2) with full relative accuracy."""
    result = np.empty(len(i))
    step = max(1, _CHUNK // rows.shape[1])
    for start in range(0, len(i), step):
        chunk = slice(start, start + step)
        difference = rows[i[chunk]] + sign * columns[j[chunk]]
        result[chunk] = 0.5 * np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return result
