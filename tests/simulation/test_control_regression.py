from __future__ import annotations

import numpy as np
import pytest

from asymptotix.simulation.control_regression import adjusted


def trials(count, seed=0):
    """A skewed y that depends on two of three controls, not linearly, with mean 1."""
    rng = np.random.default_rng(seed)
    c = np.column_stack([rng.gamma(9.0, size=count) / 3.0 - 3.0, rng.standard_normal(count), rng.standard_normal(count)])
    y = 1.0 + 2.0 * c[:, 0] - c[:, 1] + 0.1 * (c[:, 0] ** 2 - 1.0) + 0.2 * rng.exponential(size=count) - 0.2
    return np.column_stack([y, -3.0 * y]), c


def test_the_values_are_those_of_a_regression_on_the_other_trials():
    draws, controls = trials(30)
    found = adjusted(draws, controls)
    values = np.empty_like(draws)
    for i in range(30):
        others = np.arange(30) != i
        design = np.column_stack([np.ones(29), controls[others]])
        coefficients = np.linalg.lstsq(design, draws[others], rcond=None)[0]
        values[i] = draws[i] - controls[i] @ coefficients[1:]
    assert found.mean == pytest.approx(values.mean(axis=0), rel=1e-12)
    expected = np.sqrt(np.sum((values - values.mean(axis=0)) ** 2, axis=0) / 30 / (29 - 3))
    assert found.standard_error == pytest.approx(expected, rel=1e-12)
    assert found.n_controls == 3


def test_it_is_unbiased_and_its_error_bars_cover():
    found = [adjusted(*trials(40, seed)) for seed in range(1500)]
    means, errors = (np.array([getattr(one, name)[0] for one in found]) for name in ("mean", "standard_error"))
    assert abs(means.mean() - 1.0) < 4.0 * means.std() / np.sqrt(1500)
    assert errors.mean() < 0.2 * np.sqrt(5.0 / 40)  # of the plain mean: Var y is 4 + 1 and a little
    assert np.mean(np.abs(means - 1.0) > errors) == pytest.approx(0.32, abs=0.04)
    assert np.mean(np.abs(means - 1.0) > 2.0 * errors) == pytest.approx(0.05, abs=0.02)


def test_a_wrong_known_mean_is_a_bias_that_z_notices():
    draws, controls = trials(400)
    right, wrong = adjusted(draws, controls), adjusted(draws, controls - [0.1, 0.0, 0.0])
    assert abs(right.mean[0] - 1.0) < 4.0 * right.standard_error[0]
    assert (wrong.mean[0] - 1.0) / wrong.standard_error[0] > 8.0


def test_collinear_controls_count_once_and_constant_columns_stay():
    draws, controls = trials(60)
    doubled = adjusted(draws, np.column_stack([controls, 2.0 * controls[:, 0], np.zeros(60)]))
    single = adjusted(draws, controls)
    assert doubled.n_controls == 3
    assert doubled.mean == pytest.approx(single.mean, rel=1e-9)
    assert doubled.standard_error == pytest.approx(single.standard_error, rel=1e-9)
    constant = adjusted(np.full((60, 1), 0.1), controls)
    assert constant.mean[0] == np.full(60, 0.1).mean()
    assert constant.standard_error[0] < 1e-16


def test_with_too_few_trials_the_plain_mean_is_left():
    draws, controls = trials(29)
    found = adjusted(draws, controls)
    assert found.n_controls == 0
    assert np.array_equal(found.mean, draws.mean(axis=0))
    assert np.isnan(adjusted(draws[:0], controls[:0]).mean).all()
