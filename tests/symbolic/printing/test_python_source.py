"""Exported Python source: it stands alone and agrees with `evaluate`, on the diagonal and in high dimensions too."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.formula import Formula
from asymptotix.symbolic.functions import Phi2
from asymptotix.symbolic.printing.formula_record import function_name
from asymptotix.symbolic.printing.python_helpers import HELPERS

K, D = sp.symbols("k d")


def exported(formula: Formula) -> Callable[..., Any]:
    """The function that the text defines, in a namespace of its own."""
    namespace: dict[str, Any] = {}
    exec(formula.python(), namespace)  # what a user does with it
    return namespace[function_name(formula)]  # type: ignore[no-any-return] # a function


@pytest.mark.parametrize("text", ["relu", "shifted_relu", "elu", "relu(x)**3", "gelu"])
def test_kernels_agree_with_evaluate_up_to_correlation_1_and_minus_1(text: str) -> None:
    formula = ax.dual_kernel(text)
    function = exported(formula)
    q1, q2 = np.array([1.0, 1.2, 1.3, 3.0])[:, None], np.array([1.0, 1.2, 1.3 * (1 + 1e-7), 0.1])[:, None]
    positive = 1.0 - np.array([0.0, 1e-16, 1e-13, 1e-11, 1e-9, 1e-6, 1e-2, 0.7])
    correlations = np.concatenate([positive, -positive])
    c = correlations * np.sqrt(q1 * q2)
    expected = formula.evaluate(q1, q2, c)
    scale = np.sqrt(formula.evaluate(q1, q1, q1) * formula.evaluate(q2, q2, q2))
    assert np.max(np.abs(function(q1, q2, c) - expected) / scale) < 1e-10


@pytest.mark.parametrize("text", ["shifted_step", "step"])
def test_kernels_of_jumps_agree_at_correlation_1_exactly(text: str) -> None:
    formula, q = ax.dual_kernel(text), np.array([0.3, 1.0, 1.2, 3.0])
    np.testing.assert_allclose(exported(formula)(q, q, q), formula.evaluate(q, q, q), rtol=1e-14)


def test_deep_tangent_kernels_agree_on_the_diagonal() -> None:
    formula = ax.tangent_kernel("shifted_relu", depth=2, weight_variance=2, bias_variance=0.1)
    q = np.array([0.5, 1.2])
    np.testing.assert_allclose(exported(formula)(q, q, q), formula.evaluate(q, q, q), rtol=1e-13)


@pytest.mark.parametrize("text", ["relu", "step", "exp", "sin"])
def test_gegenbauer_coefficients_do_not_overflow_in_high_dimensions(text: str) -> None:
    formula, d = ax.gegenbauer_coefficient(text, 3 if text == "sin" else 2, D), np.array([3, 30, 399, 400, 10**4, 10**6])
    np.testing.assert_allclose(exported(formula)(d), formula.evaluate(d=d), rtol=1e-12)


@pytest.mark.parametrize("normalized", [False, True])
def test_a_symbolic_degree_is_a_function_of_arrays(normalized: bool) -> None:
    formula, k = ax.hermite_coefficient("relu", K, normalized=normalized), np.array([0, 1, 2, 3, 10, 51, 200])
    np.testing.assert_allclose(exported(formula)(k), formula.evaluate(k=k), rtol=1e-13)
    both = ax.gegenbauer_coefficient("relu", K, D)
    np.testing.assert_allclose(exported(both)(k, 400), both.evaluate(k=k, d=400), rtol=1e-11)


def test_arc_cosine_kernels_of_real_order_take_2f1_from_scipy() -> None:
    formula = ax.arc_cosine_kernel(2.5)
    assert "from scipy.special import hyp2f1" in formula.python()
    assert exported(formula)(1.0, 2.0, 0.5) == pytest.approx(float(formula.evaluate(1.0, 2.0, 0.5)), rel=1e-13, abs=0)


def test_names_of_parameters_do_not_hide_what_the_source_needs() -> None:
    family = ax.activation("gamma*x + relu(x - quotient)", parameters=["gamma > 0", "quotient > 0"])
    formula = ax.dual_kernel(family)
    value = exported(formula)(1.2, 0.8, 0.3, 0.1, 0.4)
    assert value == pytest.approx(float(formula.evaluate(1.2, 0.8, 0.3, 0.1, 0.4)), rel=1e-12, abs=0)


def test_a_name_cannot_end_the_docstring() -> None:
    hostile = dataclasses.replace(ax.dual_kernel("relu"), name='dual_kernel("""\nraise SystemExit("""")')
    assert exported(hostile)(1.0, 1.0, 1.0) == pytest.approx(0.5, rel=1e-15, abs=0)


def test_what_numpy_has_not_is_refused_in_one_line() -> None:
    with pytest.raises(NotInClosedClassError, match="complex arguments"):
        ax.dual_kernel("step(x)*sin(x)").python()
    with pytest.raises(NotInClosedClassError, match="no closed form"):
        ax.hermite_coefficient("tanh", 1).python()


@pytest.mark.parametrize(
    ("arguments", "powers"), [([500.0, 500.5], [1, -1]), ([0.5, 3.0], [2, 1]), ([-2.5], [1]), ([7.5, 40.0], [-1, -0.5])]
)
def test_products_of_gamma_functions(arguments: list[float], powers: list[float]) -> None:
    namespace: dict[str, Any] = {"np": np, "math": math}
    exec(HELPERS["gamma_product"], namespace)
    expected = mpmath.fprod(mpmath.gamma(x) ** p for x, p in zip(arguments, powers, strict=True))
    assert namespace["gamma_product"](arguments, powers) == pytest.approx(float(expected), rel=1e-13, abs=0)


@pytest.mark.parametrize("r", [0.3, -0.9, 0.999999, 1.0, -1.0])
def test_the_bivariate_distribution_function(r: float) -> None:
    """Against the integral over the angle, which shares nothing with Owen's T."""
    namespace: dict[str, Any] = {"np": np, "math": math}
    for name in ("Phi", "owen_t", "Phi2"):
        exec(HELPERS[name], namespace)
    for h, k in ((0.0, 0.0), (0.0, 1.3), (-0.7, 0.2), (1.1, -2.0), (0.4, 0.4)):
        expected = float(Phi2.value(mpmath.mpf(h), mpmath.mpf(k), mpmath.mpf(r)))
        assert namespace["Phi2"](h, k, r, math.sqrt(1 - r * r)) == pytest.approx(expected, rel=1e-12, abs=1e-15)
