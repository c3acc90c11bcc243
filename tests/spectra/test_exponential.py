from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import InvalidInputError, TruncationWarning
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.exponential import ExponentialDecay
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target
from asymptotix.verdict import check


def sums(spectrum: Spectrum, target: Target, kappa: float) -> list[float]:
    """df1, df2, df1 - df2, and the two bias sums, each summed without rounding."""
    learned = spectrum.eigenvalues / (spectrum.eigenvalues + kappa)
    left = kappa / (spectrum.eigenvalues + kappa)
    m, e, flat = spectrum.multiplicities, target.energies, spectrum.tail / kappa
    return [
        math.fsum([*(m * learned), flat]),
        math.fsum(m * learned**2),
        math.fsum([*(m * learned * left), flat]),
        math.fsum([*(e * left**2), target.tail]),
        math.fsum(e * learned * left),
    ]


def one_by_one(rate: float, decay: float, size: int) -> tuple[Spectrum, Target]:
    i = np.arange(size)
    return Spectrum(np.exp(-rate * i)), Target(np.exp(-decay * i))


@pytest.mark.parametrize("rate", [0.01, 0.19, 0.2, 5.0])
@pytest.mark.parametrize("kappa", [1e-100, 1e-18, 1e-3, 100.0])
def test_every_sum_of_the_infinite_spectrum(rate: float, kappa: float) -> None:
    spectrum = ExponentialDecay(rate)
    assert len(spectrum) < 2048
    for decay in (rate / 2, 2.5 * rate, 30 * rate, 3.0):
        plain = one_by_one(rate, decay, int(700 / min(rate, decay)))
        assert sums(spectrum, spectrum.target(decay=decay), kappa) == pytest.approx(sums(*plain, kappa), rel=3e-14, abs=0)


@pytest.mark.parametrize(("rate", "size"), [(1e-5, 5000), (0.01, 2049), (0.01, 300), (0.05, 10_000), (0.5, 3000)])
def test_every_sum_of_a_finite_spectrum(rate: float, size: int) -> None:
    spectrum = ExponentialDecay(rate, size=size)
    assert math.fsum(spectrum.multiplicities) == size
    for kappa in (1e-30, 1e-3, 1.0):
        for decay in (0.0, 3 * rate):
            plain = one_by_one(rate, decay, size)
            assert sums(spectrum, spectrum.target(decay=decay), kappa) == pytest.approx(sums(*plain, kappa), rel=3e-14, abs=0)


def test_a_tail_that_is_dropped_or_doubled_would_be_noticed() -> None:
    # the tail of a fast decay is the geometric series and not its integral, 1.3 times as large at rate 0.5
    spectrum = ExponentialDecay(0.5)
    last = float(spectrum.eigenvalues[-1])
    assert spectrum.tail == pytest.approx(last / math.expm1(0.5), rel=1e-13, abs=0)
    kappa = 1e-147
    target = spectrum.target(decay=1.0)
    exact = sums(*one_by_one(0.5, 1.0, 1400), kappa)[0]
    assert sums(spectrum, target, kappa)[0] == pytest.approx(exact, rel=1e-8, abs=0)
    for factor in (0.0, 2.0):
        changed = Spectrum(spectrum.eigenvalues, spectrum.multiplicities, tail=factor * spectrum.tail)
        assert sums(changed, target, kappa)[0] != pytest.approx(exact, rel=1e-6, abs=0)


def test_eigenvalues_beyond_the_range_of_doubles_are_kept_as_logarithms() -> None:
    spectrum = ExponentialDecay(1.0, size=3000)
    assert spectrum.eigenvalues[-1] == 0.0
    assert spectrum.rank == 3000
    # half-way between eigenvalues 1000 and 1001, by the symmetry of the spectrum about that point
    result = effective_ridge(spectrum, n_samples=1000, ridge=0.0)
    assert float(result.log_value) == pytest.approx(-999.5, rel=1e-13, abs=0)


def test_what_lies_beyond_the_levels_is_told() -> None:
    with pytest.warns(TruncationWarning, match="lumps"):
        effective_ridge(ExponentialDecay(1.0), n_samples=1000, ridge=0.0)
    assert float(effective_ridge(ExponentialDecay(1.0), n_samples=300, ridge=0.0).log_value) == pytest.approx(-299.5, rel=1e-12)


def test_scale_and_repr() -> None:
    assert ExponentialDecay(0.3, scale=5.0).trace == pytest.approx(5.0 / -math.expm1(-0.3), rel=1e-14, abs=0)
    assert repr(ExponentialDecay(0.5, 4)) == "ExponentialDecay(0.5, size=4: 4 levels, rank 4, trace 2.19754)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0,), "rate = 0.0"),
        ((np.nan,), "rate = nan"),
        ((1.0, 0), "size = 0"),
        ((1.0, 30_000), "size = 30000 .* leave it out"),
        ((1.0, None, -1.0), "scale"),
    ],
)
def test_bad_arguments(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        ExponentialDecay(*arguments)  # type: ignore[arg-type]  # what is wrong with them
    assert "\n" not in str(caught.value)


def test_bad_targets() -> None:
    with pytest.raises(InvalidInputError, match="decay = 0"):
        ExponentialDecay(1.0).target(decay=0.0)
    with pytest.raises(InvalidInputError, match=r"use ExponentialDecay\.target"):
        _ = RidgeRegression(ExponentialDecay(0.01), np.ones(100)).design


def test_the_head_keeps_trace_and_energy() -> None:
    for spectrum in (ExponentialDecay(0.001), ExponentialDecay(0.5), ExponentialDecay(0.01, size=200)):
        target = spectrum.target(decay=0.002)
        head, goal = spectrum.head(target)
        assert np.all(head.multiplicities == 1)
        assert head.trace == pytest.approx(spectrum.trace, rel=1e-13, abs=0)
        assert goal.energy == pytest.approx(target.energy, rel=1e-13, abs=0)


def test_an_experiment_agrees_and_would_not_with_another_rate() -> None:
    spectrum, other = ExponentialDecay(0.05), ExponentialDecay(0.1)
    grid = {"n_samples": 60, "ridge": [1e-3, 0.3], "n_trials": 40, "progress": False}
    verdict = check(RidgeRegression(spectrum, spectrum.target(decay=0.1), noise_variance=0.1), **grid)
    assert verdict.outcome == "agree", verdict.summary()

    class Wrong(ExponentialDecay):
        def head(self, target: Target) -> tuple[Spectrum, Target]:
            return other.head(target)

    wrong = Wrong(0.05)
    assert check(RidgeRegression(wrong, wrong.target(decay=0.1), noise_variance=0.1), **grid).outcome == "disagree"
