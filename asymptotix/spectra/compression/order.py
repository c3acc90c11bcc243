"""The order that was promised of eigenvalues, checked as they pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.compression.chunks import Chunk

__all__ = ["OrderCheck"]

FloatArray = NDArray[np.float64]

_AT_ONCE = 1 << 15


@dataclass
class OrderCheck:
    """Whether eigenvalues decrease, or increase, throughout; the first two that differ tell which."""

    direction: int = 0
    last: float = float("nan")

    def over(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """The chunks, once they have passed.

        Raises:
            InvalidInputError: an eigenvalue out of order: its index and its value.
        """
        for chunk in chunks:
            for start in range(0, chunk.values.size, _AT_ONCE):
                self._check(chunk.values[start : start + _AT_ONCE], chunk.offset + start)
            yield chunk

    def _check(self, values: FloatArray, offset: int) -> None:
        before = np.concatenate([[self.last], values[:-1]])
        if self.direction == 0:
            different = np.flatnonzero((values < before) | (values > before))
            if different.size:
                self.direction = 1 if values[different[0]] > before[different[0]] else -1
        wrong = values < before if self.direction > 0 else values > before
        if self.direction and np.any(wrong):
            index = int(np.argmax(wrong))
            order = "increasing" if self.direction > 0 else "decreasing"
            raise InvalidInputError(
                f"eigenvalues[{offset + index}]", float(values[index]),
                f"in {order} order after {float(before[index])!r}, since sorted=True was given", "leave sorted out",
            )  # fmt: skip
        if values.size:
            self.last = float(values[-1])
