"""One BLAS thread while tasks run: the same bits whatever the number of workers, and no oversubscription."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["ONE_THREAD", "single_threaded_blas"]

ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR")
} | {"VECLIB_MAXIMUM_THREADS": "1"}  # fmt: skip
"""The environment in which a BLAS is single-threaded from the moment it is loaded."""

_lock = threading.Lock()
_blocks = 0
_limits: Any = None


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Pin every BLAS loaded in this process to one thread inside the block.

    A matrix product on two threads differs from one on a single thread in the last bits. The limit holds for the whole process;
    of several blocks, nested or in several threads, the first pins and the last to end restores what was there before.
    """
    global _blocks, _limits
    from threadpoolctl import threadpool_limits

    with _lock:
        if _blocks == 0:
            _limits = threadpool_limits(limits=1, user_api="blas")
        _blocks += 1
    try:
        yield
    finally:
        with _lock:
            _blocks -= 1
            if _blocks == 0:
                _limits.restore_original_limits()
                _limits = None
