r"""Which powers a kernel on the sphere contains: of its series sum_j c_j t^j, c_j >= 0, the largest even and odd degree.

On the sphere |x|^2 = d every kernel of a wide network is such a series in t = <x, x'>/d [Schoenberg1942]. Sums, products and
compositions of series without negative coefficients cancel nothing, so that the largest degrees (`math.inf` without an end, None
where there is none of that parity) of the result follow from those of the parts:

    S_0 = w t + b,   S_l = w kappa(S_(l-1)) + b,   T_l = S_l + w T_(l-1) kappa'(S_(l-1)),   kappa(c) = sum_j a_j c^j,

with a_j proportional to the square of the Hermite coefficient of degree j. The largest even (odd) j is the degree of the even
(odd) part of the activation where that is a polynomial, and infinite where it is not.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

__all__ = ["Degree", "Layers", "Tops", "compose", "derivative_tops", "network_tops", "product", "union"]

Degree = int | float | None  # float: only infinity
Layers = Literal["all", "first", "last"]


class Tops(NamedTuple):
    """The largest even and the largest odd degree of a power series."""

    even: Degree
    odd: Degree

    @property
    def endless(self) -> bool:
        """Whether both are infinite: then no eigenvalue vanishes."""
        return self.even == math.inf and self.odd == math.inf


def union(one: Tops, two: Tops) -> Tops:
    """Of a sum of two series.

    >>> union(Tops(2, None), Tops(0, 1))
    Tops(even=2, odd=1)
    """
    return Tops(_larger(one.even, two.even), _larger(one.odd, two.odd))


def product(one: Tops, two: Tops) -> Tops:
    """Of a product of two series.

    >>> product(Tops(2, None), Tops(None, 3))
    Tops(even=None, odd=5)
    """
    return Tops(
        _larger(_plus(one.even, two.even), _plus(one.odd, two.odd)), _larger(_plus(one.even, two.odd), _plus(one.odd, two.even))
    )


def compose(outer: Tops, inner: Tops) -> Tops:
    """Of outer(inner(t)), the inner series not 0: of each parity the largest power of it decides.

    >>> compose(Tops(math.inf, 1), Tops(math.inf, 1))
    Tops(even=inf, odd=inf)
    """
    found = Tops(None, None)
    for parity, top in enumerate(outer):
        if top is not None:
            found = union(found, _power(inner, top, parity))
    return found


def derivative_tops(series: Tops) -> Tops:
    """Of the derivative of a series.

    >>> derivative_tops(Tops(0, 3))
    Tops(even=2, odd=None)
    """
    odd = None if series.even in (None, 0) else _plus(series.even, -1)
    return Tops(_plus(series.odd, -1), odd)


def network_tops(kernel: Tops, *, depth: int, bias: bool, layers: Layers) -> Tops:
    """Of S_depth (layers "last") or T_depth, from those of the series kappa of the activation."""
    covariance = first = total = Tops(0 if bias else None, 1)
    for _ in range(depth):
        slope = compose(derivative_tops(kernel), covariance)
        covariance = compose(kernel, covariance)
        if bias:
            covariance = union(covariance, Tops(0, None))
        first, total = product(first, slope), union(covariance, product(total, slope))
    return {"last": covariance, "first": first, "all": total}[layers]


def _power(series: Tops, exponent: int | float, parity: int) -> Tops:
    """Of series^exponent, the supremum over all exponents of that parity for an infinite one."""
    if exponent == math.inf:
        least = _power(series, 2 + parity, parity)
        grows = any(top is not None and top > 0 for top in series)
        return Tops(*(math.inf if grows and top is not None else top for top in least))
    return Tops(*(_best_choice(series, int(exponent), wanted) for wanted in (0, 1)))


def _best_choice(series: Tops, factors: int, wanted: int) -> Degree:
    """The largest degree of the wanted parity: m factors give an odd degree, and m has that parity.

    The degree is linear in m, so that the fewest or the most is best.
    """
    most = factors - (factors - wanted) % 2
    if most < wanted:
        return None
    return _larger(*(_plus(_times(m, series.odd), _times(factors - m, series.even)) for m in (wanted, most)))


def _times(count: int, degree: Degree) -> Degree:
    if count == 0:
        return 0
    return degree if degree is None or degree == math.inf else count * int(degree)


def _plus(one: Degree, two: Degree) -> Degree:
    if one is None or two is None:
        return None
    return math.inf if math.inf in (one, two) else int(one) + int(two)  # int + inf overflows for large integers


def _larger(one: Degree, two: Degree) -> Degree:
    if one is None or two is None:
        return two if one is None else one
    return max(one, two)
