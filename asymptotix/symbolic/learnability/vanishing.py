r"""A derivative of s(x) + s(-x) or s(x) - s(-x) as a rational function of x and exponentials, claimed to be 0.

Sigmoids, hyperbolic functions, logarithms of 1 + e^x and Gaussians are, after enough derivatives, rational in x and in
E = e^g(x); with E as a symbol of its own the claim is an identity of rational functions, which the check of a step decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.symbolic.derivation import Step
from asymptotix.symbolic.expressions import sympy_expression

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["derivative_step"]

MAX_POWER = 12  # of a symbol: larger ones cost more than they prove
_HYPERBOLIC = (sp.tanh, sp.sinh, sp.cosh)


def derivative_step(s: Activation, parity: int, order: int) -> Step:
    """The claim that the derivative of that order of twice the even (0) or odd (1) part is 0."""
    x = sp.Symbol("x", positive=True)
    sign = -1 if parity else 1
    twice = sympy_expression(s.tree, x) + sign * sympy_expression(s.tree, -x)
    slope = twice.diff(x, order) if order else twice
    word, name = ("odd", r"o") if parity else ("even", r"e")
    symbol = sp.Symbol(rf"{name}^{{({order})}}")
    claim = sp.Eq(symbol, sp.S.Zero, evaluate=False)
    why = (
        f"The derivative of order {order} of twice the {word} part, with exponentials as symbols $E$, is 0: that part is a "
        f"polynomial of degree below {order}."
    )
    return Step(claim, why, {symbol: _rational(slope)}, f"{word} part")


def _rational(expression: sp.Expr) -> sp.Expr:
    """Exponentials of rational multiples of one function as powers of one symbol."""
    for function in _HYPERBOLIC:
        expression = expression.replace(function, lambda u, f=function: f(u).rewrite(sp.exp))
    multiples = {argument: _multiple(argument) for argument in (e.args[0] for e in expression.atoms(sp.exp))}
    units: dict[sp.Expr, sp.Rational] = {}
    for content, base in multiples.values():
        units[base] = sp.gcd(units.get(base, sp.S.Zero), abs(content))
    names = {base: sp.Symbol(f"E_{i}", positive=True) for i, base in enumerate(sorted(units, key=sp.default_sort_key), 1)}

    def power(argument: sp.Expr) -> sp.Expr:
        content, base = multiples.get(argument) or _multiple(argument)
        exponent = content / units.get(base, content)
        return names[base] ** exponent if base in names and abs(exponent) <= MAX_POWER else sp.exp(argument)

    return sp.together(expression.replace(sp.exp, power))


def _multiple(argument: sp.Expr) -> tuple[sp.Rational, sp.Expr]:
    """(c, g) with the argument c g, c rational, and the same g for opposite arguments."""
    argument = sp.expand(argument)
    sign = -1 if argument.could_extract_minus_sign() else 1
    content, base = sp.expand(sign * argument).as_content_primitive()
    return sign * content, base
