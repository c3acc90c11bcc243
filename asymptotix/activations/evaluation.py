"""The value of an expression tree at float64 arrays and at mpmath numbers.

Textbook forms that lose digits are recognised: log(1 + e^u), log(1 + u), e^u - 1, e^(c u), e^(c u^2) and u - tanh u. A factor
step(u) or 1 - step(u) that is zero makes its product zero, whatever the other branch does there (it may overflow).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.float_functions import FLOAT_FUNCTIONS, exp_of_multiple, tanhshrink
from asymptotix.activations.tree import Apply, Constant, Node, Number, Power, Product, Sum, Symbol, Variable, is_constant
from asymptotix.errors import InvalidInputError

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["is_indicator", "value_float", "value_mp"]

FloatArray = NDArray[np.float64]

_MPMATH = {"atan": "atan", "Phi": "ncdf"}


def value_float(node: Node, x: FloatArray) -> FloatArray:
    """The tree at x in float64, broadcast to the shape of x. Overflow gives inf without a warning."""
    with np.errstate(all="ignore"):
        return np.asarray(np.broadcast_to(_evaluate_float(node, x), x.shape), dtype=np.float64)


def value_mp(node: Node, x: mpf) -> mpf:
    """The tree at x in mpmath's current precision."""
    import mpmath

    match node:
        case Variable():
            return x
        case Number(value):
            return mpmath.mpf(value.numerator) / value.denominator
        case Constant():
            return +mpmath.pi
        case Symbol(name):
            raise _without_value(name)
        case Sum(terms):
            return _sum_mp(terms, x)
        case Product(factors):
            return _product_mp(factors, x)
        case Power(base, Number(value)) if value.denominator == 1:
            return value_mp(base, x) ** int(value)
        case Power(base, exponent):
            return value_mp(base, x) ** value_mp(exponent, x)
        case Apply(function, arguments):
            return _apply_mp(function, arguments, x)


def is_indicator(node: Node) -> bool:
    """Whether the node is step(u), 1 - step(u), or a Dirac, which is zero almost everywhere."""
    match node:
        case Apply("step" | "dirac", _):
            return True
        case Sum((Product((Number(minus), Apply("step", _))), Number(one))):
            return minus == -1 and one == 1
        case _:
            return False


def _evaluate_float(node: Node, x: FloatArray) -> Any:
    match node:
        case Variable():
            return x
        case Number(value):
            return _float(value)
        case Constant():
            return math.pi
        case Symbol(name):
            raise _without_value(name)
        case Sum(terms):
            return _sum_float(terms, x)
        case Product(factors):
            return _product_float(factors, x)
        case Power(base, Number(value)):
            return _power_float(_evaluate_float(base, x), value)
        case Power(base, exponent):
            return np.power(_evaluate_float(base, x), _evaluate_float(exponent, x))
        case Apply(function, arguments):
            return _apply_float(function, arguments, x)


def _without_value(name: str) -> InvalidInputError:
    return InvalidInputError(name, name, "a number before anything is computed", f"substitute one: .at({name}=...)")


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _sum_float(terms: tuple[Node, ...], x: FloatArray) -> Any:
    exponent, rest = _split_exponential_minus_one(terms)
    total: Any = 0.0 if exponent is None else np.expm1(_evaluate_float(exponent, x))
    shrunk, rest = _split_tanhshrink(rest)
    if shrunk is not None:
        total = total + tanhshrink(_evaluate_float(shrunk, x))
    for term in rest:
        total = total + _evaluate_float(term, x)
    return total


def _product_float(factors: tuple[Node, ...], x: FloatArray) -> Any:
    indicators = [_evaluate_float(factor, x) for factor in factors if is_indicator(factor)]
    result: Any = 1.0
    first = True
    for factor in factors:
        if not is_indicator(factor):
            result = _evaluate_float(factor, x) if first else result * _evaluate_float(factor, x)
            first = False
    for indicator in indicators:
        result = np.where(indicator == 0.0, 0.0, result * indicator)
    return result


def _power_float(base: Any, exponent: Fraction) -> Any:
    if exponent.denominator != 1:
        return np.sqrt(base) if exponent == Fraction(1, 2) else np.power(base, float(exponent))
    power = int(exponent)
    # Repeated multiplication: exact sign, and several times faster than pow on large arrays.
    result: Any = 1.0
    square, remaining = base, abs(power)
    while remaining:
        if remaining & 1:
            result = result * square
        remaining >>= 1
        if remaining:
            square = square * square
    return result if power > 0 else np.divide(1.0, result)


def _apply_float(function: str, arguments: tuple[Node, ...], x: FloatArray) -> Any:
    if function == "log" and (inner := _one_plus(arguments[0])) is not None:
        if isinstance(inner, Apply) and inner.function == "exp":
            return np.logaddexp(0.0, _evaluate_float(inner.arguments[0], x))
        return np.log1p(_evaluate_float(inner, x))
    if function == "exp" and (multiple := _inexact_multiple(arguments[0])) is not None:
        factor, inner, squared = multiple
        return exp_of_multiple(factor, _evaluate_float(inner, x), squared=squared)
    return FLOAT_FUNCTIONS[function](*(_evaluate_float(argument, x) for argument in arguments))


def _sum_mp(terms: tuple[Node, ...], x: mpf) -> mpf:
    import mpmath

    exponent, rest = _split_exponential_minus_one(terms)
    first = mpmath.mpf(0) if exponent is None else mpmath.expm1(value_mp(exponent, x))
    return mpmath.fsum([first, *(value_mp(term, x) for term in rest)])


def _product_mp(factors: tuple[Node, ...], x: mpf) -> mpf:
    import mpmath

    if any(value_mp(factor, x) == 0 for factor in factors if is_indicator(factor)):
        return mpmath.mpf(0)
    return mpmath.fprod(value_mp(factor, x) for factor in factors)


def _apply_mp(function: str, arguments: tuple[Node, ...], x: mpf) -> mpf:
    import mpmath

    if function == "log" and (inner := _one_plus(arguments[0])) is not None:
        return mpmath.log1p(value_mp(inner, x))
    values = [value_mp(argument, x) for argument in arguments]
    match function:
        case "abs":
            return abs(values[0])
        case "sign":
            return mpmath.sign(values[0])
        case "step":
            return mpmath.mpf(int(values[0] > 0))
        case "relu":
            return max(values[0], mpmath.mpf(0))
        case "max":
            return max(values)
        case "min":
            return min(values)
        case "dirac":
            return mpmath.mpf(0)
        case _:
            return getattr(mpmath, _MPMATH.get(function, function))(values[0])


def _one_plus(node: Node) -> Node | None:
    """The u of 1 + u, when u depends on x."""
    match node:
        case Sum((inner, Number(one))) | Sum((Number(one), inner)) if one == 1 and not is_constant(inner):
            return inner
        case _:
            return None


def _split_exponential_minus_one(terms: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
    """(u, the other terms) of a sum e^u - 1 + ..., or (None, all terms)."""
    if isinstance(terms[-1], Number) and terms[-1].value == -1:
        for i, term in enumerate(terms):
            if isinstance(term, Apply) and term.function == "exp":
                return term.arguments[0], (*terms[:i], *terms[i + 1 : -1])
    return None, terms


def _split_tanhshrink(terms: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
    """(u, the other terms) of a sum u - tanh(u) + ..., or (None, all terms)."""
    for i, term in enumerate(terms):
        match term:
            case Product((Number(value), Apply("tanh", (inner,)))) if value == -1 and inner in terms:
                return inner, tuple(other for k, other in enumerate(terms) if k != i and other != inner)
            case _:
                pass
    return None, terms


def _inexact_multiple(node: Node) -> tuple[Fraction, Node, bool] | None:
    """(c, u, whether squared) of c u^2, or of c u where the product is not exact in float64."""
    match node:
        case Power(inner, Number(two)) if two == 2:
            return Fraction(1), inner, True
        case Product((Number(factor), Power(inner, Number(two)))) if two == 2:
            return factor, inner, True
        case Product((Number(factor), *rest)) if abs(factor.numerator) != 1 or factor.denominator & (factor.denominator - 1):
            return factor, rest[0] if len(rest) == 1 else Product(tuple(rest)), False
        case _:
            return None
