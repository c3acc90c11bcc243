"""Tables of a formula sheet, as LaTeX arrays in math mode: the coefficients and eigenvalues of the first degrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asymptotix.report.numbers import latex_number

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["array_latex", "coefficient_table", "number_latex"]

LONGEST_EXACT = 90  # letters of LaTeX: a longer exact value has no place in a row


def array_latex(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""An array with a line under its head.

    >>> print(array_latex(["k", "x"], [["0", "1"]]))
    \begin{array}{rl} k & x \\ \hline \rule{0pt}{3ex} 0 & 1 \end{array}
    """
    body = r"\rule{0pt}{3ex} " + r" \\[0.6ex] ".join(" & ".join(row) for row in rows)
    return rf"\begin{{array}}{{r{'l' * (len(head) - 1)}}} {' & '.join(head)} \\ \hline {body} \end{{array}}"


def number_latex(value: Any) -> str:
    """Twelve digits."""
    return latex_number(float(value), 12)


def coefficient_table(name: str, formulas: dict[int, Formula]) -> str:
    """Degree, exact value where there is one, number and status of each; of formulas with symbols no number."""
    if any(formula.symbols for formula in formulas.values()):
        rows = [[str(k), _right_side(f), rf"\text{{{f.status.kind}}}"] for k, f in formulas.items()]
        return array_latex(["k", name, ""], rows)
    rows = _rows(formulas)
    if all(formula.status.kind == "numeric" for formula in formulas.values()):
        return array_latex(["k", name, ""], [[k, number, status] for k, _, number, status in rows])
    return array_latex(["k", name, r"\approx", ""], rows)


def _right_side(formula: Formula) -> str:
    from asymptotix.symbolic.presentation import latex

    return latex(formula.expression)


def _rows(formulas: dict[int, Formula]) -> list[list[str]]:
    rows = []
    for k, formula in formulas.items():
        exact = "" if formula.status.kind == "numeric" else _right_side(formula)
        short = exact if 0 < len(exact) <= LONGEST_EXACT else r"\text{(long)}" if exact else r"\text{(none known)}"
        rows.append([str(k), short, number_latex(formula.evaluate()), rf"\text{{{formula.status.kind}}}"])
    return rows
