"""Phi, Phi2 and He: values, derivatives, LaTeX."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.symbolic.functions import He, Phi, Phi2, density, hermite_polynomial
from asymptotix.symbolic.printing.latex_printer import latex

X, Y, R = sp.symbols("x y r", real=True)


def test_phi_in_the_far_tail_keeps_its_digits() -> None:
    value = Phi(sp.Integer(-30)).evalf(30)
    # asymptotic series of Mills' ratio, fifteen terms: far beyond 15 digits at x = 30
    mills = sum((-1) ** k * sp.factorial2(2 * k - 1) / sp.Integer(30) ** (2 * k + 1) for k in range(15))
    assert abs(value / (density(sp.Integer(30)) * mills).evalf(30) - 1) < sp.Float("1e-20")


@pytest.mark.parametrize("r", ["-9/10", "-1/3", "0", "1/2", "999/1000"])
def test_phi2_symmetry_and_boundary_values(r: str) -> None:
    h, k, rho = sp.Rational(2, 5), sp.Rational(-3, 4), sp.Rational(r)
    value = Phi2(h, k, rho).evalf(40)
    assert value == Phi2(k, h, rho).evalf(40)
    # P(Z1 <= h, Z2 <= k) + P(Z1 <= h, Z2 > k) = P(Z1 <= h)
    assert abs(value + Phi2(h, -k, -rho).evalf(40) - Phi(h).evalf(40)) < sp.Float("1e-38")


def test_phi2_special_values() -> None:
    assert Phi2(0, 0, R) == sp.Rational(1, 4) + sp.asin(R) / (2 * sp.pi)
    assert Phi2(X, Y, 0) == Phi(X) * Phi(Y)
    assert abs(Phi2(sp.Rational(1, 2), sp.Rational(1, 3), 1).evalf(30) - Phi(sp.Rational(1, 3)).evalf(30)) < sp.Float("1e-25")


@pytest.mark.parametrize("variable", [X, Y, R])
def test_phi2_derivatives_against_differences(variable: sp.Symbol) -> None:
    point = {X: sp.Rational(1, 3), Y: sp.Rational(-1, 2), R: sp.Rational(2, 7)}
    function = Phi2(X, Y, R)
    exact = sp.diff(function, variable).subs(point).evalf(40)
    step = sp.Rational(1, 10**12)
    up, down = (function.subs({**point, variable: point[variable] + s * step}).evalf(60) for s in (1, -1))
    assert abs((up - down) / (2 * step) / exact - 1) < sp.Float("1e-20")


def test_hermite_polynomials() -> None:
    assert [hermite_polynomial(k, X) for k in range(4)] == [1, X, X**2 - 1, X**3 - 3 * X]
    k = sp.Symbol("k", integer=True)
    assert sp.diff(He(k, X), X) == k * He(k - 1, X)
    assert He(4, X) == X**4 - 6 * X**2 + 3


def test_latex() -> None:
    assert latex(Phi(X)) == r"\Phi(x)"
    assert latex(Phi2(X, Y, R)) == r"\Phi_2(x, y;\, r)"
