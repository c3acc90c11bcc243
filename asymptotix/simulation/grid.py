"""The grid of a simulation: checked, and cut into cells whose points share one decomposition per trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.simulation.draws import Sampler
from asymptotix.simulation.filters import Descent, Filter, Flow, Ridge

__all__ = ["Cell", "broadcast_grid", "cells_of", "whole_number"]

FloatArray = NDArray[np.float64]

_SETTINGS = {  # what is valid in a simulation
    "ridge": "a finite number >= 0 in a simulation",
    "time": "a number >= 0, or infinite",
    "steps": "a whole number >= 0",
}


@dataclass(frozen=True)
class Cell:
    """All grid points with one (n_samples, n_features); `positions` are theirs in the flattened grid.

    `estimator` has one setting for each of them: a ridge, a time or a number of steps.
    """

    n_samples: int
    n_features: int | None
    estimator: Filter
    positions: NDArray[np.int64]


def broadcast_grid(
    sampler: Sampler, *, n_samples: ArrayLike, setting: tuple[str, ArrayLike], n_features: ArrayLike | None
) -> dict[str, FloatArray]:
    """The grid arguments as float arrays of their own shapes; `setting` is "ridge", "time" or "steps" with its values.

    Raises:
        InvalidInputError: a value outside its range, an empty grid, shapes that do not broadcast, or n_features missing
            or out of place.
    """
    if sampler.has_features and n_features is None:
        raise InvalidInputError("n_features", None, "given: this model has features", "pass n_features=")
    if not sampler.has_features and n_features is not None:
        raise InvalidInputError("n_features", n_features, "left out: this model has no number of features")
    grid = {"n_samples": _whole_numbers("n_samples", n_samples), setting[0]: _settings(*setting)}
    if n_features is not None:
        grid["n_features"] = _whole_numbers("n_features", n_features)
    largest = grid["n_samples"].max(initial=0)
    if sampler.max_samples is not None and largest > sampler.max_samples:
        fix = 'the other points are what errors are measured on; draw with replacement (sampling="replacement") for more'
        raise InvalidInputError("n_samples", largest, f"at most {sampler.max_samples}", fix)
    shapes = [values.shape for values in grid.values()]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        fix = "add an axis, for example n_samples[:, None]"
        raise InvalidInputError(", ".join(grid), shapes, "of shapes that broadcast together", fix) from None
    if 0 in shape:
        raise InvalidInputError(", ".join(grid), shapes, "non-empty")
    return grid


def cells_of(grid: dict[str, FloatArray], step_size: float = 0.0) -> tuple[Cell, ...]:
    """One cell for each pair (n_samples, n_features) on the grid; `step_size` belongs to steps."""
    arrays = dict(zip(grid, np.broadcast_arrays(*grid.values()), strict=True))
    n_features = arrays.get("n_features", np.zeros_like(arrays["n_samples"])).ravel()
    pairs, owners = np.unique(np.stack([arrays["n_samples"].ravel(), n_features]), axis=1, return_inverse=True)
    name = next(name for name in _SETTINGS if name in grid)
    settings, owners = arrays[name].ravel(), owners.ravel()
    cells = []
    for index, (samples, features) in enumerate(pairs.T):
        positions = np.flatnonzero(owners == index)
        cells.append(Cell(int(samples), int(features) or None, _estimator(name, settings[positions], step_size), positions))
    return tuple(cells)


def _estimator(name: str, settings: FloatArray, step_size: float) -> Filter:
    if name == "steps":
        return Descent(settings, step_size)
    return Ridge(settings) if name == "ridge" else Flow(settings)


def whole_number(name: str, value: object, *, minimum: int) -> int:
    """`value` as an int; InvalidInputError unless it is a whole number >= `minimum`."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= minimum:
        return int(value)
    raise InvalidInputError(name, value, f"a whole number >= {minimum}")


def _whole_numbers(name: str, values: ArrayLike) -> FloatArray:
    array = _numbers(name, values)
    # Written so that NaN fails too.
    wrong = ~((array >= 1) & (array == np.floor(array)) & np.isfinite(array))
    if np.any(wrong):
        raise InvalidInputError(name, float(array[wrong].ravel()[0]), "a whole number >= 1 in a simulation")
    return array


def _settings(name: str, values: ArrayLike) -> FloatArray:
    array = _numbers(name, values)
    wrong = ~((array >= 0) & (np.isfinite(array) | (name == "time")) & ((array == np.floor(array)) | (name != "steps")))
    if np.any(wrong):
        raise InvalidInputError(name, float(array[wrong].ravel()[0]), _SETTINGS[name])
    return array


def _numbers(name: str, values: ArrayLike) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError(name, values, "a number or an array of numbers") from None
