r"""$E[s(u)\,s(v)]$ to any number of digits by quadrature in mpmath, for activations without a closed form.

With $u = r_1 z_1$, $v = r_2(\rho z_1 + \sigma z_2)$ and independent standard normals z, the double integral is cut where s has
kinks: along z_1 at the kinks of both factors, along z_2 where v crosses one. On an uncut line the trapezoidal rule is
used, on a piece the tanh-sinh rule, which resolves the layers of width $\sigma/\rho$ beside a cut at every correlation,
$\rho = \pm 1$ included. The rules are refined until two successive ones agree to the digits asked for; their difference,
the error of the coarser one, is stated as the error of the finer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

from asymptotix.activations import Activation
from asymptotix.activations.calculus import differentiate, without_dirac
from asymptotix.activations.evaluation import value_mp
from asymptotix.activations.narrow import narrow_places
from asymptotix.activations.tree import Node
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError, NotInClosedClassError

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["MAX_DIGITS", "Estimate", "precise_dual", "precise_hermite"]

MAX_DIGITS = 100
_MAX_EVALUATIONS = 6_000_000  # of s in one rule; a few minutes
_LEVELS = 5
_REFINEMENT = 0.8  # of the step from one rule to the next: 1.6 times the work, 1.25 times the digits
_POLE_SCALE = 5.0  # steps are divided by this over the scale of s, so that poles of tanh at i pi/2 are resolved at once
_STEPS_PER_PIECE = 15.0  # tanh-sinh steps in a step of the trapezoidal rule: measured on half of a Gaussian
_SPIKE = 0.25  # width of what gets a cut; the refinement of the trapezoidal rule deals with wider features
_CENTRAL = 3.0  # a piece that reaches beyond it on both sides is cut at 0


@dataclass(frozen=True)
class Estimate:
    """A value and a bound on its absolute error, the difference of two successive rules."""

    value: mpf
    error: mpf


@dataclass(frozen=True)
class _Line:
    """s along the line: its value in mpmath, the exact places of its kinks, growth exp(rate |x|), s(-x) = +-s(x) or not.

    `cuts` are the kinks and the spikes, in which the tanh-sinh rule has its densest nodes.
    """

    value: Callable[[mpf], mpf]
    kinks: tuple[Fraction, ...]
    cuts: tuple[Fraction, ...]
    rate: float
    symmetric: bool


def precise_dual(activation: Activation, q1: Any, q2: Any, c: Any, *, derivative: bool = False, digits: int = 40) -> Estimate:
    r"""E[s(u) s(v)], or E[s'(u) s'(v)], with an error below 10^-digits [E s(u)^2 E s(v)^2]^(1/2).

    Where s jumps, the derivative includes the densities of (u, v) at the jumps.

    Args:
        activation: s, growing at most exponentially, with kinks at rational places.
        q1: variance of u, a number that mpmath reads exactly (a string or a fraction for decimals).
        q2: variance of v.
        c: covariance, at most sqrt(q1 q2) in size.
        derivative: of s' instead of s.
        digits: 1 to 100.

    Raises:
        InvalidInputError: a variance, c or digits out of range.
        NotInClosedClassError: s grows too fast, or has a kink that is known in float64 only.
        HypothesisError: the expectation is infinite, or the variances are too large for the quadrature.
        ConvergenceError: successive rules do not agree.
    """
    import mpmath

    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InvalidInputError("digits", digits, f"an integer from 1 to {MAX_DIGITS}")
    s = _line(activation, activation.tree)
    slope = _line(activation, without_dirac(differentiate(activation.tree))) if derivative else s
    # twice the digits where cuts are near: a node 10^-digits beside a kink must fall on its own side
    with mpmath.workdps((2 if s.cuts else 1) * digits + 20):
        one, two, cross = (_exact(value) for value in (q1, q2, c))
        slack = mpmath.mpf(10) ** (-digits - 10)
        if not (one >= 0 and two >= 0 and cross**2 <= one * two * (1 + slack)):
            raise InvalidInputError("c", c, "at most sqrt(q1 q2) in size, with variances q1, q2 >= 0")
        _require_bounded(slope, digits)
        smooth = _agreed(slope, one, two, cross, digits)
        if not derivative or not activation.jumps:
            return smooth
        return _with_jumps(activation, slope, smooth, one, two, cross, digits)


def precise_hermite(activation: Activation, degree: int, mean: Any, variance: Any, digits: int) -> Estimate:
    r"""E[s(m + sqrt(v) G) He_k(G)] / sqrt(k!), with an error below 10^-digits E[s(m + sqrt(v) G)^2]^(1/2).

    Args:
        activation: s, growing at most exponentially, with kinks at rational places.
        degree: k >= 0.
        mean: m, a number that mpmath reads exactly.
        variance: v > 0.
        digits: 1 to 100, and what the smallness of the coefficient costs.

    Raises:
        NotInClosedClassError: s grows too fast, or has a kink that is known in float64 only.
        HypothesisError: the expectation is infinite, or the variance is too large for the quadrature.
        ConvergenceError: successive rules do not agree.
    """
    import mpmath

    s = _line(activation, activation.tree)
    with mpmath.workdps((2 if s.cuts else 1) * digits + 20):
        center, scale = _exact(mean), mpmath.sqrt(_exact(variance))
        _require_bounded(s, digits)
        reach = mpmath.sqrt(2 * mpmath.log(10) * (digits + 8) + 2 * degree) + 2 * s.rate * float(scale) + 1
        coarsest = float(mpmath.pi * mpmath.sqrt(2 / (mpmath.log(10) * (digits + 3) + degree)))
        previous = None
        for level in range(_LEVELS):
            nodes = _nodes([(_exact(cut) - center) / scale for cut in s.cuts], reach, coarsest * _REFINEMENT**level, float(scale))
            values = [(weight * s.value(center + scale * z), z) for z, weight in nodes]
            total = mpmath.fsum(value * _orthonormal_hermite(degree, z) for value, z in values)
            size = mpmath.sqrt(mpmath.fsum(value**2 / weight for (value, _), (_, weight) in zip(values, nodes, strict=True)))
            if previous is not None and abs(total - previous) <= size * mpmath.mpf(10) ** (-digits):
                return Estimate(total, abs(total - previous) + size * mpmath.mpf(10) ** (-digits - 5))
            previous = total
    raise ConvergenceError(f"quadrature to {digits} digits did not converge: ask for fewer digits")


def _orthonormal_hermite(degree: int, z: mpf) -> mpf:
    """He_k(z) / sqrt(k!)."""
    import mpmath

    below, value = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(degree):
        below, value = value, (z * value - mpmath.sqrt(j) * below) / mpmath.sqrt(j + 1)
    return value


def _exact(value: Any) -> mpf:
    import mpmath

    if hasattr(value, "numerator") and not isinstance(value, int | float):
        return mpmath.mpf(int(value.numerator)) / int(value.denominator)
    return mpmath.mpf(value)


def _line(activation: Activation, tree: Node) -> _Line:
    growth = activation.growth
    if growth.kind == "gaussian" or growth.rate == float("inf"):
        raise NotInClosedClassError(f"{activation.text!r} grows too fast for the quadrature, and no closed form is known")
    points = activation.kink_points
    inexact = [point for point in points if not isinstance(point, Fraction)]
    if inexact:
        raise NotInClosedClassError(f"{activation.text!r} has a kink at {inexact[0]:.6g}, known in float64 only: no more digits")
    kinks = tuple(point for point in points if isinstance(point, Fraction))
    spikes = (Fraction(place) for place, width in narrow_places(activation.tree) if width < _SPIKE)
    cuts = tuple(sorted({*kinks, *spikes}))
    return _Line(lambda x: value_mp(tree, x), kinks, cuts, growth.rate if growth.kind == "exponential" else 0.0,
                 activation.parity is not None)  # fmt: skip


def _require_bounded(s: _Line, digits: int) -> None:
    """The rules stop 10^-digits before a kink, which is enough only where the function stays bounded."""
    import mpmath

    near, far = mpmath.mpf(10) ** (-digits), mpmath.mpf(1) / 8
    for kink in map(_exact, s.kinks):
        for side in (-1, 1):
            if not abs(s.value(kink + side * near)) <= 100 * (1 + abs(s.value(kink + side * far))):
                raise HypothesisError(f"the integrand is unbounded at {mpmath.nstr(kink, 6)}: no quadrature to {digits} digits")


def _agreed(s: _Line, q1: mpf, q2: mpf, c: mpf, digits: int) -> Estimate:
    """Refine until two successive rules agree to the digits."""
    import mpmath

    previous = None
    for level in range(_LEVELS):
        value, scale = _rule(s, q1, q2, c, digits, _REFINEMENT**level)
        if previous is not None:
            error = abs(value - previous)
            if error <= scale * mpmath.mpf(10) ** (-digits):
                return Estimate(value, error + scale * mpmath.mpf(10) ** (-digits - 5))
        previous = value
    raise ConvergenceError(f"quadrature to {digits} digits did not converge: ask for fewer digits")


def _rule(s: _Line, q1: mpf, q2: mpf, c: mpf, digits: int, refinement: float) -> tuple[mpf, mpf]:
    """(value, sqrt(E s(u)^2 E s(v)^2)) by one rule."""
    import mpmath

    r1, r2 = mpmath.sqrt(q1), mpmath.sqrt(q2)
    rho = max(min(c / (r1 * r2), mpmath.mpf(1)), mpmath.mpf(-1)) if r1 * r2 > 0 else mpmath.mpf(0)
    sigma = mpmath.sqrt((1 - rho) * (1 + rho))
    ends = [_exact(cut) for cut in s.cuts]
    outer_cuts = [a / r1 for a in ends if r1 > 0] + [a / (r2 * rho) for a in ends if r2 * rho != 0]
    reach = mpmath.sqrt(2 * mpmath.log(10) * (digits + 8)) + 2 * s.rate * float(max(r1, r2)) + 1
    fineness = refinement * float(mpmath.pi * mpmath.sqrt(2 / (mpmath.log(10) * (digits + 3))))
    outer = _nodes(outer_cuts, reach, fineness, float(max(r1, r2 * abs(rho))))
    inner = _nodes([], reach, fineness, float(r2 * sigma)) if sigma > 0 and not ends else None
    pieces = 1 if sigma == 0 else 500 * (len(ends) + 1)  # about 400 nodes in a piece at 40 digits
    if len(outer) * (len(inner) if inner else pieces) > _MAX_EVALUATIONS:
        raise HypothesisError(f"quadrature to {digits} digits needs smaller variances than {mpmath.nstr(max(q1, q2), 3)}")
    total, first, second = [], [], []
    for z, weight in _half(outer) if s.symmetric else outer:
        left = s.value(r1 * z)
        total.append(weight * left * _conditional(s, ends, r2 * rho * z, r2 * sigma, reach, fineness, inner))
        first.append(weight * left**2)
        second.append(weight * s.value(r2 * z) ** 2)
    return mpmath.fsum(total), mpmath.sqrt(mpmath.fsum(first) * mpmath.fsum(second))


def _conditional(
    s: _Line, ends: list[mpf], mean: mpf, deviation: mpf, reach: mpf, fineness: float, nodes: list[tuple[mpf, mpf]] | None
) -> mpf:
    """E[s(mean + deviation z)]."""
    import mpmath

    if deviation == 0:
        return s.value(mean)
    if nodes is None:
        nodes = _nodes([(a - mean) / deviation for a in ends], reach, fineness, float(deviation))
    return mpmath.fsum(weight * s.value(mean + deviation * z) for z, weight in nodes)


def _with_jumps(a: Activation, slope: _Line, smooth: Estimate, q1: mpf, q2: mpf, c: mpf, digits: int) -> Estimate:
    """The regular part of s' s' and the parts with one and with two Diracs."""
    import mpmath

    determinant = q1 * q2 - c**2
    if not determinant > 0:
        raise HypothesisError(f"{a.name} jumps: its derivative kernel is infinite or undefined at correlation 1 and -1")
    tiny = mpmath.mpf(10) ** (-digits - 15)
    places = [_exact(Fraction(place)) for place in slope.kinks if float(place) in a.jumps]
    heights = [a.mp(place + tiny) - a.mp(place - tiny) for place in places]
    ends = [_exact(cut) for cut in slope.cuts]
    reach = mpmath.sqrt(2 * mpmath.log(10) * (digits + 8)) + 2 * slope.rate * float(mpmath.sqrt(max(q1, q2))) + 1
    sums = []
    for refinement in (_REFINEMENT, _REFINEMENT**2):
        fineness = refinement * float(mpmath.pi * mpmath.sqrt(2 / (mpmath.log(10) * (digits + 3))))
        total = smooth.value
        for p, h in zip(places, heights, strict=True):
            for own in (q1, q2):
                mean = _conditional(slope, ends, c * p / own, mpmath.sqrt(determinant / own), reach, fineness, None)
                total += h * mean * mpmath.exp(-(p**2) / (2 * own)) / mpmath.sqrt(2 * mpmath.pi * own)
            for r, g in zip(places, heights, strict=True):
                exponent = (q2 * p**2 - 2 * c * p * r + q1 * r**2) / (2 * determinant)
                total += h * g * mpmath.exp(-exponent) / (2 * mpmath.pi * mpmath.sqrt(determinant))
        sums.append(total)
    return Estimate(sums[1], smooth.error + abs(sums[1] - sums[0]) + abs(sums[1]) * mpmath.mpf(10) ** (-digits - 5))


def _half(nodes: list[tuple[mpf, mpf]]) -> list[tuple[mpf, mpf]]:
    """The rule for an even integrand: (u, v) and (-u, -v) have the same law and the same product s(u) s(v)."""
    return [(z, weight if z == 0 else 2 * weight) for z, weight in nodes if z >= 0]


# --- rules in one variable ----------------------------------------------------------------------------------------------------


def _nodes(cuts: list[mpf], reach: mpf, fineness: float, scale: float) -> list[tuple[mpf, mpf]]:
    """Nodes z and weights w with sum w f(z) = E f(G), split at the cuts; what is too light to count is left out."""
    import mpmath

    inside = sorted({cut for cut in cuts if abs(cut) < reach})
    if not inside:
        step = mpmath.mpf(fineness / max(1.0, _POLE_SCALE * scale))
        half = int(reach / step)
        if half**2 > 100 * _MAX_EVALUATIONS:
            raise HypothesisError(f"quadrature at {scale:.3g} times the scale of s needs too many nodes: use smaller variances")
        points = [(step * j, step) for j in range(-half, half + 1)]
    else:
        edges = [-reach, *inside, reach]
        wide = [mpmath.mpf(0) for a, b in pairwise(edges) if a < -_CENTRAL and b > _CENTRAL]  # the bump of the density
        points = [node for a, b in pairwise(sorted([*edges, *wide])) for node in _piece(a, b, fineness)]
    root, lightest = 1 / mpmath.sqrt(2 * mpmath.pi), mpmath.exp(-(reach**2) / 2)
    weighted = ((z, weight * mpmath.exp(-z * z / 2) * root) for z, weight in points)
    return [(z, weight) for z, weight in weighted if weight > lightest]


def _piece(a: mpf, b: mpf, fineness: float) -> list[tuple[mpf, mpf]]:
    """Tanh-sinh nodes on [a, b]."""
    import mpmath

    width = b - a
    step = fineness / _STEPS_PER_PIECE
    return [(a + width * near if left else b - width * near, width * weight)
            for left, near, weight in _tanh_sinh(mpmath.mp.prec, step)]  # fmt: skip


@lru_cache(maxsize=16)
def _tanh_sinh(precision: int, step: float) -> tuple[tuple[bool, mpf, mpf], ...]:
    """(left half?, distance to the near end, weight) for the unit interval. An end is approached to half of the precision."""
    import mpmath

    with mpmath.workprec(precision):
        smallest = mpmath.mpf(2) ** (-precision // 2)
        nodes: list[tuple[bool, mpf, mpf]] = []
        for j in count():
            t = mpmath.mpf(step) * j
            grown = mpmath.exp(-mpmath.pi * mpmath.sinh(t))  # e^{-2y}, y = (pi/2) sinh t
            weight = mpmath.mpf(step) * mpmath.pi * mpmath.cosh(t) * grown / (1 + grown) ** 2
            if weight < smallest:
                break
            nodes.extend((left, grown / (1 + grown), weight) for left in ((True, False) if j else (True,)))
        return tuple(nodes)
