r"""The closed class of the engine: $f(x) = \sum_i c_i\, x^{n_i} e^{a_i x^2 + b_i x} S_i(x)$.

S is one of 1, the step H(x - a), Phi(w x + b), or a derivative of the Dirac measure at a. The class is closed under sums, under
products with polynomials and exponentials, and under (distributional) differentiation: a step yields a Dirac, a Phi a Gaussian.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import NUMERIC_KERNELS, check_deadline
from asymptotix.symbolic.functions import Phi
from asymptotix.symbolic.ordering import compare_points

__all__ = [
    "ONE", "Cdf", "Dirac", "Factor", "One", "Step", "Term", "Terms", "collect", "differentiate", "is_recurring", "is_settled",
    "multiply", "term",
]  # fmt: skip


@dataclass(frozen=True)
class One:
    """S = 1."""


@dataclass(frozen=True)
class Step:
    """S(x) = 1 for x > threshold, else 0."""

    threshold: sp.Expr


@dataclass(frozen=True)
class Cdf:
    """S(x) = Phi(slope x + shift)."""

    slope: sp.Expr
    shift: sp.Expr


@dataclass(frozen=True)
class Dirac:
    """S = the derivative of order `order` of the Dirac measure at `point`."""

    point: sp.Expr
    order: int = 0


Factor = One | Step | Cdf | Dirac
ONE = One()


@dataclass(frozen=True)
class Term:
    """coefficient * x^power * exp(quadratic x^2 + linear x) * factor(x)."""

    coefficient: sp.Expr
    power: int = 0
    quadratic: sp.Expr = sp.S.Zero
    linear: sp.Expr = sp.S.Zero
    factor: Factor = ONE

    def smooth_part(self, x: sp.Expr) -> sp.Expr:
        """The term without its factor S, as an expression in x."""
        monomial = self.coefficient * x**self.power
        return monomial * sp.exp(self.quadratic * x**2 + self.linear * x) if self.is_exponential else monomial

    @property
    def is_exponential(self) -> bool:
        """Whether the exponential is there."""
        return bool(self.quadratic != 0 or self.linear != 0)

    def expression(self, x: sp.Expr) -> sp.Expr:
        """The term as an expression in x."""
        shapes: dict[type, Any] = {
            One: lambda s: sp.S.One,
            Step: lambda s: sp.Heaviside(x - s.threshold),
            Cdf: lambda s: Phi(s.slope * x + s.shift),
            Dirac: lambda s: sp.DiracDelta(x - s.point, s.order) if s.order else sp.DiracDelta(x - s.point),
        }
        return self.smooth_part(x) * shapes[type(self.factor)](self.factor)


Terms = tuple[Term, ...]


def term(coefficient: Any, power: int = 0, **rest: Any) -> Terms:
    """One term as a list."""
    return (Term(sp.S(coefficient) if isinstance(coefficient, int) else coefficient, power, **rest),)


def collect(terms: Iterable[Term]) -> Terms:
    """Merge terms that differ in their coefficient only; drop zeros; put Dirac terms into the form c * delta^(j)_a."""
    merged: dict[Term, sp.Expr] = {}
    for item in terms:
        check_deadline()
        for reduced in _reduce_dirac(item):
            key = replace(reduced, coefficient=sp.S.One)
            merged[key] = merged.get(key, sp.S.Zero) + reduced.coefficient
    # radsimp-free: most coefficients are numbers, and expand brings equal ones to the same form
    expanded = ((key, _tidy(coefficient, sp.expand)) for key, coefficient in merged.items())
    return tuple(replace(key, coefficient=coefficient) for key, coefficient in expanded if coefficient != 0)


def _tidy(value: sp.Expr, number: Callable[[sp.Expr], sp.Expr] = lambda number: number) -> sp.Expr:
    """Equal constants in one form: numbers by `number`, those with parameters by the canonical form, which has a time limit."""
    return canonical(value) if value.free_symbols else number(value)


def _reduce_dirac(item: Term) -> Terms:
    """g(x) delta^(j)(x - a) = sum_i binomial(j, i) (-1)^i g^(i)(a) delta^(j-i)(x - a)."""
    if not isinstance(item.factor, Dirac) or (item.power == 0 and not item.is_exponential):
        return (item,)
    point, order = item.factor.point, item.factor.order
    x = sp.Dummy("x")
    smooth, terms = item.smooth_part(x), []
    for i in range(order + 1):
        weight = sp.binomial(order, i) * (-1) ** i * smooth.subs(x, point)
        terms.append(Term(weight, factor=Dirac(point, order - i)))
        smooth = sp.diff(smooth, x)
    return tuple(t for t in terms if t.coefficient != 0)


def differentiate(terms: Terms) -> Terms:
    """The distributional derivative."""
    derived: list[Term] = []
    for t in terms:
        if t.power:
            derived.append(replace(t, coefficient=t.coefficient * t.power, power=t.power - 1))
        derived.append(replace(t, coefficient=2 * t.quadratic * t.coefficient, power=t.power + 1))
        derived.append(replace(t, coefficient=t.linear * t.coefficient))
        derived.extend(_factor_derivative(t))
    return collect(derived)


def _factor_derivative(t: Term) -> Terms:
    match t.factor:
        case Step(threshold):
            return (replace(t, factor=Dirac(threshold)),)
        case Dirac(point, order):
            return (replace(t, factor=Dirac(point, order + 1)),)
        case Cdf(slope, shift):
            weight = t.coefficient * slope * sp.exp(-(shift**2) / 2) / sp.sqrt(2 * sp.pi)
            return (Term(weight, t.power, _tidy(t.quadratic - slope**2 / 2), _tidy(t.linear - slope * shift)),)
        case _:
            return ()


def multiply(left: Terms, right: Terms) -> Terms:
    """The product of two lists; steps merge (H(x-a) H(x-b) = H(x - max(a, b))), other pairs of factors are refused."""
    return collect(
        Term(
            a.coefficient * b.coefficient,
            a.power + b.power,
            _tidy(a.quadratic + b.quadratic),
            _tidy(a.linear + b.linear),
            _join(a.factor, b.factor),
        )
        for a in left
        for b in right
    )


def _join(one: Factor, two: Factor) -> Factor:
    if isinstance(one, One):
        return two
    if isinstance(two, One):
        return one
    if isinstance(one, Step) and isinstance(two, Step):
        return one if compare_points(one.threshold, two.threshold) >= 0 else two
    names = " * ".join(sorted({Step: "step", Cdf: "Phi", Dirac: "Dirac"}[type(f)] for f in (one, two)))
    raise NotInClosedClassError(
        f"no closed form known to the engine: a product {names} needs orthant probabilities of dimension above 2; "
        f"{NUMERIC_KERNELS}"
    )


def is_settled(terms: Terms) -> bool:
    """Whether only constants and Dirac measures are left: the end of a chain of derivatives."""
    return all(isinstance(t.factor, Dirac) or (t.factor == ONE and t.power == 0 and not t.is_exponential) for t in terms)


def is_recurring(terms: Terms) -> bool:
    """Whether everything but constants and Diracs carries an exponential, so that no number of derivatives removes it."""
    return all(t.is_exponential or is_settled((t,)) for t in terms)
