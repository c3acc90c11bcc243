r"""Kernel matrices of data: $q = |x|^2/d$, $c = \langle x, x'\rangle/d$, tile by tile.

For a kernel that takes a prepared Gaussian pair, nearly parallel rows get $1 \mp \rho = \frac12 |x/|x| \mp x'/|x'||^2$: the
inner product has lost these digits already, and the derivative kernels feel the loss as a square root.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.pair import Correlation, GaussianPair

__all__ = ["kernel_matrix"]

FloatArray = NDArray[np.float64]
_TILE = 256  # rows and columns of a tile: its dozen temporaries (512 kB each) stay in the cache
_NEARLY_PARALLEL = 1e-4  # 1 - |rho| below which it is formed from the difference: above, 1e-15 in rho is 1e-13 in the angle
_CHUNK = 1 << 20  # entries of the differences formed at once


def kernel_matrix(kernel: Any, X: ArrayLike, Y: ArrayLike | None = None) -> FloatArray:
    """The matrix k(|x_i|^2/d, |y_j|^2/d, <x_i, y_j>/d), float64 of shape (n, m); Y = None means Y = X, exactly symmetric.

    Args:
        kernel: a KernelMap, an object with a `.kernel` (a Formula), or a vectorised function k(q1, q2, c).
        X: n rows of d features.
        Y: m rows of d features, or None.

    Raises:
        InvalidInputError: data that are not two-dimensional, empty, not finite, or of different d; a kernel that does not
            return one real number for each pair.

    >>> kernel_matrix(lambda q1, q2, c: c, [[1.0, 1.0], [0.0, 2.0]])
    array([[1., 1.],
           [1., 2.]])
    """
    evaluate = _evaluator(kernel)
    rows = _Rows.of("X", X)
    columns = rows if Y is None else _Rows.of("Y", Y)
    if rows.values.shape[1] != columns.values.shape[1]:
        raise InvalidInputError("Y", columns.values.shape, f"of {rows.values.shape[1]} columns, as X")
    result = np.empty((rows.size, columns.size))
    for top in range(0, rows.size, _TILE):
        for left in range(0 if Y is not None else top, columns.size, _TILE):
            same = Y is None and left == top
            tile = evaluate(rows.part(top), columns.part(left), same)
            if same:
                tile = np.triu(tile) + np.triu(tile, 1).T
            result[top : top + _TILE, left : left + _TILE] = tile
            if Y is None and not same:
                result[left : left + _TILE, top : top + _TILE] = tile.T
    return result


@dataclass(frozen=True)
class _Rows:
    """Data rows with q = |x|^2/d."""

    values: FloatArray
    q: FloatArray

    @classmethod
    def of(cls, name: str, data: ArrayLike) -> _Rows:
        values = np.asarray(data, dtype=np.float64)
        if values.ndim != 2 or 0 in values.shape:
            raise InvalidInputError(name, values.shape, "an array of shape (rows, features), neither of them 0")
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            raise InvalidInputError(name, float(values[row, column]), f"finite; row {row}, column {column} is not")
        with np.errstate(over="ignore"):  # an infinite q is refused with its name
            return cls(values, np.einsum("ij,ij->i", values, values) / values.shape[1])

    @property
    def size(self) -> int:
        return len(self.q)

    def part(self, start: int) -> _Rows:
        return _Rows(self.values[start : start + _TILE], self.q[start : start + _TILE])

    def directions(self, index: NDArray[np.intp]) -> FloatArray:
        """The unit vectors of some rows."""
        chosen = self.values[index]
        return np.asarray(chosen / np.linalg.norm(chosen, axis=1, keepdims=True))


def _evaluator(kernel: Any) -> Callable[[_Rows, _Rows, bool], FloatArray]:
    """(rows, columns, same) -> tile of the matrix."""
    inner = getattr(kernel, "kernel", kernel)
    if inner is None or not callable(inner):
        raise InvalidInputError("kernel", kernel, "a KernelMap, a Formula with a kernel, or a function k(q1, q2, c)")
    of_pair = getattr(inner, "of_pair", None)

    def evaluate(rows: _Rows, columns: _Rows, same: bool) -> FloatArray:
        q1, q2, c = _gram(rows, columns, same)
        if of_pair is not None:
            tile = np.asarray(of_pair(_pair(rows, columns, GaussianPair.from_covariance(q1, q2, c), same)))
        else:
            tile = np.asarray(inner(np.broadcast_to(q1, c.shape), np.broadcast_to(q2, c.shape), c))
        if tile.shape != c.shape or tile.dtype.kind not in "fiu":
            raise InvalidInputError(
                "kernel", kernel, f"vectorised and real: for c of shape {c.shape} it gave {tile.dtype} {tile.shape}"
            )
        if np.isnan(tile).any():
            raise InvalidInputError("kernel", kernel, "a number for every pair: it gave nan")
        return tile.astype(np.float64, copy=False)

    return evaluate


def _gram(rows: _Rows, columns: _Rows, same: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    with np.errstate(over="ignore", invalid="ignore"):
        c = rows.values @ columns.values.T / rows.values.shape[1]
    if same:
        np.fill_diagonal(c, rows.q)
    return rows.q[:, None], columns.q[None, :], c


def _pair(rows: _Rows, columns: _Rows, pair: GaussianPair, same: bool) -> GaussianPair:
    """The pair, nearly parallel entries from the differences of the unit vectors, the diagonal exact."""
    minus, plus = pair.correlation.minus.copy(), pair.correlation.plus.copy()
    for sign, gap, other in ((-1.0, minus, plus), (1.0, plus, minus)):
        i, j = np.nonzero(gap < _NEARLY_PARALLEL)
        step = max(1, _CHUNK // rows.values.shape[1])
        for start in range(0, len(i), step):
            one, two = i[start : start + step], j[start : start + step]
            difference = rows.directions(one) + sign * columns.directions(two)
            gap[one, two] = 0.5 * np.einsum("ij,ij->i", difference, difference)
            other[one, two] = 2.0 - gap[one, two]
    if same:
        diagonal = np.flatnonzero(rows.q > 0)
        minus[diagonal, diagonal], plus[diagonal, diagonal] = 0.0, 2.0
    return GaussianPair(pair.q1, pair.q2, pair.c, pair.difference, Correlation(minus, plus, pair.correlation.rho))
