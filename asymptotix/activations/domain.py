"""Refusals after parsing: constants out of range, poles, logarithms and roots of negative numbers.

Poles are looked for on a fixed grid (step 1/32 up to |x| = 12, geometric up to 1e6) by zeros and changes of sign of each
denominator. That is a search, not a proof: a double zero between two grid points is not seen.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations.evaluation import is_indicator, value_float
from asymptotix.activations.growth import growth_of
from asymptotix.activations.tree import Apply, Node, Number, Power, Product, children, is_constant, symbols_of, walk
from asymptotix.activations.unparse import unparse
from asymptotix.errors import ExpressionError

__all__ = ["check_constants", "check_domain"]

FloatArray = NDArray[np.float64]
_SMALLEST, _LARGEST = 1e-30, 1e30
_INNER = np.arange(-12 * 32, 12 * 32 + 1) / 32.0
_OUTER = np.geomspace(12.5, 1e6, 60)
_GRID = np.concatenate([-_OUTER[::-1], _INNER, _OUTER])


def check_constants(tree: Node) -> None:
    """Refuse constant subexpressions that are not real or outside 1e-30 ... 1e30 (exp(exp(9)) and the like).

    Those with parameters that have no value are passed over.

    Raises:
        ExpressionError: names the constant.
    """
    for node in walk(tree):
        if not is_constant(node) or symbols_of(node):
            continue
        value = float(value_float(node, np.zeros(1))[0])
        if not math.isfinite(value) or (value != 0 and not _SMALLEST <= abs(value) <= _LARGEST):
            raise ExpressionError(f"the constant {_short(node)} must be real and between 1e-30 and 1e30 in size, got {value}")
        underflow = isinstance(node, Apply) and node.function in ("exp", "erfc", "Phi")  # never 0 otherwise
        if value == 0 and (underflow or (isinstance(node, Number) and node.value)):
            raise ExpressionError(f"the constant {_short(node)} is smaller than 1e-30")


def check_domain(tree: Node) -> None:
    """Refuse an activation that is not finite and real at every x, or grows faster than exp(a x^2).

    Raises:
        ExpressionError: names the subexpression and the place.
    """
    growth_of(tree)
    _check(tree, np.arange(_GRID.size))
    values = value_float(tree, _INNER)
    if np.isnan(values).any():
        raise ExpressionError(f"{_short(tree)} is not a real number at x = {_INNER[np.isnan(values)][0]:g}")
    overflow = np.isinf(values) & (np.abs(_INNER) <= 4.0)
    if overflow.any():
        raise ExpressionError(f"{_short(tree)} exceeds 1e308 at x = {_INNER[overflow][0]:g}")


def _check(node: Node, where: NDArray[np.intp]) -> None:
    """Check a subexpression on the grid points `where` it matters (the active branch of a `where`)."""
    match node:
        case Product(factors):
            active = {factor: value_float(factor, _GRID[where]) != 0 for factor in factors if is_indicator(factor)}
            for factor in factors:  # an indicator does not hide its own poles
                others = [mask for other, mask in active.items() if other != factor]
                _check(factor, where[np.logical_and.reduce(others)] if others else where)
            return
        case Power(base, Number(value)) if value < 0:
            _refuse(base, where, _vanishes(_values(base, where), where), "vanishes, so that its reciprocal has a pole")
        case Apply("log", (inner,)):
            _refuse(inner, where, _values(inner, where) <= 0, "is not positive, so that its logarithm is not finite")
        case Apply("tan", (inner,)):
            _refuse(inner, where, np.abs(_values(inner, where)) >= math.pi / 2, "leaves (-pi/2, pi/2), where tan has poles")
        case _:
            pass
    match node:
        case Power(base, Number(value)) if value.denominator != 1:
            _refuse(base, where, _values(base, where) < 0, f"is negative, so that its power {value} is not real")
        case Apply("sqrt", (inner,)):
            _refuse(inner, where, _values(inner, where) < 0, "is negative, so that its square root is not real")
        case _:
            pass
    for child in children(node):
        _check(child, where)


def _values(node: Node, where: NDArray[np.intp]) -> FloatArray:
    return value_float(node, _GRID[where])


def _vanishes(values: FloatArray, where: NDArray[np.intp]) -> NDArray[np.bool_]:
    # Underflow far out (exp(-x^2)) is no zero: growth.py has bounded the reciprocal already.
    zero: NDArray[np.bool_] = (values == 0) & (np.abs(_GRID[where]) <= 12)
    neighbours = np.diff(where) == 1
    signs = np.sign(values)
    zero[:-1] |= neighbours & (signs[:-1] * signs[1:] < 0)
    return zero


def _refuse(node: Node, where: NDArray[np.intp], bad: NDArray[np.bool_], reason: str) -> None:
    if bad.any():
        place = _GRID[where[bad]]
        raise ExpressionError(f"{_short(node)} {reason} near x = {place[np.argmin(np.abs(place))]:.4g}")


def _short(node: Node) -> str:
    text = unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."
