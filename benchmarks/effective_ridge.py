"""Sweeps on a large spectrum: the package against SciPy's brentq in log lambda*, one point at a time.

The raw arrays go in; models, table of the spectrum, lambda*, bias, variance and every other field of the curve come out. Two
ways: `compress(eigenvalues, energies)`, which reads the arrays once, and `Spectrum(eigenvalues)`, which first copies them, since
it must not change when they do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from asymptotix import RidgeRegression, RiskCurve, Spectrum, compress, risk
from asymptotix.acceleration import compiled_path
from benchmarks.measurement import Measurement, measure

__all__ = ["by_hand", "run", "run_sizes"]

FloatArray = NDArray[np.float64]

NOISE_VARIANCE = 0.1


def by_hand(eigenvalues: FloatArray, energies: FloatArray, ridges: FloatArray, sizes: FloatArray) -> FloatArray:
    """lambda*, bias and variance at each pair of a ridge and a sample size, as one writes it for a paper."""
    trace = float(np.sum(eigenvalues))

    def solve(ridge: float, n: float) -> tuple[float, float, float]:
        def missing(log_kappa: float) -> float:
            kappa = np.exp(log_kappa)
            return float(n - ridge / kappa - np.sum(eigenvalues / (eigenvalues + kappa)))

        kappa = float(np.exp(brentq(missing, np.log(1e-16), np.log(2 * (ridge + trace) / n), xtol=1e-14, rtol=1e-14)))
        df2 = float(np.sum((eigenvalues / (eigenvalues + kappa)) ** 2))
        bias = kappa**2 * float(np.sum(energies / (eigenvalues + kappa) ** 2)) / (1 - df2 / n)
        return kappa, bias, NOISE_VARIANCE * df2 / (n - df2)

    return np.array([solve(ridge, n) for ridge, n in np.broadcast(ridges, sizes)])


def with_the_package(
    eigenvalues: FloatArray, energies: FloatArray, ridges: FloatArray, sizes: FloatArray, copied: bool
) -> RiskCurve:
    """The same with every other field of the curve; the table of the spectrum is made anew each time."""
    if copied:
        model = RidgeRegression(Spectrum(eigenvalues), energies, noise_variance=NOISE_VARIANCE)
    else:
        table = compress(eigenvalues, energies)
        model = RidgeRegression(table, table.target, noise_variance=NOISE_VARIANCE)
    return risk(model, n_samples=sizes, ridge=ridges)


def run(
    size: int = 100_000,
    n_ridges: int = 200,
    n_samples: float = 1000.0,
    repeats: int = 3,
    path: str = "never",
    copied: bool = False,
) -> Measurement:
    """Ridges from 1e-6 to 1e2, eigenvalues i^-1.5 for i <= size, energies i^-2.7; `path` is that of `compiled_path`."""
    return _measured(
        f"{n_ridges} ridges, {size} eigenvalues i^-1.5, n = {n_samples:g}",
        size, np.logspace(-6, 2, n_ridges), np.full(n_ridges, n_samples), 1, repeats, path, copied,
    )  # fmt: skip


def run_sizes(
    size: int = 1_000_000, n_sizes: int = 200, every: int = 40, repeats: int = 3, path: str = "never", copied: bool = False
) -> Measurement:
    """Sample sizes from 10 to 10^5.9 at ridge 1e-3; by hand only at one in `every`."""
    largest = np.log10(size) - 0.1
    return _measured(
        f"{n_sizes} sample sizes, {size} eigenvalues i^-1.5, ridge 1e-3",
        size, np.full(n_sizes, 1e-3), np.round(np.logspace(1, largest, n_sizes)), every, repeats, path, copied,
    )  # fmt: skip


def _measured(
    workload: str, size: int, ridges: FloatArray, sizes: FloatArray, every: int, repeats: int, path: str, copied: bool
) -> Measurement:
    index = np.arange(1.0, size + 1.0)
    eigenvalues, energies = index**-1.5, index**-2.7
    kind = ("NumPy only" if path == "never" else "compiled") + (", arrays copied" if copied else "")
    with compiled_path(path):
        return measure(
            f"lambda*, bias, variance, {kind}: {workload}",
            package=lambda: with_the_package(eigenvalues, energies, ridges, sizes, copied),
            by_hand=lambda: by_hand(eigenvalues, energies, ridges[::every], sizes[::every]),
            repeats=repeats,
            read=lambda curve: np.stack([curve.effective_ridge, curve.bias, curve.variance], axis=-1).reshape(-1, 3)[::every],
            share=ridges[::every].size / ridges.size,
        )
