"""The hypercube against explicit Gram matrices, explicit characters, and its limits."""

from __future__ import annotations

import itertools
from math import comb
from typing import Any

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import InvalidInputError
from asymptotix.kernels.inner_product import exponential_kernel
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.sphere import activation_spectrum, kernel_spectrum


def corners(d: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(list(itertools.product([1.0, -1.0], repeat=d)))


@pytest.mark.parametrize("d", [1, 2, 5, 8])
@pytest.mark.parametrize("kernel", [exponential_kernel(), KernelMap(activation("relu")), lambda q1, q2, c: (1 + c) ** 3])
def test_eigenvalues_of_the_gram_matrix_of_all_corners(kernel: Any, d: int) -> None:
    x = corners(d)
    gram = np.asarray(kernel(1.0, 1.0, np.clip(x @ x.T / d, -1, 1))) / 2**d
    spectrum = kernel_spectrum(kernel, dimension=d, domain="cube")
    found = np.repeat(spectrum.eigenvalues, spectrum.multiplicities.astype(int))
    found = np.sort(np.append(found, np.zeros(2**d - found.size)))
    assert found == pytest.approx(np.linalg.eigvalsh(gram), rel=1e-12, abs=1e-14)
    assert spectrum.trace == pytest.approx(float(np.asarray(kernel(1.0, 1.0, 1.0))), rel=1e-14, abs=0)


@pytest.mark.parametrize("text", ["tanh", "relu(x-1)", "gelu", "step"])
def test_activations_against_products_of_coordinates(text: str) -> None:
    d = 10
    x = corners(d)
    values = activation(text)(x.sum(axis=1) / np.sqrt(d))
    expected = [float(np.mean(values * np.prod(x[:, :k], axis=1)) ** 2) for k in range(d + 1)]
    spectrum = activation_spectrum(text, dimension=d, domain="cube", max_degree=d)
    assert list(spectrum.eigenvalues) == pytest.approx(expected, rel=1e-11, abs=1e-32)
    assert list(spectrum.multiplicities) == [comb(d, k) for k in range(d + 1)]
    assert spectrum.tail == 0.0


@pytest.mark.parametrize("domain", ["sphere", "cube"])
def test_convergence_to_the_hermite_coefficients_is_of_order_one_over_d(domain: str) -> None:
    # mu_1(erf)^2 = 4 / (3 pi)
    limit = 4 / (3 * np.pi)
    spectra = [activation_spectrum("erf", dimension=d, domain=domain, max_degree=1) for d in (100, 10_000)]
    gaps = [s.multiplicities[1] * s.eigenvalues[1] / limit - 1 for s in spectra]
    assert gaps[0] / gaps[1] == pytest.approx(100, rel=0.05, abs=0)
    assert abs(gaps[1]) < 1e-3


def test_a_kernel_in_float64_only_has_a_spectrum_too() -> None:
    exact = kernel_spectrum(exponential_kernel(), dimension=300, domain="cube", max_degree=5)
    rough = kernel_spectrum(lambda q1, q2, c: np.exp(c), dimension=300, domain="cube", max_degree=5)
    assert list(rough.eigenvalues[:4]) == pytest.approx(list(exact.eigenvalues[:4]), rel=1e-7, abs=0)


def test_many_dimensions_and_the_sum_rule() -> None:
    spectrum = activation_spectrum("relu", dimension=10_001, domain="cube", max_degree=30)
    # E relu(S)^2 / d = 1/2 exactly, and d xi_1^2 = E[relu']^2 = 1/4 for an odd number of signs
    assert spectrum.trace == pytest.approx(0.5, rel=1e-15, abs=0)
    assert spectrum.eigenvalues[1] * 10_001 == pytest.approx(0.25, rel=1e-14, abs=0)
    assert np.all(spectrum.eigenvalues[3::2] == 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dimension": 0}, "dimension = 0 is not valid: dimension must be an integer >= 1"),
        ({"dimension": 10**7}, "dimension"),
        ({"dimension": 5, "max_degree": 6}, "max_degree = 6 .* at most the dimension 5"),
        ({"dimension": 5, "min_degree": 6}, "min_degree"),
    ],
)
def test_bad_input(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        activation_spectrum("relu", domain="cube", **arguments)
