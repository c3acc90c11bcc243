"""A file that appears when it is complete: written beside its place and renamed into it, and only over an ordinary file."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asymptotix.errors import StorageError

__all__ = ["whole_file"]


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """The path to write to; when the block is left without an error, what was written takes its place at once.

    A symbolic link stays, and what it points to is written. After an error whatever was there before is there still.

    Raises:
        StorageError: the place is a folder, a device or a pipe, or lies in a folder that does not exist.
        OSError: the file cannot be renamed into its place.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with whole_file(f"{folder}/a.txt") as partial:
        ...         written = partial.write_text("all of it")
        ...     (Path(folder) / "a.txt").read_text()
        'all of it'
    """
    target = _ordinary(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        yield partial
        _ordinary(target)  # what a long computation finds may be something else than what it began with
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _ordinary(path: str | os.PathLike[str]) -> Path:
    target = Path(os.path.realpath(path))
    if target.is_dir() or not target.parent.is_dir():
        raise StorageError(f"{target}: is a folder, or lies in one that does not exist: name a file in a folder that exists")
    if target.exists() and not target.is_file():  # to put a file in its place would take a device away
        raise StorageError(f"{target}: is not an ordinary file: name one in a folder that exists")
    return target
