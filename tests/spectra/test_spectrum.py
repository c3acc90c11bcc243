from __future__ import annotations

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.empirical import empirical_spectrum
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, np.nan],), r"eigenvalues\[1\] = nan"),
        (([1.0, np.inf],), r"eigenvalues\[1\] = inf"),
        (([1.0, -0.5],), r"eigenvalues\[1\] = -0\.5 is not valid: eigenvalues\[1\] must be finite and >= 0"),
        (([],), "nonempty"),
        (([[1.0]],), "one-dimensional"),
        (([1.0], [1, 2]), "as many as eigenvalues"),
        (([1.0, 2.0], [1, 0]), r"multiplicities\[1\] = 0"),
        (([1.0], None, -1.0), "tail"),
        (([1.0], None, np.nan), "tail"),
        ((["a"],), "real numbers"),
    ],
)
def test_bad_spectra(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        Spectrum(*arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("energies", "tail"), [([-1.0], 0.0), ([np.nan], 0.0), ([], 0.0), ([1.0], -1.0), ([1.0], np.inf)])
def test_bad_targets(energies: list[float], tail: float) -> None:
    with pytest.raises(InvalidInputError):
        Target(energies, tail)


def test_rank_trace_and_tail() -> None:
    spectrum = Spectrum([2.0, 0.5, 0.0], [1, 3, 10])
    assert spectrum.rank == 4.0
    assert spectrum.trace == 3.5
    assert Spectrum([2.0], [1], tail=0.25).rank == np.inf
    assert Spectrum([2.0], [1], tail=0.25).trace == 2.25


def test_a_spectrum_is_read_only_and_does_not_alias_its_argument() -> None:
    values = np.array([1.0, 2.0])
    spectrum = Spectrum(values)
    values[0] = 5.0
    assert spectrum.eigenvalues[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        spectrum.eigenvalues[0] = 3.0


def test_from_covariance_rotates_the_coefficients() -> None:
    rng = np.random.default_rng(0)
    a = rng.standard_normal((5, 5))
    covariance, beta = a @ a.T, rng.standard_normal(5)
    spectrum, target = Spectrum.from_covariance(covariance, beta)
    assert spectrum.trace == pytest.approx(np.trace(covariance), rel=1e-12, abs=0)
    assert target.energy == pytest.approx(beta @ covariance @ beta, rel=1e-12, abs=0)
    # sum e_i s_i = beta' Sigma^2 beta tells apart energies that were not matched with their eigenvalues
    assert target.energies @ spectrum.eigenvalues == pytest.approx(beta @ covariance @ covariance @ beta, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("covariance", "beta", "message"),
    [
        ([[1.0, 2.0]], [1.0], "square"),
        ([[1.0, 0.5], [0.1, 1.0]], [1.0, 1.0], "symmetric"),
        ([[1.0, 2.0], [2.0, 1.0]], [1.0, 1.0], "positive semidefinite"),
        ([[1.0, np.nan], [np.nan, 1.0]], [1.0, 1.0], "finite"),
        ([[1.0]], [1.0, 1.0], "beta"),
    ],
)
def test_bad_covariances(covariance: list[list[float]], beta: list[float], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Spectrum.from_covariance(covariance, beta)


def test_padding_and_energy_beyond_the_levels() -> None:
    assert list(Target([1.0, 2.0]).padded(4)) == [1.0, 2.0, 0.0, 0.0]
    assert list(Target([1.0, 2.0, 0.0]).padded(2)) == [1.0, 2.0]
    with pytest.raises(InvalidInputError, match="tail="):
        Target([1.0, 2.0, 0.5]).padded(2)


def test_empirical_spectrum_of_a_kernel_matrix() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((40, 6))
    y = x @ rng.standard_normal(6)
    spectrum, target = empirical_spectrum(x @ x.T, y)
    assert spectrum.rank == 6.0
    assert spectrum.trace == pytest.approx(np.sum(x**2) / 40, rel=1e-12, abs=0)
    assert target.energy == pytest.approx(np.mean(y**2), rel=1e-12, abs=0)
    assert float(np.sum(target.energies[6:])) < 1e-25


def test_logarithms_survive_underflow() -> None:
    spectrum = Spectrum.from_log([-1.0, -1000.0, -np.inf])
    assert list(spectrum.log_eigenvalues) == [-1.0, -1000.0, -np.inf]
    assert spectrum.rank == 2.0
