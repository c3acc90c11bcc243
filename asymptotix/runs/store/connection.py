"""A connection to the file of a store: how it is opened, how long it waits for other processes, what its errors mean."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from asymptotix.errors import StorageError
from asymptotix.runs.store.filesystem import file_system_of, locks_of

__all__ = ["BUSY_SECONDS", "connect", "in_one_line", "read_only", "transaction", "translated"]

Answer = TypeVar("Answer")

BUSY_SECONDS = 60.0  # how long a process waits for another one that writes; a commit takes milliseconds
_PAUSE = 0.02


def connect(path: Path) -> sqlite3.Connection:
    """A connection that reads and writes, and whose commits are durable when they return.

    On a local file system with a write-ahead log, so that readers never wait; over a network, where that cannot work, with a
    rollback journal.

    Raises:
        StorageError: the file system has no locks that could be trusted, or refuses the file.
    """
    kind = file_system_of(path.parent)
    locks = locks_of(kind)
    if locks == "none":
        raise StorageError(f"{path}: its file system ({kind}) has no reliable locks: put the store on a local disk")
    with translated(path):
        connection = _opened(f"file:{quote(str(path))}?mode=rwc")
        try:
            _patiently(lambda: _prepare(connection, "WAL" if locks == "local" else "DELETE"))
        except BaseException:
            connection.close()
            raise
        return connection


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing; it reads beside a process that writes, and on media that cannot be written.

    Raises:
        StorageError: the file cannot be read here.
    """
    with translated(path):
        connection = _opened(f"file:{quote(str(path))}?mode=ro")
        try:
            _patiently(lambda: connection.execute("PRAGMA schema_version").fetchone())
            return connection
        except sqlite3.OperationalError as error:
            connection.close()
            if in_one_line(error)[0] not in ("SQLITE_CANTOPEN", "SQLITE_READONLY"):
                raise
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StorageError(
                f"{path}: has a log ({log.name}) that only a process which may write into {path.parent} can read: copy both files"
                " into one folder of yours and read them there"
            )
        return _opened(f"file:{quote(str(path))}?mode=ro&immutable=1")  # nobody can write here, so nobody does


def _opened(uri: str) -> sqlite3.Connection:
    # Transactions are stated (isolation_level=None); a lock of the store keeps threads apart.
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")  # a damaged page is noticed where it is read
    return connection


def _prepare(connection: sqlite3.Connection, journal: str) -> None:
    (mode,) = connection.execute(f"PRAGMA journal_mode = {journal}").fetchone()
    if mode.upper() != journal:
        raise sqlite3.OperationalError(f"the journal is {mode} and cannot be {journal}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _patiently(action: Callable[[], Answer]) -> Answer:
    """Repeat what SQLite refuses at once, without its own waiting, while another process opens or closes the file."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if in_one_line(error)[0] not in ("SQLITE_BUSY", "SQLITE_LOCKED") or time.monotonic() > give_up:
                raise
            time.sleep(_PAUSE)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; durable when the block was left."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):  # the first error tells more
                connection.execute("ROLLBACK")
        raise


_MEANINGS = {
    "SQLITE_FULL": "the disk is full; every row that was acknowledged is kept: free space and run again",
    "SQLITE_IOERR": "the disk reports an error; every row that was acknowledged is kept: run again on a disk that works",
    "SQLITE_BUSY": f"another process has been writing for more than {BUSY_SECONDS:.0f} s: wait for it or end it",
    "SQLITE_LOCKED": "another connection of this process is writing: use one store object",
    "SQLITE_READONLY": "cannot be written: choose a path in a folder of yours",
    "SQLITE_CANTOPEN": "cannot be opened: does its folder exist, and may you write there?",
    "SQLITE_PERM": "cannot be written: choose a path in a folder of yours",
    "SQLITE_NOTADB": "is no store (not a SQLite database): choose another path; the file is left as it is",
    "SQLITE_CORRUPT": "is damaged; it is left as it is: `asymptotix doctor` says what can still be read",
    "SQLITE_NOMEM": "out of memory",
}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What SQLite and the system report becomes one line that names the file and what to do.

    Raises:
        StorageError: in the place of sqlite3.Error and OSError.
    """
    try:
        yield
    except sqlite3.Error as error:
        primary, told = in_one_line(error)
        raise StorageError(f"{path}: {_MEANINGS.get(primary, 'the store cannot be used')} ({told})") from error
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error


def in_one_line(error: sqlite3.Error) -> tuple[str, str]:
    """The primary name of the error, "SQLITE_IOERR" for every one of that family, and what SQLite says."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    told = " ".join(str(error).split())
    return "_".join(name.split("_")[:2]), f"{name}: {told}" if name else told


def sync_folder(path: Path) -> None:
    """Make the entry of a new file in its folder durable."""
    with suppress(OSError):  # some file systems cannot, and then it is not needed either
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
