"""Names in printed formulas: only where they save space, and substituted back they give the formula again."""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.functions import Phi2
from asymptotix.symbolic.printing.abbreviations import Abbreviation, abbreviate, replaced

Q1, Q2 = sp.symbols("q1 q2", positive=True)
C = sp.Symbol("c", real=True)
DELTA = Q1 * Q2 - C**2


def resolved(terms: list[sp.Expr], names: tuple[Abbreviation, ...]) -> sp.Expr:
    total = sp.Add(*terms)
    for _ in names:
        total = total.xreplace({entry.symbol: entry.value for entry in names})
    return total


def test_correlation_and_determinant_get_their_names() -> None:
    rho = C / sp.sqrt(Q1 * Q2)
    terms = [
        Phi2(1 / sp.sqrt(Q1), sp.sqrt(Q2), rho),
        Phi2(Q1, Q2, -rho),
        *(sp.sqrt(DELTA) * sp.exp(-n / DELTA) for n in (1, 2, 3)),
    ]
    short, names = abbreviate(terms)
    assert [entry.symbol.name for entry in names] == ["rho", "Delta"]
    assert [entry.value for entry in names] == [rho, DELTA]
    assert sp.expand(resolved(short, names) - sp.Add(*terms)) == 0


def test_short_or_single_expressions_get_none() -> None:
    terms = [sp.sqrt(DELTA), C * sp.acos(C / sp.sqrt(Q1 * Q2), evaluate=False)]
    assert abbreviate(terms) == (terms, ())


def test_long_numbers_share_a_name_with_their_short_multiples() -> None:
    long = sp.Rational("1.2345678901234567")
    short, names = abbreviate([long * C, -2 * long * Q1, Q2])
    assert len(names) == 1
    assert names[0].latex() == r"\kappa_1 = 1.2345678901234567"
    assert sp.expand(resolved(short, names) - (long * C - 2 * long * Q1 + Q2)) == 0


def test_a_decimal_keeps_all_its_digits() -> None:
    kappa = sp.Symbol("kappa")
    for text in ("0.00012345678901234", "12345678901234.5", "3.0907"):
        assert Abbreviation(kappa, sp.Rational(text)).latex() == rf"\kappa = {text}"
    assert r"\frac{1}{3}" in Abbreviation(kappa, sp.Rational(1, 3)).latex()


def test_a_taken_letter_is_not_used() -> None:
    rho = sp.Symbol("rho")
    terms = [rho * Phi2(1, 2, C / (Q1 + 1)), Phi2(2, 3, C / (Q1 + 1))]
    _, names = abbreviate(terms)
    assert names[0].symbol.name != "rho"
    assert names[0].value == C / (Q1 + 1)


def test_replacing_multiplies_nothing_out() -> None:
    product = sp.Mul(2, C + Q1, evaluate=False)
    assert replaced(product, {Q1: Q2}).args == (2, C + Q2)
