"""A matrix larger than memory is refused with its size, before anything is allocated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.runs.memory import free_memory, size_text

__all__ = ["allocated"]


def allocated(name: str, shape: tuple[int, int], dtype: DTypeLike, count: int = 1) -> list[NDArray[Any]]:
    """`count` matrices that are not filled yet.

    Raises:
        InvalidInputError: they do not fit into the memory that is free; names the size.
    """
    needed = count * shape[0] * shape[1] * np.dtype(dtype).itemsize
    free = free_memory()
    if free is not None and needed > free:
        raise InvalidInputError(
            name,
            shape[:1],
            f"of so few rows that the {shape[0]} x {shape[1]} matrix fits into memory: {size_text(needed)} are needed for "
            f"{'it' if count == 1 else f'{count} of them'} and {size_text(free)} are free",
            "use KernelOperator, which stores no matrix, or dtype='float32'",
        )
    return [np.empty(shape, dtype) for _ in range(count)]
