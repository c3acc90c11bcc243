"""Store: finished units of work, failures and their provenance in one file that survives whatever ends the process."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any

from asymptotix.errors import StorageError
from asymptotix.runs.store.connection import transaction, translated
from asymptotix.runs.store.provenance import provenance
from asymptotix.runs.store.record import (
    Failure,
    LogEntry,
    Record,
    checksum,
    pack_arrays,
    record_of,
    text_of,
    value_of,
)

__all__ = ["Counts", "Store"]

_PAGE = 1000  # rows read at a time: no reader keeps the log from being folded into the file for long
_KEYS = 900  # SQLite takes 999 parameters or more
_LOOKUP = 8  # to look a row up by its key takes about so many times what it takes to read the next one
_COLUMNS = "key, parameters, layout, content, checksum, seconds, worker, finished"
_LOG = "{}, key, parameters, seconds, worker, {}"  # time and status, which the two tables tell in their own ways


@dataclass(frozen=True)
class Counts:
    """`finished` units; `failed` ones that no later attempt finished; `conflicts`: results that came twice with other bits."""

    finished: int
    failed: int
    conflicts: int


class Store:
    """One file of finished units of work. Made by `open_store` and `read_store`; a context manager; threads may share it.

    Attributes:
        path: the file.
        description: identity, schema, convention and the time of creation ("created", seconds since 1970).
        writable: False if it came from `read_store`.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, description: Mapping[str, Any], *, writable: bool) -> None:
        self.path, self.description, self.writable = path, dict(description), writable
        self._connection, self._lock, self._process = connection, threading.RLock(), os.getpid()
        self._provenance: int | None = None
        self._open = True

    @property
    def identity(self) -> Mapping[str, Any]:
        """Which problem the store is of."""
        identity: Mapping[str, Any] = self.description["identity"]
        return identity

    @property
    def is_open(self) -> bool:
        """Whether it was not closed."""
        return self._open

    def put(self, records: Sequence[Record]) -> int:
        """Keep records in one transaction; durable (synced to the disk) when it returns. Returns how many were new.

        A key that is there already stays as it is; if its bits differ, which no repeatable work does, `counts().conflicts` and
        the doctor tell.

        Raises:
            StorageError: the disk is full or broken, or the store is for reading; nothing of these records is kept then.
        """
        now = time.time()
        rows = [_row(record, record.finished or now) for record in records]
        with self._writing() as connection:
            source = self._source(connection)
            return sum(_insert(connection, row, source) for row in rows)

    def put_failure(
        self, key: str, parameters: Mapping[str, Any], kind: str, message: str, *, seconds: float = 0.0, worker: str = ""
    ) -> None:
        """Keep that an attempt at a unit of work failed; the unit counts as failed until it is finished by a later attempt.

        Raises:
            StorageError: as for `put`.
        """
        row = (key, text_of(parameters), kind, " ".join(message.split()), seconds, worker, time.time())
        with self._writing() as connection:
            source = self._source(connection)
            connection.execute(
                "INSERT INTO failures (key, parameters, kind, message, seconds, worker, time, provenance)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, source),
            )

    def note(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name, in the place of an earlier one: the text of a problem, how many units are "planned".

        Raises:
            StorageError: as for `put`.
        """
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, text_of(value)))

    def notes(self) -> dict[str, Any]:
        """What `note` keeps."""
        return {name: value_of(value) for name, value in self._read("SELECT name, value FROM notes ORDER BY name")}

    def finished(self, keys: Iterable[str]) -> dict[str, Record]:
        """The records of those keys that are finished.

        Raises:
            StorageError: a row is damaged.
        """
        return {record.key: record for record in self.recall(keys)}

    def recall(self, keys: Iterable[str]) -> Iterator[Record]:
        """The same records one after the other, in no order that is promised; a thousand in memory at a time.

        Raises:
            StorageError: a row is damaged.
        """
        wanted = dict.fromkeys(keys)
        if self._are_many(wanted):
            for row in self.rows():
                if row[1] in wanted:
                    yield self._record(row[1:])
        else:
            yield from (self._record(row) for row in self._asked(_COLUMNS, wanted))

    def finished_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are finished, without their content."""
        wanted = dict.fromkeys(keys)
        if self._are_many(wanted):
            return {row[0] for row in self._stream("results", "key", "key") if row[0] in wanted}
        return {key for (key,) in self._asked("key", wanted)}

    def records(self, *, by_key: bool = False) -> Iterator[Record]:
        """All records in the order in which they were kept, or in that of their keys; a thousand in memory at a time.

        Raises:
            StorageError: a row is damaged.
        """
        for row in self.rows(by_key=by_key):
            yield self._record(row[1:])

    def rows(self, *, by_key: bool = False) -> Iterator[tuple[Any, ...]]:
        """What stands in the file, unchecked: (id, key, parameters, layout, content, checksum, seconds, worker, finished).

        With `by_key` in the order of the keys, and the key in the place of the id.
        """
        return self._stream("results", _COLUMNS, "key" if by_key else "id")

    def shapes(self) -> tuple[list[str], Iterator[Any]]:
        """The distinct layouts, and the parameters of every row, unchecked."""
        layouts = [layout for (layout,) in self._read("SELECT DISTINCT layout FROM results ORDER BY layout")]
        return layouts, (value_of(parameters) for _, parameters in self._stream("results", "parameters"))

    def failures(self) -> list[Failure]:
        """The units that failed and were not finished since, each with its last attempt, oldest first."""
        rows = self._read(
            "SELECT key, parameters, kind, message, max(time), count(*) FROM failures"
            " WHERE key NOT IN (SELECT key FROM results) GROUP BY key ORDER BY max(time), key"
        )
        return [Failure(key, value_of(parameters), kind, message, at, n) for key, parameters, kind, message, at, n in rows]

    def log(self) -> Iterator[LogEntry]:
        """The run log: one entry for every attempt, finished or failed, in the order of time. `str(entry)` is its line."""
        finished = self._stream("results", _LOG.format("finished", "'finished'"))
        failed = self._stream("failures", _LOG.format("time", "'failed: ' || kind || ': ' || message"))
        for _, at, key, parameters, seconds, worker, status in merge(finished, failed, key=itemgetter(1)):
            yield LogEntry(at, key, value_of(parameters), seconds, worker, status)

    def counts(self) -> Counts:
        """How many units are finished, failed and in conflict."""
        ((finished, failed, conflicts),) = self._read(
            "SELECT (SELECT count(*) FROM results),"
            " (SELECT count(DISTINCT key) FROM failures WHERE key NOT IN (SELECT key FROM results)),"
            " (SELECT count(*) FROM conflicts)"
        )
        return Counts(finished, failed, conflicts)

    def provenances(self) -> list[tuple[dict[str, Any], int]]:
        """What made the rows, each with the number of its rows."""
        rows = self._read(
            "SELECT p.content, (SELECT count(*) FROM results r WHERE r.provenance = p.id) FROM provenance p ORDER BY p.id"
        )
        return [(value_of(content), count) for content, count in rows]

    def close(self) -> None:
        """Close the file; the last process folds the log into it."""
        with self._lock:
            if self._open and self._process == os.getpid():
                try:
                    self._connection.close()
                finally:
                    self._open = False

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r}, writable={self.writable})"

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """The connection, for the block alone: no other thread uses it there, and its errors are StorageErrors."""
        if self._process != os.getpid():
            raise StorageError(f"{self.path}: was opened by another process: a connection must not cross a fork; open it again")
        with self._lock, translated(self.path):
            if not self._open:
                raise StorageError(f"{self.path}: is closed: open it again")
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if not self.writable:
            raise StorageError(f"{self.path}: was opened for reading alone")
        before = self._provenance
        try:
            with self.connection() as connection, transaction(connection):
                yield connection
        except BaseException:
            self._provenance = before
            raise

    def _read(self, statement: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.connection() as connection:
            return connection.execute(statement, arguments).fetchall()

    def _are_many(self, wanted: Mapping[str, None]) -> bool:
        """Whether to read the table in its order takes less than to look the keys up."""
        ((last,),) = self._read("SELECT max(id) FROM results") if len(wanted) > _KEYS else [(None,)]
        return last is not None and bool(_LOOKUP * len(wanted) > last)

    def _asked(self, columns: str, wanted: Mapping[str, None]) -> Iterator[tuple[Any, ...]]:
        listed = list(wanted)
        for start in range(0, len(listed), _KEYS):
            some = listed[start : start + _KEYS]
            marks = ",".join("?" * len(some))
            yield from self._read(f"SELECT {columns} FROM results WHERE key IN ({marks})", some)

    def _stream(self, table: str, columns: str, order: str = "id") -> Iterator[tuple[Any, ...]]:
        """The rows of a table in the order in which they were kept (or of their keys), each after its id (or key)."""
        last: Any = "" if order == "key" else -1
        statement = f"SELECT {order}, {columns} FROM {table} WHERE {order} > ? ORDER BY {order} LIMIT {_PAGE}"
        while rows := self._read(statement, (last,)):
            yield from rows
            last = rows[-1][0]

    def _source(self, connection: sqlite3.Connection) -> int:
        """The row of this process's provenance; looked up at the first write, when the BLAS threads are those of the work."""
        if self._provenance is None:
            content = text_of(provenance(self.identity.get("seed")))
            connection.execute("INSERT OR IGNORE INTO provenance (content) VALUES (?)", (content,))
            (self._provenance,) = connection.execute("SELECT id FROM provenance WHERE content = ?", (content,)).fetchone()
        return int(self._provenance or 0)

    def _record(self, row: tuple[Any, ...]) -> Record:
        try:
            return record_of(row)
        except StorageError as error:
            raise StorageError(f"{self.path}: {error}: `asymptotix doctor {self.path}` lists all that is damaged") from error


def _row(record: Record, finished: float) -> tuple[Any, ...]:
    parameters = text_of(record.parameters)
    layout, content = pack_arrays(record.arrays)
    digest = checksum(record.key, parameters, layout, content)
    return (record.key, parameters, layout, content, digest, record.seconds, record.worker, finished)


def _insert(connection: sqlite3.Connection, row: tuple[Any, ...], source: int) -> int:
    marks = ", ".join("?" * (len(row) + 1))
    statement = f"INSERT OR IGNORE INTO results ({_COLUMNS}, provenance) VALUES ({marks})"
    added = connection.execute(statement, (*row, source)).rowcount
    if not added:
        (stored,) = connection.execute("SELECT checksum FROM results WHERE key = ?", (row[0],)).fetchone()
        if stored != row[4]:
            connection.execute("INSERT INTO conflicts (key, time, provenance) VALUES (?, ?, ?)", (row[0], row[7], source))
    return added
