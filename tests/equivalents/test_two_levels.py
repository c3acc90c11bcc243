from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.equivalents.two_levels import TwoLevels

RNG = np.random.default_rng(0)
MODEL = ax.LatentSpace(20, signal=1.3, noise_variance=0.1)


def test_the_latent_space_point_by_point_by_the_general_solver() -> None:
    n, p, ridge = (np.round(10 ** RNG.uniform(0, 5, 40)), np.round(10 ** RNG.uniform(1.31, 5, 40)), 10 ** RNG.uniform(-12, 6, 40))
    p[:3], n[3], n[4], ridge[3] = 20.0, p[3], 20.0, 1e-12  # one level; the threshold; the end of the first level
    curve = ax.risk(MODEL, n_samples=n, n_features=p, ridge=ridge)
    for i in range(n.size):
        known = ax.risk(MODEL.at(float(p[i])), n_samples=n[i], ridge=ridge[i])
        assert set(known.values) == set(curve.values)
        for name in known.values:
            assert curve.quantity(name)[i] == pytest.approx(float(known.quantity(name)), rel=1e-12, abs=1e-300), (name, i)


def test_another_multiplicity_shows() -> None:
    one = np.ones(1)
    right, wrong = (TwoLevels(5 * one, 20 * one, m * one, one, 0 * one).risk(50 * one, 0.5 * one, 0.1) for m in (80, 40))
    assert right["test_error"] != pytest.approx(wrong["test_error"], rel=0.1, abs=0)


def test_points_with_and_without_a_ridge_and_without_end_side_by_side() -> None:
    grid = {"n_samples": 100, "n_features": np.array([50, 400, np.inf])[:, None], "ridge": [0.0, 0.5]}
    together = ax.risk(MODEL, **grid)
    for i, p in enumerate((50, 400, np.inf)):
        for j, ridge in enumerate((0.0, 0.5)):
            alone = ax.risk(MODEL, n_samples=100, n_features=p, ridge=ridge)
            for name in alone.values:
                assert together.quantity(name)[i, j] == float(alone.quantity(name)), name
