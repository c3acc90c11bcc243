"""The grid of a simulation: checked, and cut into cells whose points share one decomposition per trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.simulation.draws import Sampler

__all__ = ["Cell", "broadcast_grid", "cells_of", "whole_number"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """All grid points with one (n_samples, n_features); `positions` are theirs in the flattened grid."""

    n_samples: int
    n_features: int | None
    ridges: FloatArray
    positions: NDArray[np.int64]


def broadcast_grid(
    sampler: Sampler, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None
) -> dict[str, FloatArray]:
    """The grid arguments as float arrays of their own shapes.

    Raises:
        InvalidInputError: a value outside its range, an empty grid, shapes that do not broadcast, or n_features missing
            or out of place.
    """
    if sampler.has_features and n_features is None:
        raise InvalidInputError("n_features", None, "given for random features", "pass n_features=")
    if not sampler.has_features and n_features is not None:
        raise InvalidInputError("n_features", n_features, "left out: this model has no random features")
    grid = {"n_samples": _whole_numbers("n_samples", n_samples), "ridge": _ridges(ridge)}
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


def cells_of(grid: dict[str, FloatArray]) -> tuple[Cell, ...]:
    """One cell for each pair (n_samples, n_features) on the grid."""
    arrays = dict(zip(grid, np.broadcast_arrays(*grid.values()), strict=True))
    n_features = arrays.get("n_features", np.zeros_like(arrays["n_samples"])).ravel()
    pairs, owners = np.unique(np.stack([arrays["n_samples"].ravel(), n_features]), axis=1, return_inverse=True)
    ridges, owners = arrays["ridge"].ravel(), owners.ravel()
    cells = []
    for index, (samples, features) in enumerate(pairs.T):
        positions = np.flatnonzero(owners == index)
        cells.append(Cell(int(samples), int(features) or None, ridges[positions], positions))
    return tuple(cells)


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


def _ridges(values: ArrayLike) -> FloatArray:
    array = _numbers("ridge", values)
    wrong = ~((array >= 0) & np.isfinite(array))
    if np.any(wrong):
        raise InvalidInputError("ridge", float(array[wrong].ravel()[0]), "a finite number >= 0 in a simulation")
    return array


def _numbers(name: str, values: ArrayLike) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError(name, values, "a number or an array of numbers") from None
