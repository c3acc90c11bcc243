"""How E[s(u) s(v)] is computed for an activation: homogeneous, closed form, polynomial, else quadrature, in this order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation
from asymptotix.kernels.closed_forms import match_closed_form
from asymptotix.kernels.homogeneous import HomogeneousDual
from asymptotix.kernels.pair import GaussianPair
from asymptotix.kernels.polynomial import match_polynomial
from asymptotix.kernels.quadrature import QuadratureDual

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["Expectations", "expectations_of"]

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
