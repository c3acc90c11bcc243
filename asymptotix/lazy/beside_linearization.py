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
from asymptotix.lazy.linearized import Linearization, StepFilter
from asymptotix.lazy.lipschitz import network_bound
from asymptotix.lazy.network import Initialization, Layers, TangentFeatures, draw_network
from asymptotix.lazy.report_of_training import LinearizationReport
from asymptotix.lazy.training import Trajectory, descend
from asymptotix.runs.progress import Progress, reporting
from asymptotix.spectra.arguments import real_number, whole_number

__all__ = ["checked_data", "linearization_report", "records"]

FloatArray = NDArray[np.float64]

_FRACTION = 0.5  # first step in units of 1/s_max: the kernel may grow fourfold before a step must be halved
_NATURAL_TIME = 30.0  # in units of 1/(mean eigenvalue)
_MOST_STEPS = 200  # of the default horizon
_RECORDS = 40
_SINGULAR = 1e-13  # of the largest eigenvalue: below, rounding


def linearization_report(
    activation: str | Activation,
    X: ArrayLike,
    y: ArrayLike,
    *,
    width: int = 4096,
    scale_exponent: float = 0.5,
    seed: int = 0,
    initialization: Initialization = "antisymmetric",
    layers: Layers = "all",
    subtract_start: bool = True,
    time: float | None = None,
    step_size: float | None = None,
    X_test: ArrayLike | None = None,
    progress: Progress = "auto",
) -> LinearizationReport:
    r"""Whether a two-layer network trains as its linearization does, measured on given data.

    $f(x)=\gamma\sum_{i\le N}a_i\sigma(\langle w_i,x\rangle)$, $\gamma=N^{-b}$, is trained by gradient descent on
    $\frac12\|f(X)-y\|^2$ beside $f_0+J_0(\theta-\theta_0)$, whose trajectory with the same steps is exact. The verdict rests on
    what is measured, never on the bound, which is worst-case and loose.

    An extra scale, $\alpha f$ trained on y, is f trained on $y/\alpha$ in time $\alpha^2t$ (with the start subtracted): divide
    the labels. Distances and kernel change then fall as $\alpha^{-2}$ for antisymmetric pairs and as $\alpha^{-1}$ otherwise.

    Args:
        activation: a name, a text, or an Activation.
        X: n inputs of d features; weights are drawn as N(0, I/d), for $\|x\|^2\approx d$.
        y: n labels.
        width: N, even for antisymmetric pairs.
        scale_exponent: b; 1/2 is the lazy scale, 1 the mean-field scale.
        seed: of the weights.
        initialization: "antisymmetric" pairs (zero output at the start), "independent" signs, or "same" signs.
        layers: which are trained: "all", "first" or "last".
        subtract_start: whether the output at the start is subtracted from the network; if not, a larger scale does not help.
        time: how long, as the sum of the steps; default: 30 over the mean eigenvalue of the kernel, or 200 steps if that is less.
        step_size: a constant step; default: half of 1/s_max, halved again whenever the loss would grow.
        X_test: inputs at which the predictions are compared too.
        progress: "auto" (a bar on a terminal), True, False, or a callable (done, total).

    Raises:
        InvalidInputError: data of the wrong shape, an odd width, a time or step that is not positive, a step beyond 2/s_max.
        ConvergenceError: a constant step at which training diverged later; names the stable one.

    Source: [ChizatOyallonBach2019] for the setting of the bound.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((8, 20))
    >>> report = linearization_report("erf", X, np.sign(X[:, 0]), width=512)
    >>> report.outcome, linearization_report("erf", X, np.sign(X[:, 0]), width=512, scale_exponent=1.0).outcome
    ('lazy', 'not lazy')
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
    network = draw_network(
        s, width=int(width), dimension=inputs.shape[1], scale=float(width) ** -scale_exponent,
        rng=np.random.default_rng(seed), initialization=initialization, layers=layers,
    )  # fmt: skip
    start = network.at(inputs)
    start_test = network.at(test)
    offset = start.output if subtract_start else np.zeros(len(labels))
    with np.errstate(over="ignore", invalid="ignore"):  # said in one line instead
        kernel = start.kernel()
    if not np.isfinite(kernel).all():
        raise InvalidInputError(
            "X", float(np.abs(X).max()), "small enough that its tangent kernel is finite", "here is its largest entry"
        )
    linear = Linearization.of(kernel, start.output - labels - offset)
    if not linear.start.any():
        raise InvalidInputError("y", 0.0, "different from the output at the start", "there is nothing to learn")
    plan = _plan(linear.eigenvalues, time, step_size)
    with reporting(progress, "training") as report:
        trajectory = descend(
            network, inputs, labels + offset, step_size=plan.step_size, n_steps=plan.n_steps,
            record=plan.record, X_test=test, shrink=step_size is None, report=report,
        )  # fmt: skip
    return _compared(_Run(s, scale_exponent, initialization, plan, kernel, linear, start, start_test, trajectory))


@dataclass(frozen=True)
class _Plan:
    step_size: float
    n_steps: int
    stable: float

    @property
    def record(self) -> list[int]:
        return records(self.n_steps)


@dataclass(frozen=True, eq=False)
class _Run:
    activation: Activation
    scale_exponent: float
    initialization: str
    plan: _Plan
    kernel: FloatArray
    linear: Linearization
    start: TangentFeatures
    start_test: TangentFeatures
    trajectory: Trajectory


def records(n_steps: int) -> list[int]:
    """Step numbers to record: 0, and about logarithmically from the first to the last."""
    return sorted({0, *np.unique(np.round(np.geomspace(1, n_steps, _RECORDS)).astype(int)).tolist()})


def _plan(eigenvalues: FloatArray, time: float | None, step_size: float | None) -> _Plan:
    largest = float(eigenvalues[-1])
    if not 0 < largest < np.inf:
        raise InvalidInputError(
            "X", largest, "such that the tangent kernel has a positive finite norm", "here is its largest eigenvalue"
        )
    stable = 2.0 / largest
    for name, value in (("time", time), ("step_size", step_size)):
        if value is not None and not 0 < value < np.inf:
            raise InvalidInputError(name, value, "positive and finite")
    if step_size is not None and step_size >= stable:
        raise InvalidInputError("step_size", step_size, f"below 2/s_max = {stable:.6g}", "beyond it gradient descent diverges")
    step = _FRACTION / largest if step_size is None else float(step_size)
    if time is None:
        return _Plan(step, max(1, min(_MOST_STEPS, math.ceil(_NATURAL_TIME / float(np.mean(eigenvalues)) / step))), stable)
    if time / step > 1e7:
        raise InvalidInputError("time", time, f"at most 10^7 steps of {step:.3g}")
    steps = max(1, math.ceil(time / step * (1 - 1e-12)))
    return _Plan(float(time) / steps, steps, stable)


def _compared(run: _Run) -> LinearizationReport:
    trajectory, linear, network = run.trajectory, run.linear, run.start.network
    training = StepFilter(trajectory.step_sizes, trajectory.steps)
    scale = float(np.linalg.norm(linear.start))
    residuals = np.array(trajectory.residuals)
    expected = linear.residuals(training).T
    test = np.array(trajectory.test_outputs) - run.start_test.output
    test_expected = linear.changes(training, run.start_test.kernel(run.start)).T
    train_distance = np.linalg.norm(residuals - expected, axis=1) / scale
    n, q = residuals.shape[1], test.shape[1]
    far = np.linalg.norm(test - test_expected, axis=1) / scale * math.sqrt(n / q) if q else np.full(len(residuals), np.nan)
    end = trajectory.network.at(run.start.X)
    duplicates = _duplicates(run.start.X)
    certificate, rho, beta, sigma = _certificate(run, duplicates, scale)
    trained = {"all": (True, True), "first": (False, True), "last": (True, False)}[network.layers]
    squares = trained[0] * np.sum(network.output_weights**2) + trained[1] * np.sum(network.weights**2)
    return LinearizationReport(
        activation=run.activation.name, width=network.width, scale=network.scale, scale_exponent=float(run.scale_exponent),
        layers=network.layers, initialization=run.initialization, n_samples=n, dimension=run.start.X.shape[1],
        prediction_distance=float(np.nanmax([train_distance, far])),
        kernel_change=float(np.linalg.norm(end.kernel() - run.kernel) / np.linalg.norm(run.kernel)),
        feature_change=end.relative_change(run.start), displacement=trajectory.displacements[-1],
        weight_change=float(trajectory.displacements[-1] / np.sqrt(squares)),
        sigma_min=sigma[0], sigma_max=sigma[1], lipschitz=beta, rho=rho, certificate=certificate, duplicates=duplicates,
        step_size=run.plan.step_size, stable_step_size=run.plan.stable,
        step=np.array(trajectory.steps, dtype=np.int64), time=np.array(trajectory.times),
        network_residual=np.linalg.norm(residuals, axis=1) / scale, linear_residual=np.linalg.norm(expected, axis=1) / scale,
        train_distance=train_distance, test_distance=far,
        network_test=test + run.start_test.output, linear_test=test_expected + run.start_test.output,
    )  # fmt: skip


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
