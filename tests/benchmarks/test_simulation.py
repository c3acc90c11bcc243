from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulation import RIDGES, by_hand, equal_error, run, with_the_package


def test_both_sides_estimate_the_same_test_error() -> None:
    n, p, trials = 40, 80, 40
    package, hand = with_the_package(n, p, trials, every=10), by_hand(n, p, trials, every=10)
    assert package.errors.shape == hand.errors.shape == (trials, len(RIDGES[::10]))
    difference = package.errors.mean(axis=0) - hand.errors.mean(axis=0)
    errors = np.sqrt((package.errors.var(axis=0, ddof=1) + hand.errors.var(axis=0, ddof=1)) / trials)
    assert np.all(np.abs(difference) < 5 * errors)
    assert hand.errors.mean(axis=0)[0] == pytest.approx(package.errors.mean(axis=0)[0], rel=0.2, abs=0)


def test_averaging_over_the_noise_cuts_the_variance_of_a_trial() -> None:
    ridges, variances, times = equal_error(40, 80, 30, every=10)
    assert np.all(variances[ridges <= 0.1] > 5)  # 18 and more; at n = 500 hundreds
    assert np.all(times > 0)


def test_the_workload_reports_a_ratio() -> None:
    done = run(40, 80, (2, 1), 25)
    assert done.package_seconds > 0
    assert done.ratio > 1
