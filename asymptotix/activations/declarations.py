"""Parameters without a value: how they are declared ("alpha", "b > 0") and which names they may have."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from asymptotix.activations.functions import FUNCTION_NAMES
from asymptotix.activations.tree import Symbol
from asymptotix.errors import InvalidInputError

__all__ = ["MAX_SYMBOLS", "declared"]

MAX_SYMBOLS = 3  # factorization of polynomials, the slowest step of the engine, takes seconds from 6 variables on
_DECLARATION = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)\s*(>\s*0)?\s*", re.ASCII)
_LONGEST = 24
# Names that stand for something else in the grammar, in the formulas, in their Python source or in a call of `evaluate`.
_TAKEN = frozenset({
    *FUNCTION_NAMES, "x", "pi", "e", "E", "i", "I", "oo", "nan", "inf", "q", "q1", "q2", "c", "u", "v", "k", "d", "rho", "theta",
    "angle", "digits", "self", "text", "parameters", "dirac", "Phi2", "np", "math",
})  # fmt: skip
_LAYER = re.compile(r"(Q1|Q2|C|T|K|M|k|m|e)_?[0-9]+")  # the symbols of a recursion and of a derivation


def declared(parameters: str | Iterable[str]) -> dict[str, Symbol]:
    """The symbols that a list of declarations names, in its order; a text is split at its commas.

    Raises:
        InvalidInputError: not a list of texts, a name that is malformed, taken or given twice, or more than three names.

    >>> declared(["alpha", "b > 0"])
    {'alpha': Symbol(name='alpha', positive=False), 'b': Symbol(name='b', positive=True)}
    """
    example = "names such as ['alpha', 'b > 0']"
    if isinstance(parameters, str):
        if len(parameters) > 300:
            raise InvalidInputError("parameters", parameters, example)
        parameters = parameters.split(",")
    elif not isinstance(parameters, Iterable):
        raise InvalidInputError("parameters", parameters, example)
    found: dict[str, Symbol] = {}
    for declaration in parameters:
        if len(found) == MAX_SYMBOLS:
            raise InvalidInputError("parameters", declaration, f"at most {MAX_SYMBOLS} names", "give the others numbers")
        symbol = _symbol(declaration)
        if symbol.name in found:
            raise InvalidInputError("parameters", declaration, "names that are all different")
        found[symbol.name] = symbol
    if not found:
        raise InvalidInputError("parameters", [], f"one to {MAX_SYMBOLS} {example}", "leave it out where there are none")
    return found


def _symbol(declaration: object) -> Symbol:
    match = _DECLARATION.fullmatch(declaration) if isinstance(declaration, str) and len(declaration) < 100 else None
    if match is None or len(match[1]) > _LONGEST:
        valid = f"names of at most {_LONGEST} letters, digits and single _, beginning with a letter, each alone or with ' > 0'"
        raise InvalidInputError("parameters", declaration, valid)
    name = match[1]
    if keyword.iskeyword(name):
        raise InvalidInputError("parameters", name, "a name that is no word of Python")
    if name in _TAKEN or _LAYER.fullmatch(name):
        raise InvalidInputError("parameters", name, "a new name", f"{name} is taken by the grammar or by the formulas")
    return Symbol(name, positive=match[2] is not None)
