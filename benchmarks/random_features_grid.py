"""A grid of sample and feature counts: the package against SciPy's brentq on the reduced scalar equation, one point at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from asymptotix import RandomFeatures, RiskCurve, Spectrum, risk
from asymptotix.acceleration import compiled_path
from benchmarks.measurement import Measurement, measure

__all__ = ["by_hand", "run", "run_large"]

FloatArray = NDArray[np.float64]

NOISE_VARIANCE, RIDGE = 0.1, 1e-4


def by_hand(eigenvalues: FloatArray, energies: FloatArray, samples: FloatArray, features: FloatArray) -> FloatArray:
    """nu2, bias and variance at each pair of counts, as one writes it for a paper."""
    total = float(np.sum(eigenvalues))

    def solve(n: float, p: float) -> tuple[float, float, float]:
        delta = abs(n - p)

        def missing(log_kappa: float) -> float:
            kappa = np.exp(log_kappa)
            q = p * RIDGE / kappa
            return float(min(n, p) - 2 * q / (delta + np.sqrt(delta**2 + 4 * q)) - np.sum(eigenvalues / (eigenvalues + kappa)))

        kappa = float(np.exp(brentq(missing, np.log(1e-18), np.log(10 * (RIDGE * p + total)), xtol=1e-14, rtol=1e-14)))
        learned = eigenvalues / (eigenvalues + kappa)
        df1, df2 = float(np.sum(learned)), float(np.sum(learned**2))
        spread, lost = df1 - df2, p - df1
        unlearned = kappa**2 * float(np.sum(energies / (eigenvalues + kappa) ** 2))
        mixed = kappa * float(np.sum(energies * eigenvalues / (eigenvalues + kappa) ** 2))
        remaining = (n - df1) + lost * spread / (lost + spread)
        bias = n * (unlearned + spread / (lost + spread) * mixed) / remaining
        return kappa, bias, NOISE_VARIANCE * (n - remaining) / remaining

    return np.array([solve(n, p) for n, p in np.broadcast(samples, features)])


def with_the_package(eigenvalues: FloatArray, energies: FloatArray, counts: FloatArray) -> RiskCurve:
    """The same with every other field of the curve, on the whole grid; the table of the spectrum is made anew each time."""
    model = RandomFeatures(Spectrum(eigenvalues), energies, noise_variance=NOISE_VARIANCE)
    return risk(model, n_samples=counts[:, None], n_features=counts, ridge=RIDGE)


def run(size: int = 10_000, side: int = 50, every: int = 41, repeats: int = 3, path: str = "never") -> Measurement:
    """Counts from 20 to 10^4.5 along both axes, eigenvalues i^-1.5 for i <= size, energies i^-2.7; by hand at one in `every`."""
    index = np.arange(1.0, size + 1.0)
    eigenvalues, energies = index**-1.5, index**-2.7
    counts = np.round(np.logspace(1.3, 4.5, side))
    samples, features = (values.ravel()[::every] for values in np.broadcast_arrays(counts[:, None], counts))
    kind = "NumPy only" if path == "never" else "compiled"
    with compiled_path(path):
        return measure(
            f"nu2, bias, variance, {kind}: {side} x {side} sample and feature counts, {size} eigenvalues i^-1.5",
            package=lambda: with_the_package(eigenvalues, energies, counts),
            by_hand=lambda: by_hand(eigenvalues, energies, samples, features),
            repeats=repeats,
            read=lambda curve: np.stack([curve.effective_ridge, curve.bias, curve.variance], axis=-1).reshape(-1, 3)[::every],
            share=samples.size / side**2,
        )


def run_large(path: str = "never") -> Measurement:
    """The same on a grid of 200 x 200."""
    return run(side=200, every=661, path=path)
