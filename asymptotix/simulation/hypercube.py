r"""The hypercube by counting: laws and averages over x uniform on $\{-1,1\}^d$, with no expansion of the kernel.

Functions of $\langle x,a\rangle$ for a vertex a are tables over the number of coordinates in which x and a differ, 0 to d. For
vertices a and b that differ in r coordinates, let x differ from a in i of the others and in j of these r; i and j are independent
binomials, x differs from a in i + j coordinates and from b in i + r - j, and

.. math:: \mathbb E_x[g(x\cdot a)f(x\cdot b)]=\sum_{i,j}2^{-d}\binom{d-r}i\binom rj\,g_{i+j}f_{i+r-j}.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import comb, lgamma, log, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["distances", "joint_moments", "krawtchouk", "random_vertices"]

FloatArray = NDArray[np.float64]

_LOG_NEGLIGIBLE = log(1e-30)  # binomial weights below this are left out


def random_vertices(count: int, dimension: int, rng: np.random.Generator) -> FloatArray:
    """Independent uniform vertices, one a row."""
    return np.asarray(2.0 * rng.integers(0, 2, size=(count, dimension)) - 1.0, dtype=np.float64)


def distances(rows: FloatArray, others: FloatArray) -> NDArray[np.int64]:
    """The number of coordinates in which each row of `rows` differs from each of `others`; exact."""
    return np.asarray(np.rint((rows.shape[1] - rows @ others.T) / 2.0), dtype=np.int64)


def krawtchouk(dimension: int, degrees: Collection[int]) -> list[FloatArray]:
    r"""$\sqrt{\binom dk}\,Q_k$ for each degree k, in increasing order, as tables over the distance.

    Mean square 1, and $Q_k=1$ at distance 0.

    In exact integers by $(k+1)K_{k+1}=(d-2j)K_k-(d-k+1)K_{k-1}$, $K_k=\binom dk\,Q_k$, whose sums of signs cancel in doubles.
    """
    before, here = [0] * (dimension + 1), [1] * (dimension + 1)
    tables = []
    for k in range(max(degrees, default=-1) + 1):
        if k in degrees:
            size = comb(dimension, k)
            tables.append(np.array([(-1.0 if value < 0 else 1.0) * sqrt(Fraction(value * value, size)) for value in here]))
        before, here = here, [
            ((dimension - 2 * j) * value - (dimension - k + 1) * old) // (k + 1)
            for j, (value, old) in enumerate(zip(here, before, strict=True))
        ]  # fmt: skip
    return tables


def joint_moments(one: FloatArray, other: FloatArray) -> FloatArray:
    """E_x[one(x, a) other(x, b)] as a table over the distance of a and b; `one` and `other` are tables over distances."""
    dimension = len(one) - 1
    moments = np.empty(dimension + 1)
    for apart in range(dimension + 1):
        first, weights = _binomial(dimension - apart)
        second, others = _binomial(apart)
        i, j = np.arange(first, first + len(weights))[:, None], np.arange(second, second + len(others))
        moments[apart] = weights @ (one[i + j] * other[i + apart - j]) @ others
    return moments


def _binomial(trials: int) -> tuple[int, FloatArray]:
    """The weights of a fair binomial law that are not negligible, and the number of successes of the first of them."""
    counts = np.arange(trials + 1)
    steps = np.array([lgamma(k + 1.0) for k in range(trials + 1)])
    logs = steps[-1] - steps - steps[::-1] - trials * log(2.0)
    kept = counts[logs > _LOG_NEGLIGIBLE]
    weights = np.exp(logs[kept])
    return int(kept[0]), weights / weights.sum()
