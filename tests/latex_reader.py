r"""Reads the LaTeX of formulas back into numbers: an independent witness that shares no code with the printer.

    value = read(r"k(q_1, q_2, c) = c\,(\pi - \theta), \qquad \theta = \arccos\frac{c}{\sqrt{q_1 q_2}}")
    value(q_1=1, q_2=2, c=0.5)                                 # an mpmath number

Grammar: sums of products; a product is juxtaposition; \frac, \sqrt, powers, brackets of every size, |x|, names with indices,
functions with a bracketed argument or one atom, cases, indicators. After commas: definitions (name = ...), recursions
(X^{(\ell)} = ...), conditions (x > 0, with which the point must comply). Everything else raises `Unreadable`: what a reader
could take in two ways (a sign after a product, "8\, -e") must not be guessed.
"""

from __future__ import annotations

import re

from tests.latex_grammar import Parser
from tests.latex_meaning import Functions, Statement, Unreadable

__all__ = ["Statement", "Unreadable", "read"]


def read(text: str) -> Statement:
    """The statement that a printed formula makes."""
    text = re.sub(r"\\(begin|end)\{aligned\}", " ", text)
    text = re.sub(r"\\\\ ?\n", " ", text).replace("\n", " ").replace("&={}", "=").replace("&=", "=")
    statement: Statement | None = None
    functions: Functions = {}
    for clause in _clauses(text):
        parser = Parser(clause)
        parser.functions = functions
        if re.match(r"\\ell = 1, ?\\dots", clause):
            continue
        left, equals, right = _split_equation(clause)
        if not equals:
            assert statement is not None
            statement.conditions.append(parser.condition())
            continue
        body = Parser(right)
        body.functions = functions
        meaning = body.sum()
        if body.peek():
            raise Unreadable(f"{' '.join(body.tokens[body.position :])} is left over in {clause}")
        name, arguments = _left_name(left)
        if statement is None:
            statement = Statement(name)
        if arguments:
            functions.setdefault(name, []).append((arguments, meaning))
            statement.left = name
        statement.definitions[name] = meaning
    assert statement is not None
    return statement


def _left_name(left: str) -> tuple[str, list[str]]:
    """The name on the left and its arguments; an expectation or probability is called `value`."""
    left = left.replace("&", "").replace("{}", "").strip()
    if re.match(r"\\mathbb|\\tfrac|\\frac", left):
        return "value", []
    match = re.fullmatch(r"(?P<name>.*?)(?:\((?P<arguments>(?:\w|\\[a-z]+|[ ,_])*)\))?", left)
    assert match is not None
    parser = Parser(match["name"].replace(r"\mathrm{NT}", "N").replace(r"\mathrm{RF}", "R"))
    name = parser.identifier()
    if parser.peek():
        raise Unreadable(f"left-hand side {left}")
    return name, [a.strip().lstrip("\\") for a in (match["arguments"] or "").split(",") if a.strip()]


def _split_equation(clause: str) -> tuple[str, str, str]:
    """At the first equals sign outside brackets and environments."""
    depth = 0
    for position, character in enumerate(clause):
        depth += (character in "{([") - (character in "})]")
        if character == "=" and depth == 0:
            return clause[:position], "=", clause[position + 1 :]
    return clause, "", ""


def _clauses(text: str) -> list[str]:
    """The text cut at commas outside brackets and outside `cases`."""
    found, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if text.startswith(r"\begin{cases}", position):
            depth += 100
        if text.startswith(r"\end{cases}", position):
            depth -= 100
        depth += (character in "{([") - (character in "})]")
        if character == "," and depth == 0 and text[position - 1] != "\\":
            found.append(text[start:position])
            start = position + 1
    pieces = [re.sub(r"^(\s|&|\\qquad|\\quad)+", "", piece).strip() for piece in [*found, text[start:]]]
    merged: list[str] = []
    for piece in pieces:
        if merged and merged[-1].startswith(r"\ell = 1"):
            merged[-1] += ", " + piece
        else:
            merged.append(piece)
    return [re.sub(r"\\qquad|\\quad", " ", piece) for piece in merged]
