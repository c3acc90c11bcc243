"""Gradient flow and gradient descent on the population loss of a two-layer network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations.activation import Activation, activation as as_activation
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.lazy.integrated_flow import integrated_flow
from asymptotix.lazy.population_loss import PopulationLoss
from asymptotix.report.table import Column, Table
from asymptotix.spectra.arguments import real_array, real_number, true_or_false

__all__ = ["PopulationDynamics", "checked_times", "population_dynamics"]

FloatArray = NDArray[np.float64]
_CONVENTION = "loss 1/2 E (f - f*)^2, inputs N(0, I); time of gradient flow, or the sum of the steps"

_MOST_STEPS = 10**6
_DIVERGED = 1e3  # times the loss at the start


@dataclass(frozen=True, eq=False)
class PopulationDynamics:
    r"""A trajectory: `loss` is $\tfrac12\mathbb E(f-f_*)^2$; rows of `weights` are in orthonormal coordinates of the span of
    the initial weights and the teacher, which training does not leave.

    Shapes: time (T,), loss (T,), output_weights (T, N), weights (T, N, k), teacher_weights (P, k).
    """  # noqa: D205 one sentence

    time: FloatArray
    loss: FloatArray
    output_weights: FloatArray
    weights: FloatArray
    teacher_weights: FloatArray
    step_size: float | None

    @property
    def overlaps(self) -> FloatArray:
        """Q = <w_i, w_j>, of shape (T, N, N)."""
        return np.asarray(self.weights @ self.weights.transpose(0, 2, 1))

    @property
    def teacher_overlaps(self) -> FloatArray:
        """R = <w_i, w*_p>, of shape (T, N, P)."""
        return np.asarray(self.weights @ self.teacher_weights.T)

    @property
    def alignment(self) -> FloatArray:
        """The part of the squared norm of all weights that lies in the span of the teacher, of shape (T,)."""
        basis = np.linalg.svd(self.teacher_weights, full_matrices=False)[2]
        return np.asarray(np.sum((self.weights @ basis.T) ** 2, axis=(1, 2)) / np.sum(self.weights**2, axis=(1, 2)))

    def table(self) -> Table:
        """One row a time."""
        names = ("time", "loss", "alignment")
        columns = tuple(Column(name, [float(v) for v in getattr(self, name)]) for name in names)
        how = "gradient flow" if self.step_size is None else f"gradient descent, step size {self.step_size:g}"
        return Table(columns, "Population dynamics", (f"{how}; loss = E (f - f*)^2 / 2",), _CONVENTION)


def population_dynamics(
    activation: Activation | str,
    *,
    weights: ArrayLike,
    teacher_weights: ArrayLike,
    times: ArrayLike,
    output_weights: ArrayLike | None = None,
    teacher_output_weights: ArrayLike | None = None,
    teacher_activation: Activation | str | None = None,
    scale: float = 1.0,
    learning_rate: float = 1.0,
    train_output: bool = False,
    step_size: float | None = None,
) -> PopulationDynamics:
    r"""Train a two-layer network on infinitely many Gaussian inputs: gradient flow on $L=\tfrac12\mathbb E(f-f_*)^2$.

    $f(x)=\gamma\sum_ia_i\sigma(\langle w_i,x\rangle)$, $f_*(x)=\sum_pv_p\sigma_*(\langle w^*_p,x\rangle)$, $x\sim N(0,I)$,
    $\dot\theta=-\eta\nabla L$; closed in the overlaps of the weights.

    Args:
        activation: erf of any scale, ReLU and its kin (closed forms), or a smooth one (quadrature, a few dozen neurons).
        weights: N rows of d numbers, $w_i$ at the start.
        teacher_weights: P rows of d numbers.
        times: increasing, >= 0.
        output_weights: a at the start, 1 by default.
        teacher_output_weights: v, 1 by default.
        teacher_activation: that of the network by default.
        scale: $\gamma$.
        learning_rate: $\eta$, a factor on time.
        train_output: train the output weights too.
        step_size: of gradient descent, in units of time, in place of the flow; times are rounded to whole steps.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: an activation without the moments needed (jumps, exponential growth).
        ConvergenceError: a step size that diverges (a stable one is named), an integration or a quadrature that fails.

    Source:
        [SaadSolla1995] for the order parameters and erf.

    Examples:
        >>> import numpy as np
        >>> found = population_dynamics("relu", weights=[[0.6, 0.8]], teacher_weights=[[1.0, 0.0]], times=[0.0, 5.0, 20.0])
        >>> bool(found.loss[0] > 0.01), bool(found.loss[-1] < 1e-8)
        (True, True)
    """
    w, target = _rows("weights", weights), _rows("teacher_weights", teacher_weights)
    if w.shape[1] != target.shape[1]:
        raise InvalidInputError("teacher_weights", target.shape, f"of {w.shape[1]} columns, as weights")
    a = _vector("output_weights", output_weights, len(w))
    v = _vector("teacher_output_weights", teacher_output_weights, len(target))
    rate = real_number("learning_rate", learning_rate, lambda x: 0 < x < np.inf, "finite and > 0")
    gamma = real_number("scale", scale, lambda x: 0 < x < np.inf, "finite and > 0")
    sigma = as_activation(activation)
    teacher = sigma if teacher_activation is None else as_activation(teacher_activation)
    w, target = _in_their_span(w, target)
    loss = PopulationLoss(sigma, teacher, target, v, gamma)
    output, t = true_or_false("train_output", train_output), checked_times(times)
    if step_size is None:
        states = _flow(loss, a, w, t, rate, output)
    else:
        step = real_number("step_size", step_size, lambda x: 0 < x < np.inf, "finite and > 0")
        t, states = _descent(loss, a, w, np.round(t / step).astype(np.int64), rate, step, output)
    outputs, hidden = (np.array(part) for part in zip(*states, strict=True))
    losses = np.array([loss.value(*state) for state in states])
    return PopulationDynamics(t, losses, outputs, hidden, target, step_size)


def _flow(
    loss: PopulationLoss, a: FloatArray, w: FloatArray, times: FloatArray, rate: float, output: bool
) -> list[tuple[FloatArray, FloatArray]]:
    n = a.size

    def velocity(state: FloatArray) -> FloatArray:
        da, dw = loss.gradient(state[:n], state[n:].reshape(w.shape))
        return -rate * np.concatenate([da * output, dw.ravel()])

    # absolute errors beside entries of the order of 1 / sqrt(d)
    states = integrated_flow(velocity, np.concatenate([a, w.ravel()]), times, rtol=1e-8, atol=1e-10)
    return [(state[:n], state[n:].reshape(w.shape)) for state in states]


def _descent(
    loss: PopulationLoss, a: FloatArray, w: FloatArray, steps: NDArray[np.int64], rate: float, step: float, output: bool
) -> tuple[FloatArray, list[tuple[FloatArray, FloatArray]]]:
    if steps[-1] > _MOST_STEPS:
        raise InvalidInputError("step_size", step, f"such that there are at most {_MOST_STEPS} steps, here {steps[-1]}")
    start, states, first = (a, w), [], loss.value(a, w)
    for k in range(int(steps[-1]) + 1):
        states += [(a, w)] * int(np.count_nonzero(steps == k))
        da, dw = loss.gradient(a, w)
        a, w = a - step * rate * da * output, w - step * rate * dw
        value = loss.value(a, w)
        if not value <= _DIVERGED * max(first, 1e-12):
            stable = loss.stable_step(*start, train_output=output) / rate
            raise ConvergenceError(
                f"gradient descent diverges at step {k + 1} with step_size = {step:g}; at the start the steps below {stable:.3g} "
                "are stable"
            )
    return np.asarray(steps * step, dtype=np.float64), states


def _in_their_span(w: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rows in orthonormal coordinates of their span, if these are fewer."""
    rows = np.vstack([w, target])
    if rows.shape[0] >= rows.shape[1]:
        return w, target
    coordinates = np.linalg.qr(rows.T)[1].T
    return coordinates[: len(w)], coordinates[len(w) :]


def checked_times(times: ArrayLike) -> FloatArray:
    """Increasing times >= 0.

    Raises:
        InvalidInputError: others, or none.
    """
    t = np.atleast_1d(real_array("times", times))
    if t.ndim != 1 or t.size == 0 or not np.all(np.isfinite(t)) or t[0] < 0 or np.any(np.diff(t) <= 0):
        raise InvalidInputError("times", times, "increasing, finite and >= 0")
    return t


def _rows(name: str, values: ArrayLike) -> FloatArray:
    rows = real_array(name, values)
    if rows.ndim != 2 or 0 in rows.shape or not np.all(np.isfinite(rows)) or np.any(np.sum(rows**2, axis=1) == 0):
        raise InvalidInputError(name, rows.shape, "a matrix of finite numbers, one row a neuron, none zero")
    return rows


def _vector(name: str, values: ArrayLike | None, size: int) -> FloatArray:
    vector = np.ones(size) if values is None else real_array(name, values)
    if vector.shape != (size,) or not np.all(np.isfinite(vector)):
        raise InvalidInputError(name, vector.shape, f"{size} finite numbers, one for each row of weights")
    return vector
