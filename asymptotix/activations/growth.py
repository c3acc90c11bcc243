"""How fast an activation grows: an upper bound read off the tree, one side of the line at a time.

Every subexpression gets a leading behaviour  a |x|^p exp(e |x| + g x^2)  as |x| grows, a in [low, high]. Only the leading
term is followed, so that the bound can be generous after a cancellation, and slower factors (log x) count as degree 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asymptotix.activations.evaluation import value_float
from asymptotix.activations.tree import Apply, Constant, Node, Number, Power, Product, Sum, Symbol, Variable
from asymptotix.errors import ExpressionError

__all__ = ["Growth", "growth_of"]

_MAX_DEGREE = 64.0
_BOUNDED = {"sin": (-1.0, 1.0), "cos": (-1.0, 1.0), "tan": (-math.inf, math.inf), "dirac": (0.0, 0.0)}
# limits at -infinity and +infinity of the monotone bounded functions
_LIMITS = {
    "tanh": (-1.0, 1.0), "erf": (-1.0, 1.0), "sign": (-1.0, 1.0), "step": (0.0, 1.0), "Phi": (0.0, 1.0),
    "erfc": (2.0, 0.0), "atan": (-math.pi / 2, math.pi / 2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Growth:
    """An upper bound on |s(x)| for large |x|.

    bounded: |s| <= C;  polynomial: C |x|^rate;  exponential: exp(rate |x|);  gaussian: exp(rate x^2); the last two up to
    slower factors. `max_variance`: E s(G)^2 is finite for Gaussian G of every variance below it.
    """

    kind: Literal["bounded", "polynomial", "exponential", "gaussian"]
    rate: float

    @property
    def max_variance(self) -> float:
        """1 / (4 rate) for Gaussian growth, else infinity."""
        return 1.0 / (4.0 * self.rate) if self.kind == "gaussian" else math.inf


@dataclass(frozen=True, slots=True)
class _Leading:
    """a |x|^power exp(exponential |x| + gaussian x^2), a in [low, high]."""

    gaussian: float
    exponential: float
    power: float
    low: float
    high: float

    @property
    def order(self) -> tuple[float, float, float]:
        return (self.gaussian, self.exponential, self.power)


def growth_of(tree: Node) -> Growth:
    """The growth of an activation.

    Raises:
        ExpressionError: faster than exp(a x^2) for every a, or the degree exceeds 64.
    """
    gaussian, exponential, power, size = max((*side.order, _size(side)) for side in (_leading(tree, 1), _leading(tree, -1)))
    if gaussian == math.inf:
        raise ExpressionError("the activation grows faster than exp(a x^2): no Gaussian expectation is finite")
    if gaussian > 0:
        return Growth("gaussian", gaussian)
    if (gaussian, exponential) > (0.0, 0.0):
        return Growth("exponential", exponential)
    if (gaussian, exponential) == (0.0, 0.0) and (power > 0 or (power == 0 and math.isinf(size))):
        return Growth("polynomial", power)
    return Growth("bounded", 0.0)


def _size(leading: _Leading) -> float:
    return max(abs(leading.low), abs(leading.high))


def _constant(low: float, high: float) -> _Leading:
    return _Leading(0.0, 0.0, 0.0, low, high)


def _leading(node: Node, side: int) -> _Leading:
    match node:
        case Variable():
            return _Leading(0.0, 0.0, 1.0, float(side), float(side))
        case Number() | Constant() | Symbol():
            value = float(value_float(node, np.zeros(1))[0])
            return _constant(value, value)
        case Sum(terms):
            return _sum([_leading(term, side) for term in terms])
        case Product(factors):
            result = _constant(1.0, 1.0)
            for factor in factors:
                result = _times(result, _leading(factor, side))
            return _capped(result)
        case Power(base, Number(value)):
            return _capped(_power(_leading(base, side), float(value)))
        case Power():
            return _exponential(_leading(Apply("log", (node.base,)), side))
        case Apply(function, (left, right)):
            other = _leading(right, side)
            return _maximum(_leading(left, side), other) if function == "max" else _minimum(_leading(left, side), other)
        case Apply(function, arguments):
            return _apply(function, _leading(arguments[0], side))


def _sum(terms: list[_Leading]) -> _Leading:
    terms = [term for term in terms if (term.low, term.high) != (0.0, 0.0)] or [_constant(0.0, 0.0)]
    top = max(term.order for term in terms)
    leaders = [term for term in terms if term.order == top]
    return _Leading(*top, sum(term.low for term in leaders), sum(term.high for term in leaders))


def _times(one: _Leading, two: _Leading) -> _Leading:
    corners = [0.0 if 0.0 in (a, b) else a * b for a in (one.low, one.high) for b in (two.low, two.high)]
    gaussian, exponential, power = (a + b for a, b in zip(one.order, two.order, strict=True))
    if math.isnan(gaussian) or math.isnan(exponential):
        raise ExpressionError("the growth of the activation cannot be bounded: one factor explodes where another one vanishes")
    return _Leading(gaussian, exponential, power, min(corners), max(corners))


def _power(base: _Leading, exponent: float) -> _Leading:
    if exponent < 0 and base.low <= 0 <= base.high:
        raise ExpressionError("the growth of the activation cannot be bounded: a denominator may tend to zero")
    gaussian, exponential, power = (0.0 if a == 0 else a * exponent for a in base.order)
    corners = [_real_power(abs(a), exponent) * (1.0 if a >= 0 or exponent % 2 == 0 else -1.0) for a in (base.low, base.high)]
    if base.low < 0 < base.high:
        corners.append(0.0)
    return _Leading(gaussian, exponential, power, min(corners), max(corners))


def _real_power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def _exponential(u: _Leading) -> _Leading:
    """exp(u): only the sign and the order of u matter."""
    vanishing = _Leading(-math.inf, 0.0, 0.0, 0.0, 1.0)
    if u.order > (0.0, 0.0, 2.0):  # beyond every Gaussian: refused in the end, unless it stands in a denominator
        return _Leading(math.inf, 0.0, 0.0, 0.0 if u.low < u.high else 1.0, 1.0) if u.high > 0 else vanishing
    if u.order == (0.0, 0.0, 2.0):
        return _Leading(u.high, 0.0, 0.0, 0.0 if u.low < u.high else 1.0, 1.0)
    if (u.gaussian, u.exponential) == (0.0, 0.0) and u.power >= 1.0:
        rate = u.high if u.power == 1.0 else math.copysign(math.inf, u.high) if u.high else 0.0
        return _Leading(0.0, rate, 0.0, 0.0 if u.low < u.high else 1.0, 1.0)
    if (u.gaussian, u.exponential) == (0.0, 0.0) and (u.power > 0 or math.isinf(u.high)):
        # exp of a root or of a logarithm: below every exponential, bounded here by the largest degree.
        return _Leading(0.0, 0.0, _MAX_DEGREE, 0.0, 1.0) if u.high > 0 else _constant(0.0, 1.0)
    if u.order == (0.0, 0.0, 0.0):
        return _constant(*(math.exp(min(max(bound, -700.0), 700.0)) for bound in (u.low, u.high)))
    return _constant(1.0, 1.0)


def _maximum(one: _Leading, two: _Leading) -> _Leading:
    if one.order == two.order:
        return _Leading(*one.order, max(one.low, two.low), max(one.high, two.high))
    small, large = sorted((one, two), key=lambda side: side.order)
    if large.low > 0:
        return large
    return small if large.high <= 0 else _Leading(*large.order, 0.0, large.high)


def _minimum(one: _Leading, two: _Leading) -> _Leading:
    return _negated(_maximum(_negated(one), _negated(two)))


def _negated(u: _Leading) -> _Leading:
    return _Leading(*u.order, -u.high, -u.low)


def _apply(function: str, u: _Leading) -> _Leading:
    unbounded = u.order > (0.0, 0.0, 0.0)
    if function == "exp":
        return _exponential(u)
    if function in ("sinh", "cosh"):
        return _sum([_exponential(u), _exponential(_negated(u))])
    if function == "log":
        return _logarithm(u)
    if function == "sqrt":
        return _power(_maximum(u, _constant(0.0, 0.0)), 0.5)
    if function == "abs":
        return _maximum(u, _negated(u))
    if function == "relu":
        return _maximum(u, _constant(0.0, 0.0))
    if function in _BOUNDED:
        return _constant(*_BOUNDED[function])
    below, above = _LIMITS[function]
    if unbounded and u.low > 0:
        return _constant(above, above)
    if unbounded and u.high < 0:
        return _constant(below, below)
    return _constant(min(below, above), max(below, above))


def _logarithm(u: _Leading) -> _Leading:
    if u.gaussian == math.inf:
        raise ExpressionError("the growth of the activation cannot be bounded: a logarithm of more than exp(a x^2)")
    if u.gaussian == -math.inf:
        return _Leading(0.0, 0.0, 2.0, -math.inf, 0.0)
    if u.gaussian:
        return _Leading(0.0, 0.0, 2.0, u.gaussian, u.gaussian)
    if u.exponential:
        return _Leading(0.0, 0.0, 1.0, u.exponential, u.exponential)
    return _constant(-math.inf, math.inf) if u.power or u.low <= 0 else _constant(math.log(u.low), math.log(max(u.low, u.high)))


def _capped(u: _Leading) -> _Leading:
    if u.power > _MAX_DEGREE and u.gaussian != -math.inf:
        raise ExpressionError(f"the activation has degree {u.power:g}, at most {_MAX_DEGREE:g} is allowed")
    return u
