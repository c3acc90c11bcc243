from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import InvalidInputError, TruncationWarning
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict import check


def exact_df1(exponent: float, kappa: float) -> mpmath.mpf:
    """sum_i 1/(1 + kappa i^a): terms up to M with kappa M^a > 2, then the Hurwitz series in 1/kappa."""
    with mpmath.workdps(40):
        a, k = mpmath.mpf(exponent), mpmath.mpf(kappa)
        m = int(mpmath.ceil((2 / k) ** (1 / a))) + 1
        head = mpmath.fsum(1 / (1 + k * mpmath.mpf(i) ** a) for i in range(1, m + 1))
        tail = mpmath.fsum((-1) ** j * k ** (-(j + 1)) * mpmath.zeta(a * (j + 1), m + 1) for j in range(140))
        return head + tail


@pytest.mark.parametrize("exponent", [1.05, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("kappa", [1e-5, 1e-2, 3.0])
def test_df1_of_the_infinite_power_law(exponent: float, kappa: float) -> None:
    law = PowerLaw(exponent)
    value = law.multiplicities @ (law.eigenvalues / (law.eigenvalues + kappa)) + law.tail / kappa
    assert float(value) == pytest.approx(float(exact_df1(exponent, kappa)), rel=1e-13, abs=0)


@pytest.mark.parametrize("size", [1, 2, 63, 64, 65, 100, 5000])
def test_a_finite_power_law_equals_its_eigenvalues_one_by_one(size: int) -> None:
    law, plain = PowerLaw(1.3, size=size), Spectrum(np.arange(1.0, size + 1) ** -1.3)
    assert law.rank == pytest.approx(size, rel=1e-13, abs=0)
    assert law.trace == pytest.approx(plain.trace, rel=1e-13, abs=0)
    grid = {"n_samples": np.array([0.3, 0.6])[:, None] * size, "ridge": np.array([1e-9, 1e-2, 10.0])}
    one, two = effective_ridge(law, **grid), effective_ridge(plain, **grid)
    assert one.value == pytest.approx(two.value, rel=1e-12, abs=0)


def test_risk_with_a_source_condition_matches_a_long_explicit_spectrum() -> None:
    size = 200_000
    i = np.arange(1.0, size + 1)
    law = PowerLaw(1.5, size=size)
    grid = {"n_samples": 300, "ridge": np.array([1e-6, 1e-2])}
    short = risk(RidgeRegression(law, law.target(0.4), noise_variance=0.1), **grid)
    long = risk(RidgeRegression(Spectrum(i**-1.5), i ** (-1 - 2 * 1.5 * 0.4), noise_variance=0.1), **grid)
    for name in ("bias", "variance", "train_error", "squared_norm"):
        assert short.values[name] == pytest.approx(long.values[name], rel=1e-12, abs=0), name


def test_overfitting_coefficient_of_the_ridgeless_infinite_power_law() -> None:
    # E_0 = alpha n / (n + 1/2), up to terms that vanish exponentially for alpha = 2
    model = RidgeRegression(PowerLaw(2.0), [0.0], noise_variance=1.0)
    assert float(risk(model, n_samples=50, ridge=0.0).overfitting_coefficient) == pytest.approx(2 * 50 / 50.5, rel=1e-9, abs=0)


@pytest.mark.parametrize(("exponent", "size"), [(1.0, None), (0.5, None), (np.nan, None), (-1.0, 10), (2.0, 0), (2.0, 1.5)])
def test_bad_power_laws(exponent: float, size: float | None) -> None:
    with pytest.raises(InvalidInputError):
        PowerLaw(exponent, size=size)


def test_bad_source() -> None:
    with pytest.raises(InvalidInputError, match="source"):
        PowerLaw(2.0).target(0.0)


def test_the_head_of_a_finite_law_is_its_eigenvalues() -> None:
    law = PowerLaw(1.3, size=500)
    spectrum, target = law.head(law.target(0.4))
    assert spectrum.eigenvalues == pytest.approx(np.arange(1.0, 501) ** -1.3, rel=1e-15, abs=0)
    assert spectrum.tail == 0.0
    assert target.energies == pytest.approx(np.arange(1.0, 501) ** (-1 - 2 * 1.3 * 0.4), rel=1e-14, abs=0)


def test_the_head_of_an_infinite_law_keeps_trace_and_energy() -> None:
    law = PowerLaw(1.5)
    spectrum, target = law.head(law.target(0.4))
    assert len(spectrum) == 8192
    assert spectrum.trace == pytest.approx(law.trace, rel=1e-10, abs=0)
    assert target.energy == pytest.approx(law.target(0.4).energy, rel=1e-8, abs=0)
    # as the docstring says: a percent at n = 500
    with pytest.warns(TruncationWarning, match="lumps"):
        head = effective_ridge(spectrum, n_samples=500, ridge=0.0).value
    exact = effective_ridge(law, n_samples=500, ridge=0.0).value
    assert 1e-5 < abs(float(head / exact) - 1) < 1e-2


def test_power_laws_can_be_simulated() -> None:
    law = PowerLaw(1.5)
    model = RidgeRegression(law, law.target(0.5), noise_variance=0.1)
    verdict = check(model, n_samples=50, ridge=[1e-3, 0.1], n_trials=20, progress=False)
    assert verdict.outcome == "agree", verdict.summary()


def test_a_target_of_the_first_indices_can_be_simulated_and_one_beyond_cannot() -> None:
    law = PowerLaw(1.5, size=300)
    assert RidgeRegression(law, [1.0, 0.5]).design.energies[:3].tolist() == [1.0, 0.5, 0.0]
    with pytest.raises(InvalidInputError, match=r"use PowerLaw\.target"):
        _ = RidgeRegression(law, np.ones(len(law))).design
