r"""A tile of a kernel matrix entry by entry: any kernel function, any norms.

For a kernel that takes a prepared Gaussian pair, nearly parallel rows get $1 \mp \rho = \frac12 |x/|x| \mp x'/|x'||^2$: the
inner product has lost these digits already, and the derivative kernels feel the loss as a square root.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.arity import require_arity
from asymptotix.kernels.data_rows import NEARLY_PARALLEL, DataRows, half_distances
from asymptotix.kernels.pair import Correlation, GaussianPair

__all__ = ["Evaluator", "evaluator", "kernel_function"]

FloatArray = NDArray[np.float64]
Evaluator = Callable[[DataRows, DataRows, bool], FloatArray]


def kernel_function(kernel: Any) -> Any:
    """The KernelMap of a Formula, or the function itself.

    Raises:
        InvalidInputError: neither, or a function that does not take q1, q2, c.
    """
    inner = getattr(kernel, "kernel", kernel)
    if inner is None or not callable(inner):
        raise InvalidInputError("kernel", kernel, "a KernelMap, a Formula with a kernel, or a function k(q1, q2, c)")
    require_arity("kernel", inner, ("q1", "q2", "c"))
    return inner


def evaluator(kernel: Any) -> Evaluator:
    """(rows, columns, whether they are the same) -> tile of the matrix."""
    inner = kernel_function(kernel)
    of_pair = getattr(inner, "of_pair", None)

    def evaluate(rows: DataRows, columns: DataRows, same: bool) -> FloatArray:
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
        tile = tile.astype(np.float64, copy=False)
        return np.triu(tile) + np.triu(tile, 1).T if same else tile

    return evaluate


def _gram(rows: DataRows, columns: DataRows, same: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    with np.errstate(over="ignore", invalid="ignore"):
        c = rows.values @ columns.values.T / rows.features
    if same:
        np.fill_diagonal(c, rows.q)
    return rows.q[:, None], columns.q[None, :], c


def _pair(rows: DataRows, columns: DataRows, pair: GaussianPair, same: bool) -> GaussianPair:
    """The pair, nearly parallel entries from the differences of the unit vectors, the diagonal exact."""
    minus, plus = pair.correlation.minus.copy(), pair.correlation.plus.copy()
    for sign, gap, other in ((-1.0, minus, plus), (1.0, plus, minus)):
        i, j = np.nonzero(gap < NEARLY_PARALLEL)
        if len(i):
            gap[i, j] = 2.0 * half_distances(rows.directions, columns.directions, i, j, sign) ** 2
            other[i, j] = 2.0 - gap[i, j]
    if same:
        diagonal = np.flatnonzero(rows.q > 0)
        minus[diagonal, diagonal], plus[diagonal, diagonal] = 0.0, 2.0
    return GaussianPair(pair.q1, pair.q2, pair.c, pair.difference, Correlation(minus, plus, pair.correlation.rho))
