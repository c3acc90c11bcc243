"""The other side of a `WorkerPool`: a process that answers one request after the other until its parent is gone."""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
from typing import Any, BinaryIO

from asymptotix.runs.batch import Outcome, Raised, run_batch
from asymptotix.runs.pickling import dumps
from asymptotix.runs.threads import single_threaded_blas

__all__ = ["main", "script_is_loading"]

_main: dict[str, Any] = {}
_loading = False


def script_is_loading() -> bool:
    """Whether this process is a worker that is reading the user's script to find a function of it."""
    return _loading


def main() -> None:
    """Answer requests on standard input until it ends; what tasks print goes to standard error."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdin = open(os.devnull)  # noqa: SIM115 # for the life of the process
    _main.update(pickle.load(requests))
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox), daemon=True).start()
    function: Any = None
    _reply(replies, ("ready", None))
    while True:
        kind, body, tasks, announce = inbox.get()
        try:
            if body is not None:
                function = _load(body)
            arguments = _load(tasks)
            if announce:
                _reply(replies, ("started", None))
            answer = dumps(run_batch(function, arguments) if kind == "batch" else _call(*arguments))
        except Exception as error:  # a task that cannot be read, a result that cannot be sent
            _reply(replies, ("failed", pickle.dumps(Raised(error))))
        else:
            _reply(replies, ("done", answer))


def _call(function: Any, args: Any, kwargs: Any) -> Outcome:
    with single_threaded_blas():
        try:
            return Outcome(function(*args, **kwargs))
        except Exception as error:  # any failure of the user's function is an outcome
            return Outcome(raised=Raised(error))


def _listen(requests: BinaryIO, inbox: queue.SimpleQueue[Any]) -> None:
    """Read ahead, so that a parent that died is noticed in the middle of a task: no orphan computes on."""
    while True:
        try:
            inbox.put(pickle.load(requests))
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)


def _reply(replies: BinaryIO, message: tuple[str, Any]) -> None:
    try:
        pickle.dump(message, replies, protocol=5)
        replies.flush()
    except OSError:
        os._exit(0)


class _Reader(pickle.Unpickler):
    """Loads the user's script only when something in it is asked for."""

    def find_class(self, module: str, name: str, /) -> Any:
        if module == "__main__" and _main:
            _load_script()
        return super().find_class(module, name)


def _load(body: bytes) -> Any:
    import io

    return _Reader(io.BytesIO(body)).load()


def _load_script() -> None:
    global _loading
    from multiprocessing.spawn import prepare

    _loading = True
    try:
        prepare(dict(_main))  # under the name __mp_main__, as multiprocessing does
    finally:
        _loading = False
    _main.clear()
