"""NNGP and tangent matrices of ReLU networks: neural-tangents 0.6.5 against this package, the same rows in the same run.

neural-tangents wants old companions and so an environment of its own:

    python3.11 -m venv ENV
    ENV/bin/pip install neural-tangents==0.6.5 jax==0.5.3 jaxlib==0.5.3 tf2jax==0.3.6
    python -m benchmarks.neural_tangents --python ENV/bin/python

Without such an environment one sentence says so, and nothing is measured. CPU seconds of the best run after one that compiles,
every process bound to one core. Then the errors of both on pairs of rows close to one line, against forty digits at exactly
these rows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from asymptotix import kernel_matrices, nngp_kernel, tangent_kernel
from benchmarks.kernel_matrices import both, rows_of
from benchmarks.measurement import Measurement

__all__ = ["PAIRS", "NeuralTangents", "NotInstalledError", "errors_near_a_line", "main", "nan_diagonal", "run"]

FloatArray = NDArray[np.float64]

REPEATS, KEPT, DIGITS = 3, 50, 40
# distance of two rows of about unit length: of the second and the first, or of the second and minus the first
PAIRS = {
    "the same": (0.0, 1), "1e-8": (1e-8, 1), "1e-6": (1e-6, 1), "1e-4": (1e-4, 1), "1": (1.0, 1), "1e-6, opposite": (1e-6, -1),
}  # fmt: skip
COUNT = 20
_THERE = """
import json, os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
try:
    from importlib.metadata import version
    import jax
    from neural_tangents import stax
except ImportError as error:
    sys.exit(print(json.dumps({"missing": str(error)}), flush=True))
jax.config.update("jax_enable_x64", True)
import numpy as np
print(json.dumps({name: version(name) for name in ("neural-tangents", "jax", "tf2jax")}), flush=True)

def network(activation, depth):
    function = stax.Relu() if activation == "relu" else stax.RectifiedMonomial(int(activation[-1]))
    layers = [stax.Dense(1, 2**0.5, None), function] * depth + [stax.Dense(1, 2**0.5, None)]
    return stax.serial(*layers)[2]

for line in sys.stdin:
    activation, depth, path, repeats, kept = json.loads(line)
    rows, kernel = jax.numpy.asarray(np.load(path)), network(activation, depth)
    compiled = jax.jit(lambda x: tuple(kernel(x, None, ("nngp", "ntk"))))
    seconds, matrices = [], None
    for _ in range(repeats + 1):
        del matrices
        start = time.process_time()
        matrices = jax.block_until_ready(compiled(rows))
        seconds.append(time.process_time() - start)
    corner = [np.asarray(matrix)[:kept, :kept].tolist() for matrix in matrices]
    print(json.dumps([min(seconds[1:] or seconds), corner]), flush=True)
"""


class NotInstalledError(Exception):
    """The other environment has no working neural-tangents; the message says what to do."""


class NeuralTangents:
    """A process of another environment that computes with neural-tangents on core `core`; `versions` says what runs there.

    Raises:
        NotInstalledError: there is no such interpreter, or it cannot import neural-tangents.
    """

    def __init__(self, python: str, core: int) -> None:
        """Start it, and wait until it has imported everything."""
        self._folder = tempfile.TemporaryDirectory()
        try:
            self._process = subprocess.Popen(
                [python, "-c", _THERE, str(core)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise NotInstalledError(f"{python} cannot be started ({error.strerror}): name the python of an environment") from None
        self.versions: dict[str, str] = self._answer()
        if "missing" in self.versions:
            self.__exit__(None, None, None)
            raise NotInstalledError(f"{python} has no working neural-tangents ({self.versions['missing']}): see --help")

    def __enter__(self) -> NeuralTangents:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process and remove its files."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def matrices(self, activation: str, depth: int, rows: FloatArray, repeats: int = 0) -> tuple[float, FloatArray]:
        """CPU seconds of the best of the runs after the first, and NNGP and NTK of the first KEPT rows (2, KEPT, KEPT)."""
        path = Path(self._folder.name) / "rows.npy"
        np.save(path, rows)
        assert self._process.stdin is not None
        print(json.dumps([activation, depth, str(path), repeats, KEPT]), file=self._process.stdin, flush=True)
        seconds, corner = self._answer()
        return seconds, np.array(corner)

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.__exit__(None, None, None)
            raise NotInstalledError("the other python ended without an answer: out of memory, or an import that failed")
        return json.loads(line)


@contextmanager
def bound_to(core: int) -> Iterator[None]:
    """This process on one core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(there: NeuralTangents, depth: int, size: int, core: int) -> Measurement:
    """ReLU, both kernels in one call, rows of 100 features and one norm: here before and after the runs there."""
    rows, kernels, ours = rows_of(size), both("relu", depth), []
    with bound_to(core), threadpool_limits(1):
        kernel_matrices(kernels, rows)
        for turn in range(2):
            for _ in range(REPEATS):
                start = time.process_time()
                here = kernel_matrices(kernels, rows)
                ours.append(time.process_time() - start)
                corner = np.array([matrix[:KEPT, :KEPT] for matrix in here])
                del here
            if not turn:
                theirs, expected = there.matrices("relu", depth, rows, REPEATS)
    difference = float(np.max(np.abs(corner / expected - 1)))
    return Measurement(f"NNGP + NTK, relu, depth {depth}, {size} rows, against neural-tangents", min(ours), theirs, difference)


def pairs_at(distance: float, sign: int, seed: int = 0) -> FloatArray:
    """COUNT pairs of rows, (2 COUNT, 100), the second `distance` from sign times the first, all of about one norm."""
    draws = np.random.default_rng(seed).standard_normal((2, COUNT, rows_of(1).shape[1]))
    first = draws[0] / np.linalg.norm(draws[0], axis=1, keepdims=True)
    across = draws[1] - np.sum(draws[1] * first, axis=1, keepdims=True) * first
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    angle = 2.0 * np.arcsin(distance / 2.0)
    second = sign * (first - 2.0 * np.sin(angle / 2.0) ** 2 * first + np.sin(angle) * across)
    return np.concatenate([first, second]) * np.sqrt(first.shape[1])


def errors_near_a_line(there: NeuralTangents | None, depth: int, distance: float, sign: int) -> dict[str, tuple[float, ...]]:
    """Worst relative errors for "nngp" and "ntk" over the pairs of rows, (here, there), or (here,) without the other environment.

    What is exact is the kernel of the rows as float64 holds them.
    """
    rows = pairs_at(distance, sign)
    answers = [np.array(kernel_matrices(both("relu", depth), rows))]
    answers += [there.matrices("relu", depth, rows)[1]] if there is not None else []
    worst = {}
    for i, (name, family) in enumerate({"nngp": nngp_kernel, "ntk": tangent_kernel}.items()):
        network = family("relu", depth=depth, weight_variance=2)
        exact = [network.mp(*moments(rows[k], rows[k + COUNT]), digits=DIGITS) for k in range(COUNT)]
        worst[name] = tuple(
            max(float(abs(mpmath.mpf(answer[i, k, k + COUNT]) / value - 1)) for k, value in enumerate(exact))
            for answer in answers
        )
    return worst


def moments(x: FloatArray, y: FloatArray) -> tuple[mpmath.mpf, ...]:
    """|x|^2/d, |y|^2/d and <x, y>/d without rounding that counts."""
    with mpmath.workdps(2 * DIGITS):
        return tuple(mpmath.fdot(a.tolist(), b.tolist()) / len(x) for a, b in ((x, x), (y, y), (x, y)))


def nan_diagonal(there: NeuralTangents | None, size: int = 300) -> tuple[int, ...]:
    """How many of KEPT diagonal entries of the tangent kernel of relu(x)**2 at depth 3 are NaN, here and there."""
    rows = rows_of(size)
    answers = [kernel_matrices(both("relu(x)**2", 3), rows)[1][:KEPT, :KEPT]]
    answers += [there.matrices("power2", 3, rows)[1][1]] if there is not None else []
    return tuple(int(np.isnan(np.diagonal(answer)).sum()) for answer in answers)


def main(arguments: list[str] | None = None) -> None:
    """Print seconds, ratios and errors."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neural_tangents", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--python", metavar="PATH", help="the python of an environment with neural-tangents")
    parser.add_argument("--rows", type=int, nargs="*", default=[3000, 6000], help="6000 rows at depth 10 take 7 GB there")
    parser.add_argument("--depths", type=int, nargs="*", default=[1, 3, 10])
    options = parser.parse_args(arguments)
    core = min(os.sched_getaffinity(0))
    try:
        with NeuralTangents(options.python, core) if options.python else nullcontext() as there:
            report(there, options.rows, options.depths, core)
    except NotInstalledError as error:
        print(f"Not measured: {error}.")
        return
    if there is None:
        print("Not measured: neural-tangents, which needs --python PATH (see --help); the errors are those of this package.")


def report(there: NeuralTangents | None, sizes: list[int], depths: list[int], core: int) -> None:
    """The lines that are printed."""
    if there is not None:
        print("there:", ", ".join(f"{name} {version}" for name, version in there.versions.items()))
        for size in sizes:
            for depth in depths:
                done = run(there, depth, size, core)
                print(f"{done.workload}: {done.package_seconds:.3g} s here, {done.by_hand_seconds:.3g} s there, "
                      f"ratio {done.ratio:.1f}, difference {done.largest_difference:.1e}", flush=True)  # fmt: skip
    print("relative errors" + (", here and there:" if there is not None else ":"))
    for depth in depths:
        for name, (distance, sign) in PAIRS.items():
            errors = errors_near_a_line(there, depth, distance, sign)
            text = "; ".join(f"{kind} " + ", ".join(f"{error:.1e}" for error in errors[kind]) for kind in errors)
            print(f"depth {depth}, distance {name}: {text}", flush=True)
    print(f"NaN among {KEPT} diagonal entries, relu(x)**2, depth 3:", *nan_diagonal(there))


if __name__ == "__main__":
    sys.exit(main())
