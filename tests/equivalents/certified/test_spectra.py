"""Tables, and which spectra certified mode refuses."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import asymptotix as ax
from tests.equivalents.certified.bounds import NOISE, bounds

pytest.importorskip("flint")


@pytest.mark.parametrize("kind", ["power", "log-uniform", "clusters", "one octave"])
def test_bounds_on_a_table_hold_those_of_the_whole_spectrum(kind: str) -> None:
    rng, size = np.random.default_rng(1), 6000
    s = {
        "power": np.arange(1.0, size + 1.0) ** -1.5,
        "log-uniform": 10.0 ** -rng.uniform(0, 30, size),
        "clusters": rng.choice([3.0, 1e-4, 1e-9], size) * (1 + 1e-10 * rng.random(size)),
        "one octave": rng.uniform(0.5, 1.0, size),
    }[kind]
    energies = s * rng.random(size)
    table = ax.compress(s, energies=energies)
    assert table.target is not None
    grid: dict[str, Any] = {"n_samples": [40.0, 3000.0, 5999.0, 9000.0], "ridge": 1e-5, "certify": True}
    short = ax.risk(ax.RidgeRegression(table, table.target, noise_variance=NOISE), **grid)
    whole = ax.risk(ax.RidgeRegression(ax.Spectrum(s), energies, noise_variance=NOISE), **grid)
    for (name, low, _, high), (_, lower, _, upper) in zip(bounds(short), bounds(whole), strict=True):
        assert np.all((low <= lower) & (upper <= high)), name
        if name != "log_effective_ridge":
            assert np.all(high <= lower * (1 + 1e-11)), name


def test_a_table_gives_no_more_digits_than_it_proves() -> None:
    s = np.arange(1.0, 6001.0) ** -1.5
    few = ax.effective_ridge(ax.compress(s), n_samples=100, ridge=1e-3, digits=30).decimals
    all_digits = ax.effective_ridge(ax.Spectrum(s), n_samples=100, ridge=1e-3, digits=30).decimals
    assert few is not None
    assert all_digits is not None
    assert 12 <= sum(c.isdigit() for c in str(few[()]).lstrip("0.")) <= 15
    assert abs(mpmath.mpf(str(few[()])) / mpmath.mpf(str(all_digits[()])) - 1) < 1e-12


def test_spectra_of_nodes_and_targets_that_do_not_belong_are_refused() -> None:
    uniform = ax.density_spectrum(lambda s: 1.0 + 0.0 * s, (0.0, 1.0), size=300)
    with pytest.raises(
        ax.InvalidInputError,
        match=r"certify = True is not valid: certify must be left out for a spectrum of type DensitySpectrum; .*measured and not",
    ):
        ax.effective_ridge(uniform, n_samples=30, ridge=1e-3, certify=True)
    with pytest.raises(ax.InvalidInputError, match=r"PowerLaw\(1.5\).target with certify"):
        ax.risk(ax.RidgeRegression(ax.PowerLaw(1.5), [1.0]), n_samples=30, ridge=1e-3, certify=True)
    with pytest.raises(ax.InvalidInputError, match=r"2.3e\+06 eigenvalues of a power law, of at most 1e\+06"):
        ax.effective_ridge(ax.PowerLaw(1.1), n_samples=1e6, ridge=1e-3, certify=True)
