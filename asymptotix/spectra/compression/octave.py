r"""One octave of a table: its variable, its nodes, and the way from moments to weights.

In the octave $[2^{e-1},2^e)$ the variable is $x=t/\tau$, $t=(s-c)/(s+c)$, $c=2^{e-1/2}$ the geometric centre and
$\tau=3-2\sqrt2$, so that $x\in[-1,1]$. The nodes are the Q = `NODES` Chebyshev points of x, the same for every spectrum.

An eigenvalue of weight w is spread over them by the transpose of interpolation: node j gets $w\,\ell_j(x)$ with the Lagrange
polynomials $\ell_j(x)=\frac1Q\big(1+2\sum_{0<k<Q}T_k(x_j)T_k(x)\big)$. So the weights are a fixed matrix times the moments
$\sum_iw_iT_k(x_i)$, $k<Q$, which add over chunks, threads and files.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "HALF_WIDTH",
    "NODES",
    "POINTS",
    "TO_WEIGHTS",
    "chebyshev_points",
    "chebyshev_values",
    "moments_to_weights",
    "node_values",
    "octave_positions",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NODES = 17  # the least number for which every proved bound is below 1e-15 (`compression.bound`)
HALF_WIDTH = 3.0 - 2.0 * 2.0**0.5  # tau
_CENTRE = 2.0**0.5  # of [1, 2)


def chebyshev_points(size: int) -> FloatArray:
    """cos((2j+1) pi / 2Q), decreasing."""
    return np.asarray(np.cos((2.0 * np.arange(size) + 1.0) * np.pi / (2 * size)))


def moments_to_weights(size: int) -> FloatArray:
    """Row k, column j: what the moment of T_k gives to node j."""
    angles = (2.0 * np.arange(size) + 1.0) * np.pi / (2 * size)
    factor = np.where(np.arange(size) == 0, 1.0, 2.0)[:, None]
    return np.asarray(factor * np.cos(np.outer(np.arange(size), angles)) / size)


POINTS = chebyshev_points(NODES)
TO_WEIGHTS = moments_to_weights(NODES)
_MANTISSAS = _CENTRE * (1.0 + HALF_WIDTH * POINTS) / (1.0 - HALF_WIDTH * POINTS)


def node_values(exponents: IntArray) -> FloatArray:
    """The nodes of the octaves [2^(e-1), 2^e), decreasing, shape (octaves, Q)."""
    return np.asarray(np.ldexp(_MANTISSAS, exponents[:, None] - 1))


def octave_positions(values: FloatArray, exponents: IntArray) -> FloatArray:
    """x of eigenvalues in the octaves of `exponents`; formed from mantissas, so that nothing over- or underflows."""
    mantissas = np.ldexp(values, 1 - exponents)
    return np.asarray((mantissas - _CENTRE) / ((mantissas + _CENTRE) * HALF_WIDTH))


def chebyshev_values(x: FloatArray, size: int = NODES) -> FloatArray:
    """T_k(x), shape (size, points)."""
    values = np.empty((size, x.size))
    values[0] = 1.0
    values[1] = x
    twice = 2.0 * x
    for k in range(2, size):
        np.multiply(twice, values[k - 1], out=values[k])
        values[k] -= values[k - 2]
    return values
