"""Features of given weights: moments, equivalence, experiment, hypotheses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.linalg import toeplitz

import asymptotix as ax
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError

D, P = 60, 90


@pytest.fixture(scope="module")
def problem() -> dict[str, Any]:
    """Correlated inputs, rows of unequal size."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((P, D)) / math.sqrt(D) * np.linspace(0.6, 1.4, P)[:, None]
    return {
        "weights": weights,
        "covariance": toeplitz(0.3 ** np.arange(D)),
        "coefficients": rng.standard_normal(D) / math.sqrt(D),
        "noise_variance": 0.1,
    }


def textbook(second: Any, cross: Any, energy: float, noise: float, n: float, ridge: float) -> tuple[float, float]:
    """Test and training error from the moments, through lambda* by bisection and a solve; no spectrum."""
    low, high = 1e-12, 1e6
    eigenvalues = np.linalg.eigvalsh(second)
    for _ in range(200):
        kappa = math.sqrt(low * high)
        low, high = (kappa, high) if n - ridge / kappa < np.sum(eigenvalues / (eigenvalues + kappa)) else (low, kappa)
    resolvent = np.linalg.inv(second + kappa * np.eye(len(second)))
    fitted = float(cross @ (2.0 * resolvent - second @ resolvent @ resolvent) @ cross)
    df2 = float(np.trace(second @ resolvent @ second @ resolvent))
    test = (energy - fitted + noise) / (1.0 - df2 / n)
    return test, (ridge / (n * kappa)) ** 2 * test


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_erf_against_the_arcsine_kernel_without_a_spectrum(problem: dict[str, Any], factor: float) -> None:
    covariance, beta = problem["covariance"], problem["coefficients"]
    c = problem["weights"] @ covariance @ problem["weights"].T
    r = np.diag(c)
    second = 2.0 / math.pi * np.arcsin(2.0 * c / np.sqrt(np.outer(1.0 + 2.0 * r, 1.0 + 2.0 * r))) / P
    cross = 2.0 / np.sqrt(math.pi * (1.0 + 2.0 * r)) * (problem["weights"] @ covariance @ beta) / math.sqrt(P) * factor
    test, train = textbook(second, cross, float(beta @ covariance @ beta), 0.1, 150, 1e-2)
    curve = risk(ax.GivenFeatures(activation="erf", **problem), n_samples=150, ridge=1e-2)
    if factor == 1.0:
        assert float(curve.test_error) == pytest.approx(test, rel=1e-9, abs=0)
        assert float(curve.train_error) == pytest.approx(train, rel=1e-8, abs=0)
    else:
        assert abs(float(curve.test_error) / test - 1.0) > 0.1


def test_a_linear_activation_is_ridge_regression_on_projected_inputs(problem: dict[str, Any]) -> None:
    wide = {**problem, "weights": np.eye(D)}
    features = risk(ax.GivenFeatures(activation="x", **wide), n_samples=100, ridge=0.5)
    spectrum, target = ax.Spectrum.from_covariance(problem["covariance"], problem["coefficients"])
    plain = risk(ax.RidgeRegression(spectrum, target, noise_variance=0.1), n_samples=100, ridge=0.5 * D)
    assert float(features.test_error) == pytest.approx(float(plain.test_error), rel=1e-10, abs=0)


def test_linearized_and_exact_moments_approach_each_other(problem: dict[str, Any]) -> None:
    gaps = []
    for size in (50, 200):
        rng = np.random.default_rng(1)
        weights = rng.standard_normal((size, size)) / math.sqrt(size)
        models = [
            ax.GivenFeatures(weights, np.ones(size), "erf", coefficients=np.ones(size) / math.sqrt(size), moments=moments)
            for moments in ("exact", "linearized")
        ]
        exact, linear = (float(risk(model, n_samples=2 * size, ridge=1e-2).test_error) for model in models)
        gaps.append(abs(linear / exact - 1.0))
    assert gaps[1] < 0.6 * gaps[0] < 0.03


@pytest.mark.parametrize(("activation", "moments"), [("erf", "exact"), ("relu", "exact"), ("erf", "linearized")])
def test_the_experiment_agrees(problem: dict[str, Any], activation: str, moments: str) -> None:
    model = ax.GivenFeatures(activation=activation, moments=moments, **problem)
    verdict = ax.check(model, n_samples=[60, 150, 300], ridge=1e-2, n_trials=20, seed=2, progress=False)
    assert verdict.outcome == "agree", verdict.summary()


def test_gradient_flow_ends_where_no_ridge_begins(problem: dict[str, Any]) -> None:
    model = ax.GivenFeatures(activation="erf", **problem)
    flow, ridgeless = risk(model, n_samples=300, time=np.inf), risk(model, n_samples=300, ridge=0.0)
    assert float(flow.test_error) == pytest.approx(float(ridgeless.test_error), rel=1e-12, abs=0)
    assert flow.model == "GivenFeatures"


def test_one_layer_of_deep_features_is_given_features(problem: dict[str, Any]) -> None:
    shared = {"covariance": problem["covariance"], "coefficients": problem["coefficients"], "noise_variance": 0.1}
    deep = ax.DeepRandomFeatures([problem["weights"] * math.sqrt(D)], activation="tanh", **shared)
    given = ax.GivenFeatures(problem["weights"], activation="tanh", moments="linearized", **shared)
    one, two = (risk(model, n_samples=[50, 200], ridge=0.1) for model in (deep, given))
    assert one.test_error == pytest.approx(two.test_error, rel=1e-11, abs=0)


@pytest.mark.parametrize("widths", [(80,), (120, 80), (100, 100, 80)])
def test_interpolation_sets_in_at_the_width_of_the_last_layer(widths: tuple[int, ...]) -> None:
    model = ax.DeepRandomFeatures.random(widths, np.ones(D), "tanh", coefficients=np.ones(D) / math.sqrt(D), noise_variance=0.1)
    n = np.arange(40, 140, 4)
    curve = risk(model, n_samples=n, ridge=1e-6)
    assert n[int(np.argmax(curve.test_error))] == 80
    with pytest.raises(HypothesisError, match="infinite"):
        risk(model, n_samples=80, ridge=0.0)


def test_the_experiment_on_two_layers_agrees() -> None:
    model = ax.DeepRandomFeatures.random(
        (150, 120), np.ones(100), "tanh", coefficients=np.ones(100) / 10.0, noise_variance=0.1, seed=3
    )
    verdict = ax.check(model, n_samples=[60, 200, 400], ridge=0.05, n_trials=15, seed=4, progress=False)
    assert verdict.outcome == "agree", verdict.summary()


def test_wrong_arguments_are_named(problem: dict[str, Any]) -> None:
    short = {**problem, "weights": problem["weights"][:, :-1]}
    with pytest.raises(InvalidInputError, match=r"weights = .*60 columns"):
        ax.GivenFeatures(activation="erf", **short)
    with pytest.raises(InvalidInputError, match="covariance"):
        ax.GivenFeatures(activation="erf", **{**problem, "covariance": -np.ones(D)})
    with pytest.raises(InvalidInputError, match=r"coefficients = .*shape"):
        ax.GivenFeatures(activation="erf", **{**problem, "coefficients": np.ones(3)})
    dead = problem["weights"].copy()
    dead[3] = 0.0
    with pytest.raises(InvalidInputError, match="weights = 'a row"):
        ax.GivenFeatures(activation="erf", **{**problem, "weights": dead})
    with pytest.raises(InvalidInputError, match="exact, linearized"):
        ax.GivenFeatures(activation="erf", moments="other", **problem)
    with pytest.raises(HypothesisError, match="not odd"):
        ax.DeepRandomFeatures.random((20,), np.ones(5), "relu", coefficients=np.ones(5))
    with pytest.raises(InvalidInputError, match=r"weights\[1\]"):
        ax.DeepRandomFeatures([np.ones((4, 5)), np.ones((4, 5))], np.ones(5), "tanh", coefficients=np.ones(5))
    with pytest.raises(InvalidInputError, match="n_features"):
        risk(ax.GivenFeatures(activation="erf", **problem), n_samples=10, ridge=1.0, n_features=5)


def test_layers_that_see_nothing_or_too_much_are_refused() -> None:
    dead = ax.DeepRandomFeatures([np.zeros((4, 3))], np.ones(3), "tanh", coefficients=np.ones(3))
    with pytest.raises(HypothesisError, match="variance 0"):
        risk(dead, n_samples=3, ridge=1.0)
    for weights in (None, 3):
        with pytest.raises(InvalidInputError, match="weights"):
            ax.DeepRandomFeatures(weights, np.ones(3), "tanh", coefficients=np.ones(3))  # type: ignore[arg-type]  # on purpose
    for widths in (5, [10**12]):
        with pytest.raises(InvalidInputError, match="widths"):
            ax.DeepRandomFeatures.random(widths, np.ones(3), "tanh", coefficients=np.ones(3))  # type: ignore[arg-type]  # on purpose
    for size in (1e6, 1e200):
        huge = ax.GivenFeatures(size * np.ones((4, 3)), np.ones(3), "tanh", coefficients=np.ones(3))
        with pytest.raises(HypothesisError, match="rescale the weights"):
            risk(huge, n_samples=3, ridge=1.0)
    with pytest.raises(HypothesisError, match="infinite slope"):
        ax.NeuralTangent.on_sphere("sqrt(abs(x))", dimension=10, target=[0, 1])
