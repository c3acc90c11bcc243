"""Independent tasks, one after the other or on any `concurrent.futures.Executor`; results as they complete.

A task's result may depend on the task alone, so that executor, order and batching change nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any, TypeVar

from asymptotix.runs.threads import single_threaded_blas

__all__ = ["run_tasks"]

Task = TypeVar("Task")
Result = TypeVar("Result")

# Below about half a second a task costs less than sending it to another process (measured: 0.4-1 ms on a pool, 17 ms on Dask).
BATCH_SECONDS = 0.5


def run_tasks(
    tasks: Sequence[Task],
    function: Callable[[Task], Result],
    *,
    executor: Executor | None = None,
    report: Callable[[int, int], object] | None = None,
    batch_seconds: float = BATCH_SECONDS,
) -> Iterator[tuple[int, Result]]:
    """Yield (index of the task, function(task)) in the order of completion, BLAS pinned to one thread.

    Args:
        tasks: the arguments; with a process pool they and `function` must be picklable.
        function: called once per task.
        executor: None runs the tasks in order in this thread; otherwise they are sent in batches that take about
            `batch_seconds`, never more than two batches per worker at a time. The executor is left open.
        report: called as report(done, total) after each result was handed over.
        batch_seconds: length aimed at for a batch, from the time the last ones took.

    Raises:
        Exception: whatever a task raised; batches not yet started are cancelled.
        KeyboardInterrupt: after the results that had already arrived were yielded; nothing new is started.
    """
    done = 0
    # Closed explicitly: an abandoned generator would keep its batches running until it is collected.
    results = _serial(tasks, function) if executor is None else _parallel(tasks, function, executor, batch_seconds)
    with single_threaded_blas():
        try:
            for index, result in results:
                yield index, result
                done += 1
                if report is not None:
                    report(done, len(tasks))
        finally:
            results.close()


def _serial(tasks: Sequence[Task], function: Callable[[Task], Result]) -> Any:
    for index, task in enumerate(tasks):
        yield index, function(task)


def _parallel(tasks: Sequence[Task], function: Callable[[Task], Result], executor: Executor, batch_seconds: float) -> Any:
    workers = _worker_count(executor)
    pending: dict[Future[tuple[list[Result], float]], range] = {}
    position, size = 0, 1
    try:
        while position < len(tasks) or pending:
            while position < len(tasks) and len(pending) < 2 * workers:
                batch = range(position, min(position + size, len(tasks)))
                pending[executor.submit(_run_batch, function, [tasks[index] for index in batch])] = batch
                position = batch.stop
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                batch = pending.pop(future)
                results, seconds = future.result()
                size = _batch_size(seconds / len(batch), batch_seconds, len(tasks) - position, workers)
                yield from zip(batch, results, strict=True)
    except KeyboardInterrupt:
        for future, batch in pending.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield from zip(batch, future.result()[0], strict=True)
        raise
    finally:
        for future in pending:
            future.cancel()


def _batch_size(task_seconds: float, batch_seconds: float, remaining: int, workers: int) -> int:
    """As many tasks as fill the time, but few enough that the last batches end together."""
    filling = int(batch_seconds / max(task_seconds, 1e-9))
    return max(1, min(filling, remaining // (2 * workers)))


def _worker_count(executor: Executor) -> int:
    # Not part of the executor protocol, but the pools of the standard library and loky have it.
    return int(getattr(executor, "_max_workers", None) or os.cpu_count() or 1)


def _run_batch(function: Callable[[Task], Result], tasks: list[Task]) -> tuple[list[Result], float]:
    start = time.perf_counter()
    with single_threaded_blas():
        results = [function(task) for task in tasks]
    return results, time.perf_counter() - start
