r"""Whether the even and the odd part of an activation are polynomials, and of which degree: proved, or said to be open.

(s(x) + s(-x))/2 and (s(x) - s(-x))/2. Piecewise polynomials are compared piece by piece with exact coefficients; sums of
x^n exp(a x^2 + b x) on each half-line by the linear independence of these functions. Otherwise the growth of s bounds the
degree D that a polynomial part can have: a divided difference of order D + 1 that is not 0 excludes a polynomial, and where
all vanish, a derivative that reduces to 0 proves one.
"""

from __future__ import annotations

import math
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import sympy as sp

from asymptotix.activations import Activation
from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.errors import ExpressionError, HypothesisError, NotInClosedClassError
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Step
from asymptotix.symbolic.expressions import X, sympy_expression
from asymptotix.symbolic.learnability.differences import largest_order
from asymptotix.symbolic.learnability.series_degrees import Degree
from asymptotix.symbolic.learnability.vanishing import derivative_step
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.terms import ONE, Step as StepFactor, Terms

__all__ = ["PolynomialPart", "polynomial_parts"]

_WORDS = ("even", "odd")
_ROUNDING = 1e-6  # of a growth rate, a sum of floats: 1.9999999 may stand for 2
_FEW = 12  # order of divided differences where the growth gives no bound


@dataclass(frozen=True)
class PolynomialPart:
    """The part of one parity.

    Attributes:
        parity: 0 even, 1 odd.
        least: its degree; None for the zero function, `math.inf` where it is no polynomial.
        most: the same, unless this is not decided: then infinite, and `least` is a lower bound.
        reason: how that is known.
        steps: machine checks of it, where a polynomial was proved by algebra.
    """

    parity: int
    least: Degree
    most: Degree
    reason: str
    steps: tuple[Step, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether the degree is known."""
        return self.least == self.most

    def __str__(self) -> str:
        word = _WORDS[self.parity]
        if not self.decided:
            return f"whether the {word} part is a polynomial is not decided ({self.reason})"
        if self.least is None:
            return f"the {word} part is 0 ({self.reason})"
        if self.least == math.inf:
            return f"the {word} part is no polynomial ({self.reason})"
        return f"the {word} part is a polynomial of degree {self.least} ({self.reason})"


@lru_cache(maxsize=64)
@time_limited
def polynomial_parts(s: Activation) -> tuple[PolynomialPart, PolynomialPart]:
    """The even and the odd part of an activation.

    Raises:
        HypothesisError: s contains a Dirac measure.
        ExpressionError: s grows so fast that no Gaussian expectation is finite.
    """
    _ = s.growth  # refuses what grows faster than every Gaussian
    if any(node == "dirac" for node in _functions(s)):
        raise HypothesisError(f"{s.name} contains a Dirac measure and is not square integrable: no kernel has it as activation")
    return _part(s, 0), _part(s, 1)


def _functions(s: Activation) -> set[str]:
    from asymptotix.activations.tree import Apply, walk

    return {node.function for node in walk(s.tree) if isinstance(node, Apply)}


def _part(s: Activation, parity: int) -> PolynomialPart:
    found = _piecewise(s, parity)
    if found is None and s.parity is not None and s.parity != _WORDS[parity]:
        found = PolynomialPart(parity, None, None, f"the activation is {s.parity}")
    return found or _half_lines(s, parity) or _by_differences(s, parity)


def _piecewise(s: Activation, parity: int) -> PolynomialPart | None:
    """Exact, for piecewise polynomials with rational coefficients and breakpoints."""
    exact = piecewise_polynomial(s.tree)
    if exact is None:
        return None
    points = sorted({abs(point) for point in exact.breaks} | {0})
    samples = [(a + b) / 2 for a, b in pairwise(points)] + [points[-1] + 1]
    halves = set()
    for x in samples:
        right, left = (exact.pieces[bisect(exact.breaks, point)] for point in (x, -x))
        size = max(len(right), len(left))
        ahead, behind = (piece + (0,) * (size - len(piece)) for piece in (right, left))
        halves.add(tuple(a + (-1) ** (parity + k) * b for k, (a, b) in enumerate(zip(ahead, behind, strict=True))))
    powers = {tuple((k, a) for k, a in enumerate(half) if a) for half in halves}
    why = "a piecewise polynomial, compared piece by piece"
    if len(powers) > 1 or any(k % 2 != parity for k, _ in next(iter(powers))):
        return PolynomialPart(parity, math.inf, math.inf, why)
    coefficients = dict(next(iter(powers)))
    degree = max(coefficients, default=None)
    return PolynomialPart(parity, degree, degree, why, _identity(s, parity, coefficients))


def _identity(s: Activation, parity: int, coefficients: dict[int, object]) -> tuple[Step, ...]:
    """s(x) +- s(-x) against the polynomial, as the activation was written; only where x = 0 is the one breakpoint."""
    if any(s.kink_points):
        return ()
    x, name = sp.Symbol("x", positive=True), sp.Function("s")
    sign = -1 if parity else 1
    polynomial = sp.Add(*(sp.Rational(str(c)) * x**k for k, c in coefficients.items()))
    claim = sp.Eq(name(x) + sign * name(-x), polynomial, evaluate=False)
    word = _WORDS[parity]
    why = f"Twice the {word} part of the activation is a polynomial (on the other half-line by its parity)."
    return (Step(claim, why, {name: sp.Lambda((X,), sympy_expression(s.tree))}, f"{word} part"),)


def _half_lines(s: Activation, parity: int) -> PolynomialPart | None:
    """Exact, where s is a sum of x^n exp(a x^2 + b x) on each side of 0."""
    try:
        terms = lower(s.tree)
    except NotInClosedClassError:
        return None
    if any(t.factor not in (ONE, StepFactor(sp.S.Zero)) for t in terms):
        return None
    weights = _positive_side(terms, parity)
    if any(not _certainly(weight) for weight in weights.values()):
        return None
    kept = {key for key, weight in weights.items() if sp.expand(weight) != 0}
    why = "a sum of x^n exp(a x^2 + b x) on each half-line, which are linearly independent"
    if any((a, b) != (0, 0) or n % 2 != parity for n, a, b in kept):
        return PolynomialPart(parity, math.inf, math.inf, why)
    degree = max((n for n, _, _ in kept), default=None)
    return PolynomialPart(parity, degree, degree, why)


def _positive_side(terms: Terms, parity: int) -> dict[tuple[int, sp.Expr, sp.Expr], sp.Expr]:
    """s(x) +- s(-x) for x > 0: (n, a, b) -> weight."""
    weights: dict[tuple[int, sp.Expr, sp.Expr], sp.Expr] = {}
    for t in terms:
        own = (t.power, t.quadratic, t.linear)
        weights[own] = weights.get(own, sp.S.Zero) + t.coefficient
        if t.factor == ONE:  # a step is 0 on the other side
            mirrored = (t.power, t.quadratic, -t.linear)
            weights[mirrored] = weights.get(mirrored, sp.S.Zero) + (-1) ** (t.power + parity) * t.coefficient
    return weights


def _certainly(weight: sp.Expr) -> bool:
    """Whether algebra and 50 digits agree on the weight being 0 or not."""
    return bool((sp.expand(weight) == 0) == (abs(sp.N(weight, 50)) < sp.Float("1e-40")))


def _by_differences(s: Activation, parity: int) -> PolynomialPart:
    """A bound on the degree from the growth, divided differences, and a derivative that vanishes."""
    growth = s.growth
    bounded = growth.kind in ("bounded", "polynomial")
    highest = math.floor(growth.rate + _ROUNDING) if bounded else _FEW - 1
    order, settled = largest_order(s, parity, highest + 1)
    # a polynomial of this parity, whose degree has it too
    least = order if order is None or order % 2 == parity else order + 1
    if not settled:
        return PolynomialPart(parity, least, math.inf, "divided differences too small to tell from 0")
    if order == highest + 1:
        if bounded:
            why = f"no polynomial of degree above {highest} grows so slowly, and a divided difference of order {order} is not 0"
            return PolynomialPart(parity, math.inf, math.inf, why)
        return PolynomialPart(parity, least, math.inf, f"its degree is at least {least}")
    step = None if any(s.kink_points) else _proof(s, parity, order)
    if step is None:
        return PolynomialPart(parity, least, math.inf, "it looks like a polynomial, which could not be proved")
    return PolynomialPart(parity, order, order, "a derivative of it reduces to 0", (step,))


def _proof(s: Activation, parity: int, degree: Degree) -> Step | None:
    try:
        step = derivative_step(s, parity, 0 if degree is None else int(degree) + 1)
    except (NotInClosedClassError, ExpressionError):
        return None
    outcome = step.check()
    return step if outcome.ok and outcome.kind == "exact" else None
