"""What a worker of any engine does with a batch: each task by itself, so that one that raises costs the others nothing."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from asymptotix.runs.threads import single_threaded_blas

__all__ = ["Outcome", "Raised", "run_batch"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a task, or what it raised."""

    result: Any = None
    raised: Raised | None = None


class Raised:
    """An exception that travels: what cannot be pickled, or not be read back, becomes a RuntimeError with the same words."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        import pickle

        lines = "".join(traceback.format_exception(self.error))
        try:
            body = pickle.dumps(self.error)
            pickle.loads(body)
        except Exception:  # whatever the class of the exception does when it is pickled
            body = pickle.dumps(RuntimeError(f"{type(self.error).__name__}: {self.error}"))
        return _arrived, (body, lines)


def _arrived(body: bytes, lines: str) -> Raised:
    import pickle

    error = pickle.loads(body)
    if not any("in a worker:" in note for note in getattr(error, "__notes__", ())):
        error.add_note(f"in a worker:\n{lines.rstrip()}")
    return Raised(error)


def run_batch(function: Callable[[Any], Any], tasks: Sequence[Any]) -> tuple[list[Outcome], float]:
    """What became of each task, and the seconds that all took together."""
    start = time.perf_counter()
    with single_threaded_blas():
        outcomes = [_attempt(function, task) for task in tasks]
    return outcomes, time.perf_counter() - start


def _attempt(function: Callable[[Any], Any], task: Any) -> Outcome:
    try:
        return Outcome(function(task))
    except Exception as error:  # any failure of the user's function is an outcome
        return Outcome(raised=Raised(error))
