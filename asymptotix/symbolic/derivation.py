r"""A derivation: claims that are equations between names, and an executed check of each.

A `Step` holds one equation over an environment {name: expression}. The check resolves the names and reduces the difference of
the two sides; the text is printed from the same equation. Nothing is printed while a step fails, and the text says of every step
whether it was proved (the difference reduces to 0) or only checked numerically.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef, ArgumentIndexError

from asymptotix.errors import AsymptotixError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.gamma_shifts import has_shifts, vanishes
from asymptotix.symbolic.printing import derivation_text

__all__ = ["Derivation", "DerivationError", "Outcome", "Step", "equation", "generic_function", "resolve"]

N_POINTS, DIGITS, MIN_DIGITS = 5, 50, 30  # numeric check: points, working digits, digits that must agree
Environment = Mapping[sp.Basic, sp.Expr]


class DerivationError(AsymptotixError):
    """A step of a derivation fails its check: the derivation is not printed."""

    code = "AX-DERIVATION"


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    kind: "exact" (reduces to 0), "numeric" (agrees at random points) or "error" (fails, or cannot be checked).
    """

    ok: bool
    kind: Literal["exact", "numeric", "error"]
    detail: str

    @property
    def word(self) -> str:
        """How the text calls it."""
        return {"exact": "proved", "numeric": f"numerically checked, {self.detail}", "error": f"FAILS: {self.detail}"}[self.kind]


def equation(left: sp.Basic, right: sp.Basic) -> sp.Equality:
    """left = right as a claim: kept as it is written, and not evaluated to true or false."""
    return sp.Eq(left, right, evaluate=False)


def generic_function(name: str, derivatives: int = 2) -> tuple[type[sp.Function], ...]:
    """A function of one variable of which nothing is known but the names of its derivatives: (s, s', s'', ...).

    Args:
        name: LaTeX of the function.
        derivatives: how many of them have a name; the next one stays a derivative.

    >>> s, slope = generic_function("s", 1)
    >>> x = sp.Symbol("x")
    >>> s(x**2).diff(x)
    2*x*s'(x**2)
    """
    family: list[type[sp.Function]] = []
    for order in reversed(range(derivatives + 1)):
        above = family[0] if family else None
        family.insert(0, type(name + "'" * order, (sp.Function,), {"fdiff": _slope_by(above), "nargs": 1}))
    return tuple(family)


def _slope_by(derivative: type[sp.Function] | None) -> Callable[..., sp.Expr]:
    def fdiff(self: sp.Function, argindex: int = 1) -> sp.Expr:
        if derivative is None or argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return derivative(self.args[0])

    return fdiff


@dataclass(frozen=True)
class Step:
    """One claim, why it holds, and the names it uses.

    Args:
        claim: `equation(left, right)`; names are symbols or undefined functions such as k1(rho). Matrix symbols are
            multiplied out and never commuted.
        why: one sentence.
        environment: name -> expression; for an undefined function f the value is a `sp.Lambda`.
        label: what later steps call this one.
        uses: labels of earlier steps.
        domain: symbol -> (low, high) for random points; by default (1, 2) for positive symbols and (-0.9, 0.9) for others.
    """

    claim: sp.Equality
    why: str
    environment: Environment = field(default_factory=dict)
    label: str = ""
    uses: tuple[str, ...] = ()
    domain: Mapping[sp.Symbol, tuple[float, float]] = field(default_factory=dict)

    def check(self) -> Outcome:
        """Resolve the names, reduce the difference to 0; failing that, compare numerically at random points."""
        check_deadline()
        try:
            left, right = (resolve(side, self.environment) for side in (self.claim.lhs, self.claim.rhs))
            if not (left.is_commutative and right.is_commutative):
                return _compare_products(left, right)
            if is_zero(left - right) or (has_shifts(left - right) and vanishes(left - right)):
                return Outcome(True, "exact", "the difference reduces to 0")
            return _compare(left, right, self.domain)
        except NotInClosedClassError:
            raise  # the time limit: neither proved nor refuted
        except (ArithmeticError, TypeError, ValueError, NotImplementedError) as error:
            return Outcome(False, "error", f"{type(error).__name__}: {error}")


def resolve(expression: sp.Expr, environment: Environment) -> sp.Expr:
    """The expression with every name replaced by its definition and derivatives carried out."""
    for _ in range(len(environment) + 1):
        before = expression
        plain = {name: value for name, value in environment.items() if not isinstance(value, sp.Lambda)}
        expression = expression.xreplace(plain)
        expression = expression.replace(
            lambda e: isinstance(e, AppliedUndef) and e.func in environment, lambda e: environment[e.func](*e.args)
        )
        if expression == before:
            break
    return expression.doit(integrals=False) if expression.has(sp.Derivative, sp.Subs, sp.Sum, sp.Product) else expression


def _compare_products(left: sp.Expr, right: sp.Expr) -> Outcome:
    """Matrices and other factors that do not commute: multiplied out in their order. There is no numeric check of them."""
    difference = sp.expand((left - right).doit()).doit()
    if difference == 0 or getattr(difference, "is_ZeroMatrix", False):
        return Outcome(True, "exact", "the difference reduces to 0")
    return Outcome(False, "error", f"left - right = {difference}")


def _compare(left: sp.Expr, right: sp.Expr, domain: Mapping[sp.Symbol, tuple[float, float]]) -> Outcome:
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    generator = random.Random(20240601)
    worst = float("inf")
    for _ in range(N_POINTS):
        check_deadline()
        point = {s: _draw(s, domain, generator) for s in symbols}
        one, two = (sp.N(side.subs(point), DIGITS) for side in (left, right))
        if not all(part.is_Float or part.is_Rational for part in one.as_real_imag()) or not two.is_number:
            return Outcome(False, "error", f"the claim does not evaluate to a number at {point}")
        scale = max(abs(one), abs(two))
        gap = abs(one - two)
        digits = DIGITS if gap == 0 else float(-mpmath.log10(mpmath.mpf(str(gap)) / mpmath.mpf(str(scale))))
        worst = min(worst, digits)
        if worst < MIN_DIGITS:
            return Outcome(False, "error", f"left = {sp.N(one, 12)}, right = {sp.N(two, 12)} at {point}")
    return Outcome(True, "numeric", f"{int(worst)} digits at {N_POINTS} random points")


def _draw(symbol: sp.Symbol, domain: Mapping[sp.Symbol, tuple[float, float]], generator: random.Random) -> sp.Rational:
    low, high = domain.get(symbol, (1, 2) if symbol.is_positive else (-0.9, 0.9))
    if symbol.is_integer:
        return sp.Integer(generator.randint(max(1, int(low)), max(6, int(high))))
    return sp.Rational(round(1000 * (low + (high - low) * generator.random())), 1000)


@dataclass(frozen=True)
class Derivation:
    """A theorem as a chain of steps.

    Args:
        title: what is derived.
        premises: facts that are used and not checked here, as sentences.
        steps: in order; a `uses` must name the label of an earlier step.
        source: bibliography keys.
        theorem: labels of the steps whose claims are the result; by default the last step.
        hypotheses: what is assumed of the symbols, as sentences.

    Raises:
        InvalidInputError: no steps; two steps of one label; `uses` or `theorem` name a label that does not exist (yet).
    """

    title: str
    steps: tuple[Step, ...]
    premises: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    theorem: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            raise InvalidInputError("steps", self.steps, "a non-empty tuple of Step")
        known: set[str] = set()
        for step in self.steps:
            unknown = set(step.uses) - known
            if unknown:
                raise InvalidInputError("uses", sorted(unknown), "labels of earlier steps", f"labels so far: {sorted(known)}")
            if step.label and step.label in known:
                raise InvalidInputError("label", step.label, "that of one step only")
            known.add(step.label)
        if set(self.theorem) - known:
            raise InvalidInputError("theorem", sorted(set(self.theorem) - known), "labels of steps", f"labels: {sorted(known)}")

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The check of every step, run once."""
        return tuple(step.check() for step in self.steps)

    def verify(self) -> tuple[Outcome, ...]:
        """Run every check.

        Raises:
            DerivationError: a step fails; names the step and what was found.
        """
        for number, (step, outcome) in enumerate(zip(self.steps, self.outcomes, strict=True), start=1):
            if not outcome.ok:
                raise DerivationError(f"step {number} ({step.label or step.why}) of '{self.title}' fails: {outcome.detail}")
        return self.outcomes

    @property
    def proved(self) -> bool:
        """Whether every step is exact (given the premises)."""
        return all(outcome.ok and outcome.kind == "exact" for outcome in self.outcomes)

    @property
    def statement(self) -> tuple[Step, ...]:
        """The steps whose claims are the theorem."""
        return tuple(step for step in self.steps if step.label in self.theorem) if self.theorem else self.steps[-1:]

    @property
    def summary(self) -> str:
        """How many steps are proved, and how many hold to a number of digits only."""
        exact = sum(outcome.kind == "exact" for outcome in self.outcomes)
        numeric = len(self.outcomes) - exact
        checked = f"; {numeric} checked numerically only" if numeric else ""
        return f"{exact} of {len(self.outcomes)} steps proved by reducing the difference of both sides to 0{checked}."

    def to_markdown(self) -> str:
        """The derivation as Markdown with TeX formulas; refuses when a step fails.

        Raises:
            DerivationError: as `verify`.
        """
        self.verify()
        return derivation_text.markdown(self)

    def to_latex(self) -> str:
        """The derivation as a LaTeX fragment (amsmath, amssymb); refuses when a step fails.

        Raises:
            DerivationError: as `verify`.
        """
        self.verify()
        return derivation_text.fragment(self)

    def to_document(self) -> str:
        """The derivation as a complete LaTeX document with its bibliography; refuses when a step fails.

        Raises:
            DerivationError: as `verify`.
        """
        self.verify()
        return derivation_text.document(self)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()
