r"""A long spectrum replaced by a short table: 16 Chebyshev nodes an octave carry its sums to rounding error.

In one octave, $s\in[2^{e-1},2^e)$, with the geometric centre c and $t=(s-c)/(s+c)$, the functions $s/(s+\kappa)$ and
$\kappa/(s+\kappa)$ are Moebius functions of t with their pole at $\ge5.83$ half-widths from the centre for every $\kappa\ge0$, so
that interpolation at Q Chebyshev nodes has a relative error of order $1/T_Q(5.83)$: 5e-17 for Q = 16, and 20 times that for the
squares. A weighted sum is then a sum over the nodes with weights $w_j=\sum_im_i\ell_j(t_i)$, $\ell_j$ the Lagrange polynomials.
Octaves of at most Q levels stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CompressedLevels", "compress"]

FloatArray = NDArray[np.float64]

_NODES = 16
_HALF_WIDTH = (2**0.5 - 1) / (2**0.5 + 1)  # of t over one octave
_CHUNK = 1 << 15  # levels whose Chebyshev moments are accumulated at a time, so that temporaries stay in the cache


@dataclass(frozen=True, eq=False)
class CompressedLevels:
    """Nodes, decreasing, and one row of weights for each row given.

    Octave b is nodes[starts[b]:starts[b+1]]; `counts[b]` is the sum of the first row of weights over its levels.
    """

    values: FloatArray
    weights: FloatArray
    starts: NDArray[np.int64]
    counts: FloatArray


def compress(values: FloatArray, weights: FloatArray) -> CompressedLevels:
    """Compress positive levels in decreasing order, with weights (multiplicities, energies) of shape (rows, levels)."""
    exponents = np.frexp(values)[1]
    first = np.flatnonzero(np.diff(exponents, prepend=exponents[0] + 1))
    sizes = np.diff(np.append(first, values.size))
    counts = np.add.reduceat(weights[0], first, dtype=np.longdouble).astype(np.float64)
    nodes, carried = [], []
    for start, size, exponent in zip(first, sizes, exponents[first], strict=True):
        part = slice(start, start + size)
        if size <= _NODES:
            nodes.append(values[part])
            carried.append(weights[:, part])
        else:
            centre = np.ldexp(np.sqrt(0.5), exponent)
            nodes.append(centre * (1.0 + _HALF_WIDTH * _POINTS) / (1.0 - _HALF_WIDTH * _POINTS))
            carried.append(_moments(values[part], weights[:, part], centre) @ _TO_WEIGHTS)
    starts = np.concatenate([[0], np.cumsum([n.size for n in nodes])[:-1]]).astype(np.int64)
    return CompressedLevels(np.concatenate(nodes), np.concatenate(carried, axis=1), starts, counts)


def _moments(values: FloatArray, weights: FloatArray, centre: float) -> FloatArray:
    """sum_i w_i T_k(x_i), x = t / half-width in [-1, 1], shape (rows, Q)."""
    total = np.zeros((weights.shape[0], _NODES))
    for start in range(0, values.size, _CHUNK):
        s, w = values[start : start + _CHUNK], weights[:, start : start + _CHUNK]
        x = (s - centre) / ((s + centre) * _HALF_WIDTH)
        previous, current = np.ones_like(x), x
        total[:, 0] += w.sum(axis=1)
        total[:, 1] += w @ x
        twice = 2.0 * x
        for k in range(2, _NODES):
            previous *= -1.0
            previous += twice * current
            previous, current = current, previous
            total[:, k] += w @ current
    return total


def _cardinal() -> tuple[FloatArray, FloatArray]:
    """The Chebyshev nodes, decreasing, and the matrix from moments to weights: l_j(x) = (1 + 2 sum_k T_k(x_j) T_k(x)) / Q."""
    angles = (2.0 * np.arange(_NODES) + 1.0) * np.pi / (2 * _NODES)
    table = np.cos(np.outer(np.arange(_NODES), angles))
    return np.cos(angles), np.where(np.arange(_NODES)[:, None] == 0, 1.0, 2.0) * table / _NODES


_POINTS, _TO_WEIGHTS = _cardinal()
