"""Closed moments of Hermite polynomials: against the polynomials under the Gaussian law, in every case of mean and width."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.coefficients.degree_cases import HALF, written_out
from asymptotix.symbolic.coefficients.hermite_closing import closed_sum, kummer_argument, moment, reduced
from asymptotix.symbolic.coefficients.hermite_sums import DEGREE, Family, HermiteSum
from asymptotix.symbolic.expectation import gaussian_mean
from asymptotix.symbolic.functions import hermite_polynomial
from asymptotix.symbolic.terms import Term

X = sp.Symbol("x")
FAMILIES = [
    Family(sp.S.Zero, sp.Rational(2, 3)),
    Family(sp.S.Zero, sp.Rational(-1, 2)),
    Family(sp.Integer(3), sp.S.Zero),
    Family(2 * sp.I, sp.S.Zero),
    Family(sp.Rational(1, 2), sp.Rational(1, 2)),
    Family(sp.S.One, sp.S.One),
    Family(sp.I / 2, sp.Rational(1, 2)),
    Family(sp.S.One, sp.Rational(-1, 3)),
]


def exact(family: Family, j: int) -> sp.Expr:
    """E[He_j(y)], y ~ N(mean, 1 - width), power by power."""
    powers = sp.Poly(hermite_polynomial(j, X), X).terms()
    terms = tuple(Term(value, power) for (power,), value in powers)
    return gaussian_mean(terms, family.mean, 1 - family.width)


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_moments(family: Family) -> None:
    for m in range(4):
        for j in (2 * HALF, 2 * HALF + 1):
            value = written_out(moment(family, j).subs(HALF, m))
            assert is_zero(value - exact(family, int(j.subs(HALF, m))))


def test_another_width_is_seen() -> None:
    for family in FAMILIES:
        wrong = Family(family.mean, family.width + sp.Rational(1, 7))
        assert not is_zero(written_out(moment(wrong, 2 * HALF).subs(HALF, 1)) - exact(family, 2))


@pytest.mark.parametrize("family", FAMILIES[:3] + FAMILIES[4:6], ids=str)
def test_sums_with_several_shifts(family: Family) -> None:
    """k A_{k-1} + 3 A_{k+2} + A_{k+3} - A_k for k >= 1, closed and reduced."""
    shifts = {-1: DEGREE, 0: sp.S.NegativeOne, 2: sp.Integer(3), 3: sp.S.One}
    closed = closed_sum(HermiteSum({family: shifts}, 1))
    assert set(reduced(family, shifts, -1)) <= {-1, 0}
    for k in (2, 3, 4, 5):
        target = sp.Add(*(weight.subs(DEGREE, k) * exact(family, k + shift) for shift, weight in shifts.items()))
        assert is_zero((closed.odd if k % 2 else closed.even).subs(HALF, k // 2) - target)
        assert closed.generic is None or is_zero(closed.generic.subs(DEGREE, k) - target)


def test_reflected_families_leave_one_parity() -> None:
    """hard_tanh: thresholds at -1 and 1."""
    weights = {Family(sp.S.NegativeOne, sp.S.One): {-2: sp.S.One}, Family(sp.S.One, sp.S.One): {-2: sp.S.NegativeOne}}
    closed = closed_sum(HermiteSum(weights, 2))
    assert closed.even == 0
    assert closed.generic is None
    assert closed.odd.subs(HALF, 2) == -2 * hermite_polynomial(3, sp.S.One)


def test_argument_of_the_series() -> None:
    assert kummer_argument(Family(sp.I, sp.S.Half)) == -1
