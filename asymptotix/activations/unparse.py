"""Expression tree -> text that `parse` reads back to the same tree (except for `dirac`, which only derivatives contain)."""

from __future__ import annotations

from fractions import Fraction

from asymptotix.activations.tree import Apply, Constant, Node, Number, Power, Product, Sum, Symbol, Variable

__all__ = ["unparse"]

_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def unparse(node: Node) -> str:
    """The text of a tree, with as few parentheses as the grammar allows."""
    return _text(node)[0]


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Variable():
            return "x", _ATOM
        case Constant(name) | Symbol(name):
            return name, _ATOM
        case Number(value):
            return _number(value)
        case Sum(terms):
            text = " + ".join(_wrapped(term, _PRODUCT) for term in terms)
            return text.replace("+ -", "- "), _SUM
        case Product(factors):
            return _product(factors), _PRODUCT
        case Power(base, exponent):
            return f"{_wrapped(base, _ATOM)}**{_wrapped(exponent, _ATOM)}", _POWER
        case Apply(function, arguments):
            return f"{function}({', '.join(unparse(argument) for argument in arguments)})", _ATOM


def _wrapped(node: Node, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), _ATOM if value >= 0 else _PRODUCT
    decimal = _decimal(value)
    if decimal is not None:
        return decimal, _ATOM if value > 0 else _PRODUCT
    return f"{value.numerator}/{value.denominator}", _PRODUCT


def _decimal(value: Fraction) -> str | None:
    """The finite decimal expansion, when it is short: 1/10 is 0.1, 1/3 stays a fraction."""
    for places in range(1, 39):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = f"{abs(scaled.numerator):0{places + 1}d}"
            return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return None


def _product(factors: tuple[Node, ...]) -> str:
    if factors[0] == Number(Fraction(-1)) and len(factors) > 1:
        return "-" + "*".join(_wrapped(factor, _POWER) for factor in factors[1:])
    first = _wrapped(factors[0], _PRODUCT)
    return "*".join([first, *(_wrapped(factor, _POWER) for factor in factors[1:])])
