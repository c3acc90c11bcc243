r"""An enclosure in balls of the effective ridge of a negative ridge, down to the edge.

On the branch where $D=ac+(a+c)e>0$ and $a+c>0$ (ridge regression: $D=n-\mathrm{df}_2>0$), with the letters of `equivalent_risk`,
$\lambda(\kappa)=\kappa ac/p$ (ridge regression: $\kappa a$) is increasing and convex, $d\lambda/d\kappa=D/p$, and the branch goes
on for all larger $\kappa$ (`negative_ridge.edge`). So two numbers $l<h$ with

.. math:: D(l)>0,\quad\lambda(l)<\lambda<\lambda(h)

in balls prove that $l<\kappa_*<h$; the tangent at h and the chord, which lie below and above a convex function, then give better
ones, $h-\frac{\lambda(h)-\lambda}{\lambda'(h)}$ and $l+\frac{\lambda-\lambda(l)}{\lambda(h)-\lambda(l)}(h-l)$, of more than
twice the digits. With more samples than rank $-s_{min}<\kappa<0$, where the same holds.

Source:
    D increases with kappa where D and a + c are positive: dD/dlog(kappa) = 2 [e^2 + q (a + c)], q = sum m L^2 (1 - L), at
    kappa > 0; at kappa < 0 because e^2 < |q| (a + c) there, from (sum m L / (s + kappa))^2 <= sum m L^2 / (s + kappa) times
    sum m / (s + kappa), and |kappa| sum m / (s + kappa) <= |e| < min(a, c).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from asymptotix.equivalents.certified.ball_sums import ExactLevels, LevelsAt
from asymptotix.equivalents.certified.root import Point
from asymptotix.equivalents.certified.rounding import Ball, enough, load_flint
from asymptotix.errors import ConvergenceError

__all__ = ["enclose_negative_root"]

_BITS_ABOVE_GOAL = 48
_MAX_BITS = 1 << 14
_FIRST_WIDTH = 2.0**-44  # of log |kappa|: above the rounding of the float64 root far from the edge
_MAX_EVALUATIONS = 200


@dataclass(frozen=True)
class _Place:
    """One kappa: ridge(kappa) - ridge, its derivative, and whether kappa is proved to lie on the branch."""

    kappa: Ball
    excess: Ball
    slope: Ball
    inside: bool


def enclose_negative_root(levels_at: LevelsAt, point: Point, goal_bits: int) -> Ball:
    """A ball around kappa*, of relative radius 2^-goal_bits or the least that the data allow.

    Raises:
        ConvergenceError: no enclosure: the ridge is too close to its edge.
    """
    flint = load_flint()
    bits = goal_bits + _BITS_ABOVE_GOAL
    width = math.inf
    while bits <= _MAX_BITS:
        with flint.ctx.workprec(bits):
            levels = levels_at(bits)
            ends = _bracket(levels, point)
            if ends is not None:
                low, high = _tightened(levels, point, *ends, goal_bits)
                enclosure = low.union(high)
                narrowed = float(enclosure.rad() / abs(enclosure.mid()))
                if enough(enclosure, goal_bits) or narrowed > 0.9 * width:  # the data are intervals: more digits do not narrow it
                    return enclosure
                width = narrowed
        bits *= 2
    raise ConvergenceError(f"no enclosure of lambda* was found at {point}: the ridge is too close to the smallest one possible")


def _at(levels: ExactLevels, point: Point, kappa: Ball) -> _Place:
    """Everything at one kappa; outside where a pole is passed."""
    if kappa < 0 and not (levels.smallest is not None and levels.smallest + kappa > 0):
        return _Place(kappa, levels.ball("nan"), levels.ball("nan"), False)
    goal = levels.ball(point.goal)
    sums = levels.sums(kappa, goal, energies=False)
    e = sums.spread
    a = (levels.ball(point.n) - goal) - sums.excess
    if math.isinf(point.p):
        slope = a + e
        return _Place(kappa, kappa * a - levels.ball(point.ridge), slope, bool(slope > 0))
    p = levels.ball(point.p)
    c = (p - goal) - sums.excess
    slope = (a * c + (a + c) * e) / p
    return _Place(kappa, kappa * a * c / p - levels.ball(point.ridge), slope, bool(slope > 0 and a + c > 0))


def _bracket(levels: ExactLevels, point: Point) -> tuple[_Place, _Place] | None:
    """Two places on the branch between which the root lies; None where the precision does not decide."""
    start, width = levels.ball(point.log_start), levels.ball(_FIRST_WIDTH)
    outside: Ball | None = None  # log |kappa| beyond the edge
    inner = start
    high: _Place | None = None
    for _ in range(_MAX_EVALUATIONS):
        x = inner + point.sign * width
        high = _at(levels, point, (point.sign * x.exp()).mid())
        if high.inside and high.excess > 0:
            break
        width *= 8
    else:
        return None
    width = levels.ball(_FIRST_WIDTH)
    for _ in range(_MAX_EVALUATIONS):
        x = ((inner + outside) / 2 if outside is not None else start - point.sign * width).mid()
        low = _at(levels, point, (point.sign * x.exp()).mid())
        if low.inside and low.excess < 0:
            return low, high
        if not low.inside:
            outside = x
        elif low.excess > 0:
            inner, high = x, low
        elif outside is not None:
            return None  # undecided between root and edge
        width *= 8
    return None


def _tightened(levels: ExactLevels, point: Point, low: _Place, high: _Place, goal_bits: int) -> tuple[Ball, Ball]:
    """The two ends, until they are close enough or the precision is used up."""
    for _ in range(_MAX_EVALUATIONS):
        left, right = low.kappa, high.kappa
        tangent = (right - high.excess / high.slope).upper()
        chord = (left - low.excess * (right - left) / (high.excess - low.excess)).lower()
        below = chord if chord > left else left
        above = tangent if tangent < right else right
        gained = above - below < (right - left) / 2
        if enough(below.union(above), goal_bits) or not gained:
            return below, above
        low, high = _at(levels, point, below), _at(levels, point, above)
    return low.kappa, high.kappa
