r"""Coefficients $\mathbb E[g(t)\,p_k(t)]$ of a function on the sphere, by composite Gauss-Legendre quadrature in the angle.

In $t=\cos\theta$ the density is $\propto\sin^{d-2}\theta$. Kernels of arc-cosine type are analytic in $\theta$ up to both ends
although not in t, so
panels in $\theta$ converge exponentially; panels end at every kink of g, are refined geometrically towards both ends (deep
kernels of steps
have a root there), and are short beside the wave length of $p_k$ and the width of the density.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.harmonics import recurrence_coefficient, recurrence_square

__all__ = ["coefficients_float", "coefficients_high_precision"]

FloatArray = NDArray[np.float64]

_GAUSS_FLOAT = 32
_GAUSS_HIGH = 32
_GRADED_PANELS = 6  # towards each end, each a quarter of the one before


def panel_edges(dimension: int, max_degree: int, kinks: Sequence[float] = ()) -> FloatArray:
    """Edges of the panels in the angle, 0 to pi; `kinks` are values of t in (-1, 1)."""
    width = min(np.pi / 8, 12.0 / (max_degree + 1.0), 4.0 / np.sqrt(dimension))
    # beyond 40 standard deviations the density is below 1e-340 of its maximum
    low = max(0.0, np.pi / 2 - 40.0 / np.sqrt(dimension))
    inner = np.linspace(low, np.pi - low, int(np.ceil((np.pi - 2 * low) / width)) + 1)
    first = inner[1] - inner[0]
    graded = low + first * 4.0 ** -np.arange(1.0, _GRADED_PANELS)
    breaks = np.arccos(np.asarray([t for t in kinks if -1.0 < t < 1.0]))
    return np.unique(np.concatenate([inner, graded, np.pi - graded, breaks]))


def coefficients_float(
    g: Callable[[FloatArray], FloatArray], dimension: int, max_degree: int, kinks: Sequence[float] = ()
) -> tuple[FloatArray, float]:
    r"""$\mathbb E[g\,p_k]$ for k = 0..max_degree, and $\mathbb E\,g^2$, in float64.

    The absolute error is about 1e-15 $(\mathbb E g^2)^{1/2}$.
    """
    edges = panel_edges(dimension, max_degree, kinks)
    x, w = np.polynomial.legendre.leggauss(_GAUSS_FLOAT)
    half = np.diff(edges)[:, None] / 2
    # the angle from the equator: cos of an angle near pi/2 would round t
    latitude = (edges[:-1, None] + half * (x + 1.0) - np.pi / 2).ravel()
    t = -np.sin(latitude)
    log_density = (dimension - 2) * np.log(np.cos(latitude))
    density = np.exp(log_density - np.max(log_density)) * (half * w).ravel()
    density /= np.sum(density)
    values = np.asarray(g(t), dtype=np.float64) * np.ones_like(t)
    root = np.sqrt(density)
    weighted, previous, current = values * root, np.zeros_like(t), root
    out = np.empty(max_degree + 1)
    b = 0.0
    for k in range(max_degree + 1):
        out[k] = weighted @ current
        b_next = recurrence_coefficient(dimension, k + 1)
        previous, current = current, (t * current - b * previous) / b_next
        b = b_next
    return out, float(weighted @ weighted)


def coefficients_high_precision(g: Callable[[Any], Any], dimension: int, max_degree: int, digits: int) -> tuple[list[Any], Any]:
    r"""$\mathbb E[g\,p_k]$ for k = 0..max_degree, and $\mathbb E\,g^2$, as mpmath numbers of about `digits` digits.

    Needed for kernels, whose eigenvalue is a coefficient divided by $\sqrt{B(d,k)}$, and for smooth activations, whose
    coefficients
    decay exponentially: float64 would leave the small ones without correct digits.
    """
    import mpmath

    with mpmath.workdps(digits + 5):
        nodes = _angles_high(panel_edges(dimension, max_degree))
        points = [mpmath.cos(theta) for theta, _ in nodes]
        density = [mpmath.sin(theta) ** (dimension - 2) * weight for theta, weight in nodes]
        total = mpmath.fsum(density)
        values = [g(t) for t in points]
        weighted = [v * q / total for v, q in zip(values, density, strict=True)]
        second = mpmath.fdot(values, weighted)
        previous, current = [mpmath.mpf(0)] * len(points), [mpmath.mpf(1)] * len(points)
        out, b = [], mpmath.mpf(0)
        for k in range(max_degree + 1):
            out.append(mpmath.fdot(weighted, current))
            numerator, denominator = recurrence_square(dimension, k + 1)
            b_next = mpmath.sqrt(mpmath.mpf(numerator) / denominator)
            step = [(t * c - b * p) / b_next for t, c, p in zip(points, current, previous, strict=True)]
            previous, current, b = current, step, b_next
        return out, second


def _angles_high(edges: FloatArray) -> list[tuple[Any, Any]]:
    """Gauss-Legendre angles and weights on all panels at the working precision. pi is exact at both ends."""
    import mpmath

    rule = _gauss_legendre_high(_GAUSS_HIGH)
    ends = [mpmath.mpf(float(e)) for e in edges]
    if edges[-1] == np.pi:
        ends[-1] = mpmath.pi
    out: list[tuple[Any, Any]] = []
    for left, right in pairwise(ends):
        half, middle = (right - left) / 2, (right + left) / 2
        out.extend((middle + half * x, half * w) for x, w in rule)
    return out


def _gauss_legendre_high(size: int) -> list[tuple[Any, Any]]:
    """Gauss-Legendre rule at the working precision: Newton on P_n from the float64 nodes."""
    import mpmath

    rule = []
    for start in np.polynomial.legendre.leggauss(size)[0]:
        x = mpmath.mpf(float(start))
        for _ in range(3):  # 16 -> 32 -> 64 -> 128 digits
            p0, p1 = mpmath.mpf(1), x
            for n in range(1, size):
                p0, p1 = p1, ((2 * n + 1) * x * p1 - n * p0) / (n + 1)
            slope = size * (x * p1 - p0) / (x * x - 1)
            x -= p1 / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule
