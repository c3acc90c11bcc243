r"""Expectations over pairs of Gaussian fields that the population loss of a two-layer network and its gradient are made of.

For $z_1,z_2$ of variances $q_1,q_2$ and covariance c,

.. math:: \kappa=\mathbb E\,s(z_1)t(z_2),\qquad A=\mathbb E\,s'(z_1)t'(z_2),\qquad D=\mathbb E\,s''(z_1)t(z_2),

elementwise over arrays: in closed form for two functions erf(b x) and for one positively homogeneous function (ReLU and its kin),
by the trapezoidal rule, which converges geometrically for analytic functions, for other smooth ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.activation import Activation
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError

__all__ = ["Moments", "erf_scale", "pair_moments"]

FloatArray = NDArray[np.float64]
Moments = Callable[[FloatArray, FloatArray, FloatArray], tuple[FloatArray, FloatArray, FloatArray]]

_STEP = 0.38  # of the first rule, at fields of variance 1 and less; tanh at variance 1: 1e-10
_REFINED = (1.25, 2.0, 3.2)  # steps are divided by these until two rules agree
_REACH = 9.0  # standard deviations
_MOST_POINTS = 4 * 10**7  # evaluations of one moment, a second
_AGREEMENT = 1e-7  # of the two rules, relative to the largest entry: the flow is integrated to 1e-8
_PROBES = np.linspace(-3.0, 3.0, 61)


def pair_moments(s: Activation, t: Activation) -> Moments:
    """The function (q1, q2, c) -> (kappa, A, D) of arrays that broadcast.

    Raises:
        HypothesisError: an activation with jumps, with exponential growth, or with kinks (but for s = t like ReLU).
    """
    for f in (s, t):
        if f.jumps:
            raise HypothesisError(f"{f.name} jumps: its slope has no square and gradient descent no limit; use a continuous one")
        if f.growth.kind in ("exponential", "gaussian"):
            raise HypothesisError(
                f"{f.name} grows exponentially, so that neither its slope nor a stable step is bounded; use polynomial growth"
            )
    scales = erf_scale(s), erf_scale(t)
    if scales[0] is not None and scales[1] is not None:
        return _erf(scales[0], scales[1])
    if s == t and s.homogeneity is not None and s.homogeneity.degree == 1:
        return _homogeneous(float(s.homogeneity.positive), float(s.homogeneity.negative))
    for f in (s, t):
        if f.kinks:
            raise HypothesisError(
                f"{f.name} has kinks: only ReLU and its kin on both sides, or smooth activations, are known here"
            )
    return _by_rule(s, t)


def erf_scale(s: Activation) -> float | None:
    """b where s(x) = erf(b x / sqrt(2)), else None; recognized by its values."""
    from scipy.special import erf

    slope = float(s.pointwise_derivative(0.0)) * sqrt(pi / 2.0)
    matches = slope != 0 and np.allclose(s(_PROBES), erf(slope * _PROBES / sqrt(2.0)), rtol=1e-13, atol=1e-15)
    return slope if matches else None


def _erf(one: float, two: float) -> Moments:
    def moments(q1: FloatArray, q2: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        q1, q2, c = one**2 * q1, two**2 * q2, one * two * c
        # textbook: (1 + q1)(1 + q2) - c^2, which is 1 + q1 + q2 plus a difference that is never negative
        root = np.sqrt(1.0 + q1 + q2 + np.maximum(q1 * q2 - c * c, 0.0))
        value = 2.0 / pi * np.arctan2(c, root)  # the arcsine of c / sqrt((1 + q1)(1 + q2))
        return value, one * two * 2.0 / (pi * root), -(one**2) * 2.0 * c / (pi * (1.0 + q1) * root)

    return moments


def _homogeneous(p: float, n: float) -> Moments:
    """S(x) = p max(x, 0) + n max(-x, 0)."""

    def moments(q1: FloatArray, q2: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        product = q1 * q2
        square = product - c * c
        # at coincident fields the difference is rounding, whose root would be 1e-8
        across = np.sqrt(np.where(square > 1e-14 * product, square, 0.0))
        angle = np.arctan2(across, c)
        same, opposite = p * p + n * n, p * n
        value = same * (across + (pi - angle) * c) + 2.0 * opposite * (across - angle * c)
        slope = same * (pi - angle) - 2.0 * opposite * angle
        return value / (2.0 * pi), slope / (2.0 * pi), (p + n) ** 2 * across / (2.0 * pi * q1)

    return moments


def _by_rule(s: Activation, t: Activation) -> Moments:
    slope, other = s.pointwise_derivative, t.pointwise_derivative
    curvature = slope.pointwise_derivative

    def at(step: float, q1: FloatArray, q2: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        u, v, w = _rule(step)
        if u.size * c.size > _MOST_POINTS:
            raise InvalidInputError(
                "activation",
                s.name,
                "erf or ReLU (closed forms) for so many neurons or weights so large",
                "others are integrated",
            )
        q1, q2, c = (np.asarray(x, dtype=np.float64)[..., None] for x in np.broadcast_arrays(q1, q2, c))
        along = np.divide(c, np.sqrt(q1), out=np.zeros_like(c), where=q1 > 0)
        one = np.sqrt(q1) * u
        two = along * u + np.sqrt(np.maximum(q2 - along**2, 0.0)) * v
        right = t(two)
        return (s(one) * right) @ w, (slope(one) * other(two)) @ w, (curvature(one) * right) @ w

    def moments(q1: FloatArray, q2: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        # poles of s(sqrt(q) u) move towards the line as the variance grows; in whole eighths, to make few rules
        finer = 2.0 ** (np.ceil(4.0 * np.log2(max(1.0, float(np.max(q1)), float(np.max(q2))))) / 8.0)
        found = at(_STEP / finer, q1, q2, c)
        for refined in _REFINED:
            coarse, found = found, at(_STEP / (finer * refined), q1, q2, c)
            sizes = [max(1.0, float(np.max(np.abs(fine)))) for fine in found]
            gap = max(float(np.max(np.abs(x - y))) / size for x, y, size in zip(coarse, found, sizes, strict=True))
            if gap <= _AGREEMENT:
                return found
        raise ConvergenceError(
            f"two quadrature rules of the moments of {s.name} and {t.name} differ by {gap:.1e} at variance "
            f"{float(np.max(q1)):.3g}: use smaller weights, shorter times, less steep activations, or erf and ReLU (closed forms)"
        )

    return moments


@lru_cache(maxsize=16)
def _rule(step: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    x = step * np.arange(-int(_REACH / step), int(_REACH / step) + 1)
    w = step * np.exp(-0.5 * x * x) / np.sqrt(2.0 * pi)
    u, v = np.meshgrid(x, x, indexing="ij")
    weights = np.outer(w, w)
    kept = weights > 1e-22 * weights.max()
    return u[kept], v[kept], weights[kept]
