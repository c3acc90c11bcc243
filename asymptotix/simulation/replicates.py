"""The loop over trials, one for every kind of simulation: rounds of replicates, kept as they finish; the curve made of them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.report.numbers import short_number
from asymptotix.results import Fields, SimulatedCurve
from asymptotix.runs.cell_table import CellWatch
from asymptotix.runs.engine import run_tasks
from asymptotix.runs.progress import Progress, reporting
from asymptotix.runs.task_failure import TaskFailure
from asymptotix.simulation.control_regression import adjusted, fewest_trials
from asymptotix.simulation.effort import BudgetEffort, Effort, FixedEffort, Tally
from asymptotix.simulation.ledger import Ledger

__all__ = ["CellRows", "Outcome", "Replicates", "Trial", "collect", "curve_of"]

FloatArray = NDArray[np.float64]

_NAMED = 3  # points that a warning spells out


@dataclass(frozen=True)
class Trial:
    """One replicate of one cell."""

    cell: int
    replicate: int


@dataclass(frozen=True)
class Replicates:
    """What is to be repeated: `function` of a trial gives rows (field, point of the cell), and a trial alone decides them.

    `positions[c]`: the points of cell c in the flattened grid; `cells[c]`: its parameters, for stores and warnings. The last
    `n_controls` rows are those of control variates, the same at all points: their deviations from known means.
    """

    function: Callable[[Trial], FloatArray]
    names: tuple[str, ...]
    positions: tuple[NDArray[np.int64], ...]
    cells: tuple[Mapping[str, Any], ...]
    n_controls: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        """The names without those of the controls."""
        return self.names[: len(self.names) - self.n_controls]


@dataclass
class CellRows:
    """The finished trials of a cell, by number: rows (field, point)."""

    rows: dict[int, FloatArray] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, replicate: int, rows: FloatArray, seconds: float) -> None:
        """One more trial."""
        self.rows[replicate] = rows
        self.seconds += seconds

    def stacked(self, rows: int, points: int) -> FloatArray:
        """All trials in the order of their numbers, (trials, rows, points)."""
        return np.array([self.rows[replicate] for replicate in sorted(self.rows)]).reshape(len(self.rows), rows, points)

    def tally(self, work: Replicates, judged: int, points: int) -> Tally:
        """Of the field in place `judged`."""
        order, first = sorted(self.rows), len(work.fields)
        draws = np.array([self.rows[replicate][judged] for replicate in order]).reshape(len(order), points)
        known = [self.rows[replicate][first:, 0] for replicate in order] if work.n_controls else None
        controls = None if known is None else np.array(known).reshape(len(order), work.n_controls)
        return Tally(draws, self.seconds / max(len(order), 1), controls)


@dataclass
class Outcome:
    """All trials that finished, cells that failed, and whether the run was interrupted."""

    cells: list[CellRows]
    failures: dict[int, TaskFailure] = field(default_factory=dict)
    interrupted: bool = False


@dataclass(frozen=True)
class _Timed:
    """The function of a trial, with the seconds that it took."""

    function: Callable[[Trial], FloatArray]

    def __call__(self, trial: Trial) -> tuple[FloatArray, float]:
        start = time.perf_counter()
        rows = self.function(trial)
        return rows, time.perf_counter() - start


def collect(
    work: Replicates,
    effort: Effort,
    *,
    quantity: str,
    executor: Executor | None,
    progress: Progress,
    ledger: Ledger | None = None,
    deadline: float | None = None,
) -> Outcome:
    """Run rounds of trials until the effort is satisfied.

    With a ledger or a deadline a cell of which a trial fails is given up, and the others go on.

    Raises:
        InvalidInputError: there is no such quantity.
        KeyboardInterrupt: before any trial had finished.
        Exception: what a trial raised, without a ledger and a deadline.
    """
    if quantity not in work.fields:
        raise InvalidInputError("quantity", quantity, f"one of {', '.join(work.fields)}")
    outcome, judged = Outcome([CellRows() for _ in work.cells]), work.names.index(quantity)
    spent = ledger.resume(outcome.cells) if ledger is not None and isinstance(effort, BudgetEffort) else 0.0
    start, done = time.perf_counter() - spent, 0
    with reporting(progress, "trials") as report:
        try:
            while not effort.over(time.perf_counter() - start):
                tallies = [cell.tally(work, judged, len(at)) for cell, at in zip(outcome.cells, work.positions, strict=True)]
                targets = effort.targets(tallies, time.perf_counter() - start)
                tasks = _missing(outcome, targets)
                if not tasks:
                    break
                if ledger is not None:
                    tasks = ledger.recall(tasks, outcome.cells)
                if isinstance(report, CellWatch):
                    report.planned(work.cells, [len(cell.rows) for cell in outcome.cells], targets)
                before, done = done, done + len(tasks)
                for _ in _round(work, tasks, outcome, executor, ledger, deadline, report, before):
                    if effort.over(time.perf_counter() - start):
                        break
        except KeyboardInterrupt:
            if not any(cell.rows for cell in outcome.cells):
                raise
            outcome.interrupted = True
        finally:
            if ledger is not None:
                ledger.flush()
    return outcome


def _missing(outcome: Outcome, targets: Sequence[int]) -> list[Trial]:
    """All cells of a replicate before the next one, so that an interrupted run has about the same number of trials everywhere."""
    return [
        Trial(index, replicate)
        for replicate in range(max(targets))
        for index, cell in enumerate(outcome.cells)
        if replicate < targets[index] and replicate not in cell.rows and index not in outcome.failures
    ]


def _later(report: Callable[[int, int], object], before: int) -> Callable[[int, int], object]:
    return lambda done, total: report(before + done, before + total)


def _round(
    work: Replicates,
    tasks: Sequence[Trial],
    outcome: Outcome,
    executor: Executor | None,
    ledger: Ledger | None,
    deadline: float | None,
    report: Callable[[int, int], object],
    before: int,
) -> Any:
    """Run some trials, put each into its place and into the ledger, and yield after each."""
    keeps_going: dict[str, Any] = {"on_failure": "yield", "deadline": deadline} if ledger or deadline is not None else {}
    watch, later = report if isinstance(report, CellWatch) else None, _later(report, before)
    with closing(run_tasks(tasks, _Timed(work.function), executor=executor, report=later, **keeps_going)) as results:  # type: ignore[type-var] # a generator, typed as the iterator that it is
        for index, result in results:
            trial = tasks[index]
            if isinstance(result, TaskFailure):
                if ledger is not None:
                    ledger.fail(trial, result)
                outcome.failures.setdefault(trial.cell, result)
                if watch is not None:
                    watch.failed(trial.cell, result.message)
            else:
                rows, seconds = result
                if watch is not None:
                    watch.finished(trial.cell, seconds)
                outcome.cells[trial.cell].add(trial.replicate, rows, seconds)
                if ledger is not None:
                    ledger.keep(trial, rows, seconds)
            yield


def curve_of(
    model: Any,
    work: Replicates,
    outcome: Outcome,
    effort: Effort,
    *,
    grid: dict[str, FloatArray],
    shape: tuple[int, ...],
    noise_variance: float,
    seed: int,
    quantity: str,
) -> SimulatedCurve:
    """Means over the trials of each cell, NaN in a cell that failed; warns of what is missing."""
    points = int(np.prod(shape))
    for index in outcome.failures:
        outcome.cells[index] = CellRows()
    longest = max((max(cell.rows, default=-1) + 1 for cell in outcome.cells), default=0)
    length = effort.n_trials if isinstance(effort, FixedEffort) else max(longest, 1)
    draws, counts = np.full((len(work.names), length, points), np.nan), np.zeros(points, dtype=np.int64)
    for cell, positions in zip(outcome.cells, work.positions, strict=True):
        for replicate, rows in cell.rows.items():
            draws[:, replicate, positions] = rows
        counts[positions] = len(cell.rows)
    _warn(work, outcome, effort, counts, quantity)
    everything = {name: values.reshape(length, *shape) for name, values in zip(work.names, draws, strict=True)}
    samples = {name: everything.pop(name) for name in work.fields}
    controlled: dict[str, Any] = {}
    values = {name: _mean(one) for name, one in samples.items()}
    if work.n_controls:
        values, errors, fitted = _adjusted(work, outcome, shape)
        controlled = {"controls": Fields(everything), "adjusted_standard_error": Fields(errors), "n_controls": fitted}
    return SimulatedCurve(
        model=type(model).__name__,
        grid=grid,
        values=Fields(values),
        noise_variance=noise_variance,
        references=tuple(getattr(model, "references", ())),
        samples=Fields(samples),
        n_trials=counts.reshape(shape),
        seed=seed,
        interrupted=outcome.interrupted,
        **controlled,
    )


def _adjusted(
    work: Replicates, outcome: Outcome, shape: tuple[int, ...]
) -> tuple[dict[str, FloatArray], dict[str, FloatArray], NDArray[np.int64]]:
    """Means and standard errors of each field by the control variates, and how many coefficients were fitted, on the grid."""
    count, points = len(work.fields), int(np.prod(shape))
    both, fitted = np.full((2, count, points), np.nan), np.zeros(points, dtype=np.int64)
    for cell, positions in zip(outcome.cells, work.positions, strict=True):
        rows = cell.stacked(len(work.names), len(positions))
        found = adjusted(rows[:, :count].reshape(len(rows), -1), rows[:, count:, 0])
        for part, values in zip(both, (found.mean, found.standard_error), strict=True):
            part[:, positions] = values.reshape(count, -1)
        fitted[positions] = found.n_controls
    means, errors = ({name: row.reshape(shape) for name, row in zip(work.fields, part, strict=True)} for part in both)
    return means, errors, fitted.reshape(shape)


def _mean(draws: FloatArray) -> FloatArray:
    """Mean over the trials that were run; NaN, silently, where there is none."""
    count = np.sum(~np.isnan(draws), axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(draws, axis=0) / count)


def _warn(work: Replicates, outcome: Outcome, effort: Effort, counts: NDArray[np.int64], quantity: str) -> None:
    lines = []
    if outcome.failures:
        named = [f"{_where(work, cell)}: {failure.message}" for cell, failure in list(outcome.failures.items())[:_NAMED]]
        lines.append(
            f"{len(outcome.failures)} of {len(work.cells)} cells failed and are left out: {_listed(named, outcome.failures)}"
        )
    few = int(np.sum((counts > 0) & (counts < fewest_trials(work.n_controls))))
    if few:
        lines.append(f"control variates left out at {few} points with fewer than {fewest_trials(work.n_controls)} trials")
    if outcome.interrupted:
        lines.append(_interruption(counts, effort))
    else:
        short = _shortfalls(work, outcome, effort, work.names.index(quantity))
        if short:
            lines.append(
                f"{len(short)} of {len(counts)} points without the precision asked for: {_listed(short[:_NAMED], short)}"
            )
    for line in lines:
        warnings.warn(line, UserWarning, stacklevel=6)


def _shortfalls(work: Replicates, outcome: Outcome, effort: Effort, judged: int) -> list[str]:
    found = []
    for index, cell in enumerate(outcome.cells):
        if index not in outcome.failures:
            reasons = effort.shortfall(cell.tally(work, judged, len(work.positions[index])))
            found += [f"{_where(work, index, point)} ({reason})" for point, reason in enumerate(reasons) if reason]
    return found


def _listed(named: Sequence[str], everything: Any) -> str:
    return "; ".join(named) + ("; ..." if len(everything) > len(named) else "")


def _where(work: Replicates, cell: int, point: int | None = None) -> str:
    """The parameters of a cell, of one of its points if given."""
    shown = []
    for name, value in work.cells[cell].items():
        if not isinstance(value, list):
            shown.append(f"{name} = {short_number(value)}")
        elif point is not None:
            shown.append(f"{name} = {short_number(value[point])}")
    return ", ".join(shown)


def _interruption(counts: NDArray[np.int64], effort: Effort) -> str:
    low, high = int(counts.min()), int(counts.max())
    of = f" of {effort.most}" if isinstance(effort, FixedEffort) else ""
    kept = f"{low}{of} trials" if low == high else f"{low} to {high}{of} trials, depending on the grid point"
    return f"interrupted: kept {kept}"
