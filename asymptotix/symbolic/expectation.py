r"""Gaussian expectations of the closed class by four algebraic rules; no integration.

T (tilt)       a factor exp(a u^2 + b u + a' v^2 + b' v) is absorbed: with A = diag(a, a') and M = (1 - 2 Sigma A)^-1 the mean
               becomes M (m + Sigma b), the covariance M Sigma, the factor det(M)^(1/2) exp(b'M m + b'M Sigma b / 2 + m'A M m).
S (Stein)      E[u F] = m1 E[F] + q1 E[F_u] + c E[F_v] lowers a power; a step differentiates to a Dirac, Phi to a Gaussian.
C (condition)  a Dirac at a is the density of u at a times an expectation over v given u = a; derivatives of a Dirac by d/da.
O (orthant)    products of steps and Phi without powers are values of Phi2.

Source: Cameron and Martin's shift, Stein's identity, conditioning and Sheppard's orthant formula; proved case by case by
Price's theorem [Price1958] in `asymptotix.symbolic.dual`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from asymptotix.errors import HypothesisError
from asymptotix.symbolic.canonical import canonical, root
from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.functions import Phi, Phi2, hermite_polynomial
from asymptotix.symbolic.terms import ONE, Cdf, Dirac, Factor, One, Step, Term, Terms

__all__ = ["Law", "conditional_mean", "gaussian_mean", "gaussian_pair"]


@dataclass(frozen=True)
class Law:
    """(u, v) Gaussian: means, variances, covariance. Use `make`, so that equal laws are equal objects."""

    m1: sp.Expr
    m2: sp.Expr
    q1: sp.Expr
    q2: sp.Expr
    c: sp.Expr

    @classmethod
    def make(cls, *entries: sp.Expr) -> Law:
        """The law with its entries in canonical form."""
        return cls(*(canonical(e) for e in entries))

    @property
    def swapped(self) -> Law:
        """The law of (v, u)."""
        return Law(self.m2, self.m1, self.q2, self.q1, self.c)


def gaussian_mean(terms: Terms, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """E[f(x)], x ~ N(mean, variance), in canonical form."""
    mean, variance = canonical(mean), canonical(variance)
    return canonical(sp.Add(*(t.coefficient * _tilted_mean(t, mean, variance) for t in terms)))


def gaussian_pair(left: Terms, right: Terms, law: Law) -> sp.Expr:
    """E[f(u) g(v)] in canonical form."""
    return canonical(sp.Add(*(a.coefficient * b.coefficient * _tilted_pair(a, b, law) for a in left for b in right)))


def conditional_mean(terms: Terms, u: sp.Expr, law: Law) -> sp.Expr:
    """E[g(v) | u], as a function of the value u."""
    return gaussian_mean(terms, law.m2 + law.c * (u - law.m1) / law.q1, law.q2 - law.c**2 / law.q1)


# --- one variable -------------------------------------------------------------------------------------------------------------


def _tilted_mean(t: Term, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """Rule T in one dimension: with D = 1 - 2 a q, mean (m + q b) / D, variance q / D."""
    a, b = t.quadratic, t.linear
    if a == 0 and b == 0:
        return _mean(t.power, t.factor, mean, variance)
    shrink = canonical(1 - 2 * a * variance)
    _require_integrable(shrink, f"variance = {variance}, and exp({a} x^2) needs 1 - 2 ({a}) variance > 0")
    weight = sp.exp(canonical((b * mean + b**2 * variance / 2 + a * mean**2) / shrink)) / root(shrink)
    return weight * _mean(t.power, t.factor, canonical((mean + variance * b) / shrink), canonical(variance / shrink))


@lru_cache(maxsize=8192)
def _mean(power: int, factor: Factor, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """E[x^power S(x)], x ~ N(mean, variance)."""
    if isinstance(factor, Dirac):
        return _dirac_mean(power, factor, mean, variance)
    if power == 0:
        return Phi(_argument(factor, mean, variance)) if factor != ONE else sp.S.One
    value = mean * _mean(power - 1, factor, mean, variance) + _jump_mean(power - 1, factor, mean, variance)
    if power > 1:
        value += (power - 1) * variance * _mean(power - 2, factor, mean, variance)
    return canonical(value)


def _jump_mean(power: int, factor: Factor, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """variance * E[x^power S'(x)]."""
    return variance * sp.Add(*(t.coefficient * _tilted_mean(t, mean, variance) for t in _derivative(power, factor)))


def _derivative(power: int, factor: Factor) -> Terms:
    """x^power S'(x) as terms."""
    match factor:
        case Step(threshold):
            return (Term(sp.S(threshold) ** power, 0, factor=Dirac(threshold)),) if power == 0 or threshold != 0 else ()
        case Cdf(slope, shift):
            weight = slope * sp.exp(-(shift**2) / 2) / sp.sqrt(2 * sp.pi)
            return (Term(weight, power, -(slope**2) / 2, -slope * shift),)
        case One():
            return ()
    raise TypeError(f"no derivative rule for {factor!r}")


def _dirac_mean(power: int, factor: Dirac, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """E[delta^(j)_a(x)] = (-1)^j p^(j)(a) = q^(-j/2) He_j((a - m) / sqrt(q)) p(a), p the density."""
    assert power == 0  # `collect` has absorbed the smooth part of a Dirac term
    scale = root(variance)
    polynomial = hermite_polynomial(factor.order, (factor.point - mean) / scale) / scale**factor.order
    return canonical(polynomial * _density(factor.point, mean, variance))


def _density(x: sp.Expr, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    return sp.exp(-((x - mean) ** 2) / (2 * variance)) / (sp.sqrt(2 * sp.pi) * root(variance))


def _argument(factor: Factor, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """h with E[S(x)] = Phi(h)."""
    if isinstance(factor, Step):
        return canonical((mean - factor.threshold) / root(variance))
    assert isinstance(factor, Cdf)  # One and Dirac are dealt with by the callers
    return canonical((factor.slope * mean + factor.shift) / root(1 + factor.slope**2 * variance))


def _slope(factor: Factor, variance: sp.Expr) -> sp.Expr:
    """The covariance of x with the standard normal behind S(x), per unit of covariance."""
    if isinstance(factor, Step):
        return 1 / root(variance)
    assert isinstance(factor, Cdf)  # as in _argument
    return factor.slope / root(1 + factor.slope**2 * variance)


def _require_integrable(determinant: sp.Expr, what: str) -> None:
    if determinant.is_number and determinant.evalf() <= 0:
        raise HypothesisError(f"the expectation is infinite: {what}")


# --- two variables ------------------------------------------------------------------------------------------------------------


def _tilted_pair(s: Term, t: Term, law: Law) -> sp.Expr:
    """Rule T in two dimensions, without Sigma^-1, so that it holds at full correlation too."""
    a, b, aa, bb = s.quadratic, s.linear, t.quadratic, t.linear
    if a == b == aa == bb == 0:
        return _pair(s.power, t.power, s.factor, t.factor, law)
    q1, q2, c = law.q1, law.q2, law.c
    determinant = canonical((1 - 2 * q1 * a) * (1 - 2 * q2 * aa) - 4 * c**2 * a * aa)
    _require_integrable(determinant, f"exp({a} u^2 + {aa} v^2) at variances {q1} and {q2}")
    inverse = sp.Matrix([[1 - 2 * q2 * aa, 2 * c * aa], [2 * c * a, 1 - 2 * q1 * a]]) / determinant
    shift, mean = sp.Matrix([b, bb]), sp.Matrix([law.m1, law.m2])
    covariance = inverse * sp.Matrix([[q1, c], [c, q2]])
    moved = inverse * mean + covariance * shift
    exponent = (shift.T * inverse * mean + shift.T * covariance * shift / 2 + mean.T * sp.diag(a, aa) * inverse * mean)[0, 0]
    tilted = Law.make(moved[0], moved[1], covariance[0, 0], covariance[1, 1], covariance[0, 1])
    return sp.exp(canonical(exponent)) / root(determinant) * _pair(s.power, t.power, s.factor, t.factor, tilted)


@lru_cache(maxsize=16384)
def _pair(i: int, j: int, s: Factor, t: Factor, law: Law) -> sp.Expr:
    """E[u^i v^j S(u) T(v)] by rules C, S and O."""
    check_deadline()
    if isinstance(s, Dirac):
        return _conditioned(i, j, s, t, law)
    if isinstance(t, Dirac):
        return _conditioned(j, i, t, s, law.swapped)
    if i == 0 and j == 0:
        return _orthant(s, t, law)
    if i == 0:
        return _pair(j, i, t, s, law.swapped)
    # E[u F] with F = u^(i-1) v^j S T
    value = law.m1 * _pair(i - 1, j, s, t, law)
    if i > 1:
        value += law.q1 * (i - 1) * _pair(i - 2, j, s, t, law)
    if j > 0:
        value += law.c * j * _pair(i - 1, j - 1, s, t, law)
    value += law.q1 * sp.Add(*(d.coefficient * _tilted_pair(d, _bare(j, t), law) for d in _derivative(i - 1, s)))
    value += law.c * sp.Add(*(d.coefficient * _tilted_pair(_bare(i - 1, s), d, law) for d in _derivative(j, t)))
    return canonical(value)


def _bare(power: int, factor: Factor) -> Term:
    return Term(sp.S.One, power, factor=factor)


def _conditioned(i: int, j: int, s: Dirac, t: Factor, law: Law) -> sp.Expr:
    """Rule C: E[u^i v^j delta^(r)_a(u) T(v)] = (-1)^r (d/da)^r [a^i p(a) E[v^j T(v) | u = a]]."""
    a = sp.Dummy("a", real=True) if s.order else s.point
    mean = canonical(law.m2 + law.c * (a - law.m1) / law.q1)
    variance = canonical(law.q2 - law.c**2 / law.q1)
    value = a**i * _density(a, law.m1, law.q1) * _mean(j, t, mean, variance)
    if s.order:
        value = ((-1) ** s.order * sp.diff(value, a, s.order)).subs(a, s.point)
    return canonical(value)


def _orthant(s: Factor, t: Factor, law: Law) -> sp.Expr:
    """Rule O."""
    if s == ONE:
        return _mean(0, t, law.m2, law.q2)
    if t == ONE:
        return _mean(0, s, law.m1, law.q1)
    correlation = canonical(_slope(s, law.q1) * _slope(t, law.q2) * law.c)
    return canonical(Phi2(_argument(s, law.m1, law.q1), _argument(t, law.m2, law.q2), correlation))
