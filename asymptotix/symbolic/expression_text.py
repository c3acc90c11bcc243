"""SymPy expressions as JSON and back, by an own reader: node names from a fixed list, no evaluation of text.

A number is [name, digits], a symbol ["Symbol", name, assumptions], a named function ["Named", name, arguments ...], any other
node [name, arguments ...]. Objects are rebuilt unevaluated, so that what is read equals what was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from asymptotix.symbolic.functions import He, Phi, Phi2
from asymptotix.symbolic.line_integral import LineIntegral

__all__ = ["ExpressionTextError", "read", "write"]

_CONSTANTS = {"pi": sp.pi, "I": sp.I, "oo": sp.oo, "-oo": -sp.oo, "E": sp.E}
_FUNCTIONS: dict[str, Any] = {
    f.__name__: f
    for f in (
        sp.exp, sp.asin, sp.acos, sp.erf, sp.erfc, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.log, sp.gamma, sp.hyper, sp.re, sp.im,
        Phi, Phi2, He,
    )
}  # fmt: skip
_STRUCTURES: dict[str, Callable[..., Any]] = {
    "Add": lambda *a: sp.Add(*a, evaluate=False),
    "Mul": lambda *a: sp.Mul(*a, evaluate=False),
    "Pow": lambda *a: sp.Pow(*a, evaluate=False),
    "Equality": lambda left, right: sp.Eq(left, right, evaluate=False),
    "StrictGreaterThan": lambda left, right: sp.Gt(left, right, evaluate=False),
    "Derivative": lambda f, *by: sp.Derivative(f, *by, evaluate=False),
    "Lambda": lambda names, value: sp.Lambda(tuple(names), value),
    "Tuple": sp.Tuple,
    "LineIntegral": LineIntegral,
}
_ASSUMPTIONS = ("real", "positive", "integer", "nonnegative")
_NAME = re.compile(r"[A-Za-z0-9_{}()\\^' ,+-]{1,64}")
_MAX_DIGITS = 20_000


class ExpressionTextError(ValueError):
    """What was read is no expression in this format, or what is to be written has no place in it."""


def write(node: sp.Basic) -> list[Any]:
    """The expression as nested lists of texts."""
    if isinstance(node, sp.Integer):
        return ["Integer", str(node.p)]
    if isinstance(node, sp.Rational):
        return ["Rational", str(node.p), str(node.q)]
    for name, constant in _CONSTANTS.items():
        if node is constant or (node.is_number and node == constant and isinstance(node, sp.Atom)):
            return [name]
    if isinstance(node, sp.Symbol) and type(node) is sp.Symbol:
        return ["Symbol", node.name, {k: v for k, v in node._assumptions_orig.items() if k in _ASSUMPTIONS}]
    if isinstance(node, UndefinedFunction):
        return ["Function", node.__name__]
    if isinstance(node, AppliedUndef):
        return ["Named", node.func.__name__, *map(write, node.args)]
    name = "Tuple" if isinstance(node, sp.Tuple) else type(node).__name__  # hyper has a class of its own for its lists
    known = _FUNCTIONS.get(name) if name in _FUNCTIONS else _STRUCTURES.get(name)
    if known is None:
        raise ExpressionTextError(f"no text for {name}")
    return [name, *map(write, node.args)]


def read(text: Any) -> Any:
    """The expression that `write` was given.

    Raises:
        ExpressionTextError: the text is not of the format.
    """
    if not isinstance(text, list) or not text or not isinstance(text[0], str):
        raise ExpressionTextError("a node is a list that begins with its name")
    name, arguments = text[0], text[1:]
    if name in _CONSTANTS and not arguments:
        return _CONSTANTS[name]
    try:
        if name in ("Integer", "Rational"):
            return sp.Rational(*(_integer(a) for a in arguments))
        if name == "Symbol":
            return _symbol(*arguments)
        if name == "Function":
            return sp.Function(_checked_name(*arguments))
        if name == "Named":
            return sp.Function(_checked_name(arguments[0]))(*map(read, arguments[1:]))
        parts = [read(argument) for argument in arguments]
        return _STRUCTURES[name](*parts) if name in _STRUCTURES else _FUNCTIONS[name](*parts, evaluate=False)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ExpressionTextError(f"{name[:64]}: {error}") from None


def _integer(text: Any) -> int:
    if not isinstance(text, str) or len(text) > _MAX_DIGITS or not re.fullmatch(r"-?[0-9]+", text):
        raise ExpressionTextError("an integer is a text of digits")
    return int(text)


def _checked_name(text: Any) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise ExpressionTextError("not a name")
    return text


def _symbol(name: Any, assumptions: Any) -> sp.Symbol:
    if not isinstance(assumptions, dict) or any(k not in _ASSUMPTIONS or not isinstance(v, bool) for k, v in assumptions.items()):
        raise ExpressionTextError("assumptions of a symbol are true or false, each from a fixed list")
    return sp.Symbol(_checked_name(name), **assumptions)
