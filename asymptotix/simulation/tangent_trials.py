"""Trials of tangent features, whose size is a number of neurons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import TangentFeatures
from asymptotix.results import SimulatedCurve
from asymptotix.simulation.trials import RunOptions, simulate_grid

__all__ = ["simulate_width"]


def simulate_width(
    model: Any,
    *,
    n_samples: ArrayLike,
    ridge: ArrayLike | None,
    width: ArrayLike | None,
    others: dict[str, Any],
    options: RunOptions,
) -> SimulatedCurve:
    """`simulate` along `width`; `others` are arguments that do not go with it, `options` those of every simulation.

    Raises:
        InvalidInputError: a model without a width, or one of `others` given.
    """
    if not isinstance(model.design, TangentFeatures):
        raise InvalidInputError("width", width, f"left out for a {type(model).__name__}", "only tangent features have one")
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise InvalidInputError(given[0], others[given[0]], f"left out for a {type(model).__name__}")
    sizes = model.n_features(width)
    if np.any(np.isinf(sizes)):
        raise InvalidInputError("width", np.inf, "finite in a simulation")
    curve = simulate_grid(model, n_samples=n_samples, ridge=ridge, n_features=sizes, options=options)
    grid = {("width" if name == "n_features" else name): values for name, values in curve.grid.items()}
    return replace(curve, grid={**grid, "width": np.asarray(width, dtype=np.float64)})
