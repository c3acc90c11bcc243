from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymptotix.equivalents.dispatch import risk
from asymptotix.errors import InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.latent_space import LatentSpace
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target
from asymptotix.verdict.enlargement import checked_sizes, enlarged, enlarged_grid, require_enlargeable, what_is_scaled

LEVELS = Spectrum([1.0, 0.2], [5, 40], tail=0.7)
TARGET = Target([1.0, 0.3], 0.1)


@pytest.mark.parametrize(
    ("model", "grid"),
    [
        (RidgeRegression(LEVELS, TARGET, noise_variance=0.2), {"n_samples": np.array([20, 60]), "ridge": 0.3}),
        (RandomFeatures(LEVELS, TARGET, noise_variance=0.2), {"n_samples": 30, "n_features": np.array([20, 60]), "ridge": 0.3}),
        (LatentSpace(10, signal=2.0, noise_variance=0.2), {"n_samples": 30, "n_features": np.array([20, 60]), "ridge": 0.3}),
        (RidgeRegression(Spectrum([1.0], [40]), [1.0], noise_variance=0.2), {"n_samples": 30, "time": np.array([0.01, 1.0])}),
        (RidgeRegression(Spectrum([1.0], [40]), [1.0], noise_variance=0.2), {"n_samples": 30, "steps": 7, "step_size": 1e-3}),
    ],
)
def test_the_equivalents_of_all_errors_are_the_same_at_every_size(model: Any, grid: dict[str, Any]) -> None:
    one, four = risk(model, **grid), risk(enlarged(model, 4), **enlarged_grid(grid, 4))
    for name in ("test_error", "bias", "variance", "train_error", "in_sample_risk"):
        assert four.quantity(name) == pytest.approx(one.quantity(name), rel=1e-10, abs=0)
    assert "n_samples" in what_is_scaled(model, grid)
    # a size forgotten in one argument shows
    other = risk(model, **enlarged_grid(grid, 4))
    assert other.test_error != pytest.approx(one.test_error, rel=1e-3, abs=0)


def test_what_has_no_copies_is_refused_with_the_reason() -> None:
    points = np.random.default_rng(0).standard_normal((12, 3))
    with pytest.raises(InvalidInputError, match="a data set has the size it has"):
        require_enlargeable(RandomFeatures.on_data(points, points[:, 0], "relu"))
    with pytest.raises(InvalidInputError, match="on a sphere the levels grow with its dimension"):
        require_enlargeable(RandomFeatures.on_sphere("relu", dimension=10, target=[0.0, 1.0]))
    with pytest.raises(InvalidInputError, match="a data set"):
        require_enlargeable(KernelRidge.on_data(points, points[:, 0], lambda q1, q2, c: np.exp(c)))
    with pytest.raises(InvalidInputError, match="cannot be copied"):
        require_enlargeable(3)


@pytest.mark.parametrize("sizes", [(1,), (2, 4), (1, 1, 2), (1, 2.5), (1, 65), "12", 4, (0, 1), (1, True), (1, "2")])
def test_bad_sizes(sizes: Any) -> None:
    with pytest.raises(InvalidInputError, match="sizes"):
        checked_sizes(sizes)


def test_sizes_are_sorted() -> None:
    assert checked_sizes([4, 1, 2]) == (1, 2, 4)
