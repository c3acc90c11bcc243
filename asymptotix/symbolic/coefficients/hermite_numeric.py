r"""Hermite coefficients of an integer degree without a closed form: the defining integral, the reason, numbers with a bound.

    mu_k = int s(m + sqrt(v) u) He_k(u) phi(u) du,   phi the standard normal density

The expression of such a formula is this integral, unevaluated; its status is "numeric". `evaluate` takes two composite
Gauss-Legendre rules, split at the kinks, that must agree; `mp` refines a trapezoidal or tanh-sinh rule to the digits asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import ExpressionError, InvalidInputError, NotInClosedClassError
from asymptotix.kernels.precise import precise_hermite
from asymptotix.kernels.quadrature import AGREEMENT_DIGITS, QuadratureDual
from asymptotix.symbolic.coefficients.hermite_numbers import checked_digits
from asymptotix.symbolic.expressions import X, sympy_expression
from asymptotix.symbolic.formula import Formula, Status
from asymptotix.symbolic.functions import density, hermite_polynomial
from asymptotix.symbolic.high_precision import exact_argument
from asymptotix.symbolic.printing.latex_printer import latex

if TYPE_CHECKING:
    from mpmath import mpf

    from asymptotix.activations import Activation

__all__ = ["HermiteQuadrature", "numeric_coefficient"]

U = sp.Symbol("u", real=True)
ROUTE = (
    f"two quadrature rules that must agree to 10^-{AGREEMENT_DIGITS} of sqrt(k! E[s^2]); their difference and the rounding are "
    "`error_bound`; more digits by `mp`"
)
Law = tuple[sp.Expr, sp.Expr]  # mean, variance


def numeric_coefficient(
    activation: Activation, degree: int, name: str, left: str, normalized: bool, law: Law, refusal: NotInClosedClassError
) -> Formula:
    """The coefficient as a formula of status "numeric", in place of a refusal.

    Raises:
        NotInClosedClassError: the activation grows too fast for the quadrature as well.
    """
    reason = str(refusal).split("; ")[0]
    try:
        QuadratureDual(activation).require_moderate_growth()
    except (NotInClosedClassError, ExpressionError) as second:
        raise NotInClosedClassError(f"{reason}; no number either: {second}") from refusal
    mean, variance = law
    scale = 1 / sp.sqrt(sp.factorial(degree)) if normalized else sp.S.One
    integrand = sympy_expression(activation.tree, mean + sp.sqrt(variance) * U) * hermite_polynomial(degree, U) * density(U)
    s = latex(sympy_expression(activation.tree, X))
    return Formula(
        name=name,
        left=left,
        symbols=tuple(sorted(mean.free_symbols | variance.free_symbols, key=str)),
        fixed={"k": degree},
        expression=scale * sp.Integral(integrand, (U, -sp.oo, sp.oo)),
        derivation=None,
        status=Status("numeric", AGREEMENT_DIGITS, ROUTE, reason),
        body=rf"{left}, \quad \sigma(x) = {s}, \quad G \sim \mathcal{{N}}(0, 1)",
        numbers=HermiteQuadrature(activation, degree, normalized, law),
    )


@dataclass(frozen=True)
class HermiteQuadrature:
    """Values of E[s(m + sqrt(v) G) He_k(G)], divided by sqrt(k!) where `normalized`; law = (m, v)."""

    activation: Activation
    degree: int
    normalized: bool
    law: Law

    def evaluate(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """float64 values, arguments broadcast."""
        return self._each(given, lambda found: found[0])

    def error_bound(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """Bound on the absolute error of `evaluate`."""
        return self._each(given, lambda found: found[1])

    def precise(self, given: Mapping[str, Any], digits: int) -> mpf:
        """One value to so many digits, those that its smallness costs included."""
        import mpmath

        mean, variance = self._law(given, checked_digits(digits))
        if self._vanishes(mean):
            return mpmath.mpf(0)
        working = digits + 3
        with mpmath.workdps(2 * working + 20):
            m, v = (mpmath.mpf(value.p) / value.q for value in (mean, variance))
            estimate = precise_hermite(self.activation, self.degree, m, v, working)
            size = abs(estimate.value)
            if 0 < size < estimate.error * mpmath.mpf(10) ** digits:  # small against E[s^2]^(1/2)
                lost = int(mpmath.ceil(mpmath.log10(estimate.error / size) + digits))
                estimate = precise_hermite(self.activation, self.degree, m, v, working + min(lost, digits) + 1)
            scale = 1 if self.normalized else mpmath.sqrt(mpmath.factorial(self.degree))
        with mpmath.workdps(digits):
            return +(estimate.value * scale)

    def _each(self, given: Mapping[str, Any], pick: Callable[[tuple[float, float]], float]) -> NDArray[np.float64]:
        names = list(given)
        arrays = np.broadcast_arrays(*(np.asarray(given[name], dtype=np.float64) for name in names)) if names else [np.zeros(())]
        scale = 1.0 if self.normalized else math.sqrt(math.factorial(self.degree))
        points = zip(*(a.ravel().tolist() for a in arrays), strict=True)
        values = [scale * pick(self._one(dict(zip(names, point, strict=False)))) for point in points]
        return np.asarray(values, dtype=np.float64).reshape(arrays[0].shape)

    def _one(self, given: Mapping[str, Any]) -> tuple[float, float]:
        mean, variance = self._law(given, 20)
        if self._vanishes(mean):
            return 0.0, 0.0
        return QuadratureDual(self.activation).hermite(self.degree, float(mean), float(variance))

    def _law(self, given: Mapping[str, Any], digits: int) -> tuple[sp.Rational, sp.Rational]:
        """Mean and variance as rational numbers, those of irrational ones rounded."""
        free = self.law[0].free_symbols | self.law[1].free_symbols
        point = {symbol: exact_argument(symbol.name, given[symbol.name], digits) for symbol in free}
        exact = (value.subs(point) for value in self.law)
        mean, variance = (value if value.is_Rational else sp.N(value, 2 * digits + 20) for value in exact)
        if not (mean.is_real and variance.is_real and variance > 0):
            raise InvalidInputError("variance", variance, "positive, with a real mean")
        return sp.Rational(mean), sp.Rational(variance)

    def _vanishes(self, mean: sp.Rational) -> bool:
        """Whether the integrand is odd."""
        parity = self.activation.parity
        return bool(mean == 0) and parity is not None and (parity == "even") == bool(self.degree % 2)
