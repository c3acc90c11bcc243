"""The canonical form decides equality; it must not call unequal things equal."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp
from sympy.polys import rings
from sympy.polys.polyerrors import HeuristicGCDFailed

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.canonical import canonical, difference_is_zero, is_zero, root
from asymptotix.symbolic.functions import Phi, Phi2

Q1, Q2 = sp.symbols("q1 q2", positive=True)
C = sp.Symbol("c", real=True)
EQUAL = [
    (1 / sp.sqrt(1 - C**2 / (Q1 * Q2)), sp.sqrt(Q1) * sp.sqrt(Q2) / sp.sqrt(Q1 * Q2 - C**2)),
    (sp.sqrt(6) / sp.sqrt(2), sp.sqrt(3)),
    (sp.exp(C) * sp.exp(-C), sp.Integer(1)),
    (sp.E * sp.exp(C - 1), sp.exp(C)),
    (sp.sqrt(2) * sp.exp(C) * sp.exp(sp.log(2) / 2 - C), sp.Integer(2)),
    (sp.acos(C), sp.pi / 2 - sp.asin(C)),
    (sp.sinh(C), (sp.exp(C) - sp.exp(-C)) / 2),
    (Phi(-C), 1 - Phi(C)),
    (Phi2(-C, Q1, C), Phi(Q1) - Phi2(C, Q1, -C)),
    (sp.erf(C), 2 * Phi(sp.sqrt(2) * C) - 1),
    (sp.cos(C) ** 2 + sp.sin(C) ** 2, sp.Integer(1)),
    (sp.sqrt(2 * sp.pi) ** 2, 2 * sp.pi),
    ((Q1**2 - Q2**2) / (Q1 - Q2), Q1 + Q2),
]


@pytest.mark.parametrize(("left", "right"), EQUAL, ids=[str(left) for left, _ in EQUAL])
def test_equal_expressions_reduce_to_zero(left: sp.Expr, right: sp.Expr) -> None:
    assert difference_is_zero(left, right)
    assert not difference_is_zero(left, 2 * right)
    assert not difference_is_zero(left, right + sp.Rational(1, 10**9))


@pytest.mark.parametrize("expression", [left for left, _ in EQUAL])
def test_canonical_keeps_the_value(expression: sp.Expr) -> None:
    point = {Q1: sp.Rational(7, 5), Q2: sp.Rational(9, 8), C: sp.Rational(-3, 10)}
    assert abs(sp.N(expression.subs(point), 40) - sp.N(canonical(expression).subs(point), 40)) < sp.Float("1e-37")


def test_a_wrong_identity_is_not_zero() -> None:
    assert not is_zero(sp.sin(C) ** 2 + sp.cos(C) ** 2 - 2)


def test_root_takes_the_positive_branch() -> None:
    conditional = root(Q2 - C**2 / Q1)
    assert conditional == sp.sqrt(Q1 * Q2 - C**2) / sp.sqrt(Q1)
    assert conditional.subs({Q1: 2, Q2: 3, C: -1}).evalf() > 0


@pytest.mark.parametrize("failures", [1, 100])
def test_a_gcd_that_is_not_found_is_sought_in_another_order_or_refused(monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    """SymPy's heuristic for a common divisor may give up on large coefficients."""
    left = failures
    heuristic = rings.heugcd

    def unlucky(f: Any, g: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            raise HeuristicGCDFailed("no luck")
        return heuristic(f, g)

    monkeypatch.setattr(rings, "heugcd", unlucky)
    expression = (Q1**2 - Q2**2 + failures * (Q1 - Q2)) / (Q1 - Q2) ** 2
    if failures == 1:
        assert sp.expand(canonical(expression) * (Q2 - Q1)) == -Q1 - Q2 - 1
    else:
        with pytest.raises(NotInClosedClassError, match="common factors"):
            canonical(expression)


def test_an_argument_with_a_sign_in_both_forms_is_turned_once() -> None:
    """-(a + h - b)/h and (a + h - b)/h may both have a minus sign to extract: turning must not go back and forth."""
    a, b, h = sp.symbols("a b h", real=True)
    for z in ((a - b) / h, (a + h - b) / (a * h - b), (b - a) * (h - 1) / (a - 2 * b)):
        assert is_zero(Phi(z) + Phi(-z) - 1)
        assert not is_zero(Phi(z) - Phi(-z))
        for w in (a - h, h - a):
            r = sp.Rational(1, 3)
            assert is_zero(Phi2(z, w, r) + Phi2(-z, w, -r) - Phi(w))
            assert is_zero(Phi2(z, w, r) - Phi(z) - Phi(w) + 1 - Phi2(-z, -w, r))
