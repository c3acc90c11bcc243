r"""Training of a two-layer network in float64 on $\frac12\|f(X)-y\|^2$: gradient descent, heavy ball, SGD, and gradient flow.

The time of a step is its size over 1 - momentum: $t=\sum_k\eta_k/(1-m)$ is that of the flow
$\dot\theta=-\nabla\frac12\|f(X)-y\|^2$. A batch of B points has its gradient multiplied by n/B: its mean is the whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError
from asymptotix.lazy.activation_pair import expect
from asymptotix.lazy.integrated_flow import Method, integrated_flow
from asymptotix.lazy.network import Move, TangentFeatures, TwoLayerNetwork
from asymptotix.lazy.training_rule import TrainingRule
from asymptotix.runs.memory import refuse_beyond_memory
from asymptotix.runs.progress import Report

__all__ = ["Trajectory", "descend", "descend_in_batches", "flow", "largest_eigenvalue"]

FloatArray = NDArray[np.float64]

_EXPLODED = 1e3  # times the loss at the start
_HALVINGS = 40
_MOST_CALLS = 50_000  # of the flow
_STAGES = 20  # states that the integrator keeps


@dataclass(eq=False)
class Trajectory:
    """What was recorded: steps made, times, residuals f(X) - y, outputs at the test points, distance travelled, all by record."""

    network: TwoLayerNetwork
    steps: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    residuals: list[FloatArray] = field(default_factory=list)
    test_outputs: list[FloatArray] = field(default_factory=list)
    displacements: list[float] = field(default_factory=list)
    step_sizes: FloatArray = field(default_factory=lambda: np.zeros(0))

    def keep(self, now: TwoLayerNetwork, start: TwoLayerNetwork, at: tuple[int, float], u: FloatArray, X: FloatArray) -> None:
        """Record the network `now` after at = (steps, time), with its residual and its outputs at X."""
        self.network = now
        self.steps.append(at[0])
        self.times.append(at[1])
        self.residuals.append(u)
        self.test_outputs.append(now.value(X))
        self.displacements.append(now.distance(start))


def descend(
    network: TwoLayerNetwork,
    X: FloatArray,
    y: FloatArray,
    *,
    step_size: float,
    n_steps: int,
    record: Sequence[int],
    X_test: FloatArray,
    momentum: float = 0.0,
    shrink: bool = False,
    report: Report = lambda done, total: None,
) -> Trajectory:
    """Gradient descent with constant steps, or heavy ball.

    Args:
        network: the start.
        X: training inputs (n, d).
        y: labels (n,).
        step_size: eta.
        n_steps: how many.
        record: after which steps to record, ascending.
        X_test: inputs where outputs are recorded.
        momentum: of heavy ball.
        shrink: halve the step, and keep it so, where the loss would grow (without momentum).
        report: called as report(done, total).

    Raises:
        ConvergenceError: the loss exploded, or is larger at the end than at the start; names the largest stable step there.
    """
    expect(network.activation, float(n_steps) * len(X) * network.width)
    trajectory, now, rule = Trajectory(network), network, TrainingRule("momentum", momentum)
    velocity = Move(np.zeros(network.width), np.zeros_like(network.weights))
    sizes: list[float] = []
    features = now.at(X)
    u = features.output - y
    first = max(float(u @ u), float(np.finfo(float).tiny))
    for k in range(n_steps + 1):
        if k in record:
            trajectory.keep(now, network, (k, rule.stretch * float(np.sum(sizes))), u, X_test)
        if k == n_steps:
            break
        move = features.gradient(u)
        velocity = velocity.scaled(momentum).plus(move, -step_size)
        following = now.moved(velocity)
        after = following.at(X)
        v, halvings = after.output - y, 0
        while shrink and not v @ v <= (1 + 1e-12) * (u @ u) and halvings < _HALVINGS:  # NaN too
            step_size, halvings = step_size / 2, halvings + 1
            following = now.moved(move, -step_size)
            after = following.at(X)
            v = after.output - y
        if not v @ v <= _EXPLODED * first or (k + 1 == n_steps and v @ v > first):
            raise _diverged(features, step_size, rule, k)
        now, features, u = following, after, v
        sizes.append(step_size)
        report(k + 1, n_steps)
    trajectory.step_sizes = np.array(sizes)
    return trajectory


def descend_in_batches(
    network: TwoLayerNetwork,
    X: FloatArray,
    y: FloatArray,
    *,
    rule: TrainingRule,
    step_size: float,
    n_steps: int,
    record: Sequence[int],
    X_test: FloatArray,
    report: Report = lambda done, total: None,
) -> Trajectory:
    """SGD with constant steps, with or without momentum, with the batches of `rule`; other arguments as in `descend`.

    A step evaluates its batch alone, a record all points.

    Raises:
        ConvergenceError: the loss of a batch, or of a record, exploded; names the step that was stable for every batch at the
            record before.
    """
    size = len(X) if rule.batch_size is None else rule.batch_size
    expect(network.activation, float(n_steps) * size * network.width)
    trajectory, now, batches = Trajectory(network), network, rule.batches(len(X))
    velocity = Move(np.zeros(network.width), np.zeros_like(network.weights))
    most = _EXPLODED * max(float(np.sum((network.value(X) - y) ** 2)), float(np.finfo(float).tiny))
    for k in range(n_steps + 1):
        if k in record:
            u = now.value(X) - y
            if not u @ u <= most:
                raise _diverged(trajectory.network.at(X), step_size, rule, k - 1)
            trajectory.keep(now, network, (k, rule.stretch * k * step_size), u, X_test)
        if k == n_steps:
            break
        chosen = next(batches)
        features = now.at(X[chosen])
        u = (len(X) / size) * (features.output - y[chosen])
        if not (size / len(X)) * (u @ u) <= most:  # NaN too
            raise _diverged(trajectory.network.at(X), step_size, rule, k)
        velocity = velocity.scaled(rule.momentum).plus(features.gradient(u), -step_size)
        now = now.moved(velocity)
        report(k + 1, n_steps)
    trajectory.step_sizes = np.full(n_steps, step_size)
    return trajectory


def _diverged(features: TangentFeatures, step_size: float, rule: TrainingRule, k: int) -> ConvergenceError:
    with np.errstate(over="ignore", invalid="ignore"):  # said in one line instead
        kernel = features.kernel()
    where = f"step_size = {step_size:.4g}: {'SGD' if rule.batch_size else 'gradient descent'} diverged at step {k + 1}"
    if not np.isfinite(kernel).all():
        return ConvergenceError(f"{where}, beyond the doubles: take a much smaller one")
    stable = rule.stable_step(kernel, float(np.linalg.eigvalsh(kernel)[-1]))
    formula = "2(1 + momentum)/s_max" if rule.batch_size is None else "2(1 + momentum) over the largest eigenvalue of a batch"
    at = "there" if rule.batch_size is None else "at the record before"
    return ConvergenceError(f"{where}; the largest stable step {at} is {stable:.4g} = {formula}: take a smaller one")


def largest_eigenvalue(features: TangentFeatures) -> float:
    """The largest eigenvalue of the kernel at the training points."""
    return float(np.linalg.eigvalsh(features.kernel())[-1])


def flow(
    network: TwoLayerNetwork,
    X: FloatArray,
    y: FloatArray,
    *,
    times: Sequence[float],
    X_test: FloatArray,
    report: Report = lambda done, total: None,
) -> Trajectory:
    """Gradient flow by adaptive Runge-Kutta methods, recorded at ascending times: of order 8, of order 3 past kinks.

    Raises:
        ConvergenceError: the integrator gave up, or took more than 50 000 evaluations.
    """
    n, shape, calls = network.width, network.weights.shape, 0
    # where the slope jumps, small tolerances cost without end: at 1e-4 outputs are right to some 1e-5 of the labels
    method: Method
    method, rtol = ("RK23", 1e-4) if network.activation.kinks else ("DOP853", 1e-9)

    def unpack(theta: FloatArray) -> TwoLayerNetwork:
        return replace(network, weights=theta[n:].reshape(shape), output_weights=theta[:n])

    def velocity(theta: FloatArray) -> FloatArray:
        nonlocal calls
        calls += 1
        features = unpack(theta).at(X)
        move = features.gradient(features.output - y)
        return -np.concatenate([move.output, move.hidden.ravel()])

    start = np.concatenate([network.output_weights, network.weights.ravel()])
    needed = 8 * start.size * _STAGES
    refuse_beyond_memory("width", n, needed, "the integrated flow", 'take a narrower one, or training="descent"')
    trajectory, state, before = Trajectory(network), start, 0.0
    for k, t in enumerate(times):
        if t > before:
            state = integrated_flow(velocity, state, np.array([t - before]), rtol=rtol, atol=rtol * 1e-2, method=method)[-1]
        if calls > _MOST_CALLS:
            raise ConvergenceError(
                f"the flow came to time {t:.4g} of {times[-1]:g} in {calls} evaluations; ask for earlier times"
            )
        before, now = float(t), unpack(state)
        trajectory.keep(now, network, (0, before), now.value(X) - y, X_test)
        report(k + 1, len(times))
    return trajectory
