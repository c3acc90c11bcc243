from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymptotix.equivalents.derivatives.risk_derivatives import risk_derivative
from asymptotix.equivalents.dispatch import risk
from asymptotix.equivalents.negative_ridge.edge import smallest_ridge
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.inner_product import exponential_kernel
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.compression.compressing import compress
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target
from tests.equivalents.analytic import Analytic

SIZE, NOISE = 40, 0.3
S = np.arange(1, SIZE + 1.0) ** -1.3
ENERGIES = np.random.default_rng(1).random(SIZE) * S
POINTS = [(15, None), (39, None), (90, None), (15, 30), (30, 15), (38, 60), (50, 70), (70, 50)]


def model_of(p: float | None, tail: float = 0.0) -> RidgeRegression | RandomFeatures:
    kind = RidgeRegression if p is None else RandomFeatures
    return kind(Spectrum(S, tail=tail), Target(ENERGIES, tail=tail / 2), noise_variance=NOISE)


def ridges(n: int, p: int | None, tail: float) -> list[float]:
    """A negative ridge, 0 (where the oracle has a nonzero root), and positive ones."""
    edge = float(smallest_ridge(Spectrum(S, tail=tail), n_samples=n, n_features=p))
    ridgeless = [0.0] if min(n, p or n) < SIZE or tail > 0 else []
    return [0.5 * edge, *ridgeless, 1e-7, 0.05, 4.0]


@pytest.mark.parametrize("tail", [0.0, 0.05])
@pytest.mark.parametrize(("n", "p"), POINTS)
@pytest.mark.parametrize("argument", ["ridge", "n_samples", "n_features"])
def test_every_field_against_differences_at_60_digits(tail: float, n: int, p: int | None, argument: str) -> None:
    if p is None and argument == "n_features":
        return
    model, oracle = model_of(p, tail), Analytic(S, ENERGIES, NOISE, tail, tail / 2)
    for ridge in ridges(n, p, tail):
        curve = risk(model, n_samples=n, ridge=ridge, n_features=p)
        slopes = risk_derivative(model, n_samples=n, ridge=ridge, n_features=p, with_respect_to=argument)
        expected = oracle.derivative(argument, n, p, ridge, float(curve.effective_ridge))
        assert set(slopes.values) == set(curve.values)
        for name, value in expected.items():
            size = (
                abs(float(curve.values[name])) / {"ridge": max(abs(ridge), 1.0), "n_samples": n, "n_features": p or 1}[argument]
            )
            assert float(slopes.values[name]) == pytest.approx(float(value), rel=2e-12, abs=1e-14 * size + 1e-28), (name, ridge)
            if abs(float(value)) > 1e-9 * size:
                assert float(slopes.values[name]) != pytest.approx(2 * float(value), rel=0.1, abs=0), (name, ridge)


@pytest.mark.parametrize(("n", "p"), [(20, None), (20, 35), (35, 20)])
@pytest.mark.parametrize("argument", ["ridge", "log_ridge", "n_samples", "n_features"])
def test_against_numpy_differences_of_risk(n: int, p: int | None, argument: str) -> None:
    if p is None and argument == "n_features":
        return
    at: dict[str, Any] = {"n_samples": n, "ridge": 0.2, "n_features": p}
    varied = "ridge" if argument == "log_ridge" else argument
    h = 1e-4 * at[varied]
    up, down = (risk(model_of(p), **{**at, varied: at[varied] + sign * h}) for sign in (1, -1))
    slopes = risk_derivative(model_of(p), **at, with_respect_to=argument)
    for name in slopes.values:
        expected = (up.values[name] - down.values[name]) / (2 * h) * (at["ridge"] if argument == "log_ridge" else 1.0)
        assert float(slopes.values[name]) == pytest.approx(float(expected), rel=1e-6, abs=1e-11), name


@pytest.mark.parametrize("p", [None, 70])
def test_ridgeless_beyond_full_rank(p: int | None) -> None:
    """At kappa = 0 the derivative in the ridge is a limit: differences across it, between ridges of both signs."""
    at: dict[str, Any] = {"n_samples": 60, "n_features": p}
    h = 1e-7
    up, down = (risk(model_of(p), **at, ridge=sign * h) for sign in (1, -1))
    slopes = risk_derivative(model_of(p), **at, ridge=0.0)
    for name in set(slopes.values) - {"log_effective_ridge"}:
        expected = float(up.values[name] - down.values[name]) / (2 * h)
        assert float(slopes.values[name]) == pytest.approx(expected, rel=1e-4, abs=1e-7), name
    assert slopes.log_effective_ridge == np.inf
    elasticity = risk_derivative(model_of(p), **at, ridge=0.0, with_respect_to="log_ridge")
    assert elasticity.log_effective_ridge == 1.0
    assert elasticity.test_error == 0.0


def test_identities() -> None:
    """d kappa / d ridge = 1 / (n - df2); the elasticity is a / (a + e), between 0 and 1; test and excess differ by a constant."""
    n, ridge = np.array([[10], [39], [200]]), np.logspace(-8, 3, 12)
    model = model_of(None)
    curve = risk(model, n_samples=n, ridge=ridge)
    by_ridge, by_log = (risk_derivative(model, n_samples=n, ridge=ridge, with_respect_to=name) for name in ("ridge", "log_ridge"))
    np.testing.assert_allclose(by_ridge.effective_ridge, curve.overfitting_coefficient / n, rtol=1e-13)
    np.testing.assert_allclose(by_log.test_error, ridge * by_ridge.test_error, rtol=1e-12, atol=1e-16)
    assert np.all((by_log.log_effective_ridge > 0) & (by_log.log_effective_ridge < 1))
    np.testing.assert_array_equal(by_ridge.test_error, by_ridge.excess_risk)
    assert np.all(by_ridge.variance < 0)
    assert np.all(by_ridge.train_error > 0)


def test_infinitely_many_features_and_underflow() -> None:
    model = model_of(1.0)
    at: dict[str, Any] = {"n_samples": 20, "ridge": 0.1}
    endless = risk_derivative(model, **at, n_features=np.inf)
    kernel = risk_derivative(model_of(None), **at)
    assert set(kernel.values) - set(endless.values) == {"gcv", "loo"}
    for name in set(kernel.values) & set(endless.values):
        assert float(endless.values[name]) == pytest.approx(float(kernel.values[name]), rel=1e-12, abs=0), name
    none = risk_derivative(model, **at, n_features=np.inf, with_respect_to="n_features")
    assert all(float(value) == 0.0 for value in none.values.values())
    deep = RidgeRegression(Spectrum.from_log(-np.arange(1, 2001.0)), np.exp(-np.arange(1, 2001.0) / 2), noise_variance=0.1)
    slopes = risk_derivative(deep, n_samples=1000, ridge=0.0, with_respect_to="n_samples")
    assert float(slopes.log_effective_ridge) == pytest.approx(-1.0, rel=0.1, abs=0)  # kappa ~ exp(-n)
    assert np.isfinite(slopes.test_error)


@pytest.mark.parametrize("p", [None, 70, 45])
def test_however_close_to_zero_the_ridge_is(p: int | None) -> None:
    """Squares of kappa underflow long before the limit is reached."""
    at: dict[str, Any] = {"n_samples": 60, "n_features": p}
    limit = risk_derivative(model_of(p), **at, ridge=0.0)
    for ridge in (-1e-160, 1e-120, 1e-155, 1e-160, 1e-200, 1e-300):
        slopes = risk_derivative(model_of(p), **at, ridge=ridge)
        for name in ("squared_norm", "test_error", "df1", "df2"):
            assert float(slopes.values[name]) == pytest.approx(float(limit.values[name]), rel=1e-11, abs=0), (name, ridge)


def test_a_corner_has_no_derivative() -> None:
    """Beyond full rank the ridgeless risk does not depend on the number of features, below it does."""
    model = model_of(1.0)
    below, above = (
        float(risk_derivative(model, n_samples=60, ridge=0.0, n_features=p, with_respect_to="n_features").test_error)
        for p in (SIZE - 1e-6, SIZE + 1e-6)
    )
    assert abs(below) > 1e-3
    assert above == 0.0
    with pytest.raises(HypothesisError, match="n_samples = 60, n_features = 40: there n_features = rank and the risk has no"):
        risk_derivative(model, n_samples=60, ridge=0.0, n_features=SIZE)


def test_long_spectra_are_differentiated_on_their_table() -> None:
    s = np.arange(1, 6001.0) ** -1.2
    model = RidgeRegression(Spectrum(s), s, noise_variance=0.5)
    oracle = Analytic(s, s, 0.5)
    point = risk(model, n_samples=300, ridge=0.1)
    slopes = risk_derivative(model, n_samples=300, ridge=0.1)
    expected = oracle.derivative("ridge", 300, None, 0.1, float(point.effective_ridge))
    for name in ("test_error", "df2", "squared_norm", "effective_ridge"):
        assert float(slopes.values[name]) == pytest.approx(float(expected[name]), rel=1e-11, abs=0), name


def test_grids_and_repr() -> None:
    law = PowerLaw(1.5)
    model = RidgeRegression(law, law.target(0.5), noise_variance=0.1)
    slopes = risk_derivative(model, n_samples=np.array([10, 100])[:, None], ridge=[0.1, 1.0, 10.0])
    assert slopes.test_error.shape == (2, 3)
    assert repr(slopes).startswith("RiskDerivative(with_respect_to='ridge', shape (2, 3); excess_risk")
    with pytest.raises(AttributeError, match="no field 'tset'"):
        _ = slopes.tset


def test_bad_input() -> None:
    at: dict[str, Any] = {"n_samples": 10, "ridge": 0.1}
    for changes, message in (
        ({"with_respect_to": "n"}, "with_respect_to = 'n' is not valid: .* one of ridge, log_ridge, n_samples, n_features"),
        ({"with_respect_to": "n_features"}, "RidgeRegression has no random features"),
        ({"n_features": 10}, "n_features"),
        ({"n_samples": np.inf}, "finite where n_features is infinite"),
    ):
        with pytest.raises(InvalidInputError, match=message) as caught:
            risk_derivative(model_of(None), **{**at, **changes})
        assert "\n" not in str(caught.value)
    with pytest.raises(HypothesisError, match="risk is infinite"):
        risk_derivative(model_of(None), n_samples=SIZE, ridge=0.0)
    with pytest.raises(HypothesisError, match="must be above"):
        risk_derivative(model_of(None), n_samples=10, ridge=-100.0)
    with pytest.raises(InvalidInputError, match="n_features"):
        risk_derivative(model_of(1.0), **at)
    x = np.random.default_rng(0).standard_normal((12, 3))
    with pytest.raises(InvalidInputError, match="independent samples"):
        risk_derivative(KernelRidge.on_data(x, x[:, 0], lambda a, b, c: np.exp(c)), **at)
    with pytest.raises(InvalidInputError, match="model"):
        risk_derivative("ridge", **at)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("kind", [RidgeRegression, RandomFeatures])
def test_a_table_gives_the_derivatives_of_its_eigenvalues(kind: Any) -> None:
    s, at = np.arange(1, 2001.0) ** -1.5, {"n_samples": 150} | ({} if kind is RidgeRegression else {"n_features": 300})
    energies = s**1.4
    table = compress(s, energies=energies)
    short, whole = kind(table, table.target, noise_variance=NOISE), kind(Spectrum(s), energies, noise_variance=NOISE)
    for argument in ("ridge", "log_ridge", "n_samples", *list(at)[1:]):
        for ridge in (-1e-4, 0.0, 1e-2):
            slopes = [risk_derivative(model, **at, ridge=ridge, with_respect_to=argument) for model in (short, whole)]
            for name in slopes[1].values:
                one, other = float(slopes[0].values[name]), float(slopes[1].values[name])
                assert one == pytest.approx(other, rel=1e-11, abs=1e-15), (name, argument, ridge)
                assert abs(other) < 1e-12 or one != pytest.approx(2 * other, rel=1e-3, abs=0), (name, argument, ridge)


def test_kernel_ridge_on_the_sphere_and_on_data_with_replacement() -> None:
    inputs = np.random.default_rng(0).standard_normal((40, 5))
    kernel = exponential_kernel()
    for model in (
        KernelRidge.on_sphere(kernel, dimension=20, target=[0, 1, 0.5], noise_variance=NOISE),
        KernelRidge.on_data(inputs, inputs[:, 0], kernel, noise_variance=NOISE, sampling="replacement"),
    ):
        slopes = risk_derivative(model, n_samples=20, ridge=0.1)
        up, down = (risk(model, n_samples=20, ridge=0.1 + step) for step in (1e-5, -1e-5))
        for name in slopes.values:
            expected = float(up.values[name] - down.values[name]) / 2e-5
            assert float(slopes.values[name]) == pytest.approx(expected, rel=1e-7, abs=1e-10), name
