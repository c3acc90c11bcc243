from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.ordering import compare_points, sign

A, P, H = sp.Symbol("a", real=True), sp.Symbol("p", positive=True), sp.Symbol("h", positive=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(sp.S.Zero, 0), (sp.Rational(-1, 10**40), -1), (sp.sqrt(2) - 1, 1), (P, 1), (-2 * P, -1), (A - A, 0), (A**2 + 1, 1),
     ((A + P) - A, 1), (2 * P + H, 1), (P * (P + 1) - P**2 - P, 0), (-P - H, -1), (sp.exp(A), 1), (P / (1 + P), 1)],
)  # fmt: skip
def test_signs_that_are_known(value: sp.Expr, expected: int) -> None:
    assert sign(value) == expected


@pytest.mark.parametrize("value", [A, A - P, P - H, 1 - P, A**3, A * P])
def test_signs_that_parameters_decide_are_refused(value: sp.Expr) -> None:
    with pytest.raises(NotInClosedClassError, match="declare parameters positive") as caught:
        sign(value)
    assert "\n" not in str(caught.value)


def test_numbers_that_agree_to_25_digits_are_one_threshold() -> None:
    assert compare_points(sp.S.One, 1 + sp.Rational(1, 10**26)) == 0
    assert compare_points(sp.S.One, 1 + sp.Rational(1, 10**24)) == -1
    assert compare_points(A + H, A) == 1
    assert compare_points(A, A) == 0
    with pytest.raises(NotInClosedClassError):
        compare_points(A, sp.S.One)
