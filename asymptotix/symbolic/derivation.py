r"""A derivation: claims that are equations between names, and an executed check of each.

A `Step` holds one equation over an environment {name: expression}. The check resolves the names and reduces the difference of
the two sides; the text is printed from the same equation. Nothing is printed while a step fails, and the text says of every step
whether it was proved (the difference reduces to 0) or only checked numerically.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef

from asymptotix.errors import AsymptotixError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.presentation import equation_latex, latex

__all__ = ["Derivation", "DerivationError", "Outcome", "Step", "resolve"]

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


@dataclass(frozen=True)
class Step:
    """One claim, why it holds, and the names it uses.

    Args:
        claim: `sp.Eq(left, right, evaluate=False)`; names are symbols or undefined functions such as k1(rho).
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
            if is_zero(left - right):
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


def _compare(left: sp.Expr, right: sp.Expr, domain: Mapping[sp.Symbol, tuple[float, float]]) -> Outcome:
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    generator = random.Random(20240601)
    worst = float("inf")
    for _ in range(N_POINTS):
        check_deadline()
        point = {s: _draw(s, domain, generator) for s in symbols}
        one, two = (sp.N(side.subs(point), DIGITS) for side in (left, right))
        if not (one.is_Float or one.is_Integer or one.is_Rational) or not two.is_number:
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
    """

    title: str
    steps: tuple[Step, ...]
    premises: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            raise InvalidInputError("steps", self.steps, "a non-empty tuple of Step")
        known: set[str] = set()
        for step in self.steps:
            unknown = set(step.uses) - known
            if unknown:
                raise InvalidInputError("uses", sorted(unknown), "labels of earlier steps", f"labels so far: {sorted(known)}")
            known.add(step.label)

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

    def to_markdown(self) -> str:
        """The derivation as Markdown with TeX formulas; refuses when a step fails."""
        self.verify()
        lines = [f"# {self.title}", ""]
        if self.source:
            lines += ["Source: " + ", ".join(f"[{key}]" for key in self.source), ""]
        if self.premises:
            lines += ["Used without proof:", "", *(f"- {premise}" for premise in self.premises), ""]
        shown: dict[sp.Basic, sp.Expr] = {}
        for number, (step, outcome) in enumerate(zip(self.steps, self.outcomes, strict=True), start=1):
            title = f"**Step {number}**" + (f" ({step.label})" if step.label else "")
            lines += [f"{title}. {step.why}{_uses(step)} *{outcome.word}*", "", f"$${equation_latex(step.claim)}$$", ""]
            new = _definitions(step, shown)
            if new:
                lines += ["with " + ", ".join(f"${definition}$" for definition in new), ""]
        lines.append(self._summary())
        return "\n".join(lines) + "\n"

    def to_latex(self) -> str:
        """The derivation as a LaTeX fragment (amsmath); refuses when a step fails."""
        self.verify()
        lines = [rf"\paragraph{{{_plain(self.title)}}}"]
        lines += [_plain(premise) for premise in self.premises]
        shown: dict[sp.Basic, sp.Expr] = {}
        lines.append(r"\begin{enumerate}")
        for step, outcome in zip(self.steps, self.outcomes, strict=True):
            body = [equation_latex(step.claim), *_definitions(step, shown)]
            lines.append(rf"\item {_plain(step.why + _uses(step))} \emph{{{_plain(outcome.word)}}}")
            lines += [rf"\[ {formula} \]" for formula in body]
        lines += [r"\end{enumerate}", _plain(self._summary())]
        return "\n".join(lines) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _summary(self) -> str:
        exact = sum(outcome.kind == "exact" for outcome in self.outcomes)
        numeric = len(self.outcomes) - exact
        checked = f"; {numeric} checked numerically only" if numeric else ""
        return f"{exact} of {len(self.outcomes)} steps proved by reducing the difference of both sides to 0{checked}."


def _uses(step: Step) -> str:
    return f" (from {', '.join(step.uses)})" if step.uses else ""


def _definitions(step: Step, shown: dict[sp.Basic, sp.Expr]) -> list[str]:
    """The environment's entries not printed before."""
    lines = []
    for name, value in step.environment.items():
        if shown.get(name) == value:
            continue
        shown[name] = value
        if isinstance(value, sp.Lambda):
            lines.append(f"{latex(name(*value.variables))} = {latex(value.expr)}")
        else:
            lines.append(f"{latex(name)} = {latex(value)}")
    return lines


def _plain(text: str) -> str:
    """Prose for LaTeX: the characters that are special outside formulas, escaped; formulas between dollars stay."""
    parts = text.split("$")
    special = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "^": r"\^{}", "<": r"$<$", ">": r"$>$"}
    for index in range(0, len(parts), 2):
        parts[index] = "".join(special.get(character, character) for character in parts[index])
    return "$".join(parts)
