"""Where a smooth activation changes within a short distance: spikes and steep slopes that a quadrature must not step over.

A smooth function of u(x) changes where u is of order 1. Near a zero of u that is an interval of length 1/|u'|; near an
extremum of u, 1/|u''|^(1/2) for functions that decay (exp, tanh, ...) and |u/u''|^(1/2) for powers and logarithms. Zeros and
extrema are looked for where `singularities` looks for kinks.
"""

from __future__ import annotations

import numpy as np

from asymptotix.activations.calculus import differentiate, without_dirac
from asymptotix.activations.evaluation import value_float
from asymptotix.activations.singularities import real_roots
from asymptotix.activations.tree import Apply, Node, Number, Power, is_constant, walk
from asymptotix.errors import ExpressionError

__all__ = ["narrow_places"]

_WIDEST = 0.25  # wider ones are resolved by any quadrature
_NEAR_POLE = 1.0  # of functions with a pole or branch point at that distance from the line, nearer than those of tanh
_LOCAL = {"exp": _WIDEST, "tanh": _WIDEST, "erf": _WIDEST, "erfc": _WIDEST, "Phi": _WIDEST, "atan": _NEAR_POLE}


def narrow_places(tree: Node) -> tuple[tuple[float, float], ...]:
    """(place, width) of every short interval in which the activation changes, ascending; width at most 1.

    >>> from asymptotix.activations import activation
    >>> narrow_places(activation("x + exp(-10000*(x - 0.5)**2)").tree)
    ((0.5, 0.007071067811865475),)
    """
    found: dict[float, float] = {}
    for node in walk(tree):
        match node:
            case Apply(function, (inner,)) if function in _LOCAL:
                places, widest = _places(inner, relative=False), _LOCAL[function]
            case Apply("log" | "sqrt", (inner,)):
                places, widest = _places(inner, relative=True), _NEAR_POLE
            case Power(inner, Number(exponent)) if exponent < 0 or exponent.denominator != 1:
                places, widest = _places(inner, relative=True), _NEAR_POLE
            case _:
                continue
        for place, width in places:
            if width <= widest:
                found[place] = min(width, found.get(place, width))
    return tuple(sorted(found.items()))


def _places(u: Node, *, relative: bool) -> list[tuple[float, float]]:
    if is_constant(u):
        return []
    slope = without_dirac(differentiate(u))
    curvature = without_dirac(differentiate(slope))
    try:
        zeros, extrema = ([float(x) for x in real_roots(node)] for node in (u, slope))
    except ExpressionError:  # hundreds of them: an oscillation, which two rules do not agree on
        return []
    found = [(x, _length(1.0, _value(slope, x))) for x in zeros]
    for x in extrema:
        size = abs(_value(u, x)) if relative else 1.0
        found.append((x, _length(size, _value(curvature, x)) ** 0.5))
    return found


def _value(node: Node, x: float) -> float:
    return float(value_float(node, np.array([x]))[0])


def _length(size: float, rate: float) -> float:
    return size / abs(rate) if rate != 0 and np.isfinite(rate) else np.inf
