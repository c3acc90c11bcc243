"""Sums over a Marchenko-Pastur law against its Stieltjes transform in closed form."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.marchenko_pastur import MarchenkoPastur
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict import check

RATIOS = [1e-6, 1e-3, 0.1, 0.5, 0.99, 1 - 1e-6, 1.0, 1 + 1e-10, 1.3, 2.0, 10.0, 1e6]


def exact_sums(ratio: float, kappa: float) -> tuple[Any, Any, Any]:
    """df1, df2 and df1 - df2 for one eigenvalue: m(-kappa) solves ratio kappa m^2 + (1 - ratio + kappa) m = 1."""
    g, k = mpmath.mpf(ratio), mpmath.mpf(kappa)
    b = 1 - g + k
    root = mpmath.sqrt(b**2 + 4 * g * k)
    m = (root - b) / (2 * g * k)
    slope = ((b + 2 * g) / root - 1) / (2 * g * k) - m / k
    first, spread = 1 - k * m, k * (m + k * slope)
    return first, first - spread, spread


def sums(spectrum: Spectrum, kappa: float) -> list[float]:
    learned, left = spectrum.eigenvalues / (spectrum.eigenvalues + kappa), kappa / (spectrum.eigenvalues + kappa)
    m = spectrum.multiplicities
    return [float(m @ learned), float(m @ learned**2), float(m @ (learned * left))]


@pytest.mark.parametrize("ratio", RATIOS)
def test_sums_at_every_kappa(ratio: float) -> None:
    spectrum = MarchenkoPastur(ratio, size=100)
    assert len(spectrum) < 800
    assert spectrum.quadrature_error < 2e-14
    for kappa in [1e-18, 1e-12, 1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3]:
        with mpmath.workdps(60):
            errors = [abs(float(100 * e / v - 1)) for e, v in zip(exact_sums(ratio, kappa), sums(spectrum, kappa), strict=True)]
        assert max(errors) < 5e-15, kappa


@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
def test_the_first_moments(ratio: float) -> None:
    spectrum = MarchenkoPastur(ratio, size=60, scale=2.0)
    assert spectrum.trace == pytest.approx(120.0, rel=5e-15, abs=0)
    assert spectrum.multiplicities @ spectrum.eigenvalues**2 == pytest.approx(60 * 4 * (1 + ratio), rel=5e-15, abs=0)
    assert spectrum.rank == pytest.approx(60 / max(ratio, 1.0), rel=1e-15, abs=0)
    assert spectrum.zeros == pytest.approx(60 - 60 / max(ratio, 1.0), rel=1e-15, abs=0)


def test_another_ratio_or_a_missing_mass_at_zero_would_be_noticed() -> None:
    spectrum = MarchenkoPastur(2.0, size=100)
    for ratio in (2.0 + 1e-12, 1.9):
        exact = float(100 * exact_sums(ratio, 0.1)[0])
        assert (sums(spectrum, 0.1)[0] == pytest.approx(exact, rel=1e-10, abs=0)) == (ratio != 1.9)
    whole = Spectrum(spectrum.eigenvalues[:-1], 2 * spectrum.multiplicities[:-1])  # 100 eigenvalues that are not zero
    assert sums(whole, 0.1)[0] == pytest.approx(2 * sums(spectrum, 0.1)[0], rel=1e-12, abs=0)


def test_the_effective_ridge_of_a_product_of_two_laws() -> None:
    # size 100, ratio 1/2, so df1 = 100 (1 - kappa m) = 40 exactly where the quadratic for m says so: m = 0.6 / kappa
    # (0.5 * 0.36 / kappa + (0.5 + kappa) 0.6 / kappa = 1)
    kappa = (0.5 * 0.36 + 0.5 * 0.6) / (1 - 0.6)
    result = effective_ridge(MarchenkoPastur(0.5, size=100), n_samples=40, ridge=0.0)
    assert float(result.value) == pytest.approx(kappa, rel=1e-14, abs=0)


def test_as_many_samples_as_eigenvalues_are_recognised() -> None:
    spectrum = MarchenkoPastur(0.37, size=300)
    with pytest.raises(HypothesisError, match="n_samples = 300"):
        risk(RidgeRegression(spectrum, spectrum.target(), noise_variance=0.1), n_samples=300, ridge=0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 10), "aspect_ratio = 0"),
        ((np.nan, 10), "aspect_ratio = nan"),
        ((1e7, 10), "aspect_ratio = 10000000"),
        ((1.0, 0), "size = 0"),
        ((1.0, 10, 0.0), "scale = 0"),
    ],
)
def test_bad_arguments(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        MarchenkoPastur(*arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_the_eigenvalues_drawn_have_the_sums_of_the_law(ratio: float) -> None:
    spectrum = MarchenkoPastur(ratio, size=200)
    head, goal = spectrum.head(spectrum.target(energy=2.0))
    assert np.sum(head.multiplicities) == 200
    assert goal.energy == pytest.approx(2.0, rel=1e-14, abs=0)
    for kappa in (0.01, 0.1, 1.0, 10.0):
        # the 1e-3 that the docstring of head states; not exact, since quantiles are not Gauss nodes
        assert sums(head, kappa)[0] == pytest.approx(sums(spectrum, kappa)[0], rel=1e-3, abs=0)
        assert sums(head, kappa)[0] != pytest.approx(sums(spectrum, kappa)[0], rel=1e-10, abs=0)


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_an_experiment_agrees_and_would_not_with_another_ratio(ratio: float) -> None:
    spectrum = MarchenkoPastur(ratio, size=200)
    grid = {"n_samples": 60, "ridge": [1e-3, 1.0], "n_trials": 30, "progress": False}
    model = RidgeRegression(spectrum, spectrum.target(), noise_variance=0.1)
    verdict = check(model, **grid)
    assert verdict.outcome == "agree", verdict.summary()
    if ratio == 2.0:  # the same energies on the spectrum without its zeros
        other = MarchenkoPastur(0.5, size=200)
        object.__setattr__(other, "head", lambda target: spectrum.head(spectrum.target()))
        assert check(RidgeRegression(other, other.target(), noise_variance=0.1), **grid).outcome == "disagree"
