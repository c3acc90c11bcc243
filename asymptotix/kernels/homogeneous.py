r"""Dual kernels of $s(x) = a\,x_+^n + b\,(-x)_+^n$ by arc-cosine kernels; the next layer without loss near $\rho = \pm 1$.

$$E[s(u) s(v)] = (q_1 q_2)^{n/2} \kappa(\theta), \qquad \kappa(\theta) = (a^2 + b^2)\, k_n(\theta) + 2ab\, k_n(\pi - \theta).$$
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Homogeneity
from asymptotix.errors import HypothesisError
from asymptotix.kernels.arc_cosine import (
    angular_polynomials,
    arc_cosine,
    arc_cosine_deficit,
    arc_cosine_mp,
    arc_cosine_sides,
    half_moment,
)
from asymptotix.kernels.pair import Correlation, GaussianPair

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["HomogeneousDual"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class HomogeneousDual:
    """The expectations of a homogeneous activation; `homogeneity` holds the degree n and the coefficients a, b."""

    homogeneity: Homogeneity

    @cached_property
    def _lower(self) -> HomogeneousDual:
        return HomogeneousDual(self.homogeneity.derivative())

    @cached_property
    def _coefficients(self) -> tuple[int, float, float]:
        return self.homogeneity.degree, float(self.homogeneity.positive), float(self.homogeneity.negative)

    def dual(self, pair: GaussianPair) -> FloatArray:
        """E[s(u) s(v)]."""
        degree, _, _ = self._coefficients
        scale = _half_power(pair.q1, degree) * _half_power(pair.q2, degree)
        return np.asarray(scale * self.angular(pair.correlation))

    def derivative_dual(self, pair: GaussianPair) -> FloatArray:
        """E[s'(u) s'(v)]; for n = 0 that of the Dirac part, (a - b)^2 / (2 pi sqrt(q1 q2 - c^2))."""
        degree, a, b = self._coefficients
        if degree > 0:
            return self._lower.dual(pair)
        if a == b:
            return np.zeros_like(pair.c)
        with np.errstate(divide="ignore"):
            return np.asarray((a - b) ** 2 / (2.0 * math.pi * np.sqrt(pair.determinant)))

    @cached_property
    def variance_polynomial(self) -> tuple[Fraction, ...]:
        """E s(u)^2 as a polynomial in E u^2, constant term first."""
        degree, *coefficients = self.homogeneity.degree, self.homogeneity.positive, self.homogeneity.negative
        moment = Fraction(math.prod(range(1, 2 * degree, 2)), 2)
        return (*[Fraction(0)] * degree, sum((Fraction(a) ** 2 for a in coefficients), start=Fraction(0)) * moment)

    def variance(self, q: FloatArray) -> FloatArray:
        """E[s(u)^2] for E u^2 = q."""
        degree, _, _ = self._coefficients
        return np.asarray(_half_power(q, degree) ** 2 * self.at_one)

    @property
    def at_one(self) -> float:
        r"""$\kappa(0) = E[s(G)^2]$."""
        degree, a, b = self._coefficients
        return (a * a + b * b) * half_moment(degree)

    def angular(self, correlation: Correlation) -> FloatArray:
        r"""$\kappa(\theta)$, in the form without cancellation for the signs and the parity of s."""
        degree, a, b = self._coefficients
        if a == 0.0 or b == 0.0:
            return np.asarray((a * a + b * b) * arc_cosine(degree, correlation))
        if b == (-1) ** degree * a:  # s = a x^n: the two halves add up to a polynomial in rho
            return np.asarray(a * a * _polynomial(angular_polynomials(degree)[0], correlation.rho))
        if b == -((-1) ** degree) * a:
            return np.asarray(a * a * _signed_angular(degree, correlation))
        same, opposite = arc_cosine_sides(degree, correlation)
        return np.asarray((a * a + b * b) * same + 2.0 * a * b * opposite)

    def deficit(self, correlation: Correlation) -> FloatArray:
        r"""$\kappa(0) - \kappa(\theta)$ with full relative accuracy near $\theta = 0$ (and near $\pi$ for even s)."""
        degree, a, b = self._coefficients
        squares, mixed = a * a + b * b, 2.0 * a * b
        near_zero = squares * arc_cosine_deficit(degree, correlation)
        if mixed == 0.0:
            return np.asarray(near_zero)
        same, opposite = arc_cosine_sides(degree, correlation)
        first = near_zero - mixed * opposite
        if mixed < 0.0:
            return np.asarray(first)
        # Beyond a right angle both terms of `first` are of order one while their difference may vanish.
        second = (a - b) ** 2 * half_moment(degree) + mixed * arc_cosine_deficit(degree, correlation.flipped())
        return np.where(correlation.rho < 0, second - squares * same, first)

    def excess(self, correlation: Correlation, angular: FloatArray) -> FloatArray:
        r"""$\kappa(0) + \kappa(\theta)$, full relative accuracy near $\theta = \pi$ for odd s; `angular` is $\kappa(\theta)$."""
        degree, a, b = self._coefficients
        if a * b >= 0.0:
            return np.asarray(self.at_one + angular)
        flipped = correlation.flipped()
        rest = -2.0 * a * b * arc_cosine_deficit(degree, flipped) + (a * a + b * b) * arc_cosine(degree, correlation)
        return np.asarray((a + b) ** 2 * half_moment(degree) + rest)

    def next_pair(self, pair: GaussianPair, weight: float, bias: float) -> GaussianPair:
        """The Gaussian pair of the next layer, variances weight E[s(u)^2] + bias, covariance weight E[s(u) s(v)] + bias."""
        degree, _, _ = self._coefficients
        one, two = _half_power(pair.q1, degree) ** 2, _half_power(pair.q2, degree) ** 2
        powers = [pair.q1**j * pair.q2 ** (degree - 1 - j) for j in range(degree)]
        difference = pair.difference * sum(powers[1:], start=powers[0]) if powers else one - two
        scale = weight * self.at_one
        correlation, angular = pair.correlation, self.angular(pair.correlation)
        minus, plus, rho = (
            part / self.at_one for part in (self.deficit(correlation), self.excess(correlation, angular), angular)
        )
        # one of the three determines the others, or their disagreement grows from layer to layer
        near, opposite = minus < 0.5, plus < 0.5
        rho = np.where(near, 1.0 - minus, np.where(opposite, plus - 1.0, rho))
        shares = Correlation(np.where(near, minus, 1.0 - rho), np.where(opposite, plus, 1.0 + rho), rho)
        return affine_pair(one, two, difference, shares, scale, bias)

    def mp_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s(u) s(v)] in mpmath's current precision."""
        import mpmath

        degree = self.homogeneity.degree
        if q1 == 0 or q2 == 0:
            return mpmath.mpf(0)
        a, b = (_exact_mp(value) for value in (self.homogeneity.positive, self.homogeneity.negative))
        scale = mpmath.sqrt(q1 * q2)
        rho = min(max(c / scale, mpmath.mpf(-1)), mpmath.mpf(1))
        value = (a * a + b * b) * arc_cosine_mp(degree, rho)
        if a * b != 0:
            value += 2 * a * b * arc_cosine_mp(degree, -rho)
        return scale**degree * value

    def mp_derivative_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s'(u) s'(v)] in mpmath's current precision; see `derivative_dual` for n = 0."""
        import mpmath

        if self.homogeneity.degree > 0:
            return self._lower.mp_dual(q1, q2, c)
        a, b = (_exact_mp(value) for value in (self.homogeneity.positive, self.homogeneity.negative))
        determinant = q1 * q2 - c * c
        if determinant <= 0:
            if a != b:
                raise HypothesisError(
                    "the derivative kernel of a step is infinite at correlation 1 and -1: use |c| < sqrt(q1 q2)"
                )
            return mpmath.mpf(0)
        return (a - b) ** 2 / (2 * mpmath.pi * mpmath.sqrt(determinant))


def affine_pair(
    q1: FloatArray, q2: FloatArray, difference: FloatArray, shares: Correlation, weight: float, bias: float
) -> GaussianPair:
    r"""The pair of variances weight q_i + bias and covariance weight sqrt(q1 q2) rho + bias, every term of 1 -+ rho nonnegative.

    With r_i = sqrt(q_i), the determinant is w^2 q1 q2 (1 - rho^2) + w b [(r1 - r2)^2 + 2 r1 r2 (1 - rho)].
    """
    if bias == 0.0:
        scaled = weight * np.sqrt(q1) * np.sqrt(q2) * shares.rho
        return GaussianPair(weight * q1, weight * q2, scaled, weight * difference, shares)
    root1, root2 = np.sqrt(q1), np.sqrt(q2)
    product = root1 * root2
    size = root1 + root2
    gap = difference / np.where(size > 0, size, 1.0)
    determinant = (weight * product) ** 2 * shares.minus * shares.plus
    determinant = determinant + weight * bias * (gap**2 + 2.0 * product * shares.minus)
    one, two, cross = weight * q1 + bias, weight * q2 + bias, weight * product * shares.rho + bias
    rho = np.clip(cross / (np.sqrt(one) * np.sqrt(two)), -1.0, 1.0)
    larger = 1.0 + np.abs(rho)
    smaller = determinant / one / two / larger
    correlation = Correlation(np.where(rho >= 0, smaller, larger), np.where(rho >= 0, larger, smaller), rho)
    return GaussianPair(one, two, cross, weight * difference, correlation)


def _half_power(q: FloatArray, degree: int) -> FloatArray:
    """q^(degree/2), and 0 at q = 0 for a step too, because s(0) has no weight there."""
    if degree == 0:
        return np.asarray((q > 0).astype(np.float64))
    power = np.sqrt(q) if degree % 2 else np.ones_like(q)
    return np.asarray(power * q ** (degree // 2))


def _signed_angular(degree: int, correlation: Correlation) -> FloatArray:
    r"""$E|uv|^n$ for odd n, $E[u^n v^n \mathrm{sgn}(uv)]$ for even n: $\tfrac1\pi [2 A_n \arcsin\rho + 2 B_n \sin\theta]$."""
    a, b = angular_polynomials(degree)
    rho = correlation.rho
    arcsine = np.arctan2(rho, correlation.sine)
    value = _polynomial(a, rho) * arcsine
    if b:
        value = value + _polynomial(b, rho) * correlation.sine
    return np.asarray(2.0 * value / math.pi)


def _polynomial(coefficients: tuple[int, ...], x: FloatArray) -> FloatArray:
    value = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value * x + coefficient
    return value


def _exact_mp(value: Any) -> mpf:
    import mpmath

    return mpmath.mpf(value) if isinstance(value, float) else mpmath.mpf(value.numerator) / value.denominator
