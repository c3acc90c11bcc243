from __future__ import annotations

import numpy as np
import pytest

from asymptotix.report.error_bars import median_interval, over_trials, standard_error

DRAWS = np.array([[1.0, 5.0], [2.0, np.nan], [4.0, 7.0], [9.0, 6.0]])


def test_a_trial_that_was_not_run_does_not_count() -> None:
    expected = [np.std([1, 2, 4, 9], ddof=1) / 2, np.std([5, 7, 6], ddof=1) / np.sqrt(3)]
    assert standard_error(DRAWS, axis=0) == pytest.approx(expected, rel=1e-12, abs=0)
    assert over_trials(np.nanmedian, DRAWS) == pytest.approx([3.0, 6.0], rel=1e-12, abs=0)


def test_without_any_trial_the_statistic_is_nan_and_says_nothing() -> None:
    assert np.isnan(over_trials(np.nanmedian, np.full((3, 2), np.nan))).all()
    assert np.isnan(over_trials(standard_error, DRAWS[:1])).all()


def test_the_interval_holds_the_median_at_least_68_times_in_100() -> None:
    rng = np.random.default_rng(0)
    low, high = median_interval(rng.exponential(size=(30, 4000)))
    held = np.mean((low <= np.log(2)) & (np.log(2) <= high))
    assert 0.66 < held < 0.85
