"""Exact piecewise polynomials with rational breakpoints: the class in which kinks, jumps and parity are decided exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from asymptotix.activations.tree import Apply, Node, Number, Power, Product, Sum, Variable

__all__ = ["PiecewisePolynomial", "piecewise_polynomial"]

Polynomial = tuple[Fraction, ...]  # coefficients, constant first, no trailing zero; () is zero
_MAX_DEGREE = 64
_MAX_BITS = 20_000  # of a coefficient: beyond it the exact route is given up
_MAX_TOTAL_BITS = 400_000  # of all coefficients together: a product of larger ones takes seconds
_MAX_PIECES = 200


class _OutOfClassError(Exception):
    """The node is no piecewise polynomial with rational breakpoints, or too large a one."""


@dataclass(frozen=True, slots=True)
class PiecewisePolynomial:
    """pieces[i] on (breaks[i-1], breaks[i]), and values[i] at breaks[i]; len(pieces) = len(breaks) + 1."""

    breaks: tuple[Fraction, ...]
    pieces: tuple[Polynomial, ...]
    values: tuple[Fraction, ...]

    @property
    def jumps(self) -> tuple[Fraction, ...]:
        """Breakpoints where the one-sided limits differ."""
        sides = zip(self.breaks, self.pieces[:-1], self.pieces[1:], strict=True)
        return tuple(a for a, left, right in sides if value_at(left, a) != value_at(right, a))

    def reflected(self) -> PiecewisePolynomial:
        """x -> s(-x)."""
        pieces = tuple(tuple((-1) ** k * a for k, a in enumerate(piece)) for piece in reversed(self.pieces))
        return PiecewisePolynomial(tuple(-a for a in reversed(self.breaks)), pieces, tuple(reversed(self.values)))


def piecewise_polynomial(node: Node) -> PiecewisePolynomial | None:
    """The node as a piecewise polynomial with as few pieces as possible; None when it is not one."""
    try:
        return _simplified(_convert(node))
    except _OutOfClassError:
        return None


def value_at(polynomial: Polynomial, point: Fraction) -> Fraction:
    """The polynomial at a point, exactly."""
    total = Fraction(0)
    for coefficient in reversed(polynomial):
        total = total * point + coefficient
    return total


def _convert(node: Node) -> PiecewisePolynomial:
    match node:
        case Variable():
            return _smooth((Fraction(0), Fraction(1)))
        case Number(value):
            return _smooth((value,) if value else ())
        case Sum(terms):
            return _fold([_convert(term) for term in terms], _add)
        case Product(factors):
            return _fold([_convert(factor) for factor in factors], _multiply)
        case Power(base, Number(value)) if value.denominator == 1 and value > 0:
            return _fold([_convert(base)] * int(value), _multiply)
        case Apply("relu" | "abs" | "sign" | "step" as function, (inner,)):
            return _by_sign(function, _convert(inner))
        case Apply("max" | "min" as function, (left, right)):
            one, two = _convert(left), _convert(right)
            switch = _by_sign("relu", _combine(one, _scaled(two, -1), _add))
            # max(a, b) = b + (a - b)_+,  min(a, b) = a - (a - b)_+
            return _combine(two, switch, _add) if function == "max" else _combine(one, _scaled(switch, -1), _add)
        case _:
            raise _OutOfClassError


def _smooth(polynomial: Polynomial) -> PiecewisePolynomial:
    return PiecewisePolynomial((), (polynomial,), ())


def _fold(parts: list[PiecewisePolynomial], operation: Callable[[Polynomial, Polynomial], Polynomial]) -> PiecewisePolynomial:
    result = parts[0]
    for part in parts[1:]:
        result = _combine(result, part, operation)
    return result


def _combine(
    one: PiecewisePolynomial, two: PiecewisePolynomial, operation: Callable[[Polynomial, Polynomial], Polynomial]
) -> PiecewisePolynomial:
    breaks = tuple(sorted({*one.breaks, *two.breaks}))
    if len(breaks) > _MAX_PIECES:
        raise _OutOfClassError
    left, right = _refined(one, breaks), _refined(two, breaks)
    pieces = tuple(operation(a, b) for a, b in zip(left.pieces, right.pieces, strict=True))
    values = tuple(
        value_at(operation(_constant(a), _constant(b)), Fraction(0)) for a, b in zip(left.values, right.values, strict=True)
    )
    if sum(_bits(a) for piece in pieces for a in piece) > _MAX_TOTAL_BITS:
        raise _OutOfClassError
    return PiecewisePolynomial(breaks, pieces, values)


def _constant(value: Fraction) -> Polynomial:
    return (value,) if value else ()


def _refined(function: PiecewisePolynomial, breaks: tuple[Fraction, ...]) -> PiecewisePolynomial:
    own = dict(zip(function.breaks, function.values, strict=True))
    pieces, values, index = [function.pieces[0]], [], 0
    for point in breaks:
        values.append(own[point] if point in own else value_at(function.pieces[index], point))
        index += point in own
        pieces.append(function.pieces[index])
    return PiecewisePolynomial(breaks, tuple(pieces), tuple(values))


def _by_sign(function: str, u: PiecewisePolynomial) -> PiecewisePolynomial:
    """relu(u), |u|, sign(u) or step(u): break at the roots of u, then use its constant sign between them."""
    ends: list[Fraction | None] = [None, *u.breaks, None]
    roots = {root for piece, (low, high) in zip(u.pieces, pairwise(ends), strict=True) for root in _roots(piece, low, high)}
    refined = _refined(u, tuple(sorted({*u.breaks, *roots})))
    inner = refined.breaks
    probes = [inner[0] - 1, *((a + b) / 2 for a, b in pairwise(inner)), inner[-1] + 1] if inner else [Fraction(0)]
    pieces = []
    for piece, probe in zip(refined.pieces, probes, strict=True):
        value = value_at(piece, probe)
        pieces.append(_on_sign(function, piece, (value > 0) - (value < 0)))
    values = []
    for value in refined.values:
        outcome = _on_sign(function, _constant(value), (value > 0) - (value < 0))
        values.append(value_at(outcome, Fraction(0)))
    return PiecewisePolynomial(inner, tuple(pieces), tuple(values))


def _on_sign(function: str, piece: Polynomial, sign: int) -> Polynomial:
    match function:
        case "relu":
            return piece if sign > 0 else ()
        case "abs":
            return piece if sign >= 0 else _negated(piece)
        case "sign":
            return _constant(Fraction(sign))
        case _:
            return _constant(Fraction(int(sign > 0)))


def _roots(polynomial: Polynomial, low: Fraction | None, high: Fraction | None) -> list[Fraction]:
    """The roots inside (low, high); gives up unless all of them are known to be rational."""
    found: list[Fraction] = []
    while polynomial and polynomial[0] == 0:
        polynomial = polynomial[1:]
        found = [Fraction(0)]
    if len(polynomial) == 2:
        found.append(-polynomial[0] / polynomial[1])
    elif len(polynomial) == 3:
        c, b, a = polynomial
        found.extend(_quadratic_roots(a, b, c))
    elif len(polynomial) > 3 and not _has_no_root(polynomial):
        raise _OutOfClassError
    return [root for root in found if (low is None or root > low) and (high is None or root < high)]


def _quadratic_roots(a: Fraction, b: Fraction, c: Fraction) -> list[Fraction]:
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return []
    root = Fraction(math.isqrt(discriminant.numerator), math.isqrt(discriminant.denominator))
    if root * root != discriminant:
        raise _OutOfClassError
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]


def _has_no_root(polynomial: Polynomial) -> bool:
    """Even powers with coefficients of one sign, as in 1 + x^4."""
    same_sign = len({a > 0 for a in polynomial if a}) == 1
    return same_sign and polynomial[0] != 0 and not any(polynomial[1::2])


def _add(one: Polynomial, two: Polynomial) -> Polynomial:
    size = max(len(one), len(two))
    padded = [(*p, *[Fraction(0)] * (size - len(p))) for p in (one, two)]
    return _trimmed([a + b for a, b in zip(*padded, strict=True)])


def _multiply(one: Polynomial, two: Polynomial) -> Polynomial:
    if not one or not two:
        return ()
    if len(one) + len(two) - 2 > _MAX_DEGREE:
        raise _OutOfClassError
    result = [Fraction(0)] * (len(one) + len(two) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            result[i + j] += a * b
    return _trimmed(result)


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _trimmed(coefficients: list[Fraction]) -> Polynomial:
    while coefficients and coefficients[-1] == 0:
        coefficients.pop()
    if any(_bits(a) > _MAX_BITS for a in coefficients):
        raise _OutOfClassError
    return tuple(coefficients)


def _negated(polynomial: Polynomial) -> Polynomial:
    return tuple(-a for a in polynomial)


def _scaled(function: PiecewisePolynomial, factor: int) -> PiecewisePolynomial:
    pieces = tuple(tuple(factor * a for a in piece) for piece in function.pieces)
    return PiecewisePolynomial(function.breaks, pieces, tuple(factor * a for a in function.values))


def _simplified(function: PiecewisePolynomial) -> PiecewisePolynomial:
    """Drop breakpoints where both sides are the same polynomial (a single exceptional value there has no weight)."""
    breaks, pieces, values = [], [function.pieces[0]], []
    for point, piece, value in zip(function.breaks, function.pieces[1:], function.values, strict=True):
        if piece != pieces[-1]:
            breaks.append(point)
            pieces.append(piece)
            values.append(value)
    return PiecewisePolynomial(tuple(breaks), tuple(pieces), tuple(values))
