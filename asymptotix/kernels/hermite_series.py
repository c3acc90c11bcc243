r"""$E[f(u) f(v)] = \sum_j a_j(q_1)\, a_j(q_2)\, \rho^j$ with $a_j(q) = E[f(\sqrt q\,G)\,he_j(G)]$, orthonormal $he_j$.

Source: Mehler's expansion. At $|\rho| \le 0.9$ it converges to the last digit for every square-integrable f, kinks or not.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.double_integral import Integrand
from asymptotix.kernels.gaussian_panels import gaussian_rule, uniform_breakpoints

__all__ = ["SERIES_LIMIT", "hermite_coefficients", "mehler_sum"]

FloatArray = NDArray[np.float64]

SERIES_LIMIT = 0.9
_TERMS = 360  # 0.9^360 = 3e-17
_REACH = 13.0  # phi(z) he_j(z) < exp(-z^2/4): below 1e-18 beyond 13
_WIDTH = 0.5  # he_360 has about three zeros in it
_CHUNK = 256  # variances at once


def hermite_coefficients(f: Integrand, q: FloatArray, nodes: int) -> FloatArray:
    """a_j(q), shape (len(q), 360), for a one-dimensional array of variances."""
    result = np.empty((len(q), _TERMS))
    for start in range(0, len(q), _CHUNK):
        root = np.sqrt(q[start : start + _CHUNK])
        largest = float(root.max())
        base = uniform_breakpoints(max(_REACH, f.reach(largest)), largest, _WIDTH)
        kinks = [_scaled_kink(a, root, base[-1])[:, None] for a in f.kinks]
        points = np.concatenate([np.broadcast_to(base, (len(root), len(base))), *kinks], axis=1)
        z, weights = gaussian_rule(points, nodes)
        weighted = weights * f.function(root[:, None] * z)
        previous, current = np.zeros_like(z), np.ones_like(z)
        for j in range(_TERMS):
            result[start : start + _CHUNK, j] = np.sum(weighted * current, axis=1)
            previous, current = current, (z * current - math.sqrt(j) * previous) / math.sqrt(j + 1.0)
    return result


def mehler_sum(one: FloatArray, two: FloatArray, rho: FloatArray) -> FloatArray:
    """sum_j one[j] two[j] rho^j over the first axis, by Horner; as many terms as the largest |rho| needs."""
    largest = float(np.max(np.abs(rho), initial=0.0))
    terms = 1 if largest == 0.0 else min(_TERMS, math.ceil(math.log(3e-17) / math.log(largest)) if largest < 1.0 else _TERMS)
    value = np.zeros_like(rho)
    for j in range(max(terms, 1) - 1, -1, -1):
        value = value * rho + one[j] * two[j]
    return value


def _scaled_kink(kink: float, root: FloatArray, limit: float) -> FloatArray:
    return np.clip(kink / np.where(root > 0, root, 1.0), -limit, limit)
