"""The built-in functions of the grammar, rewritten into the few that the tree knows (`tree.FUNCTIONS`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from asymptotix.activations import algebra
from asymptotix.activations.catalogue import ALIASES, CATALOGUE
from asymptotix.activations.tree import FUNCTIONS, Node, Number
from asymptotix.errors import ExpressionError

__all__ = ["FUNCTION_NAMES", "call", "check_count", "is_built_in"]

_MAX_HERMITE_DEGREE = 20


def _extremum(name: str) -> Callable[..., Node]:
    def build(first: Node, *others: Node) -> Node:
        for other in others:
            first = algebra.apply(name, first, other)
        return first

    return build


def _clip(u: Node, low: Node, high: Node) -> Node:
    return algebra.apply("min", algebra.apply("max", u, low), high)


def _hermite(degree: Node, u: Node) -> Node:
    """He_n(u), n <= 20, expanded by He_{n+1} = u He_n - n He_{n-1}."""
    if not isinstance(degree, Number) or degree.value.denominator != 1 or not 0 <= degree.value <= _MAX_HERMITE_DEGREE:
        raise ExpressionError(f"He(n, x) needs an integer degree n between 0 and {_MAX_HERMITE_DEGREE}")
    previous, current = [0], [1]
    for n in range(int(degree.value)):
        shifted = [0, *current]
        padded = previous + [0] * (len(shifted) - len(previous))
        previous, current = current, [a - n * b for a, b in zip(shifted, padded, strict=True)]
    powers = [algebra.raise_to(u, Number(Fraction(k))) for k in range(len(current))]
    return algebra.add(*(algebra.multiply(Number(Fraction(a)), p) for a, p in zip(current, powers, strict=True)))


# name -> (fewest arguments, most arguments, constructor)
_DERIVED: dict[str, tuple[int, int, Callable[..., Node]]] = {
    "max": (2, 8, _extremum("max")),
    "min": (2, 8, _extremum("min")),
    "log1p": (1, 1, lambda u: algebra.apply("log", algebra.add(algebra.ONE, u))),
    "clip": (3, 3, _clip),
    "He": (2, 2, _hermite),
}
_BUILT_IN = {*FUNCTIONS, *_DERIVED}

FUNCTION_NAMES = tuple(sorted({*_BUILT_IN, *CATALOGUE, *ALIASES, "where"} - {"dirac"}, key=str.lower))


def is_built_in(name: str) -> bool:
    """Whether `call` knows the function; the others of FUNCTION_NAMES are formulas of the catalogue, and `where`."""
    return name in _BUILT_IN


def call(name: str, arguments: Sequence[Node]) -> Node:
    """The tree of name(arguments...) for a built-in function.

    Raises:
        ExpressionError: wrong number of arguments.
    """
    fewest, most, build = _DERIVED.get(name) or (FUNCTIONS[name], FUNCTIONS[name], lambda *u: algebra.apply(name, *u))
    check_count(name, len(arguments), fewest, most)
    return build(*arguments)


def check_count(name: str, given: int, fewest: int, most: int) -> None:
    """Refuse a call with too few or too many arguments.

    Raises:
        ExpressionError: fewer than `fewest` or more than `most`.
    """
    if not fewest <= given <= most:
        expected = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ExpressionError(f"{name} takes {expected} argument(s), got {given}")
