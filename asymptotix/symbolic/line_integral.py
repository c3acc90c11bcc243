"""An integral over part of the real line that is left unevaluated, with a value to any number of digits by the tanh-sinh rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add, mul
from typing import Any

import mpmath
import sympy as sp

from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.functions import Phi

__all__ = ["LineIntegral"]

Function = Callable[[Any], Any]


class LineIntegral(sp.Integral):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    """The integral of an expression of the engine over one variable, from a number (or -oo) to oo.

    SymPy's own numeric integration evaluates the integrand symbolically at every node, which takes minutes at 50 digits.
    """

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        ((variable, low, high),) = self.limits
        if self.free_symbols:
            return None
        with mpmath.workprec(prec + 20):
            start = mpmath.mpf("-inf") if low == -sp.oo else low._to_mpmath(mpmath.mp.prec)
            edges = [start, 0, mpmath.mpf("inf")] if start < 0 else [start, mpmath.mpf("inf")]
            assert high is sp.oo

            integrand = _compiled(self.function, variable, {})

            def checked(x: Any) -> Any:
                check_deadline()
                return integrand(x)

            return sp.Expr._from_mpmath(mpmath.quad(checked, edges), prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return str(printer._print_Integral(self))


def _compiled(expression: sp.Expr, variable: sp.Symbol, known: dict[sp.Expr, Function]) -> Function:
    """The expression as a function of mpmath numbers, in the precision at hand; numbers in it are evaluated once."""
    if expression not in known:
        known[expression] = _node(expression, variable, known)
    return known[expression]


def _node(expression: sp.Expr, variable: sp.Symbol, known: dict[sp.Expr, Function]) -> Function:
    if expression == variable:
        return lambda x: x
    if expression.is_number:
        constant = expression._to_mpmath(mpmath.mp.prec)
        return lambda x: constant
    parts = [_compiled(argument, variable, known) for argument in expression.args]
    match expression:
        case sp.Add():
            return lambda x: reduce(add, [part(x) for part in parts])
        case sp.Mul():
            return lambda x: reduce(mul, [part(x) for part in parts])
        case sp.exp():
            return lambda x: mpmath.exp(parts[0](x))
        case sp.Pow() if expression.exp.is_Integer:
            exponent = int(expression.exp)
            return lambda x: parts[0](x) ** exponent
        case sp.Pow():
            return lambda x: parts[0](x) ** parts[1](x)
        case Phi():
            return lambda x: Phi.value(parts[0](x))
    raise TypeError(f"no numeric value for {expression.func.__name__}")
