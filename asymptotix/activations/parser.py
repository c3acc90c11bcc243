"""Text -> expression tree. Nothing is executed: the text is parsed by `ast`, and only whitelisted nodes are translated.

Grammar: numbers, x, pi, declared parameters (with a value or without), + - * / ** (or ^), parentheses, calls of the built-in
functions and of the names of the catalogue, and one comparison as the first argument of `where`. A text that is a name of the
catalogue, or such a name with parameters and without x (`elu(alpha=0.5)`), is that activation of x. Decimals are exact: 0.1 is
1/10.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import islice

import numpy as np

from asymptotix.activations import algebra
from asymptotix.activations.catalogue import Entry, Parameter, entry_of, nearest
from asymptotix.activations.domain import check_constants, check_domain
from asymptotix.activations.evaluation import value_float
from asymptotix.activations.functions import FUNCTION_NAMES, call, check_count, is_built_in
from asymptotix.activations.signs import NeedsPositiveError, check_symbols, is_positive, require_positive
from asymptotix.activations.tree import Constant, Node, Number, Symbol, Variable, is_constant, symbols_of, walk
from asymptotix.errors import ExpressionError

__all__ = ["LIMITS", "MAGNITUDES", "mentions", "parse"]

# What a text may contain at most. Chosen so that every accepted text is evaluated in milliseconds.
LIMITS = {"characters": 500, "nodes": 200, "depth": 30, "digits": 40, "expanded nodes": 2000}
MAGNITUDES = (Fraction(1, 10**12), Fraction(10**12))

_ALLOWED = re.compile(r"[0-9A-Za-z_+\-*/^().,<>= \t]*")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_MAX_PARENTHESES = 60  # deeper nesting than `depth` can only be redundant; ast itself fails at 200


def parse(text: str, parameters: Mapping[str, Fraction] | None = None, symbols: Iterable[Symbol] = ()) -> Node:
    """The tree of an activation s(x) written as text.

    Args:
        text: for instance "max(x,0)**2 + x/10", "relu" or "elu(alpha=0.5)".
        parameters: exact values of further names that may occur in the text.
        symbols: further names without a value. One that the activation needs positive is made so.

    Raises:
        ExpressionError: the text is outside the grammar or its limits, s is not finite at some real x, or a constant with
            symbols in it does not exist for all their values.
    """
    source = _prepared(text)
    body = _applied_to_x(_syntax_tree(source))
    free = {symbol.name: symbol for symbol in symbols}
    names: dict[str, Node] = {"x": Variable(), "pi": Constant("pi")}
    names.update({name: Number(value) for name, value in (parameters or {}).items()})
    try:
        tree = _Translator(source, names | free).translate(body, 1)
        check_symbols(tree)
    except NeedsPositiveError as need:  # at most once for each symbol
        return parse(text, parameters, [Symbol(name, symbol.positive or name == need.name) for name, symbol in free.items()])
    if family := _family_without_x(body):
        raise ExpressionError(f"{_quote(text)} does not depend on x: write {family}(x, ...) inside a longer expression")
    check_constants(tree)  # those that multiplying out has made
    if not symbols_of(tree):  # with them, the engine takes only what is finite at every x for all their values
        check_domain(tree)
    return tree


def mentions(text: str, name: str) -> bool:
    """Whether a name occurs in the text as a word."""
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _prepared(text: str) -> str:
    if not isinstance(text, str):
        raise ExpressionError(f"an activation is a text such as 'max(x,0)', got {type(text).__name__}")
    if len(text) > LIMITS["characters"]:
        raise ExpressionError(f"an activation has at most {LIMITS['characters']} characters, got {len(text)}")
    if not _ALLOWED.fullmatch(text):
        bad = next(character for character in text if not _ALLOWED.fullmatch(character))
        raise ExpressionError(f"character {bad!a} is not allowed in an activation: {_quote(text)}")
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > _MAX_PARENTHESES:
        raise ExpressionError(f"parentheses are nested {deepest} deep, at most {_MAX_PARENTHESES} are allowed")
    return text.strip().replace("^", "**")


def _syntax_tree(source: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "1if" and the like only warn
            body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        raise ExpressionError(f"not an expression: {_quote(source)}; write for instance max(x,0)**2 + x/10") from None
    count = sum(isinstance(node, ast.expr) for node in ast.walk(body))
    if count > LIMITS["nodes"]:
        raise ExpressionError(f"an activation has at most {LIMITS['nodes']} nodes, got {count}")
    return body


@lru_cache(maxsize=128)
def _formula(text: str) -> ast.expr:
    """The syntax of a formula of the catalogue, which nobody changes."""
    return _syntax_tree(text)


def _applied_to_x(body: ast.expr) -> ast.expr:
    """`relu` as relu(x), `elu(0.5)` and `elu(alpha=0.5)` as elu(x, 0.5): the x that the whole text leaves out comes in front."""
    argument = ast.Name("x", ast.Load())
    match body:
        case ast.Name(id=name) if entry_of(name):
            return ast.Call(body, [argument], [])
        case ast.Call(func=ast.Name(id=name), args=given, keywords=keywords) if (entry := entry_of(name)) and entry.parameters:
            words = {node.id for part in (*given, *keywords) for node in ast.walk(part) if isinstance(node, ast.Name)}
            if "x" not in words and len(given) <= len(entry.parameters):
                return ast.Call(body.func, [argument, *given], keywords)
    return body


def _family_without_x(body: ast.expr) -> str | None:
    """A function with parameters that the expression calls, where x occurs nowhere: `2*elu(0.5)` is a slip."""
    nodes = list(ast.walk(body))
    if any(isinstance(node, ast.Name) and node.id == "x" for node in nodes):
        return None
    called = (node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return next((name for name in called if (entry := entry_of(name)) and entry.parameters), None)


class _Translator:
    """Builds the tree from whitelisted syntax; everything else raises."""

    def __init__(self, source: str, names: Mapping[str, Node], *, origin: str | None = None) -> None:
        """`source` is the text of the syntax, `origin` what the user wrote."""
        self.source, self.names, self.origin = source, names, source if origin is None else origin

    def translate(self, node: ast.expr, depth: int) -> Node:
        tree = self._translate(node, depth)
        # counted at every step, because formulas in which x occurs twice double what they are applied to
        if sum(1 for _ in islice(walk(tree), LIMITS["expanded nodes"] + 1)) > LIMITS["expanded nodes"]:
            raise ExpressionError(f"the expression expands to more than {LIMITS['expanded nodes']} nodes: {_quote(self.origin)}")
        if is_constant(tree):  # also where it cancels later on
            check_constants(tree)
        return tree

    def _translate(self, node: ast.expr, depth: int) -> Node:
        if depth > LIMITS["depth"]:
            raise ExpressionError(f"the expression is nested more than {LIMITS['depth']} deep: {_quote(self.origin)}")
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.translate(operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return algebra.negate(self.translate(operand, depth + 1))
            case ast.BinOp(left=left, op=operator, right=right):
                return self._binary(operator, self.translate(left, depth + 1), self.translate(right, depth + 1))
            case ast.Call():
                return self._call(node, depth)
            case _:
                raise ExpressionError(f"{type(node).__name__} is not allowed in an activation: {_quote(self.origin)}")

    def _number(self, node: ast.Constant) -> Node:
        text = ast.get_source_segment(self.source, node) or ""
        if type(node.value) not in (int, float) or not _NUMBER.fullmatch(text):
            raise ExpressionError(f"{_quote(text or repr(node.value))} is not a decimal number")
        if sum(character.isdigit() for character in text) > LIMITS["digits"]:
            raise ExpressionError(f"a number has at most {LIMITS['digits']} digits: {_quote(text)}")
        value = Fraction(text)
        if value and not MAGNITUDES[0] <= value <= MAGNITUDES[1]:
            raise ExpressionError(f"a number must lie between 1e-12 and 1e12, got {_quote(text)}")
        return Number(value)

    def _name(self, name: str) -> Node:
        if name in self.names:
            return self.names[name]
        known = ", ".join(self.names)
        close = nearest(name, {*FUNCTION_NAMES, *self.names})
        short = _brief(name)
        declare = f"give it a number, {short}=0.1, or declare it, parameters=['{short}'] (--parameter {short})"
        remedy = f"write {name}(x)" if name in FUNCTION_NAMES else declare
        raise ExpressionError(f"unknown name {_quote(name)}{_suggestion(close, name)}: known are {known}; {remedy}")

    def _binary(self, operator: ast.operator, left: Node, right: Node) -> Node:
        match operator:
            case ast.Add():
                return algebra.add(left, right)
            case ast.Sub():
                return algebra.subtract(left, right)
            case ast.Mult():
                return algebra.multiply(left, right)
            case ast.Div():
                return algebra.multiply(left, algebra.raise_to(right, algebra.MINUS_ONE))
            case ast.Pow():
                return algebra.raise_to(left, right)
            case _:
                raise ExpressionError(f"operator {type(operator).__name__} is not allowed; use + - * / **")

    def _call(self, node: ast.Call, depth: int) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name is None or name not in FUNCTION_NAMES:
            wrong = name or type(node.func).__name__
            close = nearest(wrong, FUNCTION_NAMES)
            raise ExpressionError(
                f"unknown function {_quote(wrong)}{_suggestion(close, wrong)}: known are {', '.join(FUNCTION_NAMES)}"
            )
        entry = None if is_built_in(name) else entry_of(name)
        if entry is not None:
            return self._catalogued(name, entry, node, depth)
        if node.keywords:
            raise ExpressionError(f"{name} takes positional arguments only")
        if name == "where":
            return self._where(node.args, depth)
        return call(name, [self.translate(argument, depth + 1) for argument in node.args])

    def _catalogued(self, name: str, entry: Entry, node: ast.Call, depth: int) -> Node:
        """The formula of the catalogue with its x and its parameters replaced by the arguments."""
        check_count(name, len(node.args), 1, 1 + len(entry.parameters))
        own = [parameter.name for parameter in entry.parameters]
        given = dict(zip(["x", *own], node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg not in own or keyword.arg in given:
                takes = f"the parameter {', '.join(own)} once" if own else "no parameters"
                raise ExpressionError(f"{name} takes {takes}: {_quote(self.origin)}")
            given[keyword.arg] = keyword.value
        bound: dict[str, Node] = {"pi": Constant("pi")}
        bound |= {parameter.name: Number(Fraction(parameter.default)) for parameter in entry.parameters}
        bound |= {argument: self.translate(value, depth + 1) for argument, value in given.items()}
        for parameter in entry.parameters:
            _check_parameter(name, parameter, bound[parameter.name])
        return _Translator(entry.formula, bound, origin=self.origin).translate(_formula(entry.formula), 1)

    def _where(self, arguments: list[ast.expr], depth: int) -> Node:
        if len(arguments) != 3 or not isinstance(arguments[0], ast.Compare) or len(arguments[0].ops) != 1:
            raise ExpressionError("where is written where(u > v, a, b) with one comparison < <= > >=")
        comparison = arguments[0]
        left = self.translate(comparison.left, depth + 1)
        right = self.translate(comparison.comparators[0], depth + 1)
        yes, no = (self.translate(argument, depth + 1) for argument in arguments[1:])
        match comparison.ops[0]:
            case ast.Gt():
                condition, first, second = algebra.subtract(left, right), yes, no
            case ast.Lt():
                condition, first, second = algebra.subtract(right, left), yes, no
            case ast.GtE():
                condition, first, second = algebra.subtract(right, left), no, yes
            case ast.LtE():
                condition, first, second = algebra.subtract(left, right), no, yes
            case operator:
                raise ExpressionError(f"comparison {type(operator).__name__} is not allowed; use < <= > >=")
        # equal sides give an exact 0: their difference in float64 is 0 up to rounding, and its step would be 0 or 1 at random
        indicator = algebra.apply("step", algebra.ZERO if left == right else condition)
        return algebra.add(
            algebra.multiply(indicator, first),
            algebra.multiply(algebra.subtract(algebra.ONE, indicator), second),
        )


def _check_parameter(function: str, parameter: Parameter, value: Node) -> None:
    if not is_constant(value):
        raise ExpressionError(f"{parameter.name} of {function} must be a constant, got an expression in x")
    if symbols_of(value):
        _check_symbolic(function, parameter, value)
        return
    number = float(value_float(value, np.zeros(1))[0])
    if not (np.isfinite(number) and parameter.admits(number)):
        raise ExpressionError(f"{parameter.name} of {function} must be {parameter.range}, got {number:g}")


def _check_symbolic(function: str, parameter: Parameter, value: Node) -> None:
    if parameter.range in ("positive", "at least 0"):
        if not is_positive(value):
            require_positive(value, f"as {parameter.name} of {function}")
    elif parameter.range != "real":
        raise ExpressionError(f"{parameter.name} of {function} must be a number ({parameter.range}), not a parameter without one")


def _suggestion(close: str | None, wrong: str) -> str:
    return f" (did you mean {close!r}?)" if close and close != wrong else ""


def _brief(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _quote(text: str) -> str:
    return repr(_brief(text))
