"""Tangent kernel and gradient of a two-layer network beside what one writes by hand: the Jacobian of all parameters, formed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from asymptotix import activation
from asymptotix.lazy.network import TwoLayerNetwork, draw_network
from benchmarks.measurement import Measurement, measure

__all__ = ["run"]

FloatArray = NDArray[np.float64]


def by_hand(network: TwoLayerNetwork, X: FloatArray, y: FloatArray) -> FloatArray:
    """Kernel and gradient through J, n x N (d + 1)."""
    z = X @ network.weights.T
    inner = 2 / np.sqrt(np.pi) * np.exp(-(z**2)) * network.output_weights
    J = network.scale * np.hstack([erf(z), (inner[:, :, None] * X[:, None, :]).reshape(len(X), -1)])
    residual = network.scale * erf(z) @ network.output_weights - y
    return np.concatenate([(J @ J.T).ravel(), [float(np.linalg.norm(J.T @ residual))]])


def with_the_package(network: TwoLayerNetwork, X: FloatArray, y: FloatArray) -> FloatArray:
    """Kernel by Hadamard products and gradient by matrix products, n x N numbers in memory."""
    features = network.at(X)
    return np.concatenate([features.kernel().ravel(), [features.gradient(features.output - y).norm]])


def run(width: int = 4096, dimension: int = 100, n_samples: int = 500, repeats: int = 1) -> Measurement:
    """Kernel and one gradient of an erf network at its start."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((n_samples, dimension)), rng.standard_normal(n_samples)
    # inputs of positive mean: no entry of the kernel is near 0, where a relative difference means nothing
    X += 1.0
    network = draw_network(activation("erf"), width=width, dimension=dimension, scale=width**-0.5, rng=rng)
    return measure(
        f"linearization: kernel and gradient, N = {width}, d = {dimension}, n = {n_samples} (by hand: the Jacobian, formed)",
        package=lambda: with_the_package(network, X, y),
        by_hand=lambda: by_hand(network, X, y),
        repeats=repeats,
    )


if __name__ == "__main__":
    print(run())
