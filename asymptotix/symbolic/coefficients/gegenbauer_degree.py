r"""Gegenbauer coefficients of one activation in every degree: by parity in a symbolic degree, or one degree, with their proof.

    lambda_k(d) = sum over the terms of s of their hypergeometric sums (`gegenbauer_series`)

A degree below a power in s starts at another term than the generic one. Those degrees are worked out one by one and are the
exceptions of the cases, so that the generic form is never evaluated where it is wrong.

Source: [Muller1966] for polynomials and Rodrigues' formula; rectified monomials in [Bach2017].
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.polys.fields import FracField

from asymptotix.symbolic.coefficients.degree_cases import DegreeCases
from asymptotix.symbolic.coefficients.gegenbauer_series import (
    SYMBOLIC,
    Degree,
    HypergeometricSum,
    half_power,
    hypergeometric_sums,
    summed,
)
from asymptotix.symbolic.coefficients.power_series import PowerSeries
from asymptotix.symbolic.coefficients.sphere_moments import moment_route
from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.derivation import Derivation, Step, equation

__all__ = ["PREMISES", "SphereCoefficients", "distinct", "moment_steps"]

N, K, DIMENSION = sp.symbols("N k d", positive=True)
PREMISES = (
    "The recurrence $(k+d-2) P_{k+1} = (2k+d-2)\\,t P_k - k P_{k-1}$, $P_0 = 1$, $P_1 = t$.",
    "On the unit sphere $\\mathbb{E}\\,t_+^N = \\Gamma(d/2)\\,\\Gamma((N+1)/2) / (2\\sqrt\\pi\\,\\Gamma((d+N)/2))$.",
    "$1/\\Gamma$ is entire, and 0 at the poles of $\\Gamma$; a power series that converges everywhere is averaged term by term.",
    "Rodrigues' formula, one step: $\\mathbb{E}_d[f P_k] = \\frac1d\\,\\mathbb{E}_{d+2}[f' P_{k-1}]$ (see gegenbauer_ladder).",
)


@dataclass(frozen=True)
class SphereCoefficients:
    """E[s(r t) P_k(t)] in dimension d (a symbol or a number) for s given by its power series."""

    series: tuple[PowerSeries, ...]
    dimension: sp.Expr
    radius: sp.Expr

    @property
    def exceptional_degrees(self) -> list[int]:
        """Degrees that the generic forms do not hold for."""
        top = max((one.power for one in self.series), default=0)
        return [k for k in range(top + 1) if any(one.exceptional(k) for one in self.series)]

    def at(self, k: int) -> tuple[sp.Expr, tuple[Step, ...]]:
        """The coefficient of one degree, and the steps that prove it."""
        sums = self._sums(Degree.number(k))
        value = summed(sums)
        steps = tuple(step for one in sums for step in one.steps)
        moments = self._moments(k)
        if moments is None:
            return value, steps
        finite = summed(tuple(one for one in sums if one.argument == 0))
        return value, (*steps, _two_routes(finite, moments, k))

    def cases(self, k: sp.Symbol) -> tuple[DegreeCases, tuple[Step, ...]]:
        """All degrees, and the steps that prove them."""
        even, odd = (self._sums(degree) for degree in SYMBOLIC)
        exceptions, steps = {}, [step for one in (*even, *odd) for step in one.steps]
        for degree in self.exceptional_degrees:
            check_deadline()
            exceptions[degree], own = self.at(degree)
            steps.extend(own)
        zero = tuple(summed(sums) == 0 for sums in (even, odd))
        told = {degree: value for degree, value in exceptions.items() if value != 0 or not zero[degree % 2]}
        return DegreeCases(k, summed(even), summed(odd), told), tuple(steps)

    def derivation(self, steps: tuple[Step, ...], title: str) -> Derivation:
        """The moments in every degree, then the steps of the coefficient."""
        return Derivation(title, (*moment_steps(), *distinct(steps)), PREMISES, ("Muller1966", "Bach2017"))

    def _sums(self, degree: Degree) -> tuple[HypergeometricSum, ...]:
        found: list[HypergeometricSum] = []
        for one in self.series:
            check_deadline()
            found.extend(hypergeometric_sums(one, degree, self.dimension, self.radius))
        return tuple(found)

    def _moments(self, k: int) -> sp.Expr | None:
        """The finite powers against the coefficients of P_k by the moment recurrence, for degrees of moderate size."""
        powers = [one for one in self.series if one.finite]
        if not powers or k > MAX_MOMENT_DEGREE:
            return None
        symbol = sp.Symbol("d")
        element = FracField([symbol], sp.QQ).gens[0] if self.dimension.is_Symbol else sp.QQ(int(self.dimension))
        total = sp.S.Zero
        for one in powers:
            odd = (one.power + k) % 2
            if odd and not one.half:
                continue  # the whole power: both halves cancel, and double otherwise
            check_deadline()
            value = moment_route(one.power, k, element) * (1 if one.half else 2)
            exact = (
                sp.factor(value.as_expr()).subs(symbol, self.dimension)
                if self.dimension.is_Symbol
                else sp.Rational(int(value.numerator), int(value.denominator))
            )
            d = self.dimension
            first = sp.gamma(d / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((d + 1) / 2)) if odd else sp.S.One
            total += one.weight * self.radius**one.power * exact * first
        return total


MAX_MOMENT_DEGREE = 60  # rational functions of d of a higher degree take seconds


def moment_steps() -> tuple[Step, ...]:
    """h(N, k) = E[t_+^N P_k] at a symbolic power, degree and dimension: recurrence in k, both ends, and one step of Rodrigues."""
    h = sp.Function("h")
    form = {h: sp.Lambda((N, K, DIMENSION), half_power(N, K, DIMENSION))}
    d = DIMENSION
    beta = sp.gamma(d / 2) * sp.gamma((N + 1) / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((d + N) / 2))
    recurrence = equation((K + d - 2) * h(N, K + 1, d), (2 * K + d - 2) * h(N + 1, K, d) - K * h(N, K - 1, d))
    return (
        Step(equation(h(N, sp.S.Zero, d), beta), "Degree 0 is a moment:", form, "degree 0"),
        Step(equation(h(N, sp.S.One, d), h(N + 1, sp.S.Zero, d)), "$P_1 = t$:", form, "degree 1"),
        Step(
            recurrence,
            "The recurrence of the polynomials, multiplied by $t_+^N$ and averaged; with the two first degrees it determines "
            "$h(N, k) = \\mathbb{E}[t_+^N P_k]$ in every degree.",
            form,
            "every degree",
            ("degree 0", "degree 1"),
        ),
        Step(
            equation(h(N, K, d), N / d * h(N - 1, K - 1, d + 2)),
            "A second route to the same: one step of Rodrigues' formula.",
            form,
            "by Rodrigues",
            ("degree 0",),
        ),
    )


def _two_routes(closed: sp.Expr, moments: sp.Expr, k: int) -> Step:
    one, two = sp.symbols(rf"\lambda_{k} \lambda'_{k}")
    why = f"Degree {k}, the finite powers: closed form against the coefficients of $P_{{{k}}}$ and the moment recurrence."
    return Step(equation(one, two), why, {one: closed, two: moments}, f"two routes, degree {k}")


def distinct(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps with one label are those of equal terms: numbered."""
    counts: dict[str, int] = {}
    found = []
    for step in steps:
        counts[step.label] = counts.get(step.label, 0) + 1
        label = step.label if counts[step.label] == 1 else f"{step.label} ({counts[step.label]})"
        found.append(Step(step.claim, step.why, step.environment, label, step.uses, step.domain))
    return tuple(found)
