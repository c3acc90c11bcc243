r"""E[f(G) He_k(G)] in a symbolic degree k, as a finite sum over Gaussian moments of Hermite polynomials.

    mu_k = sum_i c_i(k) A_{k+s_i},   A_j = E[He_j(y)],  y ~ N(M, 1 - w),   sum_j A_j t^j / j! = exp(M t - w t^2 / 2),

so that A_0 = 1, A_{j+1} = M A_j - w j A_{j-1}: one family (M, w) for each exponential or threshold, with polynomials c_i in k.
Four rules lead there, each an identity in k:

    x He_k = He_{k+1} + k He_{k-1}                              powers of x
    E[f He_k] = E[f' He_{k-1}], k >= 1                          Phi becomes a Gaussian; a piecewise polynomial becomes Diracs
    E[delta_a^(j) He_k] = phi(a) He_{k+j}(a)                    a Dirac is the family (a, 1)
    E[exp(a x^2 + b x) He_k]: tilting                           the family (b/(1 - 2a), -2a/(1 - 2a))

Source: the recurrence and the generating function of the Hermite polynomials, and Stein's identity, in any textbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sympy as sp

from asymptotix.errors import HypothesisError, NotInClosedClassError
from asymptotix.symbolic.canonical import canonical, root
from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.functions import density
from asymptotix.symbolic.terms import ONE, Cdf, Dirac, One, Step, Term, Terms, collect, differentiate

__all__ = ["DEGREE", "Family", "HermiteSum", "hermite_sum", "standardized"]

DEGREE = sp.Symbol("k", integer=True, nonnegative=True)


@dataclass(frozen=True)
class Family:
    """The sequence A_j = E[He_j(y)], y ~ N(mean, 1 - width)."""

    mean: sp.Expr
    width: sp.Expr


Shifts = Mapping[int, sp.Expr]  # s -> c(k), the weight of A_{k+s}


@dataclass(frozen=True)
class HermiteSum:
    """sum over families and shifts of weight(k) A_{k+shift}; it is the coefficient for every k >= valid_from."""

    parts: Mapping[Family, Shifts]
    valid_from: int


def hermite_sum(terms: Terms) -> HermiteSum:
    """The sum for a term list in a standard normal variable.

    Raises:
        NotInClosedClassError: an exponential times a step or Phi, which leaves a sum of k terms.
    """
    plain = tuple(t for t in terms if not t.is_exponential and not isinstance(t.factor, Cdf))
    contributions: list[tuple[Family, int, sp.Expr]] = []
    valid_from = 0
    for t in terms:
        if isinstance(t.factor, Cdf) and not t.is_exponential:
            contributions += _cdf_term(t)
            valid_from = max(valid_from, t.power + 1)
        elif t.factor == ONE and t.is_exponential:
            contributions += _exponential(t, 0)
        elif t.is_exponential:
            raise _refusal(t)
    diracs, derivatives = _piecewise_polynomial(plain)
    parts = _merged([*contributions, *diracs])
    lowest = min((shift for shifts in parts.values() for shift in shifts), default=0)
    return HermiteSum(parts, max(valid_from, derivatives, -lowest))


def standardized(terms: Terms, mean: sp.Expr, variance: sp.Expr) -> Terms:
    """f(mean + sqrt(variance) G) as terms in G."""
    if mean == 0 and variance == 1:
        return terms
    return collect(part for t in terms for part in _moved(t, mean, root(variance)))


def _moved(t: Term, mean: sp.Expr, scale: sp.Expr) -> Iterable[Term]:
    a, b = t.quadratic, t.linear
    factor = t.factor
    if isinstance(factor, Step):
        factor = Step(canonical((factor.threshold - mean) / scale))
    elif isinstance(factor, Cdf):
        factor = Cdf(canonical(factor.slope * scale), canonical(factor.slope * mean + factor.shift))
    weight = t.coefficient * sp.exp(canonical(a * mean**2 + b * mean)) if t.is_exponential else t.coefficient
    quadratic, linear = canonical(a * scale**2), canonical((b + 2 * a * mean) * scale)
    for power in range(t.power + 1):
        monomial = sp.binomial(t.power, power) * scale**power * mean ** (t.power - power)
        if monomial != 0:
            yield Term(weight * monomial, power, quadratic, linear, factor)


def _refusal(t: Term) -> NotInClosedClassError:
    other = "a step" if isinstance(t.factor, Step) else "Phi"
    what = replace(t, coefficient=sp.S.One).expression(sp.Symbol("x"))
    return NotInClosedClassError(
        f"no closed form in a symbolic degree is known to the engine for {what}, an exponential times {other}: its recurrence in "
        "k leaves a sum of k terms; give an integer degree"
    )


def _power_rule(power: int) -> dict[int, sp.Expr]:
    """x^power He_k = sum_s c_s(k) He_{k+s}."""
    k = sp.Poly(DEGREE, DEGREE)
    weights = {0: k.one}
    for _ in range(power):
        check_deadline()
        raised: dict[int, sp.Poly] = {}
        for shift, weight in weights.items():
            raised[shift + 1] = raised.get(shift + 1, k.zero) + weight
            raised[shift - 1] = raised.get(shift - 1, k.zero) + weight * (k + shift)
        weights = raised
    return {shift: weight.as_expr() for shift, weight in weights.items()}


def _exponential(t: Term, offset: int, weights: Mapping[int, sp.Expr] | None = None) -> list[tuple[Family, int, sp.Expr]]:
    """E[c x^n exp(a x^2 + b x) He_{k+offset}]; `weights` in place of those of x^n, in k."""
    shrink = canonical(1 - 2 * t.quadratic)
    if shrink.is_number and not shrink.is_positive:
        raise HypothesisError(f"the expectation is infinite: exp(a x^2) needs 1 - 2 a variance > 0, here it is {shrink}")
    family = Family(canonical(t.linear / shrink), canonical(-2 * t.quadratic / shrink))
    scale = t.coefficient * sp.exp(canonical(t.linear**2 / (2 * shrink))) / root(shrink)
    if weights is None:
        weights = {s: w.subs(DEGREE, DEGREE + offset) for s, w in _power_rule(t.power).items()}
    return [(family, shift + offset, scale * weight) for shift, weight in weights.items()]


def _cdf_term(t: Term) -> list[tuple[Family, int, sp.Expr]]:
    """E[c x^n Phi(w x + h) He_k]: powers first, then Stein's identity once."""
    factor = t.factor
    assert isinstance(factor, Cdf)  # chosen by the caller
    scale = t.coefficient * factor.slope * sp.exp(-(factor.shift**2) / 2) / sp.sqrt(2 * sp.pi)
    gaussian = Term(scale, 0, canonical(-(factor.slope**2) / 2), canonical(-factor.slope * factor.shift))
    return _exponential(gaussian, -1, _power_rule(t.power))


def _piecewise_polynomial(terms: Terms) -> tuple[list[tuple[Family, int, sp.Expr]], int]:
    """Derivatives until only Dirac measures are left: their families, and how many derivatives that took."""
    derivatives = 0
    while any(isinstance(t.factor, One | Step) for t in terms):
        check_deadline()
        terms, derivatives = differentiate(terms), derivatives + 1
    found = []
    for t in terms:
        assert isinstance(t.factor, Dirac)  # `terms` holds nothing else after the loop
        point = canonical(t.factor.point)
        found.append((Family(point, sp.S.One), t.factor.order - derivatives, t.coefficient * density(point)))
    return found, derivatives


def _merged(contributions: Iterable[tuple[Family, int, sp.Expr]]) -> dict[Family, Shifts]:
    """Equal families and shifts added; zero weights dropped."""
    table: dict[Family, dict[int, sp.Expr]] = {}
    for family, shift, weight in contributions:
        row = table.setdefault(family, {})
        row[shift] = row.get(shift, sp.S.Zero) + weight
    tidy = {f: {s: v for s, w in sorted(row.items()) if (v := canonical(w)) != 0} for f, row in table.items()}
    return {family: row for family, row in tidy.items() if row}
