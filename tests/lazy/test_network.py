from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.acceleration import compiled_path
from asymptotix.errors import InvalidInputError
from asymptotix.lazy.activation_pair import values_and_slopes
from asymptotix.lazy.network import Layers, Move, TwoLayerNetwork, draw_network


def jacobian(network: TwoLayerNetwork, X: np.ndarray) -> np.ndarray:
    """J, (n, N + N d), written out."""
    z = X @ network.weights.T
    slopes = network.activation.pointwise_derivative(z) * network.output_weights
    first = (slopes[:, :, None] * X[:, None, :]).reshape(len(X), -1)
    last = network.activation(z)
    parts = {"all": [last, first], "first": [0 * last, first], "last": [last, 0 * first]}[network.layers]
    return network.scale * np.hstack(parts)


@pytest.mark.parametrize("mode", ["never", "always"])
@pytest.mark.parametrize("name", ["erf", "gelu", "relu", "tanh"])
def test_fast_values_are_those_of_the_activation(name: str, mode: str) -> None:
    z = np.linspace(-11, 11, 150_000).reshape(3, -1)  # enough for the threads
    s = ax.activation(name)
    with compiled_path(mode):
        values, slopes = values_and_slopes(s, z)
    np.testing.assert_allclose(values, s(z), rtol=2e-14, atol=1e-300)
    np.testing.assert_allclose(slopes, s.pointwise_derivative(z), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("layers", ["all", "first", "last"])
def test_products_and_kernel_are_those_of_the_matrix(layers: Layers) -> None:
    rng = np.random.default_rng(0)
    X, other = rng.standard_normal((7, 5)), rng.standard_normal((4, 5))
    network = draw_network(ax.activation("gelu"), width=12, dimension=5, scale=0.3, rng=rng, layers=layers)
    network = network.moved(Move(rng.standard_normal(12), rng.standard_normal((12, 5))))
    J, features, u = jacobian(network, X), network.at(X), rng.standard_normal(7)
    move = features.gradient(u)
    flat = np.concatenate([move.output, move.hidden.ravel()])
    np.testing.assert_allclose(flat, J.T @ u, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(features.change(move), J @ flat, rtol=1e-12)
    np.testing.assert_allclose(features.kernel(), J @ J.T, rtol=1e-12)
    np.testing.assert_allclose(features.kernel(network.at(other)), J @ jacobian(network, other).T, rtol=1e-11, atol=1e-14)
    later = network.moved(move)
    change = np.linalg.norm(jacobian(later, X) - J) / np.linalg.norm(J)
    assert later.at(X).relative_change(features) == pytest.approx(change, rel=1e-10, abs=0)


def test_the_kernel_is_that_of_finite_width_kernel_in_its_own_parameters() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((6, 4))
    network = draw_network(ax.activation("tanh"), width=10, dimension=4, scale=10**-0.5, rng=rng, layers="first")
    known = ax.finite_width_kernel("tanh", network.weights * 2.0, X, layers="first")
    np.testing.assert_allclose(network.at(X).kernel(), 4 * known, rtol=1e-12)


def test_initializations() -> None:
    X = np.random.default_rng(2).standard_normal((5, 3))

    def output(kind: str) -> np.ndarray:
        rng = np.random.default_rng(3)
        return draw_network(ax.activation("gelu"), width=8, dimension=3, scale=1.0, rng=rng, initialization=kind).value(X)  # type: ignore[arg-type] # a choice of the list

    assert np.abs(output("antisymmetric")).max() < 1e-15
    assert np.abs(output("independent")).max() > 0.1
    assert np.abs(output("same")).max() > 0.1
    with pytest.raises(InvalidInputError, match="antisymmetric, independent or same"):
        output("zero")
