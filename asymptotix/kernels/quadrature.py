r"""Dual kernels without a formula: $E[s(u) s(v)]$ by quadrature, to about 1e-13 of $[E s(u)^2\, E s(v)^2]^{1/2}$.

By the Hermite series up to $|\rho| = 0.9$, and for smooth s at every correlation; for others nearer to $\pm 1$ by a double
integral. Many entries with the same two variances
(data of equal norms) are read off a Chebyshev interpolant in $\sqrt{1 - |\rho|}$, in which the singularities at $\rho = \pm
1$ are removed. Every result is computed with two rules; where they disagree, ConvergenceError is raised.

Where s jumps, s' has Dirac parts, and E[s'(u) s'(v)] gets the densities of (u, v) at the jumps and the conditional means there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.activations import Activation
from asymptotix.activations.calculus import differentiate, without_dirac
from asymptotix.activations.evaluation import value_float
from asymptotix.activations.narrow import narrow_places
from asymptotix.activations.tree import Apply, Node, Number, Power, walk
from asymptotix.errors import ConvergenceError, HypothesisError, NotInClosedClassError
from asymptotix.kernels.closed_forms import covariance_pair
from asymptotix.kernels.double_integral import Integrand, conditional_mean, double_integral, line_integral
from asymptotix.kernels.hermite_series import (
    MAX_TERMS,
    SERIES_LIMIT,
    HermiteTable,
    hermite_table,
    mehler_sum,
    significant_terms,
    terms_for,
)
from asymptotix.kernels.layer_spread import paired
from asymptotix.kernels.pair import Correlation, GaussianPair
from asymptotix.kernels.series_spread import series_spread

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["AGREEMENT", "AGREEMENT_DIGITS", "MAX_SCALE", "QuadratureDual"]

FloatArray = NDArray[np.float64]

AGREEMENT_DIGITS = 11
AGREEMENT = 10.0**-AGREEMENT_DIGITS  # of the two rules, relative to sqrt(E s(u)^2 E s(v)^2); the finer one is far better
_NODES = (16, 22)
_TABLE_SIZE = 128
_MAX_DOUBLE_INTEGRALS = 20_000  # some minutes of work
_GRADED_PANELS = 24  # 4^-24 = 4e-15
_ROUNDING = 4.0 * np.finfo(np.float64).eps  # of a coefficient, for each step of the recurrence
_RESIDUE = 2e-13  # of the scale: rounding of the sums, what the series leaves out, the interpolation of tables
_GRID = 2.0**50  # of mantissas: 1e-15 of a variance
MAX_SCALE = 300.0  # standard deviations: beyond it the panels resolve no more


@dataclass
class Agreement:
    """The largest difference of two rules met so far, as a share of [E f(u)^2 E f(v)^2]^(1/2)."""

    worst: float = 0.0

    def note(self, share: FloatArray) -> None:
        """Remember it, and refuse what exceeds AGREEMENT."""
        if not np.all(share <= AGREEMENT):
            worst = float(np.max(share))
            if not math.isfinite(worst):
                raise HypothesisError("the kernel overflows float64 at these variances: use smaller ones")
            raise ConvergenceError(f"quadrature of the kernel did not converge: two rules differ by {worst:.1e} of its scale")
        self.worst = max(self.worst, float(np.max(share, initial=0.0)))


@dataclass(frozen=True)
class QuadratureDual:
    """The expectations of any square-integrable activation."""

    activation: Activation

    @cached_property
    def _value(self) -> Integrand:
        return Integrand(self.activation, self._cuts, self._rate)

    @property
    def integrand(self) -> Integrand:
        """s with the points where it is not smooth."""
        return self._value

    @cached_property
    def _slope(self) -> Integrand:
        tree = without_dirac(differentiate(self.activation.tree))
        return Integrand(lambda x: value_float(tree, x), self._cuts, self._rate)

    @cached_property
    def _cuts(self) -> tuple[float, ...]:
        """Kinks and spikes; panels shrink towards spikes, and to kinks where s is not piecewise smooth (roots, logarithms)."""
        kinks = self.activation.kinks
        cuts = {*kinks}
        if any(_is_singular(node) for node in walk(self.activation.tree)):
            cuts.update(kink + sign * 4.0**-k for kink in kinks for sign in (-1, 1) for k in range(_GRADED_PANELS))
        for place, width in narrow_places(self.activation.tree):
            steps = range(math.ceil(math.log2(1.0 / width)) + 1)
            cuts.update(place + sign * width * 2.0**k for sign in (-1, 0, 1) for k in steps)
        return tuple(sorted(cuts))

    @cached_property
    def _rate(self) -> float:
        growth = self.activation.growth
        if growth.kind == "gaussian" or not math.isfinite(growth.rate):
            raise NotInClosedClassError(
                f"{self.activation.text!r} grows too fast for the quadrature, and no closed form is known"
            )
        return growth.rate if growth.kind == "exponential" else 0.0

    def require_moderate_growth(self) -> None:
        """Nothing, or NotInClosedClassError: a function that grows like exp(a x^2) is beyond the quadrature."""
        _ = self._rate

    def error_bound(self, pair: GaussianPair, derivative: bool = False) -> FloatArray:
        """Absolute error of `dual` or `derivative_dual`: a share of [E f(u)^2 E f(v)^2]^(1/2), f = s or s'.

        The share is the largest difference of the two rules among the entries, which is the error of the coarser one, and
        2e-13 for rounding and interpolation. The part of the derivative kernel that comes from jumps is exact but for the
        conditional means, and gets 1e-11 of its size.
        """
        f, seen = self._slope if derivative else self._value, Agreement()
        _expectation(f, pair, seen)
        one, two = (_expectation(f, GaussianPair.from_angle(q, q, np.zeros_like(q))) for q in (pair.q1, pair.q2))
        bound = np.broadcast_to((seen.worst + _RESIDUE) * np.sqrt(one) * np.sqrt(two), pair.c.shape)
        return bound + AGREEMENT * np.abs(self._singular_part(pair)) if derivative and self._jumps else np.array(bound)

    @cached_property
    def _jumps(self) -> tuple[tuple[float, float], ...]:
        """(place, height) of every discontinuity."""
        places = np.array(self.activation.jumps)
        above, below = (self.activation(np.nextafter(places, sign * np.inf)) for sign in (1, -1))
        return tuple(zip(places.tolist(), (above - below).tolist(), strict=True))

    def dual(self, pair: GaussianPair) -> FloatArray:
        """E[s(u) s(v)]."""
        return _expectation(self._value, pair)

    def derivative_dual(self, pair: GaussianPair) -> FloatArray:
        """E[s'(u) s'(v)], Dirac parts included."""
        smooth = _expectation(self._slope, pair)
        return smooth if not self._jumps else np.asarray(smooth + self._singular_part(pair))

    def hermite(self, degree: int, mean: float, variance: float) -> tuple[float, float]:
        """E[s(mean + sqrt(variance) G) He_k(G)] / sqrt(k!), k < 360, and a bound on its absolute error.

        Raises:
            HypothesisError: the variance is too large for the panels.
            ConvergenceError: the two rules differ by more than AGREEMENT of E[s^2]^(1/2).
        """
        if math.sqrt(variance) + abs(mean) > MAX_SCALE:
            raise HypothesisError(f"quadrature reaches up to |mean| + sqrt(variance) = {MAX_SCALE:g}: use smaller ones")
        f = Integrand(lambda x: self.activation(mean + x), tuple(cut - mean for cut in self._cuts), self._rate)
        coarse, fine = (hermite_table(f, np.array([variance]), nodes, degree + 1) for nodes in _NODES)
        value, scale = float(fine.coefficients[0, degree]), math.sqrt(float(fine.energy[0]))
        difference = abs(value - float(coarse.coefficients[0, degree]))
        if not difference <= AGREEMENT * scale:
            raise ConvergenceError(f"quadrature of degree {degree} did not converge: two rules differ by {difference:.1e}")
        return value, difference + _ROUNDING * (degree + 10) * scale

    def variance(self, q: FloatArray) -> FloatArray:
        """E[s(u)^2] for E u^2 = q."""
        return self.dual(GaussianPair.from_angle(q, q, np.zeros_like(q)))

    def next_pair(self, pair: GaussianPair, weight: float, bias: float) -> GaussianPair:
        """The Gaussian pair of the next layer: by the series where it holds at correlation 1, else by the covariance."""
        if self._value.kinks or pair.c.size == 0:
            return covariance_pair(self, pair, weight, bias)
        _require_scale(pair)
        distinct, one, two = _indexed(_rounded(np.asarray(pair.q1)), _rounded(np.asarray(pair.q2)))
        table = _agreed_table(self._value, distinct, MAX_TERMS, Agreement())
        if not table.complete.all():
            return covariance_pair(self, pair, weight, bias)
        squares = np.sum(table.coefficients**2, axis=1)
        value = mehler_sum(table.coefficients, one, two, np.asarray(pair.correlation.rho))
        plain = squares[one] + squares[two] - 2.0 * value
        columns = table.coefficients[:, : significant_terms(table.coefficients)].T[::-1]
        terms = ((a[one], a[two], a[one] - a[two]) for a in columns)
        spread = series_spread(terms, pair.correlation, plain, self.activation.parity)
        return paired(squares[one], squares[two], value, spread, weight, bias)

    def mp_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """Refused, so that nobody takes a quadrature for a formula: `asymptotix.kernels.precise` has the digits, slowly."""
        raise NotInClosedClassError(f"the kernel of {self.activation.text!r} has no formula: use precise_dual")

    def mp_derivative_dual(self, q1: mpf, q2: mpf, c: mpf) -> mpf:
        """Refused, as `mp_dual`."""
        return self.mp_dual(q1, q2, c)

    def _singular_part(self, pair: GaussianPair) -> FloatArray:
        r1, r2 = np.sqrt(pair.q1), np.sqrt(pair.q2)
        if ((r1 == 0) | (r2 == 0)).any():
            raise HypothesisError(f"{self.activation.name} jumps: its derivative kernel needs positive variances")
        total = np.zeros_like(pair.c)
        rho, sigma = pair.correlation.rho, pair.correlation.sine
        for a, height in self._jumps:
            for b, other in self._jumps:
                total = total + height * other * _density(a / r1, b / r2, pair.correlation) / (r1 * r2)
            for at, scale, far in ((a / r1, r1, r2), (a / r2, r2, r1)):
                mean = _means(self._slope, far * rho * at, far * sigma)
                total = total + height * mean * np.exp(-0.5 * at**2) / (math.sqrt(2.0 * math.pi) * scale)
        return total


def _is_singular(node: Node) -> bool:
    """A root, a power that is no integer, or a logarithm."""
    match node:
        case Apply("sqrt" | "log", _):
            return True
        case Power(_, Number(exponent)):
            return exponent.denominator != 1
        case _:
            return False


def _means(g: Integrand, mean: FloatArray, deviation: FloatArray) -> FloatArray:
    mean, deviation = np.broadcast_arrays(mean, deviation)
    flat = [
        conditional_mean(g, np.array([m]), float(s), _NODES[1])[0] for m, s in zip(mean.ravel(), deviation.ravel(), strict=True)
    ]
    return np.array(flat).reshape(mean.shape)


def _density(x: FloatArray, y: FloatArray, correlation: Correlation) -> FloatArray:
    """The density at (x, y) of standard Gaussians; infinite on the diagonal at correlation 1."""
    minus, plus, sine = correlation.minus, correlation.plus, correlation.sine
    # (x - rho y)^2 + (1 - rho^2) y^2 over 1 - rho^2, in terms of x - y and x + y so that nothing cancels near |rho| = 1
    with np.errstate(divide="ignore", invalid="ignore"):
        along = np.where(x == y, 0.0, (x - y) ** 2 / minus)
        across = np.where(x == -y, 0.0, (x + y) ** 2 / plus)
        return np.asarray(np.exp(-0.25 * (along + across)) / sine / (2.0 * math.pi))


def _expectation(f: Integrand, pair: GaussianPair, seen: Agreement | None = None) -> FloatArray:
    """E[f(u) f(v)], entry by entry, each by the route for its correlation."""
    rho, seen = np.asarray(pair.correlation.rho), seen or Agreement()
    _require_scale(pair)
    if rho.size == 0:
        return np.empty(rho.shape)
    q1, q2 = (_rounded(np.asarray(q)) for q in (pair.q1, pair.q2))
    near = np.abs(rho) > SERIES_LIMIT
    result = np.empty(rho.shape)
    if not f.kinks:  # all entries by the series, but those near correlation 1 whose coefficients do not hold everything
        result, complete = _series(f, q1, q2, rho, seen)
        near &= ~complete
    elif not near.any():
        result, _ = _series(f, q1, q2, rho, seen)
    elif not near.all():
        far = ~near
        one, two = (np.broadcast_to(q, rho.shape)[far] for q in (q1, q2))
        result[far], _ = _series(f, one, two, rho[far], seen)
    if near.any():
        q1, q2 = (np.broadcast_to(q, rho.shape)[near] for q in (q1, q2))
        gap = np.minimum(pair.correlation.minus, pair.correlation.plus)[near]
        result[near] = _near_parallel(f, q1, q2, np.sign(rho[near]), gap, seen)
    return result


def _series(
    f: Integrand, q1: FloatArray, q2: FloatArray, rho: FloatArray, seen: Agreement
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The Hermite series; and for which entries it holds at every correlation."""
    distinct, one, two = _indexed(q1, q2)
    table = _agreed_table(f, distinct, terms_for(float(np.max(np.abs(rho)))), seen)
    complete = table.complete
    return mehler_sum(table.coefficients, one, two, rho), complete[one] & complete[two]


def _require_scale(pair: GaussianPair) -> None:
    if math.sqrt(max(np.max(pair.q1, initial=0.0), np.max(pair.q2, initial=0.0))) > MAX_SCALE:
        raise HypothesisError(f"the kernel is computed by quadrature, up to variances {MAX_SCALE**2:g}: use smaller ones")


def _indexed(q1: FloatArray, q2: FloatArray) -> tuple[FloatArray, NDArray[np.intp], NDArray[np.intp]]:
    """The distinct variances, and where those of the arrays are among them."""
    distinct, inverse = np.unique(np.concatenate([q1.ravel(), q2.ravel()]), return_inverse=True)
    return distinct, inverse[: q1.size].reshape(q1.shape), inverse[q1.size :].reshape(q2.shape)


def _rounded(q: FloatArray) -> FloatArray:
    """The variances to 50 bits: rows that were normalised to one norm get one variance, and share tables."""
    mantissa, exponent = np.frexp(q)
    return np.asarray(np.ldexp(np.rint(mantissa * _GRID) / _GRID, exponent))


def _agreed_table(f: Integrand, q: FloatArray, terms: int, seen: Agreement) -> HermiteTable:
    """The coefficients by the finer rule. What they differ by from the coarser one bounds the change of every value."""
    coarse, fine = (hermite_table(f, q, nodes, terms) for nodes in _NODES)
    change = np.sqrt(np.sum((fine.coefficients - coarse.coefficients) ** 2, axis=1))
    with np.errstate(invalid="ignore"):
        share = 2.0 * change / (np.sqrt(fine.energy) + np.finfo(np.float64).tiny)
    seen.note(share)
    return fine


def _agreed(compute: Callable[[int], tuple[FloatArray, FloatArray]], seen: Agreement) -> FloatArray:
    """Compute (value, scale) with two rules; return the finer value."""
    coarse, _ = compute(_NODES[0])
    fine, scale = compute(_NODES[1])
    with np.errstate(invalid="ignore"):
        seen.note(np.abs(fine - coarse) / scale)
    return fine


def _near_parallel(
    f: Integrand, q1: FloatArray, q2: FloatArray, sign: FloatArray, gap: FloatArray, seen: Agreement
) -> FloatArray:
    """Entries at correlation 1 and -1 together; the others by groups of one (q1, q2, sign), large groups by a table."""
    result = np.empty(q1.shape)
    parallel = gap == 0.0
    if parallel.any():
        result[parallel] = _parallel(f, q1[parallel], q2[parallel], sign[parallel], seen)
    rest = ~parallel
    if rest.any():
        result[rest] = _grouped(f, q1[rest], q2[rest], sign[rest], gap[rest], seen)
    return result


def _parallel(f: Integrand, q1: FloatArray, q2: FloatArray, sign: FloatArray, seen: Agreement) -> FloatArray:
    """E[f(sqrt(q1) G) f(sign sqrt(q2) G)]: one integral for each different entry."""
    entries, inverse = np.unique(np.stack([q1, q2, sign]), axis=1, return_inverse=True)
    r1, r2 = np.sqrt(entries[0]), np.sqrt(entries[1]) * entries[2]

    def compute(nodes: int) -> tuple[FloatArray, FloatArray]:
        value, *squares = (line_integral(f, a, b, nodes) for a, b in ((r1, r2), (r1, r1), (r2, r2)))
        return value, np.sqrt(squares[0]) * np.sqrt(squares[1]) + np.finfo(np.float64).tiny

    return _agreed(compute, seen)[inverse.ravel()]


def _grouped(f: Integrand, q1: FloatArray, q2: FloatArray, sign: FloatArray, gap: FloatArray, seen: Agreement) -> FloatArray:
    groups, inverse = np.unique(np.stack([q1, q2, sign]), axis=1, return_inverse=True)
    counts = np.bincount(inverse.ravel(), minlength=groups.shape[1])
    work = int(np.minimum(counts, _TABLE_SIZE).sum())
    if work > _MAX_DOUBLE_INTEGRALS:
        raise NotInClosedClassError(
            f"no closed form is known, and {work} double integrals (at most {_MAX_DOUBLE_INTEGRALS}) would be needed: "
            "normalise the rows to equal norms, or use an activation with a closed form"
        )
    result = np.empty(q1.shape)
    order = np.argsort(inverse.ravel(), kind="stable")
    for group, members in enumerate(np.split(order, np.cumsum(counts)[:-1])):
        one, two, direction = groups[:, group]
        result[members] = _group(f, one, two, direction, gap[members], seen)
    return result


def _group(f: Integrand, q1: float, q2: float, sign: float, gap: FloatArray, seen: Agreement) -> FloatArray:
    distinct, inverse = np.unique(gap, return_inverse=True)
    if len(distinct) > 2 * _TABLE_SIZE:
        table = _chebyshev_table(f, q1, q2, sign, seen)
        if table is not None:
            return np.asarray(np.polynomial.chebyshev.chebval(_table_variable(gap), table))
    return _direct(f, q1, q2, sign, distinct, seen)[inverse]


def _table_variable(gap: FloatArray) -> FloatArray:
    return np.asarray(2.0 * np.sqrt(gap / (1.0 - SERIES_LIMIT)) - 1.0)


def _chebyshev_table(f: Integrand, q1: float, q2: float, sign: float, seen: Agreement) -> FloatArray | None:
    """Chebyshev coefficients of the kernel in sqrt(1 - |rho|), None when they have not decayed to rounding."""
    odd = 2 * np.arange(_TABLE_SIZE) + 1
    nodes = np.cos(math.pi * odd / (2 * _TABLE_SIZE))
    values = _direct(f, q1, q2, sign, (1.0 - SERIES_LIMIT) * (0.5 * (nodes + 1.0)) ** 2, seen)
    # the multiples of pi are reduced as integers: their rounding would be amplified by the number of terms
    steps = np.outer(np.arange(_TABLE_SIZE), odd) % (4 * _TABLE_SIZE)
    coefficients = 2.0 / _TABLE_SIZE * np.cos(math.pi * steps / (2 * _TABLE_SIZE)) @ values
    coefficients[0] *= 0.5
    return coefficients if np.abs(coefficients[-8:]).max() < 1e-13 * np.abs(coefficients).max() else None


def _direct(f: Integrand, q1: float, q2: float, sign: float, gap: FloatArray, seen: Agreement) -> FloatArray:
    g = f if sign > 0 else f.reflected()
    r1, r2 = (np.full(gap.shape, math.sqrt(q)) for q in (q1, q2))
    rho, sigma = 1.0 - gap, np.sqrt(gap * (2.0 - gap))

    def compute(nodes: int) -> tuple[FloatArray, FloatArray]:
        scales = [double_integral(h, h, r[:1], r[:1], np.ones(1), np.zeros(1), nodes)[0] for h, r in ((f, r1), (g, r2))]
        scale = math.sqrt(scales[0]) * math.sqrt(scales[1]) + np.finfo(np.float64).tiny
        return double_integral(f, g, r1, r2, rho, sigma, nodes), np.full(gap.shape, scale)

    return _agreed(compute, seen)
