"""Dask distributed as an executor: more machines than one. Needs the extra `cluster`; loaded on use."""

from __future__ import annotations

import platform
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from asymptotix.errors import AsymptotixError, InvalidInputError, MissingExtraError

__all__ = ["DaskExecutor"]


class DaskExecutor(Executor):
    """The workers of a Dask scheduler as an executor for `executor=`.

    Connecting checks that at least one worker is there and that Python, NumPy and asymptotix are the same everywhere: results are
    equal bit for bit only then. Tasks run on one BLAS thread; results are kept by the process that asked for them as they arrive,
    so that a worker that dies later takes none along. Tasks of a dead worker run elsewhere; those that Dask gives up
    (`KilledWorker`, which meets innocent neighbours of a killer too) are sent again by `run_tasks`, in the end one at a time.

    Args:
        address: of the scheduler, for example "tcp://host:8786", or a `distributed.Client` or cluster object.
        timeout: seconds to wait for the scheduler, and for the first worker.
        retries: how often Dask itself repeats a batch that failed on its way.

    Raises:
        MissingExtraError: Dask distributed is not installed.
        InvalidInputError: nothing answers at the address, or no worker is there.
        AsymptotixError: the versions differ.

    Example:
        >>> DaskExecutor("somewhere")
        Traceback (most recent call last):
        asymptotix.errors.InvalidInputError: scheduler = 'somewhere' is not valid: scheduler must be an address such as tcp://host:8786
    """

    def __init__(self, address: Any, *, timeout: float = 30.0, retries: int = 2) -> None:
        if isinstance(address, str) and "://" not in address:
            raise InvalidInputError("scheduler", address, "an address such as tcp://host:8786")
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtraError("distributed", "cluster") from error
        self._owned = not isinstance(address, Client)
        self._client: Any = _connect(Client, address, timeout) if self._owned else address
        try:
            _wait_for_a_worker(self._client, timeout)
            _check_versions(self._client)
        except BaseException:
            self._close()
            raise
        # pure: two batches with equal arguments are still two batches; a key of Dask's own hashing would merge them
        self._executor: Executor = self._client.get_executor(retries=retries, pure=False)

    @property
    def n_workers(self) -> int:
        """Threads of all workers that are there now."""
        return int(sum(self._client.nthreads().values()))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run fn(*args, **kwargs) on some worker."""
        return self._executor.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what was submitted, or cancel it, and disconnect; the cluster lives on."""
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._close()

    def _close(self) -> None:
        if self._owned:
            self._client.close()

    def __repr__(self) -> str:
        return f"DaskExecutor({self._client.scheduler.address!r})"


def _connect(client: Any, address: Any, timeout: float) -> Any:
    try:
        return client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:  # TimeoutError among them; an unknown scheme is a ValueError
        valid = f"the address of a Dask scheduler that answers within {timeout:g} s"
        raise InvalidInputError(
            "scheduler", address, valid, "start one with  dask scheduler  and workers with  dask worker"
        ) from error


def _wait_for_a_worker(client: Any, timeout: float) -> None:
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError as error:
        valid = f"one with workers within {timeout:g} s"
        raise InvalidInputError("scheduler", client.scheduler.address, valid, "start some with  dask worker ADDRESS") from error


def versions() -> dict[str, str]:
    """What must be the same on every machine for equal bits."""
    import numpy as np

    import asymptotix

    return {"Python": platform.python_version(), "NumPy": np.__version__, "asymptotix": asymptotix.__version__}


def _check_versions(client: Any) -> None:
    try:
        found = client.run(versions)
    except ImportError as error:
        raise AsymptotixError(f"a Dask worker lacks a package: {error}; install asymptotix on every worker") from error
    ours = versions()
    for worker, theirs in found.items():
        different = [f"{name} {theirs.get(name)} there, {here} here" for name, here in ours.items() if theirs.get(name) != here]
        if different:
            raise AsymptotixError(f"Dask worker {worker} has other versions ({'; '.join(different)}): install the same on both")
