from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.dispatch import risk

P = 60
RNG = np.random.default_rng(4)
SIGMA = np.arange(1.0, P + 1) ** -1.0
ROTATION, _ = np.linalg.qr(RNG.standard_normal((P, P)))
OTHER = ROTATION @ np.diag(np.linspace(0.05, 1.5, P)) @ ROTATION.T
BETA, OTHER_BETA = RNG.standard_normal(P) / np.sqrt(P), RNG.standard_normal(P) / np.sqrt(P)
SHIFTED = ax.CovariateShift(SIGMA, BETA, OTHER, test_coefficients=OTHER_BETA, noise_variance=0.3)
TIMES = np.array([0.0, 1e-6, 1e-3, 0.05, 1.0, 40.0])


def test_without_a_shift_it_is_the_flow() -> None:
    same = ax.CovariateShift(SIGMA, BETA, SIGMA, noise_variance=0.3)
    ours, theirs = (risk(model, n_samples=[[30], [150]], time=TIMES) for model in (same, same.training))
    for name in ("bias", "variance", "test_error", "train_error", "df1"):
        assert ours.quantity(name) == pytest.approx(theirs.quantity(name), rel=1e-9, abs=1e-13), name
    one, two = (risk(model, n_samples=40, steps=[0, 1, 7], step_size=0.004) for model in (same, same.training))
    assert one.test_error == pytest.approx(two.test_error, rel=1e-9, abs=0)


def test_one_step_of_descent_by_exact_moments() -> None:
    """b = eta X'y with Gaussian x: E X'X M X'X = n (n + 1) S M S + n S tr(S M), and E b is linear in n."""
    n, eta, noise = 40, 0.003, 0.3
    s = np.diag(SIGMA)
    mean = n * (n + 1) * s @ OTHER @ s + n * s * np.trace(s @ OTHER)
    square = eta**2 * (BETA @ mean @ BETA)
    bias = square - 2 * eta * n * BETA @ s @ OTHER @ OTHER_BETA + OTHER_BETA @ OTHER @ OTHER_BETA
    curve = risk(SHIFTED, n_samples=n, steps=1, step_size=eta)
    # the equivalent leaves the term n S M S beside n^2 S M S out
    assert float(curve.bias) == pytest.approx(bias - eta**2 * n * (BETA @ s @ OTHER @ s @ BETA), rel=1e-9, abs=0)
    assert float(curve.variance) == pytest.approx(noise * eta**2 * n * np.trace(s @ OTHER), rel=1e-9, abs=0)


def test_ends_of_the_flow() -> None:
    start, end = (risk(SHIFTED, n_samples=150, time=time) for time in (0.0, np.inf))
    assert float(start.bias) == pytest.approx(OTHER_BETA @ OTHER @ OTHER_BETA, rel=1e-12, abs=0)
    assert start.variance == 0
    ridgeless = risk(SHIFTED, n_samples=150, ridge=0.0)
    late = risk(SHIFTED, n_samples=150, time=60.0)
    for name in ("bias", "variance", "test_error"):
        assert float(end.quantity(name)) == float(ridgeless.quantity(name))
        assert float(late.quantity(name)) == pytest.approx(float(ridgeless.quantity(name)), rel=1e-9, abs=0)


@pytest.mark.parametrize("quantity", ["bias", "variance", "test_error"])
def test_simulation_agrees_and_sees_the_test_law(quantity: str) -> None:
    at = {"n_samples": 40, "time": [0.003, 0.05, 1.0]}
    simulated = ax.simulate(SHIFTED, **at, n_trials=60, progress=False, seed=1)
    assert ax.compare(risk(SHIFTED, **at), simulated, quantity=quantity).outcome == "agree"
    diagonal = ax.CovariateShift(SIGMA, BETA, np.eye(P), test_coefficients=OTHER_BETA, noise_variance=0.3)
    assert ax.compare(risk(diagonal, **at), simulated, quantity=quantity).outcome == "disagree"
