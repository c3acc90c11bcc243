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
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations import Activation, activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.expectations import Expectations, expectations_of, layer_pairs
from asymptotix.kernels.homogeneous import affine_pair
from asymptotix.kernels.pair import GaussianPair
from asymptotix.kernels.quadrature import QuadratureDual

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["MAX_DEPTH", "KernelMap", "tangent_refusal"]

MAX_DEPTH = 1000  # hidden layers; correlations have converged long before, and closed forms list every layer

FloatArray = NDArray[np.float64]
_MpKernel = Callable[["mpf", "mpf", "mpf"], "mpf"]
_DERIVATIVES = (False, True, "distributional", "pointwise")


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
        derivative: of a dual kernel, E[s'(u) s'(v)] instead. Where s jumps, True and "distributional" keep the Dirac measures
            of s': for a step the kernel is the density 1 / (2 pi sqrt(q1 q2 - c^2)), infinite at correlation 1 and -1.
            "pointwise" drops them. A tangent kernel of an activation that jumps needs one of the two words.

    Raises:
        InvalidInputError: an argument outside its range.
        NotInClosedClassError: no floating-point formula is known for the activation.
        HypothesisError: a tangent kernel of a discontinuous activation, without a choice of `derivative` (or layers="last").
    """

    activation: Activation
    depth: int = 1
    weight_variance: float = 1.0
    bias_variance: float = 0.0
    kind: Literal["dual", "nngp", "tangent"] = "dual"
    layers: Literal["all", "first", "last"] = "all"
    derivative: bool | Literal["distributional", "pointwise"] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "activation", activation(self.activation))
        _validate(self)
        object.__setattr__(self, "derivative", _settled(self))
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
                value = self._slope(pair) if self.derivative else expectations.dual(pair)
            else:
                value = self._network(expectations, pair)
        if np.isnan(value).any():
            raise HypothesisError(f"the kernel of {self.activation.name} overflows at these variances: use smaller ones")
        return np.asarray(value, dtype=np.float64)

    def error_bound(
        self, q1: ArrayLike, q2: ArrayLike, c: ArrayLike | None = None, *, angle: ArrayLike | None = None
    ) -> FloatArray:
        """A bound on the absolute error of a kernel that is computed by quadrature; arguments as in a call.

        In a network the bounds of the layers are carried through it, to first order (`error_propagation`).

        Raises:
            InvalidInputError: the kernel has a formula in floating point: its error is rounding.
        """
        expectations, pair = expectations_of(self.activation), GaussianPair.given(q1, q2, c, angle)
        if not isinstance(expectations, QuadratureDual):
            raise InvalidInputError("kernel", self, "a kernel that is computed by quadrature", "others are exact to rounding")
        if self.kind == "dual":
            return self._bounded_slope(pair)[1] if self.derivative else expectations.error_bound(pair)
        from asymptotix.kernels.error_propagation import LayerErrors, network_error

        def dual(at: GaussianPair) -> tuple[FloatArray, FloatArray]:
            return expectations.dual(at), expectations.error_bound(at)

        trained = self.kind == "tangent" and self.layers != "last"
        slope = self._bounded_slope if trained else None
        network = LayerErrors(dual, slope, self.weight_variance, self.bias_variance, self.depth, self.layers == "first")
        inputs = affine_pair(pair.q1, pair.q2, pair.difference, pair.correlation, self.weight_variance, self.bias_variance)
        return network_error(network, inputs)

    def _bounded_slope(self, pair: GaussianPair) -> tuple[FloatArray, FloatArray]:
        """E[s'(u) s'(v)] and its error bound."""
        if self.derivative != "pointwise":
            expectations = expectations_of(self.activation)
            assert isinstance(expectations, QuadratureDual)  # the caller has looked
            return expectations.derivative_dual(pair), expectations.error_bound(pair, True)
        below = expectations_of(self.activation.pointwise_derivative)
        bound = below.error_bound(pair) if isinstance(below, QuadratureDual) else np.zeros_like(pair.c)
        return below.dual(pair), bound

    def mp(self, q1: Any, q2: Any, c: Any) -> mpf:
        """The kernel at one point in mpmath's current precision. Inside, twice as many digits are carried."""
        import mpmath

        slack = mpmath.mpf(10) ** (10 - mpmath.mp.dps)
        with mpmath.workdps(2 * mpmath.mp.dps + 10 + self.depth):
            one, two, cross = (_to_mp(value) for value in (q1, q2, c))
            if one < 0 or two < 0 or cross**2 > one * two * (1 + slack):
                raise InvalidInputError("c", c, "at most sqrt(q1 q2) in size, with variances q1, q2 >= 0")
            value = self._mp(one, two, cross, expectations_of(self.activation).mp_dual, self._mp_slope)
        return +value

    def _network(self, expectations: Expectations, inputs: GaussianPair) -> FloatArray:
        weight, bias = self.weight_variance, self.bias_variance
        tangent = self.kind == "tangent" and self.layers != "last"
        pairs = layer_pairs(expectations, inputs, weight, bias, self.depth)
        covariance = first = total = np.empty(0)
        for layer, pair in enumerate(pairs):
            if layer == 0:
                first = total = pair.c
            covariance = weight * expectations.dual(pair) + bias
            if tangent:
                slope = weight * self._slope(pair)
                first, total = first * slope, covariance + total * slope
        return np.asarray(self._selected(covariance, first, total))

    def _slope(self, pair: GaussianPair) -> FloatArray:
        """E[s'(u) s'(v)], with or without Dirac measures."""
        if self.derivative == "pointwise":
            return expectations_of(self.activation.pointwise_derivative).dual(pair)
        return expectations_of(self.activation).derivative_dual(pair)

    def mp_by_quadrature(self, q1: Any, q2: Any, c: Any, digits: int) -> mpf:
        """The kernel at one point, its expectations by `precise_dual`: slow, to about `digits` digits of its scale.

        Raises:
            as `precise_dual`.
        """
        from functools import cache

        from asymptotix.kernels.precise import MAX_DIGITS, precise_dual

        # each layer gets more digits than are asked for, since it multiplies the errors of those before it
        inner = min(MAX_DIGITS, digits + (0 if self.kind == "dual" else 10))
        pointwise = self.derivative == "pointwise"
        below = self.activation.pointwise_derivative if pointwise else self.activation

        @cache
        def dual(one: mpf, two: mpf, cross: mpf) -> mpf:
            return precise_dual(self.activation, one, two, cross, digits=inner).value

        def slope(one: mpf, two: mpf, cross: mpf) -> mpf:
            return precise_dual(below, one, two, cross, derivative=not pointwise, digits=inner).value

        return self._mp(q1, q2, c, dual, slope)

    def _mp_slope(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        if self.derivative == "pointwise":
            return expectations_of(self.activation.pointwise_derivative).mp_dual(q1, q2, c)
        return expectations_of(self.activation).mp_derivative_dual(q1, q2, c)

    def _mp(self, q1: mpf, q2: mpf, c: mpf, dual: _MpKernel, slope: _MpKernel) -> mpf:
        if self.kind == "dual":
            return slope(q1, q2, c) if self.derivative else dual(q1, q2, c)
        weight, bias = _to_mp(self.weight_variance), _to_mp(self.bias_variance)
        q1, q2, c = (weight * value + bias for value in (q1, q2, c))
        covariance = first = total = c
        tangent = self.kind == "tangent" and self.layers != "last"
        for layer in range(1, self.depth + 1):
            covariance = weight * dual(q1, q2, c) + bias
            if tangent:
                factor = weight * slope(q1, q2, c)
                first, total = first * factor, covariance + total * factor
            if layer < self.depth:
                q1, q2 = (weight * dual(q, q, q) + bias for q in (q1, q2))
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
    if kernel.derivative not in _DERIVATIVES:
        raise InvalidInputError("derivative", kernel.derivative, "False, True, 'distributional' or 'pointwise'")
    if kernel.kind != "tangent" and kernel.layers != "all":
        raise InvalidInputError("layers", kernel.layers, "all unless kind is tangent")
    if kernel.derivative and (kernel.kind == "nngp" or kernel.layers == "last"):
        raise InvalidInputError("derivative", kernel.derivative, "False for a kernel that has no s'")
    if kernel.kind == "tangent" and kernel.layers != "last" and not kernel.derivative and kernel.activation.jumps:
        raise tangent_refusal(kernel.activation.name)


def tangent_refusal(name: str) -> HypothesisError:
    """The tangent kernel of an activation that jumps, without a word on its Dirac measures."""
    return HypothesisError(
        f"{name} is discontinuous: s' is not square integrable and the tangent kernel infinite at coincident inputs; choose "
        "derivative='pointwise' (s' without its Dirac measures), derivative='distributional' (with them) or layers='last'"
    )


def _settled(kernel: KernelMap) -> bool | Literal["pointwise"]:
    """One value for choices that make the same kernel: without jumps there is nothing to choose."""
    if not kernel.activation.jumps:
        return kernel.kind == "dual" and bool(kernel.derivative)
    return "pointwise" if kernel.derivative == "pointwise" else bool(kernel.derivative)


def _to_mp(value: Any) -> mpf:
    import mpmath

    if hasattr(value, "numerator") and not isinstance(value, int | float):
        return mpmath.mpf(int(value.numerator)) / int(value.denominator)
    return mpmath.mpf(value)
