from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import GaussianCovariates, GaussianFeatures
from asymptotix.simulation.gaussian_designs import CovariateSampler, FeatureSampler, expand_levels

NOISE = 0.25


def design_of(levels, *, kind=GaussianCovariates, tail=0.0, target_tail=0.0, noise=NOISE):
    s, m, e = np.array(levels, dtype=float).T
    return kind(s, m, e, tail, target_tail, noise)


def power_law(size, exponent=1.5, energy_exponent=2.5):
    index = np.arange(1.0, size + 1)
    return [(s, 1, e) for s, e in zip(index**-exponent, index**-energy_exponent, strict=True)]


def test_levels_are_expanded():
    scales, target = expand_levels(design_of([(4.0, 3, 1.2), (0.25, 2, 0.0), (0.0, 1, 0.5)]))
    assert scales == pytest.approx([2, 2, 2, 0.5, 0.5, 0], rel=1e-15, abs=0)
    assert target**2 == pytest.approx([0.4, 0.4, 0.4, 0, 0, 0.5], rel=1e-14, abs=0)


def test_refusals():
    with pytest.raises(InvalidInputError, match="whole numbers"):
        expand_levels(design_of([(1.0, 2.5, 1.0)]))
    with pytest.raises(InvalidInputError, match=r"at most 50000.*tail"):
        expand_levels(design_of([(1.0, 50_001, 1.0)]))


def test_population_risk_is_that_of_fresh_samples():
    levels, rng = power_law(30), np.random.default_rng(0)
    coefficients = np.random.default_rng(1).standard_normal((30, 1))
    draw = CovariateSampler.of(design_of(levels)).draw(200_000, None, rng)
    squared = (draw.matrix @ coefficients - draw.labels[:, None]) ** 2
    z = (squared.mean() - draw.population.excess(coefficients)[0]) / (squared.std() / np.sqrt(len(squared)))
    assert abs(z) < 4


def test_population_risk_of_features_is_that_of_fresh_samples():
    rng = np.random.default_rng(0)
    sampler = FeatureSampler.of(design_of(power_law(30), kind=GaussianFeatures, tail=0.5))
    coefficients = np.random.default_rng(1).standard_normal((8, 1))
    draw = sampler.draw(200_000, 8, rng)
    squared = (draw.matrix @ coefficients - draw.labels[:, None]) ** 2
    z = (squared.mean() - draw.population.excess(coefficients)[0]) / (squared.std() / np.sqrt(len(squared)))
    assert abs(z) < 4
    assert draw.population.squares(coefficients)[0] == pytest.approx(np.mean((draw.matrix @ coefficients) ** 2), rel=0.02)


@pytest.mark.parametrize("ratio", [2, 4])
def test_isotropic_ridgeless_variance_is_exact_at_finite_n(run, ratio):
    # E Tr (X'X)^(-1) = p / (n - p - 1) for Gaussian X
    p, n = 30, 30 * ratio
    curve = run(design_of([(1.0, p, 1.0)]), n_samples=n, ridge=0.0, n_trials=400, seed=1)
    exact = NOISE * p / (n - p - 1)
    for value, agrees in ((exact, True), (2 * exact, False)):
        z = (curve.variance - value) / curve.standard_error.variance
        assert (abs(z) < 4) == agrees
        assert (abs(z) > 6) != agrees
    assert curve.bias < 1e-20
    assert curve.train_error == pytest.approx(NOISE * (n - p) / n, rel=1e-12, abs=0)
    assert curve.df1 == pytest.approx(p, rel=1e-12, abs=0)


def test_isotropic_interpolation_is_exact_at_finite_n(run):
    # n < p: the bias is the mass outside a uniform n-dimensional subspace, the variance Tr (XX')^(-1) = n / (p - n - 1)
    p, n = 60, 20
    curve = run(design_of([(1.0, p, 3.0)]), n_samples=n, ridge=0.0, n_trials=400, seed=2)
    for name, exact in {"bias": 3.0 * (1 - n / p), "variance": NOISE * n / (p - n - 1)}.items():
        z = (curve.values[name] - exact) / curve.standard_error[name]
        assert abs(z) < 4, name
        assert abs(curve.values[name] - 2 * exact) / curve.standard_error[name] > 6, name
    assert curve.train_error < 1e-20


@pytest.mark.parametrize("ridge", [0.02, 1.0])
def test_power_law_agrees_with_the_equivalent(run, theory, ridge):
    levels = power_law(400)
    curve = run(design_of(levels), n_samples=150, ridge=ridge, n_trials=60, seed=3)
    expected = theory.ridge(levels, 150, ridge, NOISE)
    assert max(theory.z_scores(curve, expected, allowance=2 / 150).values()) < 4
    doubled = theory.ridge(levels, 150, ridge, 2 * NOISE)
    assert theory.z_scores(curve, doubled, allowance=2 / 150)["variance"] > 6
    wrong_ridge = theory.ridge(levels, 150, 150 * ridge, NOISE)
    assert theory.z_scores(curve, wrong_ridge, allowance=2 / 150)["bias"] > 6


def test_flat_tail_is_a_ridge_that_the_training_error_does_not_see(run, theory):
    levels = [*power_law(60), (0.0, 1, 0.2)]  # energy on a level of eigenvalue zero is never learned either
    design = design_of(levels, tail=3.0, target_tail=0.3)
    curve = run(design, n_samples=120, ridge=2.0, n_trials=80, seed=4)
    expected = theory.ridge(power_law(60), 120, 2.0, NOISE, tail=3.0, target_tail=0.5)
    assert max(theory.z_scores(curve, expected, allowance=2 / 120).values()) < 4
    without = theory.ridge(power_law(60), 120, 5.0, NOISE, target_tail=0.5)  # as if the tail were a ridge
    assert theory.z_scores(curve, without, allowance=2 / 120)["train_error"] > 6


def test_flat_tail_is_the_limit_of_many_small_eigenvalues(run):
    flat = design_of(power_law(20), tail=2.0, target_tail=0.4)
    spread = design_of([*power_law(20), (2.0 / 8000, 8000, 0.4)])
    one, two = (run(design, n_samples=40, ridge=0.5, n_trials=40, seed=5) for design in (flat, spread))
    for name in one.values:
        error = np.hypot(one.standard_error[name], two.standard_error[name])
        assert abs(one.values[name] - two.values[name]) < 4 * error + 0.02 * abs(two.values[name]), name


@pytest.mark.parametrize(("n", "p", "ridge"), [(100, 200, 0.05), (200, 100, 0.05), (100, 200, 0.0), (100, 60, 0.0)])
def test_random_features_agree_with_the_equivalent(run, theory, n, p, ridge):
    levels = power_law(300, exponent=1.2, energy_exponent=2.0)
    curve = run(design_of(levels, kind=GaussianFeatures), n_samples=n, n_features=p, ridge=ridge, n_trials=60, seed=6)
    allowance = 2 / (n * abs(1 - n / p))
    expected = theory.features(levels, n, p, ridge or 1e-9, NOISE)
    scores = theory.z_scores(curve, {k: v for k, v in expected.items() if v > 1e-6}, allowance)
    assert max(scores.values()) < 4, scores
    doubled = theory.features(levels, n, p, ridge or 1e-9, 2 * NOISE)
    assert theory.z_scores(curve, doubled, allowance)["variance"] > 6


def test_random_features_with_a_tail_agree_with_the_equivalent(run, theory):
    levels = [(0.05, 40, 1.0)]
    design = design_of(levels, kind=GaussianFeatures, tail=1.0, target_tail=0.4)
    curve = run(design, n_samples=120, n_features=60, ridge=0.2, n_trials=80, seed=7)
    expected = theory.features(levels, 120, 60, 0.2, NOISE, tail=1.0, target_tail=0.4)
    scores = theory.z_scores(curve, expected, allowance=2 / 120)
    assert max(scores.values()) < 4, scores
    no_tail = theory.features(levels, 120, 60, 0.2, NOISE, target_tail=0.4)
    assert theory.z_scores(curve, no_tail, allowance=2 / 120)["bias"] > 6
