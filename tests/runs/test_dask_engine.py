from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager

import pytest

import asymptotix as ax
from asymptotix.runs import dask_engine
from asymptotix.runs.engine import run_tasks

distributed = pytest.importorskip("distributed")


def killer_at_three(task):
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def die_once(path):
    if not os.path.exists(path):
        open(path, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


@contextmanager
def cluster(allowed_failures):
    """Two processes, the dashboard at any free port, quiet about the deaths that the tests cause."""
    import dask

    settings = {"distributed.scheduler.allowed-failures": allowed_failures, "distributed.logging.distributed": "critical"}
    settings["distributed.deploy.lost-worker-timeout"] = "120s"  # 15 s are too few for restarts on a loaded machine
    with dask.config.set(settings):
        options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
        with distributed.LocalCluster(**options, silence_logs=logging.CRITICAL) as made:
            yield made


@pytest.fixture(scope="module")
def address():
    with cluster(allowed_failures=0) as made:
        yield made.scheduler_address


@pytest.mark.long  # a cluster that loses workers takes seconds; the page on engines runs one without deaths
def test_results_deaths_and_bits_on_a_cluster(address, tmp_path):
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.25, 0.1]), ax.Target([1.0, 1.0, 1.0]), noise_variance=0.1)
    grid = {"n_samples": [4, 8], "ridge": 0.1, "n_trials": 3, "seed": 1, "progress": False}
    with ax.DaskExecutor(address) as executor:
        assert executor.n_workers == 2
        there = ax.simulate(model, **grid, executor=executor)
        results = dict(run_tasks(range(12), killer_at_three, executor=executor, on_failure="yield"))
    assert there.samples["test_error"].tobytes() == ax.simulate(model, **grid).samples["test_error"].tobytes()
    failure = results.pop(3)
    assert failure.kind == "died"
    assert "KilledWorker" in failure.message
    assert results == {k: k * k for k in range(12) if k != 3}


@pytest.mark.long
def test_a_task_whose_worker_dies_once_is_computed_elsewhere(address, tmp_path):
    with ax.DaskExecutor(address) as executor:
        assert dict(run_tasks([str(tmp_path / "marker")], die_once, executor=executor)) == {0: "alive"}


@pytest.mark.long
def test_the_executor_of_a_client_as_it_comes(tmp_path):
    with cluster(allowed_failures=3) as made, distributed.Client(made) as client:
        results = dict(run_tasks(range(8), killer_at_three, executor=client.get_executor(), on_failure="yield"))
    assert results.pop(3).kind == "died"
    assert results == {k: k * k for k in range(8) if k != 3}


def test_other_versions_are_named():
    class Client:
        def run(self, function):
            return {"tcp://other": {**function(), "NumPy": "1.0"}}

    with pytest.raises(ax.AsymptotixError, match=r"tcp://other has other versions \(NumPy 1.0 there, "):
        dask_engine._check_versions(Client())


def test_an_address_where_nothing_answers():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(ax.InvalidInputError, match=f"scheduler = 'tcp://127.0.0.1:{port}' .*dask scheduler"):
        ax.DaskExecutor(f"tcp://127.0.0.1:{port}", timeout=0.3)
    assert time.monotonic() - start < 10


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ax.MissingExtraError, match=r"asymptotix\[cluster\]"):
        ax.DaskExecutor("tcp://127.0.0.1:1")
