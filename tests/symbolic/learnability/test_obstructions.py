from __future__ import annotations

import pytest

from asymptotix.activations import activation
from asymptotix.kernels import KernelMap
from asymptotix.symbolic.learnability.network_series import network_series
from asymptotix.symbolic.learnability.obstructions import is_exponential, obstruction_without_bias


@pytest.mark.parametrize(
    ("text", "layers", "depth", "degree"), [("relu", "all", 3, 1), ("relu2", "all", 2, 4), ("step(x)", "last", 2, 0)]
)
def test_homogeneity_of_the_kernel_is_as_said(text: str, layers: str, depth: int, degree: int) -> None:
    kernel = KernelMap(text, kind="tangent", layers=layers, depth=depth)
    assert float(kernel(4.0, 1.0, 0.6)) == pytest.approx(2**degree * float(kernel(1.0, 1.0, 0.3)), rel=1e-12, abs=0)
    found = obstruction_without_bias(network_series(kernel))
    assert found is not None
    assert {0: "f(a x) = f(x)", 1: "f(a x) = a f(x)", 4: "f(a x) = a^4 f(x)"}[degree] in found.reason
    assert float(found.counterexample.distance) == pytest.approx({0: 1 / 2, 1: 1 / 3, 4: 15 / 17}[degree], rel=1e-15, abs=0)
    assert all(step.check().kind == "exact" for step in found.steps)


def test_the_origin() -> None:
    found = obstruction_without_bias(network_series("tanh", depth=2))
    assert found is not None
    assert "s(0) = 0" in found.reason
    assert float(KernelMap("tanh", kind="tangent", depth=2)(0.0, 1.0, 0.0)) == 0
    assert obstruction_without_bias(network_series("softplus")) is None
    first = obstruction_without_bias(network_series("softplus", layers="first"))
    assert first is not None
    assert "inner product" in first.reason


@pytest.mark.parametrize("text", ["3*exp(-x/2)", "exp(x) + 1", "exp(-x**2)", "tanh"])
def test_exponentials(text: str) -> None:
    assert is_exponential(activation(text)) == (text == "3*exp(-x/2)")
