"""How batches reach an engine, and what its failures mean: one lane for every kind of executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from asymptotix.errors import InvalidInputError
from asymptotix.runs.batch import Outcome, run_batch
from asymptotix.runs.pool import WorkerPool

__all__ = ["DaskLane", "Lane", "PoolLane", "lane_of"]

Batch = Future[tuple[list[Outcome], float]]


class Lane:
    """Any executor of the protocol: batches by `submit`; a deadline is kept by giving up on the future."""

    kills_late_tasks = False
    one_by_one = False
    """Whether a task that met deaths must run with nothing beside it before it is given up."""

    def __init__(self, executor: Executor, function: Callable[[Any], Any], batch_seconds: float, deadline: float | None) -> None:
        self.executor, self.function, self.batch_seconds, self.deadline = executor, function, batch_seconds, deadline

    @property
    def workers(self) -> int:
        """How many tasks run at a time."""
        # Not part of the executor protocol, but the pools of the standard library and loky have it.
        return int(getattr(self.executor, "_max_workers", None) or os.cpu_count() or 1)

    @property
    def depth(self) -> int:
        """Batches in flight per worker: two, so that none waits; one where the time in the queue would count as running."""
        return 1 if self.deadline is not None else 2

    @property
    def name(self) -> str:
        """What messages call the executor."""
        return type(self.executor).__name__

    def submit(self, tasks: Sequence[Any]) -> Batch:
        """Send a batch."""
        try:
            return self._send(tasks)
        except BrokenExecutor:
            raise
        except RuntimeError as error:  # "cannot schedule new futures after shutdown", in the words of every library
            if "shutdown" not in str(error):
                raise
            raise InvalidInputError("executor", self.executor, "open", "it was shut down: make a new one") from error

    def _send(self, tasks: Sequence[Any]) -> Batch:
        return self.executor.submit(run_batch, self.function, list(tasks))

    def size(self, task_seconds: float, remaining: int) -> int:
        """As many tasks as fill the time, but few enough that the last batches end together; one if each has a deadline."""
        if self.deadline is not None:
            return 1
        filling = int(self.batch_seconds / max(task_seconds, 1e-9))
        return max(1, min(filling, remaining // (2 * max(1, self.workers))))

    def is_death(self, error: BaseException) -> bool:
        """Whether the error says that a worker died and the executor lives on."""
        return False

    def abandon(self, future: Batch) -> None:
        """Give a future up; the lane may kill its worker."""
        future.cancel()

    def successor(self) -> PoolLane | None:
        """What goes on in the place of a broken executor."""
        return None

    def trouble(self) -> str | None:
        """Why nothing can finish any more, if so."""
        return None


class ProcessLane(Lane):
    """A pool of processes of the standard library or of loky: one death breaks it, and a pool of our own takes over."""

    def successor(self) -> PoolLane | None:
        """Our own pool, unless workers need an initializer that only the user's pool knows."""
        if getattr(self.executor, "_initializer", None) is not None:
            return None
        return PoolLane(WorkerPool(self.workers), self.function, self.batch_seconds, self.deadline)


class PoolLane(Lane):
    """Our own pool: the function is sent once, deaths and deadlines are the pool's business."""

    executor: WorkerPool
    kills_late_tasks = True

    def __init__(
        self, executor: WorkerPool, function: Callable[[Any], Any], batch_seconds: float, deadline: float | None
    ) -> None:
        # a batch here costs a tenth of a millisecond: short ones lose less when a worker dies
        super().__init__(executor, function, min(batch_seconds, 0.05), executor.deadline if deadline is None else deadline)
        self._prepared = executor.prepare(function)

    @property
    def depth(self) -> int:
        """Two batches per worker; the pool counts a deadline from the moment at which a task starts."""
        return 2

    def _send(self, tasks: Sequence[Any]) -> Batch:
        # one of several tasks is not tried again as a whole
        return self.executor.submit_prepared(self._prepared, tasks, deadline=self.deadline, once=len(tasks) > 1)

    def abandon(self, future: Batch) -> None:
        """Kill the worker; the future fails."""
        self.executor.abandon(future, "the run lost its patience")


class DaskLane(Lane):
    """Dask distributed: it runs a dead worker's tasks elsewhere, and after some deaths fails all that were queued there."""

    one_by_one = True

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now."""
        return max(1, int(sum(self._client.nthreads().values())))

    @property
    def _client(self) -> Any:
        return getattr(self.executor, "_client")  # noqa: B009 # of distributed's executor and of our own, not of the protocol

    def is_death(self, error: BaseException) -> bool:
        """KilledWorker of distributed, whether or not the task was the killer; a future lost with its worker."""
        return type(error).__name__ == "KilledWorker" or isinstance(error, CancelledError)

    def trouble(self) -> str | None:
        """No worker, or no scheduler."""
        if self._client.status != "running":
            return f"the connection to the Dask scheduler is {self._client.status}"
        return None if self._client.nthreads() else "the Dask scheduler has no workers"


def lane_of(executor: Executor, function: Callable[[Any], Any], batch_seconds: float, deadline: float | None) -> Lane:
    """The lane for an executor.

    Raises:
        InvalidInputError: it is no `concurrent.futures.Executor`.
    """
    kind: type[Lane]
    if isinstance(executor, WorkerPool):
        kind = PoolLane
    elif not callable(getattr(executor, "submit", None)):
        raise InvalidInputError("executor", executor, "None, asymptotix.WorkerPool() or any concurrent.futures.Executor")
    elif any(base.__module__.startswith("distributed.") for base in type(executor).__mro__) or hasattr(executor, "_client"):
        kind = DaskLane
    elif _is_process_pool(executor):
        kind = ProcessLane
    else:
        kind = Lane
    return kind(executor, function, batch_seconds, deadline)


def _is_process_pool(executor: Executor) -> bool:
    # loky's executors derive from Executor alone, but are named like this one
    return any("ProcessPoolExecutor" in base.__name__ for base in type(executor).__mro__)


def is_broken(error: BaseException) -> bool:
    """Whether the error says that the whole executor is lost."""
    return isinstance(error, BrokenExecutor | BrokenProcessPool)
