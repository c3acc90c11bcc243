"""Brackets and braces of printed formulas: as few as TeX and the reader need."""

from __future__ import annotations

import re

__all__ = ["argument", "brackets", "is_one_fraction", "tidy_braces"]


def brackets(text: str) -> str:
    r"""Parentheses, growing ones only where something tall is inside.

    >>> print(brackets("c + 1"), brackets(r"\frac{d}{2}"))
    (c + 1) \left(\frac{d}{2}\right)
    """
    if re.search(r"\\frac|\\sqrt|\\begin|\\int|\\sum", text):
        return rf"\left({text}\right)"
    return rf"\bigl({text}\bigr)" if "(" in text else f"({text})"


def argument(text: str) -> str:
    r"""What follows a function name: a lone fraction, letter or number needs no parentheses.

    >>> print(r"\sinh" + argument("c"), r"\sinh" + argument("4 c"))
    \sinh c \sinh(4 c)
    """
    if text.startswith(r"\frac") and is_one_fraction(text):
        return text
    return " " + text if re.fullmatch(r"[a-zA-Z]|\d+|\\[a-z]+|[a-zA-Z]_\w", text) else brackets(text)


def is_one_fraction(text: str) -> bool:
    r"""Whether the text that begins with \frac ends with its denominator."""
    depth, closed = 0, 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        closed += character == "}" and depth == 0
        if closed == 2:
            return position == len(text) - 1
    return False


def tidy_braces(text: str) -> str:
    r"""q_{1} -> q_1 and c^{2} -> c^2."""
    return re.sub(r"([\^_])\{(\w)\}(?!\w)", r"\1\2", text)
