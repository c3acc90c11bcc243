r"""The pair of the next layer from $E(s(u) - s(v))^2$, which no rounding of $E[s(u) s(v)]$ can spoil.

Where the correlation of two inputs moves away from 1 from layer to layer (the chaotic phase), an error in $1 - \rho$ grows
with every layer. Taken from the covariance it has an error of 1e-16 however small it is; taken from the spread

$$1 - \rho' = \frac{E(s(u) - s(v))^2 - (r_1 - r_2)^2}{2 r_1 r_2}, \qquad r_1 - r_2 = \frac{E s(u)^2 - E s(v)^2}{r_1 + r_2},$$

with $r_i$ the standard deviations of the next layer, it has a relative error of rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.pair import Correlation, GaussianPair

__all__ = ["LayerSpread", "paired"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LayerSpread:
    """What a layer makes of a pair, free of cancellation.

    Attributes:
        difference: E s(u)^2 - E s(v)^2.
        distance: E (s(u) - s(v))^2; used where the covariance is positive.
        total: E (s(u) + s(v))^2; used where it is negative; None where the kernel stays away from correlation -1.
    """

    difference: FloatArray
    distance: FloatArray
    total: FloatArray | None = None


def paired(
    one: FloatArray, two: FloatArray, covariance: FloatArray, spread: LayerSpread, weight: float, bias: float
) -> GaussianPair:
    """The next layer: variances weight E s^2 + bias, covariance weight E s(u) s(v) + bias; one = E s(u)^2, two = E s(v)^2."""
    q1, q2 = weight * one + bias, weight * two + bias
    root1, root2 = np.sqrt(q1), np.sqrt(q2)
    product, size = root1 * root2, root1 + root2
    cross = np.clip(weight * covariance + bias, -product, product)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rho = np.where(product > 0, cross / np.where(product > 0, product, 1.0), 0.0)
        roots = weight * spread.difference / np.where(size > 0, size, 1.0)
        minus = _gap(weight * spread.distance, roots, product, rho)
        plus = 1.0 + rho
        if spread.total is not None and bias == 0.0:  # with a bias, E(s(u) + s(v))^2 + 4 bias / weight is not small
            plus = np.where(rho < 0, _gap(weight * spread.total, roots, product, -rho), plus)
    correlation = Correlation(np.where(rho >= 0, minus, 2.0 - plus), np.where(rho >= 0, 2.0 - minus, plus), rho)
    return GaussianPair(q1, q2, cross, weight * spread.difference, correlation)


def _gap(spread: FloatArray, roots: FloatArray, product: FloatArray, rho: FloatArray) -> FloatArray:
    """1 - rho, from the spread where it is small (it is not for very different norms) and from rho elsewhere."""
    found = np.maximum(spread - roots**2, 0.0) / np.where(product > 0, 2.0 * product, 1.0)
    return np.where((rho > 0.5) & (spread < product), found, 1.0 - rho)
