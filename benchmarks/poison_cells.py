"""Tasks that kill their worker, raise or hang, among others: the others complete on every engine.

`python -m benchmarks.poison_cells [--quick]` prints how many harmless tasks completed with the right value, and what became of
the poison. A thread that kills kills the process it lives in, so that on threads the poison only raises.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np

from asymptotix.runs.engine import run_tasks
from asymptotix.runs.task_failure import TaskFailure
from benchmarks.engine_kinds import ENGINES, engine

__all__ = ["Survival", "main", "poisoned_run"]


def work(poison: dict[int, str], task: int) -> float:
    """Something with BLAS in it, unless the task is poison."""
    kind = poison.get(task)
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "exit":
        os._exit(3)
    if kind == "raise":
        raise ValueError("poison")
    if kind == "hang":
        time.sleep(3600)
    return value(task)


def value(task: int) -> float:
    """The right answer."""
    time.sleep(0.01)
    return float(np.linalg.eigvalsh(np.diag(np.arange(1.0, 30.0)) + task)[-1])


@dataclass(frozen=True)
class Survival:
    """What became of a run."""

    engine: str
    harmless: int
    completed: int
    failures: dict[str, str]
    seconds: float


def poisoned_run(kind: str, *, n_tasks: int = 200, n_workers: int = 2) -> Survival:
    """A run with poison of every kind that the engine can bear, spread over the tasks."""
    kinds = {"threads": ("raise",), "pool": ("kill", "segfault", "exit", "raise", "hang")}.get(
        kind, ("kill", "segfault", "exit", "raise")
    )
    poison = {(2 * place + 1) * n_tasks // (2 * len(kinds)): name for place, name in enumerate(kinds)}
    deadline = 5.0 if "hang" in kinds else None
    start = time.monotonic()
    with warnings.catch_warnings(), engine(kind, n_workers) as executor:
        warnings.simplefilter("ignore", RuntimeWarning)  # that a broken pool was replaced
        run = run_tasks(range(n_tasks), partial(work, poison), executor=executor, deadline=deadline, on_failure="yield")
        results = dict(run)
    harmless = [task for task in range(n_tasks) if task not in poison]
    completed = sum(results[task] == value(task) for task in harmless)
    failures = {
        name: result.kind if isinstance(result := results[task], TaskFailure) else "not noticed" for task, name in poison.items()
    }
    return Survival(kind, len(harmless), completed, failures, time.monotonic() - start)


def main() -> int:
    """Print a line an engine; 0 if every harmless task completed on every engine and all poison was named."""
    n_tasks, fine = (40 if "--quick" in sys.argv[1:] else 1000), True
    for kind in ENGINES:
        done = poisoned_run(kind, n_tasks=n_tasks)
        print(f"{kind:10s} {done.completed} of {done.harmless} completed in {done.seconds:.1f} s; {done.failures}", flush=True)
        fine = fine and done.completed == done.harmless and "not noticed" not in done.failures.values()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
