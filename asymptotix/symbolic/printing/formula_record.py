"""A formula as plain data: what `Formula.to_json` and the command line write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from asymptotix.errors import NotInClosedClassError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asymptotix.symbolic.formula import Formula

__all__ = ["formula_record", "function_name"]

_ASSUMPTIONS = ("positive", "nonnegative", "integer", "real")


def formula_record(formula: Formula) -> dict[str, Any]:
    """Texts, lists and dictionaries that strict JSON can hold.

    >>> from asymptotix import dual_kernel
    >>> formula_record(dual_kernel("relu"))["symbol_assumptions"]
    {'q1': ['positive'], 'q2': ['positive'], 'c': ['real']}
    """
    status = formula.status
    return {
        "formula": formula.name,
        "expression": str(formula.expression),
        "latex": formula.latex(),
        "python": _source(formula.python),
        "mathematica": _source(formula.mathematica),
        "bindings": {str(binding.symbol): str(binding.expression) for binding in formula.bindings},
        "cases": _cases(formula.expression),
        "symbols": [str(symbol) for symbol in formula.symbols],
        "symbol_assumptions": {str(symbol): _assumptions(symbol) for symbol in formula.symbols},
        "assumptions": [str(relation) for relation in formula.assumptions],
        "fixed": {name: value if isinstance(value, int) else str(value) for name, value in formula.fixed.items()},
        "status": {"kind": status.kind, "digits": status.digits, "route": status.route, "reason": status.reason},
    }


def function_name(formula: Formula) -> str:
    """The name of an exported function: that of the call, and the degree, if there is one, so that several stand together.

    >>> from asymptotix import hermite_coefficient
    >>> function_name(hermite_coefficient("relu", 2))
    'hermite_coefficient_2'
    """
    name = formula.name.split("(")[0]
    return f"{name}_{formula.fixed['k']}" if "k" in formula.fixed else name


def _source(printer: Callable[[], str]) -> str | None:
    try:
        return printer()
    except NotInClosedClassError:
        return None


def _cases(expression: sp.Expr) -> list[dict[str, str]]:
    """Value and condition of each case, of a formula that has cases."""
    if not isinstance(expression, sp.Piecewise):
        return []
    return [{"value": str(value), "condition": str(condition)} for value, condition in expression.args]


def _assumptions(symbol: sp.Symbol) -> list[str]:
    return [name for name in _ASSUMPTIONS if symbol._assumptions_orig.get(name)]
