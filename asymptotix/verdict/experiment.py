"""`check`: theory and experiment on the same grid, at one size or at several, and their comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.results import RiskCurve, SimulatedCurve
from asymptotix.simulation.control_regression import fewest_trials
from asymptotix.simulation.control_variates import CONTROLS
from asymptotix.simulation.effort import DEFAULT_TRIALS, seconds_of
from asymptotix.simulation.trials import simulate
from asymptotix.verdict.comparison import compare, compare_sizes
from asymptotix.verdict.enlargement import checked_sizes, enlarged, enlarged_grid, require_enlargeable, what_is_scaled
from asymptotix.verdict.finite_size import SizeFit
from asymptotix.verdict.judgement import RESOLUTION, Verdict

__all__ = ["check"]

_FEWEST_TRIALS = 16  # at the larger sizes: with fewer, Student's law asks for more than the smaller spread gives
_COUNTED = ("df1", "df2")  # sums over the spectrum, which grow with the size


def check(
    model: Any,
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
    seed: int = 0,
    quantity: str = "test_error",
    executor: Any = None,
    store: Any = None,
    deadline: float | None = None,
    progress: Any = "auto",
    max_z_score: float | None = None,
    resolution: float = RESOLUTION,
    sizes: Any = None,
    array_namespace: str | None = None,
    control_variates: bool = False,
) -> Verdict:
    r"""Compute the theory, run the experiment on the same grid, and compare them.

    Args:
        model: as in `risk`.
        n_samples: as in `risk`, like the seven that follow.
        ridge: see `n_samples`.
        n_features: see `n_samples`.
        n_predictors: see `n_samples`.
        width: see `n_samples`.
        time: see `n_samples`.
        steps: see `n_samples`.
        step_size: see `n_samples`.
        n_trials: independent trials a grid point; 50 without it, `precision` and `budget`.
        precision: as in `simulate`: trials until the relative standard error of `quantity` is within it at every point.
        budget: as in `simulate`: what fits into a time such as "10 min". With `sizes` each size gets an equal part of it.
        max_trials: with precision or budget, the most trials at a point.
        seed: entropy of the random streams; the result does not depend on the number of workers.
        quantity: the field to judge.
        executor: any concurrent.futures.Executor; None runs in this process.
        store: a file that keeps every trial as it finishes, and from which an interrupted check goes on; see `simulate`.
        deadline: seconds after which a trial is given up; see `simulate`.
        progress: "auto", False, or a function of (done, total).
        max_z_score: limit on z; by default that of a family-wise false-alarm rate of 1e-3.
        resolution: as in `compare`.
        sizes: such as (1, 2, 4): run the experiment at these multiples of samples, features, ridge and multiplicities too, fit
            $a+C/\text{size}$ to the differences and judge a, in place of granting an allowance by the rule $E_0/n+1/p$. Sharper
            (what is granted is of second order in the size), and dearer: about 20 times for (1, 2, 4), with n_trials / size
            trials at each. Not on a data set or on a sphere, which have no copies.
        array_namespace: what computes the large products and decompositions; see `simulate`.
        control_variates: narrow the error bars by what has a known mean, where the design allows it; see `simulate`. Student's
            law then has one degree of freedom less for each coefficient that is fitted.

    Returns:
        A Verdict: `.outcome` is "agree", "disagree" or "not enough evidence"; `.summary()` says why in words.

    Raises:
        InvalidInputError: an argument out of range, two of n_trials, precision and budget, a quantity that only one side has,
            sizes of a model that has no copies, or with a store.
        StorageError: a store that cannot be used, or is of another model or seed.
        HypothesisError: as in `risk`.

    Examples:
        >>> import asymptotix as ax
        >>> model = ax.RidgeRegression(ax.Spectrum([1.0], [60]), [1.0], noise_variance=0.2)
        >>> verdict = ax.check(model, n_samples=[90, 120], ridge=0.5, progress=False)
        >>> verdict.outcome, bool(verdict.detectable.max() < 0.1)
        ('agree', True)
    """
    grid: dict[str, Any] = {
        "n_samples": n_samples, "ridge": ridge, "n_features": n_features, "n_predictors": n_predictors, "width": width,
        "time": time, "steps": steps, "step_size": step_size,
    }  # fmt: skip
    options: dict[str, Any] = {
        "seed": seed, "executor": executor, "store": store, "deadline": deadline, "progress": progress, "quantity": quantity,
        "max_trials": max_trials, "precision": precision, "array_namespace": array_namespace,
        "control_variates": control_variates,
    }  # fmt: skip
    limits: dict[str, Any] = {"quantity": quantity, "max_z_score": max_z_score, "resolution": resolution}
    if sizes is not None:
        sizes = checked_sizes(sizes)
        require_enlargeable(model)
        if store is not None:
            raise InvalidInputError("store", store, "left out with sizes", "the sizes are models of their own: simulate each")
        budget = None if budget is None else seconds_of(budget) / len(sizes)
    theory = risk(model, **grid)
    theory.quantity(quantity)
    simulated = simulate(model, **grid, n_trials=n_trials, budget=budget, **options)
    if sizes is None:
        return compare(theory, simulated, **limits)
    pairs = [(theory, simulated)]
    for size in sizes[1:]:
        larger, wider = enlarged(model, size), enlarged_grid(grid, size)
        trials = _trials_at(size, n_trials, control_variates) if precision is None and budget is None else None
        pairs.append((risk(larger, **wider), simulate(larger, **wider, n_trials=trials, budget=budget, **options)))
    return compare_sizes(theory, simulated, _fit(sizes, pairs, what_is_scaled(model, grid), quantity), **limits)


def _trials_at(size: int, n_trials: int | None, controlled: bool) -> int:
    most, fewest = (
        DEFAULT_TRIALS if n_trials is None else n_trials,
        fewest_trials(len(CONTROLS)) if controlled else _FEWEST_TRIALS,
    )
    return min(most, max(fewest, -(-most // size)))


def _fit(sizes: tuple[int, ...], pairs: list[tuple[RiskCurve, SimulatedCurve]], scaled: str, quantity: str) -> SizeFit:
    units = [float(size) if quantity in _COUNTED else 1.0 for size in sizes]
    differences = [
        (simulated.quantity(quantity) - theory.quantity(quantity)) / unit
        for (theory, simulated), unit in zip(pairs, units, strict=True)
    ]
    errors = [simulated.standard_error[quantity] / unit for (_, simulated), unit in zip(pairs, units, strict=True)]
    trials = tuple(int(np.min(simulated.n_trials - simulated.n_controls)) for _, simulated in pairs)
    return SizeFit(sizes, scaled, np.stack(differences), np.stack(errors), trials)
