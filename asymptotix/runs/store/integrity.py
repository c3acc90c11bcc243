"""Is a store sound? SQLite's own check of the file, and every row against its checksum."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import Any

from asymptotix.errors import StorageError
from asymptotix.runs.store.connection import in_one_line
from asymptotix.runs.store.opening import read_store
from asymptotix.runs.store.record import Failure, record_of
from asymptotix.runs.store.schema import VERSION
from asymptotix.runs.store.store import Store

__all__ = ["StoreHealth", "health_of"]

_LISTED = 20  # problems of one kind that are told


@dataclass(frozen=True)
class StoreHealth:
    """What the doctor found.

    Attributes:
        path: the file.
        format: version of its tables.
        problems: of the file, by SQLite's integrity check, and failures to read it at all; empty if there are none.
        damaged: keys of rows that do not match their checksum.
        rows: how many rows were read.
        failures: units that failed and were not finished since.
        conflicts: results that came a second time with other bits.
        provenances: what made the rows, each with its number of rows.
    """

    path: str
    format: int
    problems: tuple[str, ...]
    damaged: tuple[str, ...]
    rows: int
    failures: tuple[Failure, ...]
    conflicts: int
    provenances: tuple[tuple[dict[str, Any], int], ...]

    @property
    def is_sound(self) -> bool:
        """Whether every row can be read and is what was written."""
        return not self.problems and not self.damaged

    @property
    def mixture(self) -> dict[str, tuple[Any, ...]]:
        """What differs between the provenances of the rows: name -> values, as rows of two versions of NumPy or BLAS may."""
        used = [content for content, count in self.provenances if count]
        names = sorted({name for content in used for name in content})
        values = {name: [content.get(name) for content in used] for name in names}
        return {name: tuple(_distinct(found)) for name, found in values.items() if len(_distinct(found)) > 1}


def health_of(path: str | os.PathLike[str]) -> StoreHealth:
    """Read all of a store and tell what is wrong with it; changes nothing.

    Raises:
        StorageError: the file is no store, or so damaged that not even its description can be read.

    Example:
        >>> import tempfile
        >>> from asymptotix.runs.store import open_store
        >>> from asymptotix.runs.store.integrity import health_of
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     open_store(f"{folder}/s.sqlite", identity={}).close()
        ...     health_of(f"{folder}/s.sqlite").is_sound
        True
    """
    with read_store(path) as store:
        problems = _file_problems(store)
        damaged, rows = _damaged_rows(store, problems)
        failures, conflicts, provenances = _rest(store, problems)
        return StoreHealth(
            str(store.path), VERSION, tuple(problems), tuple(damaged), rows, failures, conflicts, provenances
        )  # fmt: skip


def _file_problems(store: Store) -> list[str]:
    try:
        with store.connection() as connection:
            lines = [str(line) for (line,) in connection.execute(f"PRAGMA integrity_check({_LISTED})")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(_LISTED)
    except (StorageError, sqlite3.Error) as error:
        return [_told(error)]
    lost = [f"row {number} of {table} has no provenance" for table, number, *_ in orphans]
    return [" ".join(line.split()) for line in lines if line != "ok"] + lost


def _damaged_rows(store: Store, problems: list[str]) -> tuple[list[str], int]:
    damaged, rows = [], 0
    try:
        for _, *row in store.rows():
            rows += 1
            try:
                _ = record_of(tuple(row)).parameters
            except (StorageError, ValueError, TypeError, AttributeError):  # whatever a damaged row may hold instead
                damaged.append(str(row[0]))
    except StorageError as error:
        problems.append(_told(error))
    return damaged, rows


def _rest(store: Store, problems: list[str]) -> tuple[tuple[Failure, ...], int, tuple[tuple[dict[str, Any], int], ...]]:
    try:
        return tuple(store.failures()), store.counts().conflicts, tuple(store.provenances())
    except StorageError as error:
        problems.append(_told(error))
        return (), 0, ()


def _told(error: StorageError | sqlite3.Error) -> str:
    return in_one_line(error)[1] if isinstance(error, sqlite3.Error) else str(error)


def _distinct(values: list[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value not in values[:place]]
