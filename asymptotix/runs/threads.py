"""One BLAS thread while tasks run: the same bits whatever the number of workers, and no oversubscription."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["single_threaded_blas"]


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Pin every BLAS loaded in this process to one thread inside the block.

    A matrix product on two threads differs from one on a single thread in the last bits. The limit holds for the whole process,
    so nested blocks and blocks in threads of one pool must lie inside a first one (`run_tasks` sees to that).
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
