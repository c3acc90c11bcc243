"""Gradient descent of one neuron on n = C d samples, against the local theory of the ReLU."""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.lazy.neuron_against_kernel import neuron_against_kernel
from asymptotix.lazy.single_neuron_descent import rectified_descent_rate, rectified_noise_floor, single_neuron_descent


def test_rates_in_numbers() -> None:
    known = {2.25: 0.0016, 3: 0.0168, 4: 0.0429, 6: 0.0893, 10: 0.1528, 20: 0.2338}
    for ratio, rate in known.items():
        assert round(rectified_descent_rate(100 * ratio, 100)[0], 4) == rate
    for n in (200, 150):
        with pytest.raises(HypothesisError, match="not above 2d"):
            rectified_descent_rate(n, 100)
        with pytest.raises(HypothesisError, match="not above 2d"):
            rectified_noise_floor(n, 100, 0.1)


def test_eigenvalues_success_and_failure() -> None:
    found = single_neuron_descent("relu", dimension=60, ratio=[1.5, 4.0, 10.0], n_trials=10, max_steps=1500, seed=1)
    np.testing.assert_array_equal(found.success, [0.0, 1.0, 1.0])
    assert np.isnan(found.rate[0])
    error = found.standard_error["smallest_eigenvalue"]
    # at d = 60 the edge is rounded by a few percent
    assert np.all(np.abs(found.smallest_eigenvalue - found.rate)[1:] < 3 * error[1:] + 0.05 * found.rate[1:])
    # the controls: n/d for 2d/n -> d/n, and a dropped 1/2
    for wrong in (0.5 * (1 - np.sqrt(1 / found.ratio)) ** 2, 2 * found.rate):
        assert np.all(np.abs(found.smallest_eigenvalue - wrong)[1:] > 3 * error[1:] + 0.05 * wrong[1:])
    assert found.test_error[0] > 1e-2 > 1e-5 >= found.test_error[1]


def test_the_noise_floor() -> None:
    found = single_neuron_descent("relu", dimension=30, ratio=10.0, noise_variance=0.01, n_trials=30, seed=2)
    mean, error = float(found.test_error[0]), float(found.standard_error["test_error"][0])
    assert found.noise_floor[0] == pytest.approx(0.01 * 30 / (300 - 60), rel=1e-14, abs=0)
    assert abs(mean - found.noise_floor[0]) < 4 * error
    assert abs(mean - found.noise_floor[0] / 2) > 4 * error


def test_seeds_decide_the_draws() -> None:
    one, two, other = (single_neuron_descent("tanh", dimension=5, ratio=6.0, n_trials=2, max_steps=40, seed=s) for s in (3, 3, 4))
    assert one.test_error == two.test_error != other.test_error


def test_the_neuron_beats_the_kernel() -> None:
    found = neuron_against_kernel("relu", dimension=40, ratio=[4.0, 10.0], n_trials=5, max_steps=1000)
    assert found.barrier == pytest.approx(0.0908450569, rel=1e-8, abs=0)
    assert np.all(found.neuron.test_error < found.kernel / 5)
    assert np.all(found.kernel > 0.05)


def test_unstable_steps_are_refused_with_the_stable_one() -> None:
    _, stable = rectified_descent_rate(300, 30)
    with pytest.raises(InvalidInputError, match="below the stable step") as caught:
        single_neuron_descent("relu", dimension=30, ratio=10.0, step=2.1 * stable, n_trials=3)
    named = float(str(caught.value).split("stable step ")[1].split()[0])
    assert named == pytest.approx(stable, rel=0.25, abs=0)


def test_bad_input() -> None:
    for wrong in ({"dimension": 1}, {"ratio": 0.0}, {"noise_variance": -1.0}, {"tolerance": 0.0}, {"n_trials": 1}, {"step": -1.0},
                  {"max_steps": 0}):  # fmt: skip
        with pytest.raises(InvalidInputError, match=next(iter(wrong))):
            single_neuron_descent("relu", **{"dimension": 10, **wrong})  # type: ignore[arg-type]  # the wrong type is the point
    with pytest.raises(HypothesisError, match="jumps"):
        single_neuron_descent("step(x)", dimension=10)
    with pytest.raises(InvalidInputError, match="n_trials"):
        single_neuron_descent("relu", dimension=3000, ratio=10.0)
    assert math.isnan(single_neuron_descent("tanh", dimension=4, ratio=3.0, n_trials=2, max_steps=5).rate[0])
