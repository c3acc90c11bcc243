from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from types import SimpleNamespace

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import DataFeatures, GaussianCovariates, SphereFeatures
from asymptotix.simulation.trials import simulate

COVARIATES = GaussianCovariates(np.array([1.0, 0.1]), np.array([10.0, 30.0]), np.array([1.0, 0.5]), 0.2, 0.1, 0.3)
INPUTS = np.random.default_rng(0).standard_normal((30, 4))
GRID = {"n_samples": np.array([20, 40])[:, None], "ridge": np.array([0.0, 0.1, 1.0])}


def assert_same_bits(one, two):
    assert list(one.values) == list(two.values)
    for name in one.values:
        assert np.array_equal(one.samples[name], two.samples[name], equal_nan=True), name


def test_shapes_names_and_averages(run):
    curve = run(COVARIATES, **GRID, n_trials=5, seed=1)
    assert curve.shape == (2, 3)
    assert curve.n_trials.tolist() == [[5, 5, 5]] * 2
    assert set(curve.values) >= {"bias", "variance", "excess_risk", "test_error", "train_error", "squared_norm", "df1", "df2", "effective_ridge"}
    for name in curve.values:
        assert curve.samples[name].shape == (5, 2, 3)
        assert curve.values[name] == pytest.approx(curve.samples[name].mean(axis=0), rel=1e-14, abs=0)
        spread = curve.samples[name].std(axis=0, ddof=1) / np.sqrt(5)
        assert curve.standard_error[name] == pytest.approx(spread, rel=1e-10, abs=1e-18)
    assert curve.seed == 1
    assert curve.noise_variance == 0.3
    assert not curve.interrupted


def test_scalar_grid_gives_scalars(run):
    curve = run(COVARIATES, n_samples=20, ridge=1.0, n_trials=3)
    assert curve.test_error.shape == ()
    assert curve.samples["test_error"].shape == (3,)


def test_references_and_name_come_from_the_model():
    class Described:
        design = COVARIATES
        references = ("Key2020",)

    curve = simulate(Described(), n_samples=20, ridge=1.0, n_trials=2, progress=False)
    assert curve.model == "Described"
    assert curve.references == ("Key2020",)


@pytest.mark.parametrize("make", [lambda: ThreadPoolExecutor(3), lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn"))])
def test_any_executor_gives_the_same_bits(run, make):
    designs = [
        (COVARIATES, GRID),
        (DataFeatures(INPUTS, np.sign(INPUTS[:, 0]), activation("relu"), 0.2), {**GRID, "n_features": 15}),
    ]
    with make() as executor:
        for design, grid in designs:
            serial = run(design, **grid, n_trials=7, seed=3)
            assert_same_bits(serial, run(design, **grid, n_trials=7, seed=3, executor=executor))


def test_a_point_does_not_depend_on_the_rest_of_the_grid_or_the_number_of_trials(run):
    whole = run(COVARIATES, **GRID, n_trials=4, seed=3)
    alone = run(COVARIATES, n_samples=40, ridge=0.1, n_trials=2, seed=3)
    for name in whole.values:
        assert whole.samples[name][:2, 1, 1] == pytest.approx(alone.samples[name], rel=1e-9, abs=1e-14)


def test_trials_and_cells_and_seeds_are_independent_streams(run):
    curve = run(COVARIATES, **GRID, n_trials=4, seed=3)
    draws = curve.samples["train_error"][:, :, 2].ravel()
    assert len(np.unique(draws)) == draws.size
    other = run(COVARIATES, **GRID, n_trials=4, seed=4).samples["train_error"][:, :, 2].ravel()
    assert not np.intersect1d(draws, other).size


def test_standard_errors_are_calibrated(run):
    """Means of 20 trials, 60 times: their spread is the standard error (chi-square with 59 degrees of freedom)."""
    curve = run(COVARIATES, n_samples=25, ridge=0.5, n_trials=1200, seed=8)
    means = curve.samples["bias"].reshape(60, 20).mean(axis=1)
    predicted = curve.samples["bias"].std(ddof=1) / np.sqrt(20)
    assert 0.7 < means.std(ddof=1) / predicted < 1.35


def test_interruption_keeps_what_is_finished(run):
    def press(done, total):
        if done == 7:
            raise KeyboardInterrupt

    model = SimpleNamespace(design=COVARIATES)
    with pytest.warns(UserWarning, match="interrupted: kept 3 to 4 of 10 trials, depending on the grid point"):
        curve = simulate(model, **GRID, n_trials=10, seed=3, progress=press)
    assert curve.interrupted
    assert curve.n_trials.tolist() == [[4, 4, 4], [3, 3, 3]]
