"""E[f(G) He_k(G)] from its definition: Gauss-Legendre panels between breakpoints in mpmath, no code of the package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import mpmath

from tests.symbolic.quadrature_oracle import _ball, _rule

DIGITS = 45


@cache
def _nodes(breaks: tuple[Fraction, ...]) -> list[tuple[Any, Any]]:
    """Nodes and weights times density."""
    flint.ctx.dps = max(flint.ctx.dps, DIGITS + 5)
    with mpmath.workdps(DIGITS):
        return [tuple(mpmath.mpf(v.str(DIGITS, radius=False)) for v in row[:2]) for row in _rule([_ball(b) for b in breaks])]


def hermite_moments(f: Callable[[Any], Any], count: int, breaks: Sequence[Fraction | int] = ()) -> list[Any]:
    """Degrees 0 to count - 1 with about 35 digits of sqrt(k! E f^2)."""
    with mpmath.workdps(DIGITS):
        nodes = _nodes(tuple(Fraction(b) for b in breaks))
        weighted = [weight * f(x) for x, weight in nodes]
        previous, current = [mpmath.mpf(0)] * len(nodes), [mpmath.mpf(1)] * len(nodes)
        found = []
        for k in range(count):
            found.append(mpmath.fdot(weighted, current))
            previous, current = current, [x * c - k * p for (x, _), c, p in zip(nodes, current, previous, strict=True)]
        return found
