"""Coefficients without a closed form: numbers with a bound, against closed forms and another quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from asymptotix import activation, gegenbauer_coefficient
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.gegenbauer_quadrature import SphereQuadrature
from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms


@pytest.mark.parametrize(("text", "k", "d"), [("relu", 4, 10), ("gelu", 6, 4)])
def test_against_closed_forms(text: str, k: int, d: int) -> None:
    numbers = SphereQuadrature(activation(text), sp.Rational(3, 2), k, d)
    exact = float(gegenbauer_coefficient(text, k, d, radius=sp.Rational(3, 2)).evaluate())
    assert float(numbers.evaluate({})) == pytest.approx(exact, rel=1e-15, abs=float(numbers.error_bound({})))


def test_numeric_formula() -> None:
    formula = gegenbauer_coefficient("tanh", 3, 7, radius=2)
    assert formula.status.kind == "numeric"
    assert "tanh" in formula.status.reason
    assert formula.derivation is None
    nodes, weights = np.polynomial.legendre.leggauss(200)
    polynomial = sum(float(c) * nodes**p for p, c in gegenbauer_terms(3, sp.Integer(7)).items())
    density = weights * (1 - nodes**2) ** 2
    expected = float(np.tanh(2 * nodes) * polynomial @ density / np.sum(density))
    assert float(formula.evaluate()) == pytest.approx(expected, rel=1e-12, abs=0)
    assert abs(float(formula.mp(digits=25)) - float(formula.evaluate())) <= float(formula.error_bound())
    assert 0 < float(formula.error_bound()) < 1e-16
    assert float(formula.evaluate(k=3, d=7)) == float(formula.evaluate())
    assert "sphere" in repr(formula)
    assert formula.latex().startswith(r"\lambda_{3}(7) = \mathbb{E}")


def test_kinks_and_zeros() -> None:
    """relu(x - 1/2) against Gauss rules on its two pieces; the even coefficients of an odd function vanish exactly."""
    formula = gegenbauer_coefficient("relu(x - 1/2)", 2, 5)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t, w = 0.75 + nodes / 4, weights / 4
    expected = float(np.sum(w * (t - 0.5) * (5 * t**2 - 1) / 4 * (1 - t * t)) / (4 / 3))
    assert float(formula.evaluate()) == pytest.approx(expected, rel=1e-13, abs=0)
    assert float(gegenbauer_coefficient("tanh", 2, 5).evaluate()) == 0
    assert float(gegenbauer_coefficient("relu(x - 1)", 2, 5).evaluate()) == 0  # beyond the sphere


def test_the_root_of_a_broken_power() -> None:
    """|x|^(1/2), whose slope is infinite at 0, against its Gamma functions; x_+^(1/2) is half of it."""
    p, k, d = 0.5, 2, 10
    expected = math.gamma(p + 1) * math.gamma(d / 2) / (2**p * math.gamma((p - k) / 2 + 1) * math.gamma((d + p + k) / 2))
    formula = gegenbauer_coefficient("abs(x)**0.5", k, d)
    assert float(formula.evaluate()) == pytest.approx(expected, rel=1e-14, abs=0)
    assert float(gegenbauer_coefficient("relu(x)**0.5", k, d).evaluate()) == pytest.approx(expected / 2, rel=1e-14, abs=0)


def test_refusals() -> None:
    for k, d in ((sp.Symbol("k"), 5), (3, sp.Symbol("d"))):
        with pytest.raises(NotInClosedClassError, match="tanh"):
            gegenbauer_coefficient("tanh", k, d)
    with pytest.raises(NotInClosedClassError):
        gegenbauer_coefficient("tanh", 3, 5, allow_numeric=False)
    with pytest.raises(InvalidInputError, match="digits = 0"):
        gegenbauer_coefficient("tanh", 3, 5).mp(digits=0)
