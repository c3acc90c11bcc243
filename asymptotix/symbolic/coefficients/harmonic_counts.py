r"""B(d, k): how many independent spherical harmonics of degree k there are on the unit sphere of R^d."""

from __future__ import annotations

from math import comb
from typing import Any, overload

import sympy as sp

from asymptotix.errors import InvalidInputError

__all__ = ["multiplicity"]

MAX_DIGITS = 100_000  # of an exact value, about


@overload
def multiplicity(d: int, k: int) -> int: ...
@overload
def multiplicity(d: Any, k: Any) -> Any: ...
def multiplicity(d: Any, k: Any) -> Any:
    r"""$B(d,k) = \frac{2k+d-2}{k!}\,\frac{\Gamma(k+d-2)}{\Gamma(d-1)}$, with $B(2, 0) = 1$.

    Args:
        d: dimension of the space, an integer from 2, or a SymPy symbol.
        k: degree, an integer from 0, or a SymPy symbol.

    Returns:
        An exact int for integers. A polynomial in d for an integer degree, a polynomial in k for an integer dimension from 3; for
        two symbols the expression above, which is 0/0 at (2, 0).

    Raises:
        InvalidInputError: d or k out of range.

    Source: [Muller1966].

    >>> multiplicity(3, 4), multiplicity(2, 0), multiplicity(2, 5), multiplicity(1000, 2)
    (9, 1, 2, 500499)
    >>> multiplicity(sp.Symbol("d"), 2)
    (d - 1)*(d + 2)/2
    >>> multiplicity(3, sp.Symbol("k"))
    2*k + 1
    """
    dimension, degree = _integer("d", d, 2), _integer("k", k, 0)
    if isinstance(dimension, int) and isinstance(degree, int):
        return _exact(dimension, degree)
    if degree == 0:
        return sp.S.One
    if isinstance(degree, int):
        return (2 * degree + dimension - 2) * sp.Mul(*(dimension - 1 + i for i in range(degree - 1))) / sp.factorial(degree)
    if isinstance(dimension, int):
        if dimension == 2:
            return sp.Piecewise((1, sp.Eq(degree, 0)), (2, True))
        return (2 * degree + dimension - 2) * sp.Mul(*(degree + i for i in range(1, dimension - 2))) / sp.factorial(dimension - 2)
    ratio = sp.gamma(degree + dimension - 2) / sp.gamma(dimension - 1)
    return (2 * degree + dimension - 2) * ratio / sp.factorial(degree)


def _exact(d: int, k: int) -> int:
    if min(d, k) * max(d, k).bit_length() > 3 * MAX_DIGITS:
        raise InvalidInputError("k", k, f"so small that B({d}, k) has at most about {MAX_DIGITS} digits")
    if k < 2:
        return d if k else 1
    return comb(d + k - 1, k) - comb(d + k - 3, k - 2)


def _integer(name: str, value: Any, lowest: int) -> sp.Symbol | int:
    if isinstance(value, sp.Symbol):
        return value
    try:
        if not isinstance(value, bool | str) and int(value) == value and value >= lowest:
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidInputError(name, value, f"an integer, at least {lowest}, or a SymPy symbol")
