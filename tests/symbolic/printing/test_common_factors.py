"""Sums with what their terms share in front: equal to the input, shorter on the page."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.symbolic.functions import Phi
from asymptotix.symbolic.printing.common_factors import collect
from asymptotix.symbolic.printing.latex_printer import latex

X, Y, Z = sp.symbols("x y z", positive=True)
ROOT = sp.sqrt(X * Y + 1)
SUMS = {
    "a root": ([ROOT * sp.exp(X), ROOT * sp.exp(Y), Z], r"\sqrt{x y + 1}\,(e^x + e^y)"),
    "numbers as well": ([6 * ROOT * Phi(X), -4 * ROOT * Phi(Y)], r"2 \sqrt{x y + 1}\,\bigl(3\,\Phi(x) - 2\,\Phi(y)\bigr)"),
    "negative terms": ([-ROOT * Phi(X), -ROOT * Phi(Y)], r"-\sqrt{x y + 1}\,\bigl(\Phi(x) + \Phi(y)\bigr)"),
}


@pytest.mark.parametrize("name", SUMS)
def test_shared_factors_are_pulled_out(name: str) -> None:
    terms, printed = SUMS[name]
    found = collect(list(terms))
    assert latex(found[0]) == printed
    assert sp.expand(sp.Add(*(sp.expand(term) for term in found)) - sp.Add(*terms)) == 0


def test_unrelated_terms_stay() -> None:
    assert collect([X, Phi(Y)]) == [X, Phi(Y)]
    assert collect([2 * X, 2 * Y]) == [2 * X, 2 * Y]


def test_brackets_are_at_most_two_deep() -> None:
    a, b, c = (sp.sqrt(X + n) for n in (1, 2, 3))
    terms = [a * b * c * Phi(X), a * b * c * Phi(Y), a * b * Phi(Z), a * Phi(X * Y), Phi(X * Z)]
    found = collect(terms)
    assert sp.expand(sp.Add(*(sp.expand(term) for term in found)) - sp.expand(sp.Add(*terms))) == 0
    assert len(found) == 2
