"""The loop behind `run_tasks`: batches out, outcomes in, whatever happens to workers in between."""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import dataclass, field
from typing import Any

from asymptotix.errors import DeadlineError, WorkerDiedError
from asymptotix.runs.batch import Outcome
from asymptotix.runs.lanes import Batch, Lane, is_broken

__all__ = ["Dispatch", "Failed"]

# a death costs at most this many more starts before a task runs alone (Dask: every KilledWorker is already several deaths)
DEATHS_BEFORE_ALONE = 2
TROUBLE_SECONDS = 60.0  # how long an engine may be without workers: a cluster takes that long to restart them
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that failed for good."""

    error: BaseException
    attempts: int = 1


@dataclass(slots=True)
class Sent:
    """A batch in flight."""

    indices: Sequence[int]
    since: float
    alone: bool = False


@dataclass
class Dispatch:
    """All tasks of a run on one lane."""

    tasks: Sequence[Any]
    lane: Lane
    deadline: float | None = None
    patience: float | None = None
    position: int = 0
    size: int = 1
    pending: dict[Batch, Sent] = field(default_factory=dict)
    again: deque[int] = field(default_factory=deque)
    suspects: deque[int] = field(default_factory=deque)
    deaths: dict[int, int] = field(default_factory=dict)
    given_up: list[Batch] = field(default_factory=list)
    own: Any = None  # the pool that took over from a broken one, ours to close

    def results(self) -> Generator[tuple[int, Any], None, None]:
        """Yield (index, result or `Failed`), all of them once."""
        self._progress = self._healthy = time.monotonic()
        try:
            while self._unfinished():
                yield from self._send()
                finished = wait(self.pending, timeout=self._timeout(), return_when=FIRST_COMPLETED).done
                for future in finished:
                    yield from self._receive(future)
                if finished:
                    self._progress = self._healthy = time.monotonic()
                else:
                    yield from self._look()
        except KeyboardInterrupt:
            yield from self._arrived()
            raise
        finally:
            for future in self.pending:
                future.cancel()
            if self.own is not None:
                self.own.terminate()

    def _unfinished(self) -> bool:
        return bool(self.position < len(self.tasks) or self.pending or self.again or self.suspects)

    def _send(self) -> Iterator[tuple[int, Any]]:
        """Fill the lane; what cannot even be sent is an outcome too."""
        workers = max(1, self.lane.workers)
        self.given_up = [future for future in self.given_up if not future.done()]
        room = self.lane.depth * (workers - len(self.given_up))
        if room <= 0 and not self.pending:
            held = f"all {workers} workers of {self.lane.name} are held by tasks past the deadline"
            what = f"{held}: use asymptotix.WorkerPool, which kills them"
            yield from self._give_up_all(DeadlineError(what))
            return
        while len(self.pending) < room and (self.again or self.position < len(self.tasks)):
            yield from self._submit(self._next_batch())
        if not self.pending and self.suspects:
            yield from self._submit([self.suspects.popleft()], alone=True)

    def _next_batch(self) -> Sequence[int]:
        if self.again:
            return [self.again.popleft()]
        batch = range(self.position, min(self.position + self.size, len(self.tasks)))
        self.position = batch.stop
        return batch

    def _submit(self, indices: Sequence[int], alone: bool = False) -> Iterator[tuple[int, Any]]:
        sent = Sent(indices, time.monotonic(), alone)
        try:
            future = self.lane.submit([self.tasks[index] for index in indices])
        except Exception as error:  # a broken pool, or a task that cannot be pickled
            yield from self._failed(sent, error)
        else:
            self.pending[future] = sent

    def _receive(self, future: Batch) -> Iterator[tuple[int, Any]]:
        sent = self.pending.pop(future, None)
        if sent is None:  # the pool broke while the others of this round were looked at
            return
        try:
            outcomes, seconds = future.result()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # CancelledError is no Exception in every library
            yield from self._failed(sent, error)
        else:
            remaining = len(self.tasks) - self.position
            self.size = self.lane.size(seconds / len(sent.indices), remaining)
            yield from self._outcomes(sent, outcomes)

    def _outcomes(self, sent: Sent, outcomes: Sequence[Outcome]) -> Iterator[tuple[int, Any]]:
        for index, outcome in zip(sent.indices, outcomes, strict=True):
            attempts = 1 + self.deaths.get(index, 0)
            yield index, outcome.result if outcome.raised is None else Failed(outcome.raised.error, attempts)

    def _failed(self, sent: Sent, error: BaseException) -> Iterator[tuple[int, Any]]:
        """A batch that gave no outcomes: try its tasks one by one, or say what became of them."""
        if is_broken(error):
            yield from self._broken(sent, error)
        elif self.lane.is_death(error):
            yield from self._died(sent, error)
        elif len(sent.indices) > 1:
            self.again.extend(sent.indices)
            if isinstance(error, WorkerDiedError):
                self._count_deaths(sent.indices)
        else:
            failure = WorkerDiedError(f"cancelled by {self.lane.name}") if isinstance(error, CancelledError) else error
            yield sent.indices[0], Failed(failure, 1 + self.deaths.get(sent.indices[0], 0))

    def _died(self, sent: Sent, error: BaseException) -> Iterator[tuple[int, Any]]:
        self._count_deaths(sent.indices)
        for index in sent.indices:
            if sent.alone:
                what = f"its worker died each time, alone too ({_line(error)})"
                yield index, Failed(WorkerDiedError(what, self.deaths[index]), self.deaths[index])
            elif self.deaths[index] < DEATHS_BEFORE_ALONE:
                self.again.append(index)
            else:
                self.suspects.append(index)

    def _count_deaths(self, indices: Sequence[int]) -> None:
        for index in indices:
            self.deaths[index] = self.deaths.get(index, 0) + 1

    def _broken(self, sent: Sent, error: BaseException) -> Iterator[tuple[int, Any]]:
        """The executor is lost: keep what had arrived, send the rest elsewhere or say what to use."""
        self._count_deaths(sent.indices)
        self.again.extend(sent.indices)
        yield from self._rescue()
        successor = self.lane.successor()
        if successor is None:
            what = f"{self.lane.name} broke ({_line(error)}): use asymptotix.WorkerPool, which outlives its workers"
            yield from self._give_up_all(WorkerDiedError(what))
            return
        rest = len(self.again) + len(self.suspects) + len(self.tasks) - self.position
        message = f"{self.lane.name} broke ({_line(error)}): the other {rest} tasks run on asymptotix.WorkerPool"
        self.lane, self.own, self.size = successor, successor.executor, 1
        warnings.warn(message, RuntimeWarning, stacklevel=2)

    def _rescue(self) -> Iterator[tuple[int, Any]]:
        """Empty the lane: outcomes that are there are handed over, the other tasks wait for another lane."""
        pending, self.pending = self.pending, {}
        wait(pending, timeout=LOOK_SECONDS)  # a broken pool fails its futures one after the other
        for future, sent in pending.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield from self._outcomes(sent, future.result()[0])
            else:
                future.cancel()
                self.again.extend(sent.indices)

    def _give_up_all(self, error: BaseException) -> Iterator[tuple[int, Any]]:
        yield from self._rescue()
        rest = [*self.again, *self.suspects, *range(self.position, len(self.tasks))]
        self.again.clear()
        self.suspects.clear()
        self.position = len(self.tasks)
        for index in rest:
            yield index, Failed(error, self.deaths.get(index, 1))

    def _timeout(self) -> float | None:
        watched = (
            self.patience is not None or self.lane.one_by_one or (self.deadline is not None and not self.lane.kills_late_tasks)
        )
        limits = [seconds / 4 for seconds in (self.deadline, self.patience) if seconds is not None]
        return min([LOOK_SECONDS, *limits]) if watched else None

    def _look(self) -> Iterator[tuple[int, Any]]:
        """Nothing finished: is a task late, is nothing moving, is the engine still there?"""
        now = time.monotonic()
        trouble = self.lane.trouble()
        if trouble is None:
            self._healthy = now
        elif now - self._healthy > TROUBLE_SECONDS:
            yield from self._give_up_all(WorkerDiedError(f"{trouble} for {TROUBLE_SECONDS:g} s"))
            return
        stuck = self.patience is not None and now - self._progress > self.patience
        for future, sent in list(self.pending.items()):
            late = self.deadline is not None and not self.lane.kills_late_tasks and now - sent.since > self.deadline
            if late or stuck:
                limit = f"deadline of {self.deadline:g} s" if late else f"patience of {self.patience:g} s"
                yield from self._abandon(future, sent, DeadlineError(f"ran past the {limit} and was given up"))
        if stuck:
            self._progress = now

    def _abandon(self, future: Batch, sent: Sent, error: DeadlineError) -> Iterator[tuple[int, Any]]:
        self.lane.abandon(future)
        del self.pending[future]
        if not future.done():
            self.given_up.append(future)
        for index in sent.indices:
            yield index, Failed(error, 1 + self.deaths.get(index, 0))

    def _arrived(self) -> Iterator[tuple[int, Any]]:
        """What had arrived when the user interrupted."""
        for future, sent in self.pending.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield from self._outcomes(sent, future.result()[0])


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:200]
