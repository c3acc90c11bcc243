from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymptotix.models.designs import GaussianCovariates
from asymptotix.simulation import gaussian_designs, wishart
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.gaussian_designs import CovariateSampler
from asymptotix.simulation.observables import observe
from asymptotix.simulation.wishart import wishart_factor

DESIGN = GaussianCovariates(np.array([2.0, 0.3]), np.array([9.0, 40.0]), np.array([1.0, 0.5]), 0.0, 0.0, 0.2)


def fields_of(sampler, seed, n_trials=600):
    rng = np.random.default_rng(seed)
    trials = [observe(sampler.draw(6, None, rng), Ridge(np.array([0.1, 3.0])), 0.2, None, None) for _ in range(n_trials)]
    return np.array([[trial[name] for trial in trials] for name in trials[0]])


def largest_z(one, two):
    errors = np.hypot(*(values.std(axis=1) / np.sqrt(values.shape[1]) for values in (one, two)))
    return float(np.max(np.abs(one.mean(axis=1) - two.mean(axis=1)) / errors))


@pytest.mark.parametrize(("counted", "agrees"), [(lambda count: count, True), (lambda count: count + 6, False)])
def test_every_field_has_the_law_that_rows_give_it(monkeypatch, counted, agrees):
    monkeypatch.setattr(wishart, "SAVED_NUMBERS", 0)
    monkeypatch.setattr(gaussian_designs, "wishart_factor", lambda n, m, rng: wishart_factor(n, counted(m), rng))
    sampler = CovariateSampler.of(DESIGN)
    short = sampler.draw(6, None, np.random.default_rng(0))
    assert short.matrix.shape == (6, 14)  # two levels of 6 + 1 coordinates
    score = largest_z(fields_of(sampler, 1), fields_of(replace(sampler, counts=None), 2))
    assert (score < 4.5) == agrees
    assert (score > 6) != agrees


def test_levels_that_are_not_much_larger_than_the_sample_are_drawn():
    sampler = CovariateSampler.of(DESIGN)
    assert sampler.draw(6, None, np.random.default_rng(0)).matrix.shape == (6, 49)
    many = replace(DESIGN, multiplicities=np.array([9.0, 40_000.0]))
    assert CovariateSampler.of(many).draw(6, None, np.random.default_rng(0)).matrix.shape == (6, 16)
