r"""Gegenbauer coefficients of x^n exp(a x^2) and x^n 1F1(1/2; 3/2; a x^2) where their power series are of no use.

On the sphere of radius sqrt(d) the argument of 1F1(m + 1/2; d/2 + 2m; a r^2) is as large as its parameter: the series alternates,
its terms grow, or it needs as many terms as there are dimensions. Euler's integral

    1F1(A; B; z) = int u^(A-1) (1-u)^(B-A-1) e^(z u) du / int u^(A-1) (1-u)^(B-A-1) du,   0 < u < 1,

has a positive integrand, and the trapezoidal rule in y = log(u / (1-u)) converges exponentially. Powers come out of
(2k + d - 2) t P_k = (k + d - 2) P_{k+1} + k P_{k-1}, and x 1F1(1/2; 3/2; a x^2), whose slope is exp(a x^2), out of one step of
Rodrigues' formula, lambda_k(d)[s] = lambda_{k-1}(d+2)[s'] r / d.

Source: [Muller1966] for Rodrigues' formula; Euler's integral in any textbook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from asymptotix.symbolic.coefficients.gamma_difference import log_gamma_ratio

__all__ = ["float_gaussian", "precise_gaussian"]

FloatArray = NDArray[np.float64]
# (k, d) -> value and size of what was added up
Coefficient = Callable[[Any, Any], tuple[Any, Any]]

NODES = 400  # of the float64 rule, on either side of the peak
_REACH = 40.0  # the integrand is followed down to exp(-40) of its peak


def float_gaussian(
    power: int, integrated: bool, a: float, k: FloatArray, d: FloatArray, radius: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """E[s(r t) P_k(t)] and the size of its summands, s = x^power exp(a x^2) or (integrated) x^power 1F1(1/2; 3/2; a x^2)."""
    value, size = _family(power, integrated, lambda k, d: _float_base(a, k, d, radius), radius, np.where)(k, d)
    return np.asarray(value), np.asarray(size)


def precise_gaussian(power: int, integrated: bool, a: Any, k: int, d: Any, radius: Any) -> tuple[Any, Any]:
    """The same in mpmath's current precision."""

    def choose(condition: bool, one: Any, two: Any) -> Any:
        return one if condition else two

    value, size = _family(power, integrated, lambda k, d: _precise_base(a, k, d, radius), radius, choose)(k, d)
    return value, size


def _family(power: int, integrated: bool, base: Coefficient, radius: Any, choose: Any) -> Coefficient:
    """The coefficients of x^power times the function, by multiplications with x."""

    def by_slope(k: Any, d: Any) -> tuple[Any, Any]:
        value, size = base(abs(k - 1), d + 2)
        there = choose(k >= 1, radius / d, 0 * d)
        return there * value, there * size

    current: Coefficient = by_slope if integrated else base
    for _ in range(power - 1 if integrated else power):
        current = _times_x(current, radius, choose)
    return current


def _times_x(of: Coefficient, radius: Any, choose: Any) -> Coefficient:
    def product(k: Any, d: Any) -> tuple[Any, Any]:
        below, above = of(abs(k - 1), d), of(k + 1, d)
        total = 2 * k + d - 2
        down = choose(k == 0, 0 * d, k / choose(total == 0, total + 1, total))  # the circle has 0/0 at degree 0
        up = 1 - down
        return radius * (up * above[0] + down * below[0]), radius * (up * above[1] + down * below[1])

    return product


def _float_base(a: float, k: FloatArray, d: FloatArray, radius: FloatArray) -> tuple[FloatArray, FloatArray]:
    """exp(a x^2): zero in odd degrees, a^m r^(2m) (2m)!/m! Gamma(d/2)/(2^k Gamma(d/2+k)) 1F1 at k = 2m."""
    from scipy.special import gammaln

    m, z = k / 2, a * radius**2
    size = m * np.log(np.abs(z)) + gammaln(k + 1) - gammaln(m + 1) - k * np.log(2.0) + log_gamma_ratio(d / 2, k)
    value = np.exp(size) * _float_kummer(m + 0.5, d / 2 + k, z)
    value = np.where(k % 2 == 0, value, 0.0)
    return value * np.where((a < 0) & (m % 2 == 1), -1.0, 1.0), value


def _float_kummer(a: FloatArray, b: FloatArray, z: FloatArray) -> FloatArray:
    """1F1(a; b; z), b > a > 0, as a ratio of two sums."""
    return np.asarray(np.exp(_float_log_integral(a, b, z) - _float_log_integral(a, b, 0 * z)), dtype=np.float64)


def _peak(a: Any, b: Any, z: Any, root: Any) -> Any:
    """Where a log u + (b-a) log(1-u) + z u is largest."""
    return 2 * a / ((b - z) + root((b - z) ** 2 + 4 * z * a))


def _float_log_integral(a: FloatArray, b: FloatArray, z: FloatArray) -> FloatArray:
    u = _peak(a, b, z, np.sqrt)
    curvature = u * (1 - u) * (b - z * (1 - 2 * u))
    step = np.minimum(0.2, 0.7 / np.sqrt(curvature))
    middle = np.log(u) - np.log1p(-u)
    top = a * np.log(u) + (b - a) * np.log1p(-u) + z * u
    total = np.ones_like(a)
    for side in (-1.0, 1.0):
        for index in range(1, 20 * NODES):
            y = middle + side * index * step
            v = 1 / (1 + np.exp(-y))
            exponent = a * np.minimum(y, 0.0) - a * np.log1p(np.exp(-np.abs(y)))
            exponent = exponent + (b - a) * (-np.maximum(y, 0.0) - np.log1p(np.exp(-np.abs(y)))) + z * v - top
            total = total + np.exp(exponent)
            if np.all(exponent < -_REACH):
                break
    return np.asarray(top + np.log(total * step), dtype=np.float64)


def _precise_base(a: Any, k: int, d: Any, radius: Any) -> tuple[Any, Any]:
    if k % 2:
        return mpmath.mpf(0), mpmath.mpf(0)
    m, z = k // 2, a * radius**2
    scale = z**m * mpmath.factorial(k) / mpmath.factorial(m) * mpmath.gammaprod([d / 2], [d / 2 + k]) / mpmath.mpf(2) ** k
    value = scale * _precise_kummer(mpmath.mpf(m) + mpmath.mpf(1) / 2, d / 2 + k, z)
    return value, abs(value)


def _precise_kummer(a: Any, b: Any, z: Any) -> Any:
    """As in float64, with the step halved until nothing changes; it is 0.2 for 16 digits and their square root for more."""
    scale = mpmath.sqrt(mpmath.mpf(16) / mpmath.mp.dps)
    return mpmath.exp(_precise_log_integral(a, b, z, scale) - _precise_log_integral(a, b, mpmath.mpf(0), scale))


def _precise_log_integral(a: Any, b: Any, z: Any, scale: Any) -> Any:
    u = _peak(a, b, z, mpmath.sqrt)
    step = scale**2 * min(mpmath.mpf("0.2"), mpmath.mpf("0.7") / mpmath.sqrt(u * (1 - u) * (b - z * (1 - 2 * u))))
    middle, reach = mpmath.log(u / (1 - u)), mpmath.mp.dps * mpmath.mpf("2.4")
    top = a * mpmath.log(u) + (b - a) * mpmath.log1p(-u) + z * u
    total = mpmath.mpf(1)
    for side in (-1, 1):
        index, exponent = 0, mpmath.mpf(0)
        while exponent > -reach:
            index += 1
            y = middle + side * index * step
            other = mpmath.log1p(mpmath.exp(-y)) if y > 0 else mpmath.log1p(mpmath.exp(y)) - y  # -log u
            exponent = -a * other - (b - a) * (y + other) + z * mpmath.exp(-other) - top
            total += mpmath.exp(exponent)
    return top + mpmath.log(total * step)
