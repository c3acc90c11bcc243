r"""The linearized network, trained: exact in time through the eigenvectors of its kernel.

With $K=V\mathrm{diag}(s)V^\top$, $u_0=f_0(X)-y$ and a filter of residuals r(s) with gains $g=(1-r)/s$,

$$f(X)-y=V r V^\top u_0,\qquad f(x)=f_0(x)-k(x)^\top V g V^\top u_0,\qquad
\|\theta-\theta_0\|^2=\sum_j s_j g_j^2 (V^\top u_0)_j^2.$$

Gradient flow has $r=e^{-st}$, gradient descent $r=\prod_k(1-\eta_ks)$, and heavy ball a recursion of two terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Linearization", "LinearizedTraining", "StepFilter"]

FloatArray = NDArray[np.float64]


class LinearizedTraining(Protocol):
    """A family of filters at m times; `Flow` of `asymptotix.simulation.filters` is one."""

    def gains(self, x: FloatArray) -> FloatArray:
        """g at eigenvalues (r,), shape (r, m)."""

    def misses(self, x: FloatArray) -> FloatArray:
        """r at eigenvalues (r,), shape (r, m)."""


@dataclass(frozen=True, eq=False)
class StepFilter:
    """Gradient descent or heavy ball with given step sizes, after `record` steps (ascending numbers).

    Velocity and parameters follow v <- momentum v - eta gradient, theta <- theta + v. The gain is run forward beside the
    residual: (1 - r)/s would cancel where s is small.
    """

    step_sizes: FloatArray
    record: Sequence[int]
    momentum: float = 0.0

    def gains(self, x: FloatArray) -> FloatArray:
        """g, (r, m)."""
        return self._run(x)[0]

    def misses(self, x: FloatArray) -> FloatArray:
        """r, (r, m)."""
        return self._run(x)[1]

    def _run(self, s: FloatArray) -> tuple[FloatArray, FloatArray]:
        gain, miss, velocity = np.zeros_like(s), np.ones_like(s), np.zeros_like(s)
        kept: list[tuple[FloatArray, FloatArray]] = []
        wanted = iter(self.record)
        following = next(wanted, -1)
        for k in range(len(self.step_sizes) + 1):
            while k == following:
                kept.append((gain, miss))
                following = next(wanted, -1)
            if k < len(self.step_sizes):
                velocity = self.momentum * velocity + self.step_sizes[k] * miss
                gain, miss = gain + velocity, miss - s * velocity
        return np.stack([g for g, _ in kept], axis=1), np.stack([r for _, r in kept], axis=1)


@dataclass(frozen=True, eq=False)
class Linearization:
    """Eigenvalues (ascending, none negative) and eigenvectors of the kernel at the training points, and u_0 = f_0(X) - y."""

    eigenvalues: FloatArray
    eigenvectors: FloatArray
    start: FloatArray

    @classmethod
    def of(cls, kernel: FloatArray, start: FloatArray) -> Linearization:
        """Decompose a kernel matrix; eigenvalues that rounding made negative become 0."""
        values, vectors = np.linalg.eigh(kernel)
        return cls(np.maximum(values, 0.0), vectors, start)

    def residuals(self, training: LinearizedTraining) -> FloatArray:
        """f(X) - y, (n, m)."""
        return np.asarray(self.eigenvectors @ (training.misses(self.eigenvalues) * self._start_along))

    def changes(self, training: LinearizedTraining, kernel: FloatArray) -> FloatArray:
        """f(x) - f_0(x) at points with kernel (q, n) to the training points, (q, m)."""
        return np.asarray(kernel @ self.coefficients(training))

    def coefficients(self, training: LinearizedTraining) -> FloatArray:
        """c with f(x) - f_0(x) = k(x) c, (n, m)."""
        return np.asarray(-self.eigenvectors @ (training.gains(self.eigenvalues) * self._start_along))

    def displacements(self, training: LinearizedTraining) -> FloatArray:
        """||theta - theta_0||, (m,)."""
        gains = training.gains(self.eigenvalues) * self._start_along
        return np.asarray(np.sqrt(np.sum(self.eigenvalues[:, None] * gains**2, axis=0)))

    @property
    def _start_along(self) -> FloatArray:
        return np.asarray((self.eigenvectors.T @ self.start)[:, None])
