r"""Coefficients $\mathbb E[g(t)\,p_k(t)]$ in float64, for kernels that are known in float64 only.

The absolute error is about 1e-15 $(\mathbb E g^2)^{1/2}$.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.cube import cube_rule
from asymptotix.spectra.domains import Domain
from asymptotix.spectra.integer_rule import Squares, doubles
from asymptotix.spectra.sphere_quadrature import coefficients_float

__all__ = ["float_coefficients"]

FloatArray = NDArray[np.float64]

_BITS = 64


def float_coefficients(g: Callable[[FloatArray], FloatArray], domain: Domain, top: int) -> FloatArray:
    """Degrees 0..top; g is a function of t = <x, x'>/d."""
    if domain.is_sphere:
        return coefficients_float(g, domain.dimension, top)[0]
    rule = cube_rule(domain.dimension, top, _BITS, _BITS)
    points, weights = doubles(rule.points), doubles(rule.weights)
    x = np.concatenate([points, -points])
    root = np.sqrt(np.concatenate([weights, weights]) / 2)
    t = np.clip(x / np.sqrt(domain.dimension), -1.0, 1.0)
    return _by_recurrence(np.asarray(g(t), dtype=np.float64) * root, x, root, domain.squares, min(top, domain.dimension), top)


def _by_recurrence(weighted: FloatArray, x: FloatArray, root: FloatArray, squares: Squares, last: int, top: int) -> FloatArray:
    previous, current, beta = np.zeros_like(x), root, 0.0
    out = np.zeros(top + 1)
    for k in range(last + 1):
        out[k] = weighted @ current
        if k < last:
            numerator, denominator = squares(k + 1)
            following = float(np.sqrt(numerator / denominator))
            previous, current, beta = current, (x * current - beta * previous) / following, following
    return out
