"""What must be known of the sign of a parameter so that an activation is a real function of x for every value of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from asymptotix.activations.evaluation import value_float
from asymptotix.activations.tree import Apply, Node, Number, Power, Product, Sum, Symbol, children, is_constant, symbols_of, walk
from asymptotix.activations.unparse import unparse
from asymptotix.errors import ExpressionError

__all__ = ["NeedsPositiveError", "check_symbols", "is_positive"]

MAX_DEGREE = 4  # in all parameters together; kernels have twice the degree
_ALWAYS_POSITIVE = ("exp", "cosh", "Phi")


class NeedsPositiveError(Exception):
    """A parameter of which nothing is stated must be positive; never seen outside of the parser."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def is_positive(node: Node) -> bool:
    """Whether a constant is positive for every value of its parameters; False proves nothing."""
    if not symbols_of(node):
        return bool(value_float(node, np.zeros(1))[0] > 0)
    match node:
        case Symbol(_, positive):
            return positive
        case Sum(terms):
            return all(_is_nonnegative(term) for term in terms) and any(is_positive(term) for term in terms)
        case Product(factors):
            return all(is_positive(factor) for factor in factors)
        case Power(base, Number()):
            return is_positive(base)
        case Apply(function, (inner,)):
            return function in _ALWAYS_POSITIVE or (function in ("abs", "relu", "sqrt", "sinh", "step") and is_positive(inner))
        case _:
            return False


def _is_nonnegative(node: Node) -> bool:
    match node:
        case Power(_, Number(value)) if value.denominator == 1 and value.numerator % 2 == 0:
            return True
        case Product(factors):
            return all(_is_nonnegative(factor) for factor in factors)
        case Apply("abs" | "relu" | "step", _):
            return True
        case Number(value):
            return value >= 0
        case _:
            return is_positive(node)


def check_symbols(tree: Node) -> None:
    """Refuse constants that exist for some values of the parameters only, and too high powers of parameters.

    Raises:
        NeedsPositiveError: a parameter alone must be positive, and nothing is stated of it.
        ExpressionError: names the constant whose sign is not known.
    """
    degree = _degree(tree)
    if degree > MAX_DEGREE:
        raise ExpressionError(f"parameters without a value occur to degree {degree}, at most {MAX_DEGREE} is allowed")
    for node in walk(tree):
        for constant, why in _positive_constants(node):
            if not (is_constant(constant) and symbols_of(constant)) or is_positive(constant):
                continue
            require_positive(constant, why)


def require_positive(constant: Node, why: str) -> None:
    """Raise, since the constant is not known to be positive."""
    if isinstance(constant, Symbol):
        raise NeedsPositiveError(constant.name)
    names = ", ".join(f"'{symbol.name} > 0'" for symbol in symbols_of(constant) if not symbol.positive)
    remedy = f"declare parameters=[{names}] or write it otherwise" if names else "write it otherwise"
    raise ExpressionError(f"{_short(constant)} must be positive, {why}, which is not known for all parameters: {remedy}")


def _positive_constants(node: Node) -> Iterator[tuple[Node, str]]:
    match node:
        case Power(base, Number(value)) if value < 0:
            yield base, "since it is divided by"
        case Power(base, Number(value)) if value.denominator != 1:
            yield base, f"for its power {value}"
        case Apply("log" | "sqrt" as function, (inner,)):
            yield inner, f"for its {function}"
        case Apply("tan", (inner,)) if is_constant(inner) and symbols_of(inner):
            raise ExpressionError(f"tan({_short(inner)}) has poles: give its parameters numbers")
        case _:
            pass


def _degree(node: Node) -> int:
    match node:
        case Symbol():
            return 1
        case Product(factors):
            return sum(_degree(factor) for factor in factors)
        case Power(base, Number(value)):
            return _degree(base) * max(1, int(abs(value) // Fraction(1)))
        case _:
            return max((_degree(child) for child in children(node)), default=0)


def _short(node: Node) -> str:
    text = unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."
