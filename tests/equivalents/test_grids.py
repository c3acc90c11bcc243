from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax

LEVELS = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [50, 250], tail=2.0), ax.Target([1.0, 0.2], tail=0.1), noise_variance=0.25)
SHIFTED = ax.CovariateShift([1.0, 0.5, 0.1], [1.0, -1.0, 2.0], [2.0, 0.1, 3.0], noise_variance=0.25)
FIELDS = ("gcv", "loo")


def on_data() -> ax.KernelRidge:
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((60, 5))
    return ax.KernelRidge.on_data(inputs, rng.standard_normal(60), ax.exponential_kernel(), noise_variance=0.2)


@pytest.mark.parametrize("model", [LEVELS, SHIFTED, on_data()], ids=lambda model: type(model).__name__)
def test_generalized_cross_validation_by_its_textbook_form(model: object) -> None:
    curve = ax.risk(model, n_samples=np.array([20, 45])[:, None], ridge=[0.03, 0.5])
    textbook = curve.train_error / (1 - curve.df1 / curve.grid["n_samples"]) ** 2
    for name in FIELDS:
        assert curve.quantity(name) == pytest.approx(textbook, rel=1e-9, abs=0)
        assert curve.quantity(name) != pytest.approx(2 * textbook, rel=0.1, abs=0)


def test_they_see_the_training_law_alone() -> None:
    curve, training = (ax.risk(model, n_samples=20, ridge=0.5) for model in (SHIFTED, SHIFTED.training))
    assert curve.gcv == training.test_error
    assert curve.gcv != pytest.approx(curve.test_error, rel=0.1, abs=0)


def test_they_exist_without_a_ridge_and_in_derivatives() -> None:
    plain = ax.RidgeRegression(ax.Spectrum([1.0], [200]), [1.0], noise_variance=0.25)
    assert float(ax.risk(plain, n_samples=100, ridge=0.0).gcv) == pytest.approx(1.0, rel=1e-12, abs=0)
    slope = ax.risk_derivative(plain, n_samples=100, ridge=10.0)
    assert slope.loo == slope.test_error != 0


@pytest.mark.parametrize("quantity", FIELDS)
def test_an_experiment_agrees(quantity: str) -> None:
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [30, 120]), [1.0, 0.2], noise_variance=0.25)
    grid = {"n_samples": np.array([60, 100])[:, None], "ridge": [0.0, 0.5]}
    simulated = ax.simulate(model, **grid, n_trials=60, progress=False)
    assert ax.compare(ax.risk(model, **grid), simulated, quantity=quantity).outcome == "agree"
    # a factor n / (n - 1) passes, a factor of 1.1 does not
    values, errors = 1.1 * simulated.quantity(quantity), simulated.standard_error[quantity]
    assert ax.compare(ax.risk(model, **grid), values, errors, quantity=quantity, n_trials=60).outcome == "disagree"
