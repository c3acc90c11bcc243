r"""A closed form on paper, and as a Python function that finds the root by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.closed_risk.family import RiskFamily
from asymptotix.symbolic.formula import Binding, Formula
from asymptotix.symbolic.presentation import latex
from asymptotix.symbolic.printing.line_breaking import equation
from asymptotix.symbolic.printing.mathematica_source import mathematica_source
from asymptotix.symbolic.printing.python_source import python_source

if TYPE_CHECKING:
    from asymptotix.symbolic.closed_risk.closed_form import ClosedForm

__all__ = ["body", "closed_mathematica", "closed_python", "left_side", "root_clause"]

_LEFT = {
    "df1": r"\mathrm{df}_1",
    "df2": r"\mathrm{df}_2",
    "bias": "B",
    "variance": "V",
    "bias_factor": r"\mathcal{B}",
    "variance_factor": r"\mathcal{V}",
    "chi": r"\chi",
    "excess_risk": "R",
    "test_error": r"R_{\mathrm{test}}",
    "train_error": r"R_{\mathrm{train}}",
    "squared_norm": r"\mathbb{E}\|\hat\beta\|^2",
}


def left_side(law: RiskFamily, quantity: str) -> str:
    """LaTeX of what the formula gives."""
    return _LEFT.get(quantity, law.letter)


def _shown(law: RiskFamily, expression: sp.Expr) -> str:
    letters = {p.symbol: sp.Symbol(p.latex) for p in law.parameters if p.latex}
    return latex(expression.xreplace(letters))


def root_clause(law: RiskFamily) -> str:
    """The equation of the implicit root with its branch, or nothing."""
    if law.root is None:
        return ""
    return rf"{_shown(law, law.root.polynomial)} = 0,\ {law.root.branch_latex}"


def body(law: RiskFamily, quantity: str) -> str:
    """The formula, its definitions, its root and its conditions."""
    expression = law.quantities[quantity]
    bindings = law.definitions_of(expression)
    conditions = tuple(c.latex for c in law.conditions)
    implicit = law.needs_root(expression)
    if implicit and law.root is not None and expression == law.root.symbol:
        return equation(*_sides(law), (law.root.branch_latex, *conditions))
    root_is_last = bool(bindings) and expression == bindings[-1].symbol  # kappa = (b + r)/(2 n), not kappa = kappa
    left, right = (
        (left_side(law, quantity), expression) if not root_is_last else (_shown(law, expression), bindings[-1].expression)
    )
    kept = bindings[:-1] if root_is_last else bindings
    clauses = tuple(f"{latex(b.symbol)} = {_shown(law, b.expression)}" for b in reversed(kept))
    clauses += (root_clause(law),) if implicit else ()
    relation = _relation(law, quantity)
    return (
        equation(left, _shown(law, right), (*clauses, *conditions))
        .replace(f"{left} =", f"{left} {relation}", 1)
        .replace(f"{left} &=", f"{left} &{relation}", 1)
    )


def _relation(law: RiskFamily, quantity: str) -> str:
    return r"\simeq" if law.name.endswith("peak") and quantity in law.quantities else "="


def _sides(law: RiskFamily) -> tuple[str, str]:
    assert law.root is not None  # the caller has looked
    return _shown(law, law.root.polynomial), "0"


# --- Python -------------------------------------------------------------------------------------------------------------------

_SOLVER = '''def positive_root(gap, *arguments):
    """The positive root of an increasing function, by halving the interval of its logarithm."""
    arguments = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in arguments))
    low, high = np.full(arguments[0].shape, -345.0), np.full(arguments[0].shape, 345.0)
    for _ in range(75):
        middle = 0.5 * (low + high)
        above = gap(np.exp(middle), *arguments) > 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.exp(0.5 * (low + high))
'''


def closed_python(form: ClosedForm) -> str:
    """Source of a function of the arguments' long names, textbook form; with an implicit root, of a solver beside it."""
    law, name = form.law, f"{form.law.name}_{form.quantity}"
    plain, long = _with_long_names(form, name)
    arguments, root = plain.symbols, law.root
    if root is None or not law.needs_root(form.expression):
        return python_source(plain)
    gap = root.gap.xreplace(long)
    names = [s for s in arguments if s in gap.free_symbols]
    inside = replace(plain, name=f"{name}_at_root", symbols=(root.symbol, *arguments))
    residual = replace(plain, name=f"{name}_gap", symbols=(root.symbol, *names), expression=_plain(gap), bindings=())
    parts = [python_source(part).partition("import numpy as np\n")[2].strip("\n") for part in (inside, residual)]
    called = ", ".join(s.name for s in arguments)
    outer = [
        f"def {name}({called}):",
        f'    """{law.title}: {form.quantity}, textbook form at the root of its equation."""',
        f"    {root.symbol} = positive_root({name}_gap, {', '.join(s.name for s in names)})",
        f"    return {name}_at_root({root.symbol}, {called})",
    ]
    return "\n\n\n".join(["import numpy as np", _SOLVER.strip("\n"), *parts, "\n".join(outer)]) + "\n"


def closed_mathematica(form: ClosedForm) -> str:
    """A Wolfram Language definition of the arguments' long names.

    Raises:
        NotInClosedClassError: the form stands over an implicit root.
    """
    if form.law.needs_root(form.expression):
        raise NotInClosedClassError(f"{form.name} stands over a root that has no explicit form: use .python or .evaluate")
    camel = {p.symbol: _camel(p.argument) for p in form.law.parameters}  # an underscore is a pattern there
    return mathematica_source(_with_long_names(form, f"{form.law.name}_{form.quantity}", camel)[0])


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _with_long_names(
    form: ClosedForm, name: str, called: Mapping[sp.Symbol, str] | None = None
) -> tuple[Formula, dict[sp.Symbol, sp.Symbol]]:
    """The formula in the names of `evaluate`, and those names."""
    names = called or {p.symbol: p.argument for p in form.law.parameters}
    long = {symbol: sp.Symbol(text) for symbol, text in names.items()}
    bindings = tuple(Binding(b.symbol, _plain(b.expression.xreplace(long))) for b in form.bindings)
    relations = tuple(relation.xreplace(long) for relation in form.assumptions)
    symbols = tuple(long[symbol] for symbol in form.symbols)
    expression = _plain(form.expression.xreplace(long))
    return Formula(name, form.left, symbols, expression, form.derivation, form.status, bindings, assumptions=relations), long


def _plain(expression: sp.Expr) -> sp.Expr:
    """NumPy has no coth."""
    return expression.replace(sp.coth, lambda x: 1 / sp.tanh(x))
