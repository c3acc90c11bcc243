from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.inner_product import exponential_kernel
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target


def test_wide_random_features_are_kernel_ridge_with_the_dual_kernel() -> None:
    features = RandomFeatures.on_sphere("relu", dimension=25, target=[0.1, 1.0, 0.5], noise_variance=0.2)
    kernel = KernelRidge.on_sphere(KernelMap(activation("relu")), dimension=25, target=[0.1, 1.0, 0.5], noise_variance=0.2)
    for ridge in (0.0, 1e-3, 0.5):
        wide = risk(features, n_samples=150, n_features=np.inf, ridge=ridge)
        limit = risk(kernel, n_samples=150, ridge=ridge)
        for name in ("bias", "variance", "train_error", "df1"):
            assert float(wide.values[name]) == pytest.approx(float(limit.values[name]), rel=1e-12, abs=1e-25), name


def test_features_on_data_have_the_spectrum_of_their_kernel_matrix() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((60, 8)), rng.standard_normal(60)
    features = RandomFeatures.on_data(x, y, "relu", noise_variance=0.1)
    kernel = KernelRidge.on_data(x, y, KernelMap(activation("relu")), noise_variance=0.1, sampling="replacement")
    assert features.spectrum.eigenvalues == pytest.approx(kernel.spectrum.eigenvalues, rel=1e-12, abs=0)
    assert features.target.energy == pytest.approx(float(np.mean(y**2)), rel=1e-12, abs=0)


@pytest.mark.parametrize("tail", [0.0, 0.3])
def test_a_target_tail_is_energy_that_is_never_learned(tail: float) -> None:
    model = RandomFeatures.on_sphere("relu", dimension=30, target=Target([0.0, 1.0], tail), noise_variance=0.2)
    curve = risk(model, n_samples=200, n_features=300, ridge=0.01)
    noisier = RandomFeatures.on_sphere("relu", dimension=30, target=[0.0, 1.0], noise_variance=0.2 + tail)
    # energy that no level learns acts as label noise: the test error is the same, only its name differs
    assert float(curve.test_error) == pytest.approx(
        float(risk(noisier, n_samples=200, n_features=300, ridge=0.01).test_error), rel=1e-9, abs=0
    )
    assert float(np.sum(model.design.energies)) == 1.0 + tail


def test_the_tail_sits_in_the_first_degree_beyond_the_levels() -> None:
    model = KernelRidge.on_sphere(exponential_kernel(), dimension=30, target=Target([0.0, 1.0], 0.3))
    energies = model.design.energies
    assert energies[-1] == 0.3
    assert np.all(energies[2:-1] == 0)


def test_designs_travel_to_workers() -> None:
    models: list[Any] = [
        RidgeRegression(Spectrum([1.0, 0.5], [3, 4], tail=0.1), Target([1.0, 0.2], 0.1), noise_variance=0.3),
        KernelRidge.on_sphere(KernelMap(activation("relu"), kind="tangent"), dimension=5, target=[0.0, 1.0]),
        RandomFeatures.on_sphere("max(x,0) + x/10", dimension=5, target=[0.0, 1.0]),
        RandomFeatures(Spectrum([1.0]), [1.0]),
    ]
    for model in models:
        design = pickle.loads(pickle.dumps(model.design))
        assert np.array_equal(design.energies, model.design.energies)
        assert design.noise_variance == model.noise_variance


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: KernelRidge.on_sphere("text", dimension=10, target=[1.0]), "kernel"),
        (lambda: KernelRidge.on_sphere(activation("relu"), dimension=10, target=[1.0]), "dual_kernel"),
        (lambda: RandomFeatures.on_sphere("relu", dimension=2, target=[1.0]), "dimension"),
        (lambda: RandomFeatures.on_sphere("relu", dimension=10, target=[-1.0]), "energies"),
        (lambda: RandomFeatures.on_sphere("relu", dimension=10, target=[1.0], noise_variance=np.nan), "noise_variance"),
        (lambda: RandomFeatures.on_data([[1.0, np.inf]], [1.0], "relu"), "X"),
        (lambda: RandomFeatures.on_data(np.ones((3, 2)), [1.0], "relu"), "one label per row"),
        (
            lambda: KernelRidge.on_sphere(exponential_kernel(), dimension=10, target=[1.0], noise_variance=-1.0),
            "a variance, not a standard",
        ),
    ],
)
def test_bad_models(build: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        build()


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (KernelMap("step", derivative=True), "infinite|inf at coincident inputs"),
        (KernelMap("step", kind="tangent", derivative="distributional"), "inf at coincident inputs"),
        (KernelMap("exp(x**2)"), "needs variances below 0.25"),
        (KernelMap("exp(x)**64"), "overflows"),
        (lambda q1, q2, c: 1 / (1 - c), "inf at coincident inputs"),
    ],
)
def test_a_kernel_without_a_finite_trace_is_refused_where_it_is_stated(kernel: Any, message: str) -> None:
    with pytest.raises(HypothesisError, match=message):
        KernelRidge.on_sphere(kernel, dimension=10, target=[1.0])


def test_on_the_hypercube_degrees_end_at_the_dimension() -> None:
    kernel = exponential_kernel()
    model = KernelRidge.on_cube(kernel, dimension=4, target=[0.1, 1.0, 0.5, 0.2, 0.3])
    assert model.spectrum.multiplicities.tolist() == [1, 4, 6, 4, 1]
    assert model.spectrum.trace == pytest.approx(np.e, rel=1e-13, abs=0)
    # by hand: E[exp(S/4) x_1] over the products of coordinates is tanh^k cosh^d
    expected = np.cosh(0.25) ** 4 * np.tanh(0.25) ** np.arange(5)
    assert model.spectrum.eigenvalues == pytest.approx(expected, rel=1e-12, abs=0)
    assert KernelRidge.on_cube(kernel, dimension=4, target=[1.0] + 9 * [0.0]).design.energies.size == 5
    with pytest.raises(InvalidInputError, match=r"energy in degree 5.* up to the dimension, 4"):
        KernelRidge.on_cube(kernel, dimension=4, target=[0, 0, 0, 0, 0, 1.0])
    with pytest.raises(InvalidInputError, match=r"a tail.* up to the dimension"):
        KernelRidge.on_cube(kernel, dimension=4, target=Target([0, 1.0], 0.3))
    with pytest.raises(InvalidInputError, match="dimension = 0"):
        KernelRidge.on_cube(kernel, dimension=0, target=[1.0])


def test_hypercube_and_sphere_agree_in_many_dimensions() -> None:
    errors = [
        float(risk(build(exponential_kernel(), dimension=3000, target=[0, 0.5, 0.5]), n_samples=4000, ridge=0.1).test_error)
        for build in (KernelRidge.on_cube, KernelRidge.on_sphere)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=2e-3, abs=0)
    assert errors[0] != errors[1]


def test_energy_on_null_levels_is_never_learned_and_reported() -> None:
    model = KernelRidge.on_sphere(KernelMap("relu"), dimension=20, target=[0, 0.5, 0, 0.3, 0, 0.2], noise_variance=0.1)
    assert repr(model) == "KernelRidge(sphere of 20 dimensions, noise_variance=0.1)"
    assert model.never_learned == {3: 0.3, 5: 0.2}
    assert "energy 0.5 where the eigenvalue is 0, never learned" in repr(model)
    many = risk(model, n_samples=1e7, ridge=0.1)
    assert float(many.bias) == pytest.approx(0.5, rel=1e-2, abs=0)
    assert np.isfinite(many.squared_norm)
    # the same as noise of that variance, but for its name
    noisier = KernelRidge.on_sphere(KernelMap("relu"), dimension=20, target=[0, 0.5], noise_variance=0.6)
    one, other = (float(risk(m, n_samples=300, ridge=0.1).test_error) for m in (model, noisier))
    assert one == pytest.approx(other, rel=1e-12, abs=0)
    assert KernelRidge.on_sphere(exponential_kernel(), dimension=20, target=[0, 0.5, 0, 0.3]).never_learned == {}


def test_one_line_about_a_model() -> None:
    x = np.random.default_rng(0).standard_normal((30, 5))
    assert repr(KernelRidge.on_data(x, x, exponential_kernel())) == "KernelRidge(30 points, 5 outputs, noise_variance=0)"
    assert repr(KernelRidge.on_cube(exponential_kernel(), dimension=7, target=[1])).startswith("KernelRidge(hypercube of 7")
