from __future__ import annotations

from fractions import Fraction

import pytest

from asymptotix.activations import activation, parse
from asymptotix.activations.declarations import declared
from asymptotix.activations.signs import is_positive
from asymptotix.errors import ExpressionError


@pytest.mark.parametrize(
    ("text", "positive"),
    [("a", False), ("p", True), ("-p", False), ("2*p", True), ("p + a**2", True), ("a**2", False), ("a**2 + 1/3", True),
     ("exp(a)", True), ("Phi(a)", True), ("cosh(a)", True), ("abs(a)", False), ("abs(p)", True), ("p - 1", False), ("p*a", False),
     ("p/(1 + p)", True), ("sin(p)", False), ("sqrt(p)", True), ("1 - sqrt(2)", False), ("sqrt(2) - 1", True)],
)  # fmt: skip
def test_positive_for_every_value(text: str, positive: bool) -> None:
    assert is_positive(parse(text, {}, declared("a, p > 0").values())) is positive


@pytest.mark.parametrize(
    ("text", "names"),
    [("x/a", "a"), ("sqrt(a)*x", "a"), ("log(a)*x", "a"), ("a**x", "a"), ("a**0.5*x", "a"), ("celu(a)", "a"),
     ("snake(x, a)", "a"), ("relu(a*x) + x/a", "a"), ("sqrt(a)*x/b", "ab"), ("softshrink(a)", "a")],
)  # fmt: skip
def test_what_must_be_positive_is_made_so_and_shown(text: str, names: str) -> None:
    family = activation(text, parameters=list(names))
    assert [symbol.positive for symbol in family.parameters] == [True] * len(names)
    assert all(f"'{name} > 0'" in repr(family) for name in names)


@pytest.mark.parametrize("text", ["a*x", "leaky_relu(a)", "elu(a)", "relu(x - a)", "exp(a*x)", "(a*x)**3", "x*a**2"])
def test_what_need_not_be_positive_is_real(text: str) -> None:
    assert [symbol.positive for symbol in activation(text, parameters="a").parameters] == [False]


@pytest.mark.parametrize(
    ("text", "message"),
    [("x/(1 + a)", "a > 0"), ("sqrt(2*a)*x", "a > 0"), ("celu(a - 1)", "a - 1 must be positive"), ("log(a - b)*x", "a > 0"),
     ("tan(a)*x", "poles"), ("x**a", "exponent"), ("rectified_power(a)", "must be a number"), ("hermite(a)", "must be a number"),
     ("He(a, x)", "integer degree"), ("a**5*x", "degree 5"), ("(a*x + 1)**5", "degree 5"),
     ("x*a*a*(a + 1)*(a + 2)*(a + 3)", "degree 5"), ("exp(exp(9))*a*x", "1e30"), ("x/(a**2)", "a")],
)  # fmt: skip
def test_constants_that_do_not_always_exist_are_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        activation(text, parameters=["a", "b"] if "b" in text else ["a"])
    assert "\n" not in str(caught.value)


def test_numbers_and_symbols_give_the_same_tree() -> None:
    for text, value in (("x/(1 + p)**2 + sqrt(p)", 0.3), ("celu(p)", 2), ("softshrink(x/p, p)", 0.25)):
        family = activation(text, parameters=["p > 0"])
        assert family.at(p=value).tree == parse(text, {"p": Fraction(str(value))})
