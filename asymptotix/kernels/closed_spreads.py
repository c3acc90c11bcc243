r"""Closed forms of $E(s(u) - s(v))^2$ and $E s(u)^2 - E s(v)^2$ in which every term is positive, or nearly so.

With $d = E(u - v)^2$, $t = E(u + v)^2$, $S = q_1 + q_2$, $\Delta = q_1 - q_2$, $\beta = b^2$, $D = q_1 q_2 - c^2$:

* sin(bx), cos(bx): $(1 - e^{-\beta d/2})(1 \pm e^{-\beta t/2}) \mp 2 e^{-\beta S} \sinh^2(\beta\Delta/2)$
* exp(bx): $2 e^{\beta S}[1 - e^{-\beta d/2} + 2 \sinh^2(\beta\Delta/2)]$
* gauss $e^{-gx^2}$, $h = 2g$, $m = 1 + hS$: $2[m^{-1/2} - (m + h^2 D)^{-1/2}]$ and
  $(m+h\Delta)^{-1/2} + (m-h\Delta)^{-1/2} - 2 m^{-1/2}$
* erf(bx), $g = 2\beta$, $A_i = 1 + g q_i$, $B_i = 1 + 2 g q_i$: $\tfrac4\pi(\varphi - \sigma)$, where
  $\cos\varphi = gc/\sqrt{A_1 A_2}$,
  $\sigma$ the mean of the two angles with cosines $g q_i / A_i$, and
  $\cos^2\sigma - \cos^2\varphi = [2 g^2 D + g^2\Delta^2/(m + \sqrt{B_1 B_2})] / (2 A_1 A_2)$

They follow from the closed forms of the kernels by trigonometric identities; Phi(bx) is a quarter of erf at $b/\sqrt2$.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.layer_spread import LayerSpread
from asymptotix.kernels.pair import GaussianPair

__all__ = ["SPREADS"]

FloatArray = NDArray[np.float64]


def _sin(pair: GaussianPair, b: float) -> LayerSpread:
    x, y, shrink, half = _waves(pair, b)
    unequal = 2.0 * shrink**2
    distance = -np.expm1(-x) * (1.0 + np.exp(-y)) - unequal
    total = -np.expm1(-y) * (1.0 + np.exp(-x)) - unequal
    return LayerSpread(half, np.maximum(distance, 0.0), np.maximum(total, 0.0))


def _cos(pair: GaussianPair, b: float) -> LayerSpread:
    x, y, shrink, half = _waves(pair, b)
    return LayerSpread(-half, np.expm1(-x) * np.expm1(-y) + 2.0 * shrink**2)


def _waves(pair: GaussianPair, b: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """(beta d/2, beta t/2, e^(-beta S/2) sinh(beta Delta/2), e^(-beta S) sinh(beta Delta)), no exponential overflows."""
    beta = b * b
    low, gap = 2.0 * beta * np.minimum(pair.q1, pair.q2), beta * np.abs(pair.difference)
    # e^(-beta S/2) sinh(beta |Delta|/2) = e^(-beta min q) (1 - e^(-beta |Delta|)) / 2
    shrink = np.exp(-0.5 * low) * -np.expm1(-gap) / 2.0
    half = np.sign(pair.difference) * np.exp(-low) * -np.expm1(-2.0 * gap) / 2.0
    return 0.5 * beta * pair.distance, 0.5 * beta * pair.total, shrink, half


def _exp(pair: GaussianPair, b: float) -> LayerSpread:
    beta = b * b
    change = beta * pair.difference
    scale = np.exp(beta * (pair.q1 + pair.q2))
    distance = 2.0 * scale * (-np.expm1(-0.5 * beta * pair.distance) + 2.0 * np.sinh(0.5 * change) ** 2)
    return LayerSpread(2.0 * scale * np.sinh(change), distance)


def _gauss(pair: GaussianPair, g: float) -> LayerSpread:
    h = 2.0 * g
    m, change = 1.0 + h * (pair.q1 + pair.q2), h * pair.difference
    root = np.sqrt(m)
    further = h * h * pair.determinant
    wider = np.sqrt(m + further)
    ratio = change / m
    one, two = np.sqrt(1.0 + 2.0 * h * pair.q1), np.sqrt(1.0 + 2.0 * h * pair.q2)  # roots of m + change and m - change
    p = one * two / m
    both = np.sqrt(2.0 + 2.0 * p)
    convexity = 2.0 * ratio**2 / (1.0 + p) * (1.0 + 2.0 * p) / ((both + 2.0 * p) * p) / root
    distance = 2.0 * further / (root * wider * (root + wider)) + convexity
    return LayerSpread(-2.0 * change / (one * two * (one + two)), distance)


def _erf(pair: GaussianPair, b: float) -> LayerSpread:
    g = 2.0 * b * b
    a1, a2 = 1.0 + g * pair.q1, 1.0 + g * pair.q2
    b1, b2 = np.sqrt(1.0 + 2.0 * g * pair.q1), np.sqrt(1.0 + 2.0 * g * pair.q2)
    product = np.sqrt(a1) * np.sqrt(a2)
    m = 1.0 + g * (pair.q1 + pair.q2)
    narrow = np.sqrt(m + g * g * pair.determinant)
    numerator = 2.0 * g * g * pair.determinant + (g * pair.difference) ** 2 / (m + b1 * b2)
    latitude = 0.5 * (np.arctan2(g * pair.q1, b1) + np.arctan2(g * pair.q2, b2))
    # g q / A = 1 - 1/A, so that half of the angle with this cosine has the sine (2A)^(-1/2)
    sigma = np.arcsin(np.sqrt(0.5 / a1)) + np.arcsin(np.sqrt(0.5 / a2))
    high = np.sin(latitude)

    def spread(c: FloatArray) -> FloatArray:
        cosine, phi = g * c / product, np.arctan2(narrow, g * c)
        rise = high + np.abs(cosine)
        drop = np.where(c >= 0, numerator / (2.0 * a1 * a2 * np.where(rise > 0, rise, 1.0)), rise)
        return np.asarray(8.0 / math.pi * np.arcsin(np.minimum(0.5 * drop / np.sin(0.5 * (phi + sigma)), 1.0)))

    sine = g * pair.difference * (pair.q1 + pair.q2 + 2.0 * g * pair.q1 * pair.q2)
    sine = sine / np.where(pair.q1 + pair.q2 > 0, pair.q1 * b2 + pair.q2 * b1, 1.0)
    difference = 2.0 / math.pi * np.arctan2(sine, b1 * b2 + g * g * pair.q1 * pair.q2)
    return LayerSpread(np.asarray(difference), spread(pair.c), spread(-pair.c))


def _phi(pair: GaussianPair, b: float) -> LayerSpread:
    whole = _erf(pair, b / math.sqrt(2.0))
    return LayerSpread(0.25 * whole.difference, 0.25 * whole.distance)


SPREADS: dict[str, Callable[[GaussianPair, float], LayerSpread]] = {
    "erf": _erf,
    "Phi": _phi,
    "sin": _sin,
    "cos": _cos,
    "exp": _exp,
    "gauss": _gauss,
}
