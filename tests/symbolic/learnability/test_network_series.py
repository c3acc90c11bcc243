from __future__ import annotations

import pytest

import asymptotix as ax
from asymptotix.errors import ExpressionError, HypothesisError, InvalidInputError
from asymptotix.kernels import KernelMap
from asymptotix.symbolic.learnability.network_series import network_series


def test_a_kernel_brings_its_network_along() -> None:
    found = network_series(ax.tangent_kernel("relu", depth=3, weight_variance=2, bias_variance=0.5, layers="first"))
    assert (found.depth, found.weight_variance, found.bias_variance, found.layers) == (3, 2.0, 0.5, "first")
    assert network_series(ax.dual_kernel("relu")).layers == "last"
    assert network_series(KernelMap("relu", derivative=True)).slopes


def test_the_derivative_kernel_of_relu_has_the_degrees_of_the_step() -> None:
    assert str(ax.null_degrees(KernelMap("relu", derivative=True))) == str(ax.null_degrees("step(x)", layers="last"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": True}, "depth"),
        ({"depth": 1.5}, "depth"),
        ({"bias_variance": -0.1}, "bias_variance"),
        ({"bias_variance": "0"}, "bias_variance"),
        ({"weight_variance": 0}, "weight_variance"),
        ({"layers": "both"}, "layers"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{named} = "):
        network_series("relu", **arguments)


def test_refusals() -> None:
    with pytest.raises(HypothesisError, match="layers='last'"):
        network_series("step(x)")
    with pytest.raises(HypothesisError, match="layers='last'"):
        network_series(KernelMap("step", derivative=True))
    with pytest.raises(HypothesisError, match="infinite"):
        network_series("exp(x**2/3)")
    with pytest.raises(HypothesisError):
        network_series("exp(x**2/6)", depth=4, weight_variance=2)
    with pytest.raises(ExpressionError):
        network_series("relu(")
    with pytest.raises(InvalidInputError, match="activation"):
        network_series(7)
    with pytest.raises(InvalidInputError, match="depth"):
        network_series(ax.dual_kernel("relu"), depth=2)
