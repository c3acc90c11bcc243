"""The functions a text may call, rewritten into the few that the tree knows (`tree.FUNCTIONS`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from asymptotix.activations import algebra
from asymptotix.activations.tree import FUNCTIONS, Node, Number
from asymptotix.errors import ExpressionError

__all__ = ["FUNCTION_NAMES", "call"]

_MAX_HERMITE_DEGREE = 20


def _extremum(name: str) -> Callable[..., Node]:
    def build(first: Node, *others: Node) -> Node:
        for other in others:
            first = algebra.apply(name, first, other)
        return first

    return build


def _reciprocal(u: Node) -> Node:
    return algebra.raise_to(u, algebra.MINUS_ONE)


def _sigmoid(u: Node) -> Node:
    return _reciprocal(algebra.add(algebra.ONE, algebra.apply("exp", algebra.negate(u))))


def _softplus(u: Node) -> Node:
    return algebra.apply("log", algebra.add(algebra.ONE, algebra.apply("exp", u)))


def _silu(u: Node) -> Node:
    return algebra.multiply(u, _sigmoid(u))


def _mish(u: Node) -> Node:
    return algebra.multiply(u, algebra.apply("tanh", _softplus(u)))


def _elu(u: Node, alpha: Node = algebra.ONE) -> Node:
    negative = algebra.apply("exp", algebra.apply("min", u, algebra.ZERO))
    return algebra.add(algebra.apply("relu", u), algebra.multiply(alpha, algebra.subtract(negative, algebra.ONE)))


def _leaky_relu(u: Node, alpha: Node | None = None) -> Node:
    slope = Number(Fraction(1, 10)) if alpha is None else alpha
    return algebra.subtract(algebra.apply("relu", u), algebra.multiply(slope, algebra.apply("relu", algebra.negate(u))))


def _clip(u: Node, low: Node, high: Node) -> Node:
    return algebra.apply("min", algebra.apply("max", u, low), high)


def _gauss(u: Node) -> Node:
    return algebra.apply("exp", algebra.multiply(Number(Fraction(-1, 2)), algebra.raise_to(u, Number(Fraction(2)))))


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
    "heaviside": (1, 1, lambda u: algebra.apply("step", u)),
    "ncdf": (1, 1, lambda u: algebra.apply("Phi", u)),
    "log1p": (1, 1, lambda u: algebra.apply("log", algebra.add(algebra.ONE, u))),
    "clip": (3, 3, _clip),
    "gauss": (1, 1, _gauss),
    "gelu": (1, 1, lambda u: algebra.multiply(u, algebra.apply("Phi", u))),
    "sigmoid": (1, 1, _sigmoid),
    "softplus": (1, 1, _softplus),
    "silu": (1, 1, _silu),
    "swish": (1, 1, _silu),
    "mish": (1, 1, _mish),
    "elu": (1, 2, _elu),
    "leaky_relu": (1, 2, _leaky_relu),
    "He": (2, 2, _hermite),
}

FUNCTION_NAMES = tuple(sorted({*FUNCTIONS, *_DERIVED, "where"} - {"dirac"}, key=str.lower))


def call(name: str, arguments: Sequence[Node]) -> Node:
    """The tree of name(arguments...).

    Raises:
        ExpressionError: wrong number of arguments.
    """
    fewest, most, build = _DERIVED.get(name) or (FUNCTIONS[name], FUNCTIONS[name], lambda *u: algebra.apply(name, *u))
    if not fewest <= len(arguments) <= most:
        expected = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ExpressionError(f"{name} takes {expected} argument(s), got {len(arguments)}")
    return build(*arguments)
