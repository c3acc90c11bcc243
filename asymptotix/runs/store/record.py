"""Record: one finished unit of work, and how its parameters and arrays are written as text and bytes. Nothing is pickled."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError, StorageError

__all__ = [
    "Failure", "LogEntry", "Part", "Record", "checksum", "pack_arrays", "parsed_layout", "record_of", "text_of", "unpack_arrays",
    "value_of", "verify",
]  # fmt: skip

FloatArray = NDArray[np.float64]

_EXACT = 2**53  # integers up to here are exact in float64
_LONGEST_KEY = 200
_FLOAT = "$float"  # {"$float": "inf"}: JSON has no word for what is not finite


@dataclass(frozen=True)
class Record:
    """One finished unit of work.

    Attributes:
        key: names the unit of work, usually by `content_key`; at most 200 letters.
        parameters: what the unit was, for readers and exports: JSON values, infinite numbers included.
        arrays: name -> float64 array of any shape; what comes back from the store has the same bits.
        seconds: how long it took.
        worker: who did it.
        finished: seconds since 1970 when it was stored; 0 before.

    Raises:
        InvalidInputError: no key or too long a one, or an array that float64 cannot hold exactly.
    """

    key: str
    parameters: Mapping[str, Any]
    arrays: Mapping[str, FloatArray] = field(repr=False)
    seconds: float = 0.0
    worker: str = ""
    finished: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not 0 < len(self.key) <= _LONGEST_KEY:
            raise InvalidInputError("key", self.key, f"a text of 1 to {_LONGEST_KEY} letters")
        object.__setattr__(self, "arrays", {name: _as_float(name, values) for name, values in self.arrays.items()})

    @classmethod
    def stored(cls, row: tuple[Any, ...]) -> Record:
        """The record of a row of a store that was checked; parameters and arrays are made of it when they are asked for."""
        record = object.__new__(cls)
        own = record.__dict__
        own["key"], own["_row"], own["seconds"], own["worker"], own["finished"] = row[0], row, row[5], row[6], row[7]
        return record

    if not TYPE_CHECKING:  # or every misspelled attribute would pass the type checker

        def __getattr__(self, name: str) -> Any:
            """Parameters and arrays of a record that came from a store: a million of them take longer than all the rest."""
            own = self.__dict__
            if name == "parameters" and "_row" in own:
                own[name] = value_of(own["_row"][1])
            elif name == "arrays" and "_row" in own:
                own[name] = unpack_arrays(own["_row"][2], own["_row"][3])
            else:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return own[name]

    def rows(self, names: Sequence[str]) -> FloatArray:
        """Arrays of one shape as the rows of one array, in the order of `names`; a view of what was read where they stand so.

        Raises:
            KeyError: there is no array of such a name.
            ValueError: their shapes differ.
        """
        if "_row" in self.__dict__:
            _, _, layout, content, *_ = self.__dict__["_row"]
            parts = parsed_layout(layout)
            if tuple(part.name for part in parts) == tuple(names) and len({part.shape for part in parts}) == 1:
                return np.frombuffer(content, "<f8").reshape(len(parts), *parts[0].shape)
        return np.stack([self.arrays[name] for name in names])


@dataclass(frozen=True)
class Failure:
    """A unit of work that failed: `kind` is one word ("error", "died", "deadline"), `message` one line, `attempts` how often."""

    key: str
    parameters: Mapping[str, Any]
    kind: str
    message: str
    time: float
    attempts: int


@dataclass(frozen=True)
class LogEntry:
    """One line of the run log: when (seconds since 1970), which unit, how long, who, "finished" or "failed: why"."""

    time: float
    key: str
    parameters: Mapping[str, Any]
    seconds: float
    worker: str
    status: str

    def __str__(self) -> str:
        from datetime import UTC, datetime

        moment = datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        shown = " ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{moment} {self.key[:12]} {shown} {self.seconds:.3g} s {self.worker or '-'} {self.status}"


def _as_float(name: str, values: Any) -> FloatArray:
    array = np.asarray(values)
    if array.dtype == np.float64:
        return np.asarray(array, dtype=np.float64)
    small = array.dtype.kind in "biu" and (array.size == 0 or int(np.max(np.abs(array.astype(object)))) <= _EXACT)
    if (not small and array.dtype.kind != "f") or array.dtype.itemsize > 8:
        raise InvalidInputError(f"arrays[{name!r}]", array.dtype, "an array of numbers that float64 holds exactly")
    return array.astype(np.float64)


def pack_arrays(arrays: Mapping[str, FloatArray]) -> tuple[str, bytes]:
    """Names and shapes as JSON, and the entries of all arrays, one after the other, as little-endian float64."""
    layout = json.dumps([[name, list(values.shape)] for name, values in arrays.items()], separators=(",", ":"))
    return layout, b"".join(values.astype("<f8", copy=False).tobytes() for values in arrays.values())


def unpack_arrays(layout: str, content: bytes) -> dict[str, FloatArray]:
    """What `pack_arrays` wrote; read-only arrays.

    Raises:
        StorageError: the bytes do not fit the layout.
    """
    _refuse_another_length(layout, content)
    values = np.frombuffer(content, "<f8")
    return {part.name: values[part.start : part.stop].reshape(part.shape) for part in parsed_layout(layout)}


@lru_cache(maxsize=1024)
def _size_of(layout: str) -> int:
    parts = parsed_layout(layout)
    return 8 * parts[-1].stop if parts else 0


def _refuse_another_length(layout: str, content: bytes) -> None:
    expected = _size_of(layout)
    if len(content) != expected:
        raise StorageError(f"a row holds {'fewer' if len(content) < expected else 'more'} numbers than its layout says")


class Part(NamedTuple):
    """Where an array stands among the numbers of a row."""

    name: str
    shape: tuple[int, ...]
    start: int
    stop: int


@lru_cache(maxsize=1024)
def parsed_layout(layout: str) -> tuple[Part, ...]:
    """The parts of a row, one after the other.

    Raises:
        StorageError: the text is no layout.
    """
    try:
        entries = [(str(name), tuple(int(length) for length in shape)) for name, shape in json.loads(layout)]
    except (ValueError, TypeError) as error:
        raise StorageError(f"a row has the layout {layout[:60]!r}, which is none") from error
    if any(length < 0 for _, shape in entries for length in shape):
        raise StorageError(f"a row has the layout {layout[:60]!r}, which is none")
    bounds = accumulate((math.prod(shape) for _, shape in entries), initial=0)
    return tuple(Part(name, shape, *span) for (name, shape), span in zip(entries, pairwise(bounds), strict=True))


def checksum(key: str, parameters: str, layout: str, content: bytes) -> bytes:
    """16 bytes of BLAKE2b over what a row says; not over how long it took."""
    name, said = key.encode("utf-8", "surrogatepass"), parameters.encode("utf-8", "surrogatepass")
    whole = b"%d:%b%d:%b%b%b" % (len(name), name, len(said), said, _layout_piece(layout), content)
    return hashlib.blake2b(whole, digest_size=16).digest()


@lru_cache(maxsize=1024)
def _layout_piece(layout: str) -> bytes:
    piece = layout.encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(piece), piece)


def record_of(row: tuple[Any, ...]) -> Record:
    """The record of a row (key, parameters, layout, content, checksum, seconds, worker, finished).

    Raises:
        StorageError: the row is not what was written.
    """
    verify(row)
    return Record.stored(row)


def verify(row: tuple[Any, ...]) -> None:
    """Nothing if a row (key, parameters, layout, content, checksum, ...) is what was written.

    Raises:
        StorageError: it does not match its checksum, or its numbers do not fit its layout.
    """
    key, parameters, layout, content, stored = row[:5]
    try:
        is_whole = checksum(key, parameters, layout, content) == stored
    except (AttributeError, TypeError):  # a number in the place of a text, a text in that of bytes
        is_whole = False
    if not is_whole:
        raise StorageError(f"the row {key} does not match its checksum")
    _refuse_another_length(layout, content)


def text_of(value: Any) -> str:
    """Canonical JSON: keys in order, shortest digits that give the number back, `{"$float": "inf"}` where it is not finite.

    Raises:
        InvalidInputError: not a JSON value.
    """
    try:
        return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    except RecursionError as error:
        raise InvalidInputError("value", "...", "JSON, without containing itself") from error


def value_of(text: str) -> Any:
    """The value that `text_of` wrote.

    Raises:
        StorageError: not JSON.
    """
    try:
        return json.loads(text, object_hook=_special) if _FLOAT in text else json.loads(text)  # a hook takes twice the time
    except (ValueError, RecursionError) as error:
        raise StorageError(f"a row holds the text {text[:60]!r}, which is not JSON") from error


def _special(content: dict[str, Any]) -> Any:
    return float(content[_FLOAT]) if content.keys() == {_FLOAT} else content


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else {_FLOAT: str(value)}
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    raise InvalidInputError("value", value, "JSON: numbers, texts, truth values, None, lists and mappings with texts as keys")
