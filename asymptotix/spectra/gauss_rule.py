r"""Gauss rules of any number of digits for a symmetric law that is known by its recurrence.

An N-point rule integrates $f\,p_k$ of a polynomial f of degree $2N-1-k$ exactly: its error in level k is of the order of level
$2N-k$ of f, so that small levels of an analytic function come out with the relative accuracy of large ones.

Nodes: eigenvalues of the Jacobi matrix in float64, then Newton's method in integers. By the formula of Christoffel and Darboux,
at a node $\beta_Np_N'p_{N-1}=\sum_{k<N}p_k^2=1/w$: one sum of squares gives the slope and the weight, without cancellation.

Source:
    [GolubWelsch1969] for the eigenvalues.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.integer_rule import IntegerArray, Rule, Squares, integers, recurrence_integers

__all__ = ["gauss_rule"]

FloatArray = NDArray[np.float64]

_FIRST_BITS = 96  # the float64 nodes have 45 correct bits, the first step of Newton doubles them
_MOVES = 256  # of the last bits: 16 are spare


@lru_cache(maxsize=32)
def gauss_rule(squares: Squares, size: int, bits: int) -> Rule:
    """The Gauss rule of `size` points, nodes and weights to `bits` bits."""
    import mpmath

    guess = _float_nodes(squares, size)
    with mpmath.workprec(_FIRST_BITS):
        points = integers([mpmath.mpf(float(x)) for x in guess], _FIRST_BITS)
    precision, target = _FIRST_BITS, bits + 16
    while True:
        step, inverse_weights = _newton(squares, points, size, precision)
        if precision == target and max(abs(step)) < _MOVES:
            break
        points = points - step
        # the next error is the square of this step times the curvature of p_N, which costs the 20 bits
        if max(abs(step)) < 1 << (precision // 2 - 20) and precision < target:
            higher = min(2 * precision - 16, target)
            points, precision = points << (higher - precision), higher
    return _as_rule(points, inverse_weights, precision, bits, odd=size % 2 == 1)


def _float_nodes(squares: Squares, size: int) -> FloatArray:
    """The nodes x >= 0, ascending."""
    from scipy.linalg import eigh_tridiagonal

    beta = np.array([(squares(k)[0] / squares(k)[1]) ** 0.5 for k in range(1, size)])
    nodes = np.asarray(eigh_tridiagonal(np.zeros(size), beta, eigvals_only=True), dtype=np.float64)
    half = np.sort(np.abs(nodes))[size % 2 :: 2]
    return np.concatenate([[0.0], half]) if size % 2 else half


def _newton(squares: Squares, x: IntegerArray, size: int, bits: int) -> tuple[IntegerArray, IntegerArray]:
    """The step p_N / p_N' and the sum of squares, both times 2^bits."""
    previous, current = x * 0, x * 0 + (1 << bits)
    total, beta = x * 0, 0
    for k in range(size):
        total = total + ((current * current) >> bits)
        following, inverse = recurrence_integers(squares, k + 1, bits)
        step = (((x * current - beta * previous) >> bits) * inverse) >> bits
        previous, current, beta = current, step, following
    slope = (total << bits) // beta  # p_N' p_{N-1}
    return current * previous // slope, total


def _as_rule(points: IntegerArray, totals: IntegerArray, precision: int, bits: int, *, odd: bool) -> Rule:
    import mpmath

    with mpmath.workprec(bits + 20):
        nodes = [mpmath.ldexp(int(x), -precision) for x in points]
        weights: list[Any] = [mpmath.ldexp(2, precision) / int(total) for total in totals]
        if odd:
            nodes[0], weights[0] = mpmath.mpf(0), weights[0] / 2
        return Rule(tuple(nodes), tuple(weights), bits)
