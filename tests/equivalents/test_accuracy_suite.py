"""Eleven spectra made to lose digits, seven sample sizes, six ridges; 144 random-feature problems: 13 digits of each."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import asymptotix as ax
from tests.equivalents.textbook import Textbook, relative_error, tolerance

FloatArray = NDArray[np.float64]

NOISE = 0.25
RIDGES = (0.0, 1e-30, 1e-12, 1e-6, 1.0, 1e6)
FIELDS = ("bias", "variance", "test_error", "train_error", "df1", "df2")
SMALLEST = 1e-290  # kappa and errors below it are out of scope: doubles lose digits there


def _clusters(p: int) -> FloatArray:
    jitter = 1.0 + 1e-10 * np.random.default_rng(1).random(p)
    return np.repeat([1.0, 1e-3, 1e-8, 1e-9], p // 4) * jitter


def _log_uniform(decades: float, top: float) -> Callable[[int], FloatArray]:
    return lambda p: 10.0 ** (top - decades * np.random.default_rng(2).random(p))


def _wishart(p: int) -> FloatArray:
    g = np.random.default_rng(3).standard_normal((600, 1200))
    return np.linalg.eigvalsh(g @ g.T / 1200)


FAMILIES: dict[str, Callable[[int], FloatArray]] = {
    "power 1.05": lambda p: np.arange(1.0, p + 1) ** -1.05,
    "power 1.5": lambda p: np.arange(1.0, p + 1) ** -1.5,
    "power 4": lambda p: np.arange(1.0, p + 1) ** -4.0,
    "300 decades": lambda p: 10.0 ** (-300.0 * np.arange(p) / p),
    "cut off": lambda p: 10.0 ** -np.minimum(np.arange(1.0, p + 1) / 5, 300.0),
    "clusters": _clusters,
    "degenerate": lambda p: np.full(p, 0.37),
    "gap": lambda p: np.repeat([1.0, 1e-20], p // 2),
    "12 decades": _log_uniform(12.0, 0.0),
    "600 decades": _log_uniform(600.0, 300.0),
    "Wishart": _wishart,
}


def family(name: str, size: int) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues, decreasing, and energies s b^2 with b uniform times s^-0.2."""
    s = np.sort(FAMILIES[name](size))[::-1].copy()
    return s, s * (np.random.default_rng(4).random(s.size) * s**-0.2) ** 2


def worst_of_ridge(s: FloatArray, energies: FloatArray) -> tuple[float, int]:
    """The largest error over n and ridge, in units of the tolerance, and the number of cases."""
    model = ax.RidgeRegression(ax.Spectrum(s), energies, noise_variance=NOISE)
    oracle, p = Textbook(s, energies=energies), s.size
    worst, cases = 0.0, 0
    for n in (1, 10, p // 2, p - 1, p, p + 1, 2 * p):
        for ridge in RIDGES:
            if ridge == 0 and n >= p:
                continue  # kappa = 0, or an infinite risk: tested below
            curve = ax.risk(model, n_samples=n, ridge=ridge)
            kappa = oracle.root(n, math.inf, ridge, float(curve.log_effective_ridge))
            if float(kappa) < SMALLEST:
                continue
            reference = oracle.ridge_risk(kappa, n, ridge, NOISE) | {"effective_ridge": float(kappa)}
            worst, cases = max(worst, _error(curve, reference, float(kappa.log()))), cases + 1
    return worst, cases


def _error(curve: ax.RiskCurve, reference: dict[str, float], log_kappa: float) -> float:
    """The largest relative error of a field, in units of the tolerance."""
    seen = {name: value for name, value in reference.items() if value == 0 or abs(value) > SMALLEST}
    return max(relative_error(float(curve.values[name]), value) for name, value in seen.items()) / tolerance(log_kappa)


@pytest.mark.parametrize("name", FAMILIES)
def test_thirteen_digits_of_ridge_regression(name: str) -> None:
    worst, cases = worst_of_ridge(*family(name, 1000))
    assert cases >= 30
    assert worst < 1.0


def test_thirteen_digits_of_a_compressed_spectrum() -> None:
    assert worst_of_ridge(*family("power 1.5", 3000))[0] < 1.0


@pytest.mark.long
@pytest.mark.parametrize("size", [2000, 4000])  # 4000 are compressed
@pytest.mark.parametrize("name", FAMILIES)
def test_thirteen_digits_of_ridge_regression_at_other_sizes(name: str, size: int) -> None:
    worst, cases = worst_of_ridge(*family(name, size))
    assert cases >= 30
    assert worst < 1.0


@pytest.mark.parametrize("name", FAMILIES)
def test_ridgeless_with_at_least_as_many_samples_as_eigenvalues(name: str) -> None:
    s, energies = family(name, 1000)
    model = ax.RidgeRegression(ax.Spectrum(s), energies, noise_variance=NOISE)
    curve = ax.risk(model, n_samples=[s.size + 1, 2 * s.size], ridge=0.0)
    assert curve.effective_ridge.tolist() == [0.0, 0.0]
    assert curve.bias.tolist() == [0.0, 0.0]
    assert curve.variance.tolist() == pytest.approx([NOISE * s.size, NOISE], rel=1e-13, abs=0)
    with pytest.raises(ax.HypothesisError, match="infinite"):
        ax.risk(model, n_samples=s.size, ridge=0.0)


def random_feature_problems(count: int = 144) -> list[tuple[float, float, float]]:
    """n, p log-uniform in [10, 10^3.5], half of them |n - p| <= 1 apart, ridge log-uniform in [1e-12, 10]."""
    rng = np.random.default_rng(5)
    problems = []
    for i in range(count):
        n, p = (float(round(10.0 ** rng.uniform(1.0, 3.5))) for _ in range(2))
        problems.append((n, n + float(rng.integers(-1, 2)) if i % 2 else p, float(10.0 ** rng.uniform(-12.0, 1.0))))
    return problems


def test_thirteen_digits_of_random_features() -> None:
    index = np.arange(1.0, 1501.0)
    s, energies = index**-1.5, index**-2.7
    problems, oracle = random_feature_problems(), Textbook(s, energies=energies)
    assert sum(abs(n - p) <= 1 for n, p, _ in problems) >= 72
    model = ax.RandomFeatures(ax.Spectrum(s), energies, noise_variance=NOISE)
    for n, p, ridge in problems:
        curve = ax.risk(model, n_samples=n, n_features=p, ridge=ridge)
        nu2 = oracle.root(n, p, ridge, float(curve.log_effective_ridge))
        reference = oracle.features_risk(nu2, n, p, ridge, NOISE) | {"effective_ridge": float(nu2)}
        assert _error(curve, reference, float(nu2.log())) < 1.0, (n, p, ridge)


# negative controls: each of these must fail the suite


def test_a_dropped_multiplicity_would_be_noticed() -> None:
    model = ax.RidgeRegression(ax.Spectrum([0.37], [999.0]), [3.0], noise_variance=NOISE)
    oracle = Textbook([0.37], [1000.0], [3.0])
    for n, ridge in ((10, 1e-6), (500, 1.0), (2000, 1e6)):
        curve = ax.risk(model, n_samples=n, ridge=ridge)
        kappa = oracle.root(n, math.inf, ridge, float(curve.log_effective_ridge))
        reference = oracle.ridge_risk(kappa, n, ridge, NOISE) | {"effective_ridge": float(kappa)}
        assert _error(curve, reference, float(kappa.log())) > 1e9


def test_the_textbook_subtraction_in_doubles_would_be_noticed() -> None:
    s, energies = family("gap", 1000)
    oracle, n, ridge = Textbook(s, energies=energies), s.size // 2, 1e-12
    start = float(ax.effective_ridge(ax.Spectrum(s), n_samples=n, ridge=ridge).log_value)
    kappa = oracle.root(n, math.inf, ridge, start)
    df2 = np.sum((s / (s + float(kappa))) ** 2)
    variance = NOISE * df2 / (n - df2)  # the formula of the textbook at the right kappa
    assert relative_error(float(variance), oracle.ridge_risk(kappa, n, ridge, NOISE)["variance"]) > 1e-13 * 1e2
