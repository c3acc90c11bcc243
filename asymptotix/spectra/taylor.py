r"""Taylor coefficients at 0 of entire functions: polynomials, and exp, sin, cos, sinh, cosh, erf, Phi of polynomials.

$y=e^u$ solves $y'=u'y$, sine and cosine a pair of such equations, so that n coefficients cost n steps. With `absolute` every
number is replaced by its size: the coefficients of a majorant, against which the rounding of the others is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from asymptotix.activations import algebra
from asymptotix.activations.evaluation import value_mp
from asymptotix.activations.tree import Apply, Node, Number, Power, Product, Sum, Variable, is_constant
from asymptotix.symbolic.deadline import check_deadline  # loads no SymPy

__all__ = ["taylor_coefficients"]

Series = list[Any]
_LARGEST_POWER = 64
_LARGEST_DEGREE = 8  # of a polynomial inside a function


class _NotEntireError(Exception):
    """The tree has a part that is not in the class."""


def taylor_coefficients(tree: Node, size: int, *, absolute: bool = False) -> Series | None:
    """`size` coefficients in mpmath's precision; None for a function that is not in the class."""
    try:
        return _padded(_series(tree, size, absolute), size)
    except _NotEntireError:
        return None


def _series(node: Node, size: int, absolute: bool) -> Series:
    """At most `size` coefficients, without zeros at the end."""
    import mpmath

    if is_constant(node):
        value = value_mp(node, mpmath.mpf(0))
        return [abs(value) if absolute else value]
    match node:
        case Variable():
            return [mpmath.mpf(0), mpmath.mpf(1)][:size]
        case Sum(terms):
            parts = [_padded(_series(term, size, absolute), size) for term in terms]
            return _trimmed([mpmath.fsum(column) for column in zip(*parts, strict=True)])
        case Product(factors):
            return _product([_series(factor, size, absolute) for factor in factors], size)
        case Power(Apply("exp", (inner,)), Number(value)):
            return _series(algebra.apply("exp", algebra.multiply(Number(value), inner)), size, absolute)
        case Power(Power(base, Number(inner)), Number(outer)) if inner.denominator == outer.denominator == 1:
            return _series(Power(base, Number(inner * outer)), size, absolute)
        case Power(base, Number(value)) if value.denominator == 1 and 0 <= value <= _LARGEST_POWER:
            return _product([_series(base, size, absolute)] * int(value), size)
        case Apply(function, (inner,)) if function in _FUNCTIONS:
            argument = _series(inner, max(size, _LARGEST_DEGREE + 2), absolute)
            if len(argument) > _LARGEST_DEGREE + 1:
                raise _NotEntireError
            return _FUNCTIONS[function](argument, size, absolute)
        case _:
            raise _NotEntireError


def _product(factors: list[Series], size: int) -> Series:
    import mpmath

    out = [mpmath.mpf(1)]
    for factor in factors:
        short, long = sorted((out, factor), key=len)
        length = min(len(short) + len(long) - 1, size)
        total = []
        for n in range(length):
            check_deadline()
            first, last = max(0, n - len(long) + 1), min(n, len(short) - 1)
            total.append(mpmath.fdot((short[i], long[n - i]) for i in range(first, last + 1)))
        out = total
    return out


def _exponential(u: Series, size: int, absolute: bool) -> Series:
    import mpmath

    return _solved(mpmath.exp(u[0]), u, size)


def _solved(first: Any, u: Series, size: int) -> Series:
    """Y' = u' y, y(0) = first."""
    import mpmath

    slope = [i * c for i, c in enumerate(u)][1:]
    out = [first]
    for n in range(1, size):
        out.append(mpmath.fdot(slope[:n], out[: -len(slope) - 1 : -1][:n]) / n)
    return out


def _circular(want_sine: bool, hyperbolic: bool) -> Callable[[Series, int, bool], Series]:
    def series(u: Series, size: int, absolute: bool) -> Series:
        import mpmath

        positive = hyperbolic or absolute
        sine = [mpmath.sinh(u[0]) if positive else mpmath.sin(u[0])]
        cosine = [mpmath.cosh(u[0]) if positive else mpmath.cos(u[0])]
        slope = [i * c for i, c in enumerate(u)][1:]
        reach = -len(slope) - 1
        for n in range(1, size):
            up, down = (mpmath.fdot(slope[:n], y[:reach:-1][:n]) / n for y in (cosine, sine))
            sine.append(up)
            cosine.append(down if positive else -down)
        return sine if want_sine else cosine

    return series


def _error_function(scale: int, factor: Fraction, shift: Fraction) -> Callable[[Series, int, bool], Series]:
    r"""Shift + factor erf(u / sqrt(scale)): the integral of a Gaussian of u."""

    def series(u: Series, size: int, absolute: bool) -> Series:
        import mpmath

        weight = mpmath.mpf(factor.numerator) / factor.denominator
        weight = abs(weight) if absolute else weight
        root = mpmath.sqrt(scale)
        square = [c / scale for c in _product([u, u], 2 * len(u))]
        exponent = square if absolute else [-c for c in square]
        gauss = _solved(mpmath.exp(exponent[0]), exponent, size)
        slope = [2 * weight * i * c / (root * mpmath.sqrt(mpmath.pi)) for i, c in enumerate(u)][1:]
        rate = _padded(_product([slope, gauss], size), size)
        return [
            mpmath.mpf(shift.numerator) / shift.denominator + weight * mpmath.erf(u[0] / root),
            *(rate[n - 1] / n for n in range(1, size)),
        ]

    return series


_FUNCTIONS: dict[str, Callable[[Series, int, bool], Series]] = {
    "exp": _exponential,
    "sin": _circular(True, False),
    "cos": _circular(False, False),
    "sinh": _circular(True, True),
    "cosh": _circular(False, True),
    "erf": _error_function(1, Fraction(1), Fraction(0)),
    "erfc": _error_function(1, Fraction(-1), Fraction(1)),
    "Phi": _error_function(2, Fraction(1, 2), Fraction(1, 2)),
}


def _padded(series: Series, size: int) -> Series:
    import mpmath

    return series[:size] + [mpmath.mpf(0)] * (size - len(series))


def _trimmed(series: Series) -> Series:
    end = len(series)
    while end > 1 and series[end - 1] == 0:
        end -= 1
    return series[:end]
