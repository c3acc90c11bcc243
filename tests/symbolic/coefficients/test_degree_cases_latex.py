"""Printed forms: the table of a paper, rows of exceptional degrees, and the check that what is printed is what was given."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import AsymptotixError
from asymptotix.symbolic.coefficients import degree_cases_latex
from asymptotix.symbolic.coefficients.degree_cases import HALF, DegreeCases
from asymptotix.symbolic.coefficients.degree_cases_latex import degree_form_latex
from asymptotix.symbolic.functions import He, Phi, density

M, K, B = HALF, sp.Symbol("k"), sp.Symbol("b", real=True)
GAMMA = sp.gamma(M - sp.S.Half)
PRINTED = {
    (-2) ** (M - 1) * sp.sqrt(2) * GAMMA / (2 * sp.pi):
        r"(-1)^{m + 1}\, 2^{m - 3/2}\, \frac{\Gamma\left(m - \frac{1}{2}\right)}{\pi}",
    2 * sp.sqrt(3) * sp.Rational(-4, 3) ** M * sp.gamma(M + sp.S.Half) / (3 * sp.pi):
        r"\left(-\frac{4}{3}\right)^m\, \frac{2 \Gamma\left(m + \frac{1}{2}\right)}{\pi \sqrt{3}}",
    (-1) ** M * sp.exp(-sp.S.Half): r"(-1)^m\, e^{-1/2}",
    -sp.sqrt(2 / sp.pi) * sp.exp(-sp.S.Half) * He(2 * M - 1, 1): r"-2\, \varphi(1)\, He_{2 m - 1}(1)",
    density(B) * He(K - 2, B): r"\varphi(b)\, He_{k - 2}(b)",
    Phi(1) - Phi(-1): r"2\, \Phi(1) - 1",
    (Phi(3) + Phi(-3)) / 2: r"\frac{1}{2}",
    Phi(B) + Phi(-B) - 1: "0",
    density(sp.S.One) - Phi(-1): r"\varphi(1) - \Phi(-1)",
    sp.exp(sp.S.Half) / sp.sqrt(2 * sp.pi): r"\frac{1}{\sqrt{2 \pi}}\, e^{1/2}",
    2**K * sp.exp(2): r"2^k\, e^2",
    sp.S.Zero: "0",
    -sp.Rational(1, 2): r"-\frac{1}{2}",
    sp.I * sp.exp(sp.I) / 2: r"\frac{i}{2}\, e^i",
}  # fmt: skip


@pytest.mark.parametrize("form", PRINTED, ids=str)
def test_forms_as_a_paper_prints_them(form: sp.Expr) -> None:
    assert degree_form_latex(form) == PRINTED[form]


def rows(cases: DegreeCases) -> list[str]:
    return [
        row.split("& ")[1] for row in cases.latex("x").split(r"\begin{cases} ")[1].removesuffix(r" \end{cases}").split(r" \\ ")
    ]


def test_rows_say_which_degrees_they_are_for() -> None:
    one = sp.S.One
    assert rows(DegreeCases(K, 2 * M, one, {1: one, 0: one})) == [
        "k = 0", "k = 1", r"k = 2m \ge 2", r"k = 2m + 1 \ge 3",
    ]  # fmt: skip
    assert rows(DegreeCases(K, 2 * M, one, {3: one}))[1:] == ["k = 2m", r"k = 2m + 1 \ne 3"]
    assert rows(DegreeCases.uniform(K, K, {0: one, 1: one}))[-1] == r"k \ge 2"
    assert rows(DegreeCases.uniform(K, K, {2: one}))[-1] == r"\text{otherwise}"
    assert DegreeCases.uniform(K, K).latex("x") == "x = k"


def test_the_half_degree_takes_a_free_letter() -> None:
    mean = sp.Symbol("m", real=True)
    assert rows(DegreeCases(K, mean * M, mean)) == ["k = 2n", "k = 2n + 1"]
    assert rows(DegreeCases(sp.Symbol("m"), 2 * M, sp.S.One)) == ["m = 2n", "m = 2n + 1"]


def test_a_wrong_printed_form_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    shortest = degree_cases_latex._shortest
    monkeypatch.setattr(degree_cases_latex, "_shortest", lambda sign: shortest(sign + 1))
    with pytest.raises(AsymptotixError, match="nothing is printed"):
        degree_form_latex((-1) ** M * sp.exp(B))


def test_a_sum_folded_wrongly_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    fold = degree_cases_latex.fold_probabilities
    monkeypatch.setattr(degree_cases_latex, "fold_probabilities", lambda terms: [2 * term for term in fold(terms)])
    with pytest.raises(AsymptotixError, match="nothing is printed"):
        degree_form_latex(Phi(1) - Phi(-1))


def test_numbers_beyond_factoring_are_printed_as_they_are() -> None:
    """A product of two large factors, in no time."""
    number = (10**30 + 57) * (10**30 + 99991)
    assert degree_form_latex(sp.Rational(-number, 7)) == rf"-\frac{{{number}}}{{7}}"
