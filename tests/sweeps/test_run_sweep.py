from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError, StorageError
from asymptotix.runs.store import read_store
from asymptotix.sweeps import run_sweep
from asymptotix.sweeps.run_sweep import problem_of_store, sweep

PROBLEM = {
    "title": "two axes",
    "model": {
        "kind": "ridge_regression",
        "noise_variance": 0.2,
        "spectrum": {"eigenvalues": [1.0, 0.1], "multiplicities": [20, 30]},
        "target": {"energies": [1.0, 0.2]},
    },
    "grid": {"n_samples": [30, 60, 80, 100], "ridge": [0.1, 0.5, 1.0, 4.0]},
    "simulation": {"n_trials": 20, "seed": 3},
}
TEXT = """
title = "two axes"
[model]
kind = "ridge_regression"
noise_variance = 0.2
spectrum = {eigenvalues = [1.0, 0.1], multiplicities = [20, 30]}
target = {energies = [1.0, 0.2]}
[grid]
n_samples = [30, 60, 80, 100]
ridge = [0.1, 0.5, 1.0, 4.0]
[simulation]
n_trials = 20
seed = 3
"""


def test_it_is_theory_and_simulation_and_check():
    found = sweep(PROBLEM, progress=False)
    grid = {"n_samples": np.array([30.0, 60, 80, 100])[:, None], "ridge": np.array([0.1, 0.5, 1.0, 4.0])}
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.1], [20, 30]), [1.0, 0.2], noise_variance=0.2)
    verdict = ax.check(model, **grid, n_trials=20, seed=3, progress=False)
    assert np.array_equal(found.theory.test_error, verdict.expected)
    assert np.array_equal(found.simulation.test_error, verdict.simulated)
    assert found.verdict.outcome == verdict.outcome
    assert found.table.column("n_trials").values == [20.0] * 16
    assert found.table.column("simulated").values == pytest.approx(verdict.simulated.ravel(), rel=1e-15, abs=0)


def test_a_wrong_theory_is_found_out(monkeypatch):
    import asymptotix.equivalents.dispatch as dispatch

    right = dispatch.risk

    def wrong(model, *, ridge, **grid):
        return right(model, ridge=2 * ridge, **grid)

    monkeypatch.setattr(dispatch, "risk", wrong)
    problem = {**PROBLEM, "grid": {"n_samples": 60, "ridge": [0.5, 4.0]}}
    assert sweep(problem, n_trials=200, progress=False).verdict.outcome == "disagree"


def test_the_trials_of_the_file_can_be_replaced(tmp_path):
    assert sweep(PROBLEM, n_trials=2, progress=False).simulation.n_trials.max() == 2
    careful = sweep(PROBLEM, precision=0.03, progress=False).simulation
    assert np.all(careful.standard_error.test_error <= 0.03 * careful.test_error)
    with pytest.raises(InvalidInputError, match="precision"):
        sweep(PROBLEM, n_trials=3, precision=0.1, progress=False)
    with pytest.raises(InvalidInputError, match="every"):
        sweep(PROBLEM, every=3.0, progress=False)
    for pause, function, message in (("soon", print, "every = 'soon'"), (-1.0, print, "every = -1.0"), (3.0, None, "on_partial")):
        with pytest.raises(InvalidInputError, match=message):
            sweep(PROBLEM, store=tmp_path / "a.sqlite", every=pause, on_partial=function, progress=False)
    with pytest.raises(InvalidInputError, match="problem = 3"):
        sweep(3)


def test_killed_in_mid_run_it_goes_on_and_gives_the_same_bytes(tmp_path):
    problem, store = tmp_path / "p.toml", tmp_path / "p.sweep.sqlite"
    problem.write_text(TEXT)
    command = [sys.executable, "-m", "asymptotix", "sweep", str(problem), "--n-trials", "4000"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert _wait_for(store, 100, running)
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    with read_store(store) as kept:
        before = kept.counts().finished
    assert 100 <= before < 16_000
    ran = []
    found, options = problem_of_store(store)
    assert options["n_trials"] == 4000
    resumed = sweep(found, store=store, n_trials=100, progress=lambda *state: ran.append(state))
    assert len(ran) < 4 * 100
    assert resumed.to_csv() == sweep(problem, n_trials=100, progress=False).to_csv()


def _wait_for(store: Path, count: int, running: subprocess.Popen[bytes]) -> bool:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and running.poll() is None:
        if store.exists() and store.stat().st_size:
            try:
                with read_store(store) as reading:
                    if reading.counts().finished >= count:
                        return True
            except StorageError:
                pass  # not yet made
        time.sleep(0.05)
    return False


def test_another_engine_goes_on_with_the_same_bits(tmp_path):
    store = tmp_path / "a.sqlite"
    plain = sweep(PROBLEM, precision=0.04, progress=False)
    with ThreadPoolExecutor(2) as threads:
        sweep(PROBLEM, store=store, n_trials=5, executor=threads, progress=False)
        again = sweep(PROBLEM, store=store, precision=0.04, executor=threads, progress=False)
    assert again.to_csv() == plain.to_csv()


def test_a_store_of_another_problem_or_seed_is_refused_with_the_difference(tmp_path):
    store = tmp_path / "a.sqlite"
    sweep(PROBLEM, store=store, n_trials=2, progress=False)
    with pytest.raises(StorageError, match=r"identity\.seed is 3 there and 4 here"):
        sweep(PROBLEM, store=store, n_trials=2, seed=4, progress=False)
    other = {**PROBLEM, "grid": {**PROBLEM["grid"], "ridge": [0.1, 0.5, 1.0, 8.0]}}
    with pytest.raises(StorageError, match=r"identity\.grid\.ridge\[3\] is 4\.0 there and 8\.0 here"):
        sweep(other, store=store, n_trials=2, progress=False)


def test_a_store_of_a_simulation_is_not_one_of_a_sweep(tmp_path):
    model = ax.RidgeRegression(ax.Spectrum([1.0], [20]), [1.0])
    ax.simulate(model, n_samples=10, ridge=1.0, n_trials=2, store=tmp_path / "a.sqlite", progress=False)
    with pytest.raises(StorageError, match="is not the store of a sweep"):
        problem_of_store(tmp_path / "a.sqlite")


def test_what_there_is_can_be_had_in_between(tmp_path, monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr(run_sweep, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    seen = []
    found = sweep(PROBLEM, store=tmp_path / "a.sqlite", n_trials=60, every=100, on_partial=seen.append, progress=False)
    assert len(seen) == 2
    assert all(part.interrupted and part.simulation.n_trials.max() <= 60 for part in seen)
    assert not found.interrupted
    assert found.to_csv() == sweep(PROBLEM, n_trials=60, progress=False).to_csv()


def test_a_run_of_failures_alone_ends_and_is_no_interruption(tmp_path, monkeypatch):
    def broken(*_):
        raise ValueError("always")

    monkeypatch.setattr("asymptotix.simulation.trials.observe_fit", broken)
    seen = []
    with pytest.warns(UserWarning, match="4 of 4 cells failed"):
        found = sweep(PROBLEM, store=tmp_path / "a.sqlite", every=1e-9, on_partial=seen.append, progress=False)
    assert not found.interrupted
    assert not seen
    assert np.all(found.simulation.n_trials == 0)


def test_the_effort_of_the_file_counts_and_an_argument_replaces_it():
    grid = {"n_samples": [30, 60], "ridge": 1.0}
    wanted = {**PROBLEM, "grid": grid, "simulation": {"precision": 0.1, "max_trials": 40}}
    assert sweep(wanted, progress=False).simulation.n_trials.max() <= 40
    assert (sweep(wanted, n_trials=3, progress=False).simulation.n_trials == 3).all()
    with pytest.warns(UserWarning, match="without the precision"):
        assert (sweep(wanted, precision=0.001, max_trials=33, progress=False).simulation.n_trials == 33).all()
