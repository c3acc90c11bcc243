from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from asymptotix.activations.activation import activation
from asymptotix.errors import HypothesisError, InvalidInputError, StorageError
from asymptotix.models.designs import CubeKernel, GaussianCovariates, SphereFeatures
from asymptotix.runs.pool import WorkerPool
from asymptotix.runs.store import read_store
from asymptotix.simulation import trials
from asymptotix.simulation.trials import simulate

COVARIATES = GaussianCovariates(np.array([1.0, 0.1]), np.array([10.0, 30.0]), np.array([1.0, 0.5]), 0.2, 0.1, 0.3)
LINEAR = SimpleNamespace(design=COVARIATES)
FEATURES = SimpleNamespace(design=SphereFeatures(5, activation("relu"), np.array([0.0, 1.0]), 0.1))
GRID = {"n_samples": np.array([20, 40])[:, None], "ridge": np.array([0.1, 1.0]), "progress": False}


def same_bits(one, two):
    assert np.array_equal(one.n_trials, two.n_trials)
    for name in one.values:
        assert np.array_equal(one.samples[name], two.samples[name], equal_nan=True), name


def test_precision_is_reached_with_more_trials_where_the_spread_is_wider():
    curve = simulate(LINEAR, **GRID, precision=0.02)
    assert np.all(curve.standard_error.test_error <= 0.02 * curve.test_error)
    assert curve.n_trials[0, 0] > 32
    loose = simulate(LINEAR, **GRID, precision=0.2)
    assert loose.n_trials.tolist() == [[32, 32], [32, 32]]
    wide = simulate(LINEAR, **GRID, precision=0.02, quantity="variance")
    assert np.all(wide.standard_error.variance <= 0.02 * wide.values.variance)
    assert wide.n_trials.sum() != curve.n_trials.sum()


def test_precision_runs_the_same_trials_whatever_the_executor_and_the_grid():
    serial = simulate(LINEAR, **GRID, precision=0.03)
    with ThreadPoolExecutor(3) as threads, WorkerPool(2) as processes:
        same_bits(serial, simulate(LINEAR, **GRID, precision=0.03, executor=threads))
        same_bits(serial, simulate(LINEAR, **GRID, precision=0.03, executor=processes))
    fixed = simulate(LINEAR, **GRID, n_trials=int(serial.n_trials.max()))
    count = int(serial.n_trials[1, 0])
    assert np.array_equal(serial.samples.test_error[:count, 1], fixed.samples.test_error[:count, 1])


def test_a_point_without_a_variance_is_given_up_and_named():
    model = SimpleNamespace(design=GaussianCovariates(np.array([1.0]), np.array([12.0]), np.array([1.0]), 0.0, 0.0, 0.3))
    with pytest.warns(UserWarning, match=r"1 of 2 points .*n_samples = 12, ridge = 0 \(no finite variance seen in \d+ trials\)"):
        curve = simulate(model, n_samples=[12, 40], ridge=0.0, precision=0.05, progress=False)
    assert 512 <= curve.n_trials[0] < 10_000
    assert curve.standard_error.test_error[1] <= 0.05 * curve.test_error[1]


def test_the_cap_is_said_with_what_was_reached():
    with pytest.warns(UserWarning, match=r"n_samples = 20, ridge = 0.1 \(0\.\d+ after 20 trials\)"):
        curve = simulate(LINEAR, **GRID, precision=0.001, max_trials=20)
    assert curve.n_trials.tolist() == [[20, 20], [20, 20]]


def test_a_budget_is_kept_and_spent():
    seen = simulate(LINEAR, **GRID, budget=0.3)
    assert seen.n_trials.min() >= 4
    more = simulate(LINEAR, **GRID, budget="30 s", max_trials=40)
    assert more.n_trials.max() == 40


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_trials": 5, "precision": 0.1}, "precision = 0.1 is not valid: precision must be left out beside n_trials"),
        ({"precision": 0.1, "budget": 3}, "budget = 3 is not valid"),
        ({"precision": 1.5}, "precision = 1.5"),
        ({"budget": "ten minutes"}, "budget = 'ten minutes'"),
        ({"budget": "0 s"}, "budget = '0 s'"),
        ({"max_trials": 5}, "max_trials = 5"),
        ({"precision": 0.1, "quantity": "risk"}, "quantity = 'risk'"),
        ({"store": 3}, "store = 3 is not valid: store must be a path"),
    ],
)
def test_contradictions_are_refused(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        simulate(LINEAR, **{**GRID, **arguments})


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (LINEAR, {}),
        (FEATURES, {"n_features": 15}),
        (FEATURES, {"n_features": 6, "n_predictors": 2}),
        (LINEAR, {"precision": 0.05}),
    ],
)
def test_what_a_store_gives_back_is_what_a_run_without_gives(tmp_path, model, more):
    path, options = tmp_path / "a.sqlite", {**GRID, **more}
    plain = simulate(model, **options)
    same_bits(plain, simulate(model, **options, store=path))
    with read_store(path) as store:
        kept = store.counts().finished
    assert kept == int(plain.n_trials[:, 0].sum())
    ran = []
    same_bits(plain, simulate(model, **{**options, "progress": lambda *state: ran.append(state)}, store=path))
    assert not ran


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    def press(done, total):
        if done == 5:
            raise KeyboardInterrupt

    path = tmp_path / "a.sqlite"
    with pytest.warns(UserWarning, match="interrupted"):
        simulate(LINEAR, **{**GRID, "progress": press}, n_trials=8, store=path)
    with read_store(path) as store:
        assert store.counts().finished >= 5
    same_bits(simulate(LINEAR, **GRID, n_trials=8), simulate(LINEAR, **GRID, n_trials=8, store=path))


def test_a_store_of_another_seed_or_model_is_refused_with_the_difference(tmp_path):
    path = os.fspath(tmp_path / "a.sqlite")
    simulate(LINEAR, **GRID, n_trials=2, store=path)
    with pytest.raises(StorageError, match=r"identity\.seed is 0 there and 1 here"):
        simulate(LINEAR, **GRID, n_trials=2, seed=1, store=path)
    with pytest.raises(StorageError, match=r"identity\.design is "):
        simulate(FEATURES, **GRID, n_features=5, n_trials=2, store=path)


def test_a_model_with_code_in_it_is_refused(tmp_path):
    design = CubeKernel(5, lambda q1, q2, c: np.exp(c), np.array([0.0, 1.0]), 0.1)
    with pytest.raises(InvalidInputError, match=r"function.*: model must be made of values when store= is given") as caught:
        simulate(SimpleNamespace(design=design), **GRID, n_trials=2, store=tmp_path / "a.sqlite")
    assert "\n" not in str(caught.value)


@dataclass(frozen=True)
class FailsAt:
    """`run_trial`, but for one number of samples."""

    n_samples: int

    def __call__(self, sampler, cells, seed, trial):
        if cells[trial.cell].n_samples == self.n_samples and trial.replicate == 3:
            raise HypothesisError("too ill-conditioned")
        return ORIGINAL(sampler, cells, seed, trial)


ORIGINAL = trials.run_trial


def test_a_cell_that_fails_is_left_out_and_recorded_and_the_others_complete(tmp_path, monkeypatch):
    monkeypatch.setattr(trials, "run_trial", FailsAt(20))
    with pytest.raises(HypothesisError):
        simulate(LINEAR, **GRID, n_trials=6)
    path = tmp_path / "a.sqlite"
    with pytest.warns(UserWarning, match="1 of 2 cells failed and are left out: n_samples = 20: .*too ill-conditioned"):
        curve = simulate(LINEAR, **GRID, n_trials=6, store=path)
    assert curve.n_trials.tolist() == [[0, 0], [6, 6]]
    assert np.isnan(curve.test_error[0]).all()
    with read_store(path) as store:
        assert [failure.parameters["n_samples"] for failure in store.failures()] == [20]
    monkeypatch.setattr(trials, "run_trial", ORIGINAL)
    same_bits(simulate(LINEAR, **GRID, n_trials=6), simulate(LINEAR, **GRID, n_trials=6, store=path))
