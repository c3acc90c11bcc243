"""Inputs and labels from a file of the user: .npz with named arrays, .csv or .npy with the labels in the last column."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import typer

__all__ = ["read_data"]

_STARTS = {".npz": b"PK", ".npy": b"\x93NUMPY"}


def read_data(path: Path) -> tuple[Any, Any, bool]:
    """Inputs or kernel matrix, labels, and whether it is a kernel matrix.

    Raises:
        StorageError: not a readable file of numbers, or one without labels.
    """
    import numpy as np

    from asymptotix.errors import StorageError

    if not path.is_file():
        raise typer.BadParameter(f"no file {str(path)!r}", param_hint="DATA")
    try:
        with path.open("rb") as file:
            start = file.read(6)
        if not start:
            raise ValueError("it is empty")
        if not start.startswith(_STARTS.get(path.suffix, b"")):  # NumPy would suggest to unpickle it
            raise ValueError(f"it does not begin as a {path.suffix} file does")
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in ("X", "K", "y") if name in stored}
        else:
            table = np.load(path, allow_pickle=False) if path.suffix == ".npy" else np.loadtxt(path, delimiter=",", ndmin=2)
            if table.ndim != 2 or table.shape[1] < 2:
                raise ValueError(f"an array of shape {table.shape}, not rows of inputs and a label")
            arrays = {"X": table[:, :-1], "y": table[:, -1]}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())
        raise StorageError(f"{path}: not a readable .npz, .npy or .csv file of numbers without a header: {reason}") from None
    if "y" not in arrays or ("X" in arrays) == ("K" in arrays):
        raise StorageError(f"{path}: it holds {', '.join(arrays) or 'nothing'} of X, K and y; it must hold y, and X or K")
    return arrays["X"] if "X" in arrays else arrays["K"], arrays["y"], "K" in arrays
