"""A pool of processes that outlives its workers."""

from __future__ import annotations

import atexit
import itertools
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from numbers import Real
from types import TracebackType
from typing import Any

from asymptotix.errors import AsymptotixError, DeadlineError, InvalidInputError, WorkerDiedError
from asymptotix.runs.pickling import dumps
from asymptotix.runs.time_limit import require_positive_seconds
from asymptotix.runs.worker import script_is_loading
from asymptotix.runs.worker_process import WorkerGoneError, WorkerProcess

__all__ = ["WorkerPool"]

STARTS_BEFORE_GIVING_UP = 3
DEATHS_BEFORE_ALONE = 2
WATCH_SECONDS = 0.05
TERMINATE_SECONDS = 10.0

_keys = itertools.count()
_pools: weakref.WeakSet[WorkerPool] = weakref.WeakSet()


@dataclass(eq=False, slots=True)
class Prepared:
    """A function pickled once for many batches."""

    body: bytes
    key: int = field(default_factory=lambda: next(_keys))


@dataclass(eq=False, slots=True)
class Job:
    """What a future stands for."""

    future: Future[Any]
    kind: str  # "batch" or "call"
    body: bytes
    prepared: Prepared | None
    deadline: float | None
    once: bool
    deaths: int = 0


class WorkerPool(Executor):
    """A `concurrent.futures.Executor` over processes in which a task that kills its worker costs the other tasks nothing.

    A worker holds one task at a time, so that it is known whose task a death is. The task is started again on a new worker; after
    two deaths it runs once more when nothing else runs, in a process of its own with all the memory there is; if that dies too,
    its future raises `WorkerDiedError` with the signal. Workers are fresh interpreters with BLAS on one thread from their start;
    they load what the tasks need and nothing else, take no Ctrl-C of the terminal, and end with the parent however that ends.
    Functions of a script, a notebook or standard input work where cloudpickle is installed, those of a script without it too if
    the script starts under `if __name__ == "__main__":`.

    Args:
        n_workers: how many processes, None for one a CPU that this process may use. They start when there is work.
        deadline: seconds that a task may take; its worker is killed then and its future raises `DeadlineError`. None: no limit.

    Raises:
        InvalidInputError: a number of workers below 1, a deadline that is not positive.
        AsymptotixError: made while a worker reads a script that has no `if __name__ == "__main__":`.

    Example:
        >>> import asymptotix as ax
        >>> with ax.WorkerPool(2) as pool:
        ...     list(pool.map(abs, [-1, 2, -3]))
        [1, 2, 3]
    """

    def __init__(self, n_workers: int | None = None, *, deadline: float | None = None) -> None:
        if script_is_loading():
            what = (
                'a worker loads this script and would run all of it: put what starts the pool under  if __name__ == "__main__":'
            )
            raise AsymptotixError(f"WorkerPool: {what}")
        if n_workers is not None and not _is_count(n_workers):
            raise InvalidInputError("n_workers", n_workers, "a whole number >= 1, or None for one per CPU")
        require_positive_seconds("deadline", deadline)
        self._max_workers = int(n_workers) if n_workers is not None else _cpus()
        self._deadline = deadline
        # Entered itself, not through the condition: Condition.__enter__ is Python code, in which Ctrl-C can strike when the lock
        # is taken and the block not yet begun, and nothing would release it.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._waiting: deque[Job] = deque()
        self._suspects: deque[Job] = deque()
        self._running: dict[WorkerProcess | int, Job] = {}
        self._workers: set[WorkerProcess] = set()
        self._keepers: list[threading.Thread] = []
        self._seats = itertools.count()
        self._alone = self._closing = False
        self._failed_starts = 0
        self._broken: str | None = None
        self._stop = threading.Event()
        _pools.add(self)

    @property
    def n_workers(self) -> int:
        """Number of processes when there is work for all."""
        return self._max_workers

    @property
    def deadline(self) -> float | None:
        """Seconds that a task may take; None where there is no limit."""
        return self._deadline

    def __repr__(self) -> str:
        return f"WorkerPool(n_workers={self._max_workers}, deadline={self._deadline})"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run fn(*args, **kwargs) in a worker.

        Raises:
            InvalidInputError: function or arguments cannot be pickled.
            RuntimeError: the pool was shut down.
        """
        return self._enqueue(Job(Future(), "call", dumps((fn, args, kwargs)), None, self._deadline, False))

    def prepare(self, function: Callable[[Any], Any]) -> Prepared:
        """The function pickled, to be sent to a worker once and not with every batch."""
        return Prepared(dumps(function))

    def submit_prepared(self, prepared: Prepared, tasks: Sequence[Any], *, deadline: float | None, once: bool) -> Future[Any]:
        """A batch of tasks of a prepared function; `once`: the first death fails it, for the caller to try its tasks singly."""
        limit = self._deadline if deadline is None else deadline
        return self._enqueue(Job(Future(), "batch", dumps(list(tasks)), prepared, limit, once))

    def abandon(self, future: Future[Any], reason: str) -> None:
        """Kill the worker that runs a future, which then raises `DeadlineError`; one that has not started is cancelled."""
        if future.cancel():
            return
        with self._lock:
            for worker, job in self._running.items():
                if job.future is future and isinstance(worker, WorkerProcess):
                    worker.kill(reason)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what was submitted, end the workers; see `concurrent.futures.Executor.shutdown`."""
        with self._lock:
            self._closing = True
            if cancel_futures:
                for job in (*self._waiting, *self._suspects):
                    job.future.cancel()
            self._changed.notify_all()
        if wait:
            for keeper in self._keepers:
                keeper.join()

    def terminate(self) -> None:
        """End the workers now, whatever they do; unfinished futures are cancelled or raise `WorkerDiedError`."""
        with self._lock:
            self._closing, self._broken = True, "the pool was terminated"
            for job in (*self._waiting, *self._suspects):
                job.future.cancel()
            for worker in self._workers:
                worker.kill()
            self._changed.notify_all()
        until = time.monotonic() + TERMINATE_SECONDS
        for keeper in self._keepers:  # not for ever: a future whose lock Ctrl-C left taken cannot be told its end
            keeper.join(max(0.0, until - time.monotonic()))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Wait for the tasks; after Ctrl-C end them."""
        if kind is not None and not issubclass(kind, Exception):
            self.terminate()
        else:
            self.shutdown(wait=True, cancel_futures=kind is not None)

    def _enqueue(self, job: Job) -> Future[Any]:
        with self._lock:
            if self._broken is not None:
                raise WorkerDiedError(f"WorkerPool: {self._broken}")
            if self._closing:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._waiting.append(job)
            busy = len(self._running)
            if len(self._keepers) < self._max_workers and busy + len(self._waiting) > len(self._keepers):
                self._add_keeper()
            self._changed.notify()
        return job.future

    def _add_keeper(self) -> None:
        if not self._keepers:
            threading.Thread(target=self._watch, name="asymptotix-watchdog", daemon=True).start()
        keeper = threading.Thread(target=self._keep, args=(next(self._seats),), name="asymptotix-keeper", daemon=True)
        keeper.start()
        self._keepers.append(keeper)  # last: what Ctrl-C left unstarted cannot be joined

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            now = time.monotonic()
            with self._lock:
                workers = tuple(self._workers)
            for worker in workers:
                worker.kill_if_late(now)

    def _next_job(self, seat: int) -> tuple[Job, bool] | None:
        """The next job and whether it runs alone; None when the pool closes."""
        with self._lock:
            while True:
                if not self._alone:
                    while self._waiting:
                        job = self._waiting.popleft()
                        if job.deaths or job.future.set_running_or_notify_cancel():
                            self._running[seat] = job
                            return job, False
                    if self._suspects and not self._running:
                        self._alone = True
                        self._running[seat] = job = self._suspects.popleft()
                        return job, True
                    if self._closing and not self._suspects:
                        return None
                self._changed.wait()

    def _keep(self, seat: int) -> None:
        """The life of a thread that keeps one seat of the pool filled with a worker."""
        worker: WorkerProcess | None = None
        while (found := self._next_job(seat)) is not None:
            job, alone = found
            if alone and worker is not None:
                self._close(worker)
                worker = None
            worker = self._serve(seat, job, alone, worker)
        if worker is not None:
            self._close(worker)
        with self._lock:
            if not self._workers:
                self._stop.set()

    def _serve(self, seat: int, job: Job, alone: bool, worker: WorkerProcess | None) -> WorkerProcess | None:
        """One job from start to whatever end; the worker if it is still alive."""
        answer: tuple[str, Any] | None = None
        ending, refusal, late, started = "", "", None, False
        if worker is not None and worker.late is not None:  # killed for the task before, whose answer had just left it
            self._close(worker)
            worker = None
        try:
            worker = worker or self._hire()
            started = True
            with self._lock:
                self._running[worker] = self._running.pop(seat)
            answer = _ask(worker, job)
        except WorkerGoneError as gone:
            refusal = str(gone)
            if worker is not None:
                late = worker.late
                ending = self._close(worker)
        with self._lock:
            self._running.pop(worker if started and worker is not None else seat, None)
            self._alone = self._alone and not alone
            if answer is None and started and late is None and self._retry(job, alone):
                answer = ("again", None)
            self._changed.notify_all()
        if answer is None and not started:
            self._restart(job, refusal)
            return None
        _settle(job, answer, ending, late)
        return worker if answer is not None and answer[0] != "again" else None

    def _retry(self, job: Job, alone: bool) -> bool:
        """Put a job whose worker died back, unless that was its last try."""
        job.deaths += 1
        if job.once or alone or self._broken is not None:
            return False
        if job.deaths >= DEATHS_BEFORE_ALONE:
            self._suspects.append(job)
        else:
            self._waiting.append(job)
        return True

    def _hire(self) -> WorkerProcess:
        with self._lock:
            if self._broken is not None:
                raise WorkerGoneError
            try:
                worker = WorkerProcess()
            except OSError as error:  # no processes, files or memory left
                raise WorkerGoneError(f"workers cannot be started ({error})") from error
            self._workers.add(worker)
        try:
            worker.start()
        except WorkerGoneError:
            self._close(worker)
            raise
        self._failed_starts = 0
        return worker

    def _restart(self, job: Job, refusal: str) -> None:
        """A worker that could not start says nothing about the task; three in a row say something about the installation."""
        with self._lock:
            self._failed_starts += 1
            if self._failed_starts >= STARTS_BEFORE_GIVING_UP and self._broken is None:
                self._broken = refusal or "workers end before they are ready (what they say is on standard error)"
            if self._broken is None:
                self._suspects.append(job)  # its future runs already: it must not be asked again whether it was cancelled
                return
            unstarted = (one for one in self._waiting if one.deaths or one.future.set_running_or_notify_cancel())
            lost = [job, *self._suspects, *unstarted]
            self._suspects.clear()
            self._waiting.clear()
            self._changed.notify_all()
        for one in lost:
            one.future.set_exception(WorkerDiedError(f"WorkerPool: {self._broken}", one.deaths))

    def _close(self, worker: WorkerProcess) -> str:
        ending = worker.close()
        with self._lock:
            self._workers.discard(worker)
        return ending


def _ask(worker: WorkerProcess, job: Job) -> tuple[str, Any]:
    prepared = job.prepared
    function = None if prepared is None or worker.function_key == prepared.key else prepared.body
    worker.send((job.kind, function, job.body, job.deadline is not None))
    answer = worker.receive(job.deadline)
    if prepared is not None and answer[0] == "done":
        worker.function_key = prepared.key
    return answer


def _settle(job: Job, answer: tuple[str, Any] | None, ending: str, late: str | None) -> None:
    """Give a future what became of its job."""
    import pickle

    if answer is None:
        if late is not None:
            job.future.set_exception(DeadlineError(late))
        else:
            times = "once" if job.deaths == 1 else f"{job.deaths} times, the last time alone"
            job.future.set_exception(WorkerDiedError(f"the worker of this task {ending} ({times})", job.deaths))
        return
    kind, body = answer
    if kind == "again":
        return
    try:
        value = pickle.loads(body)
    except Exception as error:  # a result whose class cannot be read back here
        job.future.set_exception(error)
        return
    if kind == "failed" or (job.kind == "call" and value.raised is not None):
        job.future.set_exception(value.error if kind == "failed" else value.raised.error)
    else:
        job.future.set_result(value if job.kind == "batch" else value.result)


def _is_count(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and float(value) >= 1 and float(value).is_integer()


def _cpus() -> int:
    # the affinity mask, where there is one: a container or a batch system may own fewer CPUs than the machine has
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@atexit.register
def _terminate_all() -> None:
    for pool in tuple(_pools):
        pool.terminate()
