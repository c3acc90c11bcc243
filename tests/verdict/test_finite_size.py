from __future__ import annotations

import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.verdict.finite_size import LARGEST_ALLOWANCE, SizeFit, first_order, second_order


def fit_of(differences: np.ndarray, errors: np.ndarray, n_trials: tuple[int, ...] = (50, 25, 16)) -> SizeFit:
    return SizeFit((1, 2, 4), "n_samples times the size", differences, errors, n_trials)


def test_the_fit_finds_a_limit_and_a_part_that_falls_with_the_size() -> None:
    limit, constant = np.array([0.02, 0.0, -0.1]), np.array([0.0, 0.3, 0.05])
    fit = fit_of(np.stack([limit + constant / m for m in (1, 2, 4)]), np.full((3, 3), 0.01))
    assert fit.limit == pytest.approx(limit, rel=1e-12, abs=1e-14)
    assert fit.finite_size == pytest.approx(constant, rel=1e-12, abs=1e-14)


def test_the_standard_errors_are_those_of_repeated_fits() -> None:
    rng, errors = np.random.default_rng(0), np.array([0.03, 0.02, 0.015])
    repeated = fit_of(errors[:, None] * rng.standard_normal((3, 40_000)), np.broadcast_to(errors[:, None], (3, 40_000)))
    assert np.std(repeated.limit) == pytest.approx(repeated.limit_standard_error[0], rel=0.02, abs=0)
    assert np.std(repeated.finite_size) == pytest.approx(repeated.finite_size_standard_error[0], rel=0.02, abs=0)
    # no fewer degrees of freedom than the fewest trials give, no more than all of them
    assert 15 <= repeated.degrees_of_freedom[0] <= 88


def test_the_orders_are_capped_and_the_second_is_the_square_of_the_first() -> None:
    curve = risk(RidgeRegression(Spectrum([1.0], [60]), [1.0]), n_samples=[4, 59, 200, 2000], ridge=1e-3)
    first, second = first_order(curve), second_order(curve)
    assert np.all(first <= LARGEST_ALLOWANCE)
    assert second[2:] == pytest.approx(first[2:] ** 2, rel=1e-12, abs=0)
    assert first[3] == pytest.approx(curve.overfitting_coefficient[3] / 2000, rel=1e-12, abs=0)
