"""The closed class as a whole: 48 activations against stored quadrature, and activations drawn at test time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.dual import dual_form, dual_kernel
from asymptotix.symbolic.formula import Q1, Q2, C
from tests.symbolic.quadrature_oracle import Piecewise, expectation

REFERENCE = Path(__file__).parents[1] / "reference"
ORACLE = json.loads((REFERENCE / "dual_kernels.json").read_text())
QUADRATURE = json.loads((REFERENCE / "dual_kernels_quadrature.json").read_text())
GRID = json.loads((REFERENCE / "dual_kernels_grid.json").read_text())["rows"]
GRID_TEXTS = {
    "relu": "relu(x)", "step": "step(x)", "abs": "abs(x)", "leaky_relu_0.1": "relu(x) - relu(-x)/10", "relu2": "relu(x)**2",
    "erf": "erf(x)", "gelu": "x*Phi(x)", "sin": "sin(x)",
}  # fmt: skip


def digits_agree(expression: sp.Expr, point: tuple[Any, Any, Any], stored: str, digits: int) -> bool:
    q1, q2, rho = (sp.Rational(entry) for entry in point)
    value = sp.N(expression.subs({Q1: q1, Q2: q2, C: rho * sp.sqrt(q1 * q2)}), digits + 15)
    reference = sp.Float(stored, digits + 15)
    return bool(abs(value - reference) < abs(reference) * sp.Float(10) ** (-digits))


@pytest.mark.long
@pytest.mark.parametrize("name", QUADRATURE["activations"])
def test_proved_and_equal_to_stored_quadrature(name: str) -> None:
    entry = QUADRATURE["activations"][name]
    formula = dual_kernel(entry["text"], allow_numeric=False)
    assert formula.status.kind == "proved"
    assert dual_kernel(entry["text"], derivative=True, allow_numeric=False).status.kind == "proved"
    assert digits_agree(formula.expression, QUADRATURE["point"], entry["kernel"], 40)
    assert not digits_agree(formula.expression * (1 + sp.Float("1e-38", 60)), QUADRATURE["point"], entry["kernel"], 40)


def test_the_two_stored_tables_make_48_activations() -> None:
    works = {name for name, entry in ORACLE["activations"].items() if entry["works"]}
    assert not works & set(QUADRATURE["activations"])
    assert len(works) + len(QUADRATURE["activations"]) >= 48


@pytest.mark.parametrize("name", GRID_TEXTS)
def test_grid_of_closed_forms_with_correlations_one_and_minus_one(name: str) -> None:
    tree = activation(GRID_TEXTS[name]).tree
    rows = [row for row in GRID if row["activation"] == name]
    assert len(rows) == 28
    for row in rows:
        for derivative, column in ((False, "E_ss"), (True, "E_dsds")):
            if row[column] is None:  # the density of two equal Diracs
                assert name == "step"
                assert abs(sp.Rational(row["rho"])) == 1
                continue
            expression = dual_form(tree, derivative).expression
            point = (row["q11"], row["q22"], row["rho"])
            if float(row[column]) == 0:
                q1, q2, rho = (sp.Rational(entry) for entry in point)
                assert abs(sp.N(expression.subs({Q1: q1, Q2: q2, C: rho * sp.sqrt(q1 * q2)}), 60)) < sp.Float("1e-45")
            else:
                assert digits_agree(expression, point, row[column], 40), row


# --- drawn at test time -------------------------------------------------------------------------------------------------------


def draw(generator: random.Random) -> tuple[str, Piecewise]:
    """c0 + c1 x + a (x - t)_+^n exp(b x), and with even odds a second kink; the text and the function in balls."""

    def fraction(low: int, high: int) -> Fraction:
        return Fraction(generator.choice([i for i in range(low, high + 1) if i]), generator.choice([2, 3, 5, 7]))

    c0, c1 = fraction(-4, 4), fraction(-4, 4)
    kinks = sorted({fraction(-5, 5) for _ in range(generator.choice([1, 1, 2]))})
    parts = [(fraction(-4, 4), t, generator.choice([0, 1, 2]), Fraction(0)) for t in kinks]
    if len(parts) == 1 and generator.random() < 0.6:
        a, t, n, _ = parts[0]
        parts[0] = (a, t, min(n, 1), fraction(-3, 3))
    text = f"{c0} + {c1}*x" + "".join(
        f" + {a}*{f'relu(x - {t})**{n}' if n else f'step(x - {t})'}*exp({b}*x)" for a, t, n, b in parts
    )
    text = text.replace("+ -", "- ").replace("- -", "+ ")
    return text, Piecewise(tuple(kinks), tuple(_piece(c0, c1, parts[:i]) for i in range(len(kinks) + 1)))


def _piece(c0: Fraction, c1: Fraction, parts: list[tuple[Fraction, Fraction, int, Fraction]]) -> Callable[[Any], Any]:
    import flint

    def ball(value: Fraction) -> Any:
        return flint.arb(value.numerator) / value.denominator

    def function(x: Any) -> Any:
        value = ball(c0) + ball(c1) * x
        for a, t, n, b in parts:
            value += ball(a) * (x - ball(t)) ** n * ((ball(b) * x).exp() if b else 1)
        return value

    return function


def compare_with_quadrature(seed: int) -> None:
    generator = random.Random(seed)
    text, function = draw(generator)
    q1, q2, rho = (
        Fraction(generator.randint(3, 9), 6),
        Fraction(generator.randint(3, 9), 5),
        Fraction(generator.randint(-6, 6), 10),
    )
    formula = dual_kernel(text, allow_numeric=False)
    assert formula.status.kind in ("proved", "verified"), text
    with mpmath.workdps(60):
        c = mpmath.mpf(rho.numerator) / rho.denominator * mpmath.sqrt(mpmath.mpf((q1 * q2).numerator) / (q1 * q2).denominator)
        value = formula.mp(q1, q2, c, digits=45)
        expected = mpmath.mpf(expectation(function, q1, q2, rho).str(45, radius=False))
        assert abs(value - expected) < mpmath.mpf("1e-30") * max(1, abs(expected)), text
        assert abs(value * (1 + mpmath.mpf("1e-28")) - expected) > mpmath.mpf("1e-30") * abs(expected)


@pytest.mark.parametrize("seed", [1, 2])
def test_drawn_activations_match_a_double_integral(seed: int) -> None:
    compare_with_quadrature(seed)


@pytest.mark.long
def test_twenty_fresh_draws_match_a_double_integral() -> None:
    for seed in (random.SystemRandom().randrange(10**9) for _ in range(20)):
        try:
            compare_with_quadrature(seed)
        except (AssertionError, NotInClosedClassError) as error:
            raise AssertionError(f"seed {seed}: {error}") from error
