r"""Closed forms of $E[s(u) s(v)]$ and $E[s'(u) s'(v)]$ for smooth $s(x) = a\,f(x)$, each written once for NumPy and for mpmath.

With $\beta = b^2$, $D = q_1 q_2 - c^2$ and $m = \min E(u \mp v)^2$:

* erf(bx): $\tfrac2\pi \arctan(2\beta c / R)$, $R^2 = 1 + 2\beta(q_1+q_2) + 4\beta^2 D$; Phi(bx): $\arg(-\beta c + iR)/2\pi$,
  $R^2 = 1 + \beta(q_1+q_2) + \beta^2 D$ (the published arcsines lose half of their digits at large variances)
* sin(bx), cos(bx): $\tfrac12 e^{-\beta m/2}(1 \mp e^{-2\beta|c|})$, the first with the sign of c; exp(bx): $e^{\beta E(u+v)^2/2}$
* gauss $e^{-gx^2}$: $M^{-1/2}$, $M = 1 + 2g(q_1+q_2) + 4g^2 D$
* gelu x Phi(bx), b = 1: $\tfrac{1}{2\pi}[c\arg(-c + iR) + q_1q_2R/P + c^2/(PR)]$, $P = (1+q_1)(1+q_2)$, $R^2 = P - c^2$

Source: [Williams1998] for erf and gauss; the others follow by Price's theorem [Price1958].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.evaluation import value_float, value_mp
from asymptotix.activations.tree import Apply, Node, Number, Power, Product, Variable, is_constant
from asymptotix.errors import HypothesisError
from asymptotix.kernels.closed_spreads import SPREADS
from asymptotix.kernels.gelu_spread import gelu_spread
from asymptotix.kernels.layer_spread import paired
from asymptotix.kernels.pair import GaussianPair

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["ClosedFormDual", "match_closed_form"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class _Arithmetic:
    """The functions that the formulas use, of NumPy or of mpmath."""

    exp: Callable[[Any], Any]
    expm1: Callable[[Any], Any]
    sqrt: Callable[[Any], Any]
    atan2: Callable[[Any, Any], Any]
    sign: Callable[[Any], Any]
    minimum: Callable[[Any, Any], Any]
    where: Callable[[Any, Any, Any], Any]
    arctan_defect: Callable[[Any], Any]  # t - atan(t), t >= 0
    pi: Any


@dataclass(frozen=True)
class _PairMp:
    """The mpmath counterpart of GaussianPair, as far as the formulas need it."""

    q1: mpf
    q2: mpf
    c: mpf

    @property
    def determinant(self) -> mpf:
        return self.q1 * self.q2 - self.c * self.c

    @property
    def distance(self) -> mpf:
        return self.q1 + self.q2 - 2 * self.c

    @property
    def total(self) -> mpf:
        return self.q1 + self.q2 + 2 * self.c


@dataclass(frozen=True)
class ClosedFormDual:
    """The expectations of amplitude * f(rate x) (gauss: exp(-rate x^2)); `family` is a key of the table of formulas."""

    family: str
    amplitude: Node
    rate: Node

    def dual(self, pair: GaussianPair) -> FloatArray:
        """E[s(u) s(v)]."""
        return self._float(0, pair)

    def derivative_dual(self, pair: GaussianPair) -> FloatArray:
        """E[s'(u) s'(v)]."""
        return self._float(1, pair)

    def variance(self, q: FloatArray) -> FloatArray:
        """E[s(u)^2] for E u^2 = q."""
        return self.dual(_coincident(q))

    def next_pair(self, pair: GaussianPair, weight: float, bias: float) -> GaussianPair:
        """The Gaussian pair of the next layer."""
        amplitude, rate = self.constants
        self._check(rate, pair)
        formula = _FORMULAS[self.family][0]
        one, two = (np.asarray(formula(_NUMPY, _coincident(q), rate)) for q in (pair.q1, pair.q2))
        value = np.asarray(formula(_NUMPY, pair, rate))
        spread = gelu_spread(pair, rate, value, one, two) if self.family == "gelu" else SPREADS[self.family](pair, rate)
        return paired(one, two, value, spread, weight * amplitude**2, bias)

    def mp_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s(u) s(v)] in mpmath's current precision."""
        return self._mp(0, q1, q2, c)

    def mp_derivative_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s'(u) s'(v)] in mpmath's current precision."""
        return self._mp(1, q1, q2, c)

    @cached_property
    def constants(self) -> tuple[float, float]:
        """The amplitude and the rate."""
        amplitude, rate = (float(value_float(node, np.zeros(1))[0]) for node in (self.amplitude, self.rate))
        return amplitude, rate

    def _float(self, which: int, pair: GaussianPair) -> FloatArray:
        amplitude, rate = self.constants
        self._check(rate, pair)
        return np.asarray(amplitude**2 * _FORMULAS[self.family][which](_NUMPY, pair, rate))

    def _mp(self, which: int, q1: mpf, q2: mpf, c: mpf) -> mpf:
        import mpmath

        zero = mpmath.mpf(0)
        amplitude, rate = value_mp(self.amplitude, zero), value_mp(self.rate, zero)
        pair = _PairMp(q1, q2, c)
        self._check(rate, pair)
        arithmetic = _Arithmetic(
            mpmath.exp, mpmath.expm1, mpmath.sqrt, mpmath.atan2, mpmath.sign, min, _choose, _arctan_defect_mp, +mpmath.pi
        )
        return amplitude**2 * _FORMULAS[self.family][which](arithmetic, pair, rate)

    def _check(self, rate: Any, pair: GaussianPair | _PairMp) -> None:
        if self.family != "gauss" or rate >= 0:
            return
        finite = (1 + 2 * rate * pair.q1 > 0) & (1 + 2 * rate * pair.q2 > 0) & (_gauss_determinant(pair, rate) > 0)
        if not np.all(finite):
            raise HypothesisError(
                f"E[s(u) s(v)] is infinite: exp({-float(rate):g} x^2) needs variances below {-0.25 / float(rate):g}"
            )


def _coincident(q: FloatArray) -> GaussianPair:
    return GaussianPair.from_angle(q, q, np.zeros_like(q))


def covariance_pair(expectations: Any, pair: GaussianPair, weight: float, bias: float) -> GaussianPair:
    """The next layer's pair from its two variances and its covariance."""
    one = weight * expectations.variance(pair.q1) + bias
    two = weight * expectations.variance(pair.q2) + bias
    bound = np.sqrt(one) * np.sqrt(two)  # rounding may exceed the Cauchy-Schwarz bound at coincident inputs
    return GaussianPair.from_covariance(one, two, np.clip(weight * expectations.dual(pair) + bias, -bound, bound))


def match_closed_form(tree: Node) -> ClosedFormDual | None:
    """The closed form of amplitude * f(rate x), or None."""
    factors = tree.factors if isinstance(tree, Product) else (tree,)
    constants = tuple(factor for factor in factors if is_constant(factor))
    rest = tuple(factor for factor in factors if not is_constant(factor))
    amplitude = _product(constants)
    match rest:
        case (Apply("erf" | "Phi" | "sin" | "cos" as family, (inner,)),) if (rate := _slope(inner)) is not None:
            return ClosedFormDual(family, amplitude, rate)
        case (Apply("exp", (inner,)),) if (rate := _slope(inner)) is not None:
            return ClosedFormDual("exp", amplitude, rate)
        case (Apply("exp", (inner,)),) if (rate := _minus_quadratic(inner)) is not None:
            return ClosedFormDual("gauss", amplitude, rate)
        case (Variable(), Apply("Phi", (inner,))) | (Apply("Phi", (inner,)), Variable()) if (rate := _slope(inner)) is not None:
            return ClosedFormDual("gelu", amplitude, rate)
        case _:
            return None


def _slope(node: Node) -> Node | None:
    """The constant b of b x."""
    factors = node.factors if isinstance(node, Product) else (node,)
    rest = [factor for factor in factors if not is_constant(factor)]
    return _product(tuple(factor for factor in factors if is_constant(factor))) if rest == [Variable()] else None


def _minus_quadratic(node: Node) -> Node | None:
    """The constant g of -g x^2."""
    factors = node.factors if isinstance(node, Product) else (node,)
    rest = [factor for factor in factors if not is_constant(factor)]
    constants = tuple(factor for factor in factors if is_constant(factor))
    match rest:
        case [Power(Variable(), Number(value))] if value == 2:
            from asymptotix.activations.algebra import negate

            return negate(_product(constants))
        case _:
            return None


def _product(factors: tuple[Node, ...]) -> Node:
    from asymptotix.activations.algebra import multiply

    return multiply(*factors)


def _erf(m: _Arithmetic, p: Any, b: Any) -> Any:
    return 2 / m.pi * m.atan2(2 * b**2 * p.c, _root(m, p, 2 * b**2))


def _erf_derivative(m: _Arithmetic, p: Any, b: Any) -> Any:
    return 4 * b**2 / (m.pi * _root(m, p, 2 * b**2))


def _phi(m: _Arithmetic, p: Any, b: Any) -> Any:
    return m.atan2(_root(m, p, b**2), -(b**2) * p.c) / (2 * m.pi)


def _phi_derivative(m: _Arithmetic, p: Any, b: Any) -> Any:
    return b**2 / (2 * m.pi * _root(m, p, b**2))


def _root(m: _Arithmetic, p: Any, g: Any) -> Any:
    return m.sqrt(1 + g * (p.q1 + p.q2) + g**2 * p.determinant)


def _sin(m: _Arithmetic, p: Any, b: Any) -> Any:
    return m.sign(p.c) * m.exp(-(b**2) * m.minimum(p.distance, p.total) / 2) * -m.expm1(-2 * b**2 * abs(p.c)) / 2


def _cos(m: _Arithmetic, p: Any, b: Any) -> Any:
    return m.exp(-(b**2) * m.minimum(p.distance, p.total) / 2) * (1 + m.exp(-2 * b**2 * abs(p.c))) / 2


def _exp(m: _Arithmetic, p: Any, b: Any) -> Any:
    return m.exp(b**2 * p.total / 2)


def _gauss_determinant(p: Any, g: Any) -> Any:
    return 1 + 2 * g * (p.q1 + p.q2) + 4 * g**2 * p.determinant


def _gauss(m: _Arithmetic, p: Any, g: Any) -> Any:
    return 1 / m.sqrt(_gauss_determinant(p, g))


def _gauss_derivative(m: _Arithmetic, p: Any, g: Any) -> Any:
    determinant = _gauss_determinant(p, g)
    return 4 * g**2 * p.c / (determinant * m.sqrt(determinant))


def _gelu(m: _Arithmetic, p: Any, b: Any) -> Any:
    q1, q2, c, product, root = _gelu_parts(m, p, b)
    positive = c * m.atan2(root, -c) + q1 * q2 * root / product + c**2 / (product * root)
    # for c << 0 the first term is -R + |c| (t - atan t), t = R / |c|, and R cancels against the second
    opposite = -c > root
    size = m.where(opposite, -c, 1 + 0 * c)
    negative = size * m.arctan_defect(root / size) + (c**2 - root**2 * (1 + q1 + q2)) / (product * root)
    return m.where(opposite, negative, positive) / (2 * m.pi * b**2)


def _gelu_derivative(m: _Arithmetic, p: Any, b: Any) -> Any:
    q1, q2, c, product, root = _gelu_parts(m, p, b)
    return (m.atan2(root, -c) + c / (product * root) * (3 + q1 + q2 + c**2 / root**2)) / (2 * m.pi)


def _gelu_parts(m: _Arithmetic, p: Any, b: Any) -> tuple[Any, Any, Any, Any, Any]:
    """x Phi(bx) = y Phi(y) / b with y = b x."""
    q1, q2, c = b**2 * p.q1, b**2 * p.q2, b**2 * p.c
    return q1, q2, c, (1 + q1) * (1 + q2), _root(m, p, b**2)


def _arctan_defect(t: FloatArray) -> FloatArray:
    """T - atan(t) in float64: sum_k (-1)^k t^(2k+3) / (2k+3) below 1/2."""
    square = np.minimum(t, 0.5) ** 2
    series = np.zeros_like(square)
    for k in range(25, -1, -1):  # 4^-26 = 2e-16
        series = 1.0 / (2 * k + 3) - square * series
    return np.where(t < 0.5, t**3 * series, t - np.arctan(t))


def _arctan_defect_mp(t: mpf) -> mpf:
    import mpmath

    return t - mpmath.atan(t)


def _choose(condition: Any, yes: Any, no: Any) -> Any:
    return yes if condition else no


_NUMPY = _Arithmetic(np.exp, np.expm1, np.sqrt, np.arctan2, np.sign, np.minimum, np.where, _arctan_defect, math.pi)
_Formula = Callable[[_Arithmetic, Any, Any], Any]
_FORMULAS: dict[str, tuple[_Formula, _Formula]] = {
    "erf": (_erf, _erf_derivative),
    "Phi": (_phi, _phi_derivative),
    "sin": (_sin, lambda m, p, b: b**2 * _cos(m, p, b)),
    "cos": (_cos, lambda m, p, b: b**2 * _sin(m, p, b)),
    "exp": (_exp, lambda m, p, b: b**2 * _exp(m, p, b)),
    "gauss": (_gauss, _gauss_derivative),
    "gelu": (_gelu, _gelu_derivative),
}
