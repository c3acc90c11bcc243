r"""$E(s(u) - s(v))^2$ and $E s(u)^2 - E s(v)^2$ of $s(x) = x\,\Phi(bx)$ without cancellation near coincident inputs.

In units of $1/b$, with $k(q_1, q_2, c)$ the kernel and $c_0 = r_1 r_2$ the covariance of parallel inputs,

$$E(s(u) - s(v))^2 = 2\,[k(c_0) - k(c)] + \int_{r_2}^{r_1}\!\!\int_{r_2}^{r_1} E[z^2 s'(rz) s'(r'z)]\,dr\,dr'.$$

The bracket is a difference of square roots and angles, written as quotients; the integrand is, with $A = 1 + r^2$,
$A' = 1 + r'^2$, $T = 1 + r^2 + r'^2$,

$$\frac{1}{2\pi}\Bigl[\arg(-rr' + i\sqrt T) + \frac{rr'}{\sqrt T}\Bigl(\frac1A + \frac1{A'} + \frac2{A^2} + \frac2{A'^2}
  + \frac{1/A + 1/A'}{T} + \frac{3}{T^2}\Bigr)\Bigr].$$
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.layer_spread import LayerSpread
from asymptotix.kernels.pair import GaussianPair

__all__ = ["gelu_spread"]

FloatArray = NDArray[np.float64]
Kernel = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]  # of x Phi(x) at q1, q2, c

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_CLOSE = 0.2  # |r1 - r2| / sqrt(1 + q) up to which six nodes give all digits; beyond, the plain difference loses two


def gelu_spread(pair: GaussianPair, b: float, value: FloatArray, one: FloatArray, two: FloatArray) -> LayerSpread:
    """`value`, `one`, `two` are E s(u) s(v), E s(u)^2, E s(v)^2, for the plain differences where these do not cancel."""
    q1, q2, gap = b * b * pair.q1, b * b * pair.q2, b * b * pair.difference
    r1, r2 = np.sqrt(q1), np.sqrt(q2)
    step = gap / np.where(r1 + r2 > 0, r1 + r2, 1.0)
    close = np.abs(step) <= _CLOSE * np.sqrt(1.0 + np.minimum(q1, q2))
    parallel = _rise(q1, q2, r1 * r2, r1 * r2 * pair.correlation.minus)
    distance = np.asarray(2.0 * parallel)
    difference = np.asarray(one - two)
    if np.any(gap != 0.0):
        distance = distance + step**2 * _mean_square(r2, step)
        difference = np.where(close, gap * _mean_slope(q2, gap) / b**2, difference)
    plain = one + two - 2.0 * value
    usable = close & (pair.correlation.rho > 0.5)
    return LayerSpread(difference, np.asarray(np.where(usable, distance / b**2, plain)))


def _rise(q1: FloatArray, q2: FloatArray, parallel: FloatArray, drop: FloatArray) -> FloatArray:
    """k(c_0) - k(c) for c = c_0 - drop >= 0."""
    c = np.maximum(parallel - drop, 0.0)
    product = (1.0 + q1) * (1.0 + q2)
    squares = drop * (parallel + c)
    narrow = np.sqrt(1.0 + q1 + q2)
    wide = np.sqrt(1.0 + q1 + q2 + squares)
    slant = wide * parallel + c * narrow
    turn = np.arcsin(np.minimum(squares / np.where(slant > 0, slant, 1.0), 1.0))
    value = drop * np.arctan2(narrow, -parallel) + c * turn - q1 * q2 * squares / (product * (narrow + wide))
    value = value + squares / product * (1.0 / narrow + c * c / ((narrow + wide) * narrow * wide))
    return np.asarray(value / (2.0 * math.pi))


def _mean_square(start: FloatArray, step: FloatArray) -> FloatArray:
    """The mean of E[z^2 s'(rz) s'(r'z)] over r and r' between start and start + step."""
    points = [start + step * (0.5 + 0.5 * node) for node in _NODES]
    total = np.zeros(np.broadcast_shapes(start.shape, step.shape))
    for i, r in enumerate(points):
        for j, other in enumerate(points[: i + 1]):
            total += (0.25 if i == j else 0.5) * _WEIGHTS[i] * _WEIGHTS[j] * _square_slopes(r, other)
    return total


def _square_slopes(r: FloatArray, other: FloatArray) -> FloatArray:
    a, b, c = 1.0 / (1.0 + r * r), 1.0 / (1.0 + other * other), r * other
    t = 1.0 / (1.0 + r * r + other * other)
    terms = (a + b) * (1.0 + t) + 2.0 * (a * a + b * b) + 3.0 * t * t
    return np.asarray((np.arctan2(1.0, -c * np.sqrt(t)) + c * np.sqrt(t) * terms) / (2.0 * math.pi))


def _mean_slope(start: FloatArray, step: FloatArray) -> FloatArray:
    """The mean of dE[s^2]/dq = E[s'^2] + E[s s''] over variances between start and start + step."""
    total = np.zeros(np.broadcast_shapes(start.shape, step.shape))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        q = start + step * (0.5 + 0.5 * node)
        root = np.sqrt(1.0 + 2.0 * q)
        square = np.arctan2(root, -q) + q / ((1.0 + q) ** 2 * root) * (3.0 + 2.0 * q + q * q / root**2)
        tilted = q / (1.0 + q)
        # of s'' = (2 - x^2) phi: E[y Phi] and E[y^3 Phi] at the variance q / (1 + q), times sqrt(2 pi)
        first = tilted / np.sqrt(1.0 + tilted)
        third = tilted * (2.0 * first + tilted / (1.0 + tilted) ** 1.5)
        total += 0.5 * weight * (square + (2.0 * first - third) / np.sqrt(1.0 + q)) / (2.0 * math.pi)
    return total
