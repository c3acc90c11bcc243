"""The tree of an activation as a SymPy expression in x. Objects are built node by node; no text reaches SymPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy as sp

from asymptotix.activations.tree import Apply, Constant, Node, Number, Power, Product, Sum, Symbol, Variable
from asymptotix.symbolic.functions import Phi

__all__ = ["FUNCTION_BUILDERS", "X", "parameter_conditions", "sympy_expression", "sympy_symbol"]

X = sp.Symbol("x", real=True)

FUNCTION_BUILDERS: dict[str, Callable[..., sp.Expr]] = {
    "abs": sp.Abs, "sign": sp.sign, "step": lambda u: sp.Heaviside(u, 0), "relu": lambda u: sp.Max(0, u),
    "max": sp.Max, "min": sp.Min, "dirac": sp.DiracDelta,
    "exp": sp.exp, "log": sp.log, "sqrt": sp.sqrt, "sin": sp.sin, "cos": sp.cos, "tan": sp.tan, "atan": sp.atan,
    "sinh": sp.sinh, "cosh": sp.cosh, "tanh": sp.tanh, "erf": sp.erf, "erfc": sp.erfc, "Phi": Phi,
}  # fmt: skip


def sympy_symbol(parameter: Symbol) -> sp.Symbol:
    """A parameter without a value as a SymPy symbol: real, or positive."""
    return sp.Symbol(parameter.name, positive=True) if parameter.positive else sp.Symbol(parameter.name, real=True)


def parameter_conditions(parameters: Iterable[Symbol]) -> tuple[sp.Basic, ...]:
    """The relations alpha > 0 for the parameters that must be positive."""
    return tuple(sp.Gt(sympy_symbol(parameter), 0, evaluate=False) for parameter in parameters if parameter.positive)


def sympy_expression(tree: Node, x: sp.Expr = X) -> sp.Expr:
    """The expression that `tree` denotes, with exact rational numbers.

    >>> from asymptotix.activations.tree import Apply, Variable
    >>> sympy_expression(Apply("relu", (Variable(),)))
    Max(0, x)
    """
    match tree:
        case Variable():
            return x
        case Number(value):
            return sp.Rational(value.numerator, value.denominator)
        case Constant("pi"):
            return sp.pi
        case Symbol():
            return sympy_symbol(tree)
        case Sum(terms):
            return sp.Add(*(sympy_expression(t, x) for t in terms))
        case Product(factors):
            return sp.Mul(*(sympy_expression(f, x) for f in factors))
        case Power(base, exponent):
            return sympy_expression(base, x) ** sympy_expression(exponent, x)
        case Apply(function, arguments) if function in FUNCTION_BUILDERS:
            return FUNCTION_BUILDERS[function](*(sympy_expression(a, x) for a in arguments))
    raise TypeError(f"not a node of an activation tree: {tree!r}")
