r"""E[s(m + sqrt(v) G) He_k(G)] at an integer degree by two routes: k derivatives of s, or the product with the polynomial.

Source: definition; E[f(G) He_k(G)] = E[f^(k)(G)] is Stein's identity k times.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, zip_longest

import sympy as sp

from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.expectation import gaussian_mean
from asymptotix.symbolic.terms import Term, Terms, differentiate, multiply

__all__ = ["by_derivatives", "by_polynomial", "derivative_values"]


def by_derivatives(terms: Terms, k: int, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """v^(k/2) E[s^(k)(m + sqrt(v) G)]."""
    for _ in range(k):
        check_deadline()
        terms = differentiate(terms)
    return variance ** sp.Rational(k, 2) * gaussian_mean(terms, mean, variance)


def derivative_values(terms: Terms, mean: sp.Expr, variance: sp.Expr) -> Iterator[sp.Expr]:
    """The coefficients of degree 0, 1, 2, ..., one after the other."""
    for k in count():
        check_deadline()
        yield variance ** sp.Rational(k, 2) * gaussian_mean(terms, mean, variance)
        terms = differentiate(terms)


def by_polynomial(terms: Terms, k: int, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """E[s(x) He_k((x - m) / sqrt(v))], x ~ N(m, v)."""
    weights = {power: value / variance ** sp.Rational(power, 2) for power, value in enumerate(_coefficients(k)) if value}
    if mean != 0:
        x = sp.Dummy("x")
        polynomial = sp.Add(*(weight * (x - mean) ** power for power, weight in weights.items()))
        weights = {power: weight for (power,), weight in sp.Poly(sp.expand(polynomial), x).terms()}
    return gaussian_mean(multiply(terms, tuple(Term(weight, power) for power, weight in weights.items())), mean, variance)


def _coefficients(k: int) -> list[int]:
    """Of He_k, the power 0 first."""
    previous, current = [0], [1]
    for j in range(k):
        raised = [0, *current]
        previous, current = current, [a - j * b for a, b in zip_longest(raised, previous, fillvalue=0)]
    return current
