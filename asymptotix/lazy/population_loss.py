r"""The population loss of a two-layer network against a two-layer teacher for Gaussian inputs, and its gradient.

.. math:: L=\tfrac12\mathbb E\Big(\gamma\sum_ia_i\sigma(\langle w_i,x\rangle)-\sum_pv_p\sigma_*(\langle w^*_p,x\rangle)\Big)^2
          =\tfrac12\gamma^2a^\top\kappa a-\gamma a^\top\kappa^*v+\tfrac12v^\top\kappa^{**}v

.. math:: \nabla_{w_i}L=\gamma a_i\Big\{\gamma\sum_ja_j[A_{ij}w_j+D_{ij}w_i]-\sum_pv_p[A^*_{ip}w^*_p+D^*_{ip}w_i]\Big\}

with the moments of `population_moments` at the overlaps of the weights: the dynamics are closed in those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.lazy.population_moments import Moments, pair_moments

__all__ = ["PopulationLoss"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PopulationLoss:
    """Teacher and activations; weights are rows, in any common orthonormal coordinates."""

    activation: Activation
    teacher_activation: Activation
    teacher_weights: FloatArray
    teacher_output: FloatArray
    scale: float

    @cached_property
    def _own(self) -> Moments:
        return pair_moments(self.activation, self.activation)

    @cached_property
    def _cross(self) -> Moments:
        return pair_moments(self.activation, self.teacher_activation)

    @cached_property
    def _teacher_energy(self) -> float:
        between = pair_moments(self.teacher_activation, self.teacher_activation)
        value, _, _ = _moments(between, self.teacher_weights, self.teacher_weights)
        return float(self.teacher_output @ value @ self.teacher_output)

    def value(self, a: FloatArray, w: FloatArray) -> float:
        """L >= 0."""
        own, cross = self._values(a, w)
        return 0.5 * self._teacher_energy + 0.5 * float(a @ own) - float(a @ cross)

    def gradient(self, a: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
        """In the output weights and in the weights."""
        g, v = self.scale, self.teacher_output
        value, slope, bend = _moments(self._own, w, w)
        value_t, slope_t, bend_t = _moments(self._cross, w, self.teacher_weights)
        in_output = g * (g * value @ a - value_t @ v)
        along = (g * bend @ a - bend_t @ v)[:, None] * w
        in_weights = g * a[:, None] * (g * (slope * a) @ w - (slope_t * v) @ self.teacher_weights + along)
        return in_output, in_weights

    def stable_step(self, a: FloatArray, w: FloatArray, *, train_output: bool) -> float:
        """2 / the largest curvature of L at the weights, by power iteration on differences of gradients."""
        rng = np.random.default_rng(0)
        da, dw = rng.standard_normal(a.shape) * train_output, rng.standard_normal(w.shape)
        size, step = 1.0, 1e-5
        for _ in range(60):
            length = np.sqrt(np.sum(da**2) + np.sum(dw**2))
            da, dw = da / length, dw / length
            up, down = (self.gradient(a + sign * step * da, w + sign * step * dw) for sign in (1.0, -1.0))
            da, dw = (up[0] - down[0]) / (2 * step) * train_output, (up[1] - down[1]) / (2 * step)
            size = float(np.sqrt(np.sum(da**2) + np.sum(dw**2)))
        return 2.0 / size

    def _values(self, a: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, _, _ = _moments(self._own, w, w)
        value_t, _, _ = _moments(self._cross, w, self.teacher_weights)
        return self.scale**2 * value @ a, self.scale * value_t @ self.teacher_output


def _moments(moments: Moments, one: FloatArray, two: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    q1, q2 = np.sum(one**2, axis=1)[:, None], np.sum(two**2, axis=1)[None, :]
    return moments(q1, q2, one @ two.T)
