"""E[s(u) s(v)] for a piecewise smooth s: two nested Gauss-Legendre rules in ball arithmetic, no code of the package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import flint

NODES, WIDTH, REACH = 36, 2, 19  # nodes resolve a Gaussian on a panel to 40 digits; exp(3x) moves its bulk by 5 deviations


@dataclass(frozen=True)
class Piecewise:
    """`pieces[i]` on the i-th interval between the breakpoints, as functions of a ball."""

    breaks: tuple[Fraction, ...]
    pieces: tuple[Callable[[Any], Any], ...]


@cache
def _legendre() -> list[tuple[Any, Any]]:
    return [flint.arb.legendre_p_root(NODES, k, weight=True) for k in range(NODES)]


def _ball(value: Fraction | int) -> Any:
    value = Fraction(value)
    return flint.arb(value.numerator) / value.denominator


def _rule(cuts: Sequence[Any]) -> list[tuple[Any, Any, int]]:
    """Nodes, weights times density, and the number of cuts below."""
    uniform = [flint.arb(x) for x in range(-REACH, REACH + 1, WIDTH)]
    inside = sorted((cut for cut in cuts if -REACH < cut < REACH), key=float)
    edges = sorted([*uniform, *inside], key=float)
    root = (2 * flint.arb.pi()).sqrt()
    rule = []
    for a, b in pairwise(edges):
        middle, half = (a + b) / 2, (b - a) / 2
        below = sum(float(cut) < float(middle) for cut in cuts)
        for x, w in _legendre():
            z = middle + half * x
            rule.append((z, w * half * (-z * z / 2).exp() / root, below))
    return rule


def expectation(s: Piecewise, q1: Fraction, q2: Fraction, rho: Fraction) -> Any:
    """E[s(u) s(v)] with about 35 digits; |rho| well below 1."""
    flint.ctx.dps = max(flint.ctx.dps, 50)
    r1, r2 = _ball(q1).sqrt(), _ball(q2).sqrt()
    correlation = _ball(rho)
    sigma = (1 - correlation**2).sqrt()
    breaks = [_ball(b) for b in s.breaks]
    total = flint.arb(0)
    for z, weight, below in _rule([b / r1 for b in breaks]):
        mean, deviation = r2 * correlation * z, r2 * sigma
        inner = flint.arb(0)
        for y, w, under in _rule([(b - mean) / deviation for b in breaks]):
            inner += w * s.pieces[under](mean + deviation * y)
        total += weight * s.pieces[below](r1 * z) * inner
    return total
