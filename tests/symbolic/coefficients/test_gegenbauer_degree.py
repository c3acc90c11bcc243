"""Gegenbauer coefficients in a symbolic degree and dimension: stored values, the sum rule, exceptional degrees, proofs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mpmath
import pytest
import sympy as sp

from asymptotix import activation, gegenbauer_coefficient, multiplicity
from asymptotix.symbolic.coefficients.degree_cases import DegreeCases
from asymptotix.symbolic.coefficients.gegenbauer import sphere_coefficients
from asymptotix.symbolic.coefficients.gegenbauer_degree import moment_steps
from asymptotix.symbolic.derivation import Derivation, DerivationError
from asymptotix.symbolic.formula import Formula

ORACLE = json.loads((Path(__file__).parents[2] / "reference" / "coefficients.json").read_text())["gegenbauer"]
TEXTS = {"relu": "relu", "step": "step(x)", "exp": "exp(x)"}
K, D = sp.symbols("k d")


def worst_digits(name: str, formula: Formula) -> float:
    """Decimal digits that the formula's mpmath values share with the stored ones."""
    worst = 60.0
    for dimension, values in ORACLE[name]["values"].items():
        for k, digits in enumerate(values):
            got = formula.mp(k, int(dimension), digits=40)
            if digits == "0":
                assert got == 0
            else:
                with mpmath.workdps(50):
                    gap = abs(got / mpmath.mpf(digits) - 1)
                    worst = min(worst, float(-mpmath.log10(gap)) if gap else 60.0)
    return worst


@pytest.mark.parametrize("name", TEXTS)
def test_stored_values(name: str) -> None:
    formula = gegenbauer_coefficient(TEXTS[name], K, D)
    assert formula.status.kind == "proved"
    assert worst_digits(name, formula) > 28
    for dimension, values in ORACLE[name]["values"].items():
        got = formula.evaluate(k=range(len(values)), d=int(dimension))
        assert got.tolist() == pytest.approx([float(v) for v in values], rel=1e-12, abs=0)
        for k, digits in enumerate(values):  # the printed expression, substituted
            value = sp.N(formula.expression.subs({K: k, D: int(dimension)}), 40)
            assert value == 0 if digits == "0" else abs(value / sp.Float(digits, 40) - 1) < sp.Float("1e-28")


def test_a_wrong_form_is_noticed() -> None:
    """A factor 2, a sign, a shifted dimension or a dropped row changes the values."""
    formula = gegenbauer_coefficient("relu", K, D)
    value, exact = formula.expression, sp.Rational(1, 6)
    assert value.subs({K: 1, D: 3}) == exact
    cases, _ = sphere_coefficients(activation("relu"), D, sp.S.One).cases(K)
    assert set(cases.exceptions) == {1}
    dropped = DegreeCases(K, cases.even, cases.odd, {}).expression
    assert dropped.subs({K: 1, D: 3}) == 0 != exact
    assert value.subs({K: 2, D: 4}) != value.subs({K: 2, D: 3}) != value.subs({K: 4, D: 3})


@pytest.mark.parametrize(
    ("text", "exceptions"),
    [("relu(x)**3", {1, 3}), ("gelu", {0, 1}), ("x**3 - x", {1, 3}), ("elu", {0, 1}), ("exp(x)", set()), ("abs(x)", set())],
)
def test_exceptional_degrees(text: str, exceptions: set[int]) -> None:
    cases, _ = sphere_coefficients(activation(text), D, sp.S.One).cases(K)
    assert set(cases.exceptions) == exceptions
    for k in range(6):
        single = gegenbauer_coefficient(text, k, D)
        assert single.status.kind == "proved"
        assert abs(complex(sp.N((cases.at(k) - single.expression).subs(D, 7), 30))) < 1e-25


@pytest.mark.parametrize("text", ["relu", "erf(x)", "gelu", "sin(2*x)", "exp(-abs(x))", "exp(-x**2/2)"])
def test_sum_rule(text: str) -> None:
    """sum B(d,k) lambda_k^2 = E s(r t)^2, for kinks up to the mass of a tail that decays as a power."""
    d, radius = 5, 2
    formula = gegenbauer_coefficient(text, K, D, radius=radius)
    top = 4000 if text in ("relu", "relu(x)**2", "exp(-abs(x))") else 60
    values = formula.evaluate(k=range(top), d=d)
    counts = [float(multiplicity(d, k)) for k in range(top)]
    total = sum(c * v * v for c, v in zip(counts, values, strict=True))
    s = activation(text)
    with mpmath.workdps(20):
        mean = mpmath.quad(lambda t: s.mp(radius * t) ** 2 * (1 - t * t), [-1, 0, 1]) * 3 / 4
    assert total == pytest.approx(float(mean), rel=1e-9 if top > 100 else 1e-13, abs=0)
    wrong = sum(v * v for v in values)  # without multiplicities
    assert wrong != pytest.approx(total, rel=1e-3, abs=0)


def test_radius_and_limit() -> None:
    """On the sphere of radius sqrt(d), homogeneous activations gain d^(n/2); the limit is the Hermite coefficient."""
    unit, scaled = (gegenbauer_coefficient("relu(x)**2", K, D, radius=r) for r in (1, sp.sqrt(D)))
    assert float(scaled.evaluate(k=3, d=50)) == pytest.approx(50 * float(unit.evaluate(k=3, d=50)), rel=1e-13, abs=0)
    sine = gegenbauer_coefficient("sin(x)", K, D, radius=sp.sqrt(D))
    d = 10**8
    normal = float(sine.evaluate(k=3, d=d)) * float(sp.sqrt(6 * multiplicity(d, 3)))
    assert normal == pytest.approx(-float(sp.exp(-sp.S.Half)), rel=1e-6, abs=0)


def test_circle() -> None:
    """d = 2: Fourier coefficients of relu(cos a)."""
    values = gegenbauer_coefficient("relu", K, 2).evaluate(k=[0, 1, 2, 3, 4])
    expected = [1 / sp.pi, sp.Rational(1, 4), 1 / (3 * sp.pi), 0, -1 / (15 * sp.pi)]
    assert values.tolist() == pytest.approx([float(v) for v in expected], rel=1e-14, abs=0)


@pytest.mark.parametrize("number", range(4))
def test_the_proof_notices_a_mutation(number: int) -> None:
    """Each step of the moments fails with another factor, and the derivation with it."""
    steps = moment_steps()
    claim = steps[number].claim
    wrong = replace(steps[number], claim=sp.Eq(claim.lhs, 2 * claim.rhs, evaluate=False), uses=())
    assert Derivation("right", steps).proved
    with pytest.raises(DerivationError):
        Derivation("wrong", (wrong,)).verify()
