"""Replicates, seeds, standard errors: a model's design to a SimulatedCurve on a grid."""

from __future__ import annotations

import warnings
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import Design, TangentFeatures
from asymptotix.results import Fields, SimulatedCurve
from asymptotix.runs.engine import run_tasks
from asymptotix.runs.progress import Progress, reporting
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.grid import Cell, broadcast_grid, cells_of, whole_number
from asymptotix.simulation.memory import require_memory
from asymptotix.simulation.observables import field_names, observe

__all__ = ["HasDesign", "Trial", "run_trial", "simulate", "simulate_grid"]

FloatArray = NDArray[np.float64]


class HasDesign(Protocol):
    """What a simulation needs of a model."""

    @property
    def design(self) -> Design:
        """How data are drawn."""


@dataclass(frozen=True)
class Trial:
    """One replicate of one cell."""

    cell: int
    replicate: int


def simulate(
    model: HasDesign,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike | None = None,
    n_features: ArrayLike | None = None,
    n_predictors: ArrayLike | None = None,
    width: ArrayLike | None = None,
    time: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    step_size: float | None = None,
    n_trials: int = 50,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress = "auto",
) -> SimulatedCurve:
    """Train on samples drawn from the model's design, many times, and average.

    Each trial draws inputs (and features); every field is then the exact average over the label noise, and the errors are exact
    over the population wherever that can be integrated (`asymptotix.simulation.population`). The ridges of one pair
    (n_samples, n_features) share the draws and one decomposition. BLAS runs on one thread: parallelism is the executor's.

    Args:
        model: anything with a `design` (and optionally `references`).
        n_samples: whole numbers >= 1.
        ridge: numbers >= 0, as in |y - f|^2 + ridge |theta|^2; 0 is the minimum-norm least-squares solution.
        n_features: whole numbers >= 1, for random features and latent spaces. The arguments broadcast by NumPy's rules.
        n_predictors: whole numbers >= 1, of random-feature predictors that are averaged; the same data, features of their own.
        width: whole numbers >= 1, of neurons, for tangent features.
        time: in place of `ridge`, of gradient flow on |y - f|^2 / 2 from 0; infinite is the minimum-norm solution.
        steps: in place of `ridge`, of gradient descent on the same from 0, with `step_size`.
        step_size: of descent, > 0.
        n_trials: independent trials at each point of the grid.
        seed: the stream of a trial is a function of seed, n_samples, n_features and the trial's number alone: the same bits
            serially, on threads, on processes, in any order, and the same draws at a point of any other grid.
        executor: any `concurrent.futures.Executor`, left open; None runs in this thread. Threads suffice on one machine; to
            processes a large kernel matrix must be sent.
        progress: "auto" (a bar if standard error is a terminal), False, or a callable (done, total).

    Returns:
        SimulatedCurve: means of bias, variance, excess_risk, test_error, train_error, squared_norm, df1, effective_ridge and
        df2 (random features: nu1 and no df2; along time and steps none of these), and classification_error on data with labels
        +-1, where one noise is drawn.

    Raises:
        InvalidInputError: an argument outside its range, shapes that do not broadcast, n_features missing or out of place, a
            trial or a grid that needs more memory than there is (said before starting).
        KeyboardInterrupt: before any trial had finished. Later, what is finished is returned with a warning.

    Source:
        Definitions: `asymptotix.conventions`, `asymptotix.simulation.observables`.
    """
    if n_predictors is not None:
        from asymptotix.simulation.ensembles import simulate_ensembles

        _setting(ridge=ridge, time=time, steps=steps, step_size=step_size)  # a time beside it is refused, and one without a ridge
        return simulate_ensembles(
            model, n_samples=n_samples, ridge=ridge, n_features=n_features, n_predictors=n_predictors,
            n_trials=n_trials, seed=seed, executor=executor, progress=progress,
        )  # fmt: skip
    if width is not None or isinstance(model.design, TangentFeatures):
        from asymptotix.simulation.tangent_trials import simulate_width

        others = {"n_features": n_features, "time": time, "steps": steps, "step_size": step_size}
        options = {"n_trials": n_trials, "seed": seed, "executor": executor, "progress": progress}
        return simulate_width(model, n_samples=n_samples, ridge=ridge, width=width, others=others, options=options)
    return simulate_grid(
        model, n_samples=n_samples, ridge=ridge, n_features=n_features, time=time, steps=steps, step_size=step_size,
        n_trials=n_trials, seed=seed, executor=executor, progress=progress,
    )  # fmt: skip


def simulate_grid(
    model: HasDesign,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike | None,
    n_features: ArrayLike | None,
    time: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    step_size: float | None = None,
    n_trials: int,
    seed: int,
    executor: Executor | None,
    progress: Progress,
) -> SimulatedCurve:
    """`simulate` of one predictor at a time, whose size is its number of features."""
    sampler = sampler_of(model.design)
    setting = _setting(ridge=ridge, time=time, steps=steps, step_size=step_size)
    grid = broadcast_grid(sampler, n_samples=n_samples, setting=setting, n_features=n_features)
    n_trials, seed = whole_number("n_trials", n_trials, minimum=1), whole_number("seed", seed, minimum=0)
    cells = cells_of(grid, step_size or 0.0)
    names = _names(sampler, setting[0] != "ridge")
    require_memory(sampler, cells, n_trials * len(names) * sum(len(cell.positions) for cell in cells))
    draws, counts, interrupted = _run(sampler, cells, n_trials, seed, executor, progress)
    if interrupted:
        warnings.warn(_interruption(counts, n_trials), UserWarning, stacklevel=3)
    shape = np.broadcast_shapes(*(values.shape for values in grid.values()))
    if step_size is not None:
        grid["step_size"] = np.asarray(float(step_size))
    samples = {name: values.reshape(n_trials, *shape) for name, values in zip(names, draws, strict=True)}
    return SimulatedCurve(
        model=type(model).__name__,
        grid=grid,
        values=Fields({name: _mean(values) for name, values in samples.items()}),
        noise_variance=sampler.noise_variance,
        references=tuple(getattr(model, "references", ())),
        samples=Fields(samples),
        n_trials=counts.reshape(shape),
        seed=seed,
        interrupted=interrupted,
    )


def _run(
    sampler: Sampler, cells: tuple[Cell, ...], n_trials: int, seed: int, executor: Executor | None, progress: Progress
) -> tuple[FloatArray, NDArray[np.int64], bool]:
    """All trials: draws (field, trial, grid point), NaN where not run; finished trials a point; whether it was interrupted."""
    # All cells of a replicate before the next one, so that an interrupted run has about the same number of trials everywhere.
    tasks = [Trial(cell, replicate) for replicate in range(n_trials) for cell in range(len(cells))]
    points = sum(len(cell.positions) for cell in cells)
    fields = _names(sampler, not isinstance(cells[0].estimator, Ridge))
    draws, counts = np.full((len(fields), n_trials, points), np.nan), np.zeros(points, dtype=np.int64)
    with reporting(progress, "trials") as report:
        try:
            for index, rows in run_tasks(tasks, partial(run_trial, sampler, cells, seed), executor=executor, report=report):
                trial = tasks[index]
                draws[:, trial.replicate, cells[trial.cell].positions] = rows
                counts[cells[trial.cell].positions] += 1
        except KeyboardInterrupt:
            if not counts.any():
                raise
            return draws, counts, True
    return draws, counts, False


def run_trial(sampler: Sampler, cells: tuple[Cell, ...], seed: int, trial: Trial) -> FloatArray:
    """One replicate of one cell: rows in the order of `field_names`, one column per ridge of the cell."""
    cell = cells[trial.cell]
    stream = np.random.SeedSequence(entropy=seed, spawn_key=(cell.n_samples, cell.n_features or 0, trial.replicate))
    rng = np.random.Generator(np.random.PCG64(stream))
    draw = sampler.draw(cell.n_samples, cell.n_features, rng)
    n_noises = (1 + len(draw.further)) * cell.n_samples
    noise = np.sqrt(sampler.noise_variance) * rng.standard_normal(n_noises) if sampler.classifies else None
    fields = observe(draw, cell.estimator, sampler.noise_variance, cell.n_features if sampler.random_weights else None, noise)
    names = _names(sampler, not isinstance(cell.estimator, Ridge))
    return np.stack([fields[name] for name in names])


def _names(sampler: Sampler, trained: bool) -> tuple[str, ...]:
    return field_names(random_weights=sampler.random_weights, classifies=sampler.classifies, trained=trained)


def _setting(*, step_size: float | None, **settings: ArrayLike | None) -> tuple[str, ArrayLike]:
    """The one setting that was given, by name; a step size goes with steps."""
    given = {name: values for name, values in settings.items() if values is not None}
    if len(given) != 1 or ("steps" in given) != (step_size is not None):
        named = [*given, *([] if step_size is None else ["step_size"])]
        raise InvalidInputError("arguments", ", ".join(named) or "none", "ridge, or time, or steps with step_size")
    if step_size is not None and not 0 < float(step_size) < np.inf:
        raise InvalidInputError("step_size", step_size, "finite and > 0")
    return next(iter(given.items()))


def _mean(draws: FloatArray) -> FloatArray:
    """Mean over the trials that were run; NaN, silently, where there is none."""
    count = np.sum(~np.isnan(draws), axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(draws, axis=0) / count)


def _interruption(counts: Any, n_trials: int) -> str:
    low, high = int(counts.min()), int(counts.max())
    kept = f"{low} of {n_trials} trials" if low == high else f"{low} to {high} of {n_trials} trials, depending on the grid point"
    return f"interrupted: kept {kept}"
