"""Gegenbauer coefficients against stored 30-digit values; a wrong degree or dimension is noticed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.gegenbauer import gegenbauer_coefficient
from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms

ORACLE = json.loads((Path(__file__).parents[2] / "reference" / "coefficients.json").read_text())["gegenbauer"]
TEXTS = {"relu": "relu", "step": "step(x)", "exp": "exp(x)"}
D, K = sp.symbols("d k")


@pytest.mark.parametrize("symbolic", [True, False], ids=["symbol", "integer"])
@pytest.mark.parametrize("name", TEXTS)
def test_matches_stored_values(name: str, symbolic: bool) -> None:
    stored = ORACLE[name]["values"]
    for dimension, values in stored.items() if symbolic and name == "relu" else [("10", stored["10"])]:
        for k, digits in enumerate(values):
            formula = gegenbauer_coefficient(TEXTS[name], k, D if symbolic else int(dimension))
            assert formula.status.kind == "proved"
            got = sp.N(formula.expression.subs(D, int(dimension)), 40)
            if digits == "0":
                assert got == 0
            else:
                assert abs(got / sp.Float(digits, 40) - 1) < sp.Float("1e-28")


def test_neighbouring_degree_and_dimension_differ() -> None:
    right = float(gegenbauer_coefficient("relu", 2, D).evaluate(d=10))
    assert right != pytest.approx(float(gegenbauer_coefficient("relu", 4, D).evaluate(d=10)), rel=0.1, abs=0)
    assert right != pytest.approx(float(gegenbauer_coefficient("relu", 2, D).evaluate(d=11)), rel=0.01, abs=0)


@pytest.mark.parametrize("text", ["relu", "sin(x)", "exp(-x**2/2) + relu(x)**2", "cos(x/2) + x**4"])
def test_evaluate_against_quadrature(text: str) -> None:
    import numpy as np
    from scipy.special import gammaln

    from asymptotix.activations import activation

    s, dimension, radius = activation(text), 7, sp.Rational(3, 2)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    t = np.concatenate([(nodes - 1) / 2, (nodes + 1) / 2])
    density = np.exp(gammaln(3.5) - gammaln(3.0)) / np.sqrt(np.pi) * (1 - t * t) ** 2
    for k in range(6):
        formula = gegenbauer_coefficient(text, k, D, radius=radius)
        polynomial = sum(float(c) * t**p for p, c in gegenbauer_terms(k, Fraction(dimension)).items())
        expected = np.concatenate([weights, weights]) / 2 @ (s(1.5 * t) * polynomial * density)
        assert float(formula.evaluate(d=dimension)) == pytest.approx(float(expected), rel=1e-11, abs=1e-16)


def test_evaluate_broadcasts_and_knows_its_degree() -> None:
    formula = gegenbauer_coefficient("relu", 2, D)
    assert formula.evaluate(d=[3, 5, 100]).shape == (3,)
    assert float(formula.evaluate(k=2, d=3)) == pytest.approx(1 / 16, rel=1e-15, abs=0)
    with pytest.raises(InvalidInputError, match="made for it"):
        formula.evaluate(k=3, d=3)
    assert formula.latex().startswith(r"\lambda_2(d) = \frac{\Gamma\left(\frac{d}{2}\right)}{2 \sqrt{\pi}")


def test_bad_arguments() -> None:
    for d in (1, 0, 3.5, True, "3", -sp.Symbol("d"), sp.Symbol("m", integer=True, nonnegative=True)):
        with pytest.raises(InvalidInputError, match="d = "):
            gegenbauer_coefficient("relu", 1, d)
    with pytest.raises(InvalidInputError, match="radius"):
        gegenbauer_coefficient("relu", 1, 3, radius=-1)
    for k in (-1, 61, 1.5, True, "2", float("nan"), 2 * sp.Symbol("k"), sp.Symbol("k", negative=True)):
        with pytest.raises(InvalidInputError, match="k = "):
            gegenbauer_coefficient("relu", k, 3)
    with pytest.raises(InvalidInputError, match="another symbol"):
        gegenbauer_coefficient("relu", D, D)
    with pytest.raises(InvalidInputError, match="without k"):
        gegenbauer_coefficient("relu", K, D, radius=K)
    for text in ("relu(x - 1)", "x*Phi(x + 1)", "exp(x - x**2)"):
        with pytest.raises(NotInClosedClassError, match="activation_spectrum"):
            gegenbauer_coefficient(text, 2, D)


def test_refusal_names_the_dimension_and_the_call() -> None:
    with pytest.raises(
        NotInClosedClassError, match=r"dimension d = 10; asymptotix.activation_spectrum\(activation, dimension=10"
    ):
        gegenbauer_coefficient("tanh", 4, 10, allow_numeric=False)
    with pytest.raises(NotInClosedClassError, match="in symbolic dimension"):
        gegenbauer_coefficient("relu(x - 1)", 4, D)


def test_a_high_dimension_is_a_number_and_no_factorial() -> None:
    """relu, degree 1: 1/(2d); degree 2 by the asymptotic ratio of its Gamma functions, to O(d^-2)."""
    d = sp.Symbol("d")
    formula = gegenbauer_coefficient("relu", 2, d)
    many = formula.evaluate([30, 10**6, 10**9])
    assert float(gegenbauer_coefficient("relu", 2, 30).evaluate()) == pytest.approx(many[0], rel=1e-15, abs=0)
    for dimension, value in ((10**6, many[1]), (10**9, many[2])):
        ratio = (2 / dimension) ** 0.5 * (1 + 1 / (4 * dimension))
        assert value == pytest.approx(ratio / (2 * sp.pi.evalf() ** 0.5 * (dimension + 1)), rel=1e-11, abs=0)
    with pytest.raises(InvalidInputError, match="from 2 to 10000, or a SymPy symbol"):
        gegenbauer_coefficient("relu", 2, 10**6)
