from __future__ import annotations

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.designs import SphereFeatures, SphereKernel
from asymptotix.simulation.quadrature import multiplicity, sphere_coefficients
from asymptotix.simulation.sphere_designs import SphereFeatureSampler, SphereKernelSampler, SphereTarget

ENERGIES = np.array([0.2, 0.5, 0.3, 0.2])
NOISE = 0.1


def exponential(q1, q2, c):
    return np.exp(c)


def tangent(q1, q2, c):
    """Two-layer ReLU tangent kernel: a square root of 1 - c at c = 1."""
    angle = np.arccos(c)
    return (np.sin(angle) + 2 * c * (np.pi - angle)) / (2 * np.pi)


def sphere_points(count, dimension, rng):
    x = rng.standard_normal((count, dimension))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def kernel_levels(kernel, dimension, energies, degree):
    """Levels of Funk-Hecke up to `degree`; what is left of the kernel at 1 is the tail."""
    coefficients, _ = sphere_coefficients(lambda t: kernel(1.0, 1.0, t), dimension, degree=degree)
    counts = [multiplicity(dimension, k) for k in range(degree + 1)]
    energies = np.pad(energies, (0, degree + 1 - len(energies)))
    return list(zip(coefficients, counts, energies, strict=True)), float(kernel(1.0, 1.0, 1.0) - np.dot(coefficients, counts))


def feature_levels(s, dimension, energies, degree):
    coefficients, square = sphere_coefficients(lambda t: s(np.sqrt(dimension) * t), dimension, degree=degree)
    counts = np.array([multiplicity(dimension, k) for k in range(degree + 1)])
    energies = np.pad(energies, (0, degree + 1 - len(energies)))
    return list(zip(coefficients**2, counts, energies, strict=True)), float(square - counts @ coefficients**2)


def test_target_has_its_energies():
    target = SphereTarget(12, ENERGIES)
    rng = np.random.default_rng(0)
    directions = sphere_points(4, 12, rng).T
    values = target.values(sphere_points(200_000, 12, rng) @ directions)
    z = (np.mean(values**2) - ENERGIES.sum()) / (np.std(values**2) / np.sqrt(len(values)))
    assert abs(z) < 4
    assert values.mean() ** 2 == pytest.approx(ENERGIES[0], rel=0.02)


@pytest.mark.parametrize("kernel", [exponential, tangent])
def test_kernel_population_risk_is_that_of_a_test_set(kernel):
    """Independent witness of second and cross moments: fresh points on the sphere."""
    design = SphereKernel(6, kernel, ENERGIES, NOISE)
    rng = np.random.default_rng(1)
    draw = SphereKernelSampler.of(design).draw(15, None, rng)
    replay = np.random.default_rng(1)
    directions, train = sphere_points(4, 6, replay).T, sphere_points(15, 6, replay)
    assert draw.matrix == pytest.approx(kernel(1.0, 1.0, np.clip(train @ train.T, -1, 1)), rel=1e-7)
    test = sphere_points(100_000, 6, np.random.default_rng(2))
    rows, labels = kernel(1.0, 1.0, np.clip(test @ train.T, -1, 1)), SphereTarget(6, ENERGIES).values(test @ directions)
    for coefficients in np.random.default_rng(3).standard_normal((5, 15, 1)):
        squared = (rows @ coefficients)[:, 0] - labels
        z = (np.mean(squared**2) - draw.population.excess(coefficients)[0]) / (np.std(squared**2) / np.sqrt(len(test)))
        assert abs(z) < 4
        square = (rows @ coefficients)[:, 0] ** 2
        z = (np.mean(square) - draw.population.squares(coefficients)[0]) / (np.std(square) / np.sqrt(len(test)))
        assert abs(z) < 4


@pytest.mark.parametrize("name", ["relu", "step", "max(x,0)**2", "tanh", "max(x-0.3,0)"])
def test_feature_population_risk_is_that_of_a_test_set(name):
    s = activation(name)
    design = SphereFeatures(6, s, ENERGIES, NOISE)
    draw = SphereFeatureSampler.of(design).draw(15, 10, np.random.default_rng(1))
    replay = np.random.default_rng(1)
    directions, weights, train = sphere_points(4, 6, replay).T, sphere_points(10, 6, replay), sphere_points(15, 6, replay)
    assert draw.matrix == pytest.approx(s(np.sqrt(6) * train @ weights.T) / np.sqrt(10), rel=1e-12, abs=1e-15)
    test = sphere_points(100_000, 6, np.random.default_rng(2))
    rows, labels = s(np.sqrt(6) * test @ weights.T) / np.sqrt(10), SphereTarget(6, ENERGIES).values(test @ directions)
    for coefficients in np.random.default_rng(3).standard_normal((5, 10, 1)):
        error = (rows @ coefficients)[:, 0] - labels
        z = (np.mean(error**2) - draw.population.excess(coefficients)[0]) / (np.std(error**2) / np.sqrt(len(test)))
        assert abs(z) < 4
        square = (rows @ coefficients)[:, 0] ** 2
        width = np.std(square) / np.sqrt(len(test))
        assert abs(np.mean(square) - draw.population.squares(coefficients)[0]) < 4 * width
        assert abs(np.mean(square) - 2 * draw.population.squares(coefficients)[0]) > 6 * width


@pytest.mark.parametrize(
    ("kernel", "dimension", "n", "ridge"), [(exponential, 20, 150, 0.0), (exponential, 20, 150, 0.3), (tangent, 40, 120, 0.1)]
)
def test_kernel_ridge_agrees_with_the_equivalent(run, theory, kernel, dimension, n, ridge):
    curve = run(SphereKernel(dimension, kernel, ENERGIES, NOISE), n_samples=n, ridge=ridge, n_trials=60, seed=1)
    levels, tail = kernel_levels(kernel, dimension, ENERGIES, degree=5)
    expected = theory.ridge(levels, n, ridge, NOISE, tail=tail)
    if ridge == 0:
        del expected["train_error"]
        assert curve.train_error < 1e-20
    scores = theory.z_scores(curve, expected, allowance=3 / n)
    assert max(scores.values()) < 4, scores
    assert theory.z_scores(curve, theory.ridge(levels, n, ridge, 2 * NOISE, tail=tail), allowance=3 / n)["variance"] > 6
    shifted = [(s, m, e) for (s, m, _), (*_, e) in zip(levels, [levels[-1], *levels[:-1]], strict=True)]
    one_degree_off = theory.ridge(shifted, n, ridge, NOISE, tail=tail)
    assert theory.z_scores(curve, one_degree_off, allowance=3 / n)["test_error"] > 6


@pytest.mark.parametrize(
    ("name", "n", "p", "ridge"),
    [("relu", 100, 200, 0.01), ("relu", 160, 80, 0.01), ("relu", 120, 60, 0.0), ("tanh", 100, 200, 0.01)],
)
def test_random_features_agree_with_the_equivalent(run, theory, name, n, p, ridge):
    s, energies = activation(name), np.array([0.0, 1.0, 0.5])
    curve = run(SphereFeatures(30, s, energies, NOISE), n_samples=n, n_features=p, ridge=ridge, n_trials=60, seed=2)
    levels, tail = feature_levels(s, 30, energies, degree=6)
    allowance = 2 / (n * abs(1 - n / p))
    expected = theory.features(levels, n, p, ridge or 1e-11, NOISE, tail=tail)
    scores = theory.z_scores(curve, {k: v for k, v in expected.items() if v > 1e-9}, allowance)
    assert max(scores.values()) < 4, scores
    doubled = theory.features(levels, n, p, ridge or 1e-11, 2 * NOISE, tail=tail)
    assert theory.z_scores(curve, doubled, allowance)["variance"] > 6
    shifted = [(x, m, e) for (x, m, _), (*_, e) in zip(levels, [levels[-1], *levels[:-1]], strict=True)]
    assert theory.z_scores(curve, theory.features(shifted, n, p, ridge or 1e-11, NOISE, tail=tail), allowance)["bias"] > 6


def test_dimension_below_three_is_refused():
    with pytest.raises(InvalidInputError, match="dimension = 2"):
        SphereKernelSampler.of(SphereKernel(2, exponential, ENERGIES, NOISE))


def test_a_risk_made_of_rounding_errors_is_refused(run):
    # polynomials of degree <= 9 nearly span what 100 points on S^2 see of exp, so the coefficients reach 1e9
    design = SphereKernel(3, exponential, ENERGIES, NOISE)
    with pytest.raises(HypothesisError, match=r"ridge = 0 is too small for double precision with n_samples = 100"):
        run(design, n_samples=100, ridge=[0.0, 0.1], n_trials=1)
    assert np.isfinite(run(design, n_samples=100, ridge=[1e-3, 0.1], n_trials=1).test_error).all()
