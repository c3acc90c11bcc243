"""The records of a store as tidy rows: one row for every point of every record, parameters first, then what was computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from asymptotix.errors import StorageError
from asymptotix.runs.store import Store
from asymptotix.runs.store.record import parsed_layout, value_of, verify

__all__ = ["TIMING", "Columns", "columns_of", "rows_of"]

TIMING = ("seconds", "worker", "finished")


@dataclass(frozen=True)
class Columns:
    """Names of the columns: `parameters` and `fields`; `texts` are those that hold something else than numbers."""

    parameters: tuple[str, ...]
    fields: tuple[str, ...]
    texts: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """All, in order."""
        return (*self.parameters, *self.fields)


def columns_of(store: Store) -> Columns:
    """The columns that the records of a store need; looks at all of them.

    Raises:
        StorageError: a row is damaged, or a name is both a parameter and a field.
    """
    layouts, every = store.shapes()
    fields = dict.fromkeys(part.name for layout in layouts for part in parsed_layout(layout))
    parameters: dict[str, None] = {}
    texts: set[str] = set()
    for content in every:
        for name, value in content.items():
            parameters[name] = None
            if not isinstance(value, int | float) and not _is_numeric(value):
                texts.add(name)
    both = sorted(parameters.keys() & fields.keys())
    if both:
        raise StorageError(f"{store.path}: {', '.join(both)}: a parameter and a field have one name")
    return Columns(tuple(sorted(parameters)), tuple(fields), frozenset(texts))


def rows_of(store: Store, columns: Columns, *, timing: bool = False) -> Iterator[list[Any]]:
    """The rows in the order of the keys, which does not depend on the order in which they were finished.

    A record whose arrays have k entries gives k rows; a parameter that is a list of k values has one in each of them, any other
    parameter is repeated. What a record does not have is None; with `timing`, seconds, worker and time of finishing stand last.

    Raises:
        StorageError: a row does not match its checksum.
    """
    for _, *row in store.rows(by_key=True):
        verify(tuple(row))
        _, parameters, layout, content, _, *spent = row
        yield from _rows(value_of(parameters), layout, content, columns, spent if timing else [])


def _rows(parameters: Any, layout: str, content: bytes, columns: Columns, spent: list[Any]) -> Iterator[list[Any]]:
    # lists, not arrays: most records have one entry a field, and a million of them are to be written in seconds
    numbers = np.frombuffer(content, "<f8").tolist()
    fields = {part.name: numbers[part.start : part.stop] for part in parsed_layout(layout)}
    size = max(map(len, fields.values()), default=1)
    spread = [_spread(parameters.get(name), size) for name in columns.parameters]
    spread += [_field(fields.get(name), size) for name in columns.fields]
    spread += [[value] * size for value in spent]
    yield from map(list, zip(*spread, strict=True))


def _spread(value: Any, size: int) -> list[Any]:
    return value if isinstance(value, list) and len(value) == size else [value] * size


def _field(values: list[float] | None, size: int) -> list[Any]:
    if values is None or len(values) not in (1, size):
        return [None] * size
    return values if len(values) == size else values * size


def _is_numeric(value: Any) -> bool:
    entries = value if isinstance(value, list) else [value]
    return all(entry is None or isinstance(entry, int | float) for entry in entries)
