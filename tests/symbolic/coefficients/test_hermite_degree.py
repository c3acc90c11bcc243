"""Hermite coefficients in a symbolic degree: against quadrature of the definition, the sum rule, and mutants of the forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.activations.catalogue import CATALOGUE
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.coefficients import hermite_degree
from asymptotix.symbolic.coefficients.degree_cases import DegreeCases
from asymptotix.symbolic.coefficients.hermite_degree import _steps, hermite_form
from asymptotix.symbolic.coefficients.hermite_integer import by_polynomial
from asymptotix.symbolic.coefficients.hermite_sums import hermite_sum
from asymptotix.symbolic.derivation import Derivation, DerivationError
from asymptotix.symbolic.dual import dual_form
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.functions import He
from asymptotix.symbolic.lowering import lower
from tests.symbolic.hermite_oracle import hermite_moments

ORACLE = json.loads((Path(__file__).parents[2] / "reference" / "coefficients.json").read_text())["hermite"]
UNIT = (sp.S.Zero, sp.S.One)
TEXTS = {
    "relu": "relu", "step": "step(x)", "erf": "erf(x)", "gelu": "x*Phi(x)", "abs": "abs(x)", "sin": "sin(x)", "exp": "exp(x)",
}  # fmt: skip
# every shape of the class: waves under a Gaussian, complex means, growing Gaussians, thresholds on both sides, mixtures
SHAPES: dict[str, tuple[Callable[[Any], Any], tuple[Any, ...]]] = {
    "sin(x)*exp(-x**2/2)": (lambda x: mpmath.sin(x) * mpmath.exp(-x * x / 2), ()),
    "exp(x)*sin(x)": (lambda x: mpmath.exp(x) * mpmath.sin(x), ()),
    "exp(x-x**2/2)*sin(x)": (lambda x: mpmath.exp(x - x * x / 2) * mpmath.sin(x), ()),
    "x*exp(x**2/8+x)": (lambda x: x * mpmath.exp(x * x / 8 + x), ()),
    "x**2*Phi(x-1)": (lambda x: x * x * mpmath.ncdf(x - 1), ()),
    "x*cos(2*x)": (lambda x: x * mpmath.cos(2 * x), ()),
    "hard_swish": (lambda x: x * min(max(x + 3, 0), 6) / 6, (-3, 3)),
    "relu(x) - relu(x-1)**2": (lambda x: max(x, 0) - max(x - 1, 0) ** 2, (0, 1)),
    "x**3*erf(x)": (lambda x: x**3 * mpmath.erf(x), ()),
    "x**4 - x": (lambda x: x**4 - x, ()),
}


def form(text: str) -> DegreeCases:
    return hermite_form(activation(text).tree, *UNIT).cases


def wrong_degrees(cases: DegreeCases, expected: Callable[[int], Any], degrees: range, digits: int = 28) -> list[int]:
    """Degrees whose value differs from the expected one by more than 10^-digits of it, or is not 0 where that is."""
    wrong = []
    for k in degrees:
        value, target = cases.number(k, {}, digits + 15), sp.Float(expected(k), digits + 15)
        if abs(value - target) > abs(target) * sp.Float(10) ** -digits:
            wrong.append(k)
    return wrong


@pytest.mark.parametrize("name", TEXTS)
def test_matches_stored_values_to_28_digits(name: str) -> None:
    stored = ORACLE[name]["values"]
    assert wrong_degrees(form(TEXTS[name]), lambda k: stored[k], range(len(stored))) == []


@pytest.mark.parametrize("text", SHAPES)
def test_matches_quadrature_of_the_definition(text: str) -> None:
    """The exceptional degrees and four beyond them. Integrals that vanish come out below 1e-30 of their scale."""
    s, breaks = SHAPES[text]
    count = hermite_sum(lower(activation(text).tree)).valid_from + 4
    values = [value if abs(value) > 1e-28 else 0 for value in hermite_moments(s, count, breaks)]
    assert wrong_degrees(form(text), lambda k: values[k], range(count)) == []


@pytest.mark.parametrize("text", ["relu", "gelu", "x**2*Phi(x-1)", "relu(x)**3", "hard_tanh", "x**4 - x"])
def test_dropped_exception_factor_and_sign_are_seen(text: str) -> None:
    """Negative controls of the comparison above, and of the proof."""
    terms, cases = lower(activation(text).tree), form(text)
    expected = [sp.N(value, 45) if not is_zero(value) else 0 for value in (by_polynomial(terms, k, *UNIT) for k in range(8))]
    assert wrong_degrees(cases, lambda k: expected[k], range(8)) == []
    first = min(cases.exceptions)
    mutants = {
        "factor": cases.scaled(lambda k: sp.Integer(2)),
        "sign": cases.scaled(lambda k: sp.Integer(-1)),
        "exception": replace(cases, exceptions={k: value for k, value in cases.exceptions.items() if k != first}),
    }
    for mutant in mutants.values():
        steps = tuple(_steps(terms, hermite_sum(terms), mutant, *UNIT))
        with pytest.raises(DerivationError):
            Derivation("mutant", steps).verify()
    assert wrong_degrees(mutants["factor"], lambda k: expected[k], range(8))
    assert wrong_degrees(mutants["sign"], lambda k: expected[k], range(8))
    # a Hermite polynomial of negative degree is no number
    exception = mutants["exception"].at(first)
    assert exception.has(He) or wrong_degrees(mutants["exception"], lambda k: expected[k], range(8)) == [first]


@pytest.mark.parametrize("text", ["relu", "gelu", "hard_tanh", "sin(x)*exp(-x**2/2)"])
def test_sum_rule_gives_the_dual_kernel_to_30_digits(text: str) -> None:
    """sum_k mu_k^2 rho^k / k! = E[s(u) s(v)] at unit variances."""
    rho, cases = sp.Rational(1, 8), form(text)
    kernel = sp.re(sp.N(dual_form(activation(text).tree).expression.subs({Q1: 1, Q2: 1, C: rho}), 45))
    terms = [cases.number(k, {}, 45) ** 2 * rho**k / sp.factorial(k) for k in range(40)]
    assert abs(sp.Add(*terms) / kernel - 1) < sp.Float("1e-30")
    assert abs((sp.Add(*terms) + terms[1]) / kernel - 1) > sp.Float("1e-4")  # one coefficient counted twice


OUTSIDE = {
    "sigmoid", "log_sigmoid", "silu", "quick_gelu", "gelu_tanh", "softplus", "mish", "tanh", "tanhshrink", "lecun_tanh",
    "softsign", "atan", "elu", "celu", "selu", "laplace",
}  # fmt: skip


def test_the_whole_catalogue_is_proved_or_refused_with_its_reason() -> None:
    for name in CATALOGUE:
        tree = activation(name).tree
        if name in OUTSIDE:
            with pytest.raises(NotInClosedClassError, match=r"outside the class|an exponential times a step"):
                hermite_form(tree, *UNIT)
        else:
            assert hermite_form(tree, *UNIT).status.kind == "proved", name


def test_printed_forms_are_those_of_the_table() -> None:
    k = sp.Symbol("k", integer=True, nonnegative=True)
    m = k / 2
    table = {
        "relu": (-1) ** (m + 1) * 2 ** (m - sp.Rational(3, 2)) * sp.gamma(m - sp.S.Half) / sp.pi,
        "abs": (-1) ** (m + 1) * 2 ** (m - sp.S.Half) * sp.gamma(m - sp.S.Half) / sp.pi,
        "gelu": (-1) ** (m + 1) * (2 * m + 1) * sp.gamma(m - sp.S.Half) / (4 * sp.pi),
    }
    for name, even in table.items():
        cases = form(name)
        for degree in (2, 4, 10):
            assert is_zero(cases.at(degree) - even.subs(k, degree))
            assert not is_zero(cases.at(degree) - 2 * even.subs(k, degree))


def test_parameters_and_moved_gaussians() -> None:
    """Thresholds, slopes, mean and variance as symbols; each against the engine of integer degrees."""
    mean, variance = sp.Symbol("m", real=True), sp.Symbol("v", positive=True)
    for text, parameters in {"relu(x-b)": ["b"], "leaky_relu(alpha)": ["alpha"], "erf(a*x)": ["a"]}.items():
        tree = activation(text, parameters=parameters).tree
        found = hermite_form(tree, *UNIT)
        assert found.status.kind == "proved"
        for k in range(4):
            assert is_zero(found.cases.at(k) - by_polynomial(lower(tree), k, *UNIT))
    for text in ("relu", "gelu"):
        tree = activation(text).tree
        found = hermite_form(tree, mean, variance)
        assert found.status.kind == "proved"
        for k in range(4):
            assert is_zero(found.cases.at(k) - by_polynomial(lower(tree), k, mean, variance))


def test_a_stored_form_is_read_back_with_its_proof(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASYMPTOTIX_CACHE", str(tmp_path))
    tree = activation("sin(x)*exp(-x**2/2) + relu(x-1)").tree
    hermite_form.cache_clear()
    first = hermite_form(tree, *UNIT)
    assert len(list(tmp_path.glob("*/*.json"))) == 1
    hermite_form.cache_clear()
    monkeypatch.setattr(hermite_degree, "hermite_sum", None)  # nothing is derived again
    second = hermite_form(tree, *UNIT)
    hermite_form.cache_clear()
    assert second.cases.expression == first.cases.expression
    assert second.derivation == first.derivation
    assert second.derivation.theorem == ("even degrees", "odd degrees", "degree 0", "degree 1")
    assert second.status == first.status
