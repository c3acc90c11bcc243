"""Hermite coefficients of every degree with proofs and from the cache; closed-form eigenvalues on the sphere in float64.

Hermite: the catalogue and 48 texts of the closed class.
Processor seconds of one fresh Python process each, imports not counted; goal: 60 s for the catalogue on one core. Nothing that a
user would write by hand stands beside it: SymPy leaves E[s(G) He_k(G)] with a symbol for k undone.

Eigenvalues: all degrees to 100 in 20 dimensions from 3 to 10^6 in one call; wall time, the best of several, formula made before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Literal

from asymptotix.activations.catalogue import CATALOGUE
from benchmarks.dual_kernels import ACTIVATIONS

__all__ = ["HermiteTimes", "SphereTimes", "main", "run_hermite", "run_sphere"]

_HERMITE_CHILD = """
import json, sys, time
import sympy
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
import scipy.special
start, kinds, k = time.process_time(), [], sympy.Symbol("k")
for text in json.loads(sys.argv[1]):
    try:
        formula = hermite_coefficient(text, k)
        formula.latex()
        kinds.append(formula.status.kind)
    except NotInClosedClassError:
        kinds.append("refused")
print(json.dumps([time.process_time() - start, kinds]))
"""


@dataclass(frozen=True)
class HermiteTimes:
    """Processor seconds to derive and print, and to read back and print; how many were proved, and how many have no such form."""

    workload: str
    derived: float
    cached: float
    proved: int
    refused: int
    total: int


def run_hermite(workload: str, texts: tuple[str, ...]) -> HermiteTimes:
    """Two fresh processes; the cache of the second one is filled by the first."""
    with tempfile.TemporaryDirectory() as folder:
        derived, kinds = _hermite_child(texts, folder)
        cached, again = _hermite_child(texts, folder)
    if again != kinds:
        raise AssertionError("the cache changed a status")
    return HermiteTimes(workload, derived, cached, kinds.count("proved"), kinds.count("refused"), len(kinds))


def _hermite_child(texts: tuple[str, ...], cache: str) -> tuple[float, list[str]]:
    environment = {**os.environ, "ASYMPTOTIX_CACHE": cache}
    command = [sys.executable, "-c", _HERMITE_CHILD, json.dumps(texts)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, kinds = json.loads(output)
    return float(seconds), list(kinds)


@dataclass(frozen=True)
class SphereTimes:
    """Seconds to derive and prove the formula, and to evaluate it at all degrees and dimensions."""

    activation: str
    layers: str
    proof: float
    evaluation: float


def run_sphere(activation: str, layers: Literal["last", "all"] = "last", repetitions: int = 7) -> SphereTimes:
    """Eigenvalues of one activation."""
    import numpy as np
    import sympy as sp

    from asymptotix import kernel_eigenvalue

    dimensions = np.unique(np.geomspace(3, 10**6, 20).round())
    degrees = np.arange(101)[:, None]
    k, d = sp.symbols("k d")
    start = time.perf_counter()
    formula = kernel_eigenvalue(activation, k, d, layers=layers)
    proof = time.perf_counter() - start
    formula.evaluate(k=degrees, d=dimensions)
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        formula.evaluate(k=degrees, d=dimensions)
        best = min(best, time.perf_counter() - start)
    return SphereTimes(activation, layers, proof, best)


def main() -> None:
    """Print the times."""
    for activation in ("relu", "step(x)", "gelu", "erf(x)", "exp(x)", "elu"):
        once = run_sphere(activation)
        print(
            f"eigenvalues on the sphere to degree 100 in 20 dimensions, {once.activation}: {1e3 * once.evaluation:.1f} ms "
            f"(goal 10 ms); formula with its proof {once.proof:.2f} s"
        )
    for workload, texts in (("catalogue", tuple(CATALOGUE)), ("closed class", ACTIVATIONS)):
        done = run_hermite(workload, texts)
        print(
            f"Hermite coefficients of every degree, {done.workload}: {done.derived:.1f} s for {done.total} activations, "
            f"{done.proved} proved, {done.refused} without such a form; from the cache {done.cached:.2f} s"
        )


if __name__ == "__main__":
    main()
