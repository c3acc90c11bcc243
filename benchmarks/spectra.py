"""Eigenvalues on the sphere: closed forms in many dimensions, and certified quadrature, beside one float64 Gauss rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import eval_gegenbauer, roots_gegenbauer

from asymptotix import activation, activation_spectrum
from benchmarks.measurement import Measurement, measure

__all__ = ["run_closed_forms", "run_quadrature"]

FloatArray = NDArray[np.float64]

_COMPARED = 3  # degrees above 2: one rule in float64 loses digits at a kink, and in high degrees everywhere


def by_hand(text: str, dimension: int, top: int) -> FloatArray:
    """xi_k^2 by a Gauss-Gegenbauer rule of 400 points, k <= top."""
    alpha = dimension / 2 - 1
    t, w = roots_gegenbauer(400, alpha)
    values = activation(text)(np.sqrt(dimension) * t) * w / np.sum(w)
    return np.array([(values @ (eval_gegenbauer(k, alpha, t) / eval_gegenbauer(k, alpha, 1.0))) ** 2 for k in range(top + 1)])


def run_closed_forms(dimensions: Sequence[int] = tuple(range(5, 45, 2)), top: int = 100, repeats: int = 3) -> Measurement:
    """ReLU to degree 100 in 20 dimensions; the rule by hand cannot be better than 1e-5 beside the kink."""
    return measure(
        f"closed forms: relu to degree {top} in {len(dimensions)} dimensions",
        package=lambda: [activation_spectrum("relu", dimension=d, max_degree=top).eigenvalues[1:2] for d in dimensions],
        by_hand=lambda: np.array([by_hand("relu", d, top)[1:2] for d in dimensions]),
        repeats=repeats,
    )


def run_quadrature(text: str = "tanh", dimension: int = 20, top: int = 60, repeats: int = 3) -> Measurement:
    """One smooth activation to degree 60, every level to 1e-13 of itself."""
    return measure(
        f"certified quadrature: {text} to degree {top} in {dimension} dimensions",
        package=lambda: activation_spectrum(text, dimension=dimension, max_degree=top).eigenvalues[1 : _COMPARED + 1 : 2],
        by_hand=lambda: by_hand(text, dimension, top)[1 : _COMPARED + 1 : 2],
        repeats=repeats,
    )
