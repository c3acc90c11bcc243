r"""Gegenbauer coefficients in high dimension: the expansion in 1/d around the Hermite coefficients, for any activation.

On the sphere of radius sqrt(d), with the orthonormal polynomials and mu_j = E[s(G) He_j(G)],

    sqrt(k! B(d,k)) E[s(sqrt(d) t) P_k(t)] = mu_k - [mu_{k+4}/4 + k mu_{k+2} + (3/4) k (k-1) mu_k] / d + O(d^-2).

x = sqrt(d) t has the density phi(x) (1 - x^2/d)^((d-3)/2) e^(x^2/2) up to a factor; the logarithm of its ratio to phi is a
power series in 1/d. That ratio is expanded in Hermite polynomials, normalised by its mean 1; the polynomials sqrt(k! B) P_k by
their recurrence; products of Hermite polynomials are linearised. The rule of order 1 holds for every k by induction: the
recurrence of the polynomials, expanded, reduces to 0 at a symbolic degree.

Source: derived here; order 0 is the classical limit of Gegenbauer to Hermite polynomials.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

__all__ = ["DEGREE", "coefficient_of_order", "density_ratio", "first_order", "shifted_polynomial"]

X = sp.Symbol("x", real=True)
DEGREE = sp.Symbol("k", integer=True, nonnegative=True)
Combination = dict[int, sp.Expr]  # {j: coefficient} of He_j, or of mu_j


def first_order(k: sp.Expr) -> dict[int, sp.Expr]:
    """Order 1 for every degree, as weights of mu_{k+4}, mu_{k+2} and mu_k."""
    return {4: -sp.Rational(1, 4), 2: -k, 0: -sp.Rational(3, 4) * k * (k - 1)}


def coefficient_of_order(k: int, order: int) -> Combination:
    """The coefficient of d^-order as {j: weight of mu_j}, from the density ratio and the polynomials, for one degree."""
    total: Combination = {}
    for i in range(order + 1):
        ratio, polynomial = density_ratio(i), shifted_polynomial(k, order - i)
        for a, weight in ratio.items():
            for b, other in polynomial.items():
                for j, linear in linearised(a, b).items():
                    total[j] = total.get(j, sp.S.Zero) + weight * other * linear
    return {j: value for j, value in sorted(total.items()) if value != 0}


@lru_cache(maxsize=256)
def linearised(a: int, b: int) -> Combination:
    """He_a He_b = sum over i of i! C(a, i) C(b, i) He_{a+b-2i}."""
    return {a + b - 2 * i: sp.factorial(i) * sp.binomial(a, i) * sp.binomial(b, i) for i in range(min(a, b) + 1)}


@lru_cache(maxsize=16)
def density_ratio(order: int) -> Combination:
    """The term of d^-order of the density of x = sqrt(d) t over the normal one, in Hermite polynomials.

    The logarithm of the ratio is x^2/2 + (d-3)/2 log(1 - x^2/d), whose term of d^-n is -x^(2n+2)/(2n+2) + 3 x^(2n)/(2n).

    >>> density_ratio(1)
    {4: -1/4}
    """
    series = _raw_ratio(order)
    means = [_mean(term) for term in series]
    inverse = [sp.S.One]  # of the mean, as a series
    for n in range(1, order + 1):
        inverse.append(-sp.Add(*(means[i] * inverse[n - i] for i in range(1, n + 1))))
    normalised = sp.expand(sp.Add(*(series[i] * inverse[order - i] for i in range(order + 1))))
    return _in_hermite(normalised)


@lru_cache(maxsize=16)
def _raw_ratio(order: int) -> tuple[sp.Expr, ...]:
    """Terms 0..order of exp of the logarithm: n c_n = sum over i of i l_i c_{n-i}."""
    logarithm = [sp.S.Zero]
    for n in range(1, order + 1):
        logarithm.append(-(X ** (2 * n + 2)) / (2 * (n + 1)) + sp.Rational(3, 2) * X ** (2 * n) / n)
    terms = [sp.S.One]
    for n in range(1, order + 1):
        terms.append(sp.expand(sp.Add(*(i * logarithm[i] * terms[n - i] for i in range(1, n + 1))) / n))
    return tuple(terms)


def _mean(polynomial: sp.Expr) -> sp.Expr:
    """Under the standard normal law."""
    return sp.Add(*(c * sp.factorial2(p - 1) for (p,), c in sp.Poly(polynomial, X).terms() if p % 2 == 0))


def _in_hermite(polynomial: sp.Expr) -> Combination:
    """{j: coefficient of He_j}: x^p = sum over i of p! / (2^i i! (p-2i)!) He_{p-2i}."""
    found: Combination = {}
    for (p,), c in sp.Poly(polynomial, X).terms():
        for i in range(p // 2 + 1):
            weight = sp.factorial(p) / (2**i * sp.factorial(i) * sp.factorial(p - 2 * i))
            found[p - 2 * i] = found.get(p - 2 * i, sp.S.Zero) + c * weight
    return {j: value for j, value in sorted(found.items()) if value != 0}


@lru_cache(maxsize=1024)
def shifted_polynomial(k: int, order: int) -> Combination:
    r"""The term of d^-order of sqrt(k! B(d,k)) P_k(x / sqrt(d)) in Hermite polynomials.

    It is pi_k sqrt(k! / (c_1 ... c_k)) with the monic polynomials x pi_k = pi_{k+1} + c_k pi_{k-1}, c_k =
    k d (k+d-3) / ((2k+d-2)(2k+d-4)).

    >>> shifted_polynomial(3, 1)
    {1: 6, 3: 9/2}
    """
    scale = _scale_series(k, order)
    total: Combination = {}
    for i in range(order + 1):
        for j, value in _monic(k, i).items():
            total[j] = total.get(j, sp.S.Zero) + value * scale[order - i]
    return {j: value for j, value in sorted(total.items()) if value != 0}


@lru_cache(maxsize=4096)
def _monic(k: int, order: int) -> Combination:
    """The term of d^-order of the monic polynomial of degree k."""
    if k < 2:
        return {k: sp.S.One} if order == 0 else {}
    total: Combination = {}

    def add(j: int, value: sp.Expr) -> None:
        total[j] = total.get(j, sp.S.Zero) + value

    for j, value in _monic(k - 1, order).items():  # x He_j = He_{j+1} + j He_{j-1}
        add(j + 1, value)
        if j:
            add(j - 1, j * value)
    series = recurrence_series(sp.Integer(k - 1), order)
    for i in range(order + 1):
        for j, value in _monic(k - 2, order - i).items():
            add(j, -series[i] * value)
    return {j: value for j, value in total.items() if value != 0}


@lru_cache(maxsize=1024)
def recurrence_series(k: sp.Expr, order: int) -> tuple[sp.Expr, ...]:
    """c_k = k (1 + (k-3) e) / ((1 + (2k-2) e) (1 + (2k-4) e)) in powers of e = 1/d, for a symbolic or integer k."""
    return _product([k, k * (k - 3)], _geometric(2 * k - 2, order), _geometric(2 * k - 4, order), order=order)


def _geometric(a: sp.Expr, order: int) -> list[sp.Expr]:
    """1 / (1 + a e)."""
    return [(-a) ** i for i in range(order + 1)]


def _product(*series: list[sp.Expr], order: int) -> tuple[sp.Expr, ...]:
    total = [sp.S.One] + [sp.S.Zero] * order
    for one in series:
        padded = [*one, *([sp.S.Zero] * (order + 1))]
        total = [sp.expand(sp.Add(*(total[i] * padded[n - i] for i in range(n + 1)))) for n in range(order + 1)]
    return tuple(total)


@lru_cache(maxsize=1024)
def _scale_series(k: int, order: int) -> tuple[sp.Expr, ...]:
    """sqrt(k! / (c_1 ... c_k)): every factor (c_j / j)^(-1/2) by the series of its logarithm."""
    logarithm = [sp.S.Zero] * (order + 1)
    for j in range(1, k + 1):
        for n in range(1, order + 1):
            sign = (-1) ** (n + 1)
            log_term = sp.Rational(sign * ((j - 3) ** n - (2 * j - 2) ** n - (2 * j - 4) ** n), n)
            logarithm[n] -= log_term / 2
    terms = [sp.S.One]
    for n in range(1, order + 1):
        terms.append(sp.Add(*(i * logarithm[i] * terms[n - i] for i in range(1, n + 1))) / n)
    return tuple(terms)
