"""Proved bounds of lambda*: an enclosure in ball arithmetic from every eigenvalue, beside one in mpmath's interval arithmetic."""

from __future__ import annotations

import numpy as np
from mpmath import iv, mpf
from numpy.typing import NDArray

from asymptotix import Spectrum, effective_ridge
from benchmarks.measurement import Measurement, measure

__all__ = ["run", "run_on_nodes"]

FloatArray = NDArray[np.float64]

_BITS = 128


def by_hand(eigenvalues: FloatArray, n: float, ridge: float, start: float) -> list[float]:
    """One evaluation of the two tangent bounds in mpmath's interval arithmetic, from the same start."""
    before, iv.prec = iv.prec, _BITS
    try:
        kappa, df1, slope = iv.mpf(start), iv.mpf(0), iv.mpf(0)
        for s in eigenvalues.tolist():
            ratio = s / (s + kappa)
            df1 += ratio
            slope += ratio * (1 - ratio)
        ridge_term = iv.mpf(ridge) / kappa
        distance = (df1 + ridge_term - n) / (slope + ridge_term)
        return [float(mpf((kappa * (1 + distance)).a)), float(mpf((kappa / (1 - distance)).b))]
    finally:
        iv.prec = before


def with_the_package(eigenvalues: FloatArray, n: float, ridges: FloatArray) -> FloatArray:
    """The two proved bounds, shape (ridges, 2); the spectrum is made and solved anew."""
    result = effective_ridge(Spectrum(eigenvalues), n_samples=n, ridge=ridges, certify=True)
    return np.stack([result.lower, result.upper], axis=1)


def run(size: int = 10_000, n_samples: float = 1000.0, n_ridges: int = 1, repeats: int = 3) -> Measurement:
    """Eigenvalues i^-1.5 for i <= size, ridges from 1e-3 to 1."""
    eigenvalues, ridges = np.arange(1.0, size + 1.0) ** -1.5, np.logspace(-3, 0, n_ridges)
    starts = effective_ridge(Spectrum(eigenvalues), n_samples=n_samples, ridge=ridges).value
    pairs = list(zip(ridges.tolist(), starts.tolist(), strict=True))
    return measure(
        f"certified lambda*: {n_ridges} ridges, {size} eigenvalues i^-1.5, n = {n_samples:g}",
        package=lambda: with_the_package(eigenvalues, n_samples, ridges),
        by_hand=lambda: np.array([by_hand(eigenvalues, n_samples, ridge, start) for ridge, start in pairs]),
        repeats=repeats,
    )


def run_on_nodes() -> Measurement:
    """As many levels as a table of nodes has, and 50 points."""
    return run(size=300, n_samples=100.0, n_ridges=50)
