"""How long a store takes: to keep one row and many, and, with many rows in it, to open, to resume, to examine and to export.

`python -m benchmarks.store --rows 1000000` prints wall-clock and CPU seconds; the store takes about 0.5 GB for a million rows.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from asymptotix.runs.store import Record, content_key, open_store, read_store
from asymptotix.runs.store.integrity import health_of
from asymptotix.sweeps.export import store_to_csv, store_to_parquet
from asymptotix.sweeps.status import store_status

__all__ = ["measure_store"]

_BATCH = 256  # rows in a transaction, as a sweep commits them
_SINGLE = 300
_FIELDS = ("bias", "variance", "test_error", "train_error", "squared_norm", "df1", "df2", "effective_ridge")


def _records(first: int, stop: int) -> list[Record]:
    draws = np.random.default_rng(first).standard_normal((stop - first, len(_FIELDS), 1))
    return [
        Record(
            content_key("cell", number), {"n_samples": number, "ridge": 0.1, "trial": 0}, dict(zip(_FIELDS, values, strict=True))
        )
        for number, values in zip(range(first, stop), draws, strict=True)
    ]


def measure_store(folder: Path, rows: int) -> Iterator[str]:
    """One line for each measured step."""
    path, identity = folder / "s.sqlite", {"benchmark": "store", "seed": 0}
    with open_store(path, identity=identity) as store:
        prepared = _records(0, _SINGLE)
        seconds, cpu = _timed(lambda: [store.put([record]) for record in prepared])
        yield f"keep one row and sync: {1e3 * seconds / _SINGLE:.2f} ms a row ({1e3 * cpu / _SINGLE:.2f} ms CPU)"
        kept = cpu_kept = 0.0
        for first in range(_SINGLE, rows, _BATCH):
            batch = _records(first, min(first + _BATCH, rows))
            seconds, cpu = _timed(lambda batch=batch: store.put(batch))  # type: ignore[misc] # a default
            kept, cpu_kept = kept + seconds, cpu_kept + cpu
        many = max(1, rows - _SINGLE)
        yield f"keep {_BATCH} rows and sync: {1e3 * kept / many:.3f} ms a row ({1e3 * cpu_kept / many:.3f} ms CPU)"
    yield f"{rows} rows of {len(_FIELDS)} numbers: {path.stat().st_size / 1e6:.0f} MB"
    keys = [content_key("cell", number) for number in range(rows)]
    steps: dict[str, Callable[[], Any]] = {
        "open": lambda: open_store(path, identity=identity).close(),
        "count": lambda: _counted(path),
        "status": lambda: store_status(path),
        "which keys are finished": lambda: _resumed(path, keys, content=False),
        "resume: read every row by its key": lambda: _resumed(path, keys, content=True),
        "examine every row": lambda: health_of(path),
        "export CSV": lambda: store_to_csv(path, folder / "s.csv"),
        "export Parquet": lambda: store_to_parquet(path, folder / "s.parquet"),
    }
    for name, step in steps.items():
        seconds, cpu = _timed(step)
        yield f"{name}: {seconds:.3g} s ({cpu:.3g} s CPU)"


def _counted(path: Path) -> None:
    with read_store(path) as store:
        store.counts()


def _resumed(path: Path, keys: list[str], *, content: bool) -> None:
    with read_store(path) as store:
        found = store.finished(keys) if content else store.finished_keys(keys)
        assert len(found) == len(keys)


def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in measure_store(Path(folder), asked.rows):
            print(line, flush=True)


if __name__ == "__main__":
    main()
