"""The table against the sums over the levels, and the roots on it against those found on the levels."""

from __future__ import annotations

import numpy as np
import pytest

from asymptotix.equivalents.constraint import plain_constraint
from asymptotix.equivalents.kappa_table import TableRoots, table_pays, table_roots
from asymptotix.equivalents.level_sums import level_sums, residual_and_slope
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

FloatArray = np.ndarray


def power_law(size: int = 400, tail: float = 0.0) -> SortedLevels:
    i = np.arange(1.0, size + 1)
    return SortedLevels.of(Spectrum(i**-1.5, tail=tail), Target(i**-2.7, tail=0.01))


def assert_solved(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, found: TableRoots | None) -> None:
    assert found is not None
    n, p, lam = n[found.solved], p[found.solved], lam[found.solved]
    residual, slope = residual_and_slope(levels, found.log_kappa, np.minimum(n, p))
    gap, gap_slope, _ = plain_constraint(np.abs(n - p), lam * np.where(np.isinf(p), 1.0, p), 1 / found.kappa)
    assert np.max(np.abs((residual + gap) / (slope + gap_slope))) < 3e-15 * (1 + np.max(np.abs(found.log_kappa)))
    assert found.gap == pytest.approx(gap, rel=1e-13, abs=0)
    assert np.exp(found.log_kappa) == pytest.approx(found.kappa, rel=1e-14, abs=0)
    wanted = level_sums(levels, np.log(found.kappa))
    for name in ("df1", "df2", "spread", "spread_per_kappa", "unlearned", "mixed", "mixed_per_kappa"):
        assert getattr(found.sums, name) == pytest.approx(getattr(wanted, name), rel=2e-14, abs=0), name


@pytest.mark.parametrize("tail", [0.0, 0.003])
def test_a_path_of_ridges(tail: float) -> None:
    levels, lam = power_law(tail=tail), np.logspace(-9, 3, 300)
    n, p = np.full(lam.size, 40.0), np.full(lam.size, np.inf)
    found = table_roots(levels, n, p, lam)
    assert found is not None
    assert np.all(found.solved)
    assert_solved(levels, n, p, lam, found)


def test_scattered_points_of_random_features() -> None:
    levels, rng = power_law(), np.random.default_rng(0)
    n, p, lam = np.exp(rng.uniform(0, 7, 500)), np.exp(rng.uniform(0, 7, 500)), np.exp(rng.uniform(-25, 3, 500))
    n[::7] = p[::7]
    assert_solved(levels, n, p, lam, table_roots(levels, n, p, lam))


def test_ridgeless_points_below_the_rank_are_solved_and_others_left_out() -> None:
    levels = power_law()
    n = np.concatenate([np.linspace(3.0, 399.0, 100), [400.0, 500.0, np.inf]])
    p, lam = np.concatenate([np.full(102, np.inf), [20.0]]), np.zeros(103)
    found = table_roots(levels, n, p, lam)
    assert found is not None
    assert found.solved.tolist() == [True] * 100 + [False] * 3
    assert_solved(levels, n, p, lam, found)


def test_a_multiplicity_that_is_off_is_noticed() -> None:
    lam = np.logspace(-9, 3, 300)
    n, p = np.full(lam.size, 40.0), np.full(lam.size, np.inf)
    i = np.arange(1.0, 401)
    other = SortedLevels.of(Spectrum(i**-1.5, np.where(i == 40, 1.0 + 1e-9, 1.0)), Target(i**-2.7, tail=0.01))
    with pytest.raises(AssertionError):
        assert_solved(other, n, p, lam, table_roots(power_law(), n, p, lam))


def test_a_table_is_for_many_points_in_the_range_of_doubles() -> None:
    assert table_pays(power_law(), 1000)
    assert not table_pays(power_law(), 20)
    assert not table_pays(SortedLevels.of(Spectrum.from_log(np.linspace(0.0, -900.0, 400))), 1000)


def test_only_the_number_of_learned_levels_must_be_exact() -> None:
    lam, p = np.logspace(-3, 3, 100), np.full(100, np.inf)
    rough = SortedLevels.of(Spectrum(np.linspace(1, 2, 400), np.full(400, 0.3)))
    assert table_roots(rough, np.full(100, 50.0), p, lam) is None
    k = np.arange(12)
    sphere = SortedLevels.of(Spectrum(30.0**-k / (1 + k) ** 2, np.rint(30.0**k)), Target(2.0**-k))
    assert sphere.count_errors[-1] > 0  # 30^11 > 2^53
    n = np.linspace(20.0, 5000.0, 100)
    assert_solved(sphere, n, p, lam, table_roots(sphere, n, p, lam))
