"""Coefficients without a closed form: value, bound and digits against quadrature of the definition."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
from asymptotix.symbolic.coefficients.hermite_numeric import HermiteQuadrature
from tests.symbolic.hermite_oracle import hermite_moments

SIGMOIDS = {
    "tanh": (mpmath.tanh, ()),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), ()),
    "x/(1+abs(x-1/2))": (lambda x: x / (1 + abs(x - mpmath.mpf(1) / 2)), ("1/2",)),
}


@pytest.mark.parametrize("text", SIGMOIDS)
def test_value_within_its_bound(text: str) -> None:
    s, breaks = SIGMOIDS[text]
    values = hermite_moments(s, 8, breaks)
    for k in (0, 1, 2, 5, 7):
        formula = hermite_coefficient(text, k)
        assert formula.status.kind == "numeric"
        assert formula.derivation is None
        value, bound = float(formula.evaluate()), float(formula.error_bound())
        exact = float(values[k]) if abs(values[k]) > 1e-20 else 0.0
        assert abs(value - exact) <= bound
        assert bound < 1e-11
        if exact:
            assert value == pytest.approx(exact, rel=1e-10, abs=0)
            assert value != pytest.approx(2 * exact, rel=1e-3, abs=0)


def test_thirty_digits() -> None:
    values = hermite_moments(mpmath.tanh, 6)
    with mpmath.workdps(40):
        for k in (1, 5):
            assert abs(hermite_coefficient("tanh", k).mp(digits=30) / values[k] - 1) < mpmath.mpf("1e-28")
            normalized = hermite_coefficient("tanh", k, normalized=True).mp(digits=30)
            assert abs(normalized * mpmath.sqrt(mpmath.factorial(k)) / values[k] - 1) < mpmath.mpf("1e-28")


def test_parity_gives_an_exact_zero() -> None:
    formula = hermite_coefficient("tanh", 2)
    assert formula.evaluate() == 0
    assert formula.error_bound() == 0
    assert formula.mp() == 0
    assert hermite_coefficient("tanh", 2, mean=1).evaluate() < -0.1


def test_moved_gaussian_and_its_symbols() -> None:
    formula = hermite_coefficient("tanh", 1, mean=sp.Symbol("m", real=True), variance=4)
    value = hermite_moments(lambda x: mpmath.tanh(mpmath.mpf(1) / 2 + 2 * x), 2)[1]
    assert formula.evaluate(m=[0.5, 0.0])[0] == pytest.approx(float(value), rel=1e-12, abs=0)
    assert abs(formula.mp(m="1/2", digits=25) / value - 1) < 1e-24


def test_the_closed_engine_agrees_with_the_quadrature() -> None:
    """Where both exist."""
    for text, k in (("gelu", 4), ("elu", 3), ("hard_tanh", 5)):
        closed = float(hermite_coefficient(text, k).evaluate())
        quadrature = HermiteQuadrature(activation(text), k, False, (sp.S.Zero, sp.S.One))
        assert float(quadrature.evaluate({})) == pytest.approx(closed, rel=1e-11, abs=0)


def test_refusals() -> None:
    with pytest.raises(NotInClosedClassError, match="tanh"):
        hermite_coefficient("tanh", 1, allow_numeric=False)
    with pytest.raises(NotInClosedClassError, match="tanh"):
        hermite_coefficient(activation("tanh(a*x)", parameters=["a"]), 1)
    with pytest.raises(NotInClosedClassError, match="no number either"):
        hermite_coefficient("exp(x**2/8)*tanh(x)", 1)
    with pytest.raises(InvalidInputError, match="digits"):
        hermite_coefficient("tanh", 1).mp(digits=0)
    with pytest.raises(InvalidInputError, match="quadrature"):
        hermite_coefficient("relu", sp.Symbol("k")).error_bound(k=1)
