"""Dual kernels against stored 42-digit values, and the proof against mutants."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.dual import diagonal, dual_form, dual_kernel, resolve_activation
from asymptotix.symbolic.formula import Q1, Q2, C

ORACLE = json.loads((Path(__file__).parents[1] / "reference" / "dual_kernels.json").read_text())
# name of the stored activation -> the text that means it (parameters as stored: alpha = 3/10, b = 7/10)
TEXTS = {
    "relu^0": "step(x)", "relu^1": "relu", "relu^2": "relu(x)**2", "relu^3": "relu(x)**3", "relu^4": "relu(x)**4",
    "leaky_relu(alpha)": "max(x, 0) + 3/10*min(x, 0)", "abs": "abs(x)", "sign": "sign(x)",
    "step(x-b)": "step(x - 7/10)", "relu(x-b)": "relu(x - 7/10)", "hard_tanh": "max(-1, min(1, x))",
    "erf": "erf(x)", "Phi": "Phi(x)", "GELU": "x*Phi(x)", "GELU_erf": "x*(erf(sqrt(2)*x/2) + 1)/2", "x*erf(x)": "x*erf(x)",
    "Phi(x-b)": "Phi(x - 7/10)", "gauss": "exp(-x**2/2)", "exp": "exp(x)", "exp(b x)": "exp(7/10*x)",
    "sin": "sin(x)", "cos": "cos(x)", "sin(b x)": "sin(7/10*x)", "x^3-x": "x**3 - x", "He3": "x**3 - 3*x",
    "ELU": "max(x, 0) + exp(min(x, 0)) - 1", "ELU(alpha)": "max(x, 0) + 3/10*(exp(min(x, 0)) - 1)",
    "relu*sin": "relu(x)*sin(x)",
}  # fmt: skip
REFUSED = {
    "GELU^2": "(x*Phi(x))**2", "relu*Phi": "relu(x)*Phi(x)", "softplus": "log(1 + exp(x))", "mish": "x*tanh(log(1 + exp(x)))",
    "tanh": "tanh(x)", "swish": "x/(1 + exp(-x))", "sigmoid": "1/(1 + exp(-x))", "softsign": "x/(1 + abs(x))",
    "atan": "atan(x)", "sqrt|x|": "sqrt(abs(x))",
}  # fmt: skip
REASONS = {
    "GELU^2": "product Phi * Phi", "relu*Phi": "product Phi * step", "softplus": "log", "mish": "log", "tanh": "tanh",
    "swish": "power with exponent -1", "sigmoid": "power with exponent -1", "softsign": "power with exponent -1", "atan": "atan",
    "sqrt|x|": "sqrt",
}  # fmt: skip


def value_at(expression: sp.Expr, point: list[str]) -> sp.Float:
    q1, q2, rho = (sp.Rational(entry) for entry in point)
    return sp.N(expression.subs({Q1: q1, Q2: q2, C: rho * sp.sqrt(q1 * q2)}), 50)


@pytest.mark.parametrize("derivative", [False, True], ids=["kernel", "derivative"])
@pytest.mark.parametrize("name", TEXTS)
def test_matches_42_digits(name: str, derivative: bool) -> None:
    expression = dual_form(activation(TEXTS[name]).tree, derivative).expression
    stored = ORACLE["activations"][name]["derivative_kernel" if derivative else "kernel"]
    for point, digits in zip(ORACLE["points"], stored, strict=True):
        assert abs(value_at(expression, point) / sp.Float(digits, 50) - 1) < sp.Float("1e-40")


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_by_name(name: str) -> None:
    with pytest.raises(NotInClosedClassError, match="no closed form known to the engine") as refusal:
        dual_kernel(REFUSED[name], allow_numeric=False)
    assert REASONS[name] in str(refusal.value)


def test_stored_list_of_refusals_is_complete() -> None:
    works = {name for name, entry in ORACLE["activations"].items() if entry["works"]}
    assert works == {*TEXTS, "hard_tanh_pw"}
    assert set(ORACLE["activations"]) - works == set(REFUSED)


@pytest.mark.parametrize("text", ["relu", "relu(x)**2", "max(-1, min(1, x))", "x*Phi(x)", "sin(x)", "exp(-x**2/2)"])
def test_diagonal_is_the_limit_of_equal_variables(text: str) -> None:
    tree = activation(text).tree
    near = sp.Rational(1, 10**30)
    pair = dual_form(tree).expression.subs({Q1: sp.Rational(3, 2), Q2: sp.Rational(3, 2), C: sp.Rational(3, 2) * (1 - near)})
    assert abs(sp.N(pair, 40) / sp.N(diagonal(tree).subs(Q1, sp.Rational(3, 2)), 40) - 1) < sp.Float("1e-13")


def test_formula_of_relu() -> None:
    formula = dual_kernel("relu")
    assert formula.status.kind == "proved"
    assert repr(formula).startswith("<Formula dual_kernel('relu') = ")
    assert float(formula.evaluate(1.0, 1.0, 0.5)) == pytest.approx(0.30449889052211468, rel=1e-15, abs=0)
    # psi^3 / (6 pi) to leading order at theta = pi - psi: the textbook form has no digit left there
    psi = 2.0**-20
    assert float(formula.evaluate(1.0, 1.0, angle=math.pi - psi)) == pytest.approx(psi**3 / (6 * math.pi), rel=1e-9, abs=0)


def test_derivative_kernel_of_a_step_is_the_density() -> None:
    density = 1 / (2 * sp.pi * sp.sqrt(Q1 * Q2 - C**2))
    assert canonical(dual_kernel("step", derivative=True).expression - density) == 0


def test_refuses_what_is_no_activation() -> None:
    with pytest.raises(InvalidInputError, match="activation = 3"):
        dual_kernel(3)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("text", "parameter", "value"),
    [("leaky_relu(alpha)", "alpha", 0.3), ("relu(x - b)", "b", 0.7), ("step(x - b)", "b", -0.4), ("sin(w*x)", "w", 1.5)],
)
def test_parameters_without_a_value_become_symbols(text: str, parameter: str, value: float) -> None:
    family = activation(text, parameters=[parameter])
    formula = dual_kernel(family)
    assert formula.status.kind == "proved"
    assert formula.symbols[-1].name == parameter
    number = float(dual_kernel(family.at(**{parameter: value})).evaluate(1.0, 2.0, -0.5))
    assert float(formula.evaluate(1.0, 2.0, -0.5, value)) == pytest.approx(number, rel=1e-11, abs=0)
    assert float(formula.evaluate(1.0, 2.0, -0.5, value + 0.1)) != pytest.approx(number, rel=1e-3, abs=0)


def test_a_family_outside_the_class_is_refused() -> None:
    with pytest.raises(NotInClosedClassError, match="tanh"):
        dual_kernel(activation("tanh(w*x)", parameters=["w"]))
    with pytest.raises(InvalidInputError, match=r"\.at\("):
        resolve_activation(activation("tanh(w*x)", parameters=["w"]))
