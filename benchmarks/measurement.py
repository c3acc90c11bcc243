"""What a workload reports: two times on the same input, and how well the two answers agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

__all__ = ["Measurement", "measure"]

FloatArray = NDArray[np.float64]

_QUICK = 0.05  # seconds: what takes less is run until so much time has passed


@dataclass(frozen=True)
class Measurement:
    """`ratio` is by hand / package: how many times faster the package is."""

    workload: str
    package_seconds: float
    by_hand_seconds: float
    largest_difference: float

    @property
    def ratio(self) -> float:
        """Time by hand over time of the package."""
        return self.by_hand_seconds / self.package_seconds


def measure(
    workload: str,
    package: Callable[[], Any],
    by_hand: Callable[[], FloatArray],
    *,
    repeats: int = 3,
    share: float = 1.0,
    read: Callable[[Any], FloatArray] = np.asarray,
) -> Measurement:
    """CPU seconds on one BLAS thread, best of `repeats` runs of each in turn; relative difference of the answers.

    `share` is that part of the workload which `by_hand` does, where all of it would take minutes: its time is divided by it.
    `read` takes what the package returns to what is compared, and is not timed; nor is a first run of the package, which loads or
    compiles its loops.
    """
    package_times, by_hand_times = [], []
    with threadpool_limits(1):
        package()
        for _ in range(repeats):
            seconds, ours = _timed(package)
            package_times.append(seconds)
            seconds, theirs = _timed(by_hand)
            by_hand_times.append(seconds / share)
    difference = float(np.max(np.abs(read(ours) / theirs - 1)))
    return Measurement(workload, min(package_times), min(by_hand_times), difference)


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the best of a few runs, of one if it is not quick, and what it returned."""
    started, best = time.process_time(), np.inf
    while True:
        start = time.process_time()
        result = run()
        stop = time.process_time()
        best = min(best, stop - start)
        if stop - started > _QUICK:
            return best, result
