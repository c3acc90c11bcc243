"""Spikes above a law: the sum of two enclosures is that of all eigenvalues in one list."""

from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from tests.equivalents.certified.bounds import NOISE, bounds

pytest.importorskip("flint")


@pytest.mark.parametrize(("n", "ridge"), [(30, 1e-3), (30, -1e-12), (150, 0.0), (150, 0.1)])
def test_spikes_beside_a_law_are_one_list(n: int, ridge: float) -> None:
    law, spikes = ax.PowerLaw(1.5, size=100), ax.Spectrum([5.0, 2.0], [1, 3])
    spectrum, target = ax.combine((law, law.target(source=0.5)), (spikes, [0.5, 0.25]))
    i = np.arange(1.0, 101.0)
    listed = ax.Spectrum(np.append(i**-1.5, [5.0, 2.0]), np.append(np.ones(100), [1, 3]))
    energies = np.append(i**-2.5, [0.5, 0.25])
    at = {"n_samples": n, "ridge": ridge, "certify": True}
    whole = ax.risk(ax.RidgeRegression(spectrum, target, noise_variance=NOISE), **at)  # type: ignore[arg-type]  # a dict of both
    single = ax.risk(ax.RidgeRegression(listed, energies, noise_variance=NOISE), **at)  # type: ignore[arg-type]  # a dict of both
    for (name, low, _, high), (_, lower, value, upper) in zip(bounds(whole), bounds(single), strict=True):
        assert low <= high, name
        # the list has the powers rounded to doubles, the law has not
        assert low == pytest.approx(lower, rel=1e-14, abs=0), name
        assert high == pytest.approx(upper, rel=1e-14, abs=0), name
        assert value == 0 or not np.isfinite(value) or low != pytest.approx(1.001 * value, rel=1e-14, abs=0), name


def test_an_infinite_law_beside_another() -> None:
    both = ax.PowerLaw(2.0) + ax.ExponentialDecay(0.5)
    proved, plain = (ax.effective_ridge(both, n_samples=20, ridge=1e-3, **how) for how in ({"digits": 30}, {}))  # type: ignore[arg-type]  # a dict of both
    assert float(proved.value) == pytest.approx(float(plain.value), rel=1e-13, abs=0)
    alone = ax.effective_ridge(ax.PowerLaw(2.0), n_samples=20, ridge=1e-3)
    assert proved.lower > alone.upper
    uniform = ax.density_spectrum(lambda s: 1.0 + 0.0 * s, (0.0, 1.0), size=30)
    with pytest.raises(ax.InvalidInputError, match="DensitySpectrum"):
        ax.effective_ridge(both + uniform, n_samples=20, ridge=1e-3, certify=True)
