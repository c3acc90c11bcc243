"""The table of a spectrum, made in one pass, against `np.sum` of the same eigenvalues: what reading them costs at least.

`python -m benchmarks.compression [SIZE]` prints all rows, with SIZE = 10^8 eigenvalues in the memory-mapped one (the default).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asymptotix import compress
from asymptotix.acceleration import compiled_path
from benchmarks.measurement import Measurement, measure

__all__ = ["resident_megabytes", "run_mapped", "run_shuffled", "run_sorted", "run_with_energies", "written"]

FloatArray = NDArray[np.float64]

_PIECE = 1_000_000


def power_law(start: int, stop: int) -> FloatArray:
    """i^-1.5 for start < i <= stop."""
    return np.asarray(np.arange(start + 1.0, stop + 1.0) ** -1.5)


def run_sorted(size: int = 10_000_000, repeats: int = 5, path: str = "always") -> Measurement:
    """Eigenvalues i^-1.5 in memory, counts only."""
    values = power_law(0, size)
    return _against_sum(f"compress {size:.0e} sorted, counts", lambda: compress(values).trace, values, repeats, path)


def run_with_energies(size: int = 1_000_000, repeats: int = 5, path: str = "always") -> Measurement:
    """The same with energies i^-2.7."""
    values, energies = power_law(0, size), np.arange(1.0, size + 1.0) ** -2.7
    made = lambda: compress(values, energies).trace  # noqa: E731 one line, beside the two that differ
    return _against_sum(f"compress {size:.0e} sorted, counts and energies", made, values, repeats, path)


def run_shuffled(size: int = 1_000_000, repeats: int = 5, path: str = "always") -> Measurement:
    """The same eigenvalues in random order, counts only."""
    values = np.random.default_rng(0).permutation(power_law(0, size))
    return _against_sum(f"compress {size:.0e} in no order, counts", lambda: compress(values).trace, values, repeats, path)


def run_mapped(file: Path, repeats: int = 3, path: str = "always") -> Measurement:
    """A memory-mapped .npy file, counts only, against np.sum of the map, each mapped anew."""
    size = np.load(file, mmap_mode="r").size
    with compiled_path(path):
        return measure(
            f"compress {size:.0e} memory-mapped, counts ({path} compiled), against np.sum",
            package=lambda: np.array([compress(file).trace]),
            by_hand=lambda: np.array([np.sum(np.load(file, mmap_mode="r"))]),
            repeats=repeats,
        )


@contextmanager
def written(size: int) -> Iterator[Path]:
    """A .npy file of i^-1.5, i <= size, for the duration of the block."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "eigenvalues.npy"
        array = np.lib.format.open_memmap(file, mode="w+", dtype=np.float64, shape=(size,))
        for start in range(0, size, _PIECE):
            stop = min(start + _PIECE, size)
            array[start:stop] = power_law(start, stop)
        array.flush()
        del array
        yield file


def resident_megabytes(file: Path, path: str = "always") -> float:
    """The most memory that a process of its own holds while it makes the table of a file: pages of the file included (Linux)."""
    program = (
        "import sys, asymptotix as ax\n"
        "ax.compress(sys.argv[1])\n"
        "line = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(int(line.split()[1]) / 1024)"
    )
    with compiled_path(path):
        done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _against_sum(label: str, package: Callable[[], float], values: FloatArray, repeats: int, path: str) -> Measurement:
    with compiled_path(path):
        return measure(
            f"{label} ({path} compiled), against np.sum",
            package=lambda: np.array([package()]),
            by_hand=lambda: np.array([np.sum(values)]),
            repeats=repeats,
        )


def main(size: int = 100_000_000) -> None:
    """Print every row: seconds, and how many times np.sum that is."""
    rows: list[Callable[[str], Measurement]] = [
        *(lambda path, size=size: run_sorted(size, path=path) for size in (100_000, 1_000_000, 10_000_000)),
        *(lambda path, size=size: run_with_energies(size, path=path) for size in (100_000, 1_000_000)),
        *(lambda path, size=size: run_shuffled(size, path=path) for size in (100_000, 1_000_000)),
    ]  # fmt: skip
    with written(size) as file:
        for path in ("never", "always"):
            for row in (*rows, lambda path: run_mapped(file, path=path)):
                done = row(path)
                print(f"{done.workload}: {done.package_seconds:.3g} s, {1 / done.ratio:.2f} times")
            print(f"resident memory, {size:.0e} memory-mapped ({path} compiled): {resident_megabytes(file, path):.0f} MB")


if __name__ == "__main__":
    main(*(int(float(argument)) for argument in sys.argv[1:2]))
