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
from asymptotix.results import SHARED_FIELDS
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
    assert set(curve.values) == {*SHARED_FIELDS, "in_sample_risk", "gcv", "loo"}
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


def test_interruption_before_anything_finished_is_an_interruption(monkeypatch):
    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("asymptotix.simulation.trials.observe_fit", press)
    with pytest.raises(KeyboardInterrupt):
        simulate(SimpleNamespace(design=COVARIATES), **GRID, n_trials=3, progress=False)


def test_interrupted_points_without_a_trial_are_nan_and_silent(run):
    def press(done, total):
        raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted: kept 0 to 1 of 10 trials, depending on the grid point") as caught:
        curve = simulate(SimpleNamespace(design=COVARIATES), **GRID, n_trials=10, progress=press)
    assert len(caught) == 1
    assert np.isnan(curve.test_error[1]).all()
    assert np.isfinite(curve.test_error[0]).all()
    assert np.isnan(curve.standard_error.test_error).all()


def test_progress_is_reported(run):
    seen = []
    simulate(SimpleNamespace(design=COVARIATES), **GRID, n_trials=3, progress=lambda *state: seen.append(state))
    assert seen == [(done, 6) for done in range(1, 7)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_trials": 0}, "n_trials = 0"),
        ({"seed": -1}, "seed = -1"),
        ({"ridge": -1.0}, "ridge = -1.0 is not valid"),
        ({"progress": "bar"}, "progress = "),
        ({"ridge": None, "steps": 3, "step_size": "small"}, "step_size = 'small'"),
    ],
)
def test_bad_arguments_are_refused(run, arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        simulate(SimpleNamespace(design=COVARIATES), **{"n_samples": 10, "ridge": 1.0, "progress": False, **arguments})


def test_random_features_need_a_number_of_features(run):
    design = SphereFeatures(5, activation("relu"), np.array([0.0, 1.0]), 0.1)
    with pytest.raises(InvalidInputError, match="n_features"):
        run(design, n_samples=10, ridge=1.0)
    with pytest.raises(InvalidInputError, match="n_features"):
        run(COVARIATES, n_samples=10, ridge=1.0, n_features=4)


def test_a_worker_loads_neither_sympy_nor_matplotlib():
    script = (
        "import pickle, sys\n"
        "import numpy as np\n"
        "from asymptotix.activations.activation import activation\n"
        "from asymptotix.models.designs import SphereFeatures\n"
        "from asymptotix.simulation.designs import sampler_of\n"
        "from asymptotix.simulation.grid import broadcast_grid, cells_of\n"
        "from asymptotix.simulation.trials import Trial, run_trial\n"
        "sampler = sampler_of(SphereFeatures(5, activation('tanh'), np.array([0.0, 1.0]), 0.1))\n"
        "cells = cells_of(broadcast_grid(sampler, n_samples=8, setting=('ridge', [0.0, 1.0]), n_features=5))\n"
        "rows = run_trial(*pickle.loads(pickle.dumps((sampler, cells, 0, Trial(0, 0)))))\n"
        "assert np.isfinite(rows).all()\n"
        "print(sorted({'sympy', 'matplotlib', 'scipy.optimize', 'rich'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
