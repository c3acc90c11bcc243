"""Null degrees against eigenvalues that know nothing of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import eval_gegenbauer

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels import KernelMap
from asymptotix.symbolic.learnability.vanishing_degrees import null_degrees

TOP = 7


def eigenvalues(kernel: KernelMap, d: int) -> list[float]:
    """E[k(t) P_k(t)] by Gauss-Legendre quadrature in the angle, in which the kernels are analytic."""
    nodes, weights = np.polynomial.legendre.leggauss(160)
    angle = np.pi * (nodes + 1) / 2
    weights = weights * np.sin(angle) ** (d - 2)
    t, values = np.cos(angle), kernel(1.0, 1.0, angle=angle)
    index = d / 2 - 1
    return [float(values * eval_gegenbauer(k, index, t) @ weights / eval_gegenbauer(k, index, 1.0)) for k in range(TOP + 1)]


@pytest.mark.parametrize(
    ("text", "layers", "depth", "bias"),
    [
        ("relu", "all", 1, 0.0),
        ("relu", "last", 1, 0.0),
        ("relu", "first", 1, 0.0),
        ("relu", "all", 1, 0.3),
        ("relu", "all", 2, 0.0),
        ("relu", "last", 2, 0.0),
        ("relu2", "first", 1, 0.0),
        ("step(x)", "last", 1, 0.0),
        ("step(x)", "last", 2, 0.0),
        ("erf", "all", 1, 0.0),
        ("erf", "all", 2, 0.0),
        ("erf", "first", 1, 0.2),
        ("gelu", "all", 1, 0.0),
        ("gelu", "last", 2, 0.0),
        ("x**3 + 1", "all", 1, 0.0),
        ("x**2 - x", "last", 2, 0.0),
        ("x**3", "last", 1, 0.4),
        ("abs", "all", 2, 0.0),
    ],
)
def test_against_the_spectrum(text: str, layers: Any, depth: int, bias: float) -> None:
    found = null_degrees(text, layers=layers, depth=depth, bias_variance=bias)
    kernel = KernelMap(text, kind="tangent", layers=layers, depth=depth, bias_variance=bias)
    computed = eigenvalues(kernel, 4)
    assert found.up_to(TOP) == [k for k, value in enumerate(computed) if abs(value) < 1e-13 * max(computed)]
    assert all(outcome.kind == "exact" for outcome in found.derivation.verify())


@pytest.mark.parametrize("text", ["relu", "softplus", "sigmoid", "hard_swish", "shifted_relu", "tanh"])
def test_against_the_spectrum_of_features_on_the_sphere(text: str) -> None:
    """Weights of one length: what is null for all lengths is null there."""
    found = null_degrees(text, layers="last")
    coefficients = ax.activation_spectrum(text, dimension=12, max_degree=TOP).eigenvalues
    assert found.up_to(TOP) == [k for k, value in enumerate(coefficients) if value < 1e-26 * np.max(coefficients)]


def test_the_depth_and_the_bias_matter() -> None:
    assert str(null_degrees("relu")) == "odd degrees >= 3"
    assert null_degrees("relu", depth=2).empty
    assert null_degrees("relu", bias_variance=1e-9).empty
    assert not null_degrees("relu").finite


def test_what_is_not_decided_is_not_answered() -> None:
    found = null_degrees("exp(x)*tanh(x)", dimension=5)
    assert not found.decided
    assert "no null degree known" in str(found)
    assert 3 not in found
    for ask in (lambda: 40 in found, lambda: found.empty, lambda: found.finite, found.latex):
        with pytest.raises(HypothesisError, match="not decided"):
            ask()
    assert found._repr_latex_() is None
    assert found.dimension == 5


def test_a_part_that_is_open_may_not_matter() -> None:
    """With a bias one part that is no polynomial is enough."""
    text = "relu(x) + exp(-1000000*(x - 3)**2)"
    assert not null_degrees(text).decided
    assert null_degrees(text, bias_variance=1).empty


@pytest.mark.parametrize("dimension", [1, 0, True, 3.0, "3"])
def test_bad_dimensions(dimension: Any) -> None:
    with pytest.raises(InvalidInputError, match="dimension = "):
        null_degrees("relu", dimension=dimension)


def test_latex_and_repr() -> None:
    found = null_degrees("relu")
    assert found.latex() == r"\{k : \lambda_k = 0\} = \{k \text{ odd} : k \ge 3\}"
    assert repr(found).startswith("NullDegrees(odd degrees >= 3: the tangent kernel of relu")
