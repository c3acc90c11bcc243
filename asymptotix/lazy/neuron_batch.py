"""Many trials of gradient descent of one neuron at once, in arrays with one axis for the trials."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.errors import ConvergenceError, InvalidInputError
from asymptotix.lazy.neuron_moments import NeuronMoments

__all__ = ["NeuronBatch"]

FloatArray = NDArray[np.float64]

_EVERY = 20  # steps between two looks at the errors
_STILL = 1e-6  # a gradient that small has converged


@dataclass(frozen=True)
class NeuronBatch:
    """All trials at once: points (trials, n, d), labels (trials, n), starts (trials, d); the target is the first coordinate."""

    activation: Activation
    points: FloatArray
    labels: FloatArray
    starts: FloatArray
    noisy: bool

    @staticmethod
    def draw(s: Activation, d: int, n: int, noise: float, trials: int, rng: np.random.Generator) -> NeuronBatch:
        """Points, labels and starts N(0, I/d) of all trials."""
        points = rng.standard_normal((trials, n, d))
        labels = s(points[:, :, 0]) + math.sqrt(noise) * rng.standard_normal((trials, n))
        return NeuronBatch(s, points, labels, rng.standard_normal((trials, d)) / math.sqrt(d), noise > 0)

    def curvatures(self) -> FloatArray:
        """Smallest and largest eigenvalue of the Hessian at the target, (trials, 2)."""
        slopes = self.activation.pointwise_derivative(self.points[:, :, 0])
        weighted = self.points * slopes[:, :, None]
        values = np.linalg.eigvalsh(np.swapaxes(weighted, 1, 2) @ weighted / self.points.shape[1])
        return np.maximum(values[:, [0, -1]], 0.0)  # rounding leaves a singular matrix below 0

    def run(
        self, moments: NeuronMoments, step: float | None, max_steps: int, stop: float
    ) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Test errors, steps taken and smallest eigenvalues of the trials, and the step."""
        ends = self.curvatures()
        stable = 2.0 / float(np.max(ends[:, 1]))
        eta = 0.5 * stable if step is None else float(step)
        if eta >= stable:
            raise InvalidInputError("step", step, f"below the stable step {stable:.4g} at n = {self.points.shape[1]}")
        w, taken = self.starts.copy(), np.full(len(self.starts), float(max_steps))
        active, points, labels = np.arange(len(w)), self.points, self.labels
        for count in range(1, max_steps + 1):
            gradient, loss = self._gradient(points, labels, w[active])
            w[active] -= eta * gradient
            if count % _EVERY and count < max_steps:
                continue
            if not np.all(loss <= 1e6 * (1.0 + np.mean(self.labels**2))):  # NaN is not
                raise ConvergenceError(f"gradient descent diverges with step {eta:.4g}: use one well below {stable:.4g}")
            done = np.linalg.norm(gradient, axis=1) <= _STILL
            if not self.noisy:
                done |= _errors(moments, w[active]) <= stop
            taken[active[done]] = count
            if np.any(done):
                active = active[~done]
                points, labels = self.points[active], self.labels[active]
            if active.size == 0:
                break
        return _errors(moments, w), taken, ends[:, 0], eta

    def _gradient(self, points: FloatArray, labels: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradients of the empirical losses, and mean squared residuals, of some trials."""
        z = (points @ w[:, :, None])[:, :, 0]
        residual = self.activation(z) - labels
        weighted = residual * self.activation.pointwise_derivative(z)
        return (weighted[:, None, :] @ points)[:, 0, :] / points.shape[1], np.mean(residual**2, axis=1)


def _errors(moments: NeuronMoments, w: FloatArray) -> FloatArray:
    """E (f - f_*)^2 of each trial."""
    across = np.linalg.norm(w[:, 1:], axis=1)
    return np.array([2.0 * moments.loss(float(a), float(b), 1.0) for a, b in zip(w[:, 0], across, strict=True)])
