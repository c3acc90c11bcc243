"""NNGP and tangent matrices of 6000 rows against what any method pays: syrk, and two matrices allocated and filled.

`python -m benchmarks.kernel_matrices [ROWS]` prints every row of the table: depths, activations, norms, NumPy alone, two threads,
and the peak memory of a process of its own. CPU seconds on one thread, best of some runs in turn with the floor.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dsyrk
from threadpoolctl import threadpool_limits

from asymptotix.acceleration import compiled_path
from asymptotix.kernels import KernelMap, kernel_matrices, kernel_matrix
from benchmarks.measurement import Measurement

__all__ = ["peak_matrices", "run", "run_numpy", "thread_speedup"]

FloatArray = NDArray[np.float64]

ROWS, FEATURES = 6000, 100


def rows_of(count: int, equal_norms: bool = True) -> FloatArray:
    """Gaussian rows of 100 features, scaled to one norm."""
    rows = np.random.default_rng(0).standard_normal((count, FEATURES))
    return rows * (np.sqrt(FEATURES) / np.linalg.norm(rows, axis=1, keepdims=True)) if equal_norms else rows


def both(activation: str, depth: int, bias: float = 0.0) -> list[KernelMap]:
    """NNGP and tangent kernel with weight variance 2."""
    return [KernelMap(activation, depth, 2.0, bias, kind) for kind in ("nngp", "tangent")]


def floor(rows: FloatArray) -> None:
    """The Gram matrix by syrk, and two matrices allocated and filled."""
    dsyrk(1.0, rows.T, trans=1, lower=1)
    for value in (1.0, 2.0):
        np.empty((len(rows), len(rows))).fill(value)


def run(
    activation: str = "relu",
    depth: int = 3,
    bias: float = 0.0,
    *,
    equal_norms: bool = True,
    path: str = "always",
    size: int = ROWS,
) -> Measurement:
    """NNGP and NTK in one pass; the difference is that to the entries of fifty rows one by one."""
    rows, kernels = rows_of(size, equal_norms), both(activation, depth, bias)
    package, by_hand = [], []
    with compiled_path(path), threadpool_limits(1):
        matrices = kernel_matrices(kernels, rows)
        for _ in range(4):
            by_hand.append(_seconds(lambda: floor(rows)))
            package.append(_seconds(lambda: kernel_matrices(kernels, rows)))
    pairs = ((matrix[:50, :50], kernel_matrix(kernel, rows[:50])) for matrix, kernel in zip(matrices, kernels, strict=True))
    difference = max(float(np.max(np.abs(ours - direct)) / np.max(np.abs(direct))) for ours, direct in pairs)
    norms = "equal norms" if equal_norms else "any norms"
    label = (
        f"NNGP + NTK, {activation}, depth {depth}, bias {bias:g}, {size} rows of {norms} ({path} compiled), against syrk + fill"
    )
    return Measurement(label, min(package), min(by_hand), difference)


def run_numpy() -> Measurement:
    """ReLU, depth 3, without compiled loops."""
    return run(path="never")


def thread_speedup(size: int = ROWS, path: str = "always") -> float:
    """Wall time on one thread over that on two."""
    rows, kernels = rows_of(size), both("relu", 3)
    best = [np.inf, np.inf]
    with compiled_path(path):
        kernel_matrices(kernels, rows)
        for _ in range(4):
            for threads in (1, 2):
                start = time.perf_counter()
                kernel_matrices(kernels, rows, threads=threads)
                best[threads - 1] = min(best[threads - 1], time.perf_counter() - start)
    return best[0] / best[1]


def peak_matrices(size: int = ROWS, depth: int = 3, path: str = "always") -> float:
    """What a process of its own holds at most beyond what it held before, in matrices of size x size (Linux)."""
    program = (
        "import sys\n"
        "from benchmarks.kernel_matrices import both, kernel_matrices, peak_kilobytes, rows_of\n"
        "size, depth = map(int, sys.argv[1:])\n"
        "kernel_matrices(both('relu', depth), rows_of(300))\n"
        "rows = rows_of(size)\n"
        "before = peak_kilobytes()\n"
        "kept = kernel_matrices(both('relu', depth), rows)\n"
        "print(1024 * (peak_kilobytes() - before) / (8 * size**2))"
    )
    with compiled_path(path):
        done = subprocess.run([sys.executable, "-c", program, str(size), str(depth)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def peak_kilobytes() -> int:
    """The most memory that this process has held since it began (ru_maxrss would begin with that of its parent)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main(size: int = ROWS) -> None:
    """Print every row of the table."""
    cases = [
        ("relu", 1, 0.0, True),
        ("relu", 3, 0.0, True),
        ("relu", 10, 0.0, True),
        ("tanh", 3, 0.0, True),
        ("gelu", 3, 0.0, True),
    ]
    cases += [("relu", 3, 0.0, False), ("relu", 3, 0.1, False), ("erf", 3, 0.1, False)]
    for path in ("always", "never"):
        for activation, depth, bias, equal in cases:
            done = run(activation, depth, bias, equal_norms=equal, path=path, size=size)
            print(
                f"{done.workload}: {done.package_seconds:.3g} s, {1 / done.ratio:.2f} times, "
                f"difference {done.largest_difference:.1e}"
            )
        for depth in (1, 10):
            print(f"peak memory, depth {depth} ({path} compiled): {peak_matrices(size, depth, path):.3f} matrices for two")
        print(f"two threads ({path} compiled): {thread_speedup(size, path):.2f} times faster")


if __name__ == "__main__":
    main(*(int(float(argument)) for argument in sys.argv[1:2]))
