r"""KernelMap: a dual, NNGP or tangent kernel as a picklable function of $|x|^2/d$, $|x'|^2/d$ and $\langle x, x'\rangle/d$.

With weight variance w and bias variance b,

$$S_0 = w c + b, \quad S_l = w\,E[s(u) s(v)] + b, \quad (u, v) \sim N(0, S_{l-1}), \qquad
  T_0 = S_0, \quad T_l = S_l + w\,T_{l-1} E[s'(u) s'(v)].$$

Unrolled, $T_L = \sum_{l=0}^{L} S_l \prod_{m=l+1}^{L} w\,\dot k_m$: the term l is what training the weights and biases behind
layer l contributes. `layers="last"` is the term $l = L$, that is $S_L$; `layers="first"` the term $l = 0$, $S_0 \prod_m
w\,\dot k_m$. For $L = 1, w = 1, b = 0$ these are $E[s s]$ and $c\,E[s' s']$.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations import Activation, activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.expectations import Expectations, expectations_of
from asymptotix.kernels.homogeneous import affine_pair
from asymptotix.kernels.pair import GaussianPair
from asymptotix.kernels.quadrature import QuadratureDual

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["MAX_DEPTH", "KernelMap"]

MAX_DEPTH = 1000  # hidden layers; correlations have converged long before, and closed forms list every layer

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class KernelMap:
    """A kernel of an infinitely wide network, or of one layer (`kind="dual"`).

    Attributes:
        activation: the activation (text is accepted).
        depth: number of hidden layers, at most 1000; 1 for a dual kernel.
        weight_variance: w > 0; 1 for a dual kernel.
        bias_variance: b >= 0; 0 for a dual kernel.
        kind: "dual" E[s(u) s(v)], "nngp" S_depth, "tangent" T_depth.
        layers: which layers are trained, tangent kernels only: "all", "first" or "last".
        derivative: E[s'(u) s'(v)] instead, dual kernels only. For a step it is the density of the Dirac pair,
            1 / (2 pi sqrt(q1 q2 - c^2)), infinite at correlation 1 and -1.

    Raises:
        InvalidInputError: an argument outside its range.
        NotInClosedClassError: no floating-point formula is known for the activation.
        HypothesisError: a tangent kernel of a discontinuous activation (unless layers="last").
    """

    activation: Activation
    depth: int = 1
    weight_variance: float = 1.0
    bias_variance: float = 0.0
    kind: Literal["dual", "nngp", "tangent"] = "dual"
    layers: Literal["all", "first", "last"] = "all"
    derivative: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "activation", activation(self.activation))
        _validate(self)
        expectations_of(self.activation)

    def __call__(self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike | None = None, *, angle: ArrayLike | None = None) -> FloatArray:
        """The kernel at variances q1, q2 and covariance c, or angle arccos(c / sqrt(q1 q2)); float64, broadcast.

        Raises:
            InvalidInputError: neither or both of c and angle, a value that is not finite, a negative variance, |c| > sqrt(q1 q2).
            HypothesisError: the expectation is infinite or overflows.
        """
        return self.of_pair(GaussianPair.given(q1, q2, c, angle))

    def of_pair(self, pair: GaussianPair) -> FloatArray:
        """The kernel of a prepared Gaussian pair (u, v) = inputs of the first layer divided by sqrt(d)."""
        expectations = expectations_of(self.activation)
        with np.errstate(over="ignore", invalid="ignore"):
            if self.kind == "dual":
                value = expectations.derivative_dual(pair) if self.derivative else expectations.dual(pair)
            else:
                value = self._network(expectations, pair)
        if np.isnan(value).any():
            raise HypothesisError(f"the kernel of {self.activation.name} overflows at these variances: use smaller ones")
        return np.asarray(value, dtype=np.float64)

    def error_bound(
        self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike | None = None, *, angle: ArrayLike | None = None
    ) -> FloatArray:
        """A bound on the absolute error of a dual kernel that is computed by quadrature; arguments as in a call.

        Raises:
            InvalidInputError: the kernel has a formula in floating point (its error is rounding), or is not a dual kernel.
        """
        expectations = expectations_of(self.activation)
        if self.kind != "dual" or not isinstance(expectations, QuadratureDual):
            raise InvalidInputError(
                "kernel", self, "a dual kernel that is computed by quadrature", "others are exact to rounding"
            )
        return expectations.error_bound(GaussianPair.given(q1, q2, c, angle), self.derivative)

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """The kernel at one point in mpmath's current precision. Inside, twice as many digits are carried."""
        import mpmath

        slack = mpmath.mpf(10) ** (10 - mpmath.mp.dps)
        with mpmath.workdps(2 * mpmath.mp.dps + 10 + self.depth):
            one, two, cross = (_to_mp(value) for value in (q1, q2, c))
            if one < 0 or two < 0 or cross**2 > one * two * (1 + slack):
                raise InvalidInputError("c", c, "at most sqrt(q1 q2) in size, with variances q1, q2 >= 0")
            value = self._mp(one, two, cross)
        return +value

    def _network(self, expectations: Expectations, inputs: GaussianPair) -> FloatArray:
        weight, bias = self.weight_variance, self.bias_variance
        pair = affine_pair(inputs.q1, inputs.q2, inputs.difference, inputs.correlation, weight, bias)
        covariance = first = total = pair.c
        tangent = self.kind == "tangent" and self.layers != "last"
        for layer in range(1, self.depth + 1):
            covariance = weight * expectations.dual(pair) + bias
            if tangent:
                slope = weight * expectations.derivative_dual(pair)
                first, total = first * slope, covariance + total * slope
            if layer < self.depth:
                pair = expectations.next_pair(pair, weight, bias)
        return np.asarray(self._selected(covariance, first, total))

    def _mp(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        expectations = expectations_of(self.activation)
        if self.kind == "dual":
            return expectations.mp_derivative_dual(q1, q2, c) if self.derivative else expectations.mp_dual(q1, q2, c)
        weight, bias = _to_mp(self.weight_variance), _to_mp(self.bias_variance)
        q1, q2, c = (weight * value + bias for value in (q1, q2, c))
        covariance = first = total = c
        tangent = self.kind == "tangent" and self.layers != "last"
        for layer in range(1, self.depth + 1):
            covariance = weight * expectations.mp_dual(q1, q2, c) + bias
            if tangent:
                slope = weight * expectations.mp_derivative_dual(q1, q2, c)
                first, total = first * slope, covariance + total * slope
            if layer < self.depth:
                q1, q2 = (weight * expectations.mp_dual(q, q, q) + bias for q in (q1, q2))
                c = covariance
        return self._selected(covariance, first, total)

    def _selected(self, covariance: Any, first: Any, total: Any) -> Any:
        if self.kind == "nngp" or self.layers == "last":
            return covariance
        return first if self.layers == "first" else total


def _validate(kernel: KernelMap) -> None:
    choices = {"kind": ("dual", "nngp", "tangent"), "layers": ("all", "first", "last")}
    for name, allowed in choices.items():
        if getattr(kernel, name) not in allowed:
            raise InvalidInputError(name, getattr(kernel, name), f"one of {', '.join(allowed)}")
    if isinstance(kernel.depth, bool) or not isinstance(kernel.depth, int | np.integer) or not 1 <= kernel.depth <= MAX_DEPTH:
        raise InvalidInputError("depth", kernel.depth, f"an integer from 1 to {MAX_DEPTH}")
    if not (math.isfinite(kernel.weight_variance) and kernel.weight_variance > 0):
        raise InvalidInputError("weight_variance", kernel.weight_variance, "positive and finite")
    if not (math.isfinite(kernel.bias_variance) and kernel.bias_variance >= 0):
        raise InvalidInputError("bias_variance", kernel.bias_variance, "zero or positive, and finite")
    if kernel.kind == "dual" and (kernel.depth, kernel.weight_variance, kernel.bias_variance) != (1, 1.0, 0.0):
        raise InvalidInputError("kind", kernel.kind, "nngp or tangent where depth or variances are given")
    if kernel.kind != "dual" and kernel.derivative:
        raise InvalidInputError("derivative", kernel.derivative, "False unless kind is dual")
    if kernel.kind != "tangent" and kernel.layers != "all":
        raise InvalidInputError("layers", kernel.layers, "all unless kind is tangent")
    if kernel.kind == "tangent" and kernel.layers != "last" and kernel.activation.derivative_is_distribution:
        raise HypothesisError(
            f"{kernel.activation.name} is discontinuous: s' is not square integrable and the tangent kernel infinite; "
            "use layers='last'"
        )


def _to_mp(value: Any) -> mpf:
    import mpmath

    if hasattr(value, "numerator") and not isinstance(value, int | float):
        return mpmath.mpf(int(value.numerator)) / int(value.denominator)
    return mpmath.mpf(value)
