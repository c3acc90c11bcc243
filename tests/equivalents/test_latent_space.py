from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError

MODEL = ax.LatentSpace(20, signal=1.0, noise_variance=0.1)


@pytest.mark.parametrize(
    ("n", "p", "ridge", "mean", "error"),
    # means over 60 draws of a simulation by another program, with standard errors
    [
        (200, 400, 0.5, 0.3067, 0.0022), (200, 100, 1.0, 0.5305, 0.0064), (100, 600, 1e-6, 0.2104, 0.0027),
        (100, 1500, 1e-6, 0.1802, 0.0020),
    ],
)  # fmt: skip
def test_simulated_values(n, p, ridge, mean, error):
    value = float(ax.risk(MODEL, n_samples=n, n_features=p, ridge=ridge).test_error)
    assert abs(value - mean) < 3 * error
    # what the features do not show is excess risk, and noise to the fit as well
    r = p / 20
    seen_only = ax.RidgeRegression(ax.Spectrum([1 + r, 1], [20, p - 20]), [r / (1 + r), 0], noise_variance=0.1)
    assert float(ax.risk(seen_only, n_samples=n, ridge=ridge).test_error) < value - 1 / (1 + r)


def test_unseen_signal_is_noise_to_the_fit():
    """The same risk from a linear model whose noise is larger by what the features do not show."""
    n, p, ridge, r = 150, 260, 0.3, 13.0
    hidden = 1 / (1 + r)
    noisy = ax.RidgeRegression(ax.Spectrum([1 + r, 1], [20, 240]), [r / (1 + r), 0], noise_variance=0.1 + hidden)
    ours, theirs = ax.risk(MODEL, n_samples=n, n_features=p, ridge=ridge), ax.risk(noisy, n_samples=n, ridge=ridge)
    for name in ("test_error", "train_error", "squared_norm", "df1", "df2", "effective_ridge"):
        assert float(ours.quantity(name)) == pytest.approx(float(theirs.quantity(name)), rel=1e-13, abs=0), name


def test_endless_features_are_the_limit():
    limit = ax.risk(MODEL, n_samples=100, n_features=np.inf, ridge=0.5)
    large = ax.risk(MODEL, n_samples=100, n_features=[1e8, 2e8], ridge=0.5)
    for name in ("test_error", "bias", "variance", "train_error", "df1", "df2"):
        gap = large.quantity(name) - float(limit.quantity(name))
        assert abs(gap[0]) < 1e-5 * max(float(limit.quantity(name)), float(limit.test_error))
        if name == "test_error":
            assert gap[0] / gap[1] == pytest.approx(2.0, rel=1e-3, abs=0)
    assert limit.squared_norm == 0
    assert limit.effective_ridge == np.inf


def test_the_best_number_of_features_is_infinite_for_a_strong_signal():
    p = np.append(np.geomspace(20, 1e5, 40).round(), np.inf)
    p = p[p != 100]  # the interpolation threshold
    error = ax.risk(MODEL, n_samples=100, n_features=p, ridge=0.0).test_error
    assert np.argmin(error) == p.size - 1
    assert error[np.argmin(np.abs(p - 100))] > 5 * error[-1]


@pytest.mark.parametrize("quantity", ["test_error", "train_error", "squared_norm", "df1", "df2"])
def test_simulation_agrees(quantity):
    verdict = ax.check(
        MODEL, n_samples=200, n_features=[100, 400], ridge=0.5, n_trials=40, quantity=quantity, progress=False, seed=5
    )
    assert verdict.outcome == "agree", verdict.summary()


def test_simulation_disagrees_with_half_the_signal():
    simulated = ax.simulate(MODEL, n_samples=200, n_features=400, ridge=0.5, n_trials=40, progress=False)
    wrong = ax.risk(ax.LatentSpace(20, signal=0.5, noise_variance=0.1), n_samples=200, n_features=400, ridge=0.5)
    assert ax.compare(wrong, simulated).outcome == "disagree"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_features": 19}, "n_features = 19.0 .*>= dimension = 20"),
        ({}, "n_features = None"),
        ({"n_features": 30, "n_samples": np.inf}, "n_samples = inf"),
        ({"n_features": 30, "ridge": -1.0}, "ridge = -1.0"),
        ({"time": 1.0, "ridge": None}, "model = .*RidgeRegression"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        ax.risk(MODEL, **{"n_samples": 100, "ridge": 0.1, **arguments})


@pytest.mark.parametrize("arguments", [{"dimension": 0}, {"dimension": 2.5}, {"signal": -1.0}, {"noise_variance": np.nan}])
def test_bad_models(arguments):
    with pytest.raises(InvalidInputError, match=next(iter(arguments))):
        ax.LatentSpace(**{"dimension": 20, **arguments})


def test_the_threshold_is_refused_and_other_questions_too():
    with pytest.raises(HypothesisError, match="infinite"):
        ax.risk(MODEL, n_samples=100, n_features=100, ridge=0.0)
    with pytest.raises(InvalidInputError, match="model = "):
        ax.optimal_ridge(MODEL, n_samples=100, n_features=200)
    with pytest.raises(InvalidInputError, match="n_features = 10"):
        ax.simulate(MODEL, n_samples=30, n_features=10, ridge=1.0, n_trials=2, progress=False)
