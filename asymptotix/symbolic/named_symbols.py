"""SymPy symbols and exact numbers from the text of a command line, by a fixed grammar; no text is evaluated."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import sympy as sp

from asymptotix.errors import InvalidInputError

__all__ = ["number_or_symbol", "radius_of", "symbol_named"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}")
_CONSTANTS = {"nan", "inf", "infinity", "oo", "zoo", "pi", "e", "i"}  # a number is meant, and none of these is one here
_ROOT = re.compile(r"sqrt\((.+)\)")


def symbol_named(argument: str, text: str) -> sp.Symbol:
    """The symbol of a name: a letter and up to 15 letters and digits.

    Raises:
        InvalidInputError: the text is no name.

    >>> symbol_named("degree", "k")
    k
    """
    if not _NAME.fullmatch(text.strip()) or text.strip().lower() in _CONSTANTS:
        raise InvalidInputError(argument, text, "a name of letters and digits, such as k, that is no constant")
    return sp.Symbol(text.strip())


def number_or_symbol(argument: str, text: str) -> Any:
    """An int, or the exact rational of a decimal or a fraction, or a symbol.

    Raises:
        InvalidInputError: the text is none of them.

    >>> number_or_symbol("order", "3"), number_or_symbol("order", "5/2"), number_or_symbol("order", "n")
    (3, 5/2, n)
    """
    if len(text) <= 100 and re.fullmatch(r"\s*[-+]?[0-9.]+(/[0-9]+)?\s*", text):
        try:
            value = Fraction(text)
        except (ValueError, ZeroDivisionError):
            raise InvalidInputError(argument, text, "a number, a fraction such as 5/2, or a symbol such as n") from None
        return int(value) if value.denominator == 1 else sp.Rational(value.numerator, value.denominator)
    if not _NAME.fullmatch(text.strip()):
        raise InvalidInputError(argument, text, "a number, a fraction such as 5/2, or a symbol such as n")
    return symbol_named(argument, text)


def radius_of(text: str) -> Any:
    """A number, a symbol, or the square root of one: "1", "3/2", "sqrt(d)".

    Raises:
        InvalidInputError: the text is none of them.

    >>> radius_of("sqrt(d)")
    sqrt(d)
    """
    root = _ROOT.fullmatch(text.strip())
    return sp.sqrt(number_or_symbol("radius", root[1])) if root else number_or_symbol("radius", text)
