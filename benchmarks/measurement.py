"""What a workload reports: two times on the same input, and how well the two answers agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

__all__ = ["Measurement", "measure"]

FloatArray = NDArray[np.float64]

_QUICK = 0.05  # seconds: a package that takes less is run several times for each run by hand


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
    package: Callable[[], FloatArray],
    by_hand: Callable[[], FloatArray],
    *,
    repeats: int = 3,
    share: float = 1.0,
) -> Measurement:
    """CPU seconds on one BLAS thread, best of `repeats` runs of each in turn; relative difference of the answers.

    `share` is that part of the workload which `by_hand` does, where all of it would take minutes: its time is divided by it.
    A first run of the package, which loads or compiles its loops, is not counted.
    """
    package_times, by_hand_times = [], []
    with threadpool_limits(1):
        package()
        for _ in range(repeats):
            started = time.process_time()
            while True:
                start = time.process_time()
                ours = package()
                stop = time.process_time()
                package_times.append(stop - start)
                if stop - started > _QUICK:
                    break
            start = time.process_time()
            theirs = by_hand()
            by_hand_times.append((time.process_time() - start) / share)
    difference = float(np.max(np.abs(ours / theirs - 1)))
    return Measurement(workload, min(package_times), min(by_hand_times), difference)
