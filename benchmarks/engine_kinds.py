"""Every engine of the reliability scripts by one name, opened and closed in the same way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import asymptotix as ax

__all__ = ["ENGINES", "engine"]

ENGINES = ("pool", "processes", "loky", "threads", "dask")


@contextmanager
def engine(kind: str, n_workers: int) -> Iterator[Executor]:
    """An executor of a kind of `ENGINES`; Dask on a cluster of processes started for the block, one death allowed."""
    if kind == "pool":
        with ax.WorkerPool(n_workers) as pool:
            yield pool
    elif kind == "threads":
        with ThreadPoolExecutor(n_workers) as threads:
            yield threads
    elif kind == "processes":
        with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as processes:
            yield processes
    elif kind == "loky":
        import loky

        executor = loky.get_reusable_executor(n_workers)
        yield executor
        executor.shutdown(wait=True, kill_workers=True)
    else:
        with _cluster(n_workers) as address, ax.DaskExecutor(address) as dask_executor:
            yield dask_executor


@contextmanager
def _cluster(n_workers: int) -> Iterator[str]:
    import dask
    from distributed import LocalCluster

    quiet = {
        "distributed.scheduler.allowed-failures": 1,
        "distributed.logging.distributed": "critical",
        # a cluster object drops a worker that is not back after 15 s: under load, every one that was killed twice
        "distributed.deploy.lost-worker-timeout": "120s",
    }
    options = {"n_workers": n_workers, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with dask.config.set(quiet), LocalCluster(**options, silence_logs=logging.CRITICAL) as cluster:
        yield cluster.scheduler_address
