"""nu and both shares by one Newton iteration: the roots of the safeguarded, nested one, on points of every kind."""

from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents import random_features_and_tangent as nested
from asymptotix.equivalents.joint_newton import joint_roots


@pytest.fixture(scope="module")
def model() -> ax.RandomFeaturesAndTangent:
    return ax.RandomFeaturesAndTangent.on_sphere("relu", dimension=20, target=[0.0, 0.6, 0.4], noise_variance=0.1)


def _points() -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(3)
    n = np.exp(rng.uniform(0.0, np.log(1e5), 400))
    ridge = np.exp(rng.uniform(np.log(1e-8), np.log(1e4), 400))
    width = np.where(rng.random(400) < 0.1, np.inf, np.exp(rng.uniform(np.log(5.0), np.log(1e6), 400)))
    return n, ridge, (width, 20 * width)


def test_same_roots_as_the_nested_iteration(model: ax.RandomFeaturesAndTangent) -> None:
    n, ridge, counts = _points()
    roots = joint_roots(model.levels, nested._highest(model.levels, n, ridge), n, ridge, counts)
    assert np.mean(roots.found) > 0.99
    few = roots.found
    log_nu = nested._solve(model.levels, n[few], ridge[few], (counts[0][few], counts[1][few]))
    shares = nested._shares(model.levels, np.exp(log_nu), (counts[0][few], counts[1][few]))
    np.testing.assert_allclose(np.exp(roots.log_nu[few] - log_nu), 1.0, rtol=1e-11)  # 1 / (n - df2) times rounding, at worst
    for found, expected in zip(roots.shares, shares, strict=True):
        np.testing.assert_allclose(found[few], expected, rtol=1e-11)


def test_another_width_has_other_roots(model: ax.RandomFeaturesAndTangent) -> None:
    n, ridge, (width, tangent) = _points()
    start = nested._highest(model.levels, n, ridge)
    right = joint_roots(model.levels, start, n, ridge, (width, tangent))
    wrong = joint_roots(model.levels, start, n, ridge, (width, width))  # P = N in place of N d
    finite = right.found & wrong.found & (width < 100)
    assert np.max(np.abs(right.log_nu - wrong.log_nu)[finite]) > 0.1


def test_points_that_are_not_found_are_solved_in_the_other_way(
    model: ax.RandomFeaturesAndTangent, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {"n_samples": np.array([50.0, 400.0, 3000.0]), "ridge": 0.1, "width": 40}
    expected = ax.risk(model, **arguments).test_error
    monkeypatch.setattr("asymptotix.equivalents.joint_newton._STEPS", 1)
    assert ax.risk(model, **arguments).test_error == pytest.approx(expected, rel=1e-12, abs=0)
