from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2

import asymptotix as ax
from asymptotix.errors import InvalidInputError
from asymptotix.models.designs import NonGaussianCovariates
from asymptotix.simulation.designs import sampler_of

MODEL = ax.RidgeRegression(ax.Spectrum([2.0, 0.5], [10, 30]), [1.0, 0.2], noise_variance=0.1)


class Drawn:
    """A model with the covariates of a law."""

    def __init__(self, model: ax.RidgeRegression, law: ax.CovariateLaw) -> None:
        self.design: NonGaussianCovariates = law.design(model)


@pytest.mark.parametrize(
    ("law", "fourth", "pair"),  # E psi^4 and E psi_1^2 psi_2^2 of the uncorrelated entries with their scale
    [
        (ax.CovariateLaw(), 3.0, 1.0),
        (ax.CovariateLaw("rademacher"), 1.0, 1.0),
        (ax.CovariateLaw("student", 12.0), 3.0 * 10.0 / 8.0, 1.0),
        (ax.CovariateLaw(common_scale=12.0), 3.0 * 10.0 / 8.0, 10.0 / 8.0),
        (ax.CovariateLaw("rademacher", common_scale=12.0), 10.0 / 8.0, 10.0 / 8.0),
    ],
    ids=str,
)
def test_every_law_has_the_covariance_stated_and_its_own_fourth_moments(law: ax.CovariateLaw, fourth: float, pair: float) -> None:
    draw = sampler_of(law.design(MODEL)).draw(40_000, None, np.random.default_rng(0))
    psi = draw.matrix / np.repeat(np.sqrt([2.0, 0.5]), [10, 30])
    assert np.max(np.abs(psi.T @ psi / len(psi) - np.eye(40))) < 0.05
    squares = psi**2
    assert np.mean(squares) == pytest.approx(1.0, rel=0.01, abs=0)  # Student entries as NumPy draws them have 1.2
    assert np.mean(squares**2) == pytest.approx(fourth, rel=0.03, abs=0)
    assert np.mean(squares[:, :20] * squares[:, 20:]) == pytest.approx(pair, rel=0.03, abs=0)
    assert np.max(np.abs(draw.labels - psi @ np.repeat(np.sqrt([0.1, 0.2 / 30]), [10, 30]))) < 1e-12


def test_gaussian_entries_without_a_scale_are_the_ordinary_experiment_bit_for_bit() -> None:
    at = {"n_samples": [20, 60], "ridge": 0.5, "n_trials": 3, "progress": False}
    ordinary, same = ax.simulate(MODEL, **at), ax.simulate(Drawn(MODEL, ax.CovariateLaw()), **at)
    assert np.array_equal(ordinary.samples["test_error"], same.samples["test_error"])
    other = ax.simulate(Drawn(MODEL, ax.CovariateLaw("rademacher")), **at)
    assert not np.any(ordinary.samples["test_error"] == other.samples["test_error"])


def test_one_row_of_signs_has_a_known_variance() -> None:
    p, ridge = 50, 3.0
    model = ax.RidgeRegression(ax.Spectrum([1.0], [p]), [1.0], noise_variance=0.1)
    at = {"n_samples": 1, "ridge": ridge, "n_trials": 4, "progress": False}
    signs = ax.simulate(Drawn(model, ax.CovariateLaw("rademacher")), **at)
    exact = 0.1 * p / (p + ridge) ** 2  # |x|^2 = p in every trial
    assert signs.samples["variance"] == pytest.approx(np.full(4, exact), rel=1e-12, abs=0)
    assert np.ptp(ax.simulate(model, **at).samples["variance"]) > 0.01 * exact


def test_a_common_scale_has_the_degrees_of_freedom_of_elliptical_rows() -> None:
    # of rows r_i psi_i the mean of (X'X + ridge)^-1 is I / (g + ridge), g = n E r^2 / (1 + r^2 delta), delta = p / (g + ridge)
    n, p, ridge, freedom = 100, 200, 10.0, 5.0
    squares = (freedom - 2.0) / chi2.ppf((np.arange(20_000) + 0.5) / 20_000, freedom)

    def weight(delta: float) -> float:
        return float(n * np.mean(squares / (1.0 + squares * delta)))

    delta = brentq(lambda d: d * (weight(d) + ridge) - p, 1e-6, p / ridge)
    model = ax.RidgeRegression(ax.Spectrum([1.0], [p]), [1.0], noise_variance=0.1)
    at = {"n_samples": n, "ridge": ridge}
    found = ax.simulate(Drawn(model, ax.CovariateLaw(common_scale=freedom)), **at, n_trials=20, progress=False)
    assert float(found.df1) == pytest.approx(weight(delta) * delta, rel=0.003, abs=0)
    assert float(found.df1) != pytest.approx(float(ax.risk(model, **at).df1), rel=0.01, abs=0)


def test_a_flat_remainder_goes_with_independent_entries_alone() -> None:
    model = ax.RidgeRegression(ax.Spectrum([1.0], [30], tail=5.0), [1.0], noise_variance=0.1)
    at = {"n_samples": 40, "ridge": 0.5, "n_trials": 60, "progress": False}
    signs = ax.simulate(Drawn(model, ax.CovariateLaw("rademacher")), **at)
    assert ax.compare(ax.risk(model, n_samples=40, ridge=0.5), signs).outcome == "agree"
    assert ax.compare(ax.risk(model, n_samples=40, ridge=5.5), signs).outcome == "disagree"
    with pytest.raises(InvalidInputError, match=r"^tail = 5\.0 .* 0 beside a common scale"):
        ax.CovariateLaw(common_scale=5.0).design(model)
