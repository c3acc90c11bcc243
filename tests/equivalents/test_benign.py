from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError

CASE = json.loads((Path(__file__).parents[1] / "reference" / "effective_ranks.json").read_text())["cases"][0]


def model(values, counts=None, energies=None, noise=1.0, tail=0.0):
    spectrum = ax.Spectrum(values, counts, tail)
    return ax.RidgeRegression(spectrum, np.zeros(len(spectrum)) if energies is None else energies, noise_variance=noise)


def test_reference_values():
    found = ax.benign_overfitting(model(np.arange(1.0, 2001.0) ** -1.5), n_samples=100, scale=1)
    assert float(found.k_star) == CASE["k_star"]
    assert float(found.r) == pytest.approx(float(CASE["r_kstar"]), rel=1e-13, abs=0)
    assert float(found.R) == pytest.approx(float(CASE["R_kstar"]), rel=1e-13, abs=0)
    assert float(found.variance_bound) == pytest.approx(float(CASE["BL_variance_proxy"]), rel=1e-13, abs=0)
    other = ax.benign_overfitting(model(np.arange(1.0, 2001.0) ** -1.5), n_samples=100, scale=2)
    assert float(other.k_star) > CASE["k_star"]


@pytest.mark.parametrize(
    ("values", "n", "coefficient", "trend"),
    [  # values of another program; exponentials: n c / (1 - 2x/sinh x) with x = 2 pi^2 / c
        (np.exp(-0.3 * np.arange(8000.0)), 2000, 600.0, 1.0),
        (np.exp(-1.0 * np.arange(700.0)), 500, 500.000106, 1.0),
        (np.exp(np.minimum(-(np.log(np.arange(1.0, 60000.0)) ** 2), 0.0)), 100, 9.196, 0.217),
    ],
    ids=["slow exponential", "exponential", "quasi-polynomial"],
)
def test_catastrophic_spectra(values, n, coefficient, trend):
    found = ax.benign_overfitting(model(values), n_samples=n)
    assert float(found.overfitting_coefficient) == pytest.approx(coefficient, rel=1e-4, abs=0)
    assert float(found.trend) == pytest.approx(trend, rel=0.03, abs=0)


def test_trend_is_the_slope():
    spectrum = model(np.arange(1.0, 3001.0) ** -1.2)
    n, step = 80.0, 1e-4
    low, high = (ax.risk(spectrum, n_samples=n * np.exp(s), ridge=0.5).overfitting_coefficient for s in (-step, step))
    slope = float(np.log(high / low) / (2 * step))
    assert float(ax.benign_overfitting(spectrum, n_samples=n, ridge=0.5).trend) == pytest.approx(slope, rel=1e-6, abs=0)


def test_bounds_hold_within_their_constants():
    """On random spectra the equivalents are within fixed factors of the bounds with constants 1, for k* <= n/2."""
    rng = np.random.default_rng(0)
    ratios = []
    for _ in range(60):
        p, n = int(rng.integers(300, 3000)), int(rng.integers(20, 300))
        s = np.arange(1.0, p + 1) ** -rng.uniform(0.3, 1.8)
        energies = s * rng.uniform(size=p)
        found = ax.benign_overfitting(
            model(s, energies=energies, noise=0.3), n_samples=n, ridge=float(rng.choice([0.0, 0.1, 3.0]))
        )
        if found.k_star <= n / 2:
            ratios.append((found.risk.variance / found.variance_bound, found.risk.bias / found.bias_bound))
    low, high = np.min(ratios, axis=0), np.max(ratios, axis=0)
    assert len(ratios) > 20
    assert np.all(low > [0.3, 0.05])
    assert np.all(high < [4.0, 2.5])


def test_no_split_is_said():
    found = ax.benign_overfitting(model(np.exp(-np.arange(200.0))), n_samples=20)
    assert np.isnan(found.k_star)
    assert np.isnan(found.variance_bound)
    assert "-" in str(found.table())


def test_a_flat_tail_is_benign():
    """All noise goes into infinitely many directions."""
    found = ax.benign_overfitting(model([1.0], [5], [1.0], tail=10.0), n_samples=[1e3, 1e5, 1e7])
    assert found.k_star.tolist() == [5.0, 5.0, 5.0]
    assert np.all(np.diff(found.overfitting_coefficient) < 0)
    assert found.overfitting_coefficient[-1] == pytest.approx(1.0, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples"),
        ({"ridge": -1.0}, "ridge = -1.0"),
        ({"scale": 0.0}, "scale = 0.0"),
        ({"ridge": "x"}, "ridge = 'x'"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        ax.benign_overfitting(model([1.0, 0.1], [10, 100]), **{"n_samples": 50, **arguments})


def test_the_threshold_and_other_models_are_refused():
    with pytest.raises(HypothesisError, match="infinite"):
        ax.benign_overfitting(model([1.0], [50]), n_samples=50)
    with pytest.raises(InvalidInputError, match="model"):
        ax.benign_overfitting(ax.Spectrum([1.0]), n_samples=50)
