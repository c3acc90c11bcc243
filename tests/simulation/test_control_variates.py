from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import GaussianCovariates, GaussianFeatures, NonGaussianCovariates
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.runs.pool import WorkerPool
from asymptotix.simulation import trials
from asymptotix.simulation.control_variates import CONTROLS, control_means, controls_of
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.observables import decomposed
from asymptotix.simulation.trials import simulate
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict.experiment import check

LEVELS = (np.array([1.0, 0.2]), np.array([4.0, 8.0]), np.array([0.7, 0.3]))
MODEL = RidgeRegression(Spectrum([1.0, 0.3], [10, 30]), [1.0, 0.5], noise_variance=0.2)
GRID = {"n_samples": [20, 60], "ridge": [[0.1], [300.0]], "progress": False}
CASES = {
    "covariates": (GaussianCovariates(*LEVELS, 0.3, 0.1, 0.1), 6, None),
    "more samples": (GaussianCovariates(*LEVELS, 0.0, 0.0, 0.1), 30, None),
    "random features": (GaussianFeatures(*LEVELS, 0.7, 0.1, 0.1), 6, 5),
    "wishart factor": (GaussianCovariates(np.array([1.0]), np.array([16_000.0]), np.array([1.0]), 0.0, 0.0, 0.1), 10, None),
    "singular values": (GaussianCovariates(np.array([0.5]), np.array([200.0]), np.array([2.0]), 0.0, 0.0, 0.1), 130, None),
}


def deviations(case, count):
    """Of the controls, (count, 4)."""
    design, n, p = CASES[case]
    sampler, rng = sampler_of(design), np.random.default_rng(1)
    means, estimator = control_means(sampler, n, p), Ridge(np.array([1.0]))
    return np.array([controls_of(decomposed(sampler.draw(n, p, rng), estimator), means) for _ in range(count)])


@pytest.mark.parametrize("case", CASES)
def test_the_means_are_those_of_the_draws(case):
    found = deviations(case, 200 if case in ("singular values", "wishart factor") else 2500)
    z = found.mean(axis=0) / (found.std(axis=0, ddof=1) / np.sqrt(len(found)))
    assert np.all(np.abs(z) < 4.0), z


def test_the_controls_are_what_they_are_called():
    sampler, rng = sampler_of(CASES["covariates"][0]), np.random.default_rng(0)
    draw = sampler.draw(6, None, rng)
    kernel = draw.matrix @ draw.matrix.T
    expected = [np.trace(kernel), np.sum(kernel**2), draw.labels @ draw.labels, draw.labels @ kernel @ draw.labels]
    means = control_means(sampler, 6, None)
    for ridge in (1.0, 0.0):  # by the Gram matrix; 0 with n > q by Z'Z below
        assert controls_of(decomposed(draw, Ridge(np.array([ridge]))), means) == pytest.approx(expected / means - 1.0, rel=1e-9)
    assert means[0] == pytest.approx(6 * (4.0 * 1.0 + 8.0 * 0.2), rel=1e-12)


def test_error_bars_shrink_and_the_trials_stay_those_without():
    plain, better = simulate(MODEL, **GRID, n_trials=60), simulate(MODEL, **GRID, n_trials=60, control_variates=True)
    for name, draws in plain.samples.items():
        assert np.array_equal(better.samples[name], draws), name
    assert list(better.values) == list(plain.values)
    assert list(better.controls) == list(CONTROLS)
    reduction = better.variance_reduction
    expected = (plain.standard_error.test_error / better.standard_error.test_error) ** 2
    assert reduction.test_error == pytest.approx(expected, rel=1e-12)
    assert reduction.test_error[1].min() > 8.0
    assert np.all(better.n_controls == 4)
    assert "4 control variates" in better.table().title
    assert "test_error_variance_reduction" in better.to_csv()
    assert better.median.test_error == pytest.approx(plain.median.test_error, rel=1e-15)
    long = simulate(MODEL, **GRID, n_trials=600)
    z = (better.test_error - long.test_error) / np.hypot(better.standard_error.test_error, long.standard_error.test_error)
    assert np.all(np.abs(z) < 4.0), z
    assert np.all(plain.variance_reduction.bias == 1.0)


def test_a_wrong_known_mean_is_noticed(monkeypatch):
    grid = {**GRID, "ridge": 300.0, "n_trials": 100, "control_variates": True}
    right = simulate(MODEL, **grid)
    monkeypatch.setattr(trials, "control_means", lambda *size: control_means(*size) * np.array([1.0, 1.0, 1.1, 1.0]))
    wrong = simulate(MODEL, **grid)
    z = (wrong.test_error - right.test_error) / np.hypot(right.standard_error.test_error, wrong.standard_error.test_error)
    assert np.all(np.abs(z) > 5.0), z


def same_bits(one, other):
    for name, values in one.values.items():
        assert np.array_equal(values, other.values[name], equal_nan=True), name
        assert np.array_equal(one.standard_error[name], other.standard_error[name], equal_nan=True), name


@pytest.mark.parametrize("effort", [{"n_trials": 40}, {"precision": 0.04}])
def test_every_executor_and_a_store_give_the_same_bits(tmp_path, effort):
    options = {**GRID, **effort, "control_variates": True}
    plain = simulate(MODEL, **options)
    with ThreadPoolExecutor(2) as threads, WorkerPool(2) as processes:
        same_bits(plain, simulate(MODEL, **options, executor=threads))
        same_bits(plain, simulate(MODEL, **options, executor=processes))
    path = tmp_path / "a.sqlite"
    simulate(MODEL, **{**GRID, **effort}, store=path)  # one without controls beside it
    same_bits(plain, simulate(MODEL, **options, store=path))
    ran = []
    same_bits(plain, simulate(MODEL, **{**options, "progress": lambda *state: ran.append(state)}, store=path))
    assert not ran


def test_a_precision_counts_the_adjusted_error():
    grid = {**GRID, "ridge": 300.0, "precision": 0.004}
    plain, better = simulate(MODEL, **grid), simulate(MODEL, **grid, control_variates=True)
    assert np.all(better.standard_error.test_error <= 0.004 * better.test_error)
    assert better.n_trials.min() >= 40
    assert better.n_trials.sum() < plain.n_trials.sum() / 2


def test_the_verdict_pays_for_the_coefficients():
    options = {"n_samples": [90, 120], "ridge": 50.0, "n_trials": 40, "progress": False}
    plain, better = check(MODEL, **options), check(MODEL, **options, control_variates=True)
    assert better.outcome == "agree", better.summary()
    assert better.z_limit > plain.z_limit
    assert "4 control variates divide the variance of the means by" in better.summary()
    assert better.detectable.max() < plain.detectable.max()


def test_an_interrupted_run_leaves_them_out_and_says_so():
    def press(done, total):
        if done == 30:
            raise KeyboardInterrupt

    missing = "control variates left out at 4 points with fewer than 40 trials"
    with pytest.warns(UserWarning, match=missing), pytest.warns(UserWarning, match="interrupted"):
        curve = simulate(MODEL, **{**GRID, "progress": press}, control_variates=True)
    assert np.all(curve.n_controls == 0)
    assert np.all(curve.variance_reduction.test_error == 1.0)


@pytest.mark.parametrize(
    ("design", "more", "message"),
    [
        (MODEL.design, {"n_trials": 39}, "n_trials = 39 is not valid: n_trials must be at least 40 with control variates"),
        (MODEL.design, {"precision": 0.1, "max_trials": 20}, "max_trials = 20"),
        (MODEL.design, {"n_trials": "many"}, "n_trials = 'many' is not valid: n_trials must be a whole number"),
        (NonGaussianCovariates(*LEVELS, 0.0, 0.0, 0.1, "rademacher", None, None), {}, "left out for NonGaussianCovariates"),
        (RandomFeatures(Spectrum([1.0], [9]), [1.0]).design, {"n_features": 5, "n_predictors": 2}, "left out with n_predictors"),
    ],
)
def test_what_has_no_known_means_is_refused(design, more, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        simulate(SimpleNamespace(design=design), **GRID, **more, control_variates=True)
    assert "\n" not in str(caught.value)
