"""Ridges down to the smallest double: every field and every derivative against the textbook formulas in 900 digits."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.derivatives import risk_derivatives
from asymptotix.equivalents.derivatives.risk_derivatives import risk_derivative
from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import ConvergenceError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from tests.equivalents.analytic import Analytic

S, ENERGIES, NOISE = [3.0, 1.0, 0.5, 0.5, 1e-30], [0.5, 0.3, 0.2, 0.1, 0.05], 0.3
RIDGES = [1e-320, 1e-305, 1e-290, 1e-200]
POINTS = [(20, None), (3, None), (20, 30), (30, 20), (3, 30), (30, 3)]
ORACLE = Analytic(S, ENERGIES, NOISE, digits=900)


def model_of(p: int | None) -> RidgeRegression | RandomFeatures:
    return (RidgeRegression if p is None else RandomFeatures)(Spectrum(S), ENERGIES, noise_variance=NOISE)


def start_of(curve: Any) -> Any:
    return mpmath.exp(mpmath.mpf(float(curve.log_effective_ridge)))  # the effective ridge itself underflows


@pytest.mark.parametrize("ridge", RIDGES)
@pytest.mark.parametrize(("n", "p"), POINTS)
def test_every_field(n: int, p: int | None, ridge: float) -> None:
    curve = risk(model_of(p), n_samples=n, ridge=ridge, n_features=p)
    for name, value in ORACLE.fields(n, p, ridge, start_of(curve)).items():
        assert float(curve.values[name]) == pytest.approx(float(value), rel=3e-12, abs=1e-290), name
        if value > 1e-280:
            assert float(curve.values[name]) != pytest.approx(float(value) * (1 + 1e-9), rel=3e-12, abs=0), name


@pytest.mark.parametrize("ridge", RIDGES)
@pytest.mark.parametrize(("n", "p"), POINTS)
@pytest.mark.parametrize("argument", ["ridge", "log_ridge", "n_samples", "n_features"])
def test_every_derivative(n: int, p: int | None, ridge: float, argument: str) -> None:
    if p is None and argument == "n_features":
        return
    curve = risk(model_of(p), n_samples=n, ridge=ridge, n_features=p)
    slopes = risk_derivative(model_of(p), n_samples=n, ridge=ridge, n_features=p, with_respect_to=argument)
    expected = ORACLE.derivative(argument.removeprefix("log_"), n, p, ridge, start_of(curve))
    for name, value in expected.items():
        exact = value * (mpmath.mpf(ridge) if argument == "log_ridge" else 1)
        lost = 1e-280 * abs(float(curve.values[name])) if argument == "log_ridge" else 0.0  # ridge times a number below 1e-308
        assert float(slopes.values[name]) == pytest.approx(float(exact), rel=1e-11, abs=1e-290 + lost), name
        assert abs(exact) < 1e-250 + lost or slopes.values[name] != pytest.approx(float(-exact), rel=1e-11, abs=0), name


def test_infinite_slopes_of_a_logarithm_alone() -> None:
    slopes = risk_derivative(model_of(None), n_samples=20, ridge=[0.0, 1e-320])
    assert np.all(np.isposinf(slopes.log_effective_ridge))
    assert all(np.all(np.isfinite(values)) for name, values in slopes.values.items() if name != "log_effective_ridge")


def test_powers_of_eigenvalues_that_overflow() -> None:
    model = RidgeRegression(Spectrum([1.0, 1e-200]), [1.0, 1e-200], noise_variance=NOISE)
    slopes = risk_derivative(model, n_samples=20, ridge=0.0, with_respect_to="n_samples")
    assert float(slopes.squared_norm) == pytest.approx(-NOISE * 1e200 / 18**2, rel=1e-14, abs=0)
    along = risk_derivative(model, n_samples=20, ridge=[0.0, 1e-250])
    assert not np.any(np.isfinite(along.squared_norm))  # about 1e400
    assert np.all(np.isfinite(along.test_error))


def test_a_derivative_that_is_lost_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model, lost = model_of(None), {"test_error": np.array(np.nan)}
    monkeypatch.setattr(risk_derivatives, "risk_rates", lambda *_: lost)
    with pytest.raises(ConvergenceError, match=r"test_error is lost: .* at n_samples = 20"):
        risk_derivative(model, n_samples=20, ridge=0.1)
