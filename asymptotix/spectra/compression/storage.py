"""Tables on disk: one line of magic, one line of JSON, then little-endian numbers; a checksum over all of it. No pickle."""

from __future__ import annotations

import hashlib
import json
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import StorageError
from asymptotix.report.whole_file import whole_file
from asymptotix.spectra.compression.octave import NODES
from asymptotix.spectra.compression.table import OctaveTable

__all__ = ["is_table", "load_table", "save_table"]

_MAGIC = b"asymptotix table\n"
_VERSION = 1
_LAYOUT = f"octaves, t=(s-c)/(s+c), {NODES} Chebyshev points"
_FIELDS = ("heads", "raw", "moments", "totals", "tallies")
_LONGEST_HEADER = 1 << 16


def save_table(table: OctaveTable, path: str | PathLike[str]) -> None:
    """Write a table; a file that is there is replaced at once or not at all.

    Raises:
        StorageError: the place is a folder, a device or a pipe, or lies in a folder that does not exist.
        OSError: the file cannot be written.
    """
    arrays = {name: getattr(table, name) for name in _FIELDS}
    for name in ("heads", "raw", "moments"):
        arrays[name] = arrays[name][: table.used]
    payload = b"".join(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays.values())
    header = {
        "version": _VERSION, "layout": _LAYOUT, "weighted": table.weighted, "octaves": table.used,
        "eigenvalues": table.rank + table.zeros, "sha256": hashlib.sha256(payload).hexdigest(),
    }  # fmt: skip
    with whole_file(path) as partial:
        partial.write_bytes(_MAGIC + json.dumps(header).encode() + b"\n" + payload)


def is_table(path: str | PathLike[str]) -> bool:
    """Whether a file begins as tables do."""
    with open(path, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def load_table(path: str | PathLike[str]) -> OctaveTable:
    """Read a table.

    Raises:
        StorageError: the file is no table, of another version or layout, truncated, or changed since it was written.
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StorageError(f"{path}: not a table of asymptotix; make one with `asymptotix compress FILE -o TABLE`")
        header = _header(path, file.readline(_LONGEST_HEADER))
        octaves = header["octaves"]
        shapes: dict[str, tuple[int, ...]] = {
            "heads": (octaves, 3),
            "raw": (octaves, 4, NODES),
            "moments": (octaves, 2, 2, NODES),
        }
        shapes |= {"totals": (2, 2), "tallies": (2,)}
        size = 8 * sum(int(np.prod(shape)) for shape in shapes.values())
        payload = file.read(size + 1)
    if len(payload) != size:
        problem = f"truncated: {len(payload)} of {size} bytes" if len(payload) < size else "longer than its header says"
        raise StorageError(f"{path}: {problem}; make the table again")
    if hashlib.sha256(payload).hexdigest() != header["sha256"]:
        raise StorageError(f"{path}: its checksum does not fit: the file was changed; make the table again")
    return _table(path, header, shapes, payload)


def _header(path: str | PathLike[str], line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
        version, layout = header["version"], header["layout"]
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{path}: its header cannot be read; make the table again") from None
    if version != _VERSION or layout != _LAYOUT:
        raise StorageError(
            f"{path}: a table of version {version!r} ({layout!r}), and this program reads version {_VERSION} ({_LAYOUT!r}); "
            "make the table again"
        )
    octaves, checksum, weighted = header.get("octaves"), header.get("sha256"), header.get("weighted")
    if not (isinstance(octaves, int) and 0 <= octaves <= 2098 and isinstance(checksum, str) and isinstance(weighted, bool)):
        raise StorageError(f"{path}: its header cannot be read; make the table again")
    return dict(header)


def _table(path: str | PathLike[str], header: dict[str, Any], shapes: dict[str, tuple[int, ...]], payload: bytes) -> OctaveTable:
    table, start = OctaveTable(header["weighted"]), 0
    arrays: dict[str, NDArray[Any]] = {}
    for name, shape in shapes.items():
        count = int(np.prod(shape))
        kind = "<i8" if name in ("heads", "tallies") else "<f8"
        arrays[name] = np.frombuffer(payload, dtype=kind, count=count, offset=8 * start).reshape(shape).astype(kind[1:])
        start += count
    heads = arrays["heads"]
    if int(arrays["tallies"][0]) != len(heads) or np.any(heads[:, 2] > NODES) or np.unique(heads[:, 0]).size != len(heads):
        raise StorageError(f"{path}: its numbers contradict each other; make the table again")
    while len(table.heads) < len(heads):
        table.grow()
    for name in ("heads", "raw", "moments"):
        getattr(table, name)[: len(heads)] = arrays[name]
    table.totals[...], table.tallies[...] = arrays["totals"], arrays["tallies"]
    table.index_slots()
    return table
