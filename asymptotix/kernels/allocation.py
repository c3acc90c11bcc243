"""A matrix larger than memory is refused with its size, before anything is allocated."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["allocated", "free_bytes"]

_GROUP = Path("/sys/fs/cgroup")  # limits of a container (Linux)


def allocated(name: str, shape: tuple[int, int], dtype: DTypeLike, count: int = 1) -> list[NDArray[Any]]:
    """`count` matrices that are not filled yet.

    Raises:
        InvalidInputError: they do not fit into the memory that is free; names the size.
    """
    needed = count * shape[0] * shape[1] * np.dtype(dtype).itemsize
    free = free_bytes()
    if free is not None and needed > free:
        raise InvalidInputError(
            name,
            shape[:1],
            f"of so few rows that the {shape[0]} x {shape[1]} matrix fits into memory: {_gigabytes(needed)} are needed for "
            f"{'it' if count == 1 else f'{count} of them'} and {_gigabytes(free)} are free",
            "use KernelOperator, which stores no matrix, or dtype='float32'",
        )
    return [np.empty(shape, dtype) for _ in range(count)]


def free_bytes() -> int | None:
    """Memory that can be had without swapping, as far as the system tells; None where it does not."""
    found = []
    with suppress(OSError, ValueError, StopIteration):
        line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
        found.append(1024 * int(line.split()[1]))
    with suppress(OSError, ValueError):
        limit, used = ((_GROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        found.append(int(limit) - int(used))
    if not found:
        with suppress(OSError, ValueError, AttributeError):
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(found) if found else None


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.3g} GB"
