r"""Power series against Gegenbauer polynomials of every degree and dimension: hypergeometric sums, each with its proof.

t is the first coordinate of a uniform point of the unit sphere of R^d, P_k(1) = 1. For every power N and degree k

    h(N, k) = E[t_+^N P_k(t)] = N! Gamma(d/2) / (2^(N+1) Gamma((N-k)/2 + 1) Gamma((d+N+k)/2)),

with 1/Gamma = 0 at the poles, and E[t^N P_k] = 2 h(N, k) for even N - k, else 0. Consecutive terms of a power series have
a rational ratio, so that each series is a hypergeometric function for even N - k, which starts at N = k, and for a
half power another one for odd N - k, which starts at its first power. Printed are forms in which no pole is left: Gamma functions
of negative arguments are reflected.

Source: [Muller1966] for Rodrigues' formula; h for relu and its powers in [Bach2017].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from asymptotix.symbolic.coefficients.degree_cases import HALF
from asymptotix.symbolic.coefficients.power_series import PowerSeries
from asymptotix.symbolic.derivation import Step, equation

__all__ = ["SYMBOLIC", "Degree", "HypergeometricSum", "half_power", "hypergeometric_sums", "summed"]

INDEX = sp.Symbol("l", integer=True, nonnegative=True)  # of the terms of a sum
ONE_HALF = sp.S.Half


@dataclass(frozen=True)
class Degree:
    """k = 2 half + parity; `half` is a symbol, and k beyond every finite power, or a number."""

    half: sp.Expr
    parity: int

    @classmethod
    def number(cls, k: int) -> Degree:
        """One degree."""
        return cls(sp.Integer(k // 2), k % 2)

    @property
    def k(self) -> sp.Expr:
        """The degree."""
        return 2 * self.half + self.parity

    def meets(self, power: int) -> bool:
        """Whether power - k is even."""
        return (power - self.parity) % 2 == 0

    def beyond(self, power: int) -> bool:
        """Whether k > power; a symbol always is."""
        return not self.half.is_number or bool(self.k > power)

    def __str__(self) -> str:
        return str(self.k)


SYMBOLIC = (Degree(HALF, 0), Degree(HALF, 1))


@dataclass(frozen=True)
class HypergeometricSum:
    """scalar * common * pFq(upper; lower; argument), and the steps that prove it; `scalar` depends on neither degree nor d."""

    scalar: sp.Expr
    common: sp.Expr
    upper: tuple[sp.Expr, ...]
    lower: tuple[sp.Expr, ...]
    argument: sp.Expr
    steps: tuple[Step, ...]

    @property
    def first(self) -> sp.Expr:
        """The first term."""
        return sp.powsimp(self.scalar * self.common, combine="exp")

    @property
    def shape(self) -> sp.Expr:
        """The hypergeometric function alone."""
        if self.argument == 0:
            return sp.S.One
        return sp.hyper(self.upper, self.lower, self.argument)


def half_power(power: sp.Expr, k: sp.Expr, d: sp.Expr) -> sp.Expr:
    """h(N, k) as it is stated above."""
    top = sp.factorial(power) * sp.gamma(d / 2)
    return top / (2 ** (power + 1) * sp.gamma((power - k) / 2 + 1) * sp.gamma((d + power + k) / 2))


def hypergeometric_sums(series: PowerSeries, degree: Degree, d: sp.Expr, radius: sp.Expr) -> tuple[HypergeometricSum, ...]:
    """The sums whose total is E[s(r t) P_k(t)] for the term s of the class; none where it vanishes."""
    starts = (_even_start(series, degree), _odd_start(series, degree) if series.half else None)
    return tuple(_sum(series, degree, start, d, radius) for start in starts if start is not None)


def summed(sums: tuple[HypergeometricSum, ...]) -> sp.Expr:
    """Their total; sums that differ in a number (those of a sine's two exponentials) are one."""
    scalars: dict[tuple[sp.Expr, sp.Expr], sp.Expr] = {}
    for one in sums:
        key = one.common, one.shape
        scalars[key] = sp.expand(scalars.get(key, sp.S.Zero) + one.scalar)
    weights: dict[sp.Expr, sp.Expr] = {}
    for (common, shape), scalar in scalars.items():
        weights[shape] = weights.get(shape, sp.S.Zero) + sp.powsimp(scalar * common, combine="exp")
    return sp.Add(*(_tidy(weight) * shape for shape, weight in weights.items()))


def _tidy(weight: sp.Expr) -> sp.Expr:
    return weight if weight.has(sp.gamma, HALF) or not weight.is_Add else sp.factor(weight)


def _even_start(series: PowerSeries, degree: Degree) -> sp.Expr | None:
    """The first index i whose power n + step i is at least k and of its parity."""
    n, meets = series.power, degree.meets(series.power)
    if series.finite:
        return sp.S.Zero if meets and not degree.beyond(n) else None
    if degree.beyond(n):
        return sp.expand((degree.k - n) / series.step) if meets or series.step == 1 else None
    return sp.S.Zero if meets else sp.S.One if series.step == 1 else None


def _odd_start(series: PowerSeries, degree: Degree) -> sp.Expr | None:
    """The first index i whose power is of the other parity than k."""
    if not degree.meets(series.power):
        return sp.S.Zero
    return sp.S.One if series.step == 1 and not series.finite else None


def _sum(series: PowerSeries, degree: Degree, start: sp.Expr, d: sp.Expr, radius: sp.Expr) -> HypergeometricSum:
    k, power = degree.k, sp.expand(series.power + series.step * start)
    varying, fixed = _power(series.argument, start)
    scalar = series.weight * fixed / (2 if series.half else 1)
    radial = sp.Mul(*_power(radius, power))
    common = varying * radial * _counting(series, start, power) * _moment(power, degree, d) / 2**power
    by_definition = (
        (1 if series.half else 2) * series.weight * fixed * varying * radial * series.coefficient(start) * half_power(power, k, d)
    )
    label = f"k = {k}, powers {power}, {power + 2}, ... of term x^{series.power}"
    steps = [_first_step(scalar * common, by_definition, label)]
    if series.finite:
        return HypergeometricSum(scalar, common, (), (), sp.S.Zero, tuple(steps))
    per = 2 // series.step  # terms of the series between two powers of one parity
    upper = [(a + start + i) / per for a in series.upper for i in range(per)] + [(power + 1) / 2, (power + 2) / 2, sp.S.One]
    lower = [(a + start + i) / per for a in (*series.lower, sp.S.One) for i in range(per)]
    lower += [(power - k) / 2 + 1, (d + power + k) / 2]
    # each parameter (a)_(2l) of a series in steps of 1 is 4^l (a/2)_l ((a+1)/2)_l
    argument = series.argument**per * radius**2 * sp.Integer(per) ** (per * (len(series.upper) - len(series.lower) - 1))
    made = HypergeometricSum(scalar, common, *_cancelled(upper, lower), argument, ())
    steps.append(_ratio_step(made, _ratio(series, start, power, k, d, radius), label))
    return replace(made, steps=tuple(steps))


def _power(base: sp.Expr, exponent: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """base^exponent as a factor that varies with m and a fixed one; a negative square is (-1)^m times a power of its size."""
    count = exponent.coeff(HALF)
    if count == 0:
        return sp.S.One, base**exponent
    whole = sp.expand(base**count)
    varying = (-1) ** HALF * (-whole) ** HALF if whole.is_negative else whole**HALF
    return varying, base ** sp.expand(exponent - count * HALF)


def _counting(series: PowerSeries, start: sp.Expr, power: sp.Expr) -> sp.Expr:
    """N! times the coefficient of the power N, with the factorials cancelled."""
    if series.step == 1 and not series.upper:
        return sp.Mul(*(power - j for j in range(series.power)))
    if series.upper and sp.expand(2 * start + 1 - power) == 0:
        return sp.factorial(power - 1) / sp.factorial(start)
    return sp.factorial(power) * series.coefficient(start)


def _moment(power: sp.Expr, degree: Degree, d: sp.Expr) -> sp.Expr:
    """2^(N+1) h(N, k) / N! without a Gamma function at a pole, and rational in d (times M) for numbers."""
    k = degree.k
    below, above = sp.expand((power - k) / 2), sp.expand((power + k) / 2)
    if not degree.half.is_number:
        top = sp.gamma(d / 2) / sp.gamma(d / 2 + above)
        if degree.meets(power.subs(HALF, 0)):
            return top / sp.factorial(below)
        sign = (-1) ** (HALF + sp.Mod((power + 1 - degree.parity) / 2, 2))
        return sign * sp.gamma(-below) * top / sp.pi
    whole = sp.floor(above)
    left = above - whole
    steps = sp.Mul(*(d + 2 * (left + i) for i in range(int(whole))))  # twice each factor
    return 2**whole * sp.gamma(d / 2) / sp.gamma(d / 2 + left) / (sp.gamma(below + 1) * steps)


def _cancelled(upper: list[sp.Expr], lower: list[sp.Expr]) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """Parameters that are not in both lists; the 1 of (1)_l / l! is one of the lower ones."""
    left, right = [sp.expand(a) for a in upper], [sp.expand(b) for b in lower]
    for a in list(left):
        if a in right:
            left.remove(a)
            right.remove(a)
    return tuple(left), tuple(right)


def _ratio(
    series: PowerSeries, start: sp.Expr, power: sp.Expr, k: sp.Expr, d: sp.Expr, radius: sp.Expr
) -> tuple[sp.Expr, sp.Expr]:
    """Term l and term l + 1 by definition, without their common factors."""
    per = 2 // series.step

    def term(index: sp.Expr) -> sp.Expr:
        return series.coefficient(start + per * index) * half_power(power + 2 * index, k, d)

    return term(INDEX), series.argument**per * radius**2 * term(INDEX + 1)


def _first_step(first: sp.Expr, by_definition: sp.Expr, label: str) -> Step:
    one, two = sp.symbols("a_0 c_N")
    why = f"The first term, printed form against $c_N\\, h(N, k)$ ({label})."
    return Step(equation(one, two), why, {one: first, two: by_definition}, f"first term, {label}")


def _ratio_step(made: HypergeometricSum, terms: tuple[sp.Expr, sp.Expr], label: str) -> Step:
    here, above, ratio = sp.Function("c"), sp.Symbol("c_{l+1}"), sp.Symbol("rho_l")
    hypergeometric = made.argument / (INDEX + 1) * sp.Mul(*(u + INDEX for u in made.upper))
    hypergeometric /= sp.Mul(*(v + INDEX for v in made.lower))
    return Step(
        equation(above, ratio * here(INDEX)),
        f"Consecutive terms at every index: the hypergeometric ratio against the definition ({label}).",
        {here: sp.Lambda((INDEX,), terms[0]), above: terms[1], ratio: hypergeometric},
        f"ratio, {label}",
    )
