from __future__ import annotations

import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from asymptotix.runs.engine import run_tasks


def square(task):
    return task * task


def product(task):
    matrix = np.random.default_rng(task).standard_normal((200, 200))
    return (matrix @ matrix.T).tobytes()


def fail_at_five(task):
    if task == 5:
        raise ValueError("task 5 is rotten")
    return task


def threads():
    return ThreadPoolExecutor(3)


def processes():
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


class Recorder(Executor):
    """Runs every submission at once, in this thread, and remembers the batches. A protocol without `_max_workers`."""

    def __init__(self):
        self.batches = []

    def submit(self, fn, /, *args, **kwargs):
        self.batches.append(args[1])
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


@pytest.mark.parametrize("make", [threads, processes, Recorder])
def test_every_task_once_with_the_same_bits_as_serially(make):
    tasks = list(range(23))
    serial = list(run_tasks(tasks, product))
    assert [index for index, _ in serial] == tasks
    with make() as executor:
        parallel = sorted(run_tasks(tasks, product, executor=executor))
        assert parallel == serial
        assert sorted(run_tasks([3, 4], square, executor=executor)) == [(0, 9), (1, 16)]  # it was left open


@pytest.mark.parametrize("batch_seconds", [0.0, 0.01, 10.0])
def test_batches_fill_the_time_but_leave_work_for_all(batch_seconds):
    recorder = Recorder()
    results = list(run_tasks(list(range(400)), square, executor=recorder, batch_seconds=batch_seconds))
    assert sorted(index for index, _ in results) == list(range(400))
    sizes = [len(batch) for batch in recorder.batches]
    assert sum(sizes) == 400
    if batch_seconds == 0.0:
        assert set(sizes) == {1}
    else:
        assert max(sizes) > 10
        assert len(sizes) >= 8


def test_nothing_to_do():
    assert list(run_tasks([], square)) == []
    assert list(run_tasks([], square, executor=Recorder())) == []


@pytest.mark.parametrize("make", [lambda: None, threads, processes])
def test_a_failing_task_raises_its_own_error(make):
    executor = make()
    with pytest.raises(ValueError, match="task 5 is rotten"):
        list(run_tasks(range(2000), fail_at_five, executor=executor))
    if executor is not None:
        executor.shutdown(wait=True)


def test_failure_stops_the_submission():
    recorder = Recorder()
    with pytest.raises(ValueError, match="rotten"):
        list(run_tasks(range(1000), fail_at_five, executor=recorder, batch_seconds=0.0))
    assert sum(map(len, recorder.batches)) < 100


def test_report_counts_what_was_handed_over():
    seen = []
    assert len(list(run_tasks(range(5), square, report=lambda *state: seen.append(state)))) == 5
    assert seen == [(done, 5) for done in range(1, 6)]


def test_interruption_of_a_serial_run_comes_after_the_results():
    def interrupt_at_three(task):
        if task == 3:
            raise KeyboardInterrupt
        return task

    run, kept = run_tasks(range(10), interrupt_at_three), []
    with pytest.raises(KeyboardInterrupt):
        kept.extend(run)
    assert kept == [(0, 0), (1, 1), (2, 2)]


def test_interruption_keeps_finished_batches_and_cancels_the_others(monkeypatch):
    release, started = threading.Event(), []

    def work(task):
        started.append(task)
        if task >= 2:
            release.wait(10)
        return task

    real_wait = __import__("concurrent.futures").futures.wait
    calls = []

    def wait_until_interrupted(futures, **options):
        calls.append(len(futures))
        if len(calls) == 1:
            while sum(future.done() for future in futures) < 2:  # both quick ones are finished, neither is handed over
                time.sleep(0.001)
            raise KeyboardInterrupt
        return real_wait(futures, **options)

    monkeypatch.setattr("asymptotix.runs.dispatch.wait", wait_until_interrupted)
    with ThreadPoolExecutor(2) as executor:
        kept = []
        with pytest.raises(KeyboardInterrupt):
            kept.extend(run_tasks(range(50), work, executor=executor))
        release.set()
    assert kept == [(0, 0), (1, 1)]
    assert set(started) <= {0, 1, 2, 3}


def test_interruption_cancels_what_waits_in_the_queue(monkeypatch):
    release, running, started = threading.Event(), threading.Event(), []

    def work(task):
        started.append(task)
        running.set()
        release.wait(10)

    def interrupt(*_, **__):
        running.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr("asymptotix.runs.dispatch.wait", interrupt)
    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(KeyboardInterrupt):
            list(run_tasks(range(50), work, executor=executor))
        release.set()
    assert started == [0]


def blas_threads(_):
    np.linalg.eigvalsh(np.eye(2))  # a BLAS is loaded
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize("make", [lambda: None, threads, processes])
def test_tasks_run_on_one_blas_thread(make):
    executor = make()
    assert [result for _, result in run_tasks(range(3), blas_threads, executor=executor)] == [{1}] * 3
    if executor is not None:
        executor.shutdown()


def test_abandoned_run_cancels_what_has_not_started():
    release, started = threading.Event(), []

    def work(task):
        started.append(task)
        if task > 0:
            release.wait(10)
        return task

    with ThreadPoolExecutor(1) as executor:
        run = run_tasks(range(50), work, executor=executor)
        assert next(run) == (0, 0)
        run.close()
        release.set()
    assert max(started) <= 2
