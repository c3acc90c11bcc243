r"""Spherical harmonics of R^d: multiplicities, and the orthonormal Gegenbauer polynomials by recurrence.

$Q_k$ is the Gegenbauer polynomial with $Q_k(1) = 1$ and $\mathbb E\,Q_k(t)^2 = 1/B(d,k)$, t the first coordinate of a uniform
point of the unit
sphere, density $\propto (1-t^2)^{(d-3)/2}$; $p_k = \sqrt{B(d,k)}\,Q_k$ is orthonormal.
"""

from __future__ import annotations

from math import comb, sqrt

from asymptotix.errors import InvalidInputError

__all__ = ["checked_dimension", "multiplicity", "recurrence_coefficient"]


def checked_dimension(dimension: int) -> int:
    """The dimension d of R^d as an int; InvalidInputError below 3 (the harmonics of the circle have another multiplicity)."""
    if isinstance(dimension, bool) or not float(dimension).is_integer() or dimension < 3:
        raise InvalidInputError("dimension", dimension, "an integer >= 3")
    return int(dimension)


def multiplicity(dimension: int, degree: int) -> float:
    r"""$B(d,k) = \binom{d+k-1}{k} - \binom{d+k-3}{k-2}$, the number of harmonics of degree k, correctly rounded.

    Raises:
        OverflowError: beyond 1.8e308.
    """
    if degree < 2:
        return float(1 if degree == 0 else dimension)
    return float(comb(dimension + degree - 1, degree) - comb(dimension + degree - 3, degree - 2))


def recurrence_coefficient(dimension: int, degree: int) -> float:
    r"""$b_k = \sqrt{k(k+d-3)/((2k+d-2)(2k+d-4))}$ in $t\,p_k = b_{k+1}p_{k+1} + b_k p_{k-1}$, k >= 1."""
    return sqrt(recurrence_square(dimension, degree)[0] / recurrence_square(dimension, degree)[1])


def recurrence_square(dimension: int, degree: int) -> tuple[int, int]:
    """Numerator and denominator of the squared recurrence coefficient, exact integers.

    For k = 1 the common factor d - 2 is cancelled.
    """
    if degree == 1:
        return 1, dimension
    return degree * (degree + dimension - 3), (2 * degree + dimension - 2) * (2 * degree + dimension - 4)
