"""A store as CSV, Parquet, a pandas DataFrame or an xarray Dataset."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asymptotix.errors import MissingExtraError, StorageError
from asymptotix.report.numbers import exact_number
from asymptotix.report.whole_file import whole_file
from asymptotix.runs.store import Store, read_store
from asymptotix.sweeps.rows import TIMING, columns_of, rows_of

if TYPE_CHECKING:
    import pandas
    import xarray

__all__ = ["store_to_csv", "store_to_pandas", "store_to_parquet", "store_to_xarray"]

_GROUP = 50_000  # rows that Parquet writes at a time

Path_ = str | os.PathLike[str]


def store_to_csv(store: Path_, path: Path_, *, timing: bool = False) -> int:
    """Write the tidy rows of a store with all digits, after `#` lines with identity and convention; returns how many.

    Two stores of the same finished work give the same bytes, in whatever order it was done (not with `timing`, which adds the
    columns seconds, worker, finished). The file appears when it is complete.

    Raises:
        StorageError: the store cannot be read, or the file not be written, for one because it is the store.
    """
    with read_store(store) as opened:
        columns = columns_of(opened)
        with _written(path, opened) as partial, partial.open("w", encoding="utf-8", newline="") as out:
            out.writelines(f"# {' '.join(line.split())}\n" for line in _header(opened))
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([*columns.names, *(TIMING if timing else ())])
            count = _write_rows(writer, rows_of(opened, columns, timing=timing))
    return count


def store_to_parquet(store: Path_, path: Path_, *, timing: bool = False) -> int:
    """The same rows as Parquet, with identity and convention in the metadata; returns how many.

    Raises:
        StorageError: as for CSV.
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet") from None
    with read_store(store) as opened:
        columns = columns_of(opened)
        texts = columns.texts | {"worker"}
        names = [*columns.names, *(TIMING if timing else ())]
        types = [(name, pyarrow.string() if name in texts else pyarrow.float64()) for name in names]
        schema = pyarrow.schema(types, metadata=dict(line.split(": ", 1) for line in _header(opened)))
        rows, count = rows_of(opened, columns, timing=timing), 0
        with _written(path, opened) as partial, parquet.ParquetWriter(partial, schema) as writer:
            while group := list(islice(rows, _GROUP)):
                writer.write_table(pyarrow.table(_typed(group, names, texts), schema=schema))
                count += len(group)
    return count


def store_to_pandas(store: Path_) -> pandas.DataFrame:
    """The same rows as a DataFrame; identity and convention are its `attrs`.

    Raises:
        StorageError: the store cannot be read.
        MissingExtraError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "frame") from None
    with read_store(store) as opened:
        columns = columns_of(opened)
        frame = pandas.DataFrame(list(rows_of(opened, columns)), columns=list(columns.names))
        frame.attrs.update(dict(line.split(": ", 1) for line in _header(opened)))
    return frame


def store_to_xarray(store: Path_) -> xarray.Dataset:
    """The same rows as a Dataset along the dimension "row": parameters are coordinates, what was computed is data.

    Raises:
        StorageError: the store cannot be read.
        MissingExtraError: xarray is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise MissingExtraError("xarray", "frame") from None
    frame = store_to_pandas(store)
    with read_store(store) as opened:
        columns = columns_of(opened)
    coordinates = {name: ("row", frame[name].to_numpy()) for name in columns.parameters}
    data = {name: ("row", frame[name].to_numpy()) for name in columns.fields}
    return xarray.Dataset(data, coords=coordinates, attrs=dict(frame.attrs))


def _header(store: Store) -> Iterator[str]:
    from asymptotix.runs.store.record import text_of

    yield f"identity: {text_of(store.identity)}"
    yield f"convention: {store.description['convention']}"


def _write_rows(writer: Any, rows: Iterator[list[Any]]) -> int:
    count = 0
    for row in rows:
        writer.writerow([exact_number(cell) if isinstance(cell, float) else cell for cell in row])
        count += 1
    return count


def _typed(group: list[list[Any]], names: list[str], texts: frozenset[str]) -> dict[str, list[Any]]:
    turned = zip(names, zip(*group, strict=True), strict=True)
    return {
        name: [None if cell is None else str(cell) if name in texts else float(cell) for cell in cells] for name, cells in turned
    }


@contextmanager
def _written(path: Path_, store: Store) -> Iterator[Path]:
    if os.path.realpath(path) == os.path.realpath(store.path):
        raise StorageError(f"{path}: is the store itself: name another file")
    try:
        with whole_file(path) as partial:
            yield partial
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
