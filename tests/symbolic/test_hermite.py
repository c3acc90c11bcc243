"""Hermite coefficients against stored 30-digit values and identities."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.dual import diagonal
from asymptotix.symbolic.formula import Q1
from asymptotix.symbolic.hermite import hermite_coefficient

ORACLE = json.loads((Path(__file__).parents[1] / "reference" / "coefficients.json").read_text())["hermite"]
TEXTS = {
    "relu": "relu",
    "step": "step(x)",
    "erf": "erf(x)",
    "gelu": "x*Phi(x)",
    "abs": "abs(x)",
    "sin": "sin(x)",
    "exp": "exp(x)",
}


@pytest.mark.parametrize("name", TEXTS)
def test_matches_stored_values(name: str) -> None:
    for k, digits in enumerate(ORACLE[name]["values"]):
        formula = hermite_coefficient(TEXTS[name], k)
        assert formula.status.kind == "proved"
        if digits == "0":
            assert formula.expression == 0
        else:
            assert abs(sp.N(formula.expression, 40) / sp.Float(digits, 40) - 1) < sp.Float("1e-28")


def test_parseval() -> None:
    """sum of normalized squares up to 16 falls short of E[s^2] by less than the size of the next ones, and never exceeds it."""
    total = sum(float(hermite_coefficient("x*Phi(x)", k, normalized=True).evaluate()) ** 2 for k in range(17))
    whole = float(diagonal(activation("x*Phi(x)").tree).subs(Q1, 1))
    assert 0 < whole - total < 1e-5
    assert 2 * total > whole * 1.9  # a doubled normalization would break the line above


def test_mean_and_variance() -> None:
    """E[relu(m + s G)] = m Phi(m/s) + s density(m/s); degree 1 is s Phi(m/s)."""
    formula = hermite_coefficient("relu", 1, mean=sp.Rational(1, 2), variance=4)
    assert float(formula.evaluate()) == pytest.approx(2 * 0.598706325682923701, rel=1e-15, abs=0)
    moving = hermite_coefficient("relu", 0, mean=sp.Symbol("m", real=True))
    assert float(moving.evaluate(m=0.5)) == pytest.approx(0.5 * 0.691462461274013104 + 0.352065326764299478, rel=1e-15, abs=0)


def test_bad_arguments() -> None:
    with pytest.raises(NotInClosedClassError, match="integer degrees"):
        hermite_coefficient("relu", sp.Symbol("k"))
    for k in (-1, 61, True, 1.5, float("nan"), "2"):
        with pytest.raises(InvalidInputError, match="k = "):
            hermite_coefficient("relu", k)
    with pytest.raises(InvalidInputError, match="variance"):
        hermite_coefficient("relu", 1, variance=0)
    with pytest.raises(InvalidInputError, match="mean"):
        hermite_coefficient("relu", 1, mean="__import__('os')")
    with pytest.raises(NotInClosedClassError, match="tanh"):
        hermite_coefficient("tanh", 1)
