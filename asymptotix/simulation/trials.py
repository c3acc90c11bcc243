"""`simulate`: a model's design to a SimulatedCurve on a grid. What a trial is, and which kind of simulation a model asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import Design, TangentFeatures
from asymptotix.results import SimulatedCurve
from asymptotix.runs.progress import Progress
from asymptotix.simulation.control_variates import CONTROLS, control_means, controls_of, require_known_means
from asymptotix.simulation.dense import arrays_of, require_namespace
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.effort import Effort, FixedEffort, affordable, effort_of
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.grid import Cell, broadcast_grid, cells_of, whole_number
from asymptotix.simulation.ledger import ledger_of, opened
from asymptotix.simulation.memory import require_memory
from asymptotix.simulation.observables import Fit, decomposed, field_names, observe_fit
from asymptotix.simulation.replicates import Replicates, Trial, collect, curve_of

if TYPE_CHECKING:
    from asymptotix.runs.store import Store

__all__ = [
    "HasDesign", "RunOptions", "Trial", "parameters_of", "run_controlled_trial", "run_trial", "simulate", "simulate_cells",
    "simulate_grid",
]  # fmt: skip

FloatArray = NDArray[np.float64]


class HasDesign(Protocol):
    """What a simulation needs of a model."""

    @property
    def design(self) -> Design:
        """How data are drawn."""


@dataclass(frozen=True)
class RunOptions:
    """How a simulation is run, whatever its kind: the arguments of `simulate` of these names."""

    n_trials: int | None = None
    precision: float | None = None
    budget: float | str | None = None
    max_trials: int | None = None
    quantity: str = "test_error"
    seed: int = 0
    executor: Executor | None = None
    store: str | os.PathLike[str] | Store | None = None
    deadline: float | None = None
    progress: Progress = "auto"
    array_namespace: str | None = None
    control_variates: bool = False

    def effort(self) -> Effort:
        """How many trials."""
        careful = self.store is not None or self.deadline is not None
        return effort_of(
            n_trials=self.n_trials, precision=self.precision, budget=self.budget, max_trials=self.max_trials,
            workers=self.workers, first=careful, n_controls=len(CONTROLS) if self.control_variates else 0,
        )  # fmt: skip

    @property
    def workers(self) -> int:
        """Of the executor."""
        # Not part of the executor protocol, but the pools of the standard library and loky have it.
        return 1 if self.executor is None else int(getattr(self.executor, "_max_workers", None) or os.cpu_count() or 1)


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
    n_trials: int | None = None,
    precision: float | None = None,
    budget: float | str | None = None,
    max_trials: int | None = None,
    quantity: str = "test_error",
    seed: int = 0,
    executor: Executor | None = None,
    store: str | os.PathLike[str] | Store | None = None,
    deadline: float | None = None,
    progress: Progress = "auto",
    array_namespace: str | None = None,
    control_variates: bool = False,
) -> SimulatedCurve:
    """Train on samples drawn from the model's design, many times, and average.

    Each trial draws inputs (and features); every field is then the exact average over the label noise, and the errors are exact
    over the population wherever that can be integrated (`asymptotix.simulation.population`). The ridges of one pair
    (n_samples, n_features), a cell, share the draws and one decomposition. BLAS runs on one thread: to be parallel is up to the
    executor.

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
        n_trials: independent trials at each point of the grid; 50 without it, `precision` and `budget`.
        precision: in place of n_trials, the relative standard error of `quantity` at each point, such as 0.01. Trials are run in
            rounds that are planned from completed rounds alone, so that their number is the same for every executor: a pilot of
            32, then as many as the spread asks for, at most twice as many a round, until the standard error plus its own standard
            error is within the precision (which leaves little of the bias of stopping when a standard error happens to be small).
            A point whose draws have no finite variance (tail index at most 2, judged from 512 trials on) is given up, and named
            in a warning.
        budget: in place of n_trials, seconds or a text ("30 s", "10 min", "2 h"), spent so that the largest relative standard
            error is as small as it can be. How many trials that makes depends on the clock, and stands in `n_trials` of the
            result; each of them is the same draw in every run. A trial that is running is finished.
        max_trials: with precision or budget, the most trials of a cell; 10,000 if left out, fewer where they would not fit into
            memory.
        quantity: the field that precision and budget look at.
        seed: the stream of a trial is a function of seed, n_samples, n_features and the trial's number alone: the same bits
            serially, on threads, on processes, in any order, and the same draws at a point of any other grid.
        executor: any `concurrent.futures.Executor`, left open; None runs in this thread. Threads suffice on one machine; to
            processes a large kernel matrix must be sent.
        store: a file (SQLite) that keeps every trial as it finishes. Run again with the same file, the trials in it are read: the
            result is that of a run that was never interrupted, bit for bit. With precision or more trials the store grows; the
            seconds in it count towards a budget. Another grid of the same model and seed may share it.
        deadline: seconds after which a trial is given up; it needs an executor that can end a trial (`ax.WorkerPool`).
        progress: "auto" (a bar if standard error is a terminal), False, or a callable (done, total).
        array_namespace: the name of an installed module that follows the array API standard ("torch", "cupy"), which computes the
            large products and decompositions; random numbers are NumPy's, and the results the same to rounding.
        control_variates: keep of each trial also the trace of its kernel matrix, of the square of that, and the energy and the
            alignment of the noise-free labels, whose means are known (Gaussian covariates, and random features of them), and
            take from every field what a regression on them explains, with coefficients from the other trials alone: the means
            stay exactly unbiased, the standard errors pay for the coefficients, and `variance_reduction` says what it brought.
            The draws and `samples` are those of a run without. At least 40 trials.

    Returns:
        SimulatedCurve: means of bias, variance, excess_risk, test_error, train_error, squared_norm, df1, effective_ridge and
        df2 (random features: nu1 and no df2; along time and steps none of these), and classification_error on data with labels
        +-1, where one noise is drawn. With a store or a deadline a cell of which a trial fails is NaN with n_trials 0, and a
        warning names it; without them the error is raised.

    Raises:
        InvalidInputError: an argument outside its range, shapes that do not broadcast, n_features missing or out of place, two of
            n_trials, precision and budget, a store for a model that holds code, a trial or a grid that needs more memory than
            there is (said before starting).
        StorageError: the store is of another model or seed (the difference is shown), or cannot be used.
        KeyboardInterrupt: before any trial had finished. Later, what is finished is returned with a warning.

    Source:
        Definitions: `asymptotix.conventions`, `asymptotix.simulation.observables`.

    Example:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [40]), [1.0], noise_variance=0.2)
        >>> curve = ax.simulate(model, n_samples=[30, 160], ridge=0.1, precision=0.02, progress=False)
        >>> relative = curve.standard_error.test_error / curve.test_error
        >>> bool(relative.max() <= 0.02), bool(curve.n_trials[0] > curve.n_trials[1])
        (True, True)
    """
    options = RunOptions(
        n_trials, precision, budget, max_trials, quantity, seed, executor, store, deadline, progress, array_namespace,
        bool(control_variates),
    )  # fmt: skip
    if n_predictors is not None:
        from asymptotix.simulation.ensembles import simulate_ensembles

        if control_variates:
            raise InvalidInputError(
                "control_variates", True, "left out with n_predictors", "their means are those of one predictor"
            )
        _setting(ridge=ridge, time=time, steps=steps, step_size=step_size)  # a time beside it is refused, and one without a ridge
        return simulate_ensembles(
            model, n_samples=n_samples, ridge=ridge, n_features=n_features, n_predictors=n_predictors, options=options
        )
    if width is not None or isinstance(model.design, TangentFeatures):
        from asymptotix.simulation.tangent_trials import simulate_width

        others = {"n_features": n_features, "time": time, "steps": steps, "step_size": step_size}
        return simulate_width(model, n_samples=n_samples, ridge=ridge, width=width, others=others, options=options)
    return simulate_grid(
        model, n_samples=n_samples, ridge=ridge, n_features=n_features, time=time, steps=steps, step_size=step_size,
        options=options,
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
    options: RunOptions,
) -> SimulatedCurve:
    """`simulate` of one predictor at a time, whose size is its number of features."""
    sampler = sampler_of(model.design)
    setting = _setting(ridge=ridge, time=time, steps=steps, step_size=step_size)
    grid = broadcast_grid(sampler, n_samples=n_samples, setting=setting, n_features=n_features)
    seed, effort = whole_number("seed", options.seed, minimum=0), options.effort()
    cells = cells_of(grid, step_size or 0.0)
    names, trial, n_controls = _names(sampler, setting[0] != "ridge"), run_trial, 0
    if options.control_variates:
        require_known_means(sampler, model)
        names, trial, n_controls = (*names, *CONTROLS), run_controlled_trial, len(CONTROLS)
    numbers = len(names) * sum(len(cell.positions) for cell in cells)
    require_memory(sampler, cells, numbers * (effort.most if isinstance(effort, FixedEffort) else 1))
    shape = np.broadcast_shapes(*(values.shape for values in grid.values()))
    settings = np.broadcast_to(grid[setting[0]], shape).ravel()
    extra = {} if step_size is None else {"step_size": float(step_size)}
    parameters = tuple(parameters_of(cell, setting[0], settings) | extra for cell in cells)
    if step_size is not None:
        grid["step_size"] = np.asarray(float(step_size))
    positions = tuple(cell.positions for cell in cells)
    work = Replicates(partial(trial, sampler, cells, seed), names, positions, parameters, n_controls)
    return simulate_cells(model, work, effort, options, grid=grid, shape=shape, noise_variance=sampler.noise_variance)


def simulate_cells(
    model: Any,
    work: Replicates,
    effort: Effort,
    options: RunOptions,
    *,
    grid: dict[str, FloatArray],
    shape: tuple[int, ...],
    noise_variance: float,
) -> SimulatedCurve:
    """Run what there is to run, with the store if there is one, and make the curve of it."""
    if options.array_namespace is not None:
        require_namespace(options.array_namespace)  # here, before the first trial
        work = replace(work, function=partial(_in_namespace, options.array_namespace, work.function))
    effort, seed = affordable(effort, len(work.names) * int(np.prod(shape))), options.seed
    store, ours = (None, False) if options.store is None else opened(options.store, model, seed)
    with store if ours and store is not None else nullcontext():
        outcome = collect(
            work, effort, quantity=options.quantity, executor=options.executor, progress=options.progress,
            ledger=ledger_of(store, model, seed, work.names, work.cells, options.workers), deadline=options.deadline,
        )  # fmt: skip
    return curve_of(
        model, work, outcome, effort, grid=grid, shape=shape, noise_variance=noise_variance, seed=seed, quantity=options.quantity
    )


def parameters_of(cell: Cell, setting: str, settings: FloatArray) -> dict[str, Any]:
    """What a cell is: its sizes, and the list of its ridges (times, numbers of steps)."""
    sizes: dict[str, Any] = {"n_samples": cell.n_samples}
    if cell.n_features is not None:
        sizes["n_features"] = cell.n_features
    return {**sizes, setting: settings[cell.positions].tolist()}


def run_trial(sampler: Sampler, cells: tuple[Cell, ...], seed: int, trial: Trial) -> FloatArray:
    """One replicate of one cell: rows in the order of `field_names`, one column per ridge of the cell."""
    return _observed(sampler, cells[trial.cell], seed, trial.replicate)[1]


def run_controlled_trial(sampler: Sampler, cells: tuple[Cell, ...], seed: int, trial: Trial) -> FloatArray:
    """The same with the rows of the control variates below, each the same in all columns."""
    cell = cells[trial.cell]
    fitted, rows = _observed(sampler, cell, seed, trial.replicate)
    controls = controls_of(fitted, control_means(sampler, cell.n_samples, cell.n_features))
    return np.vstack([rows, np.repeat(controls[:, None], rows.shape[1], axis=1)])


def _observed(sampler: Sampler, cell: Cell, seed: int, replicate: int) -> tuple[Fit, FloatArray]:
    """The decomposed training set of a trial, and its fields as rows."""
    stream = np.random.SeedSequence(entropy=seed, spawn_key=(cell.n_samples, cell.n_features or 0, replicate))
    rng = np.random.Generator(np.random.PCG64(stream))
    draw = sampler.draw(cell.n_samples, cell.n_features, rng)
    n_noises = (1 + len(draw.further)) * cell.n_samples
    noise = np.sqrt(sampler.noise_variance) * rng.standard_normal(n_noises) if sampler.classifies else None
    fitted, weights = decomposed(draw, cell.estimator), cell.n_features if sampler.random_weights else None
    fields = observe_fit(fitted, cell.estimator, sampler.noise_variance, weights, noise)
    names = _names(sampler, not isinstance(cell.estimator, Ridge))
    return fitted, np.stack([fields[name] for name in names])


def _in_namespace(name: str, function: Callable[[Trial], FloatArray], trial: Trial) -> FloatArray:
    with arrays_of(name):  # where the trial runs: a context is that of one thread
        return function(trial)


def _names(sampler: Sampler, trained: bool) -> tuple[str, ...]:
    return field_names(random_weights=sampler.random_weights, classifies=sampler.classifies, trained=trained)


def _setting(*, step_size: float | None, **settings: ArrayLike | None) -> tuple[str, ArrayLike]:
    """The one setting that was given, by name; a step size goes with steps."""
    given = {name: values for name, values in settings.items() if values is not None}
    if len(given) != 1 or ("steps" in given) != (step_size is not None):
        named = [*given, *([] if step_size is None else ["step_size"])]
        raise InvalidInputError("arguments", ", ".join(named) or "none", "ridge, or time, or steps with step_size")
    if step_size is not None and not _is_positive(step_size):
        raise InvalidInputError("step_size", step_size, "finite and > 0")
    return next(iter(given.items()))


def _is_positive(value: Any) -> bool:
    try:
        return 0 < float(value) < np.inf
    except (TypeError, ValueError):
        return False
