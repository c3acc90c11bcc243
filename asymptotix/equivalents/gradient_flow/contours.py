r"""Contours that turn functions of the resolvent $(A+\lambda)^{-1}$ into functions of time.

Gradient flow is the inverse Laplace transform of ridge regression in $\lambda$, gradient descent a power-series coefficient:

.. math:: e^{-At}=\frac1{2\pi i}\int e^{\lambda t}(A+\lambda)^{-1}d\lambda\approx\sum_jw_j(A+\lambda_j)^{-1},\qquad
          (1-\eta A)^k=[\zeta^k]\,\frac1{\eta\zeta}(A+\lambda)^{-1},\quad\lambda=\frac{1/\zeta-1}\eta .

In both, $(1-\phi(A))/A\approx\sum_j\frac{w_j}{\lambda_j}(A+\lambda_j)^{-1}$ where $\phi(A)$ is the left-hand side. The nodes
come in conjugate pairs; only those of the upper half plane are kept.

Source: [TrefethenWeidemanSchmelzer2006] for the contour of Talbot's method with its parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Contour", "descent_contour", "flow_contour"]

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

FLOW_NODES = 28  # about 12 digits of a double; more nodes lose them again to rounding, as exp(0.17 nodes)
DESCENT_ALIASING = 12  # digits: the circle has this radius to the power of the number of nodes, to the minus one


@dataclass(frozen=True)
class Contour:
    """Nodes lambda_j in the upper half plane and their weights w_j; a sum over all nodes is twice a real part."""

    nodes: ComplexArray
    weights: ComplexArray

    @property
    def gains(self) -> ComplexArray:
        """w_j / lambda_j: the weights of (1 - phi(A)) / A."""
        return self.weights / self.nodes


def flow_contour(time: float) -> Contour:
    """Midpoint rule on Talbot's cotangent contour for e^(-A time), 0 < time < infinity."""
    n = FLOW_NODES
    theta = (np.arange(n // 2) + 0.5) * 2.0 * np.pi / n
    angle = 0.6407 * theta
    z = n * (0.5017 * theta / np.tan(angle) - 0.6122 + 0.2645j * theta)
    slope = n * (0.5017 / np.tan(angle) - 0.5017 * angle / np.sin(angle) ** 2 + 0.2645j)
    return Contour(np.asarray(z / time, dtype=np.complex128), np.exp(z) * slope / (1j * n * time))


def descent_contour(steps: int, step_size: float) -> Contour:
    """Cauchy's sum on a circle for (1 - step_size A)^steps."""
    n = 4 * (steps + 1)
    radius = 10.0 ** (-DESCENT_ALIASING / n)
    # the lower half circle of zeta is the upper half plane of lambda
    zeta = radius * np.exp(-2j * np.pi * (np.arange(n // 2) + 0.5) / n)
    return Contour((1.0 / zeta - 1.0) / step_size, np.asarray(zeta**-steps / (n * zeta * step_size)))
