"""Whether s(-x) = s(x) or s(-x) = -s(x), decided without sampling: None means that neither was proved."""

from __future__ import annotations

from typing import Literal

from asymptotix.activations import algebra
from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.activations.tree import Apply, Constant, Node, Number, Power, Product, Sum, Symbol, Variable

__all__ = ["Parity", "parity_of"]

Parity = Literal["even", "odd"]
_ODD = ("sign", "sin", "tan", "atan", "sinh", "tanh", "erf")
_EVEN = ("abs", "cos", "cosh", "dirac")


def parity_of(tree: Node) -> Parity | None:
    """The parity of an activation, almost everywhere.

    Piecewise polynomials are compared piece by piece; otherwise the reflected tree is brought to a normal form, in which odd
    functions have let go of the sign of their argument, and compared with the tree and with its negative.
    """
    exact = piecewise_polynomial(tree)
    if exact is not None:
        mirrored = exact.reflected()
        if (mirrored.breaks, mirrored.pieces) == (exact.breaks, exact.pieces):
            return "even"
        negative = tuple(tuple(-a for a in piece) for piece in mirrored.pieces)
        return "odd" if (mirrored.breaks, negative) == (exact.breaks, exact.pieces) else None
    own, mirrored_tree = _normal(tree), _normal(_reflected(tree))
    if mirrored_tree == own:
        return "even"
    return "odd" if mirrored_tree == _opposite(own) else None


def _reflected(node: Node) -> Node:
    match node:
        case Variable():
            return algebra.negate(node)
        case Number() | Constant() | Symbol():
            return node
        case Sum(terms):
            return algebra.add(*(_reflected(term) for term in terms))
        case Product(factors):
            return algebra.multiply(*(_reflected(factor) for factor in factors))
        case Power(base, exponent):
            return algebra.raise_to(_reflected(base), exponent)
        case Apply(function, arguments):
            return algebra.apply(function, *(_reflected(argument) for argument in arguments))


def _normal(node: Node) -> Node:
    """Signs pulled out of odd functions and odd powers, dropped in even ones."""
    match node:
        case Sum(terms):
            return algebra.add(*(_normal(term) for term in terms))
        case Product(factors):
            return algebra.multiply(*(_normal(factor) for factor in factors))
        case Power(base, Number(value)) if value.denominator == 1:
            negative, inner = _sign_and_rest(_normal(base))
            power = algebra.raise_to(inner, Number(value))
            return algebra.negate(power) if negative and int(value) % 2 else power
        case Power(base, exponent):
            return algebra.raise_to(_normal(base), exponent)
        case Apply(function, (inner,)) if function in _ODD or function in _EVEN:
            negative, rest = _sign_and_rest(_normal(inner))
            image = algebra.apply(function, rest)
            return algebra.negate(image) if negative and function in _ODD else image
        case Apply(function, arguments):
            return algebra.apply(function, *(_normal(argument) for argument in arguments))
        case _:
            return node


def _sign_and_rest(node: Node) -> tuple[bool, Node]:
    """(whether a minus sign was pulled out, the rest); a sum and its negative give the same rest."""
    opposite = _opposite(node)
    if isinstance(node, Sum):
        return (True, opposite) if repr(opposite) < repr(node) else (False, node)
    coefficient = node.value if isinstance(node, Number) else algebra.split_coefficient(node)[0]
    return (True, opposite) if coefficient < 0 else (False, node)


def _opposite(node: Node) -> Node:
    """-node, the sign taken into a sum."""
    if isinstance(node, Sum):
        return algebra.add(*(algebra.negate(term) for term in node.terms))
    return algebra.negate(node)
