r"""Sums $\sum_iw_if(x_i)p_k(x_i)$ with polynomials from a three-term recurrence, in integers of any number of digits.

The law of x is symmetric, with $\beta_1=1$ in

$$x\,p_k = \beta_{k+1}p_{k+1} + \beta_kp_{k-1},$$

so that x has variance 1; a rule keeps its nodes $x\ge0$ only. f is split into its even and its odd part, whose levels do not mix:
a level that vanishes by parity is exactly zero. Beyond the zeros of $p_k$ the weights fall as fast as $p_k^2$ grows, so the
weights are kept as floating-point numbers and rounded only after the largest $|p_k(x_i)|$ is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import e, isqrt, log, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rule", "coefficients", "doubles", "lightest", "recurrence_integers", "second_moment"]

IntegerArray = NDArray[np.object_]
# k -> numerator and denominator of beta_k^2
Squares = Callable[[int], tuple[int, int]]


@dataclass(frozen=True)
class Rule:
    """Nodes x >= 0 and the weights of x and -x together, which sum to 1 but for those left out as too light.

    `bits` is the working precision: coefficients come out with an absolute error of a few 2^-bits of the norm of f.
    """

    points: tuple[Any, ...]
    weights: tuple[Any, ...]
    bits: int


def recurrence_integers(squares: Squares, k: int, bits: int) -> tuple[int, int]:
    """beta_k and 1 / beta_k times 2^bits."""
    numerator, denominator = squares(k)
    return isqrt((numerator << 2 * bits) // denominator), isqrt((denominator << 2 * bits) // numerator)


def coefficients(
    rule: Rule, right: Sequence[Any], left: Sequence[Any], squares: Squares, top: int, last: int | None = None
) -> list[Any]:
    r"""$\mathbb E[f\,p_k]$ for k = 0..top, in mpmath; f at x_i is `right`, at -x_i `left`; p_k = 0 beyond `last`."""
    import mpmath

    bits = rule.bits
    with mpmath.workprec(bits + 20):
        largest = _log2_largest(float(max(rule.points)), squares, min(top, top if last is None else last))
        shift = bits + largest
        parts = []
        for sign in (1, -1):
            halves = [w * (r + sign * s) / 2 for w, r, s in zip(rule.weights, right, left, strict=True)]
            parts.append(integers(halves, shift))
        x = integers(rule.points, bits)
        previous, current = x * 0, x * 0 + (1 << bits)
        beta, out = 0, []
        for k in range(top + 1):
            if last is not None and k > last:
                out.append(mpmath.mpf(0))
                continue
            out.append(mpmath.ldexp(int(np.dot(parts[k % 2], current)), -shift - bits))
            if k in (top, last):
                continue
            following, inverse = recurrence_integers(squares, k + 1, bits)
            step = (((x * current - beta * previous) >> bits) * inverse) >> bits
            previous, current, beta = current, step, following
        return out


def second_moment(rule: Rule, right: Sequence[Any], left: Sequence[Any]) -> Any:
    r"""$\mathbb E f^2$."""
    import mpmath

    with mpmath.workprec(rule.bits + 20):
        return mpmath.fsum(w * (r * r + s * s) / 2 for w, r, s in zip(rule.weights, right, left, strict=True))


def lightest(top: int, bits: int) -> float:
    """How many powers of two below 1 a weight must lie not to count, for `bits` bits of p_k up to k = `top`."""
    fall = float(bits)
    for _ in range(
        8
    ):  # |p_k| is about (e x^2 / k)^(k/2) beyond its zeros, and x^2 = 2 fall log 2 where the law is nearly Gaussian
        fall = bits + top / 2 * log2(max(1.0, 2 * log(2.0) * e * fall / max(top, 1)))
    return fall + 20


def integers(values: Sequence[Any], bits: int) -> IntegerArray:
    """Numbers of mpmath times 2^bits, rounded down."""
    import mpmath

    out = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        out[i] = int(mpmath.floor(mpmath.ldexp(value, bits)))
    return out


def doubles(values: Sequence[Any]) -> NDArray[np.float64]:
    """Numbers of mpmath as float64."""
    return np.array([float(value) for value in values], dtype=np.float64)


def _log2_largest(x: float, squares: Squares, top: int) -> int:
    """log2 of the largest |p_k(x)|, k <= top, rounded up; powers of two are taken out on the way."""
    previous, current, beta, exponent, largest = 0.0, 1.0, 0.0, 0, 0.0
    for k in range(top):
        numerator, denominator = squares(k + 1)
        following = (numerator / denominator) ** 0.5
        previous, current, beta = current, (x * current - beta * previous) / following, following
        size = max(abs(current), abs(previous))
        if size > 2.0**100:
            previous, current, exponent = previous * 2.0**-100, current * 2.0**-100, exponent + 100
            size *= 2.0**-100
        largest = max(largest, exponent + np.log2(size))
    return int(np.ceil(largest)) + 1
