r"""Variances of the layers of a network whose activation is a polynomial, or homogeneous, of degree $n \ge 2$, to 60 digits.

$q \mapsto w V(q) + b$ with $V(q) = E s(\sqrt q\,G)^2$ a polynomial of degree n: away from 0 it repels, and a relative error of
$q_0$ grows to $n^l$ times itself in l layers. In float64 a network of cubes has no digit left after 30 layers, although its
kernel is a number that the given floats determine. Sixty digits outlast 50 layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

__all__ = ["layer_variances"]

FloatArray = NDArray[np.float64]

_DIGITS = 60  # 3^50 = 7e23 times the rounding leaves 36
_EXPONENT = 100_000  # decades; beyond it a variance is 0 or infinite for good
_BEYOND = Decimal("1e400")


def layer_variances(
    polynomial: tuple[Fraction, ...], q1: FloatArray, q2: FloatArray, weight: float, bias: float
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    """(q1, q2, q1 - q2) of the first layer, the second, ..., without end; each correctly rounded.

    Args:
        polynomial: coefficients of V, constant term first.
        q1: the variances |x|^2/d.
        q2: the variances |x'|^2/d; broadcast against q1 only for the difference.
        weight: w > 0.
        bias: b >= 0.
    """
    context = Context(prec=_DIGITS, Emax=_EXPONENT, Emin=-_EXPONENT, traps=[])
    factors = [context.divide(Decimal(value.numerator), Decimal(value.denominator)) for value in polynomial]
    w, b = Decimal(weight), Decimal(bias)
    distinct, inverse = np.unique(np.concatenate([np.ravel(q1), np.ravel(q2)]), return_inverse=True)
    inverse = np.ravel(inverse)
    one, two = inverse[: np.size(q1)].reshape(np.shape(q1)), inverse[np.size(q1) :].reshape(np.shape(q2))
    values = [context.fma(w, Decimal(q), b) for q in distinct.tolist()]
    while True:
        rounded = np.array([_float(value) for value in values])
        yield rounded[one], rounded[two], _differences(context, values, rounded, one, two)
        values = [_next(context, factors, w, b, value) for value in values]


def _next(context: Context, factors: list[Decimal], w: Decimal, b: Decimal, q: Decimal) -> Decimal:
    """W V(q) + b by Horner's rule."""
    if q > _BEYOND:
        return Decimal("Infinity")
    value = factors[-1]
    for factor in reversed(factors[:-1]):
        value = context.fma(value, q, factor)
    return context.fma(w, value, b)


def _float(value: Decimal) -> float:
    return float("inf") if value > _BEYOND else float(value)


def _differences(
    context: Context, values: list[Decimal], rounded: FloatArray, one: NDArray[np.intp], two: NDArray[np.intp]
) -> FloatArray:
    """Each value less each other, rounded once: what the rounded values lack is added to their difference."""
    rest = np.array([_float(context.subtract(v, Decimal(r))) if np.isfinite(r) else 0.0
                     for v, r in zip(values, rounded.tolist(), strict=True)])  # fmt: skip
    with np.errstate(invalid="ignore"):
        return np.asarray((rounded[one] - rounded[two]) + (rest[one] - rest[two]))
