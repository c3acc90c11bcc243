from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import InvalidInputError

MODEL = ax.RidgeRegression(ax.Spectrum([1.0, 0.01], [40, 400]), [0.6, 0.4], noise_variance=0.3)


@pytest.mark.parametrize("n", [30, 150, 600])
def test_no_time_is_better(n):
    best = ax.optimal_time(MODEL, n_samples=n)
    others = ax.risk(MODEL, n_samples=n, time=np.logspace(-6, 4, 301)).test_error
    assert float(best.test_error) <= others.min() * (1 + 1e-12)
    assert float(best.test_error) == pytest.approx(others.min(), rel=1e-3, abs=0)
    assert float(best.test_error) == float(ax.risk(MODEL, n_samples=n, time=best.value).test_error)
    beside = ax.risk(MODEL, n_samples=n, time=best.value * np.array([0.5, 2.0])).test_error
    assert np.all(beside > float(best.test_error))


def test_the_best_ridge_is_a_little_better():
    ratio = ax.optimal_time(MODEL, n_samples=150).test_error / ax.optimal_ridge(MODEL, n_samples=150).test_error
    assert 1.0 < float(ratio) < 1.1


def test_without_noise_and_beyond_the_rank_the_flow_is_never_stopped():
    model = ax.RidgeRegression(ax.Spectrum([1.0], [40]), [1.0])
    assert ax.optimal_time(model, n_samples=[100, 200]).value.tolist() == [np.inf, np.inf]


@pytest.mark.parametrize("n", [0, -3, np.nan, np.inf, "ten"])
def test_bad_sizes(n):
    with pytest.raises(InvalidInputError, match="n_samples = "):
        ax.optimal_time(MODEL, n_samples=n)
