"""The tables of a store. VERSION grows when they change; it stands in the file, at the place that SQLite keeps for it."""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "TABLES", "VERSION"]

APPLICATION_ID = 0x41585354  # "AXST", at byte 68 of the file: which application the database belongs to
VERSION = 1

TABLES = (
    # fixed when the store is made: identity, convention, caller's schema, created
    "CREATE TABLE description (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # what may change: the text of the problem, how many units are planned
    "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE provenance (id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE)",
    # layout: names and shapes of the arrays as JSON; content: their entries, little-endian float64; finished: seconds since 1970
    """CREATE TABLE results (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, parameters TEXT NOT NULL, layout TEXT NOT NULL, content BLOB NOT NULL,
        checksum BLOB NOT NULL, seconds REAL NOT NULL, worker TEXT NOT NULL, finished REAL NOT NULL,
        provenance INTEGER NOT NULL REFERENCES provenance (id))""",
    # every failed attempt; a unit that is finished later has its row in results as well
    """CREATE TABLE failures (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, parameters TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
        seconds REAL NOT NULL, worker TEXT NOT NULL, time REAL NOT NULL,
        provenance INTEGER NOT NULL REFERENCES provenance (id))""",
    "CREATE INDEX failures_by_key ON failures (key)",
    # results that came a second time with other bits: the first stays
    """CREATE TABLE conflicts (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, time REAL NOT NULL,
        provenance INTEGER NOT NULL REFERENCES provenance (id))""",
)
