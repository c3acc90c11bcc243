r"""The terms of the closed class that are entire at 0, as power series, alone or restricted to x > 0.

    s(x) = sum over terms of  w x^n pFq(upper; lower; a x^step) S(x),   S = 1 or H(x)

holds for x^n, x^n exp(b x), x^n exp(a x^2) and x^n Phi(w x) = x^n/2 + w x^(n+1) 1F1(1/2; 3/2; -w^2 x^2/2) / sqrt(2 pi). So every
linear functional of s that is known on the powers of x and of x_+ is a hypergeometric sum.

Source: Taylor series; for Phi the series of the error function.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.terms import ONE, Cdf, Step, Term, Terms

__all__ = ["PowerSeries", "power_series"]

ONE_HALF = sp.S.Half


@dataclass(frozen=True)
class PowerSeries:
    """weight x^power pFq(upper; lower; argument x^step), on the whole line or (half) for x > 0 only.

    A finite power has argument 0.
    """

    weight: sp.Expr
    power: int
    half: bool
    argument: sp.Expr = sp.S.Zero
    step: int = 2
    upper: tuple[sp.Expr, ...] = ()
    lower: tuple[sp.Expr, ...] = ()

    @property
    def finite(self) -> bool:
        """Whether it is a single power."""
        return bool(self.argument == 0)

    def coefficient(self, i: sp.Expr) -> sp.Expr:
        """Of argument^i x^(power + step i), without the weight, for a symbolic or integer index i."""
        if self.upper == (ONE_HALF,) and self.lower == (ONE_HALF + 1,):
            return 1 / ((2 * i + 1) * sp.factorial(i))
        return sp.Mul(*(sp.rf(u, i) for u in self.upper)) / sp.Mul(*(sp.rf(v, i) for v in self.lower)) / sp.factorial(i)

    def exceptional(self, k: int) -> bool:
        """Whether the term x^k of the series comes before its first one, so that degree k starts at another power.

        Degrees of the parity of a finite power end with it; those beyond see nothing of it.
        """
        same = (self.power - k) % 2 == 0
        if self.finite:
            return k <= self.power and same
        return k < self.power and (same or self.step == 1)


def power_series(terms: Terms, where: str, remedy: str) -> tuple[PowerSeries, ...]:
    """The series of every term.

    Raises:
        NotInClosedClassError: a term that is not of this kind, such as one with a threshold elsewhere; `where` says in which
            dimension and `remedy` what has the numbers.
    """
    found: list[PowerSeries] = []
    for t in terms:
        made = _series(t)
        if made is None:
            raise NotInClosedClassError(
                f"no closed form known to the engine for the term {t.expression(sp.Symbol('x'))} in {where}; {remedy}"
            )
        found.extend(made)
    return _merged(found)


def _series(t: Term) -> tuple[PowerSeries, ...] | None:
    if t.quadratic != 0 and t.linear != 0:
        return None
    if t.factor == ONE or t.factor == Step(sp.S.Zero):
        half = t.factor != ONE
        if t.linear != 0:
            return (PowerSeries(t.coefficient, t.power, half, t.linear, 1),)
        return (PowerSeries(t.coefficient, t.power, half, t.quadratic, 2),)
    if isinstance(t.factor, Cdf) and t.factor.shift == 0 and not t.is_exponential:
        slope = t.factor.slope
        odd = t.coefficient * slope / sp.sqrt(2 * sp.pi)
        return (
            PowerSeries(t.coefficient / 2, t.power, half=False),
            PowerSeries(odd, t.power + 1, False, -(slope**2) / 2, 2, (ONE_HALF,), (ONE_HALF + 1,)),
        )
    return None


def _merged(found: list[PowerSeries]) -> tuple[PowerSeries, ...]:
    """Series that differ in their weight only, added up; zeros dropped."""
    weights: dict[PowerSeries, sp.Expr] = {}
    for one in found:
        key = PowerSeries(sp.S.One, one.power, one.half, one.argument, one.step, one.upper, one.lower)
        weights[key] = weights.get(key, sp.S.Zero) + one.weight
    expanded = ((key, sp.expand(weight)) for key, weight in weights.items())
    return tuple(
        PowerSeries(weight, key.power, key.half, key.argument, key.step, key.upper, key.lower)
        for key, weight in expanded
        if weight != 0
    )
