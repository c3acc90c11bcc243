"""Eigenvalues of deep kernels: against the closed forms of two layers, and against a quadrature of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

from asymptotix import activation, kernel_eigenvalue, tangent_kernel
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.kernels import KernelMap
from asymptotix.symbolic.coefficients.network_eigenvalues import network_eigenvalue


@pytest.mark.parametrize(("layers", "options"), [("last", {"kind": "nngp"}), ("all", {"kind": "tangent"})])
@pytest.mark.parametrize("d", [3, 10, 500])
def test_one_layer_has_its_closed_form(layers: Any, options: dict[str, Any], d: int) -> None:
    """For relu Gaussian weights and weights on the sphere are the same, and the bound holds; odd degrees vanish."""
    for k in (0, 1, 2, 3, 4, 9, 12):
        numeric = network_eigenvalue(KernelMap(activation("relu"), **options), k, d, sp.sqrt(d), "deep")
        closed = float(kernel_eigenvalue("relu", k, d, layers=layers, radius=sp.sqrt(d)).evaluate())
        value, bound = float(numeric.evaluate()), float(numeric.error_bound())
        assert abs(value - closed) <= bound < 1e-14
        assert (value == 0) == ((k % 2 == 1 and k > 1) or abs(closed) < bound)


def test_two_layers_against_a_rule_of_another_kind() -> None:
    """The midpoint rule in the angle, and the symbolic kernel; a wrong bias is noticed."""
    formula = kernel_eigenvalue("gelu", 2, 3, depth=2, weight_variance=1.5, bias_variance=0.25, radius=2)
    kernel = tangent_kernel("gelu", depth=2, weight_variance=1.5, bias_variance=0.25)
    theta = (np.arange(4000) + 0.5) * np.pi / 4000
    weight = np.sin(theta)
    q = 4 / 3
    values = kernel.evaluate(q1=q, q2=q, angle=theta) * (3 * np.cos(theta) ** 2 - 1) / 2
    expected = float(np.sum(weight * values) / np.sum(weight))
    assert float(formula.evaluate()) == pytest.approx(expected, rel=1e-6, abs=0)
    assert formula.status.kind == "numeric"
    assert (formula.status.digits or 0) >= 12
    other = kernel_eigenvalue("gelu", 2, 3, depth=2, weight_variance=1.5, bias_variance=0.3, radius=2)
    assert float(other.evaluate()) != pytest.approx(expected, rel=1e-4, abs=0)


def test_depth_fills_the_odd_degrees_of_relu() -> None:
    deep = kernel_eigenvalue("relu", 3, 10, depth=2, radius=sp.sqrt(10))
    assert float(deep.evaluate()) > 1e6 * float(deep.error_bound())


def test_refusals() -> None:
    with pytest.raises(NotInClosedClassError, match="integers k and d"):
        kernel_eigenvalue("relu", sp.Symbol("k"), 10, depth=2)
    with pytest.raises(NotInClosedClassError, match="allow_numeric"):
        kernel_eigenvalue("relu", 2, 10, depth=2, allow_numeric=False)
    with pytest.raises(InvalidInputError, match="radius"):
        kernel_eigenvalue("relu", 2, 10, depth=2, radius=sp.Symbol("r", positive=True))
    with pytest.raises(InvalidInputError, match="depth"):
        kernel_eigenvalue("relu", 2, 10, depth=0)
    with pytest.raises(NotInClosedClassError, match="error_bound"):
        kernel_eigenvalue("relu", 2, 10, depth=2).mp()
