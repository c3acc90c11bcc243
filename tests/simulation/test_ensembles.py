from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.ensembles import FIELDS, _label_maps, _observed
from asymptotix.simulation.filters import Ridge


def gaussian(tail: float = 0.1) -> ax.RandomFeatures:
    i = np.arange(1.0, 41.0)
    return ax.RandomFeatures(ax.Spectrum(i**-1.2, tail=tail), ax.Target(i**-2.0, tail / 2), noise_variance=0.25)


MODELS = {
    "gaussian": gaussian(),
    "sphere": ax.RandomFeatures.on_sphere("relu", dimension=10, target=[0.1, 1.0, 0.5], noise_variance=0.25),
    "data": ax.RandomFeatures.on_data(
        np.random.default_rng(0).standard_normal((80, 6)), np.random.default_rng(1).standard_normal(80), "erf", noise_variance=0.1
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_one_predictor_is_the_single_simulation_draw_for_draw(name: str) -> None:
    grid = {"n_samples": 30, "ridge": np.array([0.01, 1.0]), "n_features": 25, "n_trials": 3, "progress": False}
    single, ensemble = ax.simulate(MODELS[name], **grid), ax.simulate(MODELS[name], **grid, n_predictors=1)
    for field in FIELDS:
        assert ensemble.samples[field] == pytest.approx(single.samples[field], rel=1e-8, abs=0), field


def test_a_trial_is_the_average_of_predictors_trained_by_hand() -> None:
    """By the normal equations of each predictor, with a noise variance in place of its average, and no blocks of columns."""
    sampler, members, n, p, ridge = sampler_of(gaussian(0.0).design), 3, 20, 15, 0.1
    draw = sampler.draw(n, members * p, np.random.default_rng(5))
    seen = _observed(draw, _label_maps(draw, members, Ridge(np.array([ridge])))[0], 0.25)
    smoother, predictor = np.zeros((n, n)), 0.0
    for k in range(members):
        features = draw.matrix[:, k * p : (k + 1) * p] * np.sqrt(members)
        coordinates = draw.population.matrix[:, k * p : (k + 1) * p] * np.sqrt(members)
        fit = np.linalg.solve(features.T @ features + ridge * np.eye(p), features.T)
        smoother += features @ fit / members
        predictor = predictor + coordinates @ fit / members
    bias = np.sum((predictor @ draw.labels - draw.population.target) ** 2)
    assert seen["bias"] == pytest.approx(bias, rel=1e-10, abs=0)
    assert seen["variance"] == pytest.approx(0.25 * np.sum(predictor**2), rel=1e-10, abs=0)
    residual = np.eye(n) - smoother
    train = (np.sum((residual @ draw.labels) ** 2) + 0.25 * np.sum(residual**2)) / n
    assert seen["train_error"] == pytest.approx(train, rel=1e-10, abs=0)
    assert seen["df1"] == pytest.approx(np.trace(smoother), rel=1e-10, abs=0)


SETTINGS = [
    ("gaussian", {"n_samples": 60, "n_features": 70, "ridge": 0.05}),
    ("sphere", {"n_samples": 80, "n_features": 50, "ridge": 0.05}),
    ("sphere", {"n_samples": 60, "n_features": 60, "ridge": 0.1}),
]


@pytest.mark.parametrize(("name", "grid"), SETTINGS)
def test_theory_and_experiment_agree(name: str, grid: dict[str, float]) -> None:
    members = np.array([1, 2, 4])
    simulated = ax.simulate(MODELS[name], **grid, n_predictors=members, n_trials=30, progress=False)
    theory = ax.risk(MODELS[name], **grid, n_predictors=members)
    for quantity in ("test_error", "variance", "train_error"):
        assert ax.compare(theory, simulated, quantity=quantity).agrees, quantity
    # negative controls: three independent predictors are not one, and averages are over the same data
    assert not ax.compare(ax.risk(MODELS[name], **grid, n_predictors=[1, 1, 1]), simulated).agrees
    single = theory.excess_risk[0] / members + MODELS[name].noise_variance
    assert np.all(np.abs(simulated.test_error - single)[1:] > 5 * simulated.standard_error["test_error"][1:])


def test_the_same_bits_in_any_grid() -> None:
    model = gaussian()
    one = ax.simulate(model, n_samples=20, n_features=10, ridge=0.1, n_predictors=3, n_trials=2, progress=False)
    widths, members = np.array([[30], [10]]), np.array([1, 3])
    grid = ax.simulate(model, n_samples=20, n_features=widths, ridge=0.1, n_predictors=members, n_trials=2, progress=False)
    assert grid.shape == (2, 2)
    assert grid.test_error[1, 1] == one.test_error


def test_bad_input() -> None:
    model = gaussian()
    options = {"n_trials": 2, "progress": False, "n_samples": 10}
    for members in (0, 1.5, np.inf, "two"):
        with pytest.raises(InvalidInputError, match="n_predictors"):
            ax.simulate(model, ridge=1.0, n_features=5, n_predictors=members, **options)
    with pytest.raises(InvalidInputError, match=r"n_predictors = 2 .*no random features"):
        ax.simulate(ax.RidgeRegression(ax.Spectrum([1.0], [20]), [1.0]), ridge=1.0, n_predictors=2, **options)
    with pytest.raises(InvalidInputError, match="ridge = None"):
        ax.simulate(model, time=1.0, n_features=5, n_predictors=2, **options)
    with pytest.raises(InvalidInputError, match="at most"):
        ax.simulate(model, ridge=1.0, n_features=10**5, n_predictors=10, **options)
