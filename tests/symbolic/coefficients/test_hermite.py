"""Hermite coefficients against stored 30-digit values and identities."""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
from asymptotix.symbolic.dual import diagonal
from asymptotix.symbolic.formula import Q1

ORACLE = json.loads((Path(__file__).parents[2] / "reference" / "coefficients.json").read_text())["hermite"]
TEXTS = {
    "relu": "relu",
    "step": "step(x)",
    "erf": "erf(x)",
    "gelu": "x*Phi(x)",
    "abs": "abs(x)",
    "sin": "sin(x)",
    "exp": "exp(x)",
}


@pytest.mark.parametrize("name", TEXTS)
def test_matches_stored_values(name: str) -> None:
    for k, digits in enumerate(ORACLE[name]["values"]):
        formula = hermite_coefficient(TEXTS[name], k)
        assert formula.status.kind == "proved"
        if digits == "0":
            assert formula.expression == 0
        else:
            assert abs(sp.N(formula.expression, 40) / sp.Float(digits, 40) - 1) < sp.Float("1e-28")


def test_parseval() -> None:
    """sum of normalized squares up to 16 falls short of E[s^2] by less than the size of the next ones, and never exceeds it."""
    total = sum(float(hermite_coefficient("x*Phi(x)", k, normalized=True).evaluate()) ** 2 for k in range(17))
    whole = float(diagonal(activation("x*Phi(x)").tree).subs(Q1, 1))
    assert 0 < whole - total < 1e-5
    assert 2 * total > whole * 1.9  # a doubled normalization would break the line above


def test_mean_and_variance() -> None:
    """E[relu(m + s G)] = m Phi(m/s) + s density(m/s); degree 1 is s Phi(m/s)."""
    formula = hermite_coefficient("relu", 1, mean=sp.Rational(1, 2), variance=4)
    assert float(formula.evaluate()) == pytest.approx(2 * 0.598706325682923701, rel=1e-15, abs=0)
    moving = hermite_coefficient("relu", 0, mean=sp.Symbol("m", real=True))
    assert float(moving.evaluate(m=0.5)) == pytest.approx(0.5 * 0.691462461274013104 + 0.352065326764299478, rel=1e-15, abs=0)


@pytest.mark.parametrize("name", TEXTS)
def test_symbolic_degree_gives_every_stored_value(name: str) -> None:
    """Through evaluate in float64, through mp, and by substitution into the one expression."""
    k = sp.Symbol("j")
    formula = hermite_coefficient(TEXTS[name], k)
    stored = ORACLE[name]["values"]
    values = formula.evaluate(j=np.arange(len(stored)))
    for degree, digits in enumerate(stored):
        precise, exact = formula.mp(degree, digits=30), formula.expression.subs(k, degree)
        if digits == "0":
            assert values[degree] == precise == exact == 0
        else:
            assert values[degree] == pytest.approx(float(digits), rel=1e-12, abs=0)
            with mpmath.workdps(40):
                assert abs(precise / mpmath.mpf(digits) - 1) < mpmath.mpf("1e-28")
            assert abs(sp.N(exact, 40) / sp.Float(digits, 40) - 1) < sp.Float("1e-28")


def test_one_expression_with_exceptions_first() -> None:
    k = sp.Symbol("k")
    formula = hermite_coefficient("relu", k)
    assert formula.status.kind == "proved"
    assert formula.expression.args[0] == (sp.S.Half, sp.Eq(k, 1))
    assert formula.expression.subs(k, 1) == sp.S.Half
    assert formula.expression.subs(k, 3) == 0
    assert formula.expression.subs(k, sp.Rational(1, 2)) is sp.nan
    assert r"\frac{1}{2}, & k = 1 \\ (-1)^{m + 1}\, 2^{m - 3/2}" in formula.latex()
    assert formula.latex().endswith(r"k = 2m \\ 0, & k = 2m + 1 \ge 3 \end{cases}")


def test_normalized_in_a_symbolic_degree() -> None:
    """Parseval to 1e-5 with degrees far beyond factorials in float64, and no overflow."""
    formula = hermite_coefficient("relu", sp.Symbol("k"), normalized=True)
    values = formula.evaluate(k=np.arange(0, 60))
    assert np.sum(values**2) == pytest.approx(0.5, rel=1e-3, abs=0)
    assert np.sum(values**2) < 0.5
    assert float(formula.evaluate(k=2000)) == pytest.approx(float(formula.mp(2000)), rel=1e-15, abs=0)
    assert 1e-5 < abs(float(formula.evaluate(k=2000))) < 1e-4
    with pytest.raises(HypothesisError, match="exceeds 1e308"):
        hermite_coefficient("relu", sp.Symbol("k")).evaluate(k=2000)


@pytest.mark.parametrize("text", ["relu", pytest.param("sin(x)*exp(-x**2/2)", marks=pytest.mark.long)])
def test_moved_gaussian_in_a_symbolic_degree(text: str) -> None:
    """With symbols for mean and variance, against the integer degrees at numbers."""
    m, v = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
    values = hermite_coefficient(text, sp.Symbol("k"), mean=m, variance=v).evaluate(k=[0, 1, 2, 3], m=0.5, v=2.0)
    exact = [float(hermite_coefficient(text, k, mean=0.5, variance=2).evaluate()) for k in range(4)]
    assert values == pytest.approx(exact, rel=1e-14, abs=0)


def test_a_zero_of_a_hermite_polynomial_is_zero() -> None:
    """mu_5 of relu(x - sqrt 3) is proportional to He_3(sqrt 3) = 0, which no rounding gives."""
    formula = hermite_coefficient("relu(x - sqrt(3))", sp.Symbol("k"))
    assert formula.evaluate(k=5) == 0
    assert formula.evaluate(k=4) != 0


def test_bad_degrees() -> None:
    k = sp.Symbol("k")
    formula = hermite_coefficient("relu", k)
    for bad in (-1, 1.5, float("nan"), True, "two", None, 10**6):
        with pytest.raises(InvalidInputError, match="k = "):
            formula.evaluate(k=bad)
        with pytest.raises(InvalidInputError, match="k = "):
            formula.mp(k=bad)
    with pytest.raises(InvalidInputError, match="k = -2 is not valid"):
        formula.evaluate(k=[0, -2])
    for wrong in (sp.Symbol("k", negative=True), sp.Symbol("k", integer=False), 2 * k):
        with pytest.raises(InvalidInputError, match="k = "):
            hermite_coefficient("relu", wrong)
    with pytest.raises(InvalidInputError, match="a symbol other than b"):
        hermite_coefficient(activation("relu(x-b)", parameters=["b"]), sp.Symbol("b"))
    for outside in ("tanh", "elu", "relu(x)*exp(-x**2/2)", "erf(x)**2"):
        with pytest.raises(NotInClosedClassError, match="one integer degree after the other") as refusal:
            hermite_coefficient(outside, k)
        assert "\n" not in str(refusal.value)


def test_bad_arguments() -> None:
    for k in (-1, 61, True, 1.5, float("nan"), "2"):
        with pytest.raises(InvalidInputError, match="k = "):
            hermite_coefficient("relu", k)
    with pytest.raises(InvalidInputError, match="variance"):
        hermite_coefficient("relu", 1, variance=0)
    with pytest.raises(InvalidInputError, match="mean"):
        hermite_coefficient("relu", 1, mean="__import__('os')")
    with pytest.raises(NotInClosedClassError, match="tanh"):
        hermite_coefficient("tanh", 1, allow_numeric=False)


def test_names_of_the_form_itself_are_not_taken_for_those_of_the_user() -> None:
    """A mean that equals the half degree m would be replaced with it."""
    with pytest.raises(InvalidInputError, match="rename"):
        hermite_coefficient("relu", sp.Symbol("k"), mean=sp.Symbol("m", integer=True, nonnegative=True))


@pytest.mark.parametrize(("activation", "k"), [("hat", 1), ("hard_tanh", 0), ("exp(-abs(x))", 3)])
def test_a_coefficient_that_vanishes_by_symmetry_is_an_exact_zero(activation: str, k: int) -> None:
    """Terms with Phi(1) and Phi(-1) cancel; the next degree does not vanish."""
    formula = hermite_coefficient(activation, k)
    assert formula.expression == 0
    assert formula.mp(digits=30) == 0
    assert hermite_coefficient(activation, k + 1).mp(digits=30) != 0


def test_work_is_bounded() -> None:
    formula = hermite_coefficient("hard_tanh", sp.Symbol("k"))
    with pytest.raises(InvalidInputError, match="evaluate them in parts"):
        formula.evaluate(k=np.arange(5000))
