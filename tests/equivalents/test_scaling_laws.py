from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

PAIRS = [(1.5, 0.3), (1.5, 0.8), (2.0, 0.5), (2.0, 1.5), (3.0, 0.25)]


@pytest.mark.parametrize(("capacity", "source"), PAIRS)
def test_ridgeless_slopes(capacity, source):
    law = ax.scaling_law(capacity, source)
    measured = law.measure([1e6, 1e8])
    assert measured.effective_ridge == pytest.approx(law.effective_ridge, rel=1e-3, abs=0)
    assert measured.bias == pytest.approx(law.bias, rel=2e-3, abs=0)
    assert np.abs(measured.variance).max() < 1e-3
    assert float(ax.risk(law.model(1.0), n_samples=1e7, ridge=0.0).variance) == pytest.approx(capacity - 1, rel=1e-3, abs=0)
    # without the saturation at source 1 the law would be wrong
    if source > 1:
        assert measured.bias[1] != pytest.approx(-2 * capacity * source, rel=0.2, abs=0)


@pytest.mark.parametrize(("capacity", "source"), PAIRS)
def test_slopes_at_a_visible_ridge(capacity, source):
    law = ax.scaling_law(capacity, source, ridge_exponent=capacity / 2)
    measured = law.measure(1e8)
    assert float(measured.effective_ridge) == pytest.approx(law.effective_ridge, rel=5e-3, abs=0)
    assert float(measured.bias) == pytest.approx(law.bias, rel=1e-2, abs=0)
    assert float(measured.variance) == pytest.approx(law.variance, rel=2e-2, abs=0)


@pytest.mark.parametrize(("capacity", "source"), PAIRS)
def test_slope_at_the_best_ridge(capacity, source):
    law = ax.scaling_law(capacity, source)
    assert float(law.measure(1e8, optimal=True).excess_risk) == pytest.approx(law.optimal_excess, rel=0.01, abs=0)
    best = ax.optimal_ridge(law.model(1.0), n_samples=[1e7, 1e8], allow_negative=False).value
    exponent = 1 - np.log(best[1] / best[0]) / np.log(10)
    assert exponent == pytest.approx(law.optimal_ridge, rel=0.01, abs=0)


def test_crossover_of_noise():
    """Where bias and variance meet moves as noise^(-1/q)."""
    law = ax.scaling_law(1.5, 0.3)
    n = np.logspace(1, 8, 1401)
    meet = []
    for noise in (1e-3, 1e-4):
        curve = ax.risk(law.model(noise), n_samples=n, ridge=0.0)
        meet.append(np.interp(0.0, np.log(curve.variance / curve.bias), np.log(n)))
    assert (meet[1] - meet[0]) / np.log(10) == pytest.approx(1 / law.crossover, rel=5e-3, abs=0)
    assert np.isnan(ax.scaling_law(3.0, 0.25, ridge_exponent=0.5).crossover)


def test_best_exponent_is_best():
    law = ax.scaling_law(2.0, 0.5)
    others = [ax.scaling_law(2.0, 0.5, ridge_exponent=exponent) for exponent in np.linspace(0.05, 2.0, 40)]
    rates = [max(other.bias, other.variance) for other in others]
    assert law.optimal_excess <= min(rates)
    at_best = ax.scaling_law(2.0, 0.5, ridge_exponent=law.optimal_ridge)
    assert at_best.bias == pytest.approx(at_best.variance, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 0.5), "capacity = 1.0"),
        ((2.0, 0.0), "source = 0.0"),
        ((np.inf, 1.0), "capacity = inf"),
        (("a", 1.0), "capacity = 'a'"),
    ],
)
def test_bad_exponents(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        ax.scaling_law(*arguments)


def test_bad_options():
    with pytest.raises(InvalidInputError, match="ridge_exponent = -1"):
        ax.scaling_law(2.0, 0.5, ridge_exponent=-1.0)
    with pytest.raises(InvalidInputError, match="n_samples"):
        ax.scaling_law(2.0, 0.5).measure(0)
