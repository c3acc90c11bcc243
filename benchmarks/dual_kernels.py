"""The symbolic engine: 48 kernels of the closed class with their derivative kernels, ReLU alone, and the same from the cache.

Processor seconds of one fresh Python process each, imports not counted; goals: 30 s for all, 0.2 s for ReLU. Nothing
that a user would write by hand stands beside it: SymPy's integrator leaves these double integrals undone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

__all__ = ["ACTIVATIONS", "EngineTimes", "main", "run"]

ACTIVATIONS = (
    "step(x)", "relu(x)", "relu(x)**2", "relu(x)**3", "relu(x)**4", "relu(x)**5", "relu(x)**6", "relu(x) - 3/10*relu(-x)",
    "abs(x)", "sign(x)", "abs(x)**3", "step(x - 7/10)", "relu(x - 7/10)", "max(-1, min(1, x))",
    "where(x < -1, -1, where(x > 1, 1, x))",
    "min(max(x, 0), 6)", "min(max(x/6 + 1/2, 0), 1)", "x*min(max(x/6 + 1/2, 0), 1)", "max(0, 1 - abs(x))",
    "relu(x - 1/2) - relu(-x - 1/2)", "erf(x)", "Phi(x)", "x*Phi(x)", "x*(erf(sqrt(2)*x/2) + 1)/2", "x*erf(x)", "Phi(x - 7/10)",
    "x*Phi(x - 7/10)", "exp(-x**2/2)", "x*exp(-x**2/2)", "exp(x)", "exp(7/10*x)", "sin(x)", "cos(x)", "sin(7/10*x)",
    "sin(x)*exp(-x**2/2)", "sinh(x)", "x + sin(x)**2", "x**3 - x", "x**3 - 3*x", "x**4 - 6*x**2 + 3", "1 + 2*x + 3*x**2",
    "relu(x) + exp(min(x, 0)) - 1", "relu(x) + 3/10*(exp(min(x, 0)) - 1)", "21/20*(relu(x) + 3/10*(exp(min(x, 0)) - 1))",
    "max(x, 0) + min(0, 2*(exp(x/2) - 1))", "relu(x)*exp(-x)", "exp(-abs(x))", "relu(x)*sin(x)",
)  # fmt: skip

_CHILD = """
import json, sys, time
from asymptotix.symbolic.dual import dual_kernel
start, kinds = time.process_time(), []
texts, both = json.loads(sys.argv[1])
for text in texts:
    for derivative in (False, True) if both else (False,):
        kinds.append(dual_kernel(text, derivative=derivative, allow_numeric=False).status.kind)
print(json.dumps([time.process_time() - start, kinds]))
"""


@dataclass(frozen=True)
class EngineTimes:
    """Processor seconds: all kernels derived and proved, ReLU alone, all of them read from the cache; statuses found."""

    derived: float
    relu: float
    cached: float
    proved: int
    total: int


def run(activations: tuple[str, ...] = ACTIVATIONS) -> EngineTimes:
    """Three fresh processes; the cache of the last one is filled by the first."""
    with tempfile.TemporaryDirectory() as folder:
        derived, kinds = _child(activations, folder)
        cached, again = _child(activations, folder)
    if again != kinds:
        raise AssertionError("the cache changed a status")
    relu, _ = _child(("relu(x)",), "off", both=False)
    return EngineTimes(derived, relu, cached, kinds.count("proved"), len(kinds))


def _child(activations: tuple[str, ...], cache: str, both: bool = True) -> tuple[float, list[str]]:
    environment = {**os.environ, "ASYMPTOTIX_CACHE": cache}
    command = [sys.executable, "-c", _CHILD, json.dumps([activations, both])]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, kinds = json.loads(output)
    return float(seconds), list(kinds)


def main() -> None:
    """Print the times."""
    done = run()
    print(
        f"{len(ACTIVATIONS)} kernels and derivative kernels: {done.derived:.1f} s, {done.proved} of {done.total} proved; ", end=""
    )
    print(f"from the cache {done.cached:.2f} s; relu alone {done.relu:.2f} s")


if __name__ == "__main__":
    main()
