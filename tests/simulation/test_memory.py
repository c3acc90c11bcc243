from __future__ import annotations

import time

import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.random_features import RandomFeatures
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.simulation import memory
from asymptotix.simulation.designs import sampler_of
from asymptotix.simulation.filters import Ridge
from asymptotix.simulation.grid import Cell
from asymptotix.simulation.memory import trial_bytes
from asymptotix.simulation.trials import simulate
from asymptotix.spectra.spectrum import Spectrum

LINEAR = RidgeRegression(Spectrum([1.0, 0.5], [500, 500]), [1.0, 1.0])
FEATURES = RandomFeatures(Spectrum([1.0], [1000]), [1.0])
KERNEL = KernelRidge.on_sphere(lambda q1, q2, c: np.exp(c), dimension=5, target=[0.0, 1.0])


def test_a_trial_beyond_the_memory_is_refused_at_once_with_its_size() -> None:
    start = time.perf_counter()
    with pytest.raises(InvalidInputError, match=r"n_samples = 1000000000 is not valid.*one trial \(16 TB\) fits into the memory"):
        simulate(LINEAR, n_samples=10**9, ridge=1.0, progress=False)
    with pytest.raises(InvalidInputError, match="n_features = 1000000000"):
        simulate(FEATURES, n_samples=10, n_features=10**9, ridge=1.0, progress=False)
    with pytest.raises(InvalidInputError, match=r"one trial \(240 TB\)"):
        simulate(KERNEL, n_samples=10**6 * np.sqrt(10) // 1, ridge=1.0, progress=False)
    with pytest.raises(InvalidInputError, match="the results"):
        simulate(LINEAR, n_samples=2, ridge=1.0, n_trials=10**13, progress=False)
    assert time.perf_counter() - start < 5.0


def test_the_estimate_is_not_above_what_a_trial_takes_and_a_machine_that_does_not_say_is_no_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell = Cell(200, None, Ridge(np.array([1.0])), np.array([0]))
    assert trial_bytes(sampler_of(LINEAR.design), cell) == 8 * (2 * 200 * 1000 + 3 * 200**2)
    monkeypatch.setattr(memory, "installed_memory", lambda: 8 * (2 * 200 * 1000 + 3 * 200**2) - 1)
    with pytest.raises(InvalidInputError, match="n_samples = 200"):
        simulate(LINEAR, n_samples=200, ridge=1.0, n_trials=1, progress=False)
    monkeypatch.setattr(memory, "installed_memory", lambda: None)
    assert simulate(LINEAR, n_samples=20, ridge=1.0, n_trials=1, progress=False).test_error > 0


def test_levels_of_many_equal_coordinates_take_what_is_drawn_of_them() -> None:
    sampler = sampler_of(RidgeRegression(Spectrum([1.0, 0.1], [20, 40_000]), [1.0, 1.0]).design)
    cell = Cell(200, None, Ridge(np.array([1.0])), np.array([0]))
    width = sampler.draw(200, None, np.random.default_rng(0)).matrix.shape[1]
    assert width == 20 + 201
    assert trial_bytes(sampler, cell) == 8 * (2 * 200 * width + 3 * 200**2)


def test_singular_values_take_less_than_rows_and_are_refused_with_their_size_too() -> None:
    isotropic = RidgeRegression(Spectrum([1.0], [1000]), [1.0])
    cells = [Cell(200, None, Ridge(np.array([1.0])), np.array([0]))] * 2
    few, many = (trial_bytes(sampler_of(model.design), cell) for model, cell in zip((isotropic, LINEAR), cells, strict=True))
    assert few < many / 10
    with pytest.raises(InvalidInputError, match=r"n_samples = 1000000000000 is not valid.*one trial \(528 TB\)"):
        simulate(isotropic, n_samples=10**12, ridge=1.0, progress=False)
