r"""A network kernel at one variance as two polynomials, one for each sign of the cosine u.

$$k(q, q, q u) = w^m P_\pm(t), \qquad w = \sqrt{(1 - |u|)/2}, \quad t = 2\sqrt{2}\,w - 1 \in [-1, 1].$$

In w the square-root singularities of kinked activations at $u = \pm 1$ are removed, whatever the depth; m is the order of a zero
there (3 for the first arc-cosine kernel at u = -1), so that small values keep their relative accuracy. Powers of t and not of w:
on [-1, 1] a Chebyshev series turns into powers without cancellation. For $|u| \le 1/2$, where most pairs of rows of many features
are, the kernel is analytic in u itself: one polynomial in 2u for both signs, without a root. The coefficients are projections of
many more samples than are kept, which averages their rounding, and a polynomial that misses the kernel between the samples is not
used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import AsymptotixError
from asymptotix.kernels.expectations import expectations_of
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.pair import Correlation, GaussianPair
from asymptotix.kernels.quadrature import QuadratureDual

__all__ = ["CENTER", "COEFFICIENT_GROUP", "UnivariateMap", "fitted_map", "homogeneous_power", "kernel_at", "univariate_map"]

FloatArray = NDArray[np.float64]

COEFFICIENT_GROUP = 8  # compiled loops take coefficients by eights
CENTER = 0.5  # |u| up to which the polynomial in u / CENTER serves
_CENTER_SIZES = (16, 24, 32, 40)
_SIZES = (16, 24, 32, 40, 48, 64, 96, 128)  # of the table
_SAMPLES, _FEW_SAMPLES = 384, 96  # few where every sample is a quadrature
_CHECKS = 37
_GOOD = 1e-15  # deviation, relative to the largest value, at which the search ends
_ACCEPTED, _ACCEPTED_NUMERIC = 1e-14, 2e-13  # what is still taken; kernels by quadrature carry 1e-13 themselves
_TINY = 2.0**-20  # w at which the order of a zero is read off


@dataclass(frozen=True)
class UnivariateMap:
    """`table[0]` holds the coefficients of P_+ in powers of t, `table[1]` those of P_-; `orders` the two m.

    `center` holds those in powers of 2u for |u| <= 1/2, none where that takes too many. `error` is the largest deviation from the
    kernel that was seen between the samples, relative to its largest value.
    """

    table: FloatArray
    orders: NDArray[np.int64]
    error: float
    center: FloatArray = field(default_factory=lambda: np.empty(0))


def homogeneous_power(kernel: KernelMap) -> float | None:
    """The p of k(q1, q2, sqrt(q1 q2) u) = (q1 q2)^p k(1, 1, u), for homogeneous activations without biases; None for others."""
    if kernel.activation.homogeneity is None or kernel.bias_variance != 0.0:
        return None
    degree = kernel.activation.homogeneity.degree
    if kernel.kind == "dual":
        power = 0.5 * (degree - bool(kernel.derivative))
        return power if power >= 0.0 and not (degree == 0 and kernel.derivative) else None
    return 0.5 * float(degree) ** kernel.depth


@lru_cache(maxsize=64)
def univariate_map(kernel: KernelMap, variance: float) -> UnivariateMap | None:
    """The two polynomials of a kernel at q1 = q2 = variance, or None where 128 coefficients do not hold it to 2e-13."""
    return _fitted(kernel, variance, variance)


def kernel_at(kernel: KernelMap, q1: float, q2: float, w: FloatArray, positive: bool) -> FloatArray:
    """The kernel from w = sqrt((1 - |u|)/2), which holds u = 1 and u = -1 without loss."""
    gap = 2.0 * w * w
    rho = 1.0 - gap if positive else gap - 1.0
    correlation = Correlation(gap, 2.0 - gap, rho) if positive else Correlation(2.0 - gap, gap, rho)
    scale = math.sqrt(q1) * math.sqrt(q2)
    return kernel.of_pair(GaussianPair(np.array(q1), np.array(q2), scale * rho, np.array(q1 - q2), correlation))


def _fitted(kernel: KernelMap, q1: float, q2: float) -> UnivariateMap | None:
    numeric = isinstance(expectations_of(kernel.activation), QuadratureDual)
    samples, accepted = (_FEW_SAMPLES, _ACCEPTED_NUMERIC) if numeric else (_SAMPLES, _ACCEPTED)
    try:
        return fitted_map(lambda w, positive: kernel_at(kernel, q1, q2, w, positive), samples, accepted)
    except AsymptotixError:  # infinite, or beyond the quadrature: the entries themselves will tell
        return None


def fitted_map(
    values: Callable[[FloatArray, bool], FloatArray], samples: int = _SAMPLES, accepted: float = _ACCEPTED
) -> UnivariateMap | None:
    """The polynomials of values(w, whether u >= 0), or None where 128 coefficients miss them by more than `accepted`."""
    sides = [_Side.of(values, positive, samples) for positive in (True, False)]
    scale = max(side.scale for side in sides)
    if not math.isfinite(scale):
        return None
    best: UnivariateMap | None = None
    for size in (size for size in _SIZES if 2 * size <= samples):
        tables, deviations = zip(*(side.polynomial(size) for side in sides), strict=True)
        error = max(deviation / (side.scale or 1.0) for deviation, side in zip(deviations, sides, strict=True))
        if best is None or error < best.error:
            best = UnivariateMap(np.array(tables), np.array([side.order for side in sides], dtype=np.int64), error)
        if best.error <= _GOOD:
            break
    if best is None or best.error > accepted:
        return None
    return replace(best, center=_center(values, samples, max(_GOOD, 2.0 * best.error)))


def _center(values: Callable[[FloatArray, bool], FloatArray], samples: int, accepted: float) -> FloatArray:
    """Coefficients in powers of u / CENTER, as few as hold the function as well as the two sides are held; none if 40 do not."""
    points = np.concatenate([np.cos(_chebyshev_angles(samples)), _check_points()])
    w = np.sqrt(0.5 - 0.5 * CENTER * np.abs(points))
    found = np.where(points >= 0.0, values(w, True), values(w, False))
    side = _Side(0, found[:samples], found[samples:])
    for size in _CENTER_SIZES:
        table, deviation = side.polynomial(size)
        if deviation <= accepted * side.scale:
            return table
    return np.empty(0)


@dataclass(frozen=True)
class _Side:
    """The function over w^order at Chebyshev points of t and at points between, for one sign of u."""

    order: int
    samples: FloatArray
    checks: FloatArray

    @classmethod
    def of(cls, function: Callable[[FloatArray, bool], FloatArray], positive: bool, size: int) -> _Side:
        points = np.concatenate([np.cos(_chebyshev_angles(size)), _check_points()])
        w = np.concatenate([0.5 * math.sqrt(0.5) * (points + 1.0), [_TINY, 0.5 * _TINY, 0.0]])
        values = function(w, positive)
        tiny, half, none = values[-3:]
        order = 0
        if none == 0.0 and half != 0.0 and tiny / half > 1.0:
            order = round(math.log2(tiny / half))
        values = values[:-3] / w[:-3] ** order
        return cls(order, values[:size], values[size:])

    @property
    def scale(self) -> float:
        """The largest value."""
        return float(np.max(np.abs(self.samples)))

    def polynomial(self, size: int) -> tuple[FloatArray, float]:
        """Coefficients in powers of t, and the largest deviation at the points between."""
        from numpy.polynomial import chebyshev

        count = len(self.samples)
        # exact multiples of pi / (2 count), and sums in extended precision: rounding of the coefficients adds up at t = 1
        multiples = np.arange(size)[:, None] * (2 * np.arange(count) + 1) % (4 * count)
        cosines = np.cos(np.longdouble("3.14159265358979323846") / (2 * count) * multiples)
        series = 2.0 / count * (cosines @ self.samples)
        series[0] *= 0.5
        table = np.zeros(size)
        powers = chebyshev.cheb2poly(series)
        table[: len(powers)] = powers
        deviation = np.polyval(table[::-1], _check_points()) - self.checks
        return table, float(np.max(np.abs(deviation)))


def _chebyshev_angles(size: int) -> FloatArray:
    return np.asarray(np.pi * (np.arange(size) + 0.5) / size)


def _check_points() -> FloatArray:
    """Between Chebyshev points, dense at the ends."""
    return np.asarray(np.cos(np.pi * (np.arange(_CHECKS) + 0.25) / _CHECKS))
