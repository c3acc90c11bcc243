r"""The error of a network's kernel whose layers are quadratures, carried from layer to layer.

Each layer adds the bound of its own quadrature to what the errors of its arguments do: the kernel is evaluated once more with
every argument moved by its error, and the changes are added. The correlation is moved towards 0, where at $\rho = \pm 1$ the
square-root singularity of a kinked activation is on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.pair import GaussianPair

__all__ = ["Bounded", "LayerErrors", "network_error"]

FloatArray = NDArray[np.float64]
Bounded = Callable[[GaussianPair], tuple[FloatArray, FloatArray]]  # pair -> (value, bound of its quadrature)


@dataclass(frozen=True)
class LayerErrors:
    """What the recursion needs: k and, where layers before the last are trained, kdot, each with its bound; w and b; layers."""

    dual: Bounded
    slope: Bounded | None
    weight: float
    bias: float
    depth: int
    first_only: bool


def network_error(network: LayerErrors, pair: GaussianPair) -> FloatArray:
    """A bound on the absolute error of S_depth, or of T_depth; `pair` holds the variances of the first layer."""
    zero = np.zeros_like(pair.c)
    q, c = [np.broadcast_to(v, zero.shape) for v in (pair.q1, pair.q2)], np.asarray(pair.c)
    dq, dc = [zero, zero], zero
    total, error = c, zero
    for layer in range(1, network.depth + 1):
        value, bound = _moved(network.dual, q, c, dq, dc)
        covariance, covariance_error = network.weight * value + network.bias, network.weight * bound
        if network.slope is not None:
            slope, slope_error = (network.weight * part for part in _moved(network.slope, q, c, dq, dc))
            error = np.abs(total) * slope_error + np.abs(slope) * error + slope_error * error
            total = total * slope
            if not network.first_only:
                total, error = covariance + total, covariance_error + error
        if layer < network.depth:
            squares = [_moved_square(network.dual, own, change) for own, change in zip(q, dq, strict=True)]
            q = [network.weight * square + network.bias for square, _ in squares]
            dq = [network.weight * change for _, change in squares]
            limit = np.sqrt(q[0]) * np.sqrt(q[1])
            c, dc = np.clip(covariance, -limit, limit), covariance_error
    return np.asarray(covariance_error if network.slope is None else error)


def _moved(
    function: Bounded, q: list[FloatArray], c: FloatArray, dq: list[FloatArray], dc: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The value, and its bound with the changes that the errors of the arguments make."""
    value, bound = function(GaussianPair.from_covariance(q[0], q[1], c))
    nearer = np.sign(c) * np.maximum(np.abs(c) - dc, 0.0)
    for one, two, cross in ((q[0] + dq[0], q[1], c), (q[0], q[1] + dq[1], c), (q[0], q[1], nearer)):
        moved, _ = function(GaussianPair.from_covariance(one, two, cross))
        bound = bound + np.abs(moved - value)
    return value, bound


def _moved_square(function: Bounded, q: FloatArray, dq: FloatArray) -> tuple[FloatArray, FloatArray]:
    def at(variance: FloatArray) -> tuple[FloatArray, FloatArray]:
        return function(GaussianPair.from_angle(variance, variance, np.zeros_like(variance)))

    value, bound = at(q)
    return value, bound + np.abs(at(q + dq)[0] - value)
