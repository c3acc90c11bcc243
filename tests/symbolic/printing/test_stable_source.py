"""Exported source of homogeneous kernels keeps the digits of `evaluate` at every correlation and depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.symbolic.formula import Formula
from asymptotix.symbolic.printing.formula_record import function_name

RHO = np.array([1.0, 1.0 - 1e-16, 1.0 - 1e-12, 1.0 - 1e-8, 1.0 - 1e-4, 0.5, 0.0, -1.0 + 1e-12, -1.0])
NETWORKS = ({"weight_variance": 2}, {"weight_variance": 1.5, "bias_variance": 0.1})


def run(source: str, formula: Formula) -> Callable[..., Any]:
    """The function that a text defines, in a namespace of its own."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # what a user does with it
    return namespace[function_name(formula)]  # type: ignore[no-any-return] # a function


def assert_same(formula: Formula, source: str | None = None, rtol: float = 1e-14) -> None:
    text = formula.python() if source is None else source
    assert "asymptotix" not in text
    assert "textbook" not in text
    for q1, q2 in ((1.0, 1.0), (1.3, 1.3 * (1 + 1e-9)), (1e-3, 4e5)):
        c = RHO * np.sqrt(q1 * q2)
        with np.errstate(divide="ignore", invalid="ignore"):
            np.testing.assert_allclose(run(text, formula)(q1, q2, c), formula.evaluate(q1, q2, c), rtol=rtol, atol=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("depth", [1, 3, 10])
@pytest.mark.parametrize("kernel", [ax.nngp_kernel, ax.tangent_kernel])
def test_relu_networks(kernel: Callable[..., Formula], depth: int, network: dict[str, float]) -> None:
    assert_same(kernel("relu", depth=depth, **network))


@pytest.mark.parametrize("order", [0, 1, 2, 3, 8])
def test_arc_cosine_kernels(order: int) -> None:
    assert_same(ax.arc_cosine_kernel(order))


@pytest.mark.parametrize("text", ["leaky_relu(0.1)", "abs(x)", "relu(x)-2*relu(-x)", "x*abs(x)", "relu(x)**3"])
def test_other_homogeneous_activations(text: str) -> None:
    assert_same(ax.tangent_kernel(text, depth=3, weight_variance=2))
    assert_same(ax.dual_kernel(text, derivative=True))


@pytest.mark.parametrize("layers", ["first", "last"])
def test_layers_and_jumps(layers: Any) -> None:
    assert_same(ax.tangent_kernel("relu", depth=2, bias_variance=0.3, layers=layers))
    assert_same(ax.nngp_kernel("sign(x)", depth=3, bias_variance=0.1))
    assert_same(ax.tangent_kernel("step", depth=2, bias_variance=0.1, derivative="pointwise"))
    assert_same(ax.tangent_kernel("step", depth=2, derivative="distributional"))


def test_the_test_can_tell_a_dropped_rest_and_a_factor() -> None:
    formula = ax.tangent_kernel("relu", depth=3, weight_variance=2)
    source = formula.python()
    for right, wrong in (
        ("(first - second) + (first_rest - second_rest)", "first - second"),  # rounded products
        ("minus, plus, rho = shares(0.5, unit, lower, upper)", "rho = unit / 0.5; minus, plus = 1.0 - rho, 1.0 + rho"),
        ("total = value + total *", "total = value + 2.0 * total *"),
    ):
        assert right in source
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_same(formula, source.replace(right, wrong))


@pytest.mark.parametrize("text", ["erf", "gelu", "sin", "exp(-x**2)", "x**2-1", "Phi(x)"])
def test_smooth_kernels_need_no_other_form(text: str) -> None:
    formula = ax.tangent_kernel(text, depth=3)
    expected = formula.evaluate(1.0, 1.0, RHO)
    np.testing.assert_allclose(run(formula.python(), formula)(1.0, 1.0, RHO), expected, rtol=1e-12, atol=0)


def test_what_is_not_stable_says_so() -> None:
    remark = "# Not a stable form"
    assert remark in ax.tangent_kernel("shifted_relu", depth=2).python()
    assert remark not in ax.tangent_kernel("relu", depth=2).python()
    assert remark not in ax.tangent_kernel("erf", depth=2).python()
