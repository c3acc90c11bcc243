r"""Sums $\sum_ig(i)$ over $1\le i\le N$, N finite or infinite, as a few hundred nodes with positive weights, for g analytic in i.

With a fade $\chi$ that falls from 1 to 0 around c, $\chi(x)=\frac12\mathrm{erfc}\frac{x-c}{\sqrt2\,\sigma}$,

$$\sum_ig(i)=\sum_i\chi(i)g(i)+\int(1-\chi(x))\,g(x)\,dx+\text{error},$$

and by Poisson's formula the error is the Fourier transform of $(1-\chi)g$ at the whole numbers other than 0, of order
$e^{-2\pi^2\sigma^2}g(c)$ as long as g is analytic within $2\pi\sigma^2$ of c: with $\sigma=1.5$ that is 5e-20, and 14 indices.
No derivative of g occurs and every weight is positive, unlike in the formula of Euler and Maclaurin. The same fade mirrored ends
a finite sum.

Far from both ends the integral is taken by Gauss-Legendre panels of equal width in the depth $-\log s$, in which all of
$s/(s+\kappa)$, $\kappa/(s+\kappa)$ and their products have their poles $\pi$ away from the real axis, whatever $\kappa$.

Source:
    [TrefethenWeideman2014] for sums against integrals of analytic functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import erfc, fsum, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["HALF_FADE", "IndexChart", "counting_rule", "summing_to"]

FloatArray = NDArray[np.float64]

HALF_FADE = 13  # the fade differs from 0 and 1 by less than 2e-18 beyond +-13
_SIGMA = 1.5
_FADE_NODES = 48
_PANEL_NODES = 28
_PANEL_WIDTH = 8.0  # of the depth: with 28 nodes the error of a double pole is 1e-16


@dataclass(frozen=True)
class IndexChart:
    """How the depth -log s grows with the index, relative to a given index: absolute depths would round the ends of panels.

    `growth` bounds the ratio of the ends of a panel in the index; without that bound an energy that falls faster than the
    eigenvalues would vanish within one panel.
    """

    gap: Callable[[float, float], float]  # the depth between two indices
    advance: Callable[[float, FloatArray], FloatArray]  # the index that lies a depth beyond a given index
    rate: Callable[[FloatArray], FloatArray]  # d depth / d index, at an index
    growth: float


def counting_rule(chart: IndexChart, whole: int, stop: float, size: int | None = None) -> tuple[FloatArray, FloatArray]:
    """Indices and weights of the sum over 1 <= i <= size, or of the sum over all i without the integral beyond `stop`.

    Args:
        chart: how the eigenvalue depends on the index.
        whole: indices 1..whole keep their weight 1; g must be analytic within 14 of every index from whole + 13 on.
        stop: where an infinite sum is cut; not read for a finite one.
        size: the last index; from whole + 4 * 13 on, or every index is taken.
    """
    if size is not None and size < whole + 4 * HALF_FADE:
        return np.arange(1.0, size + 1.0), np.ones(size)
    first = whole + HALF_FADE
    head = np.arange(1.0, first + HALF_FADE + 1.0)
    left, left_weights = _fade_zone(float(first), rising=True)
    pieces = [(head, _fade(head - first)), (left, left_weights)]
    if size is None:
        pieces.append(_panels(chart, float(first + HALF_FADE), stop))
    else:
        last = size - HALF_FADE
        tail = np.arange(last - HALF_FADE, size + 1.0)
        pieces.append(_panels(chart, float(first + HALF_FADE), float(last - HALF_FADE)))
        pieces.append(_fade_zone(float(last), rising=False))
        pieces.append((tail, _fade(last - tail)))
    index = np.concatenate([nodes for nodes, _ in pieces])
    weights = np.concatenate([values for _, values in pieces])
    order = np.argsort(index, kind="stable")
    index, weights = index[order], weights[order]
    if size is not None:
        weights = summing_to(weights, size)
    kept = weights > 0
    return index[kept], weights[kept]


def summing_to(weights: FloatArray, total: float) -> FloatArray:
    """Weights that sum to the total but for their rounding, with that rounding added to the largest, which can bear it."""
    exact = weights.copy()
    exact[np.argmax(exact)] += fsum([total, *-exact])
    return exact


@cache
def _gauss_legendre(size: int) -> tuple[FloatArray, FloatArray]:
    x, w = np.polynomial.legendre.leggauss(size)
    return np.asarray(x), np.asarray(w)


def _fade(x: FloatArray) -> FloatArray:
    return np.array([0.5 * erfc(value / (sqrt(2.0) * _SIGMA)) for value in x])


def _fade_zone(centre: float, *, rising: bool) -> tuple[FloatArray, FloatArray]:
    """Nodes of the integral across a fade, weighted by 1 - chi where it takes over from the sum, by chi where it hands back."""
    x, w = _gauss_legendre(_FADE_NODES)
    return centre + HALF_FADE * x, HALF_FADE * w * _fade(-HALF_FADE * x if rising else HALF_FADE * x)


def _panels(chart: IndexChart, start: float, stop: float) -> tuple[FloatArray, FloatArray]:
    x, w = _gauss_legendre(_PANEL_NODES)
    index, weights = [], []
    while start < stop:
        end = min(float(chart.advance(start, np.array(_PANEL_WIDTH))), chart.growth * start, stop)
        half = chart.gap(start, end) / 2
        index.append(chart.advance(start, half * (1.0 + x)))
        weights.append(half * w / chart.rate(index[-1]))
        start = end
    return np.concatenate(index), np.concatenate(weights)
