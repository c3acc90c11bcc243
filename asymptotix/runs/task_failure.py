"""What is left of a task that gave no result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from asymptotix.errors import DeadlineError, WorkerDiedError

__all__ = ["TaskFailure", "failure_of"]


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A task that failed while the others went on.

    Attributes:
        kind: "error" (it raised), "died" (its process did: a signal, `os._exit`, lack of memory) or "deadline" (too slow).
        message: one line, with the type of the exception, the signal or the number of seconds.
        attempts: how often the task was started.
    """

    kind: Literal["error", "died", "deadline"]
    message: str
    attempts: int = 1


def failure_of(error: BaseException, attempts: int) -> TaskFailure:
    """The failure that stands for an exception."""
    if isinstance(error, WorkerDiedError):
        return TaskFailure("died", str(error), max(attempts, error.attempts))
    if isinstance(error, DeadlineError):
        return TaskFailure("deadline", str(error), attempts)
    line = " ".join(str(error).split())
    return TaskFailure("error", f"{type(error).__name__}: {line}" if line else type(error).__name__, attempts)
