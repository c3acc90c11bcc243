"""The same problem, a whole number of times larger: as many times the samples, the features and the copies of every eigenvalue.

With the ridge as many times larger, and training times and step sizes as many times shorter, the deterministic equivalents of
all errors are exactly the same at every size, so that a difference that depends on the size is the experiment's alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asymptotix.errors import InvalidInputError
from asymptotix.models.latent_space import LatentSpace
from asymptotix.models.levels import drawable
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["checked_sizes", "enlarged", "enlarged_grid", "require_enlargeable", "what_is_scaled"]

MAX_SIZE = 64
_LONGER, _SHORTER = ("n_samples", "n_features", "ridge"), ("time", "step_size")
_FIX = "leave sizes out, which judges with the allowance of the rule"


def checked_sizes(sizes: Any) -> tuple[int, ...]:
    """Sizes in increasing order, beginning with 1.

    Raises:
        InvalidInputError: fewer than two, no whole numbers, repeated, without 1, or beyond 64.
    """
    valid = f"at least two different whole numbers from 1 to {MAX_SIZE}, with 1 among them, such as (1, 2, 4)"
    try:
        found = sorted(sizes)
        whole = all(isinstance(m, int | np.integer) and not isinstance(m, bool) and 1 <= m <= MAX_SIZE for m in found)
    except TypeError:
        raise InvalidInputError("sizes", sizes, valid) from None
    if not whole or len(found) < 2 or len(set(found)) < len(found) or found[0] != 1:
        raise InvalidInputError("sizes", sizes, valid)
    return tuple(int(m) for m in found)


def require_enlargeable(model: Any) -> None:
    """InvalidInputError unless the levels of the model can be copied."""
    if isinstance(model, RidgeRegression | LatentSpace) or (
        isinstance(model, RandomFeatures) and type(model.design).__name__ == "GaussianFeatures"
    ):
        return
    kind = type(getattr(model, "design", model)).__name__
    if kind.startswith("Data"):
        reason = "a data set has the size it has"
    elif kind.startswith("Sphere"):
        reason = "on a sphere the levels grow with its dimension at different rates, so that no size is a copy of another"
    else:
        reason = f"a {type(model).__name__} cannot be copied"
    raise InvalidInputError("sizes", kind, "left out for this model", f"{reason}; {_FIX}")


def enlarged(model: Any, size: int) -> Any:
    """The model with every eigenvalue `size` times as often, the energies of the levels unchanged."""
    if size == 1:
        return model
    if isinstance(model, LatentSpace):
        return LatentSpace(model.dimension * size, signal=model.signal, noise_variance=model.noise_variance)
    spectrum, target = drawable(model.spectrum, model.target)
    copied = Spectrum(spectrum.eigenvalues, spectrum.multiplicities * size, tail=spectrum.tail * size)
    if isinstance(model, RidgeRegression):
        unseen = model.misspecification  # it is a part of `target` too, in the tail
        linear = drawable(model.spectrum, model.linear_target)[1]
        return RidgeRegression(copied, linear, noise_variance=model.noise_variance, misspecification=unseen)
    return type(model)(copied, target, noise_variance=model.noise_variance)


def enlarged_grid(grid: dict[str, Any], size: int) -> dict[str, Any]:
    """The grid of the enlarged problem."""
    factors = {**dict.fromkeys(_LONGER, float(size)), **dict.fromkeys(_SHORTER, 1.0 / size)}
    scaled = {
        name: np.asarray(values, dtype=np.float64) * factors.get(name, 1.0) for name, values in grid.items() if values is not None
    }
    if "step_size" in scaled:
        return {**scaled, "step_size": float(scaled["step_size"])}
    return scaled


def what_is_scaled(model: Any, grid: dict[str, Any]) -> str:
    """In words, for the summary of a verdict."""
    given = [name for name, values in grid.items() if values is not None]
    own = "dimension" if isinstance(model, LatentSpace) else "multiplicities"
    longer = ", ".join([*(name for name in _LONGER if name in given), own])
    shorter = " and ".join(name for name in _SHORTER if name in given)
    return f"{longer} times the size" + (f", {shorter} divided by it" if shorter else "")
