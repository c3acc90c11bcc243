"""Making and opening the file of a store; a file that is something else is refused and left as it is."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from asymptotix.conventions import CONVENTION
from asymptotix.errors import StorageError
from asymptotix.runs.store.connection import connect, read_only, sync_folder, transaction, translated
from asymptotix.runs.store.description import refuse_another
from asymptotix.runs.store.filesystem import file_system_of, locks_of
from asymptotix.runs.store.record import text_of, value_of
from asymptotix.runs.store.schema import APPLICATION_ID, TABLES, VERSION
from asymptotix.runs.store.store import Store

__all__ = ["open_store", "read_store"]

_MAGIC = b"SQLite format 3\0"

_places: WeakKeyDictionary[Store, tuple[int, int]] = WeakKeyDictionary()  # device and inode of the stores of this process
_opening = threading.Lock()


def open_store(path: str | os.PathLike[str], *, identity: Mapping[str, Any], schema: int = 1) -> Store:
    """The store at a path, made if there is none.

    Args:
        path: a file in a folder that exists. Beside it SQLite keeps PATH-wal and PATH-shm while the store is open.
        identity: which problem the store is of, as JSON values. Compared with what stands in the file, and so is the convention
            of the package. A "seed" in it goes into the provenance of every row.
        schema: the version of what the caller puts into rows; compared too.

    Raises:
        StorageError: the file is no store, damaged, of another identity (the difference is shown), of a newer version of the
            package, or lies where it cannot be kept safely.

    Example:
        >>> import tempfile, numpy as np
        >>> from asymptotix.runs.store import Record, content_key, open_store
        >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/s.sqlite", identity={"seed": 0}) as store:
        ...     key = content_key("cell", 100, 0.1)
        ...     added = store.put([Record(key, {"n_samples": 100, "ridge": 0.1}, {"test_error": np.array([0.5, 0.25])})])
        ...     store.finished([key, content_key("other")])[key].arrays["test_error"]
        array([0.5 , 0.25])
    """
    file = _usable(path)
    wanted = {"identity": value_of(text_of(identity)), "schema": schema, "convention": CONVENTION}
    with _opening:
        store = _opened(file, wanted)
    _warn_of_network(file)
    return store


def _opened(file: Path, wanted: Mapping[str, Any]) -> Store:
    refuse_foreign_file(file)
    is_new = not file.exists()
    connection = connect(file)
    try:
        with translated(file):
            if _is_empty(connection):
                _make(connection, wanted)
            _refuse_foreign_database(connection, file)
            if is_new:
                sync_folder(file)
            stored = _description(connection)
        refuse_another(file, {name: stored.get(name) for name in wanted}, wanted)
    except BaseException:
        connection.close()
        raise
    return _remembered(Store(file, connection, stored, writable=True))


def read_store(path: str | os.PathLike[str]) -> Store:
    """An existing store, of whatever problem, for reading alone: also while another process writes it.

    Raises:
        StorageError: there is none, or the file is something else, damaged, or of a newer version of the package.
    """
    file = _usable(path)
    if not file.exists():
        raise StorageError(f"{file}: there is no such store")
    if file.stat().st_size == 0:
        raise StorageError(f"{file}: is an empty file, not a store")
    with _opening:
        refuse_foreign_file(file)
        connection = read_only(file)
        try:
            with translated(file):
                _refuse_foreign_database(connection, file)
                stored = _description(connection)
        except BaseException:
            connection.close()
            raise
        return _remembered(Store(file, connection, stored, writable=False))


def _remembered(store: Store) -> Store:
    with translated(store.path):
        _places[store] = _place(store.path)
    return store


def _place(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _usable(path: str | os.PathLike[str]) -> Path:
    file = Path(path).expanduser().absolute()
    if file.is_dir():
        raise StorageError(f"{file}: is a folder: name a file in it, such as {file / 'sweep.sqlite'}")
    if not file.parent.is_dir():
        raise StorageError(f"{file}: its folder does not exist: create {file.parent} first")
    if file.exists() and not file.is_file():
        raise StorageError(f"{file}: is not an ordinary file: choose another path")
    return file


def refuse_foreign_file(file: Path) -> None:
    """Look at the first bytes before SQLite does, which would repair what is not ours.

    Not at those of a store that is open in this process: whoever closes a file, be it one opened for reading, gives up all locks
    that the process has on it (POSIX), and another process would take away the log that the open store still writes to.

    Raises:
        StorageError: no SQLite database, or one that says whose it is.
    """
    with translated(file):
        try:
            place = _place(file)
            if any(store.is_open and place == at for store, at in _places.items()):
                return
            with file.open("rb") as opened:
                head = opened.read(100)
        except FileNotFoundError:
            return
    if head and not head.startswith(_MAGIC):
        raise StorageError(f"{file}: is no store (not a SQLite database): choose another path; the file is left as it is")
    owner = int.from_bytes(head[68:72], "big")
    if head and (len(head) < 100 or owner not in (0, APPLICATION_ID)):
        whose = "is cut off" if len(head) < 100 else f"belongs to another application ({owner:#010x})"
        raise StorageError(f"{file}: is no store: the database {whose}: choose another path; the file is left as it is")


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nobody has made a table: a new file, or one whose maker was killed before its first commit."""
    owner, version = _numbers(connection)
    return (owner, version) == (0, 0) and connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def _numbers(connection: sqlite3.Connection) -> tuple[int, int]:
    owner, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    return int(owner), int(version)


def _make(connection: sqlite3.Connection, description: Mapping[str, Any]) -> None:
    """Tables, numbers and description in one transaction: the store is there as a whole or not at all."""
    with transaction(connection):
        if not _is_empty(connection):  # another process was faster
            return
        for statement in TABLES:
            connection.execute(statement)
        rows = {**description, "created": time.time()}
        connection.executemany("INSERT INTO description VALUES (?, ?)", [(name, text_of(value)) for name, value in rows.items()])
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # so that the file says by itself whose it is


def _refuse_foreign_database(connection: sqlite3.Connection, file: Path) -> None:
    owner, version = _numbers(connection)
    if owner != APPLICATION_ID:
        raise StorageError(f"{file}: is a database of another application: choose another path; the file is left as it is")
    if version != VERSION:
        raise StorageError(
            f"{file}: has the format {version}, and this version of asymptotix reads {VERSION}: "
            + ("use a newer asymptotix" if version > VERSION else "read it with the version that made it")
        )


def _description(connection: sqlite3.Connection) -> dict[str, Any]:
    return {name: value_of(value) for name, value in connection.execute("SELECT name, value FROM description")}


def _warn_of_network(file: Path) -> None:
    kind = file_system_of(file.parent)
    if locks_of(kind) == "network":
        warnings.warn(
            f"{file} lies on a network file system ({kind}): the store works without its write-ahead log there, slower, and may"
            " be written by one process only; a local disk is safer",
            UserWarning,
            stacklevel=3,
        )
