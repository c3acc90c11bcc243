"""The kernel of a network drawn at random in the coordinates where its limit is the identity, on given points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.errors import HypothesisError
from asymptotix.kernels.finite_width import finite_width_kernel
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.matrix import kernel_matrix

__all__ = ["WhitenedKernel"]

FloatArray = NDArray[np.float64]

_SINGULAR = 1e-10  # of the largest eigenvalue: below, whitening multiplies rounding beyond the deviations that are measured
_ALIKE = 1e-12  # 1 - |cosine| of two rows that are called the same, or opposite


@dataclass(frozen=True, eq=False)
class WhitenedKernel:
    """Points with the limit of the kernel on them, factored: K = L L^T."""

    activation: Activation
    tangent: bool
    points: FloatArray
    factor: FloatArray

    @staticmethod
    def of(activation: Activation, tangent: bool, points: FloatArray) -> WhitenedKernel:
        """Factor the limit.

        Raises:
            HypothesisError: it is singular (points that coincide are named), or infinite (tangent features of a jump).
        """
        limit = KernelMap(activation, kind="tangent", layers="first") if tangent else KernelMap(activation, kind="nngp")
        matrix = np.asarray(kernel_matrix(limit, points), dtype=np.float64)
        values = np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)
        if not values[0] > _SINGULAR * values[-1]:
            raise HypothesisError(_why_singular(activation, points, values))
        return WhitenedKernel(activation, tangent, points, np.asarray(np.linalg.cholesky(matrix), dtype=np.float64))

    def eigenvalues(self, width: int, rng: np.random.Generator) -> FloatArray:
        """Those of K^-1/2 K_N K^-1/2 for fresh weights, ascending."""
        from scipy.linalg import solve_triangular

        weights = rng.standard_normal((width, self.points.shape[1]))
        drawn = finite_width_kernel(self.activation, weights, self.points, layers="first" if self.tangent else "last")
        # L^-1 K_N L^-T is similar to the symmetric form: L = K^1/2 times a rotation
        half = solve_triangular(self.factor, drawn, lower=True, check_finite=False)
        return np.linalg.eigvalsh(solve_triangular(self.factor, half.T, lower=True, check_finite=False))


def _why_singular(activation: Activation, points: FloatArray, values: FloatArray) -> str:
    """One line: which rows coincide, or else how far the kernel is from invertible."""
    norms = np.linalg.norm(points, axis=1)
    if np.any(norms == 0):
        return f"row {int(np.argmin(norms))} of X is zero: remove it"
    cosines = np.abs((points / norms[:, None]) @ (points / norms[:, None]).T)
    first, second = np.nonzero(np.triu(cosines > 1.0 - _ALIKE, 1))
    if first.size:
        pairs = ", ".join(f"{i} and {j}" for i, j in zip(first[:3], second[:3], strict=True))
        return f"the kernel on X is singular: rows {pairs} are parallel ({first.size} such pairs); keep one of each"
    if values[-1] == 0:
        return f"the kernel of {activation.name} is 0 on X: use an activation that is not constant"
    ratio = max(float(values[0] / values[-1]), 0.0)
    return (
        f"the kernel of {activation.name} on X is singular to rounding (its eigenvalues span a factor of {ratio:.0e}): use fewer "
        "points, more dimensions, or an activation with more Hermite coefficients"
    )
