from __future__ import annotations

import json
import warnings
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import InvalidInputError, TruncationWarning
from asymptotix.kernels.inner_product import exponential_kernel
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.spectra.harmonics import multiplicity
from asymptotix.spectra.sphere import activation_spectrum, kernel_spectrum
from asymptotix.spectra.sphere_quadrature import coefficients_float

REFERENCE = Path(__file__).parent.parent / "reference"


def reference_case(file: str, name: str) -> dict[str, object]:
    return next(case for case in json.loads((REFERENCE / file).read_text())["cases"] if case["name"] == name)


def floats(values: list[str]) -> list[float]:
    return [float(value) for value in values]


@pytest.mark.parametrize(
    ("name", "text", "dimension"),
    [
        ("sphere_relu_d10_n200_p100", "relu", 10),
        ("sphere_relu_d30_n100_p300", "relu", 30),
        ("sphere_relu_d1000_n3000_p2000", "relu", 1000),
        ("sphere_step_d20", "step", 20),
    ],
)
def test_reference_eigenvalues_and_tail(name: str, text: str, dimension: int) -> None:
    inputs = reference_case("random_features.json", name)["inputs"]
    spectrum = activation_spectrum(text, dimension=dimension, max_degree=8)
    assert list(spectrum.eigenvalues) == pytest.approx(floats(inputs["eigenvalues"]), rel=1e-14, abs=0)
    assert list(spectrum.multiplicities) == floats(inputs["multiplicity"])
    assert spectrum.tail == pytest.approx(float(inputs["tail_mass"]), rel=1e-13, abs=0)
    assert spectrum.tail_peak == 0.0


def test_reference_tangent_kernel() -> None:
    inputs = reference_case("random_features.json", "NT_relu_d20_n300_N15")["inputs"]
    kernel = KernelMap(activation("relu"), depth=1, kind="tangent", layers="first")
    spectrum = kernel_spectrum(kernel, dimension=20, max_degree=12)
    assert list(spectrum.eigenvalues) == pytest.approx(floats(inputs["eigenvalues"]), rel=1e-13, abs=0)
    assert spectrum.tail == pytest.approx(float(inputs["tail_mass"]), rel=1e-12, abs=0)


def test_reference_exponential_kernel() -> None:
    given = reference_case("ridge.json", "sphere_exp_d20_n40_lam0")["spectrum"]
    spectrum = kernel_spectrum(exponential_kernel(), dimension=20, max_degree=20)
    xi = np.array(floats(given["xi"]))[:21]
    assert list(spectrum.eigenvalues * spectrum.multiplicities) == pytest.approx(list(xi), rel=1e-13, abs=0)


@pytest.mark.parametrize("text", ["relu", "step", "abs", "leaky_relu", "relu(x)**2", "max(x,0)**3 - 2*min(x,0)**3"])
@pytest.mark.parametrize("dimension", [3, 7, 50])
def test_recurrence_against_quadrature(text: str, dimension: int) -> None:
    sigma, root = activation(text), np.sqrt(dimension)
    assert sigma.homogeneity is not None
    spectrum = activation_spectrum(sigma, dimension=dimension, max_degree=12)
    coefficients, mass = coefficients_float(lambda t: sigma(root * t), dimension, 12, [0.0])
    energies = spectrum.eigenvalues * spectrum.multiplicities
    assert energies == pytest.approx(coefficients**2, rel=1e-10, abs=1e-28 * mass)
    assert spectrum.trace == pytest.approx(mass, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "tangent"},
        {"kind": "tangent", "layers": "first", "weight_variance": 2.0},
        {"kind": "nngp", "weight_variance": 2.0},
        {"kind": "dual"},
    ],
)
@pytest.mark.parametrize("text", ["leaky_relu", "relu(x)**2"])
def test_two_layer_recurrence_against_quadrature(text: str, options: dict[str, Any]) -> None:
    kernel = KernelMap(activation(text), **options)
    exact = kernel_spectrum(kernel, dimension=8, max_degree=7)
    quadrature = kernel_spectrum(lambda q1, q2, c: kernel(q1, q2, c), dimension=8, max_degree=7)
    assert list(exact.eigenvalues) == pytest.approx(list(quadrature.eigenvalues), rel=1e-10, abs=1e-17)
    assert exact.trace == pytest.approx(float(kernel(1.0, 1.0, 1.0)), rel=1e-14, abs=0)


@pytest.mark.parametrize("dimension", [3, 12, 400])
def test_float_and_high_precision_quadrature_agree(dimension: int) -> None:
    sigma, root = activation("tanh"), np.sqrt(dimension)
    rough, mass = coefficients_float(lambda t: sigma(root * t), dimension, 9)
    fine = activation_spectrum("tanh", dimension=dimension, max_degree=9)
    assert rough**2 == pytest.approx(fine.multiplicities * fine.eigenvalues, rel=1e-9, abs=1e-16)
    assert mass == pytest.approx(fine.trace, rel=1e-13, abs=0)


@pytest.mark.parametrize("text", ["relu", "erf", "max(x-0.5,0)"])
def test_the_automatic_number_of_degrees_moves_no_result(text: str) -> None:
    automatic = activation_spectrum(text, dimension=20)
    more = activation_spectrum(text, dimension=20, max_degree=len(automatic) + 14)
    n, ridge = np.array([10, 300, 5000, 90000])[:, None], np.array([0.0, 1e-6, 1e-2])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruncationWarning)  # of the float64 tail of the third: another test
        for p in (None, 2500):
            one, two = (effective_ridge(s, n_samples=n, ridge=ridge, n_features=p) for s in (automatic, more))
            assert one.value == pytest.approx(two.value, rel=1e-12 if text.startswith("max") else 2e-13, abs=0)


def test_a_spectrum_cut_too_early_warns_and_one_cut_by_definition_does_not() -> None:
    with pytest.warns(TruncationWarning, match="lumps degrees"):
        effective_ridge(activation_spectrum("relu", dimension=20, max_samples=100), n_samples=50_000, ridge=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effective_ridge(activation_spectrum("relu", dimension=20, max_degree=3), n_samples=50_000, ridge=0.0)


def test_multiplicities_are_the_dimensions_of_harmonic_polynomials() -> None:
    assert [multiplicity(3, k) for k in range(5)] == [1, 3, 5, 7, 9]
    for d in (3, 4, 10, 57):
        # polynomials of degree <= k on the sphere: harmonics of degree 0..k
        assert sum(multiplicity(d, k) for k in range(6)) == comb(d + 4, 5) + comb(d + 3, 4)


def test_polynomials_have_finite_rank() -> None:
    spectrum = activation_spectrum("x**2 - 1", dimension=30)
    assert spectrum.tail == 0.0
    assert spectrum.rank == 1 + multiplicity(30, 2) - (1 if spectrum.eigenvalues[0] == 0 else 0)


def test_gaussian_and_sphere_weights_agree_for_relu_and_differ_for_erf() -> None:
    sphere, gaussian = (activation_spectrum("relu", dimension=20, max_degree=4, weights=w) for w in ("sphere", "gaussian"))
    assert list(sphere.eigenvalues) == pytest.approx(list(gaussian.eigenvalues), rel=1e-13, abs=1e-30)
    sphere, gaussian = (activation_spectrum("erf", dimension=20, max_degree=4, weights=w) for w in ("sphere", "gaussian"))
    # on the diagonal, 2.2% at d = 20
    assert gaussian.trace / sphere.trace - 1 == pytest.approx(-0.022, abs=0.002)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dimension": 2}, "dimension = 2 is not valid: dimension must be an integer >= 3"),
        ({"dimension": 10.5}, "dimension"),
        ({"dimension": 10, "max_degree": -1}, "max_degree"),
        ({"dimension": 10, "weights": "cube"}, "weights"),
    ],
)
def test_bad_input(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        activation_spectrum("relu", **arguments)


def test_a_kernel_that_is_not_positive_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="positive semidefinite"):
        kernel_spectrum(lambda q1, q2, c: np.cos(3 * c) - 1.0, dimension=10)


def test_a_kernel_known_only_by_quadrature_has_a_spectrum_in_float64() -> None:
    # the dual kernel of Gaussian weights: E over |w| of the kernel of sphere weights, the same mass up to O(1/d)
    kernel = KernelMap(activation("hard_tanh"))
    spectrum = kernel_spectrum(kernel, dimension=100, max_degree=5)
    assert spectrum.trace == pytest.approx(float(kernel(1.0, 1.0, 1.0)), rel=1e-12, abs=0)
    sphere = activation_spectrum("hard_tanh", dimension=100, max_degree=5)
    assert spectrum.eigenvalues[1] == pytest.approx(sphere.eigenvalues[1], rel=0.02, abs=0)
    assert spectrum.eigenvalues[2] < 1e-14 * spectrum.eigenvalues[1]


@pytest.mark.parametrize("dimension", [3, 10, 100])
@pytest.mark.parametrize("name", ["tanh", "softplus", "swish"])
def test_levels_that_drown_in_the_error_of_the_kernel_join_the_tail(name: str, dimension: int) -> None:
    kernel = KernelMap(activation(name))
    spectrum = kernel_spectrum(kernel, dimension=dimension)
    assert spectrum.trace == pytest.approx(float(kernel(1.0, 1.0, 1.0)), rel=1e-9, abs=0)
    assert spectrum.tail_error > 0
    assert np.all(spectrum.eigenvalues >= 0)


def test_noise_is_refused_as_a_kernel_only_beyond_doubt() -> None:
    rng = np.random.default_rng(0)
    noisy = kernel_spectrum(lambda q1, q2, c: np.exp(c) + 1e-16 * rng.standard_normal(np.shape(c)), dimension=100)
    assert noisy.eigenvalues[:3] == pytest.approx(
        kernel_spectrum(exponential_kernel(), dimension=100).eigenvalues[:3], rel=1e-10, abs=0
    )
    with pytest.raises(InvalidInputError, match=r"at degree 3.*positive semidefinite"):
        kernel_spectrum(lambda q1, q2, c: np.exp(c) - 0.3 * c**3, dimension=100)


@pytest.mark.parametrize("dimension", [3, 10, 1000])
def test_levels_of_even_functions_with_cancelling_pieces_are_zero(dimension: int) -> None:
    spectrum = activation_spectrum("hat", dimension=dimension, max_degree=5)
    assert np.all(spectrum.eigenvalues[1::2] == 0)
    assert np.all(spectrum.eigenvalues[0::2] > 0)
    odd = activation_spectrum("hat(x) + x", dimension=dimension, max_degree=5)
    assert odd.eigenvalues[1] == pytest.approx(1 / dimension, rel=1e-14, abs=0)
    assert odd.eigenvalues[3] == 0
