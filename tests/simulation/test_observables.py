from __future__ import annotations

import numpy as np
import pytest

from asymptotix.simulation.draws import Draw
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.observables import field_names, observe
from asymptotix.simulation.population import FinitePopulation, SquareRisk

N, Q, NOISE = 14, 22, 0.7
RNG = np.random.default_rng(11)
FEATURES, LABELS = RNG.standard_normal((N, Q)), RNG.standard_normal(N)
POPULATION = SquareRisk(RNG.standard_normal((9, Q)), RNG.standard_normal(9))
RIDGES = np.array([1e-2, 1.0])


def brute_force(features, labels, population, ridge, noise, tail=0.0, unlearned=0.0):
    """Every expectation over the noise by sending unit labels through the smoother; K + tail I is the kernel of the samples."""
    n = len(labels)
    kernel = features @ features.T + tail * np.eye(n)
    resolvent = np.linalg.inv(kernel + ridge * np.eye(n))
    predictor = features.T @ resolvent
    columns = population.squares(predictor).sum()
    train = ridge**2 * (labels @ resolvent @ resolvent @ labels + (noise + unlearned) * np.trace(resolvent @ resolvent))
    norm = resolvent @ kernel @ resolvent
    return {
        "bias": population.excess((predictor @ labels)[:, None])[0] + unlearned * (1 + columns),
        "variance": noise * columns,
        "train_error": train / n,
        "in_sample_risk": (train - (noise * ridge**2) * np.trace(resolvent @ resolvent)) / n
        + noise * np.trace(kernel @ resolvent @ kernel @ resolvent) / n,
        "squared_norm": labels @ norm @ labels + (noise + unlearned) * np.trace(norm),
        "df1": np.trace(kernel @ resolvent),
        "effective_ridge": 1 / np.trace(resolvent),
        "df2": n - np.trace(resolvent) ** 2 / np.trace(resolvent @ resolvent),
        "gcv": train / n / (np.trace(ridge * resolvent) / n) ** 2,
        "loo": left_out(kernel, labels, ridge, noise + unlearned),
    }


def left_out(kernel, labels, ridge, noise):
    """Each sample by the predictor trained on the others, averaged over the noise of all of them."""
    n, errors = len(labels), []
    for i in range(n):
        rest = np.delete(np.arange(n), i)
        weights = np.linalg.solve(kernel[np.ix_(rest, rest)] + ridge * np.eye(n - 1), kernel[rest, i])
        errors.append((labels[i] - weights @ labels[rest]) ** 2 + noise * (1 + weights @ weights))
    return np.mean(errors)


@pytest.mark.parametrize(("tail", "unlearned"), [(0.0, 0.0), (0.4, 0.0), (0.4, 0.3)])
@pytest.mark.parametrize("shape", [(N, Q), (Q, N)])
def test_fields_are_their_definitions(shape, tail, unlearned):
    features = FEATURES if shape == (N, Q) else FEATURES.T
    labels = np.random.default_rng(0).standard_normal(shape[0])
    population = SquareRisk(np.random.default_rng(1).standard_normal((9, shape[1])), POPULATION.target)
    fields = observe(Draw(features, labels, population, tail=tail, unlearned=unlearned), Ridge(RIDGES), NOISE, None, None)
    for column, ridge in enumerate(RIDGES):
        expected = brute_force(features, labels, population, ridge, NOISE, tail, unlearned)
        for name, value in expected.items():
            assert fields[name][column] == pytest.approx(value, rel=1e-9, abs=0), name
        assert fields["excess_risk"][column] == pytest.approx(expected["bias"] + expected["variance"], rel=1e-9, abs=0)
        assert fields["test_error"][column] == pytest.approx(fields["excess_risk"][column] + NOISE, rel=1e-12, abs=0)
        doubled = brute_force(features, labels, population, ridge, 2 * NOISE, tail, unlearned)
        assert fields["variance"][column] != pytest.approx(doubled["variance"], rel=0.1, abs=0)


def test_averages_over_the_noise_are_averages_over_the_noise():
    fields = observe(Draw(FEATURES, LABELS, POPULATION), Ridge(RIDGES), NOISE, None, None)
    rng = np.random.default_rng(3)
    draws = []
    for _ in range(3000):
        noisy = LABELS + np.sqrt(NOISE) * rng.standard_normal(N)
        theta = FEATURES.T @ np.linalg.solve(FEATURES @ FEATURES.T + np.eye(N), noisy)
        draws.append([POPULATION.excess(theta[:, None])[0], np.mean((noisy - FEATURES @ theta) ** 2), theta @ theta])
    error = np.std(draws, axis=0) / np.sqrt(len(draws))
    for name, mean, width in zip(("excess_risk", "train_error", "squared_norm"), np.mean(draws, axis=0), error, strict=True):
        assert abs(mean - fields[name][1]) < 4 * width, name
        assert abs(mean - 2 * fields[name][1]) > 6 * width, name


def test_df2_is_the_derivative_of_the_effective_ridge():
    step = 1e-5
    fields = observe(Draw(FEATURES, LABELS, POPULATION), Ridge(np.array([1.0 - step, 1.0, 1.0 + step])), NOISE, None, None)
    slope = (fields["effective_ridge"][2] - fields["effective_ridge"][0]) / (2 * step)
    assert N - fields["df2"][1] == pytest.approx(1 / slope, rel=1e-7, abs=0)


@pytest.mark.parametrize("shape", [(N, Q), (Q, N)])
def test_ridgeless_is_the_limit(shape):
    features = FEATURES if shape == (N, Q) else FEATURES.T
    labels = np.random.default_rng(0).standard_normal(shape[0])
    population = SquareRisk(np.random.default_rng(1).standard_normal((9, shape[1])), POPULATION.target)
    draw = Draw(features, labels, population)
    for n_features in (None, shape[1]):
        zero, tiny = (observe(draw, Ridge(np.array([ridge])), NOISE, n_features, None) for ridge in (0.0, 1e-10))
        for name in zero:
            assert zero[name][0] == pytest.approx(tiny[name][0], rel=1e-6, abs=1e-9), name
            assert np.isfinite(zero[name][0])
    if shape == (N, Q):
        assert observe(draw, Ridge(np.zeros(1)), NOISE, None, None)["df1"][0] == pytest.approx(N, rel=1e-12, abs=0)
    else:
        assert zero["nu1"][0] == 0.0
        assert zero["effective_ridge"][0] > 1e-3


def test_feature_ridges_solve_their_two_equations():
    for features in (FEATURES, FEATURES.T):
        n, p = features.shape
        draw = Draw(features, np.ones(n), SquareRisk(np.ones(p), np.zeros(p)))
        fields = observe(draw, Ridge(RIDGES), NOISE, p, None)
        assert n - RIDGES / fields["nu1"] == pytest.approx(fields["df1"], rel=1e-12, abs=0)
        assert p * (1 - fields["nu1"] / fields["effective_ridge"]) == pytest.approx(fields["df1"], rel=1e-12, abs=0)
        assert "df2" not in fields


def test_no_feature_ridge_at_the_threshold():
    draw = Draw(FEATURES[:, :N], LABELS, SquareRisk(np.ones(N), np.zeros(N)))
    fields = observe(draw, Ridge(np.array([0.0, 1e-3])), NOISE, N, None)
    assert np.isnan(fields["effective_ridge"][0])
    assert np.isfinite(fields["effective_ridge"][1])
    assert np.isfinite(fields["nu1"]).all()


def test_classification_uses_the_noise_given():
    population = FinitePopulation(POPULATION.matrix, np.sign(POPULATION.target))
    draw, noise = Draw(FEATURES, LABELS, population), np.random.default_rng(8).standard_normal(N)
    fields = observe(draw, Ridge(RIDGES), NOISE, None, noise)
    for column, ridge in enumerate(RIDGES):
        theta = FEATURES.T @ np.linalg.solve(FEATURES @ FEATURES.T + ridge * np.eye(N), LABELS + noise)
        wrong = np.mean(np.sign(population.matrix @ theta) != population.labels)
        assert fields["classification_error"][column] == pytest.approx(wrong, rel=1e-14, abs=0)
    assert "classification_error" not in observe(draw, Ridge(RIDGES), NOISE, None, None)


@pytest.mark.parametrize("n_features", [None, Q])
@pytest.mark.parametrize("classifies", [True, False])
def test_field_names_are_the_fields(n_features, classifies):
    population = FinitePopulation(POPULATION.matrix, np.sign(POPULATION.target))
    noise = np.zeros(N) if classifies else None
    fields = observe(Draw(FEATURES, LABELS, population), Ridge(RIDGES), NOISE, n_features, noise)
    assert set(fields) == set(field_names(random_weights=n_features is not None, classifies=classifies))
