r"""Names for what a formula repeats: the correlation rho, a long radicand Delta, numbers of many digits.

    k = ... Phi_2(h, k; rho) ... sqrt(Delta) ...,   rho = c / sqrt(q_1 q_2),   Delta = q_1 q_2 - c^2

Only what shortens the page gets a name; substituting the definitions back gives the formula again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy as sp

from asymptotix.symbolic.functions import Phi2
from asymptotix.symbolic.printing.latex_printer import factors, latex
from asymptotix.symbolic.printing.line_breaking import visible_width

__all__ = ["Abbreviation", "abbreviate", "replaced"]

LONG_NUMBER = 10  # digits above or below the bar, from which on a number gets a name
SAVING = 25  # visible characters that a name must save
WIDE = 60  # a polynomial that would fill a line gets a name even where it occurs once
_MAX_NAMES = 6
_SPARE = "ABDEFHJKLMNRSTUVW"


@dataclass(frozen=True)
class Abbreviation:
    """`symbol` stands for `value`."""

    symbol: sp.Symbol
    value: sp.Expr

    def latex(self) -> str:
        """The definition; a terminating decimal with all its digits."""
        text = _decimal(self.value) if self.value.is_Rational else latex(self.value)
        return f"{latex(self.symbol)} = {text}"


def abbreviate(terms: Sequence[sp.Expr]) -> tuple[list[sp.Expr], tuple[Abbreviation, ...]]:
    """The terms of a sum with names in them, and what the names stand for."""
    terms, numbers = _name_numbers([_with_factored_exponents(term) for term in terms])
    taken = {symbol.name for term in terms for symbol in term.free_symbols}
    found: list[Abbreviation] = []
    correlation = _correlation(terms)
    if correlation is not None:
        found.append(_named(correlation, "rho", taken))
        terms = _substituted(terms, found[-1])
    while len(found) < _MAX_NAMES:
        value = _most_repeated([*terms, *(a.value for a in found)])
        if value is None:
            break
        new = _named(value, _letter(value), taken)
        terms = _substituted(terms, new)
        found = [Abbreviation(a.symbol, _substituted([a.value], new)[0]) for a in found] + [new]
    return terms, (*sorted(found, key=_rank), *numbers)


def _with_factored_exponents(term: sp.Expr) -> sp.Expr:
    """What is divided in an exponent as one factor: it may have a name."""
    return replaced(term, {e: sp.exp(sp.factor(e.args[0])) for e in term.atoms(sp.exp)}) if term.has(sp.exp) else term


def replaced(expression: sp.Expr, table: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """`xreplace` that multiplies nothing out: 2 (x + 1) stays a product."""
    if expression in table:
        return table[expression]
    if not expression.args or not isinstance(expression, sp.Expr):
        return expression
    arguments = [replaced(a, table) if isinstance(a, sp.Expr) else a for a in expression.args]
    if all(new is old for new, old in zip(arguments, expression.args, strict=True)):
        return expression
    if expression.is_Mul:
        return sp.Mul(*arguments, evaluate=False)
    return expression.func(*arguments)


def _substituted(terms: Iterable[sp.Expr], new: Abbreviation) -> list[sp.Expr]:
    mirrored = sp.Add(*(-a for a in new.value.args)) if new.value.is_Add else -new.value
    table = {new.value: new.symbol, mirrored: -new.symbol}
    return [replaced(term, table) for term in terms]


def _named(value: sp.Expr, name: str, taken: set[str]) -> Abbreviation:
    if name in taken:
        name = next(letter for letter in _SPARE if letter not in taken)
    taken.add(name)
    return Abbreviation(sp.Symbol(name, real=True) if name == "rho" else sp.Symbol(name, positive=True), value)


def _rank(entry: Abbreviation) -> tuple[int, str]:
    """A name comes before those that it can be made of."""
    name = entry.symbol.name
    return {"rho": 0, "Delta": 1}.get(name, 3 if name.startswith("s_") else 2), name


def _letter(value: sp.Expr) -> str:
    """Delta for a determinant, s_1 and s_2 for mirror images in q_1 and q_2, N for what fills a line."""
    names = {symbol.name for symbol in value.free_symbols}
    if visible_width(latex(value)) > WIDE:
        return "N"
    if {"q1", "q2"} <= names:
        return "Delta"
    return "s_1" if "q1" in names else "s_2" if "q2" in names else _SPARE[0]


def _correlation(terms: list[sp.Expr]) -> sp.Expr | None:
    """The last argument of Phi2 or the argument of an arcsine or arccosine, where it occurs twice."""
    count: Counter[sp.Expr] = Counter()
    angles = {term for term in terms if isinstance(term, sp.acos)}  # one angle, however often it is defined
    for term in [*angles, *(term for term in terms if not isinstance(term, sp.acos))]:
        for node in sp.preorder_traversal(term):
            if isinstance(node, Phi2 | sp.asin | sp.acos):
                argument = node.args[-1]
                count[-argument if argument.could_extract_minus_sign() else argument] += 1
    if not count:
        return None
    value, times = count.most_common(1)[0]
    return value if times > 1 and not value.is_Symbol and value.free_symbols else None


def _most_repeated(expressions: list[sp.Expr]) -> sp.Expr | None:
    """The sum of symbols whose name saves most, if it saves enough."""
    count: Counter[sp.Expr] = Counter()
    for expression in expressions:
        for node in sp.preorder_traversal(expression):
            if node.is_Add and node.free_symbols and not node.has(sp.Function, sp.pi) and len(node.args) > 1:
                mirrored = sp.Add(*(-a for a in node.args))
                count[mirrored if mirrored in count else node] += 1

    def saving(value: sp.Expr) -> int:
        width = visible_width(latex(value))
        return count[value] * (width - 1) - width - 4

    candidates = [value for value in count if count[value] > 1 and saving(value) >= SAVING]
    if not candidates:
        wide = [value for value in count if visible_width(latex(value)) > WIDE and value not in expressions]
        return max(wide, key=lambda value: visible_width(latex(value)), default=None)
    return max(candidates, key=lambda value: (saving(value), sp.default_sort_key(value)), default=None)


def _name_numbers(terms: list[sp.Expr]) -> tuple[list[sp.Expr], tuple[Abbreviation, ...]]:
    """kappa_1, kappa_2, ... for numbers of many digits; short multiples of one number share its name."""
    if not any(_is_long(number) for term in terms for number in term.atoms(sp.Rational)):
        return terms, ()
    known: list[Abbreviation] = []

    def name(number: sp.Rational) -> sp.Expr:
        for entry in known:
            ratio = number / entry.value
            if len(str(ratio.p)) < 4 and len(str(ratio.q)) < 4:
                return sp.Mul(ratio, entry.symbol)
        known.append(Abbreviation(sp.Symbol(f"kappa_{len(known) + 1}", positive=True), abs(number)))
        return sp.sign(number) * known[-1].symbol

    found = [_numbers_replaced(_multiplied_in(term), name) for term in terms]
    return found, tuple(known)


def _numbers_replaced(term: sp.Expr, name: object) -> sp.Expr:
    table = {number: name(number) for number in sorted(term.atoms(sp.Rational)) if _is_long(number)}  # type: ignore[operator]  # a local function
    return replaced(term, table)


def _multiplied_in(term: sp.Expr) -> sp.Expr:
    """A rational coefficient multiplied into the one sum that has long numbers itself: 1/10^16 (10^16 c + 3...) is c + 0.3..."""
    parts = factors(term)
    sums = [f for f in parts if f.is_Add and any(_is_long(number) for number in f.atoms(sp.Rational))]
    if len(sums) != 1:
        return term
    number = sp.Mul(*(f for f in parts if f.is_Rational))
    rest = [f for f in parts if not f.is_Rational and f is not sums[0]]
    return sp.Mul(sp.expand(number * sums[0]), *rest, evaluate=False)


def _is_long(number: sp.Rational) -> bool:
    return max(len(str(abs(number.p))), len(str(number.q))) > LONG_NUMBER


def _decimal(number: sp.Rational) -> str:
    """All digits of a terminating decimal; a fraction otherwise."""
    denominator, shift = int(number.q), 0
    while denominator % 10 == 0 or denominator % 2 == 0 or denominator % 5 == 0:
        denominator = (
            denominator // 10 if denominator % 10 == 0 else denominator // 2 if denominator % 2 == 0 else denominator // 5
        )
        shift += 1
    if denominator != 1:
        return latex(number)
    digits = str(abs(int(number * 10**shift))).rjust(shift + 1, "0")
    return ("-" if number < 0 else "") + f"{digits[:-shift]}.{digits[-shift:]}".rstrip("0").rstrip(".") if shift else str(number)
