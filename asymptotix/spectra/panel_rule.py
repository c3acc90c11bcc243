r"""Composite Gauss-Legendre rules in the angle for functions on the sphere that are analytic between breaks only.

In $t=\cos\theta$ the density is $\propto\sin^{d-2}\theta$. Kernels of arc-cosine type are analytic in $\theta$ up to both ends
although not in t, so panels in $\theta$ converge exponentially. They end at every break, and are short beside the wave length of
$p_k$ and the width of the density.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, ceil, pi, sqrt
from typing import Any

from asymptotix.spectra.gauss_rule import gauss_rule
from asymptotix.spectra.harmonics import SphereRecurrence
from asymptotix.spectra.integer_rule import Rule, lightest

__all__ = ["panel_rule"]

_PHASE = 6.0  # of p_k across half a panel
_DENSITY_PANEL = 4.0  # width of a panel in standard deviations of t
_REFINEMENT = 0.7  # of the width of a panel, from one step to the next


def panel_rule(dimension: int, step: int, top: int, bits: int, ends: int, breaks: Sequence[Any] = ()) -> Rule:
    """The rule of a step of refinement; `breaks` are values of x >= 0, that is |sqrt(d) t|, in mpmath.

    It ends where the weight has fallen by `ends` bits.
    """
    import mpmath

    legendre = gauss_rule(SphereRecurrence(3), _panel_points(bits), bits)
    with mpmath.workprec(bits + 20):
        root = mpmath.sqrt(dimension)
        latitudes = [mpmath.asin(x / root) for x in breaks if 0 < x < root]  # the angle from the equator
        edges = _edges(dimension, top, ends, _REFINEMENT**step, latitudes)
        unit = [x / mpmath.sqrt(3) for x in legendre.points]
        # the rule keeps both halves of its interval in one weight; a node in the middle carries its own
        signed = [(s * u, w / 2) for u, w in zip(unit, legendre.weights, strict=True) for s in ((1, -1) if u else (1, 1))]
        points, weights = [], []
        for low, high in pairwise(edges):
            half, middle = (high - low) / 2, (high + low) / 2
            for u, w in signed:
                sine, cosine = mpmath.cos_sin(middle + half * u)[::-1]
                points.append(root * sine)
                weights.append(half * w * cosine ** (dimension - 2))
        total = mpmath.fsum(weights)
        return Rule(tuple(points), tuple(w / total for w in weights), bits)


def _panel_points(bits: int) -> int:
    """Points of a panel on which a wave of phase 6 and any narrower feature are resolved to the working precision."""
    return 2 * ceil((14 + 0.13 * bits) / 2)


def _edges(dimension: int, top: int, ends: int, refinement: float, breaks: Sequence[Any]) -> list[Any]:
    """Latitudes 0 = equator to the pole, or to where the density has fallen below the rounding."""
    import mpmath

    end = mpmath.pi / 2
    stop = _latitude_of_weight(dimension, top, ends)
    pole = stop is None
    if stop is None:
        stop = pi / 2
    frequency = sqrt(max(top, 1) * (max(top, 1) + dimension - 2.0))
    width = refinement * min(pi / 8, 2 * _PHASE / frequency, _DENSITY_PANEL / sqrt(dimension))
    count = ceil(stop / width)
    inner = [end * i / count if pole else mpmath.mpf(stop) * i / count for i in range(count + 1)]
    return sorted({*inner, *breaks})


def _latitude_of_weight(dimension: int, top: int, bits: int) -> float | None:
    """Beyond it density times p_top is below 2^-bits; None if that is nearer to the pole than to the equator."""
    sine_squared = 1.0 - 2.0 ** (-2.0 * lightest(top, bits) / max(dimension - 2, 1))
    return None if sine_squared > 0.5 else asin(sqrt(sine_squared))
