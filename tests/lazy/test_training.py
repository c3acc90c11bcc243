from __future__ import annotations

import numpy as np
import pytest

import asymptotix as ax
from asymptotix.errors import ConvergenceError
from asymptotix.lazy import training
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


def test_a_flow_past_kinks_is_that_of_small_steps() -> None:
    network = draw_network(ax.activation("relu"), width=30, dimension=8, scale=30**-0.7, rng=np.random.default_rng(3))
    t = 5 / largest_eigenvalue(network.at(X))
    known = flow(network, X, Y, times=[t / 2, t], X_test=X_TEST)
    found = descend(network, X, Y, step_size=t / 4000, n_steps=4000, record=[2000, 4000], X_test=X_TEST)
    for k in (0, 1):
        assert np.linalg.norm(found.residuals[k] - known.residuals[k]) < 2e-3 * np.linalg.norm(Y)
    assert np.linalg.norm(found.residuals[0] - known.residuals[1]) > 0.05 * np.linalg.norm(Y)


def test_a_flow_too_long_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_MOST_CALLS", 200)
    with pytest.raises(ConvergenceError, match=r"the flow came to time .* in .* evaluations; ask for earlier times"):
        flow(NETWORK, X, Y, times=[1 / LARGEST, 400 / LARGEST], X_test=X_TEST)


def test_batches_that_diverge_name_a_stable_step() -> None:
    rule = TrainingRule.of("sgd", None, 1, 6, seed=0)
    with pytest.raises(ConvergenceError, match=r"SGD diverged at step \d+; the largest stable step at the record before is"):
        descend_in_batches(NETWORK, X, Y, rule=rule, step_size=20 / LARGEST, n_steps=500, record=[0, 500], X_test=X_TEST)
    kernel = NETWORK.at(X).kernel()
    assert rule.stable_step(kernel, LARGEST) == pytest.approx(2 / (6 * kernel.diagonal().max()), rel=1e-12, abs=0)
    assert TrainingRule.of("sgd", 0.5, 6, 6, seed=0).stable_step(kernel, LARGEST) == pytest.approx(3 / LARGEST, rel=1e-12, abs=0)
