"""Sources of eigenvalues as chunks: arrays, memory-mapped files, text, iterables; with energies beside them."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError, StorageError
from asymptotix.spectra.arguments import real_array

__all__ = ["Chunk", "EnergySource", "Source", "chunks_of", "known_size"]

FloatArray = NDArray[np.float64]
Path_ = str | PathLike[str]
Source = ArrayLike | Path_ | Iterable[Any]
EnergySource = ArrayLike | Path_

_CHUNK = 1 << 19  # eigenvalues of a file at a time: 4 MB
_TEXT = (".txt", ".csv", ".tsv", ".text")
_TEXT_BYTES = 1 << 22


@dataclass(frozen=True, eq=False)
class Chunk:
    """Neighbouring eigenvalues of a source, from index `offset` on; `done` lets their memory go."""

    offset: int
    values: FloatArray
    energies: FloatArray | None
    done: Callable[[], None] = lambda: None


def known_size(source: Source) -> int | None:
    """How many eigenvalues a file or an array holds; None for what has to be read to know."""
    if isinstance(source, str | PathLike):
        return None if _is_text(source) else int(_mapped("source", Path(source)).size)
    return int(source.size) if isinstance(source, np.ndarray) else None


def chunks_of(source: Source, energies: EnergySource | None) -> Iterator[Chunk]:
    """The chunks of a source in its own order.

    Raises:
        InvalidInputError: no numbers, another shape than one dimension, energies of another number.
        StorageError: a file that is truncated or not what its name says.
    """
    if energies is None:
        array = _array("source", source)
        yield from _from_iterable(source) if array is None else _from_array(array, None)
        return
    pair = []
    for name, given in (("source", source), ("energies", energies)):
        array = np.concatenate(list(_text_parts(Path(given)))) if _is_text(given) else _array(name, given)
        if array is None:
            fix = "let the source yield pairs (eigenvalues, energies)"
            raise InvalidInputError("energies", given, "left out for an iterable of chunks", fix)
        pair.append(array)
    values, weights = pair
    if weights.size != values.size:
        raise InvalidInputError("energies", f"{weights.size} values", f"as many as there are eigenvalues ({values.size})")
    yield from _from_array(values, weights)


def _is_text(source: object) -> TypeGuard[Path_]:
    return isinstance(source, str | PathLike) and Path(source).suffix in _TEXT


def _array(name: str, source: Any) -> NDArray[Any] | None:
    """An array in memory or mapped; None for text and iterables, which have to be read."""
    if _is_text(source):
        return None
    if isinstance(source, str | PathLike):
        return _mapped(name, Path(source))
    if isinstance(source, list | tuple):
        if any(np.ndim(part) for part in source):
            return None
        source = real_array(name, source, "numbers, or chunks of them")
    if not isinstance(source, np.ndarray):
        if isinstance(source, Iterable):
            return None
        raise InvalidInputError(name, source, "an array, a file, or an iterable of chunks")
    if source.ndim != 1:
        raise InvalidInputError(name, f"array of shape {source.shape}", "one-dimensional")
    if source.dtype.kind not in "fiub":
        raise InvalidInputError(name, f"array of {source.dtype}", "an array of real numbers")
    return source


def _mapped(name: str, path: Path) -> NDArray[Any]:
    """A file of numbers mapped into memory: .npy, or raw float64 of this machine's byte order."""
    if path.suffix == ".npy":
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise StorageError(f"{path}: not a readable .npy file of numbers: {error}") from None
        if array.ndim != 1 or array.dtype.kind not in "fiub":
            raise InvalidInputError(name, f"{path} of shape {array.shape} and {array.dtype}", "a one-dimensional file of numbers")
        return np.asarray(array) if array.size == 0 else array
    size = path.stat().st_size
    if size % 8 or size == 0:
        raise StorageError(f"{path}: {size} bytes are no whole number of float64; name it .npy or .txt if it is such a file")
    return np.memmap(path, dtype=np.float64, mode="r")


def _from_array(values: NDArray[Any], energies: NDArray[Any] | None) -> Iterator[Chunk]:
    """Pieces of a mapped or converted array; an array of doubles in memory is one chunk."""
    arrays = [array for array in (values, energies) if array is not None]
    whole = all(_map_of(array) is None and _is_plain(array) for array in arrays)
    size = values.size if whole else _CHUNK
    for start in range(0, values.size, max(size, 1)):
        part = slice(start, start + size)
        pieces = [np.ascontiguousarray(array[part], dtype=np.float64).view(np.ndarray) for array in arrays]

        def done(part: slice = part) -> None:
            for array in arrays:
                _forget(array, part)

        yield Chunk(start, pieces[0], pieces[1] if len(pieces) > 1 else None, done)


def _is_plain(array: NDArray[Any]) -> bool:
    return array.dtype == np.float64 and array.flags.c_contiguous and array.dtype.isnative


def _map_of(array: NDArray[Any]) -> mmap.mmap | None:
    """The map that a memory-mapped array starts at the beginning of, up to its header."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    return base if isinstance(base, mmap.mmap) else None


def _forget(array: NDArray[Any], part: slice) -> None:
    """Give the pages of a part of a read-only map back to the system; they can be read again from the file."""
    mapped = _map_of(array)
    if mapped is None or array.flags.writeable or not array.flags.c_contiguous or not hasattr(mmap, "MADV_DONTNEED"):
        return
    begin = np.frombuffer(mapped, dtype=np.uint8).ctypes.data
    offset = array.ctypes.data - begin
    first = (offset + part.start * array.itemsize) // mmap.PAGESIZE * mmap.PAGESIZE
    last = min(offset + part.stop * array.itemsize, len(mapped)) // mmap.PAGESIZE * mmap.PAGESIZE
    if last > first:
        mapped.madvise(mmap.MADV_DONTNEED, first, last - first)


def _from_iterable(source: Any) -> Iterator[Chunk]:
    """Chunks as they come: arrays, or pairs of eigenvalues and energies; text files are read in pieces."""
    parts = _text_parts(Path(source)) if _is_text(source) else source
    offset = 0
    for part in parts:
        pair = isinstance(part, tuple) and len(part) == 2
        values = _one_dimensional("eigenvalues", part[0] if pair else part, offset)
        weights = _one_dimensional("energies", part[1], offset) if pair else None
        if weights is not None and weights.size != values.size:
            valid = f"as many as in the chunk of eigenvalues ({values.size})"
            raise InvalidInputError("energies", f"{weights.size} values", valid)
        yield Chunk(offset, values, weights)
        offset += values.size


def _one_dimensional(name: str, part: Any, offset: int) -> FloatArray:
    array = np.ascontiguousarray(real_array(name, part, "numbers")) if not _is_double(part) else part
    if array.ndim != 1:
        raise InvalidInputError(
            name, f"a chunk of shape {array.shape} after {offset} eigenvalues", "chunks of one dimension, or pairs of such chunks"
        )
    return array


def _is_double(part: Any) -> bool:
    return isinstance(part, np.ndarray) and _is_plain(part)


def _text_parts(path: Path) -> Iterator[FloatArray]:
    """Numbers separated by blanks, commas or line ends; # starts a comment."""
    line_number = 0
    with open(path, encoding="utf-8") as file:
        while lines := file.readlines(_TEXT_BYTES):
            words = []
            for line in lines:
                line_number += 1
                words += _words(path, line_number, line)
            yield np.array(words)


def _words(path: Path, line_number: int, line: str) -> list[float]:
    try:
        return [float(word) for word in line.partition("#")[0].replace(",", " ").split()]
    except ValueError as error:
        raise StorageError(f"{path}, line {line_number}: {error}") from None
