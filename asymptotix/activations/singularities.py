"""Where an activation is not smooth (kinks) and where it is discontinuous (jumps).

Exact for piecewise polynomials. Otherwise every root of the argument of an abs, sign, step, relu, max, min, root or fractional
power is listed, which may include points where the pieces happen to meet smoothly. Roots without a closed form are searched
on |x| <= 40 in steps of 1/64, and bisected.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from asymptotix.activations import algebra
from asymptotix.activations.evaluation import value_float
from asymptotix.activations.piecewise import piecewise_polynomial
from asymptotix.activations.tree import Apply, Node, Number, Power, is_constant, walk

__all__ = ["jump_points", "kink_points"]

_RANGE, _STEP = 40, 64
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
        for root in _roots(argument):
            if not isinstance(found.get(float(root)), Fraction):
                found[float(root)] = root
    return tuple(found[key] for key in sorted(found))


def _roots(u: Node) -> list[Fraction | float]:
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
    values = np.sign(value_float(u, grid))
    roots: list[Fraction | float] = [Fraction(float(x)) for x in grid[values == 0]] if (values == 0).sum() <= 200 else []
    for i in np.flatnonzero(values[:-1] * values[1:] < 0):
        roots.append(_bisect(u, float(grid[i]), float(grid[i + 1])))
    return roots


def _bisect(u: Node, low: float, high: float) -> float:
    sign = math.copysign(1.0, float(value_float(u, np.array([low]))[0]))
    while low < (middle := 0.5 * (low + high)) < high:
        if sign * float(value_float(u, np.array([middle]))[0]) > 0:
            low = middle
        else:
            high = middle
    return high


def _is_discontinuous(tree: Node, point: float) -> bool:
    """Compare one-sided values at two distances: across a jump their difference does not shrink with the distance."""
    scale = max(1.0, abs(point))
    near, far = (scale * 2.0**-k for k in (36, 26))
    left, right, far_left, far_right = value_float(tree, point + np.array([-near, near, -far, far]))
    gap, far_gap = abs(right - left), abs(far_right - far_left)
    size = max(abs(left), abs(right), 2.0**-20)
    return bool(gap > 2.0**-26 * size and gap > 0.25 * far_gap)
