r"""Arc-cosine kernels $k_n = E[u_+^n v_+^n]$ for unit-variance (u, v) of correlation $\rho = \cos\theta$, every integer n.

Textbook form, with integer polynomials and $\psi = \pi - \theta$:

$$k_n = \frac{1}{2\pi}\,[A_n(\rho)\,\psi + B_n(\rho)\,\sin\theta], \qquad A_n' = n^2 A_{n-1}.$$

For $\rho < 0$ it cancels, since $k_n \sim \psi^{2n+1}$; there the code uses

$$k_n = C_n\, z^{n+1/2}\, {}_2F_1(\tfrac12, \tfrac12; n + \tfrac32; z), \qquad z = \tfrac{1+\rho}{2} = \sin^2\tfrac{\psi}{2},
\qquad C_0 = \tfrac1\pi,\; C_n = \tfrac{4 n^2}{2n+1} C_{n-1},$$

which satisfies Price's recurrence $dk_n/d\rho = n^2 k_{n-1}$ and vanishes at $\rho = -1$. The hypergeometric factor is a
power series in $\psi^2$ of radius $4\pi^2$: 17 terms give full accuracy for $\psi \le \pi/2$. The acute side follows from

$$k_n(\theta) = \tfrac12 A_n(\rho) - (-1)^n k_n(\pi - \theta), \qquad
  k_n(0) - k_n(\theta) = \tfrac12 [A_n(1) - A_n(\rho)] + (-1)^n k_n(\pi - \theta),$$

because $A_n$ has the parity of n and $B_n$ the opposite one; no digits are lost, as $k_n(\pi - \theta) \le k_n(\theta)$.

Source: [ChoSaul2009]; their kernel is twice $k_n$.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.pair import Correlation

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = [
    "angle_series", "angular_polynomials", "arc_cosine", "arc_cosine_deficit", "arc_cosine_mp", "arc_cosine_sides", "half_moment",
    "quotient_at_one",
]  # fmt: skip

FloatArray = NDArray[np.float64]
_TERMS = 17  # each is 1/16 of the one before, or less


def arc_cosine(degree: int, correlation: Correlation) -> FloatArray:
    r"""$k_n(\theta) = E[u_+^n v_+^n]$ at unit variances, relative error below 1e-14 for every $\rho$ in $[-1, 1]$, n up to 12."""
    return arc_cosine_sides(degree, correlation)[0]


def arc_cosine_sides(degree: int, correlation: Correlation) -> tuple[FloatArray, FloatArray]:
    r"""$(k_n(\theta), k_n(\pi - \theta))$, for the price of one."""
    obtuse = _obtuse(degree, correlation)
    acute = 0.5 * _horner(angular_polynomials(degree)[0], np.abs(correlation.rho)) - (-1) ** degree * obtuse
    negative = correlation.rho < 0
    return np.where(negative, obtuse, acute), np.where(negative, acute, obtuse)


def arc_cosine_deficit(degree: int, correlation: Correlation) -> FloatArray:
    r"""$k_n(0) - k_n(\theta)$ without cancellation near $\theta = 0$."""
    obtuse = _obtuse(degree, correlation)
    polynomial = correlation.gap * _horner(quotient_at_one(degree), np.abs(correlation.rho))
    return np.where(correlation.rho < 0, half_moment(degree) - obtuse, 0.5 * polynomial + (-1) ** degree * obtuse)


def half_moment(degree: int) -> float:
    """k_n(0) = E[G_+^(2n)] = (2n - 1)!! / 2."""
    return math.prod(range(1, 2 * degree, 2)) / 2.0


@lru_cache(maxsize=64)
def angular_polynomials(degree: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    r"""Coefficients of $(A_n, B_n)$, constant term first: (1), (); (0, 1), (1); (1, 0, 2), (0, 3); ...

    $A_n$ is the antiderivative of $n^2 A_{n-1}$ with the value at $\rho = 0$ that $k_n(0) = E[G_+^n]^2$ requires, and $B_n$
    solves $(1-\rho^2) B_n' - \rho B_n = n^2 (1-\rho^2) B_{n-1} - A_n$ coefficient by coefficient.
    """
    if degree == 0:
        return (1,), ()
    lower_a, lower_b = angular_polynomials(degree - 1)
    square = degree * degree
    even = degree % 2 == 0
    start = math.prod(range(1, degree, 2)) ** 2 if even else 0
    a = [start] + [square * value // (k + 1) for k, value in enumerate(lower_a)]
    right = [-value for value in a] + [0, 0]
    for k, value in enumerate(lower_b):
        right[k] += square * value
        right[k + 2] -= square * value
    b = [0 if even else 2 ** (degree - 1) * math.factorial((degree - 1) // 2) ** 2]
    for m in range(degree - 1):
        b.append((right[m] + (m * b[m - 1] if m else 0)) // (m + 1))
    return tuple(a), tuple(b)


def arc_cosine_mp(degree: int, rho: mpf) -> mpf:
    """k_n at a correlation, in mpmath's current precision (relative accuracy is kept where 1 + rho is not rounded)."""
    import mpmath

    if 2 * rho < -1:
        z = (1 + rho) / 2
        constant = mpmath.mpf(1)
        for n in range(1, degree + 1):
            constant *= mpmath.mpf(4 * n * n) / (2 * n + 1)
        half = mpmath.mpf(1) / 2
        power = mpmath.power(z, degree) * mpmath.sqrt(z)
        return constant / mpmath.pi * power * mpmath.hyp2f1(half, half, degree + 3 * half, z)
    a, b = angular_polynomials(degree)
    value = mpmath.polyval(a[::-1], rho) * mpmath.acos(-rho)
    if b:
        value += mpmath.polyval(b[::-1], rho) * mpmath.sqrt((1 - rho) * (1 + rho))
    return value / (2 * mpmath.pi)


def _obtuse(degree: int, correlation: Correlation) -> FloatArray:
    r"""$k_n$ at the correlation $-|\rho|$."""
    if degree == 0:
        return np.asarray(correlation.acute / (2.0 * math.pi))
    z = 0.5 * correlation.gap
    return np.asarray(z**degree * np.sqrt(z) * _horner(angle_series(degree), correlation.acute**2))


def _horner(coefficients: tuple[float, ...] | tuple[int, ...], x: FloatArray) -> FloatArray:
    value = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value *= x
        value += coefficient
    return value


@lru_cache(maxsize=64)
def quotient_at_one(degree: int) -> tuple[float, ...]:
    """Coefficients of (A_n(1) - A_n(rho)) / (1 - rho), all nonnegative: the tail sums of those of A_n."""
    a, _ = angular_polynomials(degree)
    tails = [float(sum(a[k:])) for k in range(1, len(a))]
    return tuple(tails) if tails else (0.0,)


@lru_cache(maxsize=64)
def angle_series(degree: int) -> tuple[float, ...]:
    r"""Coefficients in $\psi^2$ of $C_n\, {}_2F_1(1/2, 1/2; n + 3/2; \sin^2(\psi/2))$, rounded once at the end."""
    z = [Fraction(0)] + [Fraction((-1) ** (j + 1), 2 * math.factorial(2 * j)) for j in range(1, _TERMS)]
    total = [Fraction(1)] + [Fraction(0)] * (_TERMS - 1)
    ratios = [Fraction((2 * j + 1) ** 2, 2 * (j + 1) * (2 * (degree + j) + 3)) for j in range(_TERMS)]
    for ratio in reversed(ratios):
        # Horner in z, truncated: F = 1 + r_0 z (1 + r_1 z (1 + ...))
        total = [ratio * value for value in _truncated_product(total, z)]
        total[0] += 1
    constant = math.prod((Fraction(4 * n * n, 2 * n + 1) for n in range(1, degree + 1)), start=Fraction(1))
    return tuple(float(constant * value) / math.pi for value in total)


def _truncated_product(one: list[Fraction], two: list[Fraction]) -> list[Fraction]:
    result = [Fraction(0)] * len(one)
    for i, a in enumerate(one):
        for j in range(len(one) - i):
            result[i + j] += a * two[j]
    return result
