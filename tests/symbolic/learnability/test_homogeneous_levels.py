"""Eigenvalues in (k, d) against the package's recurrences, and the asymptotic form against them at large degree."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.kernels import KernelMap
from asymptotix.symbolic.learnability.homogeneous_levels import K, Levels

CASES = [("relu", 1, 1, "last"), ("relu", 1, 1, "first"), ("relu", 1, 1, "all"), ("step(x)", 0, 1, "last"), 
         ("relu2", 2, 1, "all"), ("relu(x) + 3*relu(-x)", 1, 4, "all")]  # fmt: skip


@pytest.mark.parametrize(("text", "order", "weight", "layers"), CASES)
@pytest.mark.parametrize("variance", [1.0, 2.5])
def test_against_the_spectrum(text: str, order: int, weight: int, layers: Any, variance: float) -> None:
    kernel = KernelMap(text, kind="tangent", layers=layers, weight_variance=variance)
    eigenvalues = ax.kernel_spectrum(kernel, dimension=7, max_degree=21).eigenvalues
    levels = Levels(order, sp.Integer(weight), sp.Integer(7), layers, sp.Rational(str(variance)))
    for k in range(order + 1, 22, 4):
        exact = sp.N(levels.eigenvalue.subs(K, k), 25)
        assert float(exact) == pytest.approx(eigenvalues[k], rel=1e-13, abs=0)
        with mpmath.workdps(25):
            assert float(mpmath.exp(levels.log_eigenvalue(k))) == pytest.approx(float(exact), rel=1e-13, abs=0)


@pytest.mark.parametrize(("text", "order", "weight", "layers"), CASES)
def test_exponent_and_prefactor_at_large_degree(text: str, order: int, weight: int, layers: Any) -> None:
    levels = Levels(order, sp.Integer(weight), sp.Integer(9), layers)
    k = 10**6 + (order + 1) % 2
    with mpmath.workdps(40):
        asymptotic = mpmath.mpf(str(sp.N(levels.prefactor, 40))) * mpmath.mpf(k) ** -int(levels.exponent)
        gap = asymptotic / mpmath.exp(levels.log_eigenvalue(k)) - 1
    assert abs(float(gap)) < 1e-4
    assert abs(float(gap)) > 1e-12  # the correction of order 1/k is there
