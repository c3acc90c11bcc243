"""How far and in what steps a network is trained, the training itself, and what it does to the linearization."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.lazy.linearized import Linearization, StepFilter
from asymptotix.lazy.network import TwoLayerNetwork
from asymptotix.lazy.training import Trajectory, descend, descend_in_batches, flow
from asymptotix.lazy.training_rule import TrainingRule
from asymptotix.runs.progress import Report
from asymptotix.simulation.filters import Flow

__all__ = ["TrainingPlan", "records"]

FloatArray = NDArray[np.float64]

_FRACTION = 0.25  # first step in units of the largest stable one: the kernel may grow fourfold before a step must be halved
_NATURAL_TIME = 30.0  # in units of 1/(mean eigenvalue)
_MOST_STEPS = 200  # of the default horizon, passes over the data with batches
_MOST_WRITTEN = 10**7
_RECORDS = 40


@dataclass(frozen=True)
class TrainingPlan:
    """Steps of size `step_size`, the first of an adapted descent; `stable` is the largest stable one at the start."""

    rule: TrainingRule
    step_size: float
    n_steps: int
    stable: float
    adapted: bool

    @classmethod
    def of(
        cls, rule: TrainingRule, kernel: FloatArray, eigenvalues: FloatArray, time: float | None, step_size: float | None
    ) -> TrainingPlan:
        """From the kernel at the start, a time or None, and a constant step or None.

        Raises:
            InvalidInputError: a kernel without scale, a time or step out of range, or a step for the flow.
        """
        largest = float(eigenvalues[-1])
        if not 0 < largest < np.inf:
            room = "such that the tangent kernel has a positive finite norm"
            raise InvalidInputError("X", largest, room, "here is its largest eigenvalue")
        for name, value in (("time", time), ("step_size", step_size)):
            if value is not None and not 0 < value < np.inf:
                raise InvalidInputError(name, value, "positive and finite")
        if step_size is not None and rule.kind == "flow":
            raise InvalidInputError("step_size", step_size, 'left out with training = "flow"', "its integrator takes its own")
        limit = 2.0 * (1.0 + rule.momentum) / largest
        if step_size is not None and step_size >= limit:
            formula = "2/s_max" if rule.momentum == 0 else "2(1 + momentum)/s_max"
            raise InvalidInputError("step_size", step_size, f"below {formula} = {limit:.6g}", "beyond it training diverges")
        stable = rule.stable_step(kernel, largest)
        # with momentum, as much time a step as without: longer ones oscillate and follow no flow
        first = _FRACTION * stable / (1.0 + rule.momentum) / rule.stretch
        step = first if step_size is None else float(step_size)
        passes = 1 if rule.batch_size is None else math.ceil(len(kernel) / rule.batch_size)
        each = step * rule.stretch
        if time is None:
            natural = math.ceil(_NATURAL_TIME / float(np.mean(eigenvalues)) / each)
            return cls(rule, step, max(1, min(_MOST_STEPS * passes, natural)), stable, step_size is None)
        if time / each > _MOST_WRITTEN:
            raise InvalidInputError("time", time, f"at most 10^7 steps of {each:.3g}")
        steps = max(1, math.ceil(time / each * (1 - 1e-12)))
        return cls(rule, float(time) / steps / rule.stretch, steps, stable, step_size is None)

    @property
    def times(self) -> list[float]:
        """Of the records, with constant steps."""
        return [k * self.step_size * self.rule.stretch for k in records(self.n_steps)]

    def train(self, network: TwoLayerNetwork, X: FloatArray, y: FloatArray, X_test: FloatArray, report: Report) -> Trajectory:
        """The network, trained.

        Raises:
            ConvergenceError: training diverged, or the flow could not be integrated.
        """
        rule, record = self.rule, records(self.n_steps)
        if rule.kind == "flow":
            found = flow(network, X, y, times=self.times, X_test=X_test, report=report)
        elif rule.kind == "sgd":
            found = descend_in_batches(
                network, X, y, rule=rule, step_size=self.step_size, n_steps=self.n_steps, record=record, X_test=X_test,
                report=report,
            )  # fmt: skip
        else:
            found = descend(
                network, X, y, step_size=self.step_size, n_steps=self.n_steps, record=record, X_test=X_test,
                momentum=rule.momentum, shrink=self.adapted and rule.kind == "descent", report=report,
            )  # fmt: skip
        return found

    def linear(self, linear: Linearization, kernel: FloatArray, done: Trajectory) -> tuple[FloatArray, FloatArray]:
        """Residuals (records, n) of the linearization trained as `done` was, and c (records, n) with f(x) = f_0(x) + k(x) c."""
        if self.rule.kind == "sgd":
            c = self.rule.coefficients(kernel, linear.start, self.step_size, done.steps)
            return linear.start + c @ kernel, c
        flowing = self.rule.kind == "flow"
        filters = Flow(np.array(done.times)) if flowing else StepFilter(done.step_sizes, done.steps, self.rule.momentum)
        return linear.residuals(filters).T, linear.coefficients(filters).T


def records(n_steps: int) -> list[int]:
    """Step numbers to record: 0, and about logarithmically from the first to the last."""
    return sorted({0, *np.unique(np.round(np.geomspace(1, n_steps, _RECORDS)).astype(int)).tolist()})
