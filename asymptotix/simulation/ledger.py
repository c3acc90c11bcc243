"""The trials of a simulation in a store: what is finished is read, what finishes is kept, a transaction for many."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError

if TYPE_CHECKING:
    from asymptotix.runs.store import Record, Store
    from asymptotix.runs.task_failure import TaskFailure
    from asymptotix.simulation.replicates import CellRows, Trial

__all__ = ["STREAM", "Ledger", "design_key", "ledger_of", "opened"]

FloatArray = NDArray[np.float64]

STREAM = 1  # of the random numbers: what a seed draws in a trial. A change of a sampler raises it, and old stores are refused.
_FLUSH_SECONDS = 0.5
_FLUSH_RECORDS = 256


class Ledger:
    """The rows of one simulation in an open store. One record a trial, named by the key of its cell and its number."""

    def __init__(
        self, store: Store, design: str, seed: int, names: tuple[str, ...], cells: Sequence[Mapping[str, Any]], workers: int
    ) -> None:
        from asymptotix.runs.store import content_key

        self._store, self._names, self._cells, self._seed, self._workers = store, names, cells, seed, workers
        self._keys = [content_key("trial", STREAM, design, seed, list(names), dict(cell)) for cell in cells]
        self._waiting: list[Record] = []
        self._flushed = time.perf_counter()

    def resume(self, cells: Sequence[CellRows]) -> float:
        """Put everything that is kept into its cell; the wall-clock seconds that it took, from those of its trials."""
        places = {key: cell for cell, key in enumerate(self._keys)}
        spent = 0.0
        for record in self._store.records():
            of, _, replicate = record.key.partition("/")
            if of in places:
                cells[places[of]].add(int(replicate), record.rows(self._names), record.seconds)
                spent += record.seconds
        return spent / self._workers

    def key(self, trial: Trial) -> str:
        """The key of a trial in the store."""
        return f"{self._keys[trial.cell]}/{trial.replicate}"

    def recall(self, tasks: Sequence[Trial], cells: Sequence[CellRows]) -> list[Trial]:
        """Put the finished ones of some trials into their cells, and return the others."""
        left = {self.key(trial): trial for trial in tasks}
        for record in self._store.recall(list(left)):
            trial = left.pop(record.key)
            cells[trial.cell].add(trial.replicate, record.rows(self._names), record.seconds)
        return list(left.values())

    def keep(self, trial: Trial, rows: FloatArray, seconds: float) -> None:
        """Keep a trial, with the next commit: at most half a second from now."""
        from asymptotix.runs.store import Record

        arrays = dict(zip(self._names, rows, strict=True))
        self._waiting.append(Record(self.key(trial), self._parameters(trial), arrays, seconds))
        if len(self._waiting) >= _FLUSH_RECORDS or time.perf_counter() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def fail(self, trial: Trial, failure: TaskFailure) -> None:
        """Keep that a trial failed; a later run tries it again."""
        self._store.put_failure(self.key(trial), self._parameters(trial), failure.kind, failure.message)

    def flush(self) -> None:
        """Commit what is waiting."""
        if self._waiting:
            self._store.put(self._waiting)
            self._waiting = []
        self._flushed = time.perf_counter()

    def _parameters(self, trial: Trial) -> dict[str, Any]:
        return {**self._cells[trial.cell], "trial": trial.replicate, "seed": self._seed}


def design_key(model: Any) -> str:
    """The content of a model's design.

    Raises:
        InvalidInputError: it holds code, which has no content to compare.
    """
    from asymptotix.runs.store import content_key

    try:
        return content_key(model.design)
    except InvalidInputError as error:
        found = getattr(error.value, "text", None) or repr(error.value)
        fix = "a kernel of the package (ax.tangent_kernel, ax.rbf_kernel, ...) serves, or run without store="
        raise InvalidInputError(
            "model", f"{type(model).__name__} with {found}", "made of values when store= is given", fix
        ) from None


def opened(store: str | os.PathLike[str] | Store, model: Any, seed: int) -> tuple[Store, bool]:
    """The store itself, or the one at a path, and whether it is for us to close.

    Raises:
        StorageError: the store is of another model or seed, or cannot be used.
        InvalidInputError: a design with code in it.
    """
    from asymptotix.runs.store import Store, open_store

    if isinstance(store, Store):
        return store, False
    if not isinstance(store, str | os.PathLike):
        raise InvalidInputError("store", store, "a path")
    identity = {"kind": "simulation", "model": type(model).__name__, "design": design_key(model), "seed": seed, "stream": STREAM}
    return open_store(store, identity=identity), True


def ledger_of(
    store: Store | None, model: Any, seed: int, names: tuple[str, ...], cells: Sequence[Mapping[str, Any]], workers: int
) -> Ledger | None:
    """The ledger of a simulation; None without a store."""
    return None if store is None else Ledger(store, design_key(model), seed, names, cells, workers)
