from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from asymptotix.verdict.significance import FALSE_ALARM, noticed, trials_needed, z_limit


@pytest.mark.parametrize(("points", "free"), [(1, 1.0), (21, 49.0), (500, 199.0)])
def test_the_limit_is_the_quantile_at_which_the_table_raises_one_alarm_in_a_thousand(points: int, free: float) -> None:
    assert 2 * points * t(free).sf(z_limit(points, free)) == pytest.approx(FALSE_ALARM, rel=1e-6, abs=0)
    assert 2 * points * norm.sf(z_limit(points, None)) == pytest.approx(FALSE_ALARM, rel=1e-6, abs=0)
    assert z_limit(points, free) > z_limit(points, None)


def test_the_number_of_trials_is_the_least_that_suffices() -> None:
    spread, margin, points = 0.3, 0.02, 21
    found = trials_needed(spread, margin, points)
    assert found is not None

    def width(trials: int) -> float:
        return z_limit(points, trials - 1.0) * spread / np.sqrt(trials)

    assert width(found) <= margin < width(found - 1)


@pytest.mark.parametrize(("spread", "margin"), [(np.nan, 0.1), (np.inf, 0.1), (1.0, 0.0), (1.0, 1e-9)])
def test_no_number_of_trials_where_none_would_do(spread: float, margin: float) -> None:
    assert trials_needed(spread, margin, 10) is None


def test_a_deviation_of_the_noticed_size_is_noticed_95_times_in_100() -> None:
    rng, limit, error, allowance = np.random.default_rng(0), z_limit(1, None), 0.01, 0.02
    size = float(noticed(np.array(error), np.array(allowance), limit))
    found = np.abs(size + error * rng.standard_normal(20_000)) - allowance > limit * error
    assert found.mean() == pytest.approx(0.95, rel=0, abs=0.01)
    smaller = np.abs(0.7 * size + error * rng.standard_normal(20_000)) - allowance > limit * error
    assert smaller.mean() < 0.5
