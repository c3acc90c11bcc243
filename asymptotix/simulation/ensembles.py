r"""Ensembles: the average of K ridge predictors with random features of their own on one training set.

K sets of p features are one draw of K p features, cut into blocks: with Z the (n, K p) matrix, normalized by (K p)^(-1/2), block
k is K^(-1/2) times the features Z_k of predictor k, and the average (1/K) sum_k z_k' a_k is z' theta, theta_k = K^(-1/2) a_k. So
every sampler with random weights serves, and its population is exact across the predictors. Given the draw theta is linear in
the labels, theta = M y, and everything is averaged over label noise exactly:

    bias          risk of M f + unlearned (1 + V)          variance   noise V,  V = sum_i E (z' M e_i)^2
    train_error   |(1 - Z M) y|^2 / n                      df1        Tr Z M
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.results import SimulatedCurve
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.draws import Draw, Sampler
from asymptotix.simulation.estimators import SpectralFit, fit
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.grid import Cell, broadcast_grid, cells_of, whole_number
from asymptotix.simulation.replicates import Replicates, Trial
from asymptotix.simulation.trials import RunOptions, parameters_of, simulate_cells

__all__ = ["EnsembleCell", "run_ensemble_trial", "simulate_ensembles"]

FloatArray = NDArray[np.float64]

FIELDS = ("excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk", "squared_norm", "df1")
ROUNDING_RTOL = 1e-2  # of the excess risk of one trial: beyond it a trial is refused
MAX_ENTRIES = 2**27  # of a matrix of one trial, a gigabyte


@dataclass(frozen=True)
class EnsembleCell:
    """All grid points with one (n_samples, n_features, n_predictors)."""

    cell: Cell
    n_predictors: int


def simulate_ensembles(
    model: Any,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike | None,
    n_features: ArrayLike | None,
    n_predictors: ArrayLike,
    options: RunOptions,
) -> SimulatedCurve:
    """`simulate` for averages of predictors; the effective ridges, which are those of each member, are left out.

    With one predictor the draws are those of `simulate` without n_predictors.

    Raises:
        InvalidInputError: an argument out of range, a model without random features, or trials too large for memory.
        KeyboardInterrupt: before any trial had finished.
    """
    sampler = sampler_of(model.design)
    if not sampler.random_weights:
        raise InvalidInputError("n_predictors", n_predictors, f"left out: a {type(model).__name__} has no random features")
    if ridge is None:
        raise InvalidInputError("ridge", None, "given: ensembles are of ridge predictors")
    grid = broadcast_grid(sampler, n_samples=n_samples, setting=("ridge", ridge), n_features=n_features)
    grid["n_predictors"] = _members(n_predictors)
    seed, effort = whole_number("seed", options.seed, minimum=0), options.effort()
    cells, shape = _cells(grid)
    ridges = np.broadcast_to(grid["ridge"], shape).ravel()
    parameters = tuple({**parameters_of(one.cell, "ridge", ridges), "n_predictors": one.n_predictors} for one in cells)
    positions = tuple(one.cell.positions for one in cells)
    work = Replicates(partial(run_ensemble_trial, sampler, cells, seed), FIELDS, positions, parameters)
    return simulate_cells(model, work, effort, options, grid=grid, shape=shape, noise_variance=sampler.noise_variance)


def run_ensemble_trial(sampler: Sampler, cells: tuple[EnsembleCell, ...], seed: int, trial: Trial) -> FloatArray:
    """One replicate of one cell: rows in the order of `FIELDS`, one column per ridge of the cell."""
    one = cells[trial.cell]
    n, p, members = one.cell.n_samples, one.cell.n_features, one.n_predictors
    assert p is not None
    key = (n, p, trial.replicate) if members == 1 else (n, p, trial.replicate, members)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=key)))
    draw = sampler.draw(n, members * p, rng)
    assert isinstance(one.cell.estimator, Ridge)
    maps = _label_maps(draw, members, one.cell.estimator)
    columns = [_observed(draw, theta, sampler.noise_variance) for theta in maps]
    return np.array([[column[name] for column in columns] for name in FIELDS])


def _label_maps(draw: Draw, members: int, estimator: Ridge) -> list[FloatArray]:
    """M for each ridge, (K p, n)."""
    width = draw.matrix.shape[1] // members
    maps = [np.empty((draw.matrix.shape[1], len(draw.labels))) for _ in estimator.ridges]
    for start in range(0, draw.matrix.shape[1], width):
        block = slice(start, start + width)
        fitted = fit(replace(draw, matrix=draw.matrix[:, block] * np.sqrt(members)), estimator.smallest_ridge)
        gains, loads = estimator.gains(fitted.eigenvalues), _loads(fitted)
        for index, theta in enumerate(maps):
            theta[block] = fitted.directions @ (gains[:, index, None] * loads) / np.sqrt(members)
    return maps


def _loads(fitted: SpectralFit) -> FloatArray:
    """The map from labels to b, (r, n); see `estimators`."""
    if fitted.left is None:
        return np.asarray(fitted.directions.T @ fitted.draw.matrix.T)
    return np.asarray(fitted.left.T if fitted.dual else np.sqrt(fitted.eigenvalues)[:, None] * fitted.left.T)


def _observed(draw: Draw, theta: FloatArray, noise_variance: float) -> dict[str, float]:
    n = len(draw.labels)
    unit_variance = float(np.sum(draw.population.squares(theta)))
    coefficients = theta @ draw.labels
    bias = float(draw.population.excess(coefficients[:, None])[0]) + draw.unlearned * (1.0 + unit_variance)
    variance = noise_variance * unit_variance
    squares = float(np.sum(theta**2))
    norm = float(np.sum(coefficients**2)) + (noise_variance + draw.unlearned) * squares
    if draw.population.rounding * norm > ROUNDING_RTOL * (bias + variance):
        raise HypothesisError(
            f"the ridge is too small for double precision with n_samples = {n}: the predictor has squared norm {norm:.1e}; use a "
            "larger ridge, fewer samples or other numbers of features"
        )
    smoother = draw.matrix @ theta
    missed = float(np.sum((draw.labels - smoother @ draw.labels) ** 2))
    smoothed = float(np.sum(smoother**2))
    trace = float(np.trace(smoother))
    unfitted = float(np.sum((np.eye(n) - smoother) ** 2))
    missed += draw.unlearned * unfitted
    return {
        "excess_risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "test_error": bias + variance + noise_variance,
        "train_error": (missed + noise_variance * unfitted) / n,
        "in_sample_risk": (missed + noise_variance * smoothed) / n,
        "squared_norm": norm,
        "df1": trace,
    }


def _members(n_predictors: ArrayLike) -> FloatArray:
    try:
        members = np.asarray(n_predictors, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError("n_predictors", n_predictors, "a number or an array of numbers") from None
    wrong = ~((members >= 1) & (members == np.floor(members)) & np.isfinite(members))
    if np.any(wrong):
        raise InvalidInputError("n_predictors", float(members[wrong].flat[0]), "a whole number >= 1 in a simulation")
    return members


def _cells(grid: dict[str, FloatArray]) -> tuple[tuple[EnsembleCell, ...], tuple[int, ...]]:
    """The cells of a grid, with positions in the flattened grid, and the shape of the grid."""
    try:
        arrays = dict(zip(grid, np.broadcast_arrays(*grid.values()), strict=True))
    except ValueError:
        shapes = [values.shape for values in grid.values()]
        raise InvalidInputError(", ".join(grid), shapes, "of shapes that broadcast together") from None
    flat = {name: values.ravel() for name, values in arrays.items()}
    members = flat.pop("n_predictors")
    entries = int(np.max(members * flat["n_features"] * np.maximum(flat["n_samples"], members * flat["n_features"]), initial=0))
    if entries > MAX_ENTRIES:
        fix = "fewer predictors, features or samples"
        valid = f"such that a matrix of a trial has at most {MAX_ENTRIES} entries"
        raise InvalidInputError("n_predictors", float(members.max()), valid, fix)
    cells = []
    for count in np.unique(members):
        own = np.flatnonzero(members == count)
        for cell in cells_of({name: values[own] for name, values in flat.items()}):
            cells.append(EnsembleCell(replace(cell, positions=own[cell.positions]), int(count)))
    return tuple(cells), arrays["n_samples"].shape
