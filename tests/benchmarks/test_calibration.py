from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, kstest, t

from asymptotix.verdict import FALSE_ALARM
from benchmarks.false_alarms import TRIALS, alarms_of_halves, make_pool, noticed, pooled_scores
from benchmarks.injected_mistakes import MISTAKES, PROBLEMS, PROMISED, SEEDS, SMALL, Mistake, caught, largest_change, passes


def promised() -> list[Mistake]:
    return [mistake for mistake in MISTAKES if largest_change(mistake) >= PROMISED]


@pytest.mark.long
def test_there_are_thirty_mistakes_and_ten_small_ones() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)
    found = promised()
    assert len(found) >= 30
    assert sum(largest_change(mistake) <= SMALL for mistake in found) >= 10


@pytest.mark.parametrize(
    "mistake", [mistake for mistake in MISTAKES if mistake.problem in {"ridge", "latent"}], ids=lambda m: m.name
)
def test_a_mistake_is_caught(mistake: Mistake) -> None:
    if largest_change(mistake) >= PROMISED:
        assert caught(mistake, 0)


@pytest.mark.parametrize("name", ["ridge", "latent"])
def test_the_true_theory_passes(name: str) -> None:
    assert passes(name, 0)


@pytest.mark.long
def test_all_mistakes_are_caught_on_nine_of_ten_seeds() -> None:
    missed = {mistake.name: [seed for seed in SEEDS if not caught(mistake, seed)] for mistake in promised()}
    assert {name: seeds for name, seeds in missed.items() if len(seeds) > 1} == {}


@pytest.mark.long
def test_the_true_theories_pass_on_all_seeds() -> None:
    assert [(name, seed) for name in PROBLEMS for seed in SEEDS if not passes(name, seed)] == []


@pytest.mark.parametrize("repeats", [200, pytest.param(10_000, marks=pytest.mark.long)])
def test_halves_of_heavy_tailed_trials_raise_alarms_at_the_stated_rate(repeats: int) -> None:
    pool, rng = make_pool(300 if repeats < 1000 else 4000), np.random.default_rng(1)
    assert alarms_of_halves(pool, repeats, rng) <= binom.ppf(0.9999, repeats, FALSE_ALARM)
    scores = pooled_scores(pool, min(repeats, 200), rng)
    assert np.mean(np.abs(scores) < 1) == pytest.approx(0.683, rel=0, abs=0.06)
    assert kstest(scores, t(TRIALS - 1).cdf).pvalue > 1e-3


@pytest.mark.long
def test_a_bias_of_one_per_cent_is_noticed_with_the_trials_that_it_takes() -> None:
    found, _ = noticed(make_pool(), 500, np.random.default_rng(2), 0.01)
    assert found >= 0.95 * 500
