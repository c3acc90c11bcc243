"""Independent tasks, one after the other or on any `concurrent.futures.Executor`; results as they complete.

A task's result may depend on the task alone, so that executor, order and batching change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from typing import Any, Literal, TypeVar, overload

from asymptotix.errors import InvalidInputError
from asymptotix.runs.dispatch import Dispatch, Failed
from asymptotix.runs.lanes import lane_of
from asymptotix.runs.task_failure import TaskFailure, failure_of
from asymptotix.runs.threads import single_threaded_blas
from asymptotix.runs.time_limit import require_positive_seconds

__all__ = ["run_tasks"]

Task = TypeVar("Task")
Result = TypeVar("Result")

# Below about half a second a task costs less than sending it to another process (measured: 0.4-1 ms on a pool, 17 ms on Dask).
BATCH_SECONDS = 0.5


@overload
def run_tasks(
    tasks: Sequence[Task],
    function: Callable[[Task], Result],
    *,
    executor: Executor | None = None,
    report: Callable[[int, int], object] | None = None,
    batch_seconds: float = BATCH_SECONDS,
    deadline: float | None = None,
    patience: float | None = None,
    on_failure: Literal["raise"] = "raise",
) -> Iterator[tuple[int, Result]]: ...


@overload
def run_tasks(
    tasks: Sequence[Task],
    function: Callable[[Task], Result],
    *,
    executor: Executor | None = None,
    report: Callable[[int, int], object] | None = None,
    batch_seconds: float = BATCH_SECONDS,
    deadline: float | None = None,
    patience: float | None = None,
    on_failure: Literal["yield"],
) -> Iterator[tuple[int, Result | TaskFailure]]: ...


def run_tasks(
    tasks: Sequence[Task],
    function: Callable[[Task], Result],
    *,
    executor: Executor | None = None,
    report: Callable[[int, int], object] | None = None,
    batch_seconds: float = BATCH_SECONDS,
    deadline: float | None = None,
    patience: float | None = None,
    on_failure: Literal["raise", "yield"] = "raise",
) -> Iterator[tuple[int, Any]]:
    """Yield (index of the task, function(task)) in the order of completion, BLAS pinned to one thread.

    Args:
        tasks: the arguments; with processes they and `function` must be picklable.
        function: called once per task; again only for a task whose worker died.
        executor: None runs the tasks in order in this thread; a `WorkerPool`, or any executor, gets them in batches, never more
            than two batches per worker at a time. It is left open. When a pool of processes breaks, as those of the standard
            library and of loky do when a worker dies, the rest runs on a `WorkerPool` of the same size, with a warning.
        report: called as report(done, total) after each result was handed over.
        batch_seconds: length aimed at for a batch, from the time the last ones took.
        deadline: seconds that a task may take, None for as long as it likes. A `WorkerPool` kills the worker of a task that takes
            longer; any other executor is left with it, and one worker less serves the other tasks.
        patience: seconds in which at least one batch must finish, None for no such limit; otherwise what is running has failed.
        on_failure: "raise" stops at the first failure; "yield" gives (index, `TaskFailure`) and goes on.

    Raises:
        InvalidInputError: a deadline without an executor, a number that is not positive, an executor that was shut down.
        WorkerDiedError: the process of a task died ("raise"), after the task was tried alone.
        DeadlineError: a task took longer than `deadline`, or all of them than `patience` ("raise").
        Exception: whatever a task raised ("raise"); batches not yet started are cancelled.
        KeyboardInterrupt: after the results that had already arrived were yielded; nothing new is started.
    """
    _validate(executor, deadline, patience, on_failure)
    if executor is None:
        results = _serial(tasks, function)
    else:
        results = Dispatch(tasks, lane_of(executor, function, batch_seconds, deadline), deadline, patience).results()
    done = 0
    with single_threaded_blas():
        try:
            for index, result in results:
                if isinstance(result, Failed):
                    if on_failure == "raise":
                        raise result.error
                    yield index, failure_of(result.error, result.attempts)
                else:
                    yield index, result
                done += 1
                if report is not None:
                    report(done, len(tasks))
        finally:  # an abandoned generator would keep its batches running until it is collected
            results.close()


def _serial(tasks: Sequence[Any], function: Callable[[Any], Any]) -> Generator[tuple[int, Any], None, None]:
    for index, task in enumerate(tasks):
        try:
            result = function(task)
        except Exception as error:  # any failure of the user's function
            result = Failed(error)
        yield index, result


def _validate(executor: Executor | None, deadline: float | None, patience: float | None, on_failure: str) -> None:
    for name, seconds in (("deadline", deadline), ("patience", patience)):
        require_positive_seconds(name, seconds)
        if seconds is not None and executor is None:
            raise InvalidInputError(name, seconds, "None without an executor", "pass executor=asymptotix.WorkerPool()")
    if on_failure not in ("raise", "yield"):
        raise InvalidInputError("on_failure", on_failure, '"raise" or "yield"')
