r"""Real formulas that pass through complex arguments, printed as real: conjugate terms as 2 Re, Phi(i y) by erfi.

Phi(i y) = 1/2 + (i/2) erfi(y / sqrt(2)),    z + conj(z) = 2 Re z
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.functions import Phi
from asymptotix.symbolic.printing.latex_printer import factors

__all__ = ["RealPart", "join_conjugates", "with_erfi", "without_real_parts"]


class RealPart(sp.Function):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""Re z as a symbol for the page, z an expression in real symbols and i; `without_real_parts` writes it out."""

    nargs = 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        name = r"\mathrm{Re}" if exp is None else rf"\mathrm{{Re}}^{{{exp}}}"
        return name + r"\," + str(printer._print(self.args[0]))


def with_erfi(expression: sp.Expr) -> sp.Expr:
    """Phi of imaginary arguments by erfi, which is real there.

    >>> with_erfi(Phi(sp.I * sp.sqrt(2)))
    1/2 + I*erfi(1)/2
    """
    if not expression.has(sp.I):
        return expression

    def written(z: sp.Expr) -> sp.Expr:
        y = canonical(-sp.I * z)
        return Phi(z) if y.has(sp.I) else sp.S.Half + sp.I * sp.erfi(y / sp.sqrt(2)) / 2

    return canonical(expression.replace(Phi, written))


def join_conjugates(terms: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Terms whose conjugate is there as well, as twice a real part."""
    waiting, found = [t for t in terms if t.has(sp.I)], [t for t in terms if not t.has(sp.I)]
    while waiting:
        term = waiting.pop(0)
        partner = next((other for other in waiting if canonical(other - _conjugate(term)) == 0), None)
        if partner is None:
            found.append(term)
            continue
        waiting.remove(partner)
        real = [f for f in factors(term) if not f.has(sp.I)]
        found.append(2 * sp.Mul(*real) * RealPart(sp.Mul(*(f for f in factors(term) if f.has(sp.I)))))
    return found


def without_real_parts(expression: sp.Expr) -> sp.Expr:
    """Real parts and erfi written out again, by conjugates and Phi."""
    expression = expression.replace(RealPart, lambda z: (z + _conjugate(z)) / 2)
    return expression.replace(sp.erfi, lambda z: sp.I * (1 - 2 * Phi(sp.I * sp.sqrt(2) * z)))


def _conjugate(expression: sp.Expr) -> sp.Expr:
    return expression.xreplace({sp.I: -sp.I})
