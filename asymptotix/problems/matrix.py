"""Matrices and vectors of a problem file: written out, or the name of a file that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Field, Tag

from asymptotix.problems.grid import Finite

if TYPE_CHECKING:
    from asymptotix.report.grid import FloatArray

__all__ = ["MAX_ENTRIES", "MatrixPart", "VectorPart", "numbers_of"]

MAX_ENTRIES = 10**8  # 800 megabytes: a matrix of 10 000 rows

_File = Annotated[str, Field(min_length=1)]
_List = Annotated[list[Finite], Field(min_length=1)]
_Rows = Annotated[list[_List], Field(min_length=1)]


def _kind_of_numbers(value: Any) -> str:
    if isinstance(value, str):
        return "file"
    return "rows" if isinstance(value, list) and value and isinstance(value[0], list) else "list"


# a file, the diagonal, or the rows
MatrixPart = Annotated[
    Annotated[_File, Tag("file")] | Annotated[_List, Tag("list")] | Annotated[_Rows, Tag("rows")], Discriminator(_kind_of_numbers)
]
VectorPart = Annotated[Annotated[_File, Tag("file")] | Annotated[_List, Tag("list")], Discriminator(_kind_of_numbers)]


def numbers_of(name: str, value: str | list[Any]) -> FloatArray:
    """The array written out, or read from a .npy file or a text file of numbers (.txt, .csv; one row a line).

    Raises:
        InvalidInputError: the file cannot be read, holds no real numbers, or more than `MAX_ENTRIES`.
    """
    import numpy as np

    from asymptotix.errors import InvalidInputError

    if not isinstance(value, str):
        if value and isinstance(value[0], list) and len({len(row) for row in value}) > 1:
            raise InvalidInputError(name, "rows of different lengths", "rows of one length")
        return np.asarray(value, dtype=np.float64)
    try:
        return _read(value)
    except OSError as error:
        raise InvalidInputError(name, value, "a file that can be read", error.strerror or str(error)) from None
    except ValueError as error:
        valid = f"a .npy file or a text file of at most {MAX_ENTRIES} real numbers"
        raise InvalidInputError(name, value, valid, " ".join(str(error).split())) from None


def _read(path: str) -> FloatArray:
    """The numbers of a file; ValueError says what is wrong with it."""
    import os
    import warnings

    import numpy as np

    if path.endswith(".npy"):
        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if found.size > MAX_ENTRIES or found.dtype.kind not in "iuf":
            raise ValueError(f"found {found.size} entries of type {found.dtype}")
        return np.array(found, dtype=np.float64)
    if os.path.getsize(path) > 8 * MAX_ENTRIES:
        raise ValueError(f"found {os.path.getsize(path)} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an empty file, which is refused below
        text = np.loadtxt(path, delimiter="," if path.endswith(".csv") else None, ndmin=1, dtype=np.float64)
    if text.size == 0:
        raise ValueError("found no number")
    return np.asarray(text)
