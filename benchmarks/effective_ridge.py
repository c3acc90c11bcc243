"""A ridge path on a large spectrum: the package against SciPy's brentq in log lambda*, one ridge at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from asymptotix import RidgeRegression, Spectrum, risk
from benchmarks.measurement import Measurement, measure

__all__ = ["run"]

FloatArray = NDArray[np.float64]

NOISE_VARIANCE = 0.1


def by_hand(eigenvalues: FloatArray, energies: FloatArray, ridges: FloatArray, n: float) -> FloatArray:
    """lambda* of each ridge, and its test error, as one writes it for a paper."""
    trace = float(np.sum(eigenvalues))

    def solve(ridge: float) -> tuple[float, float]:
        def missing(log_kappa: float) -> float:
            kappa = np.exp(log_kappa)
            return float(n - ridge / kappa - np.sum(eigenvalues / (eigenvalues + kappa)))

        kappa = float(np.exp(brentq(missing, np.log(1e-16), np.log(2 * (ridge + trace) / n), xtol=1e-14, rtol=1e-14)))
        df2 = np.sum((eigenvalues / (eigenvalues + kappa)) ** 2)
        bias = kappa**2 * np.sum(energies / (eigenvalues + kappa) ** 2) / (1 - df2 / n)
        return kappa, float(bias + NOISE_VARIANCE * df2 / (n - df2) + NOISE_VARIANCE)

    return np.array([solve(float(ridge)) for ridge in ridges])


def with_the_package(eigenvalues: FloatArray, energies: FloatArray, ridges: FloatArray, n: float) -> FloatArray:
    """The same two columns; the table of the spectrum is made anew each time."""
    model = RidgeRegression(Spectrum(eigenvalues), energies, noise_variance=NOISE_VARIANCE)
    curve = risk(model, n_samples=n, ridge=ridges)
    return np.stack([curve.effective_ridge, curve.test_error], axis=1)


def run(size: int = 100_000, n_ridges: int = 200, n_samples: float = 1000.0, repeats: int = 3) -> Measurement:
    """Ridges from 1e-6 to 1e2, eigenvalues i^-1.5 for i <= size, energies i^-2.7."""
    index = np.arange(1.0, size + 1.0)
    eigenvalues, energies, ridges = index**-1.5, index**-2.7, np.logspace(-6, 2, n_ridges)
    return measure(
        f"lambda* and test error: {n_ridges} ridges, {size} eigenvalues i^-1.5, n = {n_samples:g}",
        package=lambda: with_the_package(eigenvalues, energies, ridges, n_samples),
        by_hand=lambda: by_hand(eigenvalues, energies, ridges, n_samples),
        repeats=repeats,
    )
