from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.fixed_point import effective_ridge
from asymptotix.equivalents.negative_ridge.edge import smallest_ridge
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target
from tests.equivalents.analytic import DIGITS, Analytic

SIZE, NOISE = 60, 0.3
S = np.arange(1, SIZE + 1.0) ** -1.3
ENERGIES = np.random.default_rng(0).random(SIZE) * S
POINTS = [(20, None), (59, None), (61, None), (150, None), (20, 50), (50, 20), (58, 80), (70, 100), (150, 70)]


@pytest.mark.parametrize("tail", [0.0, 0.05])
@pytest.mark.parametrize(("n", "p"), POINTS)
@pytest.mark.parametrize("fraction", [0.01, 0.5, 0.99])
def test_every_field_against_textbook_formulas_at_60_digits(tail: float, n: int, p: int | None, fraction: float) -> None:
    spectrum, target = Spectrum(S, tail=tail), Target(ENERGIES, tail=tail / 2)
    model = (RidgeRegression if p is None else RandomFeatures)(spectrum, target, noise_variance=NOISE)
    ridge = fraction * float(smallest_ridge(spectrum, n_samples=n, n_features=p))
    curve = risk(model, n_samples=n, ridge=ridge, n_features=p)
    expected = Analytic(S, ENERGIES, NOISE, tail, tail / 2).fields(n, p, mpmath.mpf(ridge), float(curve.effective_ridge))
    for name, value in expected.items():
        assert float(curve.values[name]) == pytest.approx(float(value), rel=1e-12, abs=0), name
        wrong = float(value) * (2 if name == "nu1" else 1 + 1e-9)
        assert float(curve.values[name]) != pytest.approx(wrong, rel=1e-12, abs=0), name


@pytest.mark.parametrize(("n", "p"), POINTS)
@pytest.mark.parametrize("fraction", [1e-6, 0.3, 0.999999, 1 - 1e-11])
def test_bounds_contain_the_root(n: int, p: int | None, fraction: float) -> None:
    ridge = fraction * float(smallest_ridge(Spectrum(S), n_samples=n, n_features=p))
    point = effective_ridge(Spectrum(S), n_samples=n, ridge=ridge, n_features=p)
    oracle = Analytic(S, ENERGIES, NOISE)
    with mpmath.workdps(DIGITS):
        low, high = (oracle.ridge(mpmath.mpf(float(end)), n, p) for end in (point.lower, point.upper))
        assert low < mpmath.mpf(ridge) < high
    width = float((point.upper - point.lower) / abs(point.value))
    assert width < 1e-11 / np.sqrt(1 - fraction)  # kappa has a square-root singularity at the edge
    assert (point.value > 0) == (min(n, p or n) < SIZE)
    assert np.isnan(point.log_value) == (min(n, p or n) > SIZE)


@given(st.floats(0.3, 3.0), st.integers(1, 80), st.floats(1e-3, 0.9999))
def test_the_equation_holds_at_50_digits(exponent: float, n: int, fraction: float) -> None:
    s = np.arange(1.0, 41.0) ** -exponent
    edge = float(smallest_ridge(Spectrum(s), n_samples=n))
    if edge == 0:
        return
    point = effective_ridge(Spectrum(s), n_samples=n, ridge=fraction * edge)
    oracle = Analytic(s, s, 1.0)
    with mpmath.workdps(50):
        ends = [oracle.ridge(mpmath.mpf(float(end)), n, None) - mpmath.mpf(fraction * edge) for end in (point.lower, point.upper)]
        assert ends[0] < 0 < ends[1]


def test_ridgeless_is_the_limit_from_below_too() -> None:
    model = RidgeRegression(Spectrum(S), ENERGIES, noise_variance=NOISE)
    for n in (20, 150):
        at, below = (risk(model, n_samples=n, ridge=ridge) for ridge in (0.0, -1e-13))
        for name in ("bias", "variance", "squared_norm", "df1", "overfitting_coefficient"):
            assert float(below.values[name]) == pytest.approx(float(at.values[name]), rel=1e-9, abs=1e-15), (n, name)


def test_a_flat_tail_is_a_ridge() -> None:
    """All but the training error see ridge + tail only; where that is >= 0 the old solver answers."""
    plain = RidgeRegression(Spectrum(S), ENERGIES, noise_variance=NOISE)
    tailed = RidgeRegression(Spectrum(S, tail=0.5), ENERGIES, noise_variance=NOISE)
    for ridge in (-0.7, -0.5, -0.2):
        one, two = risk(tailed, n_samples=10, ridge=ridge), risk(plain, n_samples=10, ridge=ridge + 0.5)
        for name in ("test_error", "effective_ridge", "df2"):
            assert float(one.values[name]) == pytest.approx(float(two.values[name]), rel=1e-12, abs=0)


def test_grids_of_both_signs() -> None:
    model = RidgeRegression(Spectrum(S), ENERGIES, noise_variance=NOISE)
    ridge = np.array([-2e-3, 0.0, -1e-3, 0.5])
    whole = risk(model, n_samples=np.array([[20], [300]]), ridge=ridge)
    for i, n in enumerate((20, 300)):
        for j, one in enumerate(ridge):
            alone = risk(model, n_samples=n, ridge=one)
            assert float(whole.test_error[i, j]) == pytest.approx(float(alone.test_error), rel=1e-13, abs=0)


@pytest.mark.parametrize(("n", "p", "fraction"), [(60, 150, 0.5), (150, 60, 0.4)])
def test_the_estimator_itself(n: int, p: int, fraction: float) -> None:
    """Exact population errors of (X'X + ridge)^-1 X'y or X'(XX' + ridge)^-1 y on 100 draws; the allowance is the O(1/n) bias."""
    rng = np.random.default_rng(20)
    s = np.linspace(0.5, 1.5, p)
    beta = np.sqrt(np.full(p, 1.0 / p) / s)
    model = RidgeRegression(Spectrum(s), s * beta**2, noise_variance=NOISE)
    ridge = fraction * float(smallest_ridge(Spectrum(s), n_samples=n))
    rows = []
    for _ in range(100):
        x = rng.standard_normal((n, p)) * np.sqrt(s)
        gram = np.linalg.inv(x @ x.T + ridge * np.eye(n)) if n < p else None
        solve = x.T @ gram if gram is not None else np.linalg.solve(x.T @ x + ridge * np.eye(p), x.T)
        missed = solve @ (x @ beta) - beta
        residual, smoother = x @ missed, np.eye(n) - x @ solve
        rows.append(
            (
                s @ missed**2,
                NOISE * np.sum(s[:, None] * solve**2),
                (residual @ residual + NOISE * np.sum(smoother**2)) / n,
                np.sum((solve @ (x @ beta)) ** 2) + NOISE * np.sum(solve**2),
            )
        )
    draws = np.array(rows)
    mean, error = draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    curve = risk(model, n_samples=n, ridge=ridge)
    ridgeless = risk(model, n_samples=n, ridge=0.0)
    for k, name in enumerate(("bias", "variance", "train_error", "squared_norm")):
        theory = float(curve.values[name])
        assert abs(mean[k] - theory) < 5 * error[k] + 0.06 * theory, name
        if name in ("variance", "squared_norm"):  # the ridgeless value must not pass for it
            assert abs(mean[k] - float(ridgeless.values[name])) > 5 * error[k] + 0.06 * theory, name


@pytest.mark.parametrize(
    ("n", "p", "message"),
    [
        (20, None, r"ridge = -9 is not valid at n_samples = 20: it must be above -0\.\d+, where the smallest eigenvalue"),
        (150, None, "ridge = -9 is not valid at n_samples = 150: it must be above"),
        (60, None, "at n_samples = 60: it must be above 0,"),
        (30, 30, "at n_samples = 30, n_features = 30: it must be above 0,"),
        (20, 40, "at n_samples = 20, n_features = 40: it must be above"),
    ],
)
def test_below_the_edge(n: int, p: int | None, message: str) -> None:
    with pytest.raises(HypothesisError, match=message) as caught:
        effective_ridge(Spectrum(S), n_samples=[n, n], ridge=[1.0, -9.0], n_features=p)
    assert "\n" not in str(caught.value)


def test_at_the_edge_itself_and_not_a_number() -> None:
    edge = float(smallest_ridge(Spectrum(S), n_samples=20))
    with pytest.raises(HypothesisError, match="smallest_ridge gives this edge"):
        effective_ridge(Spectrum(S), n_samples=20, ridge=edge)
    for bad in (np.nan, -np.inf):
        with pytest.raises(InvalidInputError, match="ridge must be finite"):
            effective_ridge(Spectrum(S), n_samples=20, ridge=bad)


def test_data_have_no_negative_ridge() -> None:
    x = np.random.default_rng(0).standard_normal((12, 3))
    model = KernelRidge.on_data(x, x[:, 0], lambda a, b, c: np.exp(c))
    with pytest.raises(InvalidInputError, match="finite and >= 0"):
        risk(model, n_samples=5, ridge=-0.01)


@pytest.mark.parametrize(("n", "p"), POINTS)
@pytest.mark.parametrize("ridge", [-1e-20, -1e-30, -1e-160, -1e-300, -1e-320])
def test_however_close_to_zero(n: int, p: int | None, ridge: float) -> None:
    model = (RidgeRegression if p is None else RandomFeatures)(Spectrum(S), ENERGIES, noise_variance=NOISE)
    if ridge < float(smallest_ridge(Spectrum(S), n_samples=n, n_features=p)):
        return
    at, below = (risk(model, n_samples=n, ridge=value, n_features=p) for value in (0.0, ridge))
    for name in ("test_error", "variance", "df1", "df2", "squared_norm"):
        assert float(below.values[name]) == pytest.approx(float(at.values[name]), rel=1e-10, abs=0), name
    if min(n, p or n) > SIZE and ridge > -1e-300:
        expected = -ridge * (p or 1) / ((n - SIZE) * ((p or SIZE + 1) - SIZE))
        assert float(-below.effective_ridge) == pytest.approx(expected, rel=1e-6, abs=0)


def test_the_error_tells_a_ridge_from_an_edge_next_to_it() -> None:
    edge = float(smallest_ridge(Spectrum(S), n_samples=20))
    with pytest.raises(HypothesisError, match=rf"ridge = {edge * (1 + 1e-9):.10g} is not valid .* above {edge:.10g},"):
        effective_ridge(Spectrum(S), n_samples=20, ridge=edge * (1 + 1e-9))
