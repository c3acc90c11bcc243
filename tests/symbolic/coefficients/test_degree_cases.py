"""Forms by parity with exceptional degrees: one expression, exact values, numbers at high degrees, the printed cases."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.coefficients.degree_cases import (
    HALF,
    MAX_DEGREE,
    DegreeCases,
    checked_degree,
    require_degree_symbol,
    written_out,
)
from asymptotix.symbolic.functions import He

K, D = sp.Symbol("k"), sp.Symbol("d", positive=True)
EVEN = (-1) ** HALF * sp.gamma(HALF + sp.S.Half) / sp.sqrt(sp.pi)


def cases(**changed: object) -> DegreeCases:
    arguments = {"even": EVEN, "odd": 1 / (HALF + D), "exceptions": {4: sp.Integer(7), 1: D}} | changed
    return DegreeCases(K, **arguments)  # type: ignore[arg-type]  # the test varies one argument at a time


def test_expression_and_values_are_the_same() -> None:
    one = cases()
    values = [sp.Integer(1), D, -sp.S.Half, 1 / (1 + D), sp.Integer(7), 1 / (2 + D), -sp.Rational(15, 8)]
    assert [one.at(k) for k in range(7)] == values
    assert [one.expression.subs(K, k) for k in range(7)] == values
    assert [condition for _, condition in one.expression.args[:2]] == [sp.Eq(K, 1), sp.Eq(K, 4)]
    assert cases(exceptions={}).at(4) != values[4]


def test_numbers_match_the_exact_values_and_reach_high_degrees() -> None:
    one = cases()
    for k in range(7):
        exact = one.at(k).subs(D, sp.Rational(5, 2))
        assert abs(one.number(k, {D: sp.Rational(5, 2)}, 40) / exact - 1) < sp.Float("1e-39")
    high = one.number(MAX_DEGREE, {D: 3}, 30)
    assert abs(sp.log(high, 10) - sp.loggamma(sp.Float(MAX_DEGREE // 2 + 0.5, 30)) / sp.log(10)) < 1
    with pytest.raises(HypothesisError, match="degree 3"):
        one.number(3, {D: -1}, 20)


def test_one_form_for_both_parities() -> None:
    one = DegreeCases.uniform(K, 2**K, {0: sp.Integer(5)})
    assert [one.at(k) for k in range(4)] == [5, 2, 4, 8]
    assert one.expression == sp.Piecewise((5, sp.Eq(K, 0)), (2**K, True))
    renamed = one.renamed(sp.Symbol("n"))
    assert renamed.expression == sp.Piecewise((5, sp.Eq(sp.Symbol("n"), 0)), (2 ** sp.Symbol("n"), True))
    assert [one.scaled(lambda k: 1 / (k + 1)).at(k) for k in range(3)] == [5, 1, sp.Rational(4, 3)]


def test_names_of_symbols_never_become_source_text() -> None:
    evil = sp.Symbol("__import__('os').abort()")
    one = DegreeCases(evil, even=evil * 0 + 2 * D, odd=sp.Symbol("lambda") + HALF)
    assert float(one.number(3, {D: 1, sp.Symbol("lambda"): sp.Rational(1, 2)}, 20)) == 1.5


def test_a_terminating_series_is_written_out() -> None:
    assert written_out(sp.hyper([-2], [sp.S.Half], D)) == 1 - 4 * D + sp.Rational(4, 3) * D**2
    assert written_out(sp.hyper([1], [2], D)).has(sp.hyper)


def test_degrees_are_checked() -> None:
    assert checked_degree("k", 3.0) == 3
    for bad in (-1, 0.5, float("inf"), None, "3", True, MAX_DEGREE + 1):
        with pytest.raises(InvalidInputError, match="k = "):
            checked_degree("k", bad)
    assert require_degree_symbol("k", K) is K
    for wrong in ({"negative": True}, {"integer": False}, {"imaginary": True}):
        with pytest.raises(InvalidInputError, match="k = k is not valid"):
            require_degree_symbol("k", sp.Symbol("k", **wrong))


def test_a_hermite_polynomial_of_high_degree_takes_its_recurrence() -> None:
    one = DegreeCases.uniform(K, He(K, sp.Rational(1, 2)))
    assert one.number(150, {}, 60) == pytest.approx(float(He(150, sp.Rational(1, 2))), rel=1e-14, abs=0)
