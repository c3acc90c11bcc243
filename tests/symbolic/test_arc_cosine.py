"""Arc-cosine kernels: two routes of the package against each other and against numbers."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import InvalidInputError
from asymptotix.symbolic.arc_cosine import RHO, arc_cosine_kernel, unit_arc_cosine
from asymptotix.symbolic.canonical import difference_is_zero
from asymptotix.symbolic.dual import dual_form
from asymptotix.symbolic.formula import C


@pytest.mark.parametrize("order", range(7))
def test_recurrence_route_equals_the_engine(order: int) -> None:
    text = "step" if order == 0 else f"relu(x)**{order}"
    formula = arc_cosine_kernel(order)
    assert formula.status.kind == "proved"
    assert difference_is_zero(formula.expression, dual_form(activation(text).tree).expression)


@pytest.mark.parametrize("order", range(7))
def test_value_at_equal_variables_is_the_even_moment(order: int) -> None:
    moment = sp.factorial2(2 * order - 1) / 2
    assert sp.expand(unit_arc_cosine(order).subs(RHO, 1)) == moment
    assert sp.expand(unit_arc_cosine(order).subs(RHO, -1)) == 0


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_published_form(order: int) -> None:
    """(-1)^n / (2 pi) sin^(2n+1) ((1/sin) d/dtheta)^n ((pi - theta)/sin) of [ChoSaul2009], at E-normalisation."""
    theta = sp.Symbol("theta")
    inner = (sp.pi - theta) / sp.sin(theta)
    for _ in range(order):
        inner = sp.diff(inner, theta) / sp.sin(theta)
    published = (-1) ** order * sp.sin(theta) ** (2 * order + 1) * inner / (2 * sp.pi)
    for angle in (sp.Rational(2, 5), sp.Rational(3, 2), sp.Rational(29, 10)):
        ours = sp.N(unit_arc_cosine(order).subs(RHO, sp.cos(angle)), 40)
        assert abs(ours / sp.N(published.subs(theta, angle), 60) - 1) < sp.Float("1e-30")


def test_large_order_is_quick_and_homogeneous() -> None:
    formula = arc_cosine_kernel(12)
    at = dict(zip(formula.symbols, (sp.Rational(1, 2), sp.Rational(3, 2), sp.Rational(1, 5)), strict=True))
    scaled = {name: 4 * value for name, value in at.items()}
    ratio = sp.N(formula.expression.subs(scaled), 40) / sp.N(formula.expression.subs(at), 40)
    assert abs(ratio / 4**12 - 1) < sp.Float("1e-35")


REFUSED = [-1, -0.5, sp.Rational(-1, 2), 33, 64.5, True, "2", C, float("nan")]


@pytest.mark.parametrize("order", REFUSED)
def test_refuses_other_orders(order: object) -> None:
    with pytest.raises(InvalidInputError, match="order"):
        arc_cosine_kernel(order)
