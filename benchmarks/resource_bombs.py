"""Small inputs that ask for endless work or memory: each must finish, or end in a typed error of one line, in 10 s and 2 GiB.

Every bomb runs in a process of its own, forked after the package was imported, whose address space is limited. `python -m
benchmarks.resource_bombs` prints one line a bomb and the number of those that did neither.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

import asymptotix as ax
from asymptotix.problems.loader import problem_from_mapping

__all__ = ["BOMBS", "Outcome", "run_bomb", "run_bombs"]

SECONDS, MEMORY = 10.0, 2 * 2**30


@dataclass(frozen=True)
class Outcome:
    """`kind` is "finished" or "refused" (a typed error), which are well, or "untyped", "late" or "died"."""

    kind: str
    seconds: float
    message: str = ""

    @property
    def well(self) -> bool:
        """Whether the bomb did no harm."""
        return self.kind in ("finished", "refused")


def _ridge() -> Any:
    return ax.RidgeRegression(ax.Spectrum([1.0], [60]), [1.0], noise_variance=0.2)


def _features(dimension: int = 30) -> Any:
    return ax.RandomFeatures.on_sphere("relu", dimension=dimension, target=[0.0, 1.0], noise_variance=0.1)


BOMBS: dict[str, Callable[[], Any]] = {
    "text: 10**10**8": lambda: ax.activation("10**10**8*x"),
    "text: factorial(10**8)": lambda: ax.activation("factorial(10**8)*x"),
    "text: gamma(10**9)": lambda: ax.activation("gamma(10**9)*x"),
    "text: nested powers": lambda: ax.activation("x**(x**(x**(x**x)))"),
    "text: 2000 parentheses": lambda: ax.activation("(" * 2000 + "x" + ")" * 2000),
    "text: a million terms": lambda: ax.activation("+".join(["x"] * 1_000_000)),
    "text: 1e5 digits": lambda: ax.activation("x*" + "9" * 100_000),
    "text: erf of erf of erf": lambda: ax.dual_kernel("erf(erf(erf(erf(x**3))))"),
    "text: polynomial of degree 10^4": lambda: ax.dual_kernel("x**10000"),
    "text: product of twelve kinks": lambda: ax.dual_kernel("*".join(f"abs(x-{k})" for k in range(12))),
    "depth 10^9": lambda: ax.nngp_kernel("relu", depth=10**9),
    "arc-cosine order 10^9": lambda: ax.arc_cosine_kernel(10**9),
    "Hermite degree 10^9": lambda: ax.hermite_coefficient("tanh", 10**9),
    "Gegenbauer degree 10^9": lambda: ax.gegenbauer_coefficient("relu", 10**9, 10),
    "dimension 10^18": lambda: ax.activation_spectrum("tanh", dimension=10**18).eigenvalues,
    "degrees to 10^9": lambda: ax.activation_spectrum("relu", dimension=10, max_degree=10**9).eigenvalues,
    "power law of 10^15 eigenvalues": lambda: ax.PowerLaw(1.5, size=10**15).eigenvalues,
    "kernel matrix of 10^6 rows": lambda: ax.kernel_matrix(ax.nngp_kernel("relu").kernel, np.ones((1_000_000, 2))),
    "risk on 10^10 points": lambda: ax.risk(
        _ridge(), n_samples=np.arange(1.0, 1e5)[:, None], ridge=np.linspace(0.1, 1.0, 100_000)
    ).test_error,
    "simulation of 10^7 samples": lambda: ax.simulate(_ridge(), n_samples=10**7, ridge=0.1, progress=False),
    "simulation of 10^12 features": lambda: ax.simulate(
        _features(), n_samples=10, n_features=10**12, ridge=0.1, progress=False
    ),
    "10^12 trials": lambda: ax.simulate(_ridge(), n_samples=10, ridge=0.1, n_trials=10**12, progress=False),
    "precision 1e-12": lambda: ax.simulate(_ridge(), n_samples=10, ridge=0.1, precision=1e-12, max_trials=200, progress=False),
    "flow to time 1e300": lambda: ax.risk(_ridge(), n_samples=50, time=1e300).test_error,
    "10^18 steps of descent": lambda: ax.risk(_ridge(), n_samples=50, steps=10**18, step_size=1e-3).test_error,
    "network of width 10^12": lambda: ax.linearization_report(
        "erf", np.eye(4), np.ones(4), width=10**12, progress=False
    ),
    "deep features of width 10^9": lambda: ax.DeepRandomFeatures.random(
        [10**9], np.ones(100), "erf", coefficients=np.ones(100)
    ),
    "sweep of 10^12 points": lambda: ax.sweep(
        problem_from_mapping(
            {
                "model": {"kind": "ridge_regression", "spectrum": {"eigenvalues": [1.0]}, "target": {"energies": [1.0]}},
                "grid": {
                    "n_samples": {"start": 1, "stop": 2e6, "num": 10**6}, "ridge": {"start": 0.1, "stop": 1, "num": 10**6}
                },
            },
            source="bomb",
        ),
        progress=False,
    ),
    "leap of x1**10**9": lambda: ax.leap_exponent("x1**10**9"),
    "energies to degree 10^9": lambda: ax.target_energies("relu", max_degree=10**9),
    "500 proved digits of a spectrum": lambda: ax.risk(_ridge(), n_samples=50, ridge=0.1, digits=500),
}  # fmt: skip


def run_bomb(bomb: Callable[[], Any], seconds: float = SECONDS) -> Outcome:
    """One bomb in a process of its own."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(bomb, sender))
    start = time.perf_counter()
    process.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            return Outcome("late", time.perf_counter() - start)
        kind, message = receiver.recv()
    except EOFError:
        process.join()
        return Outcome("died", time.perf_counter() - start, f"exit code {process.exitcode}")
    finally:
        process.kill()
        process.join()
    return Outcome(kind, time.perf_counter() - start, message)


def run_bombs(names: list[str] | None = None) -> dict[str, Outcome]:
    """The bombs named, or all."""
    ax.activation("relu")  # what every child would import
    return {name: run_bomb(BOMBS[name]) for name in names or BOMBS}


def _child(bomb: Callable[[], Any], sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a caveat beside an answer is well, also where warnings are errors
            bomb()
        outcome = "finished", ""
    except ax.AsymptotixError as error:
        lines = str(error).splitlines()
        outcome = ("refused" if len(lines) == 1 else "untyped"), f"{type(error).__name__}: {lines[0][:90]}"
    except BaseException as error:
        outcome = "untyped", f"{type(error).__name__}: {str(error)[:90]}"
    sender.send(outcome)


def _main() -> None:
    outcomes = run_bombs()
    for name, outcome in outcomes.items():
        print(f"{outcome.kind:9s} {outcome.seconds:5.1f} s  {name:34s} {outcome.message}", flush=True)
    print(f"{sum(outcome.well for outcome in outcomes.values())} of {len(outcomes)} bombs finished or were refused in one line")


if __name__ == "__main__":
    _main()
