from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from asymptotix.errors import ConvergenceError, InvalidInputError, TruncationWarning
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.density import density_spectrum
from asymptotix.spectra.density_quantiles import quantiles
from asymptotix.verdict import check


def uniform(s: np.ndarray) -> np.ndarray:
    return np.ones_like(s)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (1e-6, 1.0), (2.0, 3.0)])
@pytest.mark.parametrize("kappa", [1e-18, 1e-6, 0.1, 100.0])
def test_a_uniform_density(low: float, high: float, kappa: float) -> None:
    spectrum = density_spectrum(uniform, (low, high), size=50)
    m, s = spectrum.multiplicities, spectrum.eigenvalues
    share = 50 / (high - low)
    left = share * kappa * math.log1p((high - low) / (low + kappa))
    assert m @ (kappa / (s + kappa)) == pytest.approx(left, rel=2e-14, abs=0)
    squares = share * kappa * (high - low) / ((low + kappa) * (high + kappa)) * kappa
    assert m @ (kappa / (s + kappa)) ** 2 == pytest.approx(squares, rel=2e-14, abs=0)
    assert math.fsum(m) == 50.0


@pytest.mark.parametrize("kappa", [1e-18, 1e-6, 1.0])
def test_a_hard_edge_on_both_sides(kappa: float) -> None:
    # the arcsine law on [0, 1]: the mean of 1/(s + kappa) is 1/sqrt(kappa (1 + kappa)), and the mass pi
    spectrum = density_spectrum(lambda s: 1 / np.sqrt(s * (1 - s)), (0, 1), singularities={0: -0.5, 1: -0.5})
    m, s = spectrum.multiplicities, spectrum.eigenvalues
    assert spectrum.rank == pytest.approx(math.pi, rel=1e-14, abs=0)
    assert m @ (1 / (s + kappa)) == pytest.approx(math.pi / math.sqrt(kappa * (1 + kappa)), rel=2e-14, abs=0)


def test_an_inner_singularity_that_is_named() -> None:
    spectrum = density_spectrum(lambda s: np.abs(s - 0.3) ** -0.75, (0, 1), singularities={0.3: -0.75})
    mass = 4 * (0.3**0.25 + 0.7**0.25)
    assert spectrum.rank == pytest.approx(mass, rel=2e-13, abs=0)
    moment = 0.3 * mass + 0.8 * (0.7**1.25 - 0.3**1.25)  # the mean of s - 0.3 is that of the two sides
    assert spectrum.trace == pytest.approx(moment, rel=2e-13, abs=0)


def test_a_singularity_that_is_not_named_is_refused_or_told() -> None:
    with pytest.raises(ConvergenceError, match="singularities="):
        density_spectrum(lambda s: np.where(s < 0.3, 1.0, 2.0), (0, 1))
    with pytest.warns(TruncationWarning, match=r"singularities="):
        loose = density_spectrum(lambda s: np.where(s < 0.3, 1.0, 2.0), (0, 1), tolerance=0.1)
    named = density_spectrum(lambda s: np.where(s < 0.3, 1.0, 2.0), (0, 1), singularities={0.3: 0.0})
    assert named.quadrature_error < 2e-14
    assert named.rank == pytest.approx(1.7, rel=1e-14, abs=0)
    # the estimate is of the size of the error
    assert 0.1 < loose.quadrature_error / abs(loose.rank / 1.7 - 1) < 1e3


def test_the_error_estimate_sees_an_edge_given_the_wrong_power() -> None:
    with pytest.raises(ConvergenceError):
        density_spectrum(lambda s: 1 / np.sqrt(s), (0, 1), singularities={0: -0.5, 0.77: 0.0}, tolerance=1e-30)
    spectrum = density_spectrum(lambda s: np.sqrt(s), (0, 1), singularities={0: 0.5})
    assert spectrum.rank == pytest.approx(2 / 3, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("density", "support", "arguments", "message"),
    [
        (uniform, (1.0, 1.0), {}, "support"),
        (uniform, (-1.0, 1.0), {}, "support"),
        (uniform, (0.0, np.inf), {}, "support"),
        (uniform, 3.0, {}, "support"),
        (uniform, (0.0, 1.0), {"size": 0}, "size"),
        (uniform, (0.0, 1.0), {"zeros": -1}, "zeros"),
        (uniform, (0.0, 1.0), {"singularities": {2.0: 0.5}}, "singularities = 2"),
        (uniform, (0.0, 1.0), {"singularities": {0.0: -1.0}}, "singularities = -1"),
        (uniform, (0.0, 1.0), {"tolerance": 2.0}, "tolerance"),
        (lambda s: s - 0.5, (0.0, 1.0), {}, "density = .* finite and >= 0"),
        (lambda s: s * np.nan, (0.0, 1.0), {}, "density"),
        (lambda s: 0.0 * s, (0.0, 1.0), {}, "mass of 0"),
        (lambda s: 1.0, (0.0, 1.0), {}, r"density = 'array of shape \(\)'"),
        (3.0, (0.0, 1.0), {}, "a function"),
    ],
)
def test_bad_arguments(density: Any, support: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        density_spectrum(density, support, **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("weight", "message"),
    [(-0.6, r">= -0\.5"), (np.nan, "power"), (lambda s: s - 0.5, "at every eigenvalue"), (lambda s: 0.0 * s, "vanishes")],
)
def test_bad_targets(weight: float | Callable[..., Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        density_spectrum(uniform, (0, 1), size=10).target(weight)


def test_energies_follow_the_weight() -> None:
    spectrum = density_spectrum(uniform, (0, 1), size=10, zeros=5)
    m, s = spectrum.multiplicities, spectrum.eigenvalues
    for weight in (2.0, lambda s: s**2):
        target = spectrum.target(weight, energy=3.0)
        assert target.energy == pytest.approx(3.0, rel=1e-14, abs=0)
        assert target.energies @ s == pytest.approx(3.0 * (1 / 4) / (1 / 3), rel=1e-13, abs=0)
        assert target.energies[-1] == 0
    assert spectrum.target(0.0).energies == pytest.approx(m / 15, rel=1e-13, abs=0)


def test_quantiles() -> None:
    spectrum = density_spectrum(lambda s: 2 * s, (0, 1), size=40)
    drawn = quantiles(spectrum._rule, spectrum._density, 40)
    assert drawn == pytest.approx(np.sqrt((np.arange(40) + 0.5) / 40), rel=1e-9, abs=0)
    falling = density_spectrum(lambda s: 1 / np.sqrt(1 - s), (0, 1), size=7, singularities={1: -0.5})
    share = (np.arange(7) + 0.5) / 7
    assert quantiles(falling._rule, falling._density, 7) == pytest.approx(1 - (1 - share) ** 2, rel=1e-9, abs=0)


def test_what_cannot_be_drawn() -> None:
    spectrum = density_spectrum(uniform, (0, 1), size=10.5)
    with pytest.raises(InvalidInputError, match=r"size = 10\.5 .* whole number"):
        _ = RidgeRegression(spectrum, spectrum.target()).design
    with pytest.raises(InvalidInputError, match="use the target method"):
        _ = RidgeRegression(density_spectrum(uniform, (0, 1), size=10), [1.0]).design
    assert RidgeRegression(density_spectrum(uniform, (0, 1), size=10), [0.0]).design.energies.sum() == 0


def test_an_experiment_agrees_and_would_not_with_another_density() -> None:
    spectrum = density_spectrum(uniform, (0, 1), size=150)
    grid = {"n_samples": 60, "ridge": [1e-3, 1.0], "n_trials": 30, "progress": False}
    verdict = check(RidgeRegression(spectrum, spectrum.target(), noise_variance=0.1), **grid)
    assert verdict.outcome == "agree", verdict.summary()
    other = density_spectrum(lambda s: s**-0.8, (0, 1), size=150, singularities={0: -0.8})
    object.__setattr__(other, "head", lambda target: spectrum.head(spectrum.target()))
    assert check(RidgeRegression(other, other.target(), noise_variance=0.1), **grid).outcome == "disagree"


@pytest.mark.parametrize("scalar", [lambda s: math.sqrt(s), lambda s: 1.0 if s > 0.5 else 0.5])
def test_a_function_of_single_numbers_is_refused_in_a_line(scalar: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidInputError, match=r"density.*numpy\.vectorize|density.*one value an eigenvalue"):
        density_spectrum(scalar, (0.0, 1.0), size=10)
    uniform = density_spectrum(lambda s: np.ones_like(s), (0.0, 1.0), size=10)
    with pytest.raises(InvalidInputError, match="weight = 'a function that fails on an array'"):
        uniform.target(scalar, energy=1.0)
