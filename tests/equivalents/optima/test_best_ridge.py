from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.equivalents.derivatives.risk_derivatives import risk_derivative
from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.negative_ridge.edge import smallest_ridge
from asymptotix.equivalents.optima.best_ridge import optimal_ridge
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

S = np.arange(1, 121.0) ** -1.0
ALIGNED = np.append(1.0, np.zeros(119))


def brute_force(model: Any, n: float, p: float | None, low: float, high: float) -> tuple[float, float]:
    """The least test error on a fine grid of ridges, by `risk` alone."""
    edge = float(smallest_ridge(model.spectrum, n_samples=n, n_features=p))
    ridge = np.concatenate([edge + np.geomspace(low, high, 500) - min(edge, 0.0) * 1e-9, np.geomspace(low, high, 1500)])
    error = risk(model, n_samples=n, ridge=ridge, n_features=p).test_error
    return float(ridge[np.argmin(error)]), float(np.min(error))


@given(st.floats(0.1, 10.0), st.floats(1e-3, 10.0), st.integers(1, 400), st.integers(1, 400))
def test_isotropic_prior(scale: float, noise: float, first: int, n: int) -> None:
    """Energies c s_i in every direction: the best ridge is noise / c whatever the spectrum, and the error there n c kappa."""
    s, m = np.array([1.0, 0.2, 0.01]), np.array([first, 50.0, 120.0])
    model = RidgeRegression(Spectrum(s, m), scale * s * m, noise_variance=noise)
    best = optimal_ridge(model, n_samples=n)
    # ridge = kappa (n - df1), and rounding is relative to kappa n
    assert float(best.value) == pytest.approx(noise / scale, rel=1e-11, abs=1e-14 * n * float(best.effective_ridge))
    assert float(best.test_error) == pytest.approx(n * scale * float(best.effective_ridge), rel=1e-12, abs=0)
    assert (str(best.kind), int(best.n_minima)) == ("positive", 1)
    # the convention of a mean of squares, off by n, must not pass
    assert n == 1 or float(best.value) != pytest.approx(noise / scale / n, rel=1e-3, abs=0)


@pytest.mark.parametrize(("n", "noise"), [(10, 1e-3), (30, 1e-3), (30, 0.3), (200, 1e-3)])
@pytest.mark.parametrize("p", [None, 70, 90])
def test_against_brute_force(n: int, noise: float, p: int | None) -> None:
    kind_of_model = RidgeRegression if p is None else RandomFeatures
    model = kind_of_model(Spectrum(S), ALIGNED + 1e-3 * S, noise_variance=noise)
    best = optimal_ridge(model, n_samples=n, n_features=p)
    where, least = brute_force(model, n, p, 1e-6, 1e3)
    assert str(best.kind) == ("negative" if where < 0 else "positive")
    assert (n == 10) <= (where < 0)
    assert float(best.test_error) <= least * (1 + 1e-14)
    assert float(best.test_error) == pytest.approx(least, rel=1e-3, abs=0)
    assert float(best.value) == pytest.approx(where, rel=0.05, abs=0.02)
    slope = risk_derivative(model, n_samples=n, ridge=best.value, n_features=p)
    nearby = risk_derivative(model, n_samples=n, ridge=float(best.value) + 0.01, n_features=p)
    assert abs(float(slope.test_error)) < 1e-8 * abs(float(nearby.test_error))


def test_without_negative_ridges() -> None:
    model = RidgeRegression(Spectrum(S), ALIGNED, noise_variance=1e-3)
    n = np.array([10, 30, 200])
    free, bound = (optimal_ridge(model, n_samples=n, allow_negative=allowed) for allowed in (True, False))
    assert list(free.kind) == ["negative", "negative", "positive"]
    assert list(bound.kind) == ["zero", "zero", "positive"]
    assert list(bound.value[:2]) == [0.0, 0.0]
    assert np.all(free.test_error[:2] < bound.test_error[:2])
    assert free.value[2] == pytest.approx(bound.value[2], rel=1e-10, abs=0)


def test_a_flat_tail_asks_for_a_negative_ridge() -> None:
    """The tail is a ridge already: the best ridge is the best one without tail, less the tail."""
    energies = S / S.sum()
    plain = optimal_ridge(RidgeRegression(Spectrum(S), energies, noise_variance=0.1), n_samples=[20, 60])
    tailed = optimal_ridge(RidgeRegression(Spectrum(S, tail=2.0), energies, noise_variance=0.1), n_samples=[20, 60])
    np.testing.assert_allclose(tailed.value, plain.value - 2.0, rtol=1e-9)
    np.testing.assert_allclose(tailed.test_error, plain.test_error, rtol=1e-12)
    assert list(tailed.kind) == ["negative", "negative"]


def test_two_minima_are_compared() -> None:
    """A strong easy part and a weak hard part, far apart: learning both, or the first only, are local minima."""
    counts = np.array([1.0, 3000.0])
    found = []
    for hard in (0.02, 0.6):
        model = RidgeRegression(Spectrum([1.0, 1e-4], counts), [1.0, hard], noise_variance=1e-3)
        best = optimal_ridge(model, n_samples=1000)
        _, least = brute_force(model, 1000, None, 1e-7, 1e3)
        assert float(best.test_error) <= least * (1 + 1e-14)
        found.append(float(best.value))
    assert found[0] != found[1]


def textbook_scan(s: Any, m: Any, e: Any, n: float, noise: float, step: float = 0.01) -> tuple[float, int]:
    """The least test error of ridge regression over log kappa from the edge on, and the number of minima, by the plain sums."""
    x = np.arange(np.log(s[-1]) - 8.0, np.log(s[0]) + 25.0, step)
    learned = 1.0 / (1.0 + np.exp(x)[:, None] / s)
    whole = n - learned**2 @ m
    error = n * ((1.0 - learned) ** 2 @ e + noise) / whole
    error = error[np.flatnonzero(whole <= 0)[-1] + 1 if np.any(whole <= 0) else 0 :]
    return float(np.min(error)), int(np.sum((error[1:-1] < error[:-2]) & (error[1:-1] < error[2:])))


def test_ladders_of_levels_with_many_minima() -> None:
    """Levels a factor e^3 to e^30 apart: no scan of log kappa finds a lower error."""
    many = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        size = int(rng.integers(3, 12))
        s = np.exp(-np.arange(size) * rng.uniform(3, 30))
        m, e = np.round(10 ** np.cumsum(rng.uniform(0, 1, size))), np.exp(-rng.uniform(0, 1) * np.arange(size))
        n = float(np.round(np.cumsum(m)[rng.integers(size)] * rng.choice([0.5, 0.9, 1.1])) + 1)
        noise = 10 ** rng.uniform(-6, 1)
        least, count = textbook_scan(s, m, e, n, noise)
        best = optimal_ridge(RidgeRegression(Spectrum(s, m), e, noise_variance=noise), n_samples=n)
        assert float(best.test_error) <= least * (1 + 1e-9), seed
        many += count > 1
    assert many >= 20


@pytest.mark.parametrize("scale", [1e-250, 1e-150, 1e150, 1e250])
def test_units_do_not_matter(scale: float) -> None:
    """Squares of such eigenvalues are no doubles."""
    one, other = (
        optimal_ridge(RidgeRegression(Spectrum(c * S), ALIGNED + S, noise_variance=0.3), n_samples=[20, 150])
        for c in (1.0, scale)
    )
    np.testing.assert_allclose(other.value, scale * one.value, rtol=1e-9)
    np.testing.assert_allclose(other.test_error, one.test_error, rtol=1e-12)
    logs = -420.0 - np.array([0.0, 2.4, 124.5, 136.4])
    deep = RidgeRegression(Spectrum.from_log(logs, [5833, 1983, 97, 4]), [4e-3, 1e-5, 3e-6, 0.43], noise_variance=1.1)
    assert str(optimal_ridge(deep, n_samples=3956, allow_negative=False).kind) == "positive"


def test_noise_that_doubles_cannot_compare_with_the_energies_is_refused() -> None:
    for n, noise in ((20, 1e300), (120, 1e-300)):
        message = re.escape(f"at n_samples = {n}: noise_variance = {noise:g} is too large or too small")
        with pytest.raises(ConvergenceError, match=message):
            optimal_ridge(RidgeRegression(Spectrum(S), S, noise_variance=noise), n_samples=n)


def test_a_flat_tail_beyond_full_rank_without_negative_ridges() -> None:
    """With them the error falls to 0 at the edge; without them ridge 0 is best, and its error is that of the tail."""
    model = RidgeRegression(Spectrum(S, tail=0.2), S)
    with pytest.raises(HypothesisError, match="no ridge is best at n_samples = 150"):
        optimal_ridge(model, n_samples=150)
    best = optimal_ridge(model, n_samples=[130, 150], allow_negative=False)
    assert list(best.kind) == ["zero", "zero"]
    errors = risk(model, n_samples=150, ridge=np.linspace(0.0, 3.0, 50)).test_error
    assert float(best.test_error[1]) == pytest.approx(float(np.min(errors)), rel=1e-13, abs=0)
    assert float(best.test_error[1]) > 0.1


def test_noiseless_and_pure_noise() -> None:
    exact = RidgeRegression(Spectrum(S), ALIGNED)
    above = optimal_ridge(exact, n_samples=150)
    assert (float(above.value), str(above.kind), float(above.test_error)) == (0.0, "zero", 0.0)
    assert str(optimal_ridge(exact, n_samples=20).kind) == "negative"
    with pytest.raises(HypothesisError, match="no ridge is best at n_samples = 120: without noise"):
        optimal_ridge(exact, n_samples=[20, 120])
    nothing = RidgeRegression(Spectrum(S), Target([0.0], tail=0.5), noise_variance=0.25)
    best = optimal_ridge(nothing, n_samples=[10, 150])
    assert list(best.value) == [np.inf, np.inf]
    assert list(best.kind) == ["infinite", "infinite"]
    assert list(best.test_error) == [0.75, 0.75]
    assert list(best.risk.excess_risk) == [0.5, 0.5]
    large = risk(nothing, n_samples=10, ridge=1e12)
    for name, value in best.risk.values.items():
        if name not in ("effective_ridge", "log_effective_ridge"):
            assert float(value[0]) == pytest.approx(float(large.values[name]), rel=1e-9, abs=1e-9), name


def test_random_features_published_table() -> None:
    """n = 60, s_k = k^-1.5 to 100, energies k^-1.8, noise 0.25: values computed in multiprecision, elsewhere."""
    k = np.arange(1, 101.0)
    model = RandomFeatures(Spectrum(k**-1.5), k**-1.8, noise_variance=0.25)
    best = optimal_ridge(model, n_samples=60, n_features=[15, 30, 59, 60, 61, 120, 1000, np.inf])
    np.testing.assert_allclose(best.value, [1.3077, 0.85965, 0.65085, 0.64778, 0.64483, 0.57370, 0.54445, 0.54344], rtol=4e-5)
    np.testing.assert_allclose(
        best.test_error, [0.67902, 0.54582, 0.475888, 0.474699, 0.473551, 0.440775, 0.413876, 0.410497], rtol=1e-5
    )
    assert np.all(np.diff(best.test_error) < 0)  # more features are never worse at the best ridge


def test_tiny_noise_and_infinite_spectra() -> None:
    tiny = RidgeRegression(Spectrum(S), ALIGNED, noise_variance=1e-20)
    best = optimal_ridge(tiny, n_samples=[120, 200])
    slope = risk_derivative(tiny, n_samples=[120, 200], ridge=best.value, with_respect_to="log_ridge")
    assert np.all(best.value > 0)
    assert np.all(np.abs(slope.test_error) < 1e-8 * best.test_error)
    law = PowerLaw(1.5)
    model = RidgeRegression(law, law.target(0.6), noise_variance=0.1)
    whole = optimal_ridge(model, n_samples=np.array([30, 3000]))
    for i, n in enumerate((30, 3000)):
        assert float(whole.value[i]) == pytest.approx(float(optimal_ridge(model, n_samples=n).value), rel=1e-9, abs=0)
    slopes = risk_derivative(model, n_samples=[30, 3000], ridge=whole.value, with_respect_to="log_ridge").test_error
    assert np.all(np.abs(slopes) < 1e-11)


def test_bias_has_an_optimum_of_its_own() -> None:
    model = RidgeRegression(Spectrum(S), ALIGNED, noise_variance=0.5)
    by_bias, by_error = (optimal_ridge(model, n_samples=30, quantity=name) for name in ("bias", "test_error"))
    assert float(by_bias.risk.bias) < float(by_error.risk.bias)
    assert float(by_bias.test_error) > float(by_error.test_error)
    exact = optimal_ridge(RidgeRegression(Spectrum(S), ALIGNED), n_samples=30)
    assert float(by_bias.value) == pytest.approx(float(exact.value), rel=1e-10, abs=0)


def test_data_set() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 4))
    model = KernelRidge.on_data(x, x[:, 0] - x[:, 1], lambda q, r, c: np.exp(c), noise_variance=0.2)
    best = optimal_ridge(model, n_samples=[10, 40])
    for i, n in enumerate((10, 40)):
        around = risk(model, n_samples=n, ridge=float(best.value[i]) * np.array([0.9, 0.999, 1.001, 1.1])).test_error
        assert np.all(around > best.test_error[i])
        everywhere = risk(model, n_samples=n, ridge=np.geomspace(1e-6, 1e4, 200)).test_error
        assert np.min(everywhere) >= best.test_error[i]
    with pytest.raises(InvalidInputError, match="n_features must be left out"):
        optimal_ridge(model, n_samples=10, n_features=5)
    nothing = KernelRidge.on_data(x, np.zeros(60), lambda q, r, c: np.exp(c), noise_variance=0.2)
    assert list(optimal_ridge(nothing, n_samples=[10, 40]).kind) == ["infinite", "infinite"]


def test_grid_of_features_and_bad_input() -> None:
    model = RandomFeatures(Spectrum(S), ALIGNED + S, noise_variance=0.1)
    best = optimal_ridge(model, n_samples=np.array([20, 50])[:, None], n_features=np.array([10, 50, np.inf]))
    assert best.value.shape == best.kind.shape == best.risk.test_error.shape == (2, 3)
    plain = RidgeRegression(Spectrum(S), ALIGNED, noise_variance=0.1)
    for changes, message in (
        ({"quantity": "variance"}, "one of test_error, excess_risk, bias"),
        ({"n_samples": np.inf}, "n_samples"),
        ({"n_samples": -1}, "n_samples = -1.0 is not valid"),
        ({"n_features": 5}, "no random features"),
        ({"allow_negative": "no"}, "True or False"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            optimal_ridge(plain, **{"n_samples": 10, **changes})
    with pytest.raises(InvalidInputError, match="no ridge is visible"):
        optimal_ridge(model, n_samples=np.inf, n_features=10)
