"""Constructors of expression trees."""

from __future__ import annotations

from fractions import Fraction

import pytest

from asymptotix.activations import algebra
from asymptotix.activations.tree import Apply, Number, Power, Product, Sum, Variable, children, is_constant, walk
from asymptotix.errors import ExpressionError

X = Variable()
TWO, HALF = Number(Fraction(2)), Number(Fraction(1, 2))


def test_sums_collect_like_terms() -> None:
    assert algebra.add(X, X) == Product((TWO, X))
    assert algebra.subtract(X, X) == algebra.ZERO
    assert algebra.add(algebra.add(X, TWO), HALF) == Sum((X, Number(Fraction(5, 2))))
    assert algebra.add(TWO, X) == algebra.add(X, TWO)


def test_products_collect_positive_powers_only() -> None:
    assert algebra.multiply(X, X, X) == Power(X, Number(Fraction(3)))
    inverse = algebra.raise_to(X, algebra.MINUS_ONE)
    assert algebra.multiply(X, inverse) == algebra.multiply(inverse, X) != algebra.ONE  # x / x is not 1 at 0
    assert algebra.multiply(algebra.ZERO, X) == algebra.ZERO


def test_constants_are_folded_exactly() -> None:
    assert algebra.raise_to(Number(Fraction(2, 3)), Number(Fraction(-3))) == Number(Fraction(27, 8))
    assert algebra.apply("max", TWO, HALF) == TWO
    assert algebra.apply("sign", Number(Fraction(-7))) == algebra.MINUS_ONE
    assert algebra.apply("relu", Number(Fraction(-7))) == algebra.ZERO


@pytest.mark.parametrize(
    ("base", "exponent"),
    [
        (algebra.ZERO, algebra.MINUS_ONE),
        (Number(Fraction(-2)), HALF),
        (X, Number(Fraction(65))),
        (X, X),
        (Number(Fraction(-2)), X),
        (Number(Fraction(10**40 + 1)), Number(Fraction(64))),
    ],
)
def test_powers_that_are_refused(base: Number, exponent: Number) -> None:
    with pytest.raises(ExpressionError):
        algebra.raise_to(base, exponent)


def test_wrong_number_of_arguments() -> None:
    with pytest.raises(ExpressionError, match="takes 1"):
        algebra.apply("exp", X, X)


def test_walk_visits_every_part() -> None:
    tree = algebra.add(algebra.apply("exp", algebra.multiply(TWO, X)), X)
    assert next(iter(walk(tree))) == tree
    assert sum(node == X for node in walk(tree)) == 2
    assert children(X) == ()
    assert is_constant(algebra.apply("exp", TWO))
    assert not is_constant(Apply("exp", (X,)))
