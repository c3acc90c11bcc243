r"""Sums of normal probabilities as a paper writes them, and the standard normal density recognised.

    1 - Phi(z) = Phi(-z),   Phi(h) - Phi2(h, k; r) = Phi2(h, -k; -r),   1 - Phi(h) - Phi(k) + Phi2(h, k; r) = Phi2(-h, -k; r),
    exp(-y^2 / 2) / sqrt(2 pi) = phi(y)

The engine leaves such sums open, since a canonical form cannot know which side is meant; here the shorter one is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from asymptotix.symbolic.canonical import canonical, root
from asymptotix.symbolic.functions import Phi, Phi2, density
from asymptotix.symbolic.printing.latex_printer import brackets, factors

__all__ = ["Density", "fold_probabilities", "recognise_densities", "without_densities"]

Row = dict[sp.Expr, sp.Expr]  # 1, Phi(z) or Phi2(h, k, r) -> rational coefficient


class Density(sp.Function):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""The standard normal density $\varphi$ as a symbol for the page; `without_densities` writes it out."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return r"\varphi" + ("" if exp is None else f"^{{{exp}}}") + brackets(str(printer._print(self.args[0])))


def without_densities(expression: sp.Expr) -> sp.Expr:
    """Every phi(y) written out.

    >>> without_densities(Density(sp.Symbol("y")))
    sqrt(2)*exp(-y**2/2)/(2*sqrt(pi))
    """
    return expression.replace(Density, density) if expression.has(Density) else expression


def fold_probabilities(terms: Iterable[sp.Expr]) -> list[sp.Expr]:
    """The terms of a sum, fewer of them where the identities above join some.

    >>> fold_probabilities([sp.Integer(1), -Phi(sp.Symbol("x"))])
    [Phi(-x)]
    """
    table: dict[sp.Expr, Row] = {}
    for term in terms:
        law, number, rest = _split(term)
        row = table.setdefault(rest, {})
        row[law] = row.get(law, sp.S.Zero) + number
    found = []
    for rest, row in table.items():
        _join_pairs_of_two(row)
        _join_complements(row)
        found += [sp.Mul(number, law, rest) for law, number in row.items() if number != 0]
    return found


def _split(term: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The one probability in a product (1 if there is none, or several), its rational coefficient, and the rest."""
    parts = factors(term)
    laws = [f for f in parts if isinstance(f, Phi | Phi2)]
    law = laws[0] if len(laws) == 1 else sp.S.One
    number = sp.Mul(*(f for f in parts if f.is_Rational))
    rest = (sp.exp(sp.expand(f.args[0])) if isinstance(f, sp.exp) else f for f in parts if not f.is_Rational and f is not law)
    return law, number, sp.Mul(*rest)


def _join_pairs_of_two(row: Row) -> None:
    """Phi2 with the Phi of one of its arguments, or with both and the constant."""
    for law in sorted((law for law in row if isinstance(law, Phi2)), key=sp.default_sort_key):
        weight = row[law]
        h, k, r = law.args
        if weight == 0:
            continue
        if row.get(Phi(h)) == row.get(Phi(k)) == -weight and h != k and row.get(sp.S.One) == weight:
            for gone in (law, Phi(h), Phi(k), sp.S.One):
                row[gone] = sp.S.Zero
            _add(row, Phi2(canonical(-h), canonical(-k), r), weight)
            continue
        for one, other in ((h, k), (k, h)):
            if row.get(Phi(one)) == -weight:
                row[law] = row[Phi(one)] = sp.S.Zero
                _add(row, Phi2(one, canonical(-other), canonical(-r)), -weight)
                break


def _join_complements(row: Row) -> None:
    """a Phi(z) + b Phi(-z) + e with as few terms as possible."""
    for law in sorted((law for law in row if isinstance(law, Phi)), key=sp.default_sort_key):
        (z,) = law.args
        mirror = Phi(canonical(-z))
        if mirror in row and z.could_extract_minus_sign():
            continue  # its mirror image is in the row as well
        a, b, e = row[law], row.get(mirror, sp.S.Zero), row.get(sp.S.One, sp.S.Zero)
        forms = ((a - b, sp.S.Zero, e + b), (a, b, e), (sp.S.Zero, b - a, e + a)) if b != 0 else ((a, b, e), (b, -a, e + a))
        best = min(forms, key=lambda form: sum(value != 0 for value in form))
        row[law], row[mirror], row[sp.S.One] = best


def _add(row: Row, law: sp.Expr, weight: sp.Expr) -> None:
    row[law] = row.get(law, sp.S.Zero) + weight


def recognise_densities(terms: Iterable[sp.Expr]) -> list[sp.Expr]:
    """phi(y) in every product with an odd power of 1/sqrt(pi) and one exponential of -y^2/2."""
    return [_with_density(term) for term in terms]


def _with_density(term: sp.Expr) -> sp.Expr:
    parts = factors(term)
    exponentials = [f for f in parts if isinstance(f, sp.exp)]
    pi_power = sum((f.as_base_exp()[1] for f in parts if f.as_base_exp()[0] == sp.pi), sp.S.Zero)
    if len(exponentials) != 1 or pi_power != -sp.S.Half:
        return term
    square = canonical(-2 * exponentials[0].args[0])
    y = root(square)
    if canonical(y**2 - square) != 0:  # a growing exponential
        return term
    rest = sp.Mul(*(f for f in parts if f is not exponentials[0]))
    return rest * sp.sqrt(2 * sp.pi) * Density(y)
