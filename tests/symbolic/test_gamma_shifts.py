"""Gamma functions and symbolic powers: identities reduce to 0, near misses do not, and what reduces to 0 is 0 in numbers."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.symbolic.gamma_shifts import has_shifts, vanishes

M, K = sp.symbols("m k", integer=True, positive=True)
D, X = sp.symbols("d x", positive=True)
T = sp.Symbol("t", real=True)
HALF, GAMMA = sp.S.Half, sp.gamma

IDENTITIES = (
    (GAMMA(M + 1), M * GAMMA(M)),
    (GAMMA(2 * M) * sp.sqrt(sp.pi), 2 ** (2 * M - 1) * GAMMA(M) * GAMMA(M + HALF)),
    (GAMMA(D / 2) * GAMMA((D + 1) / 2), 2 ** (1 - D) * sp.sqrt(sp.pi) * GAMMA(D)),
    (sp.factorial(2 * M) * sp.sqrt(sp.pi), 4**M * sp.factorial(M) * GAMMA(M + HALF)),
    (GAMMA(sp.Rational(3, 2) - M) * GAMMA(M - HALF), -sp.pi * (-1) ** M),
    (K * sp.binomial(D + K - 3, K), (D + K - 3) * sp.binomial(D + K - 4, K - 1)),
    (sp.RisingFactorial(D, M), GAMMA(D + M) / GAMMA(D)),
    (X ** (D - 1) * X, X**D),
    (sp.sqrt(2 * X) ** D, 2 ** (D / 2) * X ** (D / 2)),
    (sp.sqrt(1 - T**2) ** (D - 2) * sp.sqrt(1 - T**2), sp.sqrt(1 - T**2) ** (D - 1)),
    ((1 - T**2) ** ((D - 1) / 2), (1 - T**2) * (1 - T**2) ** ((D - 3) / 2)),
    (sp.Rational(-4, 3) ** M, (-1) ** M * 4**M * 3 ** (-M)),
    ((-1) ** (M + 1) * (-1) ** M, -1),
)


@pytest.mark.parametrize(("left", "right"), IDENTITIES)
def test_identities_reduce_to_zero(left: sp.Expr, right: sp.Expr) -> None:
    assert has_shifts(left - right)
    assert vanishes(left - right)
    point = {M: 3, K: 4, D: sp.Rational(7, 3), X: sp.Rational(5, 4), T: sp.Rational(2, 5)}
    assert abs(sp.N((left - right).subs(point), 30)) < sp.Float("1e-25")


@pytest.mark.parametrize(("left", "right"), IDENTITIES)
def test_twice_one_side_does_not(left: sp.Expr, right: sp.Expr) -> None:
    assert not vanishes(left - 2 * right)


@pytest.mark.parametrize(
    "expression",
    [
        GAMMA(M + 1) - GAMMA(M),
        (-1) ** M - 1,
        2**M - 4**M,
        X**D - X ** (D - 1),
        GAMMA(K - M) - GAMMA(K - M + 1),
        (-1) ** D * (-1) ** D - 1,  # d is not an integer
        GAMMA(M + 100) - GAMMA(M),  # more factors than are written out
    ],
)
def test_near_misses_do_not(expression: sp.Expr) -> None:
    assert not vanishes(expression)


def test_what_has_no_shift_is_left_to_the_canonical_form() -> None:
    assert not has_shifts(X**2 + sp.sqrt(X) * sp.exp(X))
