"""Roots of increasing functions on the positive half-line, in float64 arrays and in mpmath.

In float64 the two signs of the function are compared as two sums of positive terms, so that no digit cancels, and the logarithm
of the root is halved: 75 halvings of 1,460 leave nothing of the interval, whatever the function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from asymptotix.errors import ConvergenceError
from asymptotix.symbolic.closed_risk.family import FloatArray

__all__ = ["balanced_root", "halved", "precise_root"]

_LOW, _HIGH, _HALVINGS = -745.0, 709.0, 75  # logarithms of the smallest and the largest float64
_STEPS = 200  # of Newton in mpmath, which needs about log2(digits) of them


def halved(is_above: Callable[[FloatArray], Any], shape: tuple[int, ...]) -> FloatArray:
    """The x > 0 at which `is_above(x)` turns true, elementwise."""
    low, high = np.full(shape, _LOW), np.full(shape, _HIGH)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = np.asarray(is_above(np.exp(middle)))
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(np.exp(0.5 * (low + high)))


def balanced_root(
    count: FloatArray, levels: Sequence[tuple[FloatArray, FloatArray]], load: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """The x > 0 with sum of m s/(s + x) over `levels` (s, m) + load(x) = count; `load` falls.

    The levels are filled up to `count`, largest first: of a filled one s/(s + x) is written as 1 - x/(s + x), so that the ones
    cancel against `count` before anything is rounded. Levels come in decreasing order of s.
    """

    def is_above(x: FloatArray) -> Any:
        left, filled, open_ = count, np.zeros_like(x), load(x)
        for s, m in levels:
            taken = np.minimum(m, left)
            left = left - taken
            filled = filled + taken * (x / (s + x))
            open_ = open_ + (m - taken) * (s / (s + x))
        return filled + left > open_

    return halved(is_above, count.shape)


def precise_root(gap: sp.Expr, symbol: sp.Symbol, start: float, digits: int) -> Any:
    """The root of `gap` to so many digits, by Newton's method from a float64 root, in mpmath's precision.

    Raises:
        ConvergenceError: it does not settle.
    """
    value, slope = (sp.lambdify(symbol, f, "mpmath") for f in (gap, sp.diff(gap, symbol)))
    x = mpmath.mpf(start)
    if not (start > 0 and math.isfinite(start)):
        raise ConvergenceError("the root is not a positive float64 number: no start for its digits")
    for _ in range(_STEPS):
        step = value(x) / slope(x)
        x -= step
        if abs(step) <= abs(x) * mpmath.mpf(10) ** -(digits + 5):
            return x
    raise ConvergenceError(f"the root near {start:.3g} did not settle to {digits} digits")
