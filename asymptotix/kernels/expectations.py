"""How E[s(u) s(v)] is computed for an activation: homogeneous, closed form, polynomial, else quadrature, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation
from asymptotix.kernels.closed_forms import match_closed_form
from asymptotix.kernels.exact_variances import layer_variances
from asymptotix.kernels.homogeneous import HomogeneousDual, affine_pair
from asymptotix.kernels.pair import GaussianPair
from asymptotix.kernels.polynomial import match_polynomial
from asymptotix.kernels.quadrature import QuadratureDual

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["Expectations", "expectations_of", "layer_pairs"]

FloatArray = NDArray[np.float64]


class Expectations(Protocol):
    """What a layer of a network needs to know of its activation."""

    def dual(self, pair: GaussianPair) -> FloatArray:
        """E[s(u) s(v)]."""
        ...

    def derivative_dual(self, pair: GaussianPair) -> FloatArray:
        """E[s'(u) s'(v)]."""
        ...

    def next_pair(self, pair: GaussianPair, weight: float, bias: float) -> GaussianPair:
        """The Gaussian pair with variances weight E[s^2] + bias and covariance weight E[s s] + bias."""
        ...

    def mp_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s(u) s(v)] in mpmath's current precision."""
        ...

    def mp_derivative_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s'(u) s'(v)] in mpmath's current precision."""
        ...


@lru_cache(maxsize=256)
def expectations_of(activation: Activation) -> Expectations:
    """The formulas, or the quadrature, for an activation."""
    homogeneity = activation.homogeneity
    if homogeneity is not None:
        return HomogeneousDual(homogeneity)
    return match_closed_form(activation.tree) or match_polynomial(activation.tree) or QuadratureDual(activation)


def layer_pairs(
    expectations: Expectations, inputs: GaussianPair, weight: float, bias: float, depth: int
) -> Iterator[GaussianPair]:
    """The Gaussian pairs (u, v) of hidden layers 1 to depth.

    Variances that repel each other from layer to layer come from `exact_variances`; every other quantity is stable.
    """
    pair = affine_pair(inputs.q1, inputs.q2, inputs.difference, inputs.correlation, weight, bias)
    polynomial = getattr(expectations, "variance_polynomial", ())
    if depth == 1 or len(polynomial) <= 2:
        yield pair
        for _ in range(depth - 1):
            pair = expectations.next_pair(pair, weight, bias)
            yield pair
        return
    variances = layer_variances(polynomial, inputs.q1, inputs.q2, weight, bias)
    for layer, (q1, q2, difference) in zip(range(depth), variances, strict=False):  # the variances never end
        if layer:
            pair = expectations.next_pair(pair, weight, bias)
        covariance = np.sqrt(q1) * np.sqrt(q2) * pair.correlation.rho
        pair = GaussianPair(q1, q2, covariance, difference, pair.correlation)
        yield pair
