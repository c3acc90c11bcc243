"""Constructors that keep expression trees small: sums and products are flattened and sorted, rational constants folded exactly.

No identity that could change a value at a point is applied (x / x stays x / x), and no product is expanded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from asymptotix.activations.tree import FUNCTIONS, Apply, Node, Number, Power, Product, Sum, Variable, is_constant
from asymptotix.errors import ExpressionError

__all__ = [
    "MAX_EXPONENT",
    "MINUS_ONE",
    "ONE",
    "ZERO",
    "add",
    "apply",
    "multiply",
    "negate",
    "number",
    "raise_to",
    "split_coefficient",
    "subtract",
]

MAX_EXPONENT = 64
MAX_BITS = 4096  # of a folded numerator or denominator: (40 digits)**30 still fits, towers of powers do not

ZERO, ONE, MINUS_ONE = Number(Fraction(0)), Number(Fraction(1)), Number(Fraction(-1))


def number(value: Fraction | int) -> Number:
    """An exact constant; refused when its digits could exhaust memory."""
    value = Fraction(value)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise ExpressionError(f"a constant of the expression has more than {MAX_BITS} bits: write it as a decimal")
    return Number(value)


def add(*terms: Node) -> Node:
    """terms[0] + terms[1] + ..., like terms collected, zero dropped."""
    coefficients: dict[Node, Fraction] = {}
    constant = Fraction(0)
    for term in _flatten(terms, Sum):
        if isinstance(term, Number):
            constant = number(constant + term.value).value
        else:
            factor, rest = split_coefficient(term)
            coefficients[rest] = number(coefficients.get(rest, Fraction(0)) + factor).value
    collected = sorted((_scaled(factor, rest) for rest, factor in coefficients.items() if factor), key=_order)
    if constant or not collected:
        collected.append(number(constant))
    return collected[0] if len(collected) == 1 else Sum(tuple(collected))


def multiply(*factors: Node) -> Node:
    """factors[0] * factors[1] * ..., the rational coefficient in front, positive integer powers of one base collected."""
    coefficient = Fraction(1)
    exponents: dict[Node, int] = {}
    for factor in _flatten(factors, Product):
        if isinstance(factor, Number):
            coefficient = number(coefficient * factor.value).value
            continue
        base, exponent = _positive_power(factor)
        if exponents.get(base, 0) + exponent > MAX_EXPONENT:
            raise ExpressionError(f"exponents must not exceed {MAX_EXPONENT}")
        exponents[base] = exponents.get(base, 0) + exponent
    if not coefficient:
        return ZERO
    rest: list[Node] = [
        base if exponent == 1 else Power(base, Number(Fraction(exponent))) for base, exponent in exponents.items()
    ]
    rest.sort(key=_order)
    if coefficient != 1 or not rest:
        rest.insert(0, number(coefficient))
    return rest[0] if len(rest) == 1 else Product(tuple(rest))


def negate(node: Node) -> Node:
    """-node."""
    return multiply(MINUS_ONE, node)


def subtract(left: Node, right: Node) -> Node:
    """left - right."""
    return add(left, negate(right))


def raise_to(base: Node, exponent: Node) -> Node:
    """base ** exponent for a rational exponent with |exponent| <= 64, or a positive constant base."""
    if not isinstance(exponent, Number):
        if not is_constant(base) or (isinstance(base, Number) and base.value <= 0):
            raise ExpressionError("an exponent must be a rational constant, or the base a positive constant")
        return apply("exp", multiply(exponent, apply("log", base)))
    power = exponent.value
    if abs(power) > MAX_EXPONENT:
        raise ExpressionError(f"an exponent must lie between -{MAX_EXPONENT} and {MAX_EXPONENT}, got {_brief(power)}")
    if power == 0:
        return ONE
    if power == 1:
        return base
    if isinstance(base, Number):
        return _fold_power(base.value, power)
    inner, outer = _positive_power(base)
    if outer > 1 and power.denominator == 1 and 0 < power * outer <= MAX_EXPONENT:
        return Power(inner, Number(power * outer))
    return Power(base, exponent)


def apply(function: str, *arguments: Node) -> Node:
    """function(arguments...); max and min with 0 become relu, piecewise-linear functions of rationals are folded."""
    if len(arguments) != FUNCTIONS[function]:
        raise ExpressionError(f"{function} takes {FUNCTIONS[function]} argument(s), got {len(arguments)}")
    if function in ("max", "min"):
        return _extremum(function, *arguments)
    (argument,) = arguments
    if isinstance(argument, Number) and function in _EXACT:
        return number(_EXACT[function](argument.value))
    return Apply(function, (argument,))


_EXACT: dict[str, Callable[[Fraction], Fraction]] = {
    "abs": abs,
    "relu": lambda value: max(value, Fraction(0)),
    "step": lambda value: Fraction(int(value > 0)),
    "sign": lambda value: Fraction((value > 0) - (value < 0)),
}


def _extremum(function: str, left: Node, right: Node) -> Node:
    if isinstance(left, Number) and isinstance(right, Number):
        return number(max(left.value, right.value) if function == "max" else min(left.value, right.value))
    if left == ZERO:
        left, right = right, left
    if right == ZERO:
        return apply("relu", left) if function == "max" else negate(apply("relu", negate(left)))
    return Apply(function, (left, right) if repr(left) <= repr(right) else (right, left))


def split_coefficient(node: Node) -> tuple[Fraction, Node]:
    """(rational coefficient, rest) with node = coefficient * rest."""
    if isinstance(node, Product) and isinstance(node.factors[0], Number):
        rest = node.factors[1:]
        return node.factors[0].value, rest[0] if len(rest) == 1 else Product(rest)
    return Fraction(1), node


def _scaled(factor: Fraction, rest: Node) -> Node:
    if factor == 1:
        return rest
    inner = rest.factors if isinstance(rest, Product) else (rest,)
    return Product((number(factor), *inner))


def _positive_power(node: Node) -> tuple[Node, int]:
    if isinstance(node, Power) and isinstance(node.exponent, Number):
        exponent = node.exponent.value
        if exponent.denominator == 1 and exponent > 0:
            return node.base, int(exponent)
    return node, 1


def _fold_power(base: Fraction, power: Fraction) -> Node:
    if base == 0 and power < 0:
        raise ExpressionError("the expression divides by zero")
    if power.denominator != 1:
        if base < 0:
            raise ExpressionError(f"({_brief(base)}) to the power {power} is not a real number")
        return base_power if (base_power := _trivial_root(base)) is not None else Power(Number(base), Number(power))
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(int(power)) > MAX_BITS + 64:
        raise ExpressionError(f"a constant power of the expression has more than {MAX_BITS} bits")
    return number(base ** int(power))


def _trivial_root(base: Fraction) -> Node | None:
    return Number(base) if base in (0, 1) else None


def _order(node: Node) -> tuple[bool, str]:
    """Powers of x first, the rest in a fixed order."""
    inner = node.base if isinstance(node, Power) else node
    return not isinstance(inner, Variable), repr(node)


def _flatten(nodes: Sequence[Node], kind: type[Sum] | type[Product]) -> list[Node]:
    flat: list[Node] = []
    for node in nodes:
        match node:
            case Sum(terms) if kind is Sum:
                flat.extend(terms)
            case Product(factors) if kind is Product:
                flat.extend(factors)
            case _:
                flat.append(node)
    return flat


def _brief(value: Fraction) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{float(value):.6g}"
