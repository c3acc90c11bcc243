r"""Dual kernels of polynomial activations: $E[s(u) s(v)] = \sum_j \frac{c^j}{j!} E[s^{(j)}(u)]\, E[s^{(j)}(v)]$, a finite sum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.activations.tree import Node
from asymptotix.kernels.layer_spread import paired
from asymptotix.kernels.pair import GaussianPair
from asymptotix.kernels.series_spread import series_spread

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["PolynomialDual", "match_polynomial"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PolynomialDual:
    """The expectations of sum_m coefficients[m] x^m."""

    coefficients: tuple[Fraction, ...]

    def dual(self, pair: GaussianPair) -> FloatArray:
        """E[s(u) s(v)]."""
        return self._series(pair, 0)

    def derivative_dual(self, pair: GaussianPair) -> FloatArray:
        """E[s'(u) s'(v)]: the series differentiated in c."""
        return self._series(pair, 1)

    def variance(self, q: FloatArray) -> FloatArray:
        """E[s(u)^2] for E u^2 = q."""
        return self.dual(GaussianPair.from_angle(q, q, np.zeros_like(q)))

    def next_pair(self, pair: GaussianPair, weight: float, bias: float) -> GaussianPair:
        """The Gaussian pair of the next layer."""
        one, two, value = self.variance(pair.q1), self.variance(pair.q2), self.dual(pair)
        degrees = {m % 2 for m, coefficient in enumerate(self.coefficients) if coefficient}
        parity: Literal["even", "odd"] | None = None if len(degrees) > 1 else ("odd" if 1 in degrees else "even")
        spread = series_spread(self._hermite(pair), pair.correlation, one + two - 2.0 * value, parity)
        return paired(one, two, value, spread, weight, bias)

    @cached_property
    def variance_polynomial(self) -> tuple[Fraction, ...]:
        """E s(u)^2 as a polynomial in E u^2, constant term first."""
        total = [Fraction(0)] * len(self.coefficients)
        for j in range(len(self.coefficients)):
            mean = self._mean_derivative(j)
            for k, one in enumerate(mean):
                for m, two in enumerate(mean):
                    total[j + k + m] += one * two / math.factorial(j)
        return tuple(total)

    def _hermite(self, pair: GaussianPair) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """a_j(q1), a_j(q2), a_j(q1) - a_j(q2) from the highest j down; a_j(r^2) = r^j E[s^(j)(u)] / sqrt(j!)."""
        r1, r2 = np.sqrt(pair.q1), np.sqrt(pair.q2)
        step = pair.difference / np.where(r1 + r2 > 0, r1 + r2, 1.0)
        for j in reversed(range(len(self.coefficients))):
            scale = 1.0 / math.sqrt(math.factorial(j))
            mean = [scale * float(value) for value in self._mean_derivative(j)]
            one, two = (r**j * np.polyval(mean[::-1], r * r) for r in (r1, r2))
            quotient = np.zeros_like(step)
            for k, coefficient in enumerate(mean):
                m = j + 2 * k
                quotient = quotient + coefficient * sum((r1**i * r2 ** (m - 1 - i) for i in range(m)), start=np.zeros_like(step))
            yield one, two, step * quotient

    def mp_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s(u) s(v)] in mpmath's current precision."""
        return self._series_mp(q1, q2, c, 0)

    def mp_derivative_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """E[s'(u) s'(v)] in mpmath's current precision."""
        return self._series_mp(q1, q2, c, 1)

    def _mean_derivative(self, order: int) -> list[Fraction]:
        """Coefficients in q of E[s^(order)(u)], E u^2 = q: only even remaining powers count, E u^(2i) = (2i - 1)!! q^i."""
        found = [Fraction(0)] * ((len(self.coefficients) - order + 1) // 2)
        for i in range(len(found)):
            m = order + 2 * i
            found[i] = self.coefficients[m] * math.perm(m, order) * math.prod(range(1, 2 * i, 2))
        return found

    def _series(self, pair: GaussianPair, order: int) -> FloatArray:
        total = np.zeros_like(pair.c)
        for j in range(order, len(self.coefficients)):
            mean = [float(value) for value in self._mean_derivative(j)]
            factors = np.polyval(mean[::-1], pair.q1) * np.polyval(mean[::-1], pair.q2)
            total = total + pair.c ** (j - order) / math.factorial(j - order) * factors
        return np.asarray(total)

    def _series_mp(self, q1: mpf, q2: mpf, c: mpf, order: int) -> mpf:
        import mpmath

        total = mpmath.mpf(0)
        for j in range(order, len(self.coefficients)):
            mean = [mpmath.mpf(value.numerator) / value.denominator for value in reversed(self._mean_derivative(j))]
            total += c ** (j - order) / mpmath.factorial(j - order) * mpmath.polyval(mean, q1) * mpmath.polyval(mean, q2)
        return total


def match_polynomial(tree: Node) -> PolynomialDual | None:
    """The polynomial with rational coefficients that a tree is, or None."""
    exact = piecewise_polynomial(tree)
    if exact is None or exact.breaks:
        return None
    return PolynomialDual(exact.pieces[0] or (Fraction(0),))
