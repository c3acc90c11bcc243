"""Spectra that are hard to compress, and their sums in extended precision, which share no code with the package."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.acceleration import compiled_path

FloatArray = NDArray[np.float64]

SIZE = 20_000


def spectra() -> dict[str, FloatArray]:
    index, rng = np.arange(1.0, SIZE + 1), np.random.default_rng(0)
    jitter = 1 + 1e-10 * rng.standard_normal(SIZE)
    return {
        "i^-1.05": index**-1.05,
        "i^-1.5": index**-1.5,
        "i^-1.5 increasing": index[::-1] ** -1.5,
        "i^-4": index**-4.0,
        "log-uniform": 10 ** rng.uniform(-12, 0, SIZE),
        "log-uniform sorted": np.sort(10 ** rng.uniform(-12, 0, SIZE))[::-1].copy(),
        "log-uniform over 600 decades": 10 ** rng.uniform(-300, 300, SIZE),
        "clusters": np.repeat([1.0, 1e-3, 1e-8, 1e-9], SIZE // 4) * jitter,
        "degenerate": np.full(SIZE, 0.37),
        "degenerate shuffled": rng.choice([0.3, 0.31, 0.7, 5.0], SIZE),
        "gap": np.repeat([1.0, 1e-20], SIZE // 2),
        "Wishart": np.linalg.eigvalsh(np.cov(rng.standard_normal((1500, 3000)))),
    }


SPECTRA = spectra()


def energies_of(eigenvalues: FloatArray) -> FloatArray:
    return np.random.default_rng(1).uniform(size=eigenvalues.size) * eigenvalues**0.6


def exact_sums(eigenvalues: FloatArray, counts: FloatArray, energies: FloatArray, kappa: float) -> dict[str, float]:
    """The sums of the risk formulas, in the 64-bit mantissas of `longdouble`."""
    s, m, e = (np.asarray(array).astype(np.longdouble) for array in (eigenvalues, counts, energies))
    learned, unlearned = s / (s + np.longdouble(kappa)), np.longdouble(kappa) / (s + np.longdouble(kappa))
    return {
        "df1": float(m @ learned),
        "rest": float(m @ unlearned),
        "df2": float(m @ learned**2),
        "spread": float(m @ (learned * unlearned)),
        "unlearned": float(e @ unlearned**2),
        "mixed": float(e @ (learned * unlearned)),
    }


def kappas(eigenvalues: FloatArray, n: int = 15) -> FloatArray:
    low, high = max(float(eigenvalues.min()) / 100, 1e-305), min(float(eigenvalues.max()) * 100, 1e305)
    return np.geomspace(low, high, n)


@pytest.fixture(params=["never", "always"], ids=["numpy", "compiled"])
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    """The test once on each path."""
    if request.param == "always":
        pytest.importorskip("numba")
    with compiled_path(request.param):
        yield request.param
