"""How far a sweep is, from its store alone: also while another process writes it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise

from asymptotix.runs.store import Failure, Store, read_store

__all__ = ["StoreStatus", "store_status"]

_LATEST = 1000  # units that the rate is taken from
_PAUSE = 60.0  # seconds without a finished unit, beside 20 times the usual gap, after which a run has begun anew


@dataclass(frozen=True)
class StoreStatus:
    """How far a sweep is.

    Attributes:
        path: the store.
        planned: how many units there will be; None where the number is not fixed beforehand.
        finished: units that are finished.
        failed: units that failed and were not finished since.
        rate: finished units a second, of the latest thousand since the last pause; None with fewer than two.
        work_seconds: what all finished units took, added up over the workers.
        last: when the latest unit finished, seconds since 1970; None before the first.
        failures: the failed units.
    """

    path: str
    planned: int | None
    finished: int
    failed: int
    rate: float | None
    work_seconds: float
    last: float | None
    failures: tuple[Failure, ...]

    @property
    def left(self) -> int | None:
        """Units neither finished nor failed; None if not known."""
        return None if self.planned is None else max(0, self.planned - self.finished - self.failed)

    @property
    def time_left(self) -> float | None:
        """Seconds until the end at the present rate; None if not known."""
        if self.left == 0:
            return 0.0
        return None if self.left is None or not self.rate else self.left / self.rate


def store_status(path: str | os.PathLike[str]) -> StoreStatus:
    """How far the sweep of a store is.

    Raises:
        StorageError: there is no such store, or it cannot be read.
    """
    with read_store(path) as store:
        counts, planned = store.counts(), store.notes().get("planned")
        with store.connection() as connection:
            (seconds,) = connection.execute("SELECT total(seconds) FROM results").fetchone()
        times = _latest_times(store)
        failures = tuple(store.failures())
    return StoreStatus(
        str(path), planned, counts.finished, counts.failed, _rate(times), seconds, times[0] if times else None, failures
    )


def _latest_times(store: Store) -> list[float]:
    """When the latest units finished, the last one first."""
    with store.connection() as connection:
        rows = connection.execute("SELECT finished FROM results ORDER BY id DESC LIMIT ?", (_LATEST,)).fetchall()
    return sorted((at for (at,) in rows), reverse=True)


def _rate(times: list[float]) -> float | None:
    gaps = [later - earlier for later, earlier in pairwise(times)]
    if not gaps:
        return None
    longest = _PAUSE + 20 * sorted(gaps)[len(gaps) // 2]
    run = next((place for place, gap in enumerate(gaps) if gap > longest), len(gaps))
    span = times[0] - times[run]
    return run / span if span > 0 else None
