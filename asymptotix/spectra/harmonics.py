r"""Spherical harmonics of R^d: multiplicities, and the orthonormal Gegenbauer polynomials by recurrence.

$Q_k$ is the Gegenbauer polynomial with $Q_k(1) = 1$ and $\mathbb E\,Q_k(t)^2 = 1/B(d,k)$, t the first coordinate of a uniform
point of the unit
sphere, density $\propto (1-t^2)^{(d-3)/2}$; $p_k = \sqrt{B(d,k)}\,Q_k$ is orthonormal.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, inf, sqrt

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import whole_number

__all__ = ["SphereRecurrence", "checked_dimension", "multiplicities", "multiplicity", "recurrence_coefficient"]

_LARGEST_DIMENSION = 1e12  # far beyond it 16 multiplicities, the fewest computed, leave the range of doubles


def checked_dimension(dimension: int) -> int:
    """The dimension d of R^d as an int, from 3 (the harmonics of the circle have another multiplicity) to 1e12."""
    d = whole_number("dimension", dimension, 3)
    if d > _LARGEST_DIMENSION:
        raise InvalidInputError("dimension", dimension, f"at most {_LARGEST_DIMENSION:g}")
    return d


def multiplicity(dimension: int, degree: int) -> float:
    r"""$B(d,k) = \binom{d+k-1}{k} - \binom{d+k-3}{k-2}$, the number of harmonics of degree k, correctly rounded.

    Raises:
        InvalidInputError: a degree at which it is beyond 1.8e308.
    """
    if degree < 2:
        return float(1 if degree == 0 else dimension)
    try:
        return float(comb(dimension + degree - 1, degree) - comb(dimension + degree - 3, degree - 2))
    except OverflowError:
        raise InvalidInputError("degree", degree, f"so small that B({dimension}, degree) is below 1.8e308") from None


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


@dataclass(frozen=True)
class SphereRecurrence:
    r"""k -> numerator and denominator of $\beta_k^2=d\,b_k^2$: the recurrence in $x=\sqrt d\,t$, whose variance is 1."""

    dimension: int

    def __call__(self, degree: int) -> tuple[int, int]:
        """Exact integers, k >= 1."""
        numerator, denominator = recurrence_square(self.dimension, degree)
        return numerator * self.dimension, denominator


def multiplicities(dimension: int, top: int) -> list[int]:
    """B(d, 0), ..., B(d, top), exactly: C(d+k-1, k) - C(d+k-3, k-2), binomials by their ratio."""
    binomials = [1]
    for k in range(1, top + 1):
        binomials.append(binomials[-1] * (dimension + k - 1) // k)
    return [b - (binomials[k - 2] if k > 1 else 0) for k, b in enumerate(binomials)]


def as_double(count: int) -> float:
    """The nearest float64, infinite beyond 1.8e308."""
    try:
        return float(count)
    except OverflowError:
        return inf
