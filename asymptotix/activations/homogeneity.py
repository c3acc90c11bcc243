"""Positive homogeneity: s(x) = positive * x_+^degree + negative * (-x)_+^degree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from asymptotix.activations.evaluation import value_float
from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.activations.tree import Apply, Node, Number, Power, Product, Sum, Variable, is_constant

__all__ = ["Homogeneity", "homogeneity_of"]

Coefficient = Fraction | float


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """s(x) = positive * x_+^degree + negative * (-x)_+^degree for almost every x.

    relu is (1, 1, 0), step (0, 1, 0), sign (0, 1, -1), |x| (1, 1, 1), the identity (1, 1, -1), x^2 (2, 1, 1).
    The coefficients are exact fractions unless an irrational constant (pi, sqrt(2)) enters.
    """

    degree: int
    positive: Coefficient
    negative: Coefficient

    def derivative(self) -> Homogeneity:
        """That of s'(x), degree >= 1; a step has none (its derivative is a distribution)."""
        if self.degree == 0:
            raise ValueError("the derivative of a step is a distribution")
        return Homogeneity(self.degree - 1, self.degree * self.positive, -self.degree * self.negative)


def homogeneity_of(tree: Node) -> Homogeneity | None:
    """The homogeneity of an activation, or None."""
    exact = piecewise_polynomial(tree)
    if exact is None:
        return _structural(tree)
    if any(exact.breaks):
        return None
    left, right = exact.pieces[0], exact.pieces[-1]
    degrees = {len(piece) - 1 for piece in (left, right) if piece}
    if len(degrees) > 1 or any(any(piece[:-1]) for piece in (left, right)):
        return None
    degree = degrees.pop() if degrees else 0
    positive = right[-1] if right else Fraction(0)
    negative = left[-1] * (-1) ** degree if left else Fraction(0)
    return Homogeneity(degree, positive, negative)


def _structural(node: Node) -> Homogeneity | None:
    """The same by the shape of the tree, for irrational coefficients."""
    if is_constant(node):
        value = node.value if isinstance(node, Number) else float(value_float(node, np.zeros(1))[0])
        return Homogeneity(0, value, value)
    match node:
        case Variable():
            return Homogeneity(1, Fraction(1), Fraction(-1))
        case Sum(terms):
            return _merge([_structural(term) for term in terms], lambda values: sum(values, Fraction(0)), same_degree=True)
        case Product(factors):
            return _merge([_structural(factor) for factor in factors], _product, same_degree=False)
        case Power(base, Number(value)) if value.denominator == 1 and value > 0:
            return _merge([_structural(base)] * int(value), _product, same_degree=False)
        case Apply("max", arguments):
            return _merge([_structural(argument) for argument in arguments], _largest, same_degree=True)
        case Apply("min", arguments):
            return _merge([_structural(argument) for argument in arguments], _smallest, same_degree=True)
        case Apply("abs", (inner,)):
            return _merge([_structural(inner)], _absolute, same_degree=True)
        case Apply("relu", (inner,)):
            return _merge([_structural(inner)], _positive_part, same_degree=True)
        case Apply("sign" | "step" as function, (inner,)):
            return _indicator(_structural(inner), function)
        case _:
            return None


def _merge(
    parts: list[Homogeneity | None], operation: Callable[[list[Coefficient]], Coefficient], *, same_degree: bool
) -> Homogeneity | None:
    known = [part for part in parts if part is not None]
    degrees = [part.degree for part in known]
    if len(known) < len(parts) or (same_degree and len(set(degrees)) > 1):
        return None
    degree = degrees[0] if same_degree else sum(degrees)
    return Homogeneity(degree, operation([part.positive for part in known]), operation([part.negative for part in known]))


def _product(values: list[Coefficient]) -> Coefficient:
    return math.prod(values, start=Fraction(1))


def _positive_part(values: list[Coefficient]) -> Coefficient:
    return max(values[0], Fraction(0))


def _absolute(values: list[Coefficient]) -> Coefficient:
    return max(values[0], -values[0])


def _largest(values: list[Coefficient]) -> Coefficient:
    return max(values)


def _smallest(values: list[Coefficient]) -> Coefficient:
    return min(values)


def _indicator(inner: Homogeneity | None, function: str) -> Homogeneity | None:
    if inner is None:
        return None
    signs = [Fraction((value > 0) - (value < 0)) for value in (inner.positive, inner.negative)]
    if function == "step":
        signs = [max(sign, Fraction(0)) for sign in signs]
    return Homogeneity(0, signs[0], signs[1])
