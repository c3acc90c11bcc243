from __future__ import annotations

import functools
import math
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.errors import InvalidInputError, TruncationWarning
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target
from asymptotix.verdict import check


@functools.cache
def power_sum(p: float, m: int, exponent: float, kappa: float) -> Any:
    """sum_{i >= 1} i^-p (1 + kappa i^a)^-m: 99 terms, the integral from 100 on as a hypergeometric function, Euler-Maclaurin."""
    a, k, p, n, terms = mpmath.mpf(exponent), mpmath.mpf(kappa), mpmath.mpf(p), 100, 48
    if m == 0:
        return mpmath.zeta(p)
    head = mpmath.fsum(mpmath.mpf(i) ** -p / (1 + k * mpmath.mpf(i) ** a) ** m for i in range(1, n))
    b = m + (p - 1) / a
    y = k * mpmath.mpf(n) ** a
    integral = mpmath.mpf(n) ** (1 - p) / (a * b) * y**-m * mpmath.hyp2f1(m, b, b + 1, -1 / y)
    jet = binomial_series(n, -p, terms)
    divisor = [k * c for c in binomial_series(n, a, terms)]
    divisor[0] += 1
    for _ in range(m):
        quotient: list[Any] = []
        for j in range(terms):
            quotient.append((jet[j] - mpmath.fsum(divisor[i] * quotient[j - i] for i in range(1, j + 1))) / divisor[0])
        jet = quotient
    corrections = mpmath.fsum(mpmath.bernoulli(2 * j) / (2 * j) * jet[2 * j - 1] for j in range(1, terms // 2))
    return head + integral + jet[0] / 2 - corrections


def binomial_series(n: int, power: Any, terms: int) -> list[Any]:
    """Coefficients of (n + t)^power in t."""
    out = [mpmath.mpf(n) ** power]
    for j in range(1, terms):
        out.append(out[-1] * (power - j + 1) / j / n)
    return out


def exact_sums(exponent: float, kappa: float, decay: float) -> dict[str, Any]:
    with mpmath.workdps(90):
        first, second = power_sum(0, 1, exponent, kappa), power_sum(0, 2, exponent, kappa)
        zeta, one, two = (power_sum(decay, m, exponent, kappa) for m in (0, 1, 2))
        return {"df1": first, "df2": second, "E": first - second, "unlearned": zeta - 2 * one + two, "mixed": one - two}


def sums(spectrum: Spectrum, target: Target, kappa: float) -> dict[str, float]:
    learned = spectrum.eigenvalues / (spectrum.eigenvalues + kappa)
    left = kappa / (spectrum.eigenvalues + kappa)
    m, e, flat = spectrum.multiplicities, target.energies, spectrum.tail / kappa
    return {
        "df1": float(m @ learned + flat),
        "df2": float(m @ learned**2),
        "E": float(m @ (learned * left) + flat),
        "unlearned": float(e @ left**2 + target.tail),
        "mixed": float(e @ (learned * left)),
    }


def worst(spectrum: Spectrum, target: Target, exponent: float, kappa: float, decay: float) -> float:
    exact = exact_sums(exponent, kappa, decay)
    return max(abs(float(mpmath.mpf(value) / exact[name] - 1)) for name, value in sums(spectrum, target, kappa).items())


KAPPAS = [1e-30, 1e-18, 1e-12, 1e-6, 1e-2, 1.0, 100.0]


@pytest.mark.parametrize("exponent", [1.001, 1.01, 1.1, 1.5, 2.0, 2.5, 4.0])
@pytest.mark.parametrize("kappa", KAPPAS)
def test_every_sum_of_the_infinite_power_law(exponent: float, kappa: float) -> None:
    law = PowerLaw(exponent)
    assert len(law) <= 620
    for decay in (1.01, 1.8, 5.0):
        assert worst(law, law.target(decay=decay), exponent, kappa, decay) < 5e-15, decay


@pytest.mark.parametrize("exponent", [8.0, 16.0, 100.0])
def test_steep_power_laws(exponent: float) -> None:
    # s itself, exp(-alpha log i), carries the rounding of alpha log i where eigenvalues are 1e-40
    law = PowerLaw(exponent)
    for kappa in (1e-18, 1e-6, 1.0):
        assert worst(law, law.target(decay=2.0), exponent, kappa, 2.0) < 2e-14


@pytest.mark.parametrize("exponent", [1.01, 1.5])
def test_a_tail_that_is_dropped_or_doubled_would_be_noticed(exponent: float) -> None:
    law = PowerLaw(exponent)
    target = law.target(decay=exponent)
    for factor in (0.0, 2.0):
        changed = Spectrum(law.eigenvalues, law.multiplicities, tail=factor * law.tail)
        error = abs(sums(changed, target, 1e-18)["df1"] / float(power_sum(0, 1, exponent, 1e-18)) - 1)
        assert error == pytest.approx(law.tail / 1e-18 / sums(law, target, 1e-18)["df1"], rel=1e-6, abs=1e-15)
    # 5e-15 is far below it at 1.01; at 1.5 the tail is 1e-30 of the mass there and df1 does not need it
    assert (error > 0.1) == (exponent == 1.01)


def test_a_law_without_its_fade_is_wrong_in_the_sixth_digit() -> None:
    law, i = PowerLaw(1.5), np.arange(1.0, 65.0)
    exact = float(mpmath.zeta(3))
    sharp = float(np.sum(i**-3.0)) + 64.0**-2 / 2  # the sum up to 64 and the integral from there
    assert abs(sharp / exact - 1) > 1e-6
    assert float(law.multiplicities @ law.eigenvalues**2) == pytest.approx(exact, rel=2e-15, abs=0)


def test_cutting_the_law_is_eight_per_cent_off_where_the_infinite_law_is_exact() -> None:
    exact = float(power_sum(0, 1, 1.5, 1e-6))
    cut, law = PowerLaw(1.5, size=10**6), PowerLaw(1.5)
    assert 0.07 < 1 - sums(cut, cut.target(decay=2.0), 1e-6)["df1"] / exact < 0.09
    assert sums(law, law.target(decay=2.0), 1e-6)["df1"] == pytest.approx(exact, rel=2e-15, abs=0)


@pytest.mark.parametrize("size", [2049, 20_000])
@pytest.mark.parametrize("exponent", [0.01, 1.0, 1.5, 20.0])
def test_a_long_finite_law_sums_like_its_eigenvalues(exponent: float, size: int) -> None:
    law, i = PowerLaw(exponent, size=size), np.arange(1.0, size + 1)
    assert len(law) < 700
    assert math.fsum(law.multiplicities) == size
    plain = Spectrum(i**-exponent)
    for kappa in (1e-30, 1e-9, 1e-3, 1.0):
        for decay in (-2.0, 0.3, 5.0, 20.0):
            one, two = sums(law, law.target(decay=decay), kappa), sums(plain, Target(i**-decay), kappa)
            assert one == pytest.approx(two, rel=2e-14, abs=0)


def test_what_lies_beyond_the_levels_is_told() -> None:
    with pytest.warns(TruncationWarning, match="lumps"):
        effective_ridge(PowerLaw(60.0), n_samples=10_000, ridge=0.0)
    with pytest.warns(TruncationWarning, match="lumps"):
        effective_ridge(PowerLaw(1000.0), n_samples=10, ridge=0.0)
    assert float(effective_ridge(PowerLaw(16.0), n_samples=10**5, ridge=0.0).value) < 1e-79


def test_scale() -> None:
    law, unit = PowerLaw(1.5, scale=3.0), PowerLaw(1.5)
    for name, value in sums(law, law.target(source=0.3), 0.3).items():
        assert value == pytest.approx(sums(unit, unit.target(source=0.3), 0.1)[name], rel=2e-15, abs=0)
    assert law.head(law.target(source=0.3))[0].trace == pytest.approx(law.trace, rel=1e-10, abs=0)
    assert repr(law).startswith("PowerLaw(1.5, scale=3: ")


@pytest.mark.parametrize("arguments", [{}, {"source": 1.0, "decay": 2.0}, {"decay": 1.0}, {"decay": np.nan}, {"source": 0.0}])
def test_bad_targets(arguments: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match=r"source|decay"):
        PowerLaw(2.0).target(**arguments)


@pytest.mark.parametrize("size", [1, 2, 63, 64, 65, 100, 5000])
def test_a_finite_power_law_equals_its_eigenvalues_one_by_one(size: int) -> None:
    law, plain = PowerLaw(1.3, size=size), Spectrum(np.arange(1.0, size + 1) ** -1.3)
    assert law.rank == pytest.approx(size, rel=1e-13, abs=0)
    assert law.trace == pytest.approx(plain.trace, rel=1e-13, abs=0)
    grid = {"n_samples": np.array([0.3, 0.6])[:, None] * size, "ridge": np.array([1e-9, 1e-2, 10.0])}
    one, two = effective_ridge(law, **grid), effective_ridge(plain, **grid)
    assert one.value == pytest.approx(two.value, rel=1e-12, abs=0)


@pytest.mark.parametrize("ridge", [0.0, 1e-12])
def test_a_long_finite_law_next_to_interpolation(ridge: float) -> None:
    law, plain = PowerLaw(1.5, size=5000), Spectrum(np.arange(1.0, 5001) ** -1.5)
    n = np.array([4990, 4999] if ridge == 0 else [4999, 5000, 5001])
    one, two = effective_ridge(law, n_samples=n, ridge=ridge), effective_ridge(plain, n_samples=n, ridge=ridge)
    assert one.value == pytest.approx(two.value, rel=1e-13, abs=0)
    assert float(effective_ridge(law, n_samples=5000, ridge=0.0).value) == 0.0


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


@pytest.mark.parametrize(
    ("exponent", "size"), [(1.0, None), (0.5, None), (np.nan, None), (-1.0, 10), (2.0, 0), (2.0, 1.5), (1001.0, None)]
)
def test_bad_power_laws(exponent: float, size: float | None) -> None:
    with pytest.raises(InvalidInputError):
        PowerLaw(exponent, size=size)


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
        _ = RidgeRegression(PowerLaw(1.5), np.ones(100)).design
