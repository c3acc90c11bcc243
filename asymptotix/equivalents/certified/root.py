r"""An enclosure of the effective regularization in balls.

For $f(\kappa)=\mathrm{df}_1(\kappa)+G(\kappa)$ of (FP) in `fixed_point`, convex in $\kappa$ and concave in $1/\kappa$, and
$d=(f(\kappa)-m)/(-\partial f/\partial\log\kappa)$ at *any* $\kappa>0$,

.. math:: \kappa(1+d)\le\kappa_*\le\frac{\kappa}{1-d}\qquad(d>-1;\ d<1).

Both hold for exact numbers, hence for a ball that contains d: one evaluation at the float64 root, $|d|\approx10^{-15}$, encloses
$\kappa_*$ to $d^2\approx10^{-30}$, and each further one squares that. A start that is not close (d large, as where the float64
solver could not know the counts) is improved by Newton's step in log-log inside the enclosure, or by bisecting it; d > 0 and
d < 0 prove on which side of $\kappa$ the root lies.

Source:
    f convex in kappa, concave in 1/kappa: every s/(s+kappa) is, and G is a decreasing convex function of kappa, concave in
    1/kappa, as the composition of $2q/(\Delta+\sqrt{\Delta^2+4q})$, concave in q, with $q=p\lambda/\kappa$.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from asymptotix.equivalents.certified.ball_sums import BallSums, ExactLevels, LevelsAt
from asymptotix.equivalents.certified.rounding import Ball, enough, load_flint
from asymptotix.errors import ConvergenceError

__all__ = ["Point", "constraint", "enclose_root"]

_MAX_EVALUATIONS = 300
_MAX_BITS = 1 << 14
_BITS_ABOVE_GOAL = 48  # of working precision: the sums of 1e6 levels lose 20, the quotients a few
_FAR_BELOW = 36.0  # of log kappa: counts that differ by one rounding put kappa at about 1e-16 of the smallest level
_NEAR = 0.25  # of |d|: Newton's step is then the middle of the two tangent bounds


@dataclass(frozen=True)
class Point:
    """One point: n_samples, n_features, ridge as given, and of a first guess the logarithm of its size, and its sign."""

    n: float
    p: float
    ridge: float
    log_start: float
    sign: float = 1.0

    @property
    def goal(self) -> float:
        """m = min(n, p)."""
        return min(self.n, self.p)

    @property
    def visible_ridge(self) -> float:
        """The ridge, invisible beside infinitely many samples."""
        return 0.0 if math.isinf(self.n) else self.ridge

    def __str__(self) -> str:
        return f"n_samples = {self.n:g}, n_features = {self.p:g}, ridge = {self.ridge:g}"


def constraint(point: Point, kappa: Ball) -> tuple[Ball, Ball]:
    """G and -dG/dlog(kappa) in balls."""
    ball = type(kappa)
    if point.visible_ridge == 0:
        return ball(0), ball(0)
    ridge_term = ball(point.ridge) / kappa
    if math.isinf(point.p):
        return ridge_term, ridge_term
    q = ball(point.p) * ridge_term
    delta = abs(ball(point.n) - ball(point.p))
    root = (delta * delta + 4 * q).sqrt()
    return 2 * q / (delta + root), q / root


def enclose_root(levels_at: LevelsAt, point: Point, goal_bits: int) -> Ball:
    """A ball around kappa*, of relative radius 2^-goal_bits or the least that the data allow; exactly 0 where kappa* = 0.

    For a ridge >= 0; `negative_root` does it below.

    Raises:
        ConvergenceError: no enclosure after 300 evaluations.
    """
    flint = load_flint()
    bits = goal_bits + _BITS_ABOVE_GOAL
    with flint.ctx.workprec(bits):
        if _is_zero(levels_at(bits), point):
            return flint.arb(0)
    low, high, widths, kappa = flint.arb(0), flint.arb("inf"), [math.inf], None
    for _ in range(_MAX_EVALUATIONS):
        with flint.ctx.workprec(bits):
            levels = levels_at(bits)
            kappa = _start(levels, point) if kappa is None else kappa
            step = _distance(levels, point, kappa)
            distance = step[0]
            low, high = _tightened(low, high, kappa, distance)
            if not high > low:  # they meet: kappa* is this one number, as for a single level
                return high.union(low)
            enclosure = low.union(high)
            if enough(enclosure, goal_bits):
                return enclosure
            widths.append(_log_width(low, high))
            fuzzy = not distance.is_finite() or distance.rad() > abs(distance.mid())
            if fuzzy and (bits >= _MAX_BITS or (len(widths) > 3 and widths[-1] > 0.9 * widths[-2])):
                if math.isfinite(widths[-1]):
                    return enclosure  # the data are intervals (a lumped tail): more digits do not narrow it
                break
            kappa = _next(point, kappa, step, low, high, widths)
        bits = 2 * bits if fuzzy else bits
    raise ConvergenceError(f"no enclosure of lambda* was found at {point}")


def _start(levels: ExactLevels, point: Point) -> Ball:
    """The float64 root; far below all levels where that is 0 only because fractional counts were rounded."""
    guess = point.log_start if math.isfinite(point.log_start) else levels.log_smallest - _FAR_BELOW
    return levels.ball(guess).exp().mid()


def _is_zero(levels: ExactLevels, point: Point) -> bool:
    rank = levels.rank
    return point.visible_ridge == 0 and rank is not None and bool(levels.ball(point.goal) >= rank)


def _distance(levels: ExactLevels, point: Point, kappa: Ball) -> tuple[Ball, Ball, Ball]:
    """d, f(kappa) - m and the slope."""
    sums: BallSums = levels.sums(kappa, levels.ball(point.goal), energies=False)
    gap, gap_slope = constraint(point, kappa)
    excess, slope = sums.excess + gap, sums.spread + gap_slope
    return excess / slope, excess, slope


def _tightened(low: Ball, high: Ball, kappa: Ball, d: Ball) -> tuple[Ball, Ball]:
    """The enclosure after one more evaluation, both ends exact numbers; an infinite ball d says nothing."""
    if not d.is_finite():
        return low, high
    below, above = (kappa * (1 + d)).lower(), (kappa / (1 - d)).upper() if 1 - d > 0 else high
    return (below if below > low else low), (above if above < high else high)


def _log_width(low: Ball, high: Ball) -> float:
    return float((high / low).log().mid()) if low > 0 and high.is_finite() else math.inf


def _next(point: Point, kappa: Ball, step: tuple[Ball, Ball, Ball], low: Ball, high: Ball, widths: list[float]) -> Ball:
    """The next evaluation: Newton's point if it is inside and the enclosure halves in two evaluations, else the middle."""
    crawls = len(widths) > 2 and widths[-1] > 0.5 * widths[-3]
    if step[0].is_finite() and not crawls:
        d, excess, slope = (ball.mid() for ball in step)
        newton = _newton(kappa, d, excess, slope, type(kappa)(point.goal))
        if newton.is_finite() and low < newton < high:
            return newton
    if not low > 0:
        return (high / 16).mid()
    return (low * high).sqrt().mid() if high.is_finite() else (low * 16).mid()


def _newton(kappa: Ball, d: Ball, excess: Ball, slope: Ball, goal: Ball) -> Ball:
    """Between the tangent bounds near the root; on log f(log kappa) far from it, which is exact for one level."""
    if abs(d) < _NEAR:
        return (kappa * (1 + d * (1 + d / 2))).mid()
    value = goal + excess
    return (kappa * ((value / goal).log() * value / slope).exp()).mid()
