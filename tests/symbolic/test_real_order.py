"""Arc-cosine kernels of real and symbolic order, and what their proof notices."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.arc_cosine import RHO, arc_cosine_kernel, unit_arc_cosine
from asymptotix.symbolic.derivation import Derivation, DerivationError
from asymptotix.symbolic.formula import C
from asymptotix.symbolic.real_order import order_derivation, unit_real_order

N = sp.Symbol("n")


def test_price_recurrence_is_proved_at_symbolic_order() -> None:
    assert [outcome.kind for outcome in order_derivation().verify()] == ["exact"] * 3
    assert arc_cosine_kernel(N).status.kind == "proved"


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("factor", [2, -1, sp.Rational(1, 3)])
def test_a_wrong_coefficient_is_caught(index: int, factor: sp.Expr) -> None:
    derivation = order_derivation()
    step = derivation.steps[index]
    mutant = replace(step, claim=sp.Eq(factor * step.claim.lhs, step.claim.rhs, evaluate=False))
    steps = (*derivation.steps[:index], mutant, *derivation.steps[index + 1 :])
    with pytest.raises(DerivationError):
        Derivation("mutant", steps).verify()


@pytest.mark.parametrize("order", range(5))
def test_equals_the_polynomial_reduction_to_40_digits(order: int) -> None:
    for rho in (sp.Rational(-9, 10), sp.Rational(1, 7), sp.Rational(3, 5)):
        one = sp.N(unit_real_order(sp.Integer(order)).subs(RHO, rho), 60)
        two = sp.N(unit_arc_cosine(order).subs(RHO, rho), 60)
        assert abs(one / two - 1) < sp.Float("1e-40")


@pytest.mark.parametrize("order", [0.5, Fraction(-3, 10), sp.Rational(7, 3), 2.5])
def test_real_orders_evaluate_and_print(order: object) -> None:
    formula = arc_cosine_kernel(order)
    assert formula.status.kind == "proved"
    assert r"{}_2F_1" in formula.latex()
    value = formula.mp(1, 2, "0.5", digits=30)
    assert float(formula.evaluate(1, 2, 0.5)) == pytest.approx(float(value), rel=1e-13, abs=0)
    assert "hyp2f1(" in formula.python()


def test_mean_of_a_root_by_one_dimensional_quadrature_at_equal_variables() -> None:
    with mpmath.workdps(30):
        moment = mpmath.quad(lambda x: x * mpmath.npdf(x), [0, mpmath.inf])  # E[G_+^(2 * 1/2)]
        assert abs(arc_cosine_kernel(0.5).mp(1, 1, 1, digits=25) - moment) < mpmath.mpf("1e-24")


def test_symbolic_order_takes_the_order_as_its_last_argument() -> None:
    formula = arc_cosine_kernel(N)
    assert [symbol.name for symbol in formula.symbols] == ["q1", "q2", "c", "n"]
    assert float(formula.evaluate(1.0, 2.0, 0.5, n=2.5)) == pytest.approx(
        float(arc_cosine_kernel(2.5).evaluate(1, 2, 0.5)), rel=1e-13
    )
    assert r"n > -\frac{1}{2}" in formula.latex()
    for bad in (-0.5, -2.0):
        with pytest.raises(HypothesisError, match="does not exist"):
            formula.evaluate(1.0, 2.0, 0.5, bad)
    with pytest.raises(InvalidInputError, match="order"):
        arc_cosine_kernel(C)
