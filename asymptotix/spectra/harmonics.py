r"""Spherical harmonics of R^d: multiplicities, and the orthonormal Gegenbauer polynomials by recurrence.

$Q_k$ is the Gegenbauer polynomial with $Q_k(1) = 1$ and $\mathbb E\,Q_k(t)^2 = 1/B(d,k)$, t the first coordinate of a uniform
point of the unit
sphere, density $\propto (1-t^2)^{(d-3)/2}$; $p_k = \sqrt{B(d,k)}\,Q_k$ is orthonormal.
"""

from __future__ import annotations

from math import comb, sqrt

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import whole_number

__all__ = ["checked_dimension", "multiplicity", "recurrence_coefficient"]

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
