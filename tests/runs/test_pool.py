from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

import asymptotix as ax
from asymptotix.runs.engine import run_tasks
from asymptotix.runs.task_failure import TaskFailure
from asymptotix.runs.worker_process import WorkerProcess

ROOT = Path(__file__).parents[2]


def poison(task):
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if task == 6:
        raise ValueError("six is rotten")
    return task * task


def leave_at_three(task):
    if task == 3:
        os._exit(7)
    return task


def sleep_at_three(task):
    if task == 3:
        time.sleep(60)
    return task


def die_once(path):
    marker = Path(path)
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    return "alive"


def where(_):
    import numpy as np

    np.linalg.eigvalsh(np.eye(2))
    threads = {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}
    return threads, os.environ["OPENBLAS_NUM_THREADS"], {"sympy", "matplotlib", "numba", "distributed"} & set(sys.modules)


def start_a_child_and_wait(path):
    child = subprocess.Popen(["sleep", "60"])
    Path(path).write_text(str(child.pid))
    time.sleep(60)


@pytest.fixture(scope="module")
def pool():
    with ax.WorkerPool(2) as made:
        yield made


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def running(pid):
    """A child whose parent was killed may stay as a zombie."""
    return alive(pid) and " Z " not in Path(f"/proc/{pid}/stat").read_text() if Path("/proc").exists() else alive(pid)


def test_a_poison_task_fails_with_its_signal_and_all_others_finish(pool):
    results = dict(run_tasks(range(20), poison, executor=pool, on_failure="yield"))
    failed = {task: result for task, result in results.items() if isinstance(result, TaskFailure)}
    assert {task: result for task, result in results.items() if task not in failed} == {
        k: k * k for k in range(20) if k not in (3, 6)
    }
    assert failed[3].kind == "died"
    assert "SIGKILL" in failed[3].message
    assert failed[3].attempts >= 3
    assert failed[6] == TaskFailure("error", "ValueError: six is rotten", 1)


def test_futures_raise_typed_errors_and_the_pool_goes_on(pool):
    with pytest.raises(ax.WorkerDiedError, match="exit code 7") as caught:
        pool.submit(leave_at_three, 3).result(30)
    assert caught.value.attempts == 3
    with pytest.raises(ValueError, match="six is rotten") as raised:
        pool.submit(poison, 6).result(30)
    assert "in poison" in raised.value.__notes__[0]
    assert pool.submit(poison, 4).result(30) == 16


def test_a_task_that_dies_once_is_run_again(pool, tmp_path):
    assert pool.submit(die_once, str(tmp_path / "marker")).result(30) == "alive"


def test_a_late_worker_is_killed_and_the_others_go_on(pool):
    start = time.monotonic()
    results = dict(run_tasks(range(8), sleep_at_three, executor=pool, deadline=0.5, on_failure="yield"))
    assert time.monotonic() - start < 20
    assert results.pop(3) == TaskFailure("deadline", "ran past the deadline of 0.5 s and was killed", 1)
    assert results == {k: k for k in range(8) if k != 3}


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_what_a_late_task_has_started_ends_with_it(pool, tmp_path):
    marker = tmp_path / "pid"
    with pytest.raises(ax.DeadlineError):
        list(run_tasks([str(marker)], start_a_child_and_wait, executor=pool, deadline=1.0))
    until = time.monotonic() + 10
    while running(int(marker.read_text())) and time.monotonic() < until:
        time.sleep(0.01)
    assert not running(int(marker.read_text()))


def test_a_kill_that_comes_after_the_answer_does_not_meet_the_next_task():
    with ax.WorkerPool(1) as one:
        first = one.submit(os.getpid).result(30)
        (worker,) = one._workers
        worker.kill("too late")
        assert one.submit(os.getpid).result(30) != first


def test_workers_that_cannot_be_started_are_an_error_and_no_wait(monkeypatch):
    def refused(*args, **options):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("asymptotix.runs.worker_process.subprocess.Popen", refused)
    with ax.WorkerPool(1) as one, pytest.raises(ax.WorkerDiedError, match=r"cannot be started.*Too many open files"):
        one.submit(abs, -1).result(30)


def test_an_idle_worker_leaves_by_itself():
    worker = WorkerProcess()
    worker.start()
    assert worker.close() == "left with exit code 0"


def test_raising_stops_at_the_first_failure(pool):
    with pytest.raises(ax.DeadlineError, match=r"deadline of 0.3 s"):
        list(run_tasks([3], sleep_at_three, executor=pool, deadline=0.3))


def test_workers_have_one_blas_thread_and_load_little(pool):
    for _, (threads, environment, heavy) in run_tasks(range(4), where, executor=pool):
        assert (threads, environment, heavy) == ({1}, "1", set())


def test_a_broken_pool_of_the_standard_library_is_replaced():
    replaced = pytest.warns(RuntimeWarning, match=r"ProcessPoolExecutor broke .* run on asymptotix.WorkerPool")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor, replaced:
        results = dict(run_tasks(range(10), leave_at_three, executor=executor, on_failure="yield"))
    assert results.pop(3).kind == "died"
    assert results == {k: k for k in range(10) if k != 3}


def test_a_late_thread_is_given_up_and_the_last_one_ends_the_run():
    release = __import__("threading").Event()

    def wait_at_zero(task):
        return release.wait(30) if task == 0 else task

    with ThreadPoolExecutor(1) as executor:
        results = dict(run_tasks(range(3), wait_at_zero, executor=executor, deadline=0.2, on_failure="yield"))
        release.set()
    assert [results[task].kind for task in range(3)] == ["deadline"] * 3
    assert "use asymptotix.WorkerPool" in results[2].message


def test_no_progress_ends_with_the_patience(pool):
    results = dict(run_tasks([3, 1], sleep_at_three, executor=pool, patience=0.5, on_failure="yield"))
    assert (results[0].kind, results[1]) == ("deadline", 1)
    assert "patience of 0.5 s" in results[0].message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"deadline": 1.0}, r"deadline = 1.0 .*WorkerPool"),
        ({"deadline": -1.0, "executor": ThreadPoolExecutor(1)}, "deadline = -1.0"),
        ({"deadline": "1 s", "executor": ThreadPoolExecutor(1)}, "deadline = '1 s'"),
        ({"on_failure": "ignore"}, "on_failure"),
        ({"executor": 3}, "executor = 3"),
    ],
)
def test_bad_settings_of_a_run_are_refused(options, message):
    with pytest.raises(ax.InvalidInputError, match=message):
        list(run_tasks([1], abs, **options))


@pytest.mark.parametrize("n_workers", [0, -1, 1.5, True, "two", float("nan"), float("inf")])
def test_bad_numbers_of_workers_are_refused(n_workers):
    with pytest.raises(ax.InvalidInputError, match="n_workers"):
        ax.WorkerPool(n_workers)


def test_a_pool_that_was_shut_down_says_so():
    closed = ax.WorkerPool(1)
    closed.shutdown()
    with pytest.raises(ax.InvalidInputError, match="shut down"):
        list(run_tasks([1], abs, executor=closed))


def test_terminating_ends_what_runs():
    pool = ax.WorkerPool(1)
    pid = pool.submit(os.getpid).result(30)
    running = pool.submit(time.sleep, 60)
    while not running.running():
        time.sleep(0.01)
    pool.terminate()
    assert isinstance(running.exception(1), ax.WorkerDiedError)
    assert not alive(pid)


def run_script(text, tmp_path, *, stdin=False, wait=True):
    script = tmp_path / "script.py"
    script.write_text(text)
    command = [sys.executable, "-"] if stdin else [sys.executable, str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    if not wait:
        return process
    out, err = process.communicate(text if stdin else None, timeout=60)
    return process.returncode, out.strip(), err


BARE = "import asymptotix as ax\ndef f(x):\n    return x + 1\npool = ax.WorkerPool(1)\nprint(pool.submit(f, 1).result(30))\n"
NO_CLOUDPICKLE = "import asymptotix.runs.pickling as p\np.find_spec = lambda name: None\n"


@pytest.mark.parametrize("stdin", [False, True])
def test_functions_of_a_script_without_a_guard_and_of_standard_input(stdin, tmp_path):
    code, out, err = run_script(BARE, tmp_path, stdin=stdin)
    assert (code, out, err) == (0, "2", "")


@pytest.mark.parametrize(
    ("stdin", "message"), [(False, "put what starts the pool under"), (True, "must be defined in a file, not in a notebook")]
)
def test_without_cloudpickle_the_error_says_what_to_do(stdin, message, tmp_path):
    code, _, err = run_script(NO_CLOUDPICKLE + BARE, tmp_path, stdin=stdin)
    assert code == 1
    assert message in err.splitlines()[-1]


def test_without_cloudpickle_a_guarded_script_works(tmp_path):
    head, start = BARE.split("pool =")
    guarded = f"{NO_CLOUDPICKLE}{head}if __name__ == '__main__':\n    pool ={start}".replace("\nprint", "\n    print")
    assert run_script(guarded, tmp_path)[:2] == (0, "2")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_orphans_however_the_parent_ends(how, tmp_path):
    text = (
        "import os, time, asymptotix as ax\nwith ax.WorkerPool(1) as pool:\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n    pool.submit(time.sleep, 60).result()\n"
    )
    process = run_script(text, tmp_path, wait=False)
    pid = int(process.stdout.readline())
    time.sleep(0.2)
    process.send_signal(how)
    process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid)


def test_simulation_has_the_same_bits_in_this_process_and_in_the_pool(pool):
    model = ax.RidgeRegression(ax.Spectrum([1.0, 0.25, 0.1]), ax.Target([1.0, 1.0, 1.0]), noise_variance=0.1)
    grid = {"n_samples": [4, 8], "ridge": 0.1, "n_trials": 4, "seed": 1, "progress": False}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        here, there = ax.simulate(model, **grid), ax.simulate(model, **grid, executor=pool)
    assert here.samples["test_error"].tobytes() == there.samples["test_error"].tobytes()
