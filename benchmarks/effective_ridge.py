"""A ridge path on a large spectrum: the package against SciPy's brentq in log kappa, one ridge at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from asymptotix import Spectrum, effective_ridge
from benchmarks.measurement import Measurement, measure

__all__ = ["run"]

FloatArray = NDArray[np.float64]


def by_hand(eigenvalues: FloatArray, n_samples: float, ridges: FloatArray) -> FloatArray:
    """Solve sum s / (s + kappa) + ridge / kappa = n for each ridge, as one writes it for a paper."""
    trace = eigenvalues.sum()

    def solve(ridge: float) -> float:
        def excess(log_kappa: float) -> float:
            kappa = np.exp(log_kappa)
            return float(np.sum(eigenvalues / (eigenvalues + kappa)) + ridge / kappa) / n_samples - 1

        low, high = np.log(ridge / n_samples), np.log((trace + ridge) / n_samples)
        return float(np.exp(brentq(excess, low, high, xtol=1e-13, rtol=1e-13)))

    return np.array([solve(ridge) for ridge in ridges])


def run(*, size: int = 100_000, n_ridges: int = 200, n_samples: float = 1000.0, repeats: int = 3) -> Measurement:
    """Eigenvalues i^-1.5, ridges from 1e-6 to 1e2."""
    eigenvalues = np.arange(1.0, size + 1) ** -1.5
    ridges = np.geomspace(1e-6, 1e2, n_ridges)
    return measure(
        f"effective ridge: {n_ridges} ridges, {size} eigenvalues",
        lambda: effective_ridge(Spectrum(eigenvalues), n_samples=n_samples, ridge=ridges).value,
        lambda: by_hand(eigenvalues, n_samples, ridges),
        repeats=repeats,
    )
