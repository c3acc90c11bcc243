r"""Gegenbauer coefficients of exponentials: their Taylor series on the sphere, summed as a hypergeometric function.

With D = d + 2k, E[t^n P_k] = n!/(n-k)! E_D[t^(n-k)] / (d (d+2) ... (d+2k-2)) and E_D t^(m+2) = (m+1)/(m+D) E_D t^m. So
consecutive terms have a rational ratio: b^2/4 / ((j+1)(j+D/2)) for exp(b t), whose sum is a 0F1, and
a (j+k/2+1/2) / ((j+1)(j+D/2)) for exp(a t^2), a 1F1. Two checks prove each: the first term, and the ratio at a symbolic index j.

Source: [Muller1966] for Rodrigues' formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from asymptotix.symbolic.derivation import Step
from asymptotix.symbolic.terms import Term, Terms

__all__ = ["Series", "entire_series"]

J = sp.Symbol("j", nonnegative=True)


@dataclass(frozen=True)
class Series:
    """weight * shape, shape a hypergeometric function with first term 1, and the steps that prove it."""

    weight: sp.Expr
    shape: sp.Expr
    steps: tuple[Step, ...]


def entire_series(terms: Terms, k: int, d: sp.Expr, radius: sp.Expr) -> tuple[Series, ...]:
    """One series for each exponential term that has a component of degree k; equal shapes are not merged."""
    made = (_linear(t, k, d, radius) if t.quadratic == 0 else _square(t, k, d, radius) for t in terms)
    return tuple(series for series in made if series is not None)


def _linear(t: Term, k: int, d: sp.Expr, radius: sp.Expr) -> Series:
    """c exp(b x): Taylor terms n = k + 2j."""
    b = t.linear * radius
    shape = sp.hyper((), (d / 2 + k,), b**2 / 4)
    weight = t.coefficient * (b / 2) ** k / sp.prod([d / 2 + i for i in range(k)])
    # b^n / n! * n!/(n-k)! at n = k, and b^2 / ((2j+1)(2j+2)) times the ratio of moments
    first = t.coefficient * b**k * _scale(k, d)
    ratio = b**2 / ((2 * J + 1) * (2 * J + 2)) * _moment_ratio(k, d)
    return Series(weight, shape, _steps(weight, first, shape, ratio))


def _square(t: Term, k: int, d: sp.Expr, radius: sp.Expr) -> Series | None:
    """c exp(a x^2): Taylor terms n = k + 2j of a^(n/2) / (n/2)!, even k only."""
    if k % 2:
        return None
    a, m = t.quadratic * radius**2, k // 2
    shape = sp.hyper((sp.Rational(k + 1, 2),), (d / 2 + k,), a)
    weight = t.coefficient * a**m * sp.rf(sp.S.Half, m) / sp.prod([d / 2 + i for i in range(k)])
    first = t.coefficient * a**m / sp.factorial(m) * sp.factorial(k) * _scale(k, d)
    ratio = a / (m + J + 1) * (k + 2 * J + 2) * (k + 2 * J + 1) / ((2 * J + 2) * (2 * J + 1)) * _moment_ratio(k, d)
    return Series(weight, shape, _steps(weight, first, shape, ratio))


def _scale(k: int, d: sp.Expr) -> sp.Expr:
    return sp.S.One / sp.prod([d + 2 * i for i in range(k)])


def _moment_ratio(k: int, d: sp.Expr) -> sp.Expr:
    """E_D t^(2j+2) / E_D t^(2j), D = d + 2k."""
    return (2 * J + 1) / (2 * J + d + 2 * k)


def _steps(weight: sp.Expr, first: sp.Expr, shape: sp.Expr, ratio: sp.Expr) -> tuple[Step, ...]:
    one, two, three, four = sp.symbols("w a_0 h_j r_j")
    hypergeometric = shape.argument / (J + 1) * sp.prod([u + J for u in shape.ap]) / sp.prod([v + J for v in shape.bq])
    return (
        Step(sp.Eq(one, two, evaluate=False), "The first term of the Taylor series on the sphere.", {one: weight, two: first}),
        Step(
            sp.Eq(three, four, evaluate=False),
            "The ratio of consecutive terms: hypergeometric function against Taylor series, at a symbolic index.",
            {three: hypergeometric, four: ratio},
        ),
    )
