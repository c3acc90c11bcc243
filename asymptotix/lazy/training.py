r"""Training of a two-layer network in float64 on $\frac12\|f(X)-y\|^2$: gradient descent, heavy ball, SGD, and gradient flow.

The time of a step is its size: $t=\sum_k\eta_k$ is that of the flow $\dot\theta=-\nabla\frac12\|f(X)-y\|^2$. A batch of B points
has its gradient multiplied by n/B, so that its mean is the whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError
from asymptotix.lazy.activation_pair import expect
from asymptotix.lazy.network import Move, TangentFeatures, TwoLayerNetwork
from asymptotix.runs.progress import Report

__all__ = ["Trajectory", "descend", "flow", "largest_eigenvalue"]

FloatArray = NDArray[np.float64]

_EXPLODED = 1e3  # times the loss at the start
_HALVINGS = 40


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
    batch_size: int | None = None,
    rng: np.random.Generator | None = None,
    shrink: bool = False,
    report: Report = lambda done, total: None,
) -> Trajectory:
    """Gradient descent with constant steps.

    Args:
        network: the start.
        X: training inputs (n, d).
        y: labels (n,).
        step_size: eta.
        n_steps: how many.
        record: after which steps to record, ascending.
        X_test: inputs where outputs are recorded.
        momentum: of heavy ball.
        batch_size: points drawn without replacement for a step; all by default.
        rng: of the batches.
        shrink: halve the step, and keep it so, where the loss would grow (without momentum and batches).
        report: called as report(done, total).

    Raises:
        ConvergenceError: the loss exploded, or is larger at the end than at the start (unless in batches); names the largest
            stable step at that point.
    """
    expect(network.activation, float(n_steps) * len(X) * network.width)
    trajectory, now, wanted = Trajectory(network), network, set(record)
    velocity = Move(np.zeros(network.width), np.zeros_like(network.weights))
    sizes: list[float] = []
    features = now.at(X)
    u = features.output - y
    first = max(float(u @ u), float(np.finfo(float).tiny))
    for k in range(n_steps + 1):
        if k in wanted:
            trajectory.keep(now, network, (k, float(np.sum(sizes))), u, X_test)
        if k == n_steps:
            break
        move = _gradient(features, u, batch_size, rng)
        velocity = velocity.scaled(momentum).plus(move, -step_size)
        following = now.moved(velocity)
        after = following.at(X)
        v, halvings = after.output - y, 0
        while shrink and not v @ v <= (1 + 1e-12) * (u @ u) and halvings < _HALVINGS:  # NaN too
            step_size, halvings = step_size / 2, halvings + 1
            following = now.moved(move, -step_size)
            after = following.at(X)
            v = after.output - y
        if not v @ v <= _EXPLODED * first or (k + 1 == n_steps and batch_size is None and v @ v > first):
            raise _diverged(features, step_size, momentum, k)
        now, features, u = following, after, v
        sizes.append(step_size)
        report(k + 1, n_steps)
    trajectory.step_sizes = np.array(sizes)
    return trajectory


def _gradient(features: TangentFeatures, u: FloatArray, batch_size: int | None, rng: np.random.Generator | None) -> Move:
    if batch_size is None or rng is None:
        return features.gradient(u)
    chosen = rng.choice(len(u), batch_size, replace=False)
    part = np.zeros_like(u)
    part[chosen] = u[chosen] * (len(u) / batch_size)
    return features.gradient(part)


def _diverged(features: TangentFeatures, step_size: float, momentum: float, k: int) -> ConvergenceError:
    stable = 2.0 * (1.0 + momentum) / largest_eigenvalue(features)
    return ConvergenceError(
        f"step_size = {step_size:.4g}: gradient descent diverged at step {k + 1}; the largest stable step there is "
        f"{stable:.4g} = 2(1 + momentum)/s_max: take a smaller one"
    )


def largest_eigenvalue(features: TangentFeatures) -> float:
    """The largest eigenvalue of the kernel at the training points."""
    return float(np.linalg.eigvalsh(features.kernel())[-1])


def flow(
    network: TwoLayerNetwork, X: FloatArray, y: FloatArray, *, times: Sequence[float], X_test: FloatArray, rtol: float = 1e-9
) -> Trajectory:
    """Gradient flow by an adaptive Runge-Kutta method of order 8, recorded at ascending times.

    Raises:
        ConvergenceError: the integrator gave up.
    """
    from scipy.integrate import solve_ivp  # loads scipy.optimize

    n, shape = network.width, network.weights.shape

    def unpack(theta: FloatArray) -> TwoLayerNetwork:
        return TwoLayerNetwork(network.activation, theta[n:].reshape(shape), theta[:n], network.scale, network.layers)

    def velocity(_: float, theta: FloatArray) -> FloatArray:
        features = unpack(theta).at(X)
        move = features.gradient(features.output - y)
        return -np.concatenate([move.output, move.hidden.ravel()])

    start = np.concatenate([network.output_weights, network.weights.ravel()])
    done = solve_ivp(velocity, (0.0, max(times)), start, "DOP853", t_eval=times, rtol=rtol, atol=rtol * 1e-2)
    if not done.success:
        raise ConvergenceError(f"gradient flow to time {max(times):.4g} did not converge: {done.message}")
    trajectory = Trajectory(network)
    for t, theta in zip(times, done.y.T, strict=True):
        now = unpack(theta)
        trajectory.keep(now, network, (0, float(t)), now.value(X) - y, X_test)
    return trajectory
