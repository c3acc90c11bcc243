from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import ConvergenceError
from asymptotix.lazy.network import draw_network
from asymptotix.lazy.training import descend, descend_in_batches, flow, largest_eigenvalue
from asymptotix.lazy.training_rule import TrainingRule

RNG = np.random.default_rng(5)
X, X_TEST, Y = RNG.standard_normal((6, 8)), RNG.standard_normal((3, 8)), RNG.standard_normal(6)
NETWORK = draw_network(ax.activation("erf"), width=30, dimension=8, scale=30**-0.7, rng=RNG)
LARGEST = largest_eigenvalue(NETWORK.at(X))


def test_small_steps_are_the_integrated_flow() -> None:
    t = 5 / LARGEST
    known = flow(NETWORK, X, Y, times=[t], X_test=X_TEST)
    errors = []
    for steps in (200, 400):
        found = descend(NETWORK, X, Y, step_size=t / steps, n_steps=steps, record=[steps], X_test=X_TEST)
        errors.append(np.abs(found.test_outputs[0] - known.test_outputs[0]).max())
    assert errors[1] < 0.01
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1, abs=0)  # first order in the step
    assert known.displacements[0] == pytest.approx(found.displacements[0], rel=0.02, abs=0)


def test_momentum_reaches_the_flow_at_its_effective_time() -> None:
    t, steps = 5 / LARGEST, 4000
    known = flow(NETWORK, X, Y, times=[t], X_test=X_TEST).residuals[0]
    step = t * 0.1 / steps
    found = descend(NETWORK, X, Y, step_size=step, n_steps=steps, record=[steps], X_test=X_TEST, momentum=0.9).residuals[0]
    assert np.linalg.norm(found - known) < 0.01 * np.linalg.norm(Y)


def test_batches_follow_the_flow_on_average() -> None:
    t, steps = 3 / LARGEST, 3000
    known = flow(NETWORK, X, Y, times=[t], X_test=X_TEST).residuals[0]
    rule = TrainingRule.of("sgd", None, 2, 6, seed=6)
    found = descend_in_batches(
        NETWORK, X, Y, rule=rule, step_size=t / steps, n_steps=steps, record=[steps], X_test=X_TEST
    ).residuals[0]  # fmt: skip
    assert 1e-6 < np.linalg.norm(found - known) / np.linalg.norm(Y) < 0.02


def test_divergence_names_the_stable_step() -> None:
    with pytest.raises(
        ConvergenceError, match=r"diverged at step \d+; the largest stable step there is .* 2\(1 \+ momentum\)/s_max"
    ):
        descend(NETWORK, X, Y, step_size=20 / LARGEST, n_steps=500, record=[500], X_test=X_TEST)


def test_a_shrinking_step_never_lets_the_loss_grow() -> None:
    found = descend(NETWORK, X, Y, step_size=20 / LARGEST, n_steps=30, record=range(31), X_test=X_TEST, shrink=True)
    losses = np.linalg.norm(found.residuals, axis=1)
    assert (np.diff(losses) <= 1e-12).all()
    assert found.step_sizes[0] < 20 / LARGEST
    assert found.times[-1] == pytest.approx(found.step_sizes.sum(), rel=1e-12, abs=0)
