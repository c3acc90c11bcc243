from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asymptotix.cli.app import app

TEXT = """
[model]
kind = "ridge_regression"
noise_variance = 0.2
spectrum = {eigenvalues = [1.0], multiplicities = [40]}
target = {energies = [1.0]}
[grid]
n_samples = [60, 90]
ridge = 0.5
[simulation]
n_trials = 40
"""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    path = tmp_path / "p.toml"
    path.write_text(TEXT)
    return path


def call(*arguments: object):
    return CliRunner().invoke(app, ["sweep", *map(str, arguments)])


def test_a_file_alone_runs_beside_its_store_and_resumes(problem):
    first = call(problem, "--json")
    assert first.exit_code == 0, first.output
    store = problem.with_suffix(".sweep.sqlite")
    assert store.exists()
    found = json.loads(first.stdout)
    assert found["outcome"] == "agree"
    assert [row["n_trials"] for row in found["rows"]] == [40, 40]
    assert json.loads(call("resume", store, "--json").stdout)["rows"] == found["rows"]
    assert json.loads(call("run", problem, "--json").stdout) == found
    assert call("status", store).stdout.startswith("80 of 80 finished, 0 failed, 0 left")


def test_outcomes_and_refusals_have_their_codes(problem, tmp_path):
    assert call(problem, "--n-trials", 2, "--store", tmp_path / "few").exit_code == 5
    call(problem)
    refused = call(problem, "--seed", 1)
    assert refused.exit_code == 4
    assert "identity.seed is 0 there and 1 here" in refused.stderr
    assert call(problem, "--n-trials", 5, "--precision", 0.1).exit_code == 2
    assert call(problem, "--every", "5 min").exit_code == 2
    assert call(problem, "--workers", 2, "--scheduler", "tcp://127.0.0.1:1").exit_code == 2
    assert call(tmp_path / "none.toml").exit_code == 2
    assert call("resume", tmp_path / "none.sqlite").exit_code == 4


def test_output_is_written(problem, tmp_path):
    done = call(problem, "--precision", 0.05, "--output", tmp_path / "out", "--every", "1 h")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["figure.pdf", "figure.png", "table.csv", "table.tex"]


@pytest.mark.filterwarnings("always:interrupted")
def test_an_interrupted_sweep_says_how_to_go_on(problem, monkeypatch):
    import asymptotix.simulation.replicates as replicates

    real = replicates.run_tasks

    def pressed(*arguments, **options):
        for count, found in enumerate(real(*arguments, **options)):
            yield found
            if count == 1 and len(arguments[0]) > 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(replicates, "run_tasks", pressed)
    stopped = call(problem)
    assert stopped.exit_code == 130
    assert "warning: interrupted: kept 2 of 40 trials" in stopped.stderr
    store = problem.with_suffix(".sweep.sqlite")
    assert f"asymptotix sweep resume {store}" in stopped.stderr
    monkeypatch.undo()
    assert call("resume", store).exit_code == 0


def test_check_takes_a_precision_and_a_budget(problem):
    runner = CliRunner()
    precise = runner.invoke(app, ["check", str(problem), "--precision", "0.05", "--json"])
    assert precise.exit_code == 0, precise.output
    assert runner.invoke(app, ["check", str(problem), "--budget", "0.5 s"]).exit_code in (0, 5)
    both = runner.invoke(app, ["check", str(problem), "--budget", "1 s", "--n-trials", "5"])
    assert both.exit_code == 2
    assert "left out beside n_trials" in both.stderr


def test_check_keeps_its_trials_and_shares_them(problem, tmp_path):
    runner, store = CliRunner(), tmp_path / "trials.sqlite"

    def check(*options):
        return runner.invoke(app, ["check", str(problem), "--json", *map(str, options)])

    first = check("--store", store, "--n-trials", 20)
    assert first.exit_code in (0, 5), first.output
    assert store.exists()
    assert json.loads(check("--store", store, "--n-trials", 20).stdout)["rows"] == json.loads(first.stdout)["rows"]
    refused = check("--store", store, "--seed", 5)
    assert refused.exit_code == 4
    assert "seed is 0 there and 5 here" in refused.stderr
    assert check("--n-trials", 20, "--max-trials", 9).exit_code == 2


@pytest.mark.long
def test_check_on_workers_has_the_same_bits(problem):
    here, there = (CliRunner().invoke(app, ["check", str(problem), "--json", *more]) for more in ([], ["--workers", "2"]))
    assert there.exit_code == 0, there.output
    assert there.stdout == here.stdout


def test_axes_of_the_figure_are_checked_before_anything_runs(problem, tmp_path):
    wrong = call(problem, "--output", tmp_path / "out", "--x", "ridge")
    assert wrong.exit_code == 2
    assert "here: n_samples" in wrong.stderr
    assert call(problem, "--x", "n_samples").exit_code == 2
    assert not problem.with_suffix(".sweep.sqlite").exists()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # a cluster that is closed warns on a loaded machine
def test_a_scheduler_gives_the_bits_of_this_process(problem, tmp_path):
    distributed = pytest.importorskip("distributed")
    here = json.loads(call(problem, "--json", "--store", tmp_path / "here").stdout)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        there = call(problem, "--json", "--store", tmp_path / "there", "--scheduler", cluster.scheduler_address)
        with distributed.Client(cluster) as client:
            computed = client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.transition_counter)
    assert there.exit_code == 0, there.output
    assert json.loads(there.stdout)["rows"] == here["rows"]
    assert computed > 0  # the trials went through the scheduler
