"""Where an activation is not smooth (kinks) and where it is discontinuous (jumps).

Exact for piecewise polynomials. Otherwise every root of the argument of an abs, sign, step, relu, max, min, root or fractional
power is listed, which may include points where the pieces happen to meet smoothly. Roots without a closed form are searched
on |x| <= 40 in steps of 1/64, and bisected.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import algebra
from asymptotix.activations.evaluation import value_float
from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.activations.tree import Apply, Node, Number, Power, is_constant, walk
from asymptotix.activations.unparse import unparse
from asymptotix.errors import ExpressionError

__all__ = ["jump_points", "kink_points", "real_roots"]

_RANGE, _STEP, _MAX_ROOTS = 40, 64, 200
_BISECTIONS = 60  # 1/64 to below the last bit, also of roots near 0
_SWITCHES = ("abs", "sign", "step", "relu", "sqrt", "dirac")


def kink_points(tree: Node) -> tuple[Fraction | float, ...]:
    """The points where the activation is not smooth, ascending; exact fractions where they are rational."""
    exact = piecewise_polynomial(tree)
    if exact is not None:
        return exact.breaks
    return _sorted_roots(_switch_arguments(tree, _SWITCHES, extrema=True))


def jump_points(tree: Node) -> tuple[Fraction | float, ...]:
    """The points where the activation is discontinuous, ascending."""
    exact = piecewise_polynomial(tree)
    if exact is not None:
        return exact.jumps
    candidates = _sorted_roots(_switch_arguments(tree, ("sign", "step"), extrema=False))
    return tuple(point for point in candidates if _is_discontinuous(tree, float(point)))


def _switch_arguments(tree: Node, functions: tuple[str, ...], *, extrema: bool) -> Iterator[Node]:
    for node in walk(tree):
        match node:
            case Apply(function, (inner,)) if function in functions:
                yield inner
            case Apply("max" | "min", (left, right)) if extrema:
                yield algebra.subtract(left, right)
            case Power(base, Number(value)) if extrema and value.denominator != 1:
                yield base
            case _:
                pass


def _sorted_roots(arguments: Iterator[Node]) -> tuple[Fraction | float, ...]:
    found: dict[float, Fraction | float] = {}
    for argument in dict.fromkeys(arguments):
        for root in real_roots(argument):
            if not isinstance(found.get(float(root)), Fraction):
                found[float(root)] = root
    return tuple(found[key] for key in sorted(found))


def real_roots(u: Node) -> list[Fraction | float]:
    """Where u changes its sign, or is 0 on a grid point; exact for piecewise polynomials.

    Raises:
        ExpressionError: more than 200 of them.
    """
    if is_constant(u):
        return []
    linear = piecewise_polynomial(u)
    if linear is not None:
        switched = piecewise_polynomial(algebra.apply("step", u))
        opposite = piecewise_polynomial(algebra.apply("step", algebra.negate(u)))
        if switched is not None and opposite is not None:
            return sorted({*switched.breaks, *opposite.breaks})
    return _numeric_roots(u)


def _numeric_roots(u: Node) -> list[Fraction | float]:
    grid = np.arange(-_RANGE * _STEP, _RANGE * _STEP + 1) / _STEP
    signs = np.sign(value_float(u, grid))
    zeros, changes = grid[signs == 0], np.flatnonzero(signs[:-1] * signs[1:] < 0)
    if len(changes) > _MAX_ROOTS:
        raise ExpressionError(
            f"{unparse(u)} changes sign more than {_MAX_ROOTS} times on |x| <= {_RANGE}: the kinks cannot be listed"
        )
    exact: list[Fraction | float] = [Fraction(float(x)) for x in zeros] if len(zeros) <= _MAX_ROOTS else []
    return [*exact, *_bisect(u, grid[changes], grid[changes + 1]).tolist()]


def _bisect(u: Node, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """All sign changes at once, to the last bit."""
    sign = np.sign(value_float(u, low))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        same = sign * value_float(u, middle) > 0
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high


def _is_discontinuous(tree: Node, point: float) -> bool:
    """Compare one-sided values at two distances: across a jump their difference does not shrink with the distance."""
    scale = max(1.0, abs(point))
    near, far = (scale * 2.0**-k for k in (36, 26))
    left, right, far_left, far_right = value_float(tree, point + np.array([-near, near, -far, far]))
    gap, far_gap = abs(right - left), abs(far_right - far_left)
    size = max(abs(left), abs(right), 2.0**-20)
    return bool(gap > 2.0**-26 * size and gap > 0.25 * far_gap)
