"""Tangent features at finite width: the formulas of random features at p = width times dimension."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from asymptotix.equivalents.random_features import random_features_risk
from asymptotix.models.neural_tangent import NeuralTangent
from asymptotix.results import RiskCurve

__all__ = ["neural_tangent_risk"]


def neural_tangent_risk(model: NeuralTangent, *, n_samples: ArrayLike, ridge: ArrayLike, width: ArrayLike | None) -> RiskCurve:
    """The risk on a grid of n_samples, ridge and width (infinite: kernel ridge regression with the tangent kernel).

    Raises:
        InvalidInputError: an argument out of range or missing.
        HypothesisError: ridge = 0 at n_samples = min(width d, rank), or a width below 5.

    Source:
        Measured, not proved: see `NeuralTangent`.
    """
    features = model.n_features(width)
    curve = random_features_risk(model.equivalent, n_samples=n_samples, ridge=ridge, n_features=features)
    grid = {("width" if name == "n_features" else name): values for name, values in curve.grid.items()}
    grid["width"] = np.asarray(width, dtype=np.float64)
    return replace(curve, model=type(model).__name__, references=model.references, grid=grid)
