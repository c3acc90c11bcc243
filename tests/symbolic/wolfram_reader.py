"""A reader of the part of the Wolfram Language that exported formulas use, evaluated in mpmath. Shares nothing with the printer.

`definitions(source)` gives a Python function of mpmath numbers for every `name[x_, y_] := ...` of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import mpmath

_TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z$][A-Za-z0-9$]*)|(===|:=|->|==|!=|<=|>=|&&|[-+*/^,;=<>?_\[\]{}()]))")
# binding powers of infix operators, as in the language's table; ^ binds to the right
_INFIX = {";": 1, "=": 2, ":=": 2, "->": 3, "&&": 5, "===": 6, "==": 7, "!=": 7, "<": 7, "<=": 7, ">": 7, ">=": 7,
          "+": 10, "-": 10, "*": 20, "/": 20, "^": 40}  # fmt: skip
_UNARY = 30  # -x^2 is -(x^2), and -x*y is (-x)*y: both are the same number

Node = Any  # ("number", n), ("name", text), ("list", [...]), ("call", head, [...]), (operator, left, right), ("minus", x)


def tokens(text: str) -> list[str]:
    """The tokens of a text without comments; anything else is an error."""
    text, found, position = re.sub(r"\(\*.*?\*\)", " ", text, flags=re.DOTALL).rstrip(), [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SyntaxError(f"no token at {text[position : position + 20]!r}")
        found.append(match[match.lastindex or 0])
        position = match.end()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.rest = tokens(text)[::-1]

    def take(self, expected: str = "") -> str:
        token = self.rest.pop()
        if expected and token != expected:
            raise SyntaxError(f"{token!r} instead of {expected!r}")
        return token

    def peek(self) -> str:
        return self.rest[-1] if self.rest else ""

    def expression(self, least: int = 0) -> Node:
        left = self.prefix()
        while self.peek() in _INFIX and _INFIX[self.peek()] > least:
            operator = self.take()
            if operator == ";" and self.peek() in ("", "]"):
                return left
            left = (operator, left, self.expression(_INFIX[operator] - (operator in ("^", ":=", "="))))
        return left

    def prefix(self) -> Node:
        token = self.take()
        if token == "-":
            return ("minus", self.expression(_UNARY))
        if token == "(":
            inside = self.expression()
            self.take(")")
            return inside
        if token == "{":
            return ("list", self.sequence("}"))
        if token.isdigit():
            return ("number", int(token))
        if not token[0].isalpha():
            raise SyntaxError(f"unexpected {token!r}")
        if self.peek() == "_":  # a pattern x_ or x_?Test
            self.take()
            if self.peek() == "?":
                self.take()
                self.take()
        head: Node = ("name", token)
        while self.peek() == "[":
            self.take()
            head = ("call", head[1], self.sequence("]"))
        return head

    def sequence(self, end: str) -> list[Node]:
        items: list[Node] = []
        while self.peek() != end:
            items.append(self.expression())
            if self.peek() != end:
                self.take(",")
        self.take(end)
        return items


_CONSTANTS: dict[str, Callable[[], Any]] = {"Pi": lambda: +mpmath.pi, "I": lambda: mpmath.mpc(0, 1), "E": lambda: +mpmath.e,
    "True": lambda: True, "False": lambda: False, "Indeterminate": lambda: mpmath.nan,
    "Infinity": lambda: mpmath.inf}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Sqrt": mpmath.sqrt, "Exp": mpmath.exp, "Log": mpmath.log, "Erf": mpmath.erf, "Erfc": mpmath.erfc, "Gamma": mpmath.gamma,
    "Sin": mpmath.sin, "Cos": mpmath.cos, "Sinh": mpmath.sinh, "Cosh": mpmath.cosh, "ArcSin": mpmath.asin, "ArcCos": mpmath.acos,
    "HermiteH": mpmath.hermite, "Hypergeometric2F1": mpmath.hyp2f1, "Factorial": mpmath.factorial, "Binomial": mpmath.binomial,
    "HypergeometricPFQ": mpmath.hyper, "Pochhammer": mpmath.rf, "Mod": lambda a, b: a - b * mpmath.floor(a / b),
    "Precision": lambda _: mpmath.inf, "Abs": abs,
}  # fmt: skip
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "^": lambda a, b: mpmath.power(a, b), "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "===": lambda a, b: a == b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


class _Evaluator:
    def __init__(self) -> None:
        self.functions: dict[str, tuple[list[str], Node]] = {}

    def value(self, node: Node, names: dict[str, Any]) -> Any:
        kind = node[0]
        if kind == "number":
            return mpmath.mpf(node[1])
        if kind == "name":
            return names[node[1]] if node[1] in names else _CONSTANTS[node[1]]()
        if kind == "minus":
            return -self.value(node[1], names)
        if kind == "list":
            return [self.value(item, names) for item in node[1]]
        if kind == ";":
            self.value(node[1], names)
            return self.value(node[2], names)
        if kind == "=":
            names[node[1][1]] = self.value(node[2], names)
            return names[node[1][1]]
        if kind == "&&":
            return self.value(node[1], names) and self.value(node[2], names)
        if kind == "call":
            return self.call(node[1], node[2], names)
        return _OPERATORS[kind](self.value(node[1], names), self.value(node[2], names))

    def call(self, head: str, arguments: list[Node], names: dict[str, Any]) -> Any:
        if head in ("Module", "With"):
            local = dict(names)
            for item in arguments[0][1]:
                if item[0] == "=":
                    local[item[1][1]] = self.value(item[2], names)
            return self.value(arguments[1], local)
        if head == "If":
            return self.value(arguments[1] if self.value(arguments[0], names) else arguments[2], names)
        if head == "Piecewise":
            rows = (row[1] for row in arguments[0][1])
            chosen = next((value for value, condition in rows if self.value(condition, names)), arguments[1])
            return self.value(chosen, names)
        if head == "NIntegrate":
            (_, start, end), variable = arguments[1][1], arguments[1][1][0][1]
            limits = [self.value(start, names), self.value(end, names)]
            return mpmath.quad(lambda t: self.value(arguments[0], {**names, variable: t}), limits)
        given = [self.value(a, names) for a in arguments]
        if head in self.functions:
            parameters, body = self.functions[head]
            return self.value(body, dict(zip(parameters, given, strict=True)))
        return _FUNCTIONS[head](*given)


def definitions(source: str) -> dict[str, Callable[..., Any]]:
    """Every function that the text defines."""
    parser, evaluator = _Parser(source), _Evaluator()
    while parser.rest:
        operator, left, body = parser.expression()
        if operator != ":=" or left[0] != "call":
            raise SyntaxError(f"{operator!r} where a definition should be")
        evaluator.functions[left[1]] = ([argument[1] for argument in left[2]], body)

    def function(name: str) -> Callable[..., Any]:
        return lambda *values: evaluator.call(name, [("number", value) for value in values], {})

    return {name: function(name) for name in evaluator.functions}
