"""Eigenvalues of two-layer kernels against kernels, known forms, and each other."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from asymptotix import gegenbauer_coefficient, kernel_eigenvalue, multiplicity
from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms

K, D = sp.symbols("k d")


def arc_cosine(order: int, t: np.ndarray) -> np.ndarray:
    """E_w[s(<x,w>) s(<x',w>)] for w uniform on the unit sphere of R^d, times d for relu."""
    angle = np.arccos(t)
    return (np.pi - angle) / (2 * np.pi) if order == 0 else (np.sin(angle) + (np.pi - angle) * t) / (2 * np.pi)


@pytest.mark.parametrize("d", [8])
def test_relu_against_its_kernels(d: int) -> None:
    """E[h(t) P_k(t)] by quadrature in the angle."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    angle = (nodes + 1) * np.pi / 2
    t, density = np.cos(angle), weights * np.sin(angle) ** (d - 2)
    density /= density.sum()
    kernels = {"last": arc_cosine(1, t) / d, "first": t * arc_cosine(0, t)}
    kernels["all"] = kernels["last"] + kernels["first"]
    for layers, h in kernels.items():
        formula = kernel_eigenvalue("relu", K, D, layers=layers)
        assert formula.status.kind == "proved"
        for k in range(5):
            polynomial = sum(float(c) * t**p for p, c in gegenbauer_terms(k, sp.Integer(d)).items())
            value = float(formula.evaluate(k=k, d=d))
            assert value == pytest.approx(float(h * polynomial @ density), rel=1e-11, abs=1e-16)
            assert float(formula.mp(k, d)) == pytest.approx(value, rel=1e-14, abs=0)
            assert float(kernel_eigenvalue("relu", k, D, layers=layers).expression.subs(D, d)) == pytest.approx(
                value, rel=1e-13, abs=0
            )


@pytest.mark.parametrize("text", ["gelu", "erf(x)", "exp(x)"])
def test_tangent_trace(text: str) -> None:
    """sum B(d,k) eigenvalue_k is the kernel at t = 1: E s'(t)^2; without multiplicities it is not."""
    d = 6
    values = kernel_eigenvalue(text, K, D, layers="first", radius=sp.sqrt(D)).evaluate(k=range(50), d=d)
    counts = np.array([float(multiplicity(d, k)) for k in range(50)])
    slope = {
        "gelu": "Phi(x) + x*exp(-x**2/2)/sqrt(2*pi)",
        "erf(x)": "2*exp(-x**2)/sqrt(pi)",
        "exp(x)": "exp(x)",
        "sin(x)": "cos(x)",
    }
    coefficients = gegenbauer_coefficient(slope[text], K, D, radius=sp.sqrt(D)).evaluate(k=range(50), d=d)
    assert values @ counts == pytest.approx(coefficients**2 @ counts, rel=1e-12, abs=0)
    assert values.sum() != pytest.approx(coefficients**2 @ counts, rel=1e-2, abs=0)


def test_sum_and_numeric() -> None:
    parts = [float(kernel_eigenvalue("elu", 2, D, layers=layers).evaluate(d=9)) for layers in ("last", "first", "all")]
    assert parts[0] + parts[1] == pytest.approx(parts[2], rel=1e-14, abs=0)
    numeric = kernel_eigenvalue("tanh", 1, 10)
    assert numeric.status.kind == "numeric"
    first = [float(gegenbauer_coefficient("1 - tanh(x)**2", k, 10).evaluate()) for k in (0, 2)]
    last = float(gegenbauer_coefficient("tanh(x)", 1, 10).evaluate())
    expected = last**2 + first[0] ** 2 / 10 + first[1] ** 2 * 9 / 10
    assert float(numeric.evaluate()) == pytest.approx(expected, rel=1e-14, abs=0)
    assert 0 < float(numeric.error_bound()) < 1e-15


def test_refusals() -> None:
    with pytest.raises(HypothesisError, match="layers='last'"):
        kernel_eigenvalue("step", 1, 5)
    assert float(kernel_eigenvalue("step", 1, 3, layers="last").evaluate()) == pytest.approx(1 / 16, rel=1e-15, abs=0)
    with pytest.raises(InvalidInputError, match="layers = 'both'"):
        kernel_eigenvalue("relu", 1, 5, layers="both")
    with pytest.raises(NotInClosedClassError):
        kernel_eigenvalue("tanh", K, 5)
    with pytest.raises(InvalidInputError, match="d = 1"):
        kernel_eigenvalue("relu", K, D).evaluate(k=1, d=1)
    with pytest.raises(InvalidInputError, match="k = -1"):
        kernel_eigenvalue("relu", K, D).mp(-1, 5)
