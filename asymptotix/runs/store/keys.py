"""Keys made of content: equal descriptions have equal keys, in every process and session, and different ones have different keys.

The key is the SHA-256 digest of a canonical encoding in which every value carries its kind and its length, so that no two
different values are encoded alike. Neither `hash` nor `id` nor `repr` takes part.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import struct
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from asymptotix.errors import InvalidInputError

__all__ = ["content_key"]

_DEEPEST = 200  # levels of nesting; what is deeper contains itself or is not a description
_SHOWN_VALUE = 60


def content_key(*parts: Any) -> str:
    """The SHA-256 digest, 64 hexadecimal letters, of a description made of plain values.

    Numbers count by value: 1 and 1.0 have one key, so have 0.0 and -0.0, and every NaN; True is no number. A list and a tuple of
    equal entries have one key, and the order of a mapping does not matter. A dataclass is its qualified name and those of its
    fields that take part in its `==`. An array is its dtype, its shape and its entries; -0.0 and NaN in it as above, whatever its
    byte order and memory layout.

    Args:
        parts: None, truth values, numbers, texts, bytes, fractions, decimals, members of an Enum, NumPy arrays of numbers, the
            functions of NumPy (`np.exp`), instances of dataclasses, and lists, tuples, sets and mappings (with texts as keys)
            of these.

    Raises:
        InvalidInputError: a function, which has no content that could be compared, or any other object; names where it stands.

    Example:
        >>> content_key("ridge", {"n": 100, "ridge": 1}) == content_key("ridge", {"ridge": 1.0, "n": 100})
        True
        >>> content_key([1, 2], 3) == content_key([1], 2, 3)
        False
    """
    digest = hashlib.sha256()
    digest.update(b"asymptotix content 1\0")
    for position, part in enumerate(parts):
        _encode(part, digest.update, f"parts[{position}]", 0)
    return digest.hexdigest()


_Write = Callable[[bytes], object]


def _piece(write: _Write, kind: bytes, content: bytes) -> None:
    """One value: kind, length in bytes, content."""
    write(kind + struct.pack("<Q", len(content)))
    write(content)


def _encode(value: Any, write: _Write, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise InvalidInputError(where, "...", f"nested at most {_DEEPEST} levels deep", "does it contain itself?")
    if isinstance(value, np.generic) and not isinstance(value, float | complex | str | bytes):
        value = value.item()
    if isinstance(value, Enum):
        _named(value, value.name, write)
    elif not _encode_number(value, write) and not _encode_text(value, write):
        _encode_composite(value, write, where, depth + 1)


def _encode_number(value: Any, write: _Write) -> bool:
    """Truth values, integers, floats, fractions and decimals; equal numbers alike."""
    if isinstance(value, bool) or value is None:
        _piece(write, b"c", repr(value).encode())
    elif isinstance(value, int):
        _piece(write, b"i", b"%x" % value)  # in hexadecimal, for which the length of an integer is not limited
    elif isinstance(value, float):
        value = float(value)  # float64 of NumPy is a float
        if math.isfinite(value) and value.is_integer():
            _piece(write, b"i", b"%x" % int(value))
        else:
            _piece(write, b"f", b"nan" if math.isnan(value) else struct.pack("<d", value))
    elif isinstance(value, Fraction | Decimal):
        exact = Fraction(value) if isinstance(value, Fraction) or value.is_finite() else None
        _piece(write, b"q", str(value).encode() if exact is None else b"%x/%x" % (exact.numerator, exact.denominator))
    elif isinstance(value, complex):
        _piece(write, b"z", struct.pack("<dd", value.real + 0.0, value.imag + 0.0))
    else:
        return False
    return True


def _encode_text(value: Any, write: _Write) -> bool:
    if isinstance(value, str):
        _piece(write, b"s", value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, bytes | bytearray):
        _piece(write, b"b", bytes(value))
    else:
        return False
    return True


def _encode_composite(value: Any, write: _Write, where: str, depth: int) -> None:
    if isinstance(value, np.ndarray):
        _encode_array(value, write, where)
    elif isinstance(value, np.ufunc) and getattr(np, name := str(value.__name__), None) is value:
        _piece(write, b"u", name.encode())
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        _named(value, "", write)
        compared = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
        _encode_mapping(compared, write, f"{where}.", "", depth)
    elif isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise InvalidInputError(where, name, "a mapping with texts as keys")
        _encode_mapping(value, write, f"{where}[", "]", depth)
    elif isinstance(value, list | tuple):
        _piece(write, b"l", b"%d" % len(value))
        for position, entry in enumerate(value):
            _encode(entry, write, f"{where}[{position}]", depth)
    elif isinstance(value, set | frozenset):
        entries = sorted(_encoded(entry, where, depth) for entry in value)
        _piece(write, b"e", b"".join(entries))
    else:
        raise _refusal(value, where)


def _encode_mapping(content: Mapping[str, Any], write: _Write, before: str, after: str, depth: int) -> None:
    _piece(write, b"m", b"%d" % len(content))
    for name in sorted(content):
        _encode_text(name, write)
        _encode(content[name], write, f"{before}{name}{after}", depth)


def _encoded(value: Any, where: str, depth: int) -> bytes:
    pieces: list[bytes] = []
    _encode(value, lambda piece: pieces.append(bytes(piece)), where, depth)
    return b"".join(pieces)


def _encode_array(value: np.ndarray[Any, Any], write: _Write, where: str) -> None:
    if value.dtype.kind not in "biufc":
        raise InvalidInputError(where, value.dtype, "an array of numbers or truth values")
    array = np.asarray(value, dtype=value.dtype.newbyteorder("<"))
    if array.dtype.kind in "fc":
        array = array + array.dtype.type(0)  # -0.0 becomes 0.0
        array = np.where(np.isnan(array), array.dtype.type(np.nan), array).astype(array.dtype)  # one NaN of all its payloads
    _piece(write, b"a", array.dtype.str.encode())
    _encode_shape(array.shape, write)
    _piece(write, b"d", np.ascontiguousarray(array).tobytes())


def _encode_shape(shape: Iterable[int], write: _Write) -> None:
    _piece(write, b"h", ",".join(map(str, shape)).encode())


def _named(value: Any, member: str, write: _Write) -> None:
    kind = type(value)
    _piece(write, b"t", f"{kind.__module__}:{kind.__qualname__}:{member}".encode())


def _refusal(value: Any, where: str) -> InvalidInputError:
    shown = getattr(value, "__qualname__", "") or " ".join(repr(value).split())
    shown = shown if len(shown) <= _SHOWN_VALUE else shown[: _SHOWN_VALUE - 3] + "..."
    return InvalidInputError(
        where, _Shown(f"{type(value).__qualname__} {shown}"), "described by values: numbers, texts, arrays, dataclasses of these",
        "code has no content to compare: put it into a frozen dataclass with __call__ whose fields say what it computes, or run"
        " without a store" if callable(value) else "",
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Shown:
    """A text that an error shows without quotes."""

    text: str

    def __repr__(self) -> str:
        return self.text
