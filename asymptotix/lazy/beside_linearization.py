"""`linearization_report`: train a two-layer network and its linearization on the same data, and say how far apart they end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations import Activation, activation as read_activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.data_rows import DataRows, real_values
from asymptotix.lazy.bound import LazyBound
from asymptotix.lazy.effective_ridge_of_training import TrainingRidge, fitted_ridges
from asymptotix.lazy.linearized import Linearization
from asymptotix.lazy.lipschitz import network_bound
from asymptotix.lazy.network import Initialization, Layers, TangentFeatures, draw_network
from asymptotix.lazy.report_of_training import LinearizationReport
from asymptotix.lazy.training import Trajectory
from asymptotix.lazy.training_plan import TrainingPlan
from asymptotix.lazy.training_rule import Training, TrainingRule
from asymptotix.runs.progress import Progress, reporting
from asymptotix.spectra.arguments import real_number, whole_number

__all__ = ["checked_data", "linearization_report"]

FloatArray = NDArray[np.float64]

_SINGULAR = 1e-13  # of the largest eigenvalue: below, rounding


def linearization_report(
    activation: str | Activation,
    X: ArrayLike,
    y: ArrayLike,
    *,
    width: int = 4096,
    scale_exponent: float = 0.5,
    output_scale: float = 1.0,
    seed: int = 0,
    initialization: Initialization = "antisymmetric",
    layers: Layers = "all",
    subtract_start: bool = True,
    training: Training = "descent",
    momentum: float | None = None,
    batch_size: int | None = None,
    time: float | None = None,
    step_size: float | None = None,
    X_test: ArrayLike | None = None,
    progress: Progress = "auto",
) -> LinearizationReport:
    r"""Whether a two-layer network trains as its linearization does, measured on given data.

    $f(x)=\gamma\sum_{i\le N}a_i\sigma(\langle w_i,x\rangle)$, $\gamma=\alpha N^{-b}$, is trained on $\frac12\|f(X)-y\|^2$ beside
    $f_0+J_0(\theta-\theta_0)$, whose trajectory with the same steps and batches is exact. The verdict rests on what is measured,
    never on the bound, which is worst-case and loose. Beside it stands the ridge that explains the trained linearization best.

    Distances and kernel change fall as $\alpha^{-2}$ for antisymmetric pairs and as $\alpha^{-1}$ otherwise (with the start
    subtracted). At $b\ge1$ no width makes a network lazy; beyond 1 it starts small and learns features at any width.

    Args:
        activation: a name, a text, or an Activation.
        X: n inputs of d features; weights are drawn as N(0, I/d), for $\|x\|^2\approx d$.
        y: n labels.
        width: N, even for antisymmetric pairs.
        scale_exponent: b; 1/2 is the lazy scale, 1 the mean-field scale.
        output_scale: alpha.
        seed: of the weights.
        initialization: "antisymmetric" pairs (zero output at the start), "independent" signs, or "same" signs.
        layers: which are trained: "all", "first" or "last".
        subtract_start: whether the output at the start is subtracted from the network; if not, a larger scale does not help.
        training: "descent" (of all points), "flow" (integrated), "momentum" (heavy ball) or "sgd" (batches).
        momentum: in [0, 1), default 0.9 for "momentum" and 0 for "sgd".
        batch_size: of "sgd", drawn without replacement for each step; default n/4, at most 32.
        time: how long, as the sum of the steps over 1 - momentum; default: 30 over the mean eigenvalue of the kernel, or 200
            steps (with batches: passes over the data) if that is less.
        step_size: a constant step; default: half of (1 - momentum)/s_max (with batches: of a bound on that of every batch), for
            "descent" halved again whenever the loss would grow.
        X_test: inputs at which the predictions are compared too.
        progress: "auto" (a bar on a terminal), True, False, or a callable (done, total).

    Raises:
        InvalidInputError: data of the wrong shape, an odd width, a time or step that is not positive, a step beyond 2/s_max.
        ConvergenceError: a constant step at which training diverged later (names the stable one), or a flow too long.

    Source: [ChizatOyallonBach2019] for the setting of the bound, [AliKolterTibshirani2019] for the ridge of stopping early.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((8, 20))
    >>> report = linearization_report("erf", X, np.sign(X[:, 0]), width=512)
    >>> report.outcome, linearization_report("erf", X, np.sign(X[:, 0]), width=512, scale_exponent=1.0).outcome
    ('lazy', 'not lazy')
    >>> float(report.ridge_of_training.early_stopping_ridge[-1]) == float(1 / report.time[-1])
    True
    """
    s = read_activation(activation)
    inputs, labels, test = checked_data(X, y, X_test)
    width, seed = whole_number("width", width, 1), whole_number("seed", seed, 0)
    # beyond these the kernel leaves the doubles at a width of 10^6
    scale_exponent = real_number(
        "scale_exponent",
        scale_exponent,
        lambda b: -20 <= b <= 20,
        "from -20 to 20",
        "1/2 is the lazy scale, 1 the mean-field scale",
    )
    output_scale = real_number("output_scale", output_scale, lambda a: 1e-9 <= a <= 1e9, "from 1e-9 to 1e9", "1 is none")
    rule = TrainingRule.of(training, momentum, batch_size, len(labels), seed)
    network = draw_network(
        s, width=int(width), dimension=inputs.shape[1], scale=output_scale * float(width) ** -scale_exponent,
        rng=np.random.default_rng(seed), initialization=initialization, layers=layers,
    )  # fmt: skip
    start, start_test = network.at(inputs), network.at(test)
    offset = start.output if subtract_start else np.zeros(len(labels))
    kernel = _finite_kernel(start)
    linear = Linearization.of(kernel, start.output - labels - offset)
    if not linear.start.any():
        raise InvalidInputError("y", 0.0, "different from the output at the start", "there is nothing to learn")
    plan = TrainingPlan.of(rule, kernel, linear.eigenvalues, time, step_size)
    with reporting(progress, "training") as report:
        trajectory = plan.train(network, inputs, labels + offset, test, report)
    scales = (output_scale, scale_exponent)
    return _compared(_Run(s, scales, initialization, plan, kernel, linear, start, start_test, trajectory))


def _finite_kernel(start: TangentFeatures) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):  # said in one line instead
        kernel = start.kernel()
    if not np.isfinite(kernel).all():
        largest, room = float(np.abs(start.X).max()), "small enough that its tangent kernel is finite"
        raise InvalidInputError("X", largest, room, "here is its largest entry")
    return kernel


@dataclass(frozen=True, eq=False)
class _Run:
    activation: Activation
    scales: tuple[float, float]
    initialization: str
    plan: TrainingPlan
    kernel: FloatArray
    linear: Linearization
    start: TangentFeatures
    start_test: TangentFeatures
    trajectory: Trajectory


def _compared(run: _Run) -> LinearizationReport:
    trajectory, linear, network = run.trajectory, run.linear, run.start.network
    expected, coefficients = run.plan.linear(linear, run.kernel, trajectory)
    scale = float(np.linalg.norm(linear.start))
    residuals = np.array(trajectory.residuals)
    test = np.array(trajectory.test_outputs) - run.start_test.output
    test_expected = coefficients @ run.start_test.kernel(run.start).T
    train_distance = np.linalg.norm(residuals - expected, axis=1) / scale
    n, q = residuals.shape[1], test.shape[1]
    far = np.linalg.norm(test - test_expected, axis=1) / scale * math.sqrt(n / q) if q else np.full(len(residuals), np.nan)
    end = trajectory.network.at(run.start.X)
    duplicates = _duplicates(run.start.X)
    certificate, rho, beta, sigma = _certificate(run, duplicates, scale)
    trained = {"all": (True, True), "first": (False, True), "last": (True, False)}[network.layers]
    squares = trained[0] * np.sum(network.output_weights**2) + trained[1] * np.sum(network.weights**2)
    return LinearizationReport(
        activation=run.activation.name, width=network.width, scale=network.scale, scale_exponent=run.scales[1],
        output_scale=run.scales[0], training=run.plan.rule.kind, momentum=run.plan.rule.momentum,
        batch_size=run.plan.rule.batch_size,
        layers=network.layers, initialization=run.initialization, n_samples=n, dimension=run.start.X.shape[1],
        prediction_distance=float(np.nanmax([train_distance, far])),
        kernel_change=float(np.linalg.norm(end.kernel() - run.kernel) / np.linalg.norm(run.kernel)),
        feature_change=end.relative_change(run.start), displacement=trajectory.displacements[-1],
        weight_change=float(trajectory.displacements[-1] / np.sqrt(squares)),
        sigma_min=sigma[0], sigma_max=sigma[1], lipschitz=beta, rho=rho, certificate=certificate, duplicates=duplicates,
        ridge_of_training=_ridges(linear, coefficients, np.array(trajectory.times)),
        step_size=run.plan.step_size, stable_step_size=run.plan.stable,
        step=np.array(trajectory.steps, dtype=np.int64), time=np.array(trajectory.times),
        network_residual=np.linalg.norm(residuals, axis=1) / scale, linear_residual=np.linalg.norm(expected, axis=1) / scale,
        train_distance=train_distance, test_distance=far,
        network_test=test + run.start_test.output, linear_test=test_expected + run.start_test.output,
    )  # fmt: skip


def _ridges(linear: Linearization, coefficients: FloatArray, times: FloatArray) -> TrainingRidge:
    """Of the recorded times but 0, from what the linearization has learned."""
    s, later = linear.eigenvalues, times > 0
    learned = s[:, None] * (linear.eigenvectors.T @ coefficients[later].T)
    return fitted_ridges(s, -linear.eigenvectors.T @ linear.start, times[later], learned)


def _certificate(
    run: _Run, duplicates: tuple[tuple[int, int], ...], residual: float
) -> tuple[LazyBound | str, float, float, tuple[float, float]]:
    """Certificate or reason, rho, beta, and the least and largest singular value."""
    values = run.linear.eigenvalues
    singular = values[0] <= _SINGULAR * values[-1]
    sigma = (0.0 if singular else float(np.sqrt(values[0])), float(np.sqrt(values[-1])))
    if singular:
        why = f"rows {duplicates[0][0]} and {duplicates[0][1]} of X are equal" if duplicates else "its least eigenvalue is 0"
        return f"the tangent kernel is singular, {why}", math.nan, math.nan, sigma
    try:
        bound = network_bound(run.start.network, run.start.X, sigma, residual)
    except HypothesisError as error:
        return str(error), math.nan, math.nan, sigma
    if not bound.holds:
        return f"rho = {bound.rho:.3g} is not below 1 (the bound is worst-case)", bound.rho, bound.lipschitz, sigma
    return bound, bound.rho, bound.lipschitz, sigma


def _duplicates(X: FloatArray) -> tuple[tuple[int, int], ...]:
    order = np.lexsort(X.T[::-1])
    return tuple(sorted((min(i, j), max(i, j)) for i, j in pairwise(order.tolist()) if np.array_equal(X[i], X[j])))


def checked_data(X: ArrayLike, y: ArrayLike, X_test: ArrayLike | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Inputs, labels and test inputs (none: zero rows) in float64.

    Raises:
        InvalidInputError: shapes that do not match, or values that are not finite.
    """
    inputs = DataRows.of("X", X).values
    labels = real_values("y", y)
    if labels.shape != (len(inputs),) or not np.isfinite(labels).all():
        raise InvalidInputError("y", labels.shape, f"{len(inputs)} finite numbers, one for each row of X")
    test = np.zeros((0, inputs.shape[1])) if X_test is None else DataRows.of("X_test", X_test).values
    if test.shape[1] != inputs.shape[1]:
        raise InvalidInputError("X_test", test.shape, f"of {inputs.shape[1]} columns, as X")
    return inputs, labels, test
