"""`sweep`: the grid of a problem file through theory, simulation and verdict, with a store from which a killed one goes on."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from asymptotix.errors import InvalidInputError, StorageError
from asymptotix.problems.loader import load_problem, problem_from_mapping
from asymptotix.problems.problem import Problem
from asymptotix.sweeps.result import Sweep

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from asymptotix.runs.store import Store

__all__ = ["problem_of_store", "sweep"]


def sweep(
    problem: str | os.PathLike[str] | Problem | Mapping[str, Any],
    *,
    store: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    n_trials: int | None = None,
    precision: float | None = None,
    budget: float | str | None = None,
    max_trials: int | None = None,
    quantity: str = "test_error",
    seed: int | None = None,
    deadline: float | None = None,
    progress: Any = "auto",
    every: float | str | None = None,
    on_partial: Callable[[Sweep], object] | None = None,
) -> Sweep:
    """Theory, simulation and verdict over the grid of a problem file.

    Args:
        problem: the path of a problem file, its content as a mapping, or a Problem.
        store: a file that keeps every trial as it finishes, with the problem. The same call goes on where a killed one stopped,
            and gives what it would have given, bit for bit.
        executor: any `concurrent.futures.Executor`, such as `ax.WorkerPool()`; None runs in this process.
        n_trials: trials at each point, in place of what the file says; so are the two that follow.
        precision: in place of n_trials, the relative standard error of `quantity` at each point; see `simulate`.
        budget: in place of n_trials, a time such as "10 min"; see `simulate`.
        max_trials: with precision or budget, here or in the file, the most trials at a point.
        quantity: the field to judge.
        seed: in place of the file's.
        deadline: seconds after which a trial, and with it its cell, is given up.
        progress: "auto" (on a terminal a live table of trials, rate, time left and cells, with the latest, the slowest and the
            failed ones by name; nothing in a pipe), True, False, or a function of (done, total).
        every: seconds, or a time such as "5 min", after which `on_partial` is called again with what there is so far; needs a
            store.
        on_partial: called with a Sweep in between; given with `every` or not at all.

    Returns:
        A Sweep. Cells that failed are NaN there and named in a warning; interrupted by Ctrl-C it has what was finished.

    Raises:
        ProblemFileError: the file cannot be read.
        StorageError: the store is of another problem or seed (the difference is shown), or cannot be used.
        InvalidInputError: an argument out of range, two of n_trials, precision and budget.

    Example:
        >>> import asymptotix as ax
        >>> problem = {
        ...     "model": {"kind": "ridge_regression", "noise_variance": 0.2, "target": {"energies": [1.0]},
        ...               "spectrum": {"eigenvalues": [1.0], "multiplicities": [60]}},
        ...     "grid": {"n_samples": [90, 120], "ridge": 0.5},
        ... }
        >>> ax.sweep(problem, n_trials=40, progress=False).verdict.outcome
        'agree'
    """
    problem = _problem(problem)
    efforts = problem.effort(n_trials=n_trials, precision=precision, budget=budget, max_trials=max_trials)
    seed = problem.seed if seed is None else seed
    pause = _pause(every, on_partial, store)
    options = {**efforts, "quantity": quantity, "seed": seed, "executor": executor, "deadline": deadline}
    opened = None if store is None else _opened(store, problem, seed, {**efforts, "quantity": quantity, "seed": seed})
    with nullcontext() if opened is None else opened:
        run = _Run(problem, {**options, "store": opened}, None if opened is None else opened.path)
        return run.finish(progress, pause, on_partial)


def _pause(every: float | str | None, on_partial: Callable[[Sweep], object] | None, store: object) -> float | None:
    """The seconds of `every`."""
    from asymptotix.simulation.effort import seconds_of

    if every is not None and store is None:
        raise InvalidInputError("every", every, "left out without a store", "what is finished is read from it")
    if (every is None) != (on_partial is None) or not (on_partial is None or callable(on_partial)):
        raise InvalidInputError("on_partial", on_partial, "a function of a Sweep, given with every or not at all")
    return None if every is None else seconds_of(every, name="every")


@dataclass(frozen=True)
class _Run:
    """One sweep that is going on."""

    problem: Problem
    options: dict[str, Any]
    path: Path | None

    def finish(self, progress: Any, every: float | None, on_partial: Callable[[Sweep], object] | None) -> Sweep:
        """To the end, with a stop every so many seconds to hand over what there is."""
        from asymptotix.equivalents.dispatch import risk
        from asymptotix.runs.cell_table import watching

        grid: dict[str, Any] = self.problem.grid
        theory = risk(self.problem.model, **grid)
        theory.quantity(self.options["quantity"])
        with watching(progress, self.problem.title, whole=self.options["n_trials"] is not None) as report:
            if every is None or on_partial is None:
                return self._judged(theory, report)
            while True:
                with _clock(report, every) as clock, warnings.catch_warnings():
                    warnings.filterwarnings("ignore", message="interrupted: kept")
                    found = self._judged(theory, clock)
                if not clock.rang:
                    return found
                on_partial(found)

    def _judged(self, theory: Any, progress: Any) -> Sweep:
        from asymptotix.simulation.trials import simulate
        from asymptotix.verdict.comparison import compare

        grid: dict[str, Any] = self.problem.grid
        simulation = simulate(self.problem.model, **grid, **self.options, progress=progress)
        verdict = compare(theory, simulation, quantity=self.options["quantity"])
        return Sweep(self.problem.title, theory, simulation, verdict, self.path)


class _Clock:
    """A report of trials and cells that interrupts the run when its time has come; what is finished is in the store.

    Not before a trial has finished: trials that fail are tried again in the next part, and a run of these alone would not end.
    """

    def __init__(self, report: Callable[[int, int], object], seconds: float) -> None:
        from asymptotix.runs.cell_table import CellWatch

        self._report, self._end, self._gains, self.rang = report, time.monotonic() + seconds, False, False
        self._watch = report if isinstance(report, CellWatch) else None

    def __call__(self, done: int, total: int) -> None:
        self._report(done, total)
        if self._gains and time.monotonic() >= self._end and done < total:
            self.rang = True
            raise KeyboardInterrupt

    def planned(self, cells: Sequence[Mapping[str, Any]], done: Sequence[int], targets: Sequence[int]) -> None:
        if self._watch is not None:
            self._watch.planned(cells, done, targets)

    def finished(self, cell: int, seconds: float) -> None:
        self._gains = True
        if self._watch is not None:
            self._watch.finished(cell, seconds)

    def failed(self, cell: int, message: str) -> None:
        if self._watch is not None:
            self._watch.failed(cell, message)


@contextmanager
def _clock(progress: Any, seconds: float) -> Iterator[_Clock]:
    from asymptotix.runs.progress import reporting

    with reporting(progress, "trials") as report:
        yield _Clock(report, seconds)


def _problem(problem: Any) -> Problem:
    if isinstance(problem, Problem):
        return problem
    if isinstance(problem, Mapping):
        return problem_from_mapping(problem, source="problem")
    if isinstance(problem, str | os.PathLike):
        return load_problem(Path(problem))
    raise InvalidInputError("problem", problem, "the path of a problem file, its content as a mapping, or a Problem")


def _opened(path: str | os.PathLike[str], problem: Problem, seed: int, effort: dict[str, Any]) -> Store:
    """The store of a sweep, with everything in it that `problem_of_store` needs."""
    from asymptotix.runs.store import open_store
    from asymptotix.simulation.ledger import STREAM, design_key

    content = problem.schema.model_dump(mode="python", exclude_unset=True)
    identity = {
        "kind": "sweep", "model": content["model"], "grid": content["grid"], "design": design_key(problem.model), "seed": seed,
        "stream": STREAM,
    }  # fmt: skip
    store = open_store(path, identity=identity)
    try:
        store.note("problem", {"content": content, "source": problem.source, "folder": os.getcwd()})
        store.note("effort", effort)
        trials = effort["n_trials"]
        store.note("planned", None if trials is None else trials * _cells(problem))
    except BaseException:
        store.close()
        raise
    return store


def _cells(problem: Problem) -> int:
    """Cells of the grid: its points, those along the ridge, time or steps counted once."""
    sizes = [values for name, values in problem.grid.items() if name in ("n_samples", "n_features", "n_predictors", "width")]
    stacked = np.stack([values.ravel() for values in np.broadcast_arrays(*sizes)])
    return int(np.unique(stacked, axis=1).shape[1])


def problem_of_store(path: str | os.PathLike[str]) -> tuple[Problem, dict[str, Any]]:
    """The problem that a store of a sweep is of, and how it was run: n_trials, precision, budget, max_trials, quantity, seed.

    Raises:
        StorageError: it is no store of a sweep.
    """
    from asymptotix.runs.store import read_store

    with read_store(path) as store:
        notes = store.notes()
    if "problem" not in notes or "effort" not in notes:
        raise StorageError(f"{path}: is not the store of a sweep: run the simulation that made it again to resume it")
    problem = problem_from_mapping(notes["problem"]["content"], source=f"{path} (from {notes['problem']['source']})")
    return problem, dict(notes["effort"])
