from __future__ import annotations

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.models.designs import DataFeatures, DataKernel
from asymptotix.simulation.data_designs import DataFeatureSampler, DataKernelSampler

SIZE, DIMENSION, NOISE = 60, 5, 0.3
INPUTS = np.random.default_rng(0).standard_normal((SIZE, DIMENSION))
LABELS = np.where(INPUTS[:, 0] + 0.5 * INPUTS[:, 1] ** 2 > 0.4, 1.0, -1.0)
KERNEL = np.exp(INPUTS @ INPUTS.T / DIMENSION)


def loop_of_plain_ridge(train, test, ridge, noise_draws, seed):
    """Fit noisy labels again and again: squared held-out error and error rate, averaged."""
    rng, squared, wrong = np.random.default_rng(seed), [], []
    solve = np.linalg.inv(KERNEL[np.ix_(train, train)] + ridge * np.eye(len(train)))
    for _ in range(noise_draws):
        predictions = KERNEL[np.ix_(test, train)] @ solve @ (LABELS[train] + np.sqrt(NOISE) * rng.standard_normal(len(train)))
        squared.append(np.mean((predictions - LABELS[test]) ** 2))
        wrong.append(np.mean(np.sign(predictions) != LABELS[test]))
    return np.array(squared), np.array(wrong)


def test_draws_without_replacement_and_judges_on_the_rest():
    sampler = DataKernelSampler.of(DataKernel(KERNEL, LABELS, NOISE, False))
    draw = sampler.draw(40, None, np.random.default_rng(3))
    order = np.random.default_rng(3).permutation(SIZE)
    assert np.array_equal(draw.matrix, KERNEL[np.ix_(order[:40], order[:40])])
    assert np.array_equal(draw.labels, LABELS[order[:40]])
    assert np.array_equal(draw.population.matrix, KERNEL[np.ix_(order[40:], order[:40])])
    assert np.array_equal(draw.population.labels, LABELS[order[40:]])
    assert sampler.max_samples == SIZE - 1


def test_draws_with_replacement_and_judges_on_all():
    sampler = DataKernelSampler.of(DataKernel(KERNEL, LABELS, NOISE, True))
    draw = sampler.draw(200, None, np.random.default_rng(3))
    assert draw.matrix.shape == (200, 200)
    assert np.array_equal(draw.population.labels, LABELS)
    assert sampler.max_samples is None


@pytest.mark.parametrize("replacement", [False, True])
def test_risk_and_error_rate_are_those_of_noisy_fits(run, replacement):
    curve = run(DataKernel(KERNEL, LABELS, NOISE, replacement), n_samples=30, ridge=[0.1, 1.0], n_trials=300, seed=4)
    rng, squared, wrong = np.random.default_rng(5), [], []
    for trial in range(300):
        order = rng.permutation(SIZE)
        train, test = (rng.integers(SIZE, size=30), np.arange(SIZE)) if replacement else (order[:30], order[30:])
        fitted = loop_of_plain_ridge(train, test, 1.0, 4, trial)
        squared.append(fitted[0].mean())
        wrong.append(fitted[1].mean())
    for name, draws in {"excess_risk": squared, "classification_error": wrong}.items():
        error = np.hypot(curve.standard_error[name][1], np.std(draws) / np.sqrt(300))
        assert abs(curve.values[name][1] - np.mean(draws)) < 4 * error, name
        assert abs(curve.values[name][1] - 2 * np.mean(draws)) > 6 * error, name
    assert curve.test_error == pytest.approx(curve.excess_risk + NOISE, rel=1e-12, abs=0)


def test_features_are_those_of_all_rows():
    s = activation("relu")
    draw = DataFeatureSampler.of(DataFeatures(INPUTS, LABELS, s, NOISE)).draw(25, 8, np.random.default_rng(6))
    replay = np.random.default_rng(6)
    rows, weights = replay.integers(SIZE, size=25), replay.standard_normal((DIMENSION, 8)) / np.sqrt(DIMENSION)
    features = np.maximum(INPUTS @ weights, 0) / np.sqrt(8)
    assert draw.population.matrix == pytest.approx(features, rel=1e-13, abs=0)
    assert draw.matrix == pytest.approx(features[rows], rel=1e-13, abs=0)
    assert np.array_equal(draw.labels, LABELS[rows])


def test_many_features_are_the_dual_kernel(run):
    """p -> infinity: random features on data are kernel ridge regression with E_w[s(<x, w>) s(<x', w>)]."""
    norms = np.linalg.norm(INPUTS, axis=1)
    cosine = np.clip(INPUTS @ INPUTS.T / np.outer(norms, norms), -1, 1)
    angle = np.arccos(cosine)
    kernel = np.outer(norms, norms) / DIMENSION * (np.sin(angle) + (np.pi - angle) * cosine) / (2 * np.pi)
    arguments = {"n_samples": 40, "ridge": 0.3, "n_trials": 100, "seed": 7}
    one = run(DataFeatures(INPUTS, LABELS, activation("relu"), NOISE), n_features=4000, **arguments)
    two = run(DataKernel(kernel, LABELS, NOISE, True), **arguments)
    for name in ("bias", "variance", "train_error", "df1", "classification_error"):
        error = np.hypot(one.standard_error[name], two.standard_error[name])
        assert abs(one.values[name] - two.values[name]) < 4 * error + 0.01 * two.values[name], name
        assert abs(one.values[name] - 2 * two.values[name]) > 4 * error + 0.01 * two.values[name], name


def test_no_error_rate_without_signs(run):
    curve = run(DataKernel(KERNEL, 2.0 * LABELS, NOISE, False), n_samples=20, ridge=1.0, n_trials=2)
    assert "classification_error" not in curve.values
