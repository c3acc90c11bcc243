"""Exported Wolfram Language: read by the evaluator of `wolfram_reader`, it has the value of the formula to 25 digits."""

from __future__ import annotations

import dataclasses
from typing import Any

import mpmath
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.activations import CATALOGUE
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.formula import Formula
from tests.symbolic.wolfram_reader import definitions, tokens

K, D = sp.symbols("k d")
POINT = ("0.9", "0.7", "0.31")


def value(source: str, name: str, *point: Any) -> mpmath.mpf:
    with mpmath.workdps(40):
        return definitions(source)[name](*(mpmath.mpf(x) for x in point))


def require_same(formula: Formula, name: str, *point: Any) -> None:
    expected = formula.mp(*point, digits=35)
    with mpmath.workdps(35):
        assert abs(value(formula.mathematica(), name, *point) - expected) < mpmath.mpf("1e-25") * abs(expected)


@pytest.mark.parametrize("text", ["relu", "gelu", "shifted_relu", "elu", "sin", "relu2", "exp(-x**2/2)"])
def test_dual_kernels_are_read_back(text: str) -> None:
    require_same(ax.dual_kernel(text), "dualKernel", *POINT)


def test_complex_arguments_are_read_back() -> None:
    require_same(ax.dual_kernel("step(x)*sin(x)"), "dualKernel", *POINT)


def test_bindings_are_a_module_without_underscores() -> None:
    formula = ax.tangent_kernel("relu", depth=3, weight_variance=2, bias_variance=0.1)
    require_same(formula, "tangentKernel", "0.9", "0.7", "-0.31")
    assert "Module[{q1Layer0" in formula.mathematica()
    assert "_" not in formula.mathematica().split(":=")[1]


@pytest.mark.parametrize(("text", "radius"), [("relu", 1), ("exp", sp.sqrt(D)), ("gauss", 1), ("erf", 1)])
def test_gegenbauer_coefficients_are_read_back(text: str, radius: sp.Expr) -> None:
    k = 3 if text == "erf" else 2
    require_same(ax.gegenbauer_coefficient(text, k, D, radius=radius), f"gegenbauerCoefficient{k}", 7)


def test_symbolic_degrees_are_piecewise() -> None:
    for text in ("relu", "shifted_relu"):
        formula = ax.hermite_coefficient(text, K)
        for k in (0, 1, 2, 3, 8):
            found, expected = value(formula.mathematica(), "hermiteCoefficient", k), formula.mp(k, digits=30)
            assert abs(found - expected) < mpmath.mpf("1e-25")
    both = ax.gegenbauer_coefficient("relu", K, D)
    require_same(both, "gegenbauerCoefficient", 4, 9)


def test_real_orders_and_parameters_are_read_back() -> None:
    require_same(ax.arc_cosine_kernel(sp.Symbol("n")), "arcCosineKernel", *POINT, "0.4")
    family = ax.activation("leaky_relu(N)", parameters=["N"])  # a name that the language owns
    require_same(ax.dual_kernel(family), "dualKernel", *POINT, "0.4")


def test_a_dropped_factor_would_be_noticed() -> None:
    formula = ax.dual_kernel("relu")
    halved = formula.mathematica().replace("/(2*Pi)", "/Pi", 1)
    assert halved != formula.mathematica()
    assert abs(value(halved, "dualKernel", *POINT) / formula.mp(*POINT, digits=30) - 1) > 0.01


def test_a_name_cannot_end_the_comment() -> None:
    hostile = dataclasses.replace(ax.dual_kernel("relu"), name="dual_kernel(*) Quit[] (*)")
    assert "Quit" not in tokens(hostile.mathematica())


def test_no_closed_form_is_refused_in_one_line() -> None:
    with pytest.raises(NotInClosedClassError, match=r"no closed form.*\.evaluate"):
        ax.dual_kernel("tanh").mathematica()


@pytest.mark.long
@pytest.mark.parametrize("derivative", [False, True])
@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_closed_form_of_the_catalogue_is_read_back(name: str, derivative: bool) -> None:
    formula = ax.dual_kernel(name, derivative=derivative)
    if formula.status.kind == "numeric":
        with pytest.raises(NotInClosedClassError, match="no closed form"):
            formula.mathematica()
    elif formula.mp(*POINT, digits=35) != 0:
        require_same(formula, "dualKernel", *POINT)
