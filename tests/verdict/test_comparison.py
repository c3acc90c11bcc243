from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.simulation.trials import simulate
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict import FALSE_ALARM, check, compare

GRID: dict[str, Any] = {"n_samples": 120, "n_features": np.array([40, 90, 150, 300]), "ridge": np.array([1e-2, 0.1])[:, None]}


def sphere_model(energies: tuple[float, ...] = (0.0, 1.0, 0.5), noise_variance: float = 0.25) -> RandomFeatures:
    return RandomFeatures.on_sphere("relu", dimension=20, target=energies, noise_variance=noise_variance)


@pytest.fixture(scope="module")
def simulated() -> Any:
    return simulate(sphere_model(), **GRID, n_trials=50, seed=1, progress=False)


@pytest.mark.parametrize(
    "quantity",
    ["test_error", "train_error", "in_sample_risk", "bias", "variance", "squared_norm", "df1", "effective_ridge", "nu1"],
)
def test_random_features_on_the_sphere_agree(simulated: Any, quantity: str) -> None:
    verdict = compare(risk(sphere_model(), **GRID), simulated, quantity=quantity)
    assert verdict.outcome == "agree", verdict.summary()
    assert verdict.agrees is True


@pytest.mark.parametrize("mistake", ["noise variance doubled", "ridge times n", "one degree off"])
def test_mistakes_in_the_theory_are_noticed(simulated: Any, mistake: str) -> None:
    model, grid = sphere_model(), dict(GRID)
    if mistake == "noise variance doubled":
        model = sphere_model(noise_variance=0.5)
    elif mistake == "ridge times n":
        grid["ridge"] = grid["ridge"] * grid["n_samples"]
    else:
        model = sphere_model(energies=(0.0, 0.0, 1.0, 0.5))
    verdict = compare(risk(model, **grid), simulated)
    assert verdict.outcome == "disagree"
    assert verdict.agrees is False


def test_a_verdict_has_no_truth_value(simulated: Any) -> None:
    verdict = compare(risk(sphere_model(), **GRID), simulated)
    with pytest.raises(HypothesisError, match="no truth value"):
        bool(verdict)


def test_too_few_trials_are_not_enough_evidence() -> None:
    model = RidgeRegression(Spectrum([1.0], [30]), [1.0], noise_variance=1.0)
    verdict = check(model, n_samples=34, ridge=0.0, n_trials=2, progress=False)
    assert verdict.outcome == "not enough evidence"
    with pytest.raises(HypothesisError, match="not enough evidence"):
        _ = verdict.agrees
    assert "error bars wider" in verdict.summary()


def test_heavy_tailed_points_are_left_out_and_said_so() -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    verdict = check(model, n_samples=[30, 58, 63, 64, 120], ridge=0.0, n_trials=40, progress=False)
    assert list(verdict.judged) == [True, False, False, True, True]
    assert "2 ridgeless points within 3 of the interpolation threshold left out" in verdict.summary()


def test_the_worst_point_is_named() -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=[30, 90, 120], ridge=0.5)
    values = curve.test_error * np.array([1.0, 1.3, 1.01])
    verdict = compare(curve, values, 0.01 * curve.test_error, n_trials=50)
    assert verdict.outcome == "disagree"
    assert verdict.worst["n_samples"] == 90
    assert "worst point n_samples = 90, ridge = 0.5" in verdict.summary()
    assert len(verdict.table) == 3


def test_exports_hold_every_point_and_the_summary(tmp_path: Path) -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=[30, 90, 120], ridge=0.5)
    verdict = compare(curve, curve.test_error, 0.01 * curve.test_error, n_trials=50)
    text = verdict.to_csv(tmp_path / "verdict.csv")
    assert (tmp_path / "verdict.csv").read_text() == text
    assert repr(float(curve.test_error[1])) in text
    assert "agree: 3 of 3 points judged" in text
    assert verdict.to_latex().count(r"\\") >= 3
    assert "<table" in verdict._repr_html_()


def test_allowance_is_stated_and_never_above_five_per_cent() -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=[4, 30, 59, 2000], ridge=1e-3)
    verdict = compare(curve, curve.test_error, 0.01 * curve.test_error)
    relative = verdict.allowance / curve.test_error
    assert np.all(relative <= 0.05 + 1e-9)
    assert relative[3] < 1e-3
    assert "finite-size allowance" in verdict.summary()


def test_exact_zeros_agree_with_rounding() -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    verdict = check(model, n_samples=[30, 40], ridge=0.0, n_trials=10, progress=False, quantity="train_error")
    assert verdict.outcome == "agree"
    assert verdict.summary()


def test_false_alarm_rate_of_the_null() -> None:
    # the theory against Gaussian numbers drawn around itself: a family-wise rate of 1e-3, so 4000 tables raise about 4 alarms
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=np.arange(20, 55), ridge=0.5)
    rng, trials, alarms = np.random.default_rng(0), 30, 0
    for _ in range(4000):
        draws = curve.test_error * (1.0 + 0.02 * rng.standard_normal((trials, 35)))
        verdict = compare(curve, draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(trials), n_trials=trials, allowance=0.0)
        alarms += verdict.outcome == "disagree"
    # binomial(4000, 1e-3): at most 13 with probability 0.9999
    assert FALSE_ALARM == 1e-3
    assert 0 <= alarms <= 13


def test_power_to_notice_a_bias_of_the_stated_size() -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=np.arange(20, 55), ridge=0.5)
    rng, trials, noticed = np.random.default_rng(1), 200, 0
    for _ in range(100):
        draws = curve.test_error * (1.01 + 0.02 * rng.standard_normal((trials, 35)))
        verdict = compare(curve, draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(trials), n_trials=trials, allowance=0.0)
        noticed += verdict.outcome == "disagree"
    assert noticed >= 95


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": [1.0, 2.0]}, "grid's shape"),
        ({"standard_errors": -1.0}, "standard_errors"),
        ({"standard_errors": np.nan}, "standard_errors = nan"),
        ({"values": [np.nan, 1.0, 1.0], "standard_errors": [np.nan, np.nan, 0.1]}, "standard_errors = nan"),
        ({"allowance": 0.2}, "a wider one is no agreement"),
        ({"allowance": "none"}, "allowance"),
        ({"max_z_score": np.nan}, "max_z_score = nan is not valid"),  # no deviation exceeds NaN: everything would agree
        ({"max_z_score": -1.0}, "max_z_score"),
        ({"n_trials": np.nan}, "n_trials"),
        ({"n_trials": [1, 2]}, "n_trials"),
        ({"quantity": "beauty"}, "quantity = 'beauty' is not valid"),
    ],
)
def test_bad_comparisons(changes: dict[str, object], message: str) -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=[30, 90, 120], ridge=0.5)
    arguments = {"values": [1.0, 1.0, 1.0], "standard_errors": 0.1} | changes
    with pytest.raises(InvalidInputError, match=message):
        compare(curve, **arguments)


def test_your_own_means_need_standard_errors_and_a_curve() -> None:
    model = RidgeRegression(Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
    curve = risk(model, n_samples=[30, 90, 120], ridge=0.5)
    with pytest.raises(InvalidInputError, match="standard_errors must be given beside means of your own"):
        compare(curve, [1.0, 1.0, 1.0])
    with pytest.raises(InvalidInputError, match="curve must be a RiskCurve"):
        compare([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], 0.1)
