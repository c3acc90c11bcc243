from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.simulation.designs import sampler_of

SPECTRUM, ENERGIES = ax.Spectrum([1.0, 0.1], [40, 160]), [1.0, 0.2]
MODEL = ax.RidgeRegression(SPECTRUM, ENERGIES, noise_variance=0.1, misspecification=0.36)
AT = {"n_samples": [80, 300], "ridge": 0.5}


def test_what_is_added_is_uncorrelated_with_every_linear_function_and_has_the_mean_square_stated() -> None:
    sampler = sampler_of(ax.RidgeRegression(SPECTRUM, [0.0, 0.0], misspecification=0.36).design)
    draw = sampler.draw(40_000, None, np.random.default_rng(0))
    assert np.mean(draw.labels**2) == pytest.approx(0.36, rel=0.05, abs=0)
    correlations = draw.labels @ draw.matrix / np.sqrt(len(draw.labels) * np.sum(draw.labels**2)) / sampler.scales
    assert np.max(np.abs(correlations)) * np.sqrt(len(draw.labels)) < 5


@pytest.mark.parametrize("quantity", ["test_error", "bias", "train_error", "gcv", "squared_norm"])
def test_a_quadratic_part_acts_as_noise(quantity: str) -> None:
    simulated = ax.simulate(MODEL, **AT, n_trials=40, progress=False, seed=2)
    assert ax.compare(ax.risk(MODEL, **AT), simulated, quantity=quantity).outcome == "agree"
    without = ax.RidgeRegression(SPECTRUM, ENERGIES, noise_variance=0.1)
    assert ax.compare(ax.risk(without, **AT), simulated, quantity=quantity).outcome == "disagree"


def test_theory_is_that_of_more_noise_and_counts_it_as_bias() -> None:
    curved, noisy = (ax.risk(model, **AT) for model in (MODEL, ax.RidgeRegression(SPECTRUM, ENERGIES, noise_variance=0.1 + 0.36)))
    for name in ("test_error", "train_error", "squared_norm", "df2", "loo"):
        assert curved.quantity(name) == pytest.approx(noisy.quantity(name), rel=1e-13, abs=0)
    assert curved.excess_risk == pytest.approx(noisy.excess_risk + 0.36, rel=1e-13, abs=0)
    assert curved.variance == pytest.approx(noisy.variance * 0.1 / 0.46, rel=1e-13, abs=0)


def test_a_law_keeps_its_law() -> None:
    spectrum = ax.PowerLaw(1.5)
    curved = ax.RidgeRegression(spectrum, spectrum.target(0.4), misspecification=0.5)
    noisy = ax.RidgeRegression(spectrum, spectrum.target(0.4), noise_variance=0.5)
    errors = [float(ax.risk(model, n_samples=50, ridge=0.1).test_error) for model in (curved, noisy)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-13, abs=0)
    with pytest.raises(InvalidInputError, match=r"misspecification = 0\.5"):
        ax.risk(curved, n_samples=50, ridge=0.1, certify=True)
    listed = ax.RidgeRegression(SPECTRUM, ENERGIES, misspecification=0.5)
    proved = ax.risk(listed, n_samples=50, ridge=0.1, certify=True)
    assert proved.lower is not None
    assert float(proved.test_error) == pytest.approx(float(ax.risk(listed, n_samples=50, ridge=0.1).test_error), rel=1e-12, abs=0)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf, "much"])
def test_a_mean_square_is_not_negative(value: object) -> None:
    with pytest.raises(InvalidInputError, match="misspecification"):
        ax.RidgeRegression(SPECTRUM, ENERGIES, misspecification=value)  # type: ignore[arg-type] # what is tested


def test_two_dimensions_are_not_many() -> None:
    with pytest.raises(InvalidInputError, match="misspecification = 1"):
        ax.simulate(ax.RidgeRegression(ax.Spectrum([1.0, 2.0]), [1.0, 1.0], misspecification=1.0), n_samples=5, ridge=1.0)
