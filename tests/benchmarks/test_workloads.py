"""Two routes to different answers cannot be timed against each other: each workload is run small, and its answers compared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import effective_ridge
from benchmarks.measurement import measure


def test_effective_ridge_by_hand_and_by_the_package_agree() -> None:
    done = effective_ridge.run(size=2000, n_ridges=5, n_samples=100.0, repeats=1)
    assert done.largest_difference < 1e-11
    assert done.package_seconds > 0
    assert done.by_hand_seconds > 0


def test_a_wrong_answer_shows_in_the_difference() -> None:
    done = measure("factor two", lambda: np.full(3, 2.0), lambda: np.ones(3), repeats=1)
    assert done.largest_difference == pytest.approx(1.0)
