"""A child process of a `WorkerPool`, seen from the parent."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Any

from asymptotix.runs.pickling import main_of_parent
from asymptotix.runs.threads import ONE_THREAD

__all__ = ["WorkerGoneError", "WorkerProcess"]

START_SECONDS = 60.0
LEAVE_SECONDS = 2.0


class WorkerGoneError(Exception):
    """The process ended before it answered."""


class WorkerProcess:
    """One interpreter that runs tasks; a fresh one (not a fork), BLAS single-threaded from its start."""

    def __init__(self) -> None:
        paths = [path for path in sys.path if isinstance(path, str)]
        start = f"import sys; sys.path[:] = {paths!r}; from asymptotix.runs.worker import main; main()"
        # A group of its own: Ctrl-C reaches the parent alone, which decides what becomes of the workers.
        group: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
        self._process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            **group,
        )
        self.function_key: object = None  # of the function that the process holds
        self.late: str | None = None  # why it was killed, if for lateness
        self._due: tuple[float, str] | None = None
        self._killing = threading.Lock()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def start(self) -> None:
        """Tell it where the user's script is, and wait until it answers.

        Raises:
            WorkerGoneError: it ended, or did not answer in a minute.
        """
        self._due = (time.monotonic() + START_SECONDS, f"did not start in {START_SECONDS:g} s")
        self.send(main_of_parent())
        self.receive()
        self._due = None

    def send(self, message: object) -> None:
        """Write a message; a dead process is noticed when its answer is read."""
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin, protocol=5)
            self._process.stdin.flush()
        except OSError as error:
            raise WorkerGoneError from error

    def receive(self, deadline: float | None = None) -> tuple[str, Any]:
        """The answer; after "started" the deadline runs.

        Raises:
            WorkerGoneError: the process ended first.
        """
        assert self._process.stdout is not None
        try:
            kind, body = pickle.load(self._process.stdout)
            if kind == "started" and deadline is not None:
                self._due = (time.monotonic() + deadline, f"ran past the deadline of {deadline:g} s and was killed")
                kind, body = pickle.load(self._process.stdout)
        except (EOFError, OSError, ValueError, MemoryError, pickle.UnpicklingError) as error:
            raise WorkerGoneError from error
        with self._killing:  # from here on the watchdog of this task does not meet the next one
            self._due = None
        return kind, body

    def kill_if_late(self, now: float) -> None:
        """Called by the pool's watchdog."""
        with self._killing:
            if self._due is not None and now > self._due[0]:
                self._kill(self._due[1])

    def kill(self, late: str | None = None) -> None:
        """End the process at once, with whatever it has started in its group."""
        with self._killing:
            self._kill(late)

    def _kill(self, late: str | None) -> None:
        if self._process.poll() is not None:
            return
        self.late = self.late or late
        if os.name == "posix":
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def close(self) -> str:
        """End the process, wait for it, and say how it ended; an idle one leaves by itself when its requests end."""
        _close_pipe(self._process.stdin)
        gone = self._wait(LEAVE_SECONDS) if self.late is None else None
        if gone is None:
            self.kill()
            self._process.wait()
        _close_pipe(self._process.stdout)
        return _ending(self._process.returncode)

    def _wait(self, seconds: float) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def _close_pipe(pipe: IO[bytes] | None) -> None:
    with suppress(OSError):  # what was still to be written has no reader
        if pipe is not None:
            pipe.close()


def _ending(code: int) -> str:
    if code >= 0:
        return f"left with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed by {name}" + (", perhaps for lack of memory" if name == "SIGKILL" else "")
