"""From the values on a grid to a RiskCurve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.results import Fields, RiskCurve

__all__ = ["CROSS_VALIDATED", "cross_validated", "curve", "no_features"]

FloatArray = NDArray[np.float64]

CROSS_VALIDATED = ("gcv", "loo")

_HEAVY = 3  # the variance of 1/smallest eigenvalue is infinite for |n - p| <= 3 (inverse Wishart moments)


def curve(
    model: Any,
    values: dict[str, NDArray[np.float64]],
    rank: float | None = None,
    heavy_tailed: NDArray[np.bool_] | None = None,
    **grid: ArrayLike,
) -> RiskCurve:
    """A RiskCurve of `model` with the grid arguments named.

    `heavy_tailed`: where a simulated error has no mean; if None, near the threshold that `rank` (of the model's spectrum) sets.
    """
    arrays = {name: np.asarray(argument, dtype=np.float64) for name, argument in grid.items()}
    if heavy_tailed is None:
        of_members = {name: values for name, values in arrays.items() if name != "n_predictors"}  # an average has no mean either
        heavy_tailed = _heavy_tailed(model.spectrum.rank if rank is None else rank, **of_members)
    return RiskCurve(
        model=type(model).__name__,
        grid=arrays,
        values=Fields(values),
        noise_variance=model.noise_variance,
        references=model.references,
        heavy_tailed=heavy_tailed,
    )


def _heavy_tailed(
    rank: float, n_samples: NDArray[np.float64], ridge: NDArray[np.float64], n_features: NDArray[np.float64] | float = np.inf
) -> NDArray[np.bool_]:
    if not np.any(ridge == 0):
        return np.zeros(np.broadcast_shapes(n_samples.shape, ridge.shape, np.shape(n_features)), dtype=np.bool_)
    threshold = np.minimum(n_features, rank)
    with np.errstate(invalid="ignore"):
        return np.asarray((ridge == 0) & (np.abs(n_samples - threshold) <= _HEAVY))


def cross_validated(values: dict[str, FloatArray]) -> dict[str, FloatArray]:
    r"""The fields with `gcv` and `loo`, generalized cross-validation and leave-one-out, whose limit is the test error.

    $\mathrm{GCV}=\text{train}/(1-\mathrm{df}_1/n)^2$ with $\text{train}\simeq(\lambda/n\kappa)^2\,\text{test}$ and
    $1-\mathrm{df}_1/n=\lambda/n\kappa$: what divides cancels, and the ridgeless limit is no 0/0. Under another test law they
    estimate the error of the training law, which is all they see.
    """
    return values | dict.fromkeys(CROSS_VALIDATED, values["test_error"])


def no_features(model: Any, n_features: ArrayLike | None) -> None:
    """Refuse `n_features` where the model has none."""
    if n_features is not None:
        raise InvalidInputError("n_features", n_features, f"left out: {type(model).__name__} has no random features")
