r"""Polynomials in the covariances as a paper writes them: (q_1 + 1)(q_2 + 1) - c^2 instead of five terms."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

__all__ = ["regrouped"]

_FEWEST_TERMS = 4


@lru_cache(maxsize=4096)
def regrouped(polynomial: sp.Add) -> sp.Expr:
    """The polynomial by powers of c with factored coefficients where that has fewer terms; itself otherwise.

    >>> q1, q2, c = sp.symbols("q1 q2 c")
    >>> regrouped(q1 * q2 + q1 + q2 + 1 - c**2)
    -c**2 + (q1 + 1)*(q2 + 1)
    """
    names = {symbol.name: symbol for symbol in polynomial.free_symbols}
    if len(polynomial.args) < _FEWEST_TERMS or "c" not in names or not polynomial.is_polynomial(*polynomial.free_symbols):
        return polynomial
    c = names["c"]
    rows = [_row(coefficient, c**power) for (power,), coefficient in sp.Poly(polynomial, c).terms()]
    terms = [row if _is_product(row) else sp.expand(row) for row in rows]
    flat = [part for term in terms for part in sp.Add.make_args(term)]
    if len(flat) >= len(polynomial.args) - 1 or sp.expand(sp.Add(*flat) - polynomial) != 0:
        return polynomial
    return sp.Add(*flat, evaluate=False)


def _row(coefficient: sp.Expr, power: sp.Expr) -> sp.Expr:
    number, factors = sp.factor_list(coefficient)
    bases = [(-base if _begins_with_sign(base) else base, base, exponent) for base, exponent in factors]
    sign = sp.Mul(*(-1 for new, old, exponent in bases if new != old and exponent % 2))
    found = [(new, exponent) for new, _, exponent in bases]
    mixed = next((i for i, (new, exponent) in enumerate(found) if exponent % 2 and _has_both_signs(new)), None)
    if number * sign < 0 and mixed is not None:
        found[mixed], sign = (-found[mixed][0], found[mixed][1]), -sign
    return sp.Mul(number * sign, power, *(new**exponent for new, exponent in found))


def _begins_with_sign(base: sp.Expr) -> bool:
    """1 - 2 q_1 rather than 2 q_1 - 1."""
    constant, rest = base.as_coeff_Add()
    return bool(constant < 0) if constant != 0 else bool(rest.could_extract_minus_sign())


def _has_both_signs(base: sp.Expr) -> bool:
    return len({term.could_extract_minus_sign() for term in sp.Add.make_args(base)}) == 2


def _is_product(term: sp.Expr) -> bool:
    """Whether factoring has found more than a number in front of a sum."""
    return sum(not factor.is_number for factor in sp.Mul.make_args(term)) > 1
