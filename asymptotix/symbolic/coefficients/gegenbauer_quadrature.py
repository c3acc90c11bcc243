r"""Gegenbauer coefficients without a closed form: the defining integral, and its numbers with a bound on their error.

    lambda_k(d) = E[s(r t) P_k(t)] = int s(r sin a) P_k(sin a) cos(a)^(d-2) da / int cos(a)^(d-2) da,   -pi/2 < a < pi/2,

by Gauss-Legendre panels that end at the kinks of s, close in on them where s has a root there, and are short beside 1/sqrt(d).
Everything is computed in mpmath, because a coefficient of high degree is far smaller than its integrand. Panels are halved until
two rules agree; their difference is the error bound. What is far
narrower than a panel, such as the jump of tanh(10^9 x), can escape both.

Source: definition; the density of t in [Muller1966].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import sympy as sp
from mpmath.calculus.quadrature import GaussLegendre
from numpy.typing import NDArray

from asymptotix.activations.tree import Number, Power, walk
from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.coefficients.degree_cases import checked_degree
from asymptotix.symbolic.expressions import sympy_expression
from asymptotix.symbolic.formula import Formula, Status
from asymptotix.symbolic.presentation import latex

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["DIGITS", "QUADRATURE_ROUTE", "SphereQuadrature", "defining_average", "numeric_coefficient", "require_numbers"]

DIGITS = 16  # of `evaluate`; more by `mp`
MAX_DIGITS = 60
QUADRATURE_ROUTE = "two Gauss-Legendre rules that must agree, split at kinks (`error_bound`); more digits by `mp`"
_HALVINGS = 5
_RULE = 4  # of mpmath: 24 nodes a panel
_GUARD = 12
_EDGES = (0.0, 0.5, 1.0, 1.75, 2.5, 3.5, 5.0, 7.0, 10.0, 14.0, 20.0, 28.0, 40.0)  # of the panels, in units of 1/sqrt(d)
T = sp.Symbol("t", real=True)


@dataclass(frozen=True)
class SphereQuadrature:
    """Numbers of E[s(r t) P_k(t)] in one dimension."""

    activation: Activation
    radius: sp.Expr
    degree: sp.Symbol | int
    dimension: int

    def evaluate(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """float64 values."""
        return self._map(given, lambda k: float(self._estimate(k, DIGITS)[0]))

    def error_bound(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """The difference of the two rules, and rounding."""

        def bound(k: int) -> float:
            value, error = self._estimate(k, DIGITS)
            return float(error) + 2.0**-52 * abs(float(value))

        return self._map(given, bound)

    def precise(self, given: Mapping[str, Any], digits: int) -> mpmath.mpf:
        """One value to so many digits."""
        if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
            raise InvalidInputError("digits", digits, f"an integer from 1 to {MAX_DIGITS}")
        if digits > DIGITS and any(not isinstance(point, Fraction | int) for point in self.activation.kink_points):
            raise NotInClosedClassError(f"a kink of {self.activation.name} is known to 16 digits: no coefficient has more")
        value = self._estimate(self._degree(given), digits)[0]
        with mpmath.workdps(digits):
            return +value

    def _degree(self, given: Mapping[str, Any]) -> int:
        return self.degree if isinstance(self.degree, int) else checked_degree("k", given["k"])

    def _map(self, given: Mapping[str, Any], function: Any) -> NDArray[np.float64]:
        if isinstance(self.degree, int):
            return np.asarray(function(self.degree), dtype=np.float64)
        degrees = np.asarray(given["k"])
        flat = [function(checked_degree("k", k)) for k in degrees.ravel().tolist()]
        return np.asarray(flat, dtype=np.float64).reshape(degrees.shape)

    def _estimate(self, k: int, digits: int) -> tuple[Any, Any]:
        return _estimate(self.activation, self.radius, k, self.dimension, digits)


@lru_cache(maxsize=1024)
def _estimate(s: Activation, radius: sp.Expr, k: int, d: int, digits: int) -> tuple[Any, Any]:
    """Value and error. The working digits follow the size of the coefficient beside that of s, up to a limit.

    What is still no larger than its error there is 0, with that error.
    """
    if s.parity is not None and s.parity != ("odd" if k % 2 else "even"):
        return mpmath.mpf(0), mpmath.mpf(0)
    wanted, limit = digits + _GUARD, digits + 60
    while True:
        with mpmath.workdps(wanted + _GUARD):
            value, error, size = _refined(s, sp.N(radius, wanted + _GUARD)._to_mpmath(mpmath.mp.prec), k, d, wanted)
            lost = int(mpmath.log10(size / abs(value))) + 1 if value and size else wanted
            if wanted - lost >= digits or size == 0:
                return value, error
            if wanted >= limit:
                bound = max(abs(value), error, size * mpmath.mpf(10) ** -wanted)
                return (value, error) if abs(value) > 2 * error and wanted - lost > 0 else (mpmath.mpf(0), bound)
        wanted = min(max(digits + _GUARD + lost, wanted + _GUARD), limit)


def require_numbers(s: Activation) -> None:
    """Nothing, or the refusal of an activation that grows too fast to be evaluated.

    Raises:
        NotInClosedClassError: it does.
    """
    from asymptotix.kernels.quadrature import QuadratureDual

    QuadratureDual(s).require_moderate_growth()


def _refined(s: Activation, radius: Any, k: int, d: int, digits: int) -> tuple[Any, Any, Any]:
    edges = _panel_edges(s, radius, d, digits)
    before = _integral(s, radius, k, d, edges)
    for _ in range(_HALVINGS):
        edges = sorted([*edges, *((a + b) / 2 for a, b in pairwise(edges))])
        value = _integral(s, radius, k, d, edges)
        error = abs(value[0] - before[0])
        if error <= mpmath.mpf(10) ** -digits * value[1]:
            return value[0], error, value[1]
        before = value
    raise ConvergenceError(f"the quadrature of {s.name} on the sphere at degree {k}, d = {d} does not settle: reduce the radius")


def _panel_edges(s: Activation, radius: Any, d: int, digits: int) -> list[Any]:
    """Angles: multiples of 1/sqrt(d) up to where the density is negligible, and the kinks of s."""
    end = min(mpmath.pi / 2, mpmath.sqrt(2 * mpmath.log(10) * (digits + _GUARD + 20) / d) if d > 2 else mpmath.pi / 2)
    if end > 1.2:
        end = mpmath.pi / 2
    multiples = [mpmath.mpf(x) / mpmath.sqrt(d) for x in _EDGES]
    edges = {x * sign for x in multiples if x < end for sign in (1, -1)} | {end, -end}
    root = _lowest_root(s)
    for point in s.kink_points:
        exact = mpmath.mpf(point.numerator) / point.denominator if isinstance(point, Fraction) else mpmath.mpf(point)
        angle = mpmath.asin(exact / radius) if abs(exact) < radius else end
        if abs(angle) < end:
            edges |= {angle, *_graded(angle, end, digits / (1 + root))} if root else {angle}
    # s has the parity of the degree, or the coefficient is 0 and nothing is integrated: one half is the average
    return sorted(edge for edge in edges if s.parity is None or edge >= 0)


def _graded(angle: Any, end: Any, digits: float) -> set[Any]:
    """Edges that close in on a root such as that of |x|^p: each panel half of the one before, the last below 10^-digits."""
    steps = [mpmath.ldexp(end, -j) for j in range(1, int(digits * 3.33) + 2)]
    return {angle + sign * step for step in steps for sign in (1, -1) if abs(angle + sign * step) < end}


def _lowest_root(s: Activation) -> float:
    """The smallest broken exponent, whose derivatives are infinite at a kink; 0 without one."""
    exponents = [node.exponent.value for node in walk(s.tree) if isinstance(node, Power) and isinstance(node.exponent, Number)]
    return float(min((p for p in exponents if p > 0 and p.denominator != 1), default=0))


def _integral(s: Activation, radius: Any, k: int, d: int, edges: list[Any]) -> tuple[Any, Any]:
    """The average, and that of |s|."""
    rule = _rule(mpmath.mp.prec)
    total, size, mass = [], [], []
    for a, b in pairwise(edges):
        half, middle = (b - a) / 2, (a + b) / 2
        for x, weight in rule:
            sine = mpmath.sin(middle + half * x)
            density = half * weight * mpmath.cos(middle + half * x) ** (d - 2)
            value = s.mp(radius * sine)
            if not mpmath.isfinite(value):
                raise HypothesisError(f"{s.name} is not finite on the sphere: at x = {mpmath.nstr(radius * sine, 6)}")
            total.append(value * density * _polynomial(k, d, sine))
            size.append(abs(value) * density)
            mass.append(density)
    whole = mpmath.fsum(mass)
    return mpmath.fsum(total) / whole, mpmath.fsum(size) / whole


@lru_cache(maxsize=16)
def _rule(precision: int) -> list[tuple[Any, Any]]:
    with mpmath.workprec(precision):
        return list(GaussLegendre(mpmath.mp).calc_nodes(_RULE, precision))


def _polynomial(k: int, d: int, t: Any) -> Any:
    """P_k(t) by its recurrence."""
    before, here = mpmath.mpf(1), t
    if k == 0:
        return before
    for j in range(1, k):
        before, here = here, ((2 * j + d - 2) * t * here - j * before) / (j + d - 2)
    return here


def defining_average(s: Activation, k: int, d: int, radius: sp.Expr) -> sp.Expr:
    """E[s(r t) P_k(t)] as an unevaluated integral over the density of t."""
    from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms

    terms = gegenbauer_terms(k, Fraction(d))
    polynomial = sp.Add(*(sp.Rational(c.numerator, c.denominator) * T**p for p, c in terms.items()))
    density = (
        sp.gamma(sp.Rational(d, 2)) / (sp.sqrt(sp.pi) * sp.gamma(sp.Rational(d - 1, 2))) * (1 - T**2) ** sp.Rational(d - 3, 2)
    )
    return sp.Integral(sympy_expression(s.tree, radius * T) * polynomial * density, (T, -1, 1))


def numeric_coefficient(s: Activation, k: int, d: int, radius: sp.Expr, reason: str) -> Formula:
    """The coefficient as a formula of status "numeric"; `reason` says why there is no closed form.

    Raises:
        NotInClosedClassError: the activation grows too fast for numbers as well.
    """
    require_numbers(s)
    argument = T if radius == 1 else radius * T
    left = rf"\lambda_{{{k}}}({d})"
    polynomial = rf"P_{{{k}}}(t)"
    return Formula(
        name=f"gegenbauer_coefficient({s.name!r}, {k}, {d}{'' if radius == 1 else f', radius={radius}'})",
        left=left,
        symbols=(),
        fixed={"k": k, "d": d},
        expression=defining_average(s, k, d, radius),
        derivation=None,
        status=Status("numeric", DIGITS, QUADRATURE_ROUTE, reason),
        body=rf"{left} = \mathbb{{E}}\left[{latex(sympy_expression(s.tree, argument))}\; {polynomial}\right]",
        numbers=SphereQuadrature(s, radius, k, d),
    )
