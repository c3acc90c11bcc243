from __future__ import annotations

import numpy as np
import pytest

from asymptotix.simulation.heavy_tails import ENOUGH, infinite_variance, tail_index


def test_the_index_of_a_pareto_law_is_found():
    draws = np.random.default_rng(0).pareto([0.5, 1.0, 1.5, 8.0], (40_000, 4))
    assert tail_index(draws)[:3] == pytest.approx([0.5, 1.0, 1.5], rel=0.2, abs=0)
    assert tail_index(draws)[3] > 3


def test_light_tails_pass_and_heavy_ones_do_not():
    rng = np.random.default_rng(1)
    light = np.stack([rng.standard_normal(ENOUGH), rng.exponential(size=ENOUGH), np.ones(ENOUGH)], axis=1)
    assert not infinite_variance(light).any()
    assert infinite_variance(rng.pareto(1.0, (ENOUGH, 3))).all()
    assert not infinite_variance(rng.pareto(1.0, (ENOUGH - 1, 3))).any()
