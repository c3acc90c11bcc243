r"""Formulas as a paper prints them. Needs amsmath only.

`arrange` rewrites the canonical form: arcsin plus its constant becomes $\pi - \theta$, the common factor goes in front of
a bracket, pairs of exponentials become sinh and cosh. The result is checked equal to the input before it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from asymptotix.errors import AsymptotixError
from asymptotix.symbolic.canonical import canonical, is_zero
from asymptotix.symbolic.printing.abbreviations import Abbreviation, abbreviate
from asymptotix.symbolic.printing.common_factors import collect
from asymptotix.symbolic.printing.conjugate_pairs import join_conjugates, with_erfi, without_real_parts
from asymptotix.symbolic.printing.latex_printer import (
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
from asymptotix.symbolic.printing.line_breaking import equation, equation_rows
from asymptotix.symbolic.printing.normal_laws import fold_probabilities, recognise_densities, without_densities

__all__ = ["THETA", "Arrangement", "Group", "arrange", "definitions_latex", "equation_latex", "formula_latex", "latex"]
__all__ += ["tidy_braces"]


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
    """A sum of groups, what theta stands for (None when it does not occur), and the names in both."""

    groups: tuple[Group, ...]
    cosine: sp.Expr | None
    names: tuple[Abbreviation, ...] = ()

    def expression(self) -> sp.Expr:
        """The expression that is printed, with theta, phi and all names resolved."""
        total = without_real_parts(without_densities(sp.Add(*(group.expression() for group in self.groups))))
        total = total if self.cosine is None else total.subs(THETA, sp.acos(self.cosine))
        meaning = {entry.symbol: entry.value for entry in self.names}
        for _ in meaning:  # a name may be defined by others
            total = total.xreplace(meaning)
        return total

    def latex(self, theta: str = r"\theta") -> str:
        """The right-hand side; `theta` is how the angle is written."""
        text = ""
        for group in self.groups or (Group(sp.S.One, (sp.S.Zero,)),):
            part = _group_latex(group)
            text += part if not text else f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
        return tidy_braces(text.replace(r"\theta", theta))

    def clauses(self, theta: str = r"\theta") -> tuple[str, ...]:
        """The definitions of theta and of the names."""
        angle = () if self.cosine is None else (rf"{theta} = \arccos{latex(self.cosine, bare=True)}",)
        return (*angle, *(tidy_braces(entry.latex()) for entry in self.names))

    def angle_latex(self, theta: str = r"\theta") -> str:
        """The same in one line, or nothing."""
        return r", \qquad ".join(self.clauses(theta))


def arrange(expression: sp.Expr) -> Arrangement:
    """The printed form of an expression of the engine.

    Raises:
        AsymptotixError: the printed form is not equal to the input (a defect of this module; nothing is printed).
    """
    return arrange_together((expression,))[0]


def arrange_together(expressions: Sequence[sp.Expr]) -> tuple[Arrangement, ...]:
    """Printed forms that stand on one page: a name means the same in all of them.

    Raises:
        AsymptotixError: a printed form is not equal to its input (a defect of this module; nothing is printed).
    """
    sums, angles = zip(*(_rewritten(expression) for expression in expressions), strict=True)
    flat = [term for terms, cosine in zip(sums, angles, strict=True) for term in (*terms, _angle(cosine))]
    flat, names = abbreviate(flat)
    found, start = [], 0
    for expression, terms, cosine in zip(expressions, sums, angles, strict=True):
        *own, angle = flat[start : start + len(terms) + 1]
        start += len(terms) + 1
        used = _used(names, [*own, angle])
        found.append(Arrangement(tuple(_groups(own)), None if cosine is None else angle.args[0], used))
        if not is_zero(found[-1].expression() - expression):
            raise AsymptotixError(f"the printed form of {expression} differs from it: nothing is printed")
    return tuple(found)


def _angle(cosine: sp.Expr | None) -> sp.Expr:
    return sp.S.Zero if cosine is None else sp.acos(cosine, evaluate=False)


def _rewritten(expression: sp.Expr) -> tuple[list[sp.Expr], sp.Expr | None]:
    """The terms to be printed, and the cosine of theta."""
    terms = fold_probabilities(sp.Add.make_args(with_erfi(canonical(expression))))
    terms = join_conjugates(terms) if expression.has(sp.I) else _join_exponentials(terms)
    terms, cosine = _arccos_form(terms)
    return recognise_densities(terms), cosine


def _used(names: Sequence[Abbreviation], terms: list[sp.Expr]) -> tuple[Abbreviation, ...]:
    """The names that occur in the terms, or in the meaning of a name that does."""
    symbols = {symbol for term in terms for symbol in term.free_symbols}
    for _ in names:  # a name may be defined by others
        symbols |= {symbol for entry in names if entry.symbol in symbols for symbol in entry.value.free_symbols}
    return tuple(entry for entry in names if entry.symbol in symbols)


def formula_latex(
    left: str, expression: sp.Expr, conditions: tuple[str, ...] = (), names: Mapping[str, str] | None = None
) -> str:
    """`left` = the printed form, its definitions and conditions; broken into lines where it is too long for one.

    `names`: letters of the expression under other names, {"q_1": "Q_1"}.
    """
    arrangement = arrange(expression)
    right, *clauses = (_renamed(text, names or {}) for text in (arrangement.latex(), *arrangement.clauses()))
    return equation(left, right, (*clauses, *conditions))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Token by token, so that the c of a command stays."""
    return re.sub(r"\\[a-zA-Z]+|[a-zA-Z](?:_\w)?", lambda token: names.get(token.group(), token.group()), text)


def definitions_latex(definitions: Sequence[tuple[str, sp.Expr, str]]) -> list[str]:
    """Left-hand side, expression and remark of each, as lines `left &= right` for an `aligned` block, without final commas.

    What theta and the names stand for is said once, behind the first definition that uses them; a second angle is vartheta.
    """
    arrangements = arrange_together([right for _, right, _ in definitions])
    found, said = [], set[str]()
    cosine = next((a.cosine for a in arrangements if a.cosine is not None), None)
    for (left, _, remark), arrangement in zip(definitions, arrangements, strict=True):
        theta = r"\theta" if arrangement.cosine in (None, cosine) else r"\vartheta"
        new = [clause for clause in arrangement.clauses(theta) if clause not in said]
        said.update(new)
        found.append(" \\\\\n".join(equation_rows(left, arrangement.latex(theta) + remark, tuple(new))))
    return found


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
    """A e^(m+h) +- A e^(m-h) -> 2 A e^m cosh(h) or 2 A e^m sinh(h), for two exponentials in all or mirror images in c."""
    waiting = [t for t in terms if t.has(sp.exp)]
    found = [t for t in terms if not t.has(sp.exp)]
    two = len(waiting) == 2
    while waiting:
        term = waiting.pop(0)
        partner = next((other for other in waiting if _are_mirrored(term, other, two)), None)
        if partner is None:
            found.append(term)
            continue
        waiting.remove(partner)
        (a, x), (b, y) = _split_exponential(term), _split_exponential(partner)
        middle, half = canonical((x + y) / 2), canonical((x - y) / 2)
        if half.could_extract_minus_sign():
            half, a, b = -half, b, a
        found.append(2 * a * sp.exp(middle) * (sp.cosh(half) if a == b else sp.sinh(half)))
    return found


def _are_mirrored(one: sp.Expr, other: sp.Expr, any_exponents: bool) -> bool:
    (a, x), (b, y) = _split_exponential(one), _split_exponential(other)
    if a not in (b, -b) or a.has(sp.exp):
        return False
    c = next((symbol for symbol in x.free_symbols if symbol.name == "c"), None)
    return any_exponents or (c is not None and canonical(x.subs(c, -c) - y) == 0)


def _split_exponential(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    exponents = [f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
    return sp.Mul(*(f for f in sp.Mul.make_args(term) if not isinstance(f, sp.exp))), sp.Add(*exponents)


def _groups(terms: list[sp.Expr]) -> list[Group]:
    """Terms of one power of pi share a prefactor: their common numerical factor and that power."""
    by_power: dict[sp.Expr, list[sp.Expr]] = {}
    for item in terms:
        parts = [_oriented(factor) for factor in factors(item)]
        power = sum((f.as_base_exp()[1] for f in parts if f.as_base_exp()[0] == sp.pi), sp.S.Zero)
        rest = [f for f in parts if f.as_base_exp()[0] != sp.pi]
        by_power.setdefault(power, []).append(sp.Mul(*rest, evaluate=False) if len(rest) > 1 else sp.Mul(*rest))
    ordered = sorted(by_power.items(), key=lambda item: sp.default_sort_key(item[0]))
    groups = [group for power, rows in ordered for group in _group(power, rows)]
    return sorted(groups, key=lambda group: group.prefactor.could_extract_minus_sign())  # a sum begins without a sign


def _oriented(factor: sp.Expr) -> sp.Expr:
    """(1 - a)^2 as (a - 1)^2, so that equal squares are seen to be equal."""
    base, exponent = factor.as_base_exp()
    return (-base) ** exponent if base.is_Add and exponent.is_even and base.could_extract_minus_sign() else factor


def _group(power: sp.Expr, rows: list[sp.Expr]) -> list[Group]:
    """prefactor * sum for a power of pi; for none, a group for every term."""
    rows = collect([term for row in rows for term in _opened(row)] if power == 0 else rows)
    if power == 0 and len(rows) > 1:
        return [Group(sp.S.One, tuple(sorted(rows, key=lambda row: (row.is_Rational, term_key(row)))))]
    split = [_split_number(row) for row in rows]
    content = sp.gcd_list([number for number, _, _ in split])
    content = -content if all(number < 0 for number, _, _ in split) else content
    roots = {root for _, root, _ in split}
    shared = roots.pop() if len(roots) == 1 and len(rows) > 1 else sp.S.One
    scaled = []
    for number, root, rest in split:
        own = [f for f in (number / content, root / shared, *rest) if f != 1]
        scaled.append(sp.Mul(*own, evaluate=False) if len(own) > 1 else sp.Mul(*own))
    return [Group(content * shared * sp.pi**power, tuple(sorted(scaled, key=term_key)))]


def _split_number(term: sp.Expr) -> tuple[sp.Expr, sp.Expr, list[sp.Expr]]:
    """Rational number, root of a number, and the other factors."""
    parts = factors(term)
    roots = [f for f in parts if f.is_Pow and f.base.is_Rational and f.exp.is_Rational]
    numbers = [f for f in parts if f.is_Rational]
    return sp.Mul(*numbers), sp.Mul(*roots), [f for f in parts if f not in numbers and f not in roots]


def _opened(term: sp.Expr) -> list[sp.Expr]:
    """(40 c + 3)/10 as 4 c + 3/10; longer sums keep their denominator."""
    parts = factors(term)
    if len(parts) == 2 and parts[0].is_Rational and not parts[0].is_Integer and parts[1].is_Add and len(parts[1].args) < 4:
        return [parts[0] * part for part in parts[1].args]
    return [term]


def _group_latex(group: Group) -> str:
    body = join_terms(group.terms)
    if group.prefactor == 1:
        return body
    if len(group.terms) > 1:
        return latex(group.prefactor) + rf"\left[{body}\right]"
    (single,) = group.terms
    if not any(is_trailing(f) for f in single.atoms(sp.Function)) or body.startswith("-") or not single.is_Add:
        return latex(sp.Mul(*factors(group.prefactor), *factors(single), evaluate=False))
    sign = "-" if group.prefactor.could_extract_minus_sign() else ""
    return sign + latex(abs(group.prefactor)) + r"\, " + brackets(body)
