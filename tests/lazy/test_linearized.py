"""The exact trajectories of the linearized model against an integration of its parameters that knows no eigenvectors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from asymptotix.lazy.linearized import Linearization, StepFilter
from asymptotix.simulation.filters import Flow

RNG = np.random.default_rng(4)
J, J_TEST, START = RNG.standard_normal((6, 20)) / 4, RNG.standard_normal((3, 20)) / 4, RNG.standard_normal(6)
LINEAR = Linearization.of(J @ J.T, START)


def test_flow_is_the_integrated_flow_of_the_parameters() -> None:
    times = [0.3, 2.0, 7.0]
    done = solve_ivp(lambda t, p: -J.T @ (START + J @ p), (0, 7), np.zeros(20), "DOP853", t_eval=times, rtol=1e-13, atol=1e-15)
    flow = Flow(np.array(times))
    np.testing.assert_allclose(LINEAR.residuals(flow), START[:, None] + J @ done.y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(LINEAR.changes(flow, J_TEST @ J.T), J_TEST @ done.y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(LINEAR.displacements(flow), np.linalg.norm(done.y, axis=0), rtol=1e-12)
    assert np.abs(LINEAR.residuals(Flow(2 * np.array(times))) - START[:, None] - J @ done.y).max() > 0.01  # a factor 2 is seen


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_steps_are_those_of_the_parameters(momentum: float) -> None:
    sizes, parameters, velocity, kept = RNG.uniform(0.05, 0.3, 40), np.zeros(20), np.zeros(20), []
    for k, eta in enumerate(sizes, start=1):
        velocity = momentum * velocity - eta * J.T @ (START + J @ parameters)
        parameters = parameters + velocity
        if k in (1, 17, 40):
            kept.append(parameters)
    training = StepFilter(sizes, [0, 1, 17, 40], momentum)
    found = LINEAR.residuals(training)
    np.testing.assert_allclose(found[:, 0], START, rtol=1e-13)
    np.testing.assert_allclose(found[:, 1:], START[:, None] + J @ np.transpose(kept), rtol=0, atol=1e-13)
    np.testing.assert_allclose(LINEAR.displacements(training)[1:], np.linalg.norm(kept, axis=1), rtol=1e-12)


def test_constant_steps_have_their_power_and_a_null_eigenvalue_its_limit() -> None:
    s = np.array([0.0, 1e-12, 0.5])
    training = StepFilter(np.full(37, 0.2), [37])
    np.testing.assert_allclose(training.misses(s)[:, 0], (1 - 0.2 * s) ** 37, rtol=1e-14)
    np.testing.assert_allclose(training.gains(s)[:2, 0], 37 * 0.2, rtol=1e-10)


def test_heavy_ball_is_the_flow_at_its_effective_time_and_stable_to_its_limit() -> None:
    s, beta = np.array([1.0]), 0.9
    slow = StepFilter(np.full(40_000, 1e-5), [40_000], beta)
    assert slow.misses(s)[0, 0] == pytest.approx(np.exp(-40_000e-5 / (1 - beta)), rel=4e-3, abs=0)
    limit = 2 * (1 + beta)
    assert abs(StepFilter(np.full(5000, 0.99 * limit), [5000], beta).misses(s)[0, 0]) < 1e-3
    assert abs(StepFilter(np.full(1000, 1.01 * limit), [1000], beta).misses(s)[0, 0]) > 1e3
