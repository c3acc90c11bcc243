r"""Coefficients $\mathbb E[g(t)\,p_k(t)]$ of a function on the sphere in float64, by Gauss-Legendre panels in the angle.

For kernels that have values in float64 only. In $t=\cos\theta$ the density is $\propto\sin^{d-2}\theta$; panels end at every kink
of g, are refined geometrically towards both ends (deep kernels of steps have a root there), and are short beside the wave length
of $p_k$ and the width of the density.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.harmonics import recurrence_coefficient

__all__ = ["coefficients_float"]

FloatArray = NDArray[np.float64]

_GAUSS_FLOAT = 32
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
