"""The engine's time limit: sizes grow quickly with powers, thresholds and shifts, and a refusal is better than no answer.

Processor time of the thread is counted, so that a busy machine changes no answer. The limit is looked at inside the
canonical form and between the steps of an expectation or a proof, and within one long operation of SymPy by `watched`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from asymptotix.errors import NotInClosedClassError

__all__ = ["MAX_SECONDS", "NUMERIC_KERNELS", "check_deadline", "time_limit", "time_limited", "watched"]

MAX_SECONDS = 8.0  # of processor time for one formula with its proof; the catalogue needs at most three
NUMERIC_KERNELS = "asymptotix.kernel_matrix and asymptotix.kernels.KernelMap evaluate the kernel numerically"

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class _Limit:
    """The processor time at which the limit passes, and a time on the clock before which it cannot have passed.

    The clock is read a thousand times in a second, and asking for the processor time costs a system call.
    """

    processor: float
    clock: float

    def passed(self) -> bool:
        now = time.perf_counter()
        if now < self.clock:
            return False
        left = self.processor - time.thread_time()
        self.clock = now + left
        return left < 0.0


_LIMIT: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Within it, the engine refuses to go on after so many seconds of processor time; an outer limit stays in force."""
    outer, own = _LIMIT.get(), time.thread_time() + seconds
    token = _LIMIT.set(_Limit(own if outer is None else min(own, outer.processor), 0.0))
    try:
        yield
    finally:
        _LIMIT.reset(token)


def time_limited(function: Callable[P, R]) -> Callable[P, R]:
    """The function under the limit of `MAX_SECONDS`."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with time_limit(MAX_SECONDS):
            return function(*args, **kwargs)

    return limited


def check_deadline() -> None:
    """Nothing, or the refusal.

    Raises:
        NotInClosedClassError: the time limit has passed.
    """
    limit = _LIMIT.get()
    if limit is not None and limit.passed():
        raise NotInClosedClassError(
            "no closed form known to the engine within its time limit (the expression grows too large, and the closed form "
            f"would take too long): {NUMERIC_KERNELS}, asymptotix.activation_spectrum(...) coefficients"
        )


@contextmanager
def watched() -> Iterator[None]:
    """Within it, the limit is looked at whenever a Python function is called: for operations of SymPy without a bound.

    A profiler that is at work already is left alone; under it, the limit is only looked at afterwards.
    """
    if _LIMIT.get() is None or sys.getprofile() is not None:
        yield
        return
    sys.setprofile(_look)
    try:
        yield
    finally:
        sys.setprofile(None)


def _look(_frame: FrameType, event: str, _argument: Any) -> None:
    if event == "call":
        check_deadline()
