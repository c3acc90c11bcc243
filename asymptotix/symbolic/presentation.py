r"""Formulas as a paper prints them. Needs amsmath only.

`arrange` rewrites the canonical form: arcsin plus its constant becomes $\pi - \theta$, the common factor goes in front of
a bracket, pairs of exponentials become sinh and cosh. The result is checked equal to the input before it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from asymptotix.errors import AsymptotixError
from asymptotix.symbolic.canonical import canonical, is_zero
from asymptotix.symbolic.latex_printer import (
    THETA,
    brackets,
    equation_latex,
    factors,
    is_trailing,
    join_terms,
    latex,
    term_key,
    tidy_braces,
)

__all__ = ["THETA", "Arrangement", "Group", "arrange", "equation_latex", "latex", "tidy_braces"]


@dataclass(frozen=True)
class Group:
    """prefactor * (terms[0] + terms[1] + ...)."""

    prefactor: sp.Expr
    terms: tuple[sp.Expr, ...]

    def expression(self) -> sp.Expr:
        """The group multiplied out."""
        return self.prefactor * sp.Add(*self.terms)


@dataclass(frozen=True)
class Arrangement:
    """A sum of groups, and what theta stands for (None when it does not occur)."""

    groups: tuple[Group, ...]
    cosine: sp.Expr | None

    def expression(self) -> sp.Expr:
        """The expression that is printed, with theta resolved."""
        total = sp.Add(*(group.expression() for group in self.groups))
        return total if self.cosine is None else total.subs(THETA, sp.acos(self.cosine))

    def latex(self, theta: str = r"\theta") -> str:
        """The right-hand side; `theta` is how the angle is written."""
        text = ""
        for group in self.groups or (Group(sp.S.One, (sp.S.Zero,)),):
            part = _group_latex(group)
            text += part if not text else f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
        return tidy_braces(text.replace(r"\theta", theta))

    def angle_latex(self, theta: str = r"\theta") -> str:
        """The definition of theta, or nothing."""
        return "" if self.cosine is None else rf"{theta} = \arccos{latex(self.cosine, bare=True)}"


def arrange(expression: sp.Expr) -> Arrangement:
    """The printed form of an expression of the engine.

    Raises:
        AsymptotixError: the printed form is not equal to the input (a defect of this module; nothing is printed).
    """
    terms = _join_exponentials(list(sp.Add.make_args(canonical(expression))))
    terms, cosine = _arccos_form(terms)
    result = Arrangement(tuple(_groups(terms)), cosine)
    if not is_zero(result.expression() - expression):
        raise AsymptotixError(f"the printed form of {expression} differs from it: nothing is printed")
    return result


def _arccos_form(terms: list[sp.Expr]) -> tuple[list[sp.Expr], sp.Expr | None]:
    """A asin(r) + A pi/2 -> A (pi - acos r), for every arcsin whose constant is there."""
    cosine = None
    for atom in sorted(sp.Add(*terms).atoms(sp.asin), key=sp.default_sort_key):
        coefficients = [t.coeff(atom) for t in terms]
        weight = sp.Add(*coefficients)
        rest = [t for t, a in zip(terms, coefficients, strict=True) if a == 0]
        constants = [t for t in rest if not t.has(sp.Function)]
        completed = canonical(sp.Add(*constants) - weight * sp.pi / 2)
        remaining = [t for t in sp.Add.make_args(completed) if t != 0]
        if weight.has(sp.asin, sp.acos) or _size(remaining) >= _size(constants):
            continue
        theta = THETA if cosine is None else sp.acos(atom.args[0], evaluate=False)
        cosine = atom.args[0] if cosine is None else cosine
        terms = [t for t in rest if t not in constants] + remaining
        terms.append(sp.Mul(sp.factor(weight), sp.pi - theta, evaluate=False))
    return terms, cosine


def _size(terms: list[sp.Expr]) -> int:
    return len([t for t in sp.Add.make_args(sp.expand(sp.Add(*terms))) if t != 0])


def _join_exponentials(terms: list[sp.Expr]) -> list[sp.Expr]:
    """A e^(m+h) +- A e^(m-h) -> 2 A e^m cosh(h) or 2 A e^m sinh(h)."""
    exponential = [t for t in terms if t.has(sp.exp)]
    if len(exponential) != 2:
        return terms
    (a, x), (b, y) = (_split_exponential(t) for t in exponential)
    sign = 1 if a == b else -1 if a == -b else 0
    if not sign or a.has(sp.exp):
        return terms
    middle, half = canonical((x + y) / 2), canonical((x - y) / 2)
    if half.could_extract_minus_sign():
        half, a = -half, sign * a
    joined = 2 * a * sp.exp(middle) * (sp.cosh(half) if sign > 0 else sp.sinh(half))
    return [t for t in terms if t not in exponential] + [joined]


def _split_exponential(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    exponents = [f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
    return sp.Mul(*(f for f in sp.Mul.make_args(term) if not isinstance(f, sp.exp))), sp.Add(*exponents)


def _groups(terms: list[sp.Expr]) -> list[Group]:
    """Terms of one power of pi share a prefactor: their common numerical factor and that power."""
    by_power: dict[sp.Expr, list[tuple[sp.Rational, sp.Expr]]] = {}
    for item in terms:
        number, power, rest = sp.S.One, sp.S.Zero, []
        for factor in factors(item):
            base, exponent = factor.as_base_exp()
            if factor.is_Rational:
                number *= factor
            elif base == sp.pi:
                power += exponent
            else:
                rest.append(factor)
        by_power.setdefault(power, []).append((number, sp.Mul(*rest, evaluate=False) if len(rest) > 1 else sp.Mul(*rest)))
    groups = []
    for power, rows in sorted(by_power.items(), key=lambda item: sp.default_sort_key(item[0])):
        content = sp.gcd_list([number for number, _ in rows]) if power != 0 or len(rows) == 1 else sp.S.One
        content = -content if all(number < 0 for number, _ in rows) else content
        scaled = [
            rest if number == content else sp.Mul(number / content, *factors(rest), evaluate=False) for number, rest in rows
        ]
        groups.append(Group(content * sp.pi**power, tuple(sorted(scaled, key=term_key))))
    return groups


def _group_latex(group: Group) -> str:
    body = join_terms(group.terms)
    if len(group.terms) == 1:
        (single,) = group.terms
        if group.prefactor == 1:
            return body
        if not any(is_trailing(f) for f in single.atoms(sp.Function)):
            return latex(sp.Mul(*factors(group.prefactor), *factors(single), evaluate=False))
        sign = "-" if group.prefactor.could_extract_minus_sign() else ""
        return sign + latex(abs(group.prefactor)) + r"\, " + (brackets(body) if single.is_Add else body)
    return body if group.prefactor == 1 else latex(group.prefactor) + rf"\left[{body}\right]"
