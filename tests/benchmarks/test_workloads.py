"""Two routes to different answers cannot be timed against each other: each workload is run small, and its answers compared."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks import effective_ridge, random_features_grid
from benchmarks.measurement import Measurement, measure

PATHS = ["never", pytest.param("always", marks=pytest.mark.skipif(find_spec("numba") is None, reason="Numba is an extra"))]


def assert_measured(done: Measurement) -> None:
    assert done.largest_difference < 1e-11
    assert done.package_seconds > 0
    assert done.by_hand_seconds > 0


@pytest.mark.parametrize("path", PATHS)
def test_by_hand_and_by_the_package_agree(path: str) -> None:
    assert_measured(effective_ridge.run(size=2500, n_ridges=5, n_samples=100.0, repeats=1, path=path))
    assert_measured(effective_ridge.run_sizes(size=3000, n_sizes=70, every=30, repeats=1, path=path))
    assert_measured(random_features_grid.run(size=2500, side=9, every=10, repeats=1, path=path))


def test_a_wrong_answer_shows_in_the_difference() -> None:
    done = measure("factor two", lambda: np.full(3, 2.0), lambda: np.ones(3), repeats=1)
    assert done.largest_difference == pytest.approx(1.0)


def test_a_part_done_by_hand_counts_as_the_whole() -> None:
    ticks = range(200_000)
    whole = measure("all", lambda: np.ones(1), lambda: np.ones(1) * (sum(ticks) > 0), repeats=3)
    quarter = measure("a quarter", lambda: np.ones(1), lambda: np.ones(1) * (sum(ticks) > 0), repeats=3, share=0.25)
    assert quarter.by_hand_seconds > 2 * whole.by_hand_seconds
