r"""Numbers of Gegenbauer coefficients: float64 for whole arrays of degrees and dimensions, and many digits at one point.

The textbook form is a ratio of Gamma functions times a hypergeometric function. In float64 the first terms are taken
as logarithms, where Gamma(d/2) / Gamma((d+N+k)/2) is one difference (two logarithms of size 1e7 would lose the digits of a
high dimension), and the sums over the series are done by their term ratio, all degrees and dimensions at once. Where terms
cancel (sin(5x), differences of powers) the points concerned are taken to more digits in mpmath.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.symbolic.coefficients.degree_cases import MAX_DEGREE, checked_degree
from asymptotix.symbolic.coefficients.power_series import PowerSeries
from asymptotix.symbolic.coefficients.power_strands import Strand, strands
from asymptotix.symbolic.coefficients.series_summation import FloatStrand, float_sum, precise_sum

__all__ = ["GegenbauerNumbers", "checked_dimensions"]

FloatArray = NDArray[np.float64]

CANCELLATION = 0.05  # sums below this part of the sum of sizes have lost digits and are taken in mpmath
_WORKING = 30  # digits of those
_ROUNDS = 5  # of more working digits for `precise`
MAX_DIGITS = 400


def checked_dimensions(name: str, values: Any) -> FloatArray:
    """Dimensions as floats.

    Raises:
        InvalidInputError: a dimension below 2, or one that is not a finite number.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(name, values, "finite numbers, at least 2") from None
    bad = ~(np.isfinite(array) & (array >= 2))
    if np.any(bad):
        raise InvalidInputError(name, array[bad].flat[0], "a finite number, at least 2")
    return array


@dataclass(frozen=True)
class GegenbauerNumbers:
    """E[s(r t) P_k(t)] for s given by its power series.

    Attributes:
        series: the terms of s.
        radius: r as an expression in the symbols.
        symbols: of the formula, by name.
        degree: the symbol of the degree, or the number.
        dimension: the symbol of the dimension, or the number.
    """

    series: tuple[PowerSeries, ...]
    radius: sp.Expr
    symbols: tuple[sp.Symbol, ...]
    degree: sp.Symbol | int
    dimension: sp.Symbol | int

    def evaluate(self, given: Mapping[str, Any]) -> FloatArray:
        """float64 values, arguments broadcast."""
        degrees, dimensions = self._degrees(given), self._dimensions(given)
        others = {s: np.asarray(given[s.name], dtype=np.float64) for s in self._others}
        k, d, *rest = np.broadcast_arrays(degrees, dimensions, *others.values())
        radius = self._radius(d, dict(zip(others, rest, strict=True)))
        total, size = np.zeros(k.size), np.zeros(k.size)
        with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
            for strand in self._floats:
                value, gross = float_sum(strand, k.ravel(), d.ravel(), radius.ravel())
                total, size = total + value, size + gross
        lost = np.flatnonzero(~np.isfinite(total) | ((np.abs(total) < CANCELLATION * size) & (size > 0)))
        for i in lost:
            at = {s: float(v.ravel()[i]) for s, v in zip(others, rest, strict=True)}
            total[i] = self._as_float(int(k.ravel()[i]), float(d.ravel()[i]), at)
        return total.reshape(k.shape)

    def precise(self, given: Mapping[str, Any], digits: int) -> mpmath.mpf:
        """One value."""
        if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
            raise InvalidInputError("digits", digits, f"an integer from 1 to {MAX_DIGITS}")
        name = self.dimension.name if isinstance(self.dimension, sp.Symbol) else "d"
        d = _exact(name, given[name]) if isinstance(self.dimension, sp.Symbol) else sp.Integer(self.dimension)
        if d < 2:
            raise InvalidInputError(name, d, "at least 2")
        k = self.degree if isinstance(self.degree, int) else checked_degree(self.degree.name, given[self.degree.name])
        others = {s: _exact(s.name, given[s.name]) for s in self._others}
        with mpmath.workdps(digits):
            return +self._value(k, d, others, digits)

    def error_bound(self, given: Mapping[str, Any]) -> FloatArray:
        """Refused: there is no quadrature."""
        raise InvalidInputError("formula", "a closed form", "a formula that is computed by quadrature", "its error is rounding")

    # --- arguments ----------------------------------------------------------------------------------------------------------

    @property
    def _others(self) -> list[sp.Symbol]:
        return [s for s in self.symbols if s not in (self.degree, self.dimension)]

    def _degrees(self, given: Mapping[str, Any]) -> FloatArray:
        if isinstance(self.degree, int):
            return np.asarray(float(self.degree))
        name = self.degree.name
        raw = np.asarray(given[name])
        if raw.dtype.kind not in "iuf" or raw.size == 1:
            return np.reshape([float(checked_degree(name, v)) for v in raw.ravel().tolist()], raw.shape)
        bad = ~((raw >= 0) & (raw == np.floor(raw)) & (raw <= MAX_DEGREE))
        if np.any(bad):
            checked_degree(name, raw[bad].flat[0].item())
        return raw.astype(np.float64)

    def _dimensions(self, given: Mapping[str, Any]) -> FloatArray:
        if isinstance(self.dimension, int):
            return np.asarray(float(self.dimension))
        return checked_dimensions(self.dimension.name, given[self.dimension.name])

    def _radius(self, d: FloatArray, others: Mapping[sp.Symbol, FloatArray]) -> FloatArray:
        names = [sp.Symbol(f"x{i}") for i in range(len(others) + 1)]  # what a user called them never becomes source text
        symbols = [self.dimension if isinstance(self.dimension, sp.Symbol) else sp.Dummy(), *others]
        value = sp.lambdify(names, self.radius.xreplace(dict(zip(symbols, names, strict=True))), "numpy")(d, *others.values())
        radius = np.broadcast_to(np.asarray(value, dtype=np.float64), d.shape)
        if not np.all(radius > 0):
            raise InvalidInputError("radius", float(np.min(radius)), "positive")
        return radius

    @cached_property
    def _strands(self) -> tuple[Strand, ...]:
        return strands(self.series)

    @cached_property
    def _floats(self) -> list[FloatStrand]:
        return [FloatStrand.of(one) for one in self._strands]

    # --- many digits --------------------------------------------------------------------------------------------------------

    def _as_float(self, k: int, d: float, others: Mapping[sp.Symbol, float]) -> float:
        exact = {s: sp.Rational(*v.as_integer_ratio()) for s, v in others.items()}
        value = float(self._value(k, sp.Rational(*d.as_integer_ratio()), exact, 18))
        if not np.isfinite(value):
            raise HypothesisError(f"the coefficient of degree {k} exceeds 1e308 at d = {d:g}: use .mp")
        return value

    def _value(self, k: int, d: sp.Rational, others: Mapping[sp.Symbol, sp.Expr], digits: int) -> mpmath.mpf:
        """More working digits until what cancels leaves `digits`; sums below 10^-(4 digits + 60) of their size are 0."""
        working = digits + _WORKING
        for _ in range(_ROUNDS):
            with mpmath.workdps(working):
                point = {self.dimension: d, **others} if isinstance(self.dimension, sp.Symbol) else dict(others)
                radius = sp.N(self.radius.subs(point), working + 10)._to_mpmath(mpmath.mp.prec)
                dimension = mpmath.mpf(int(d.p)) / int(d.q)
                parts = [precise_sum(one, k, dimension, radius) for one in self._strands]
                total, size = mpmath.fsum(p[0] for p in parts), mpmath.fsum(p[1] for p in parts)
                if size == 0:
                    return mpmath.mpf(0)
                lost = working if total == 0 else int(mpmath.log10(size / abs(total))) + 1
                if working - lost >= digits + 5:
                    return mpmath.re(total)
                if working >= 4 * digits + 60:
                    return mpmath.mpf(0)
            working = min(2 * working + lost, 4 * digits + 80)
        raise ConvergenceError(f"the terms of the coefficient of degree {k} cancel to more than {working} digits")


def _exact(name: str, value: Any) -> sp.Rational:
    """A number as it was given, without rounding."""
    if isinstance(value, mpmath.mpf) and mpmath.isfinite(value):
        return sp.Rational(*mpmath.libmp.to_rational(value._mpf_))
    try:
        fraction = Fraction(str(value) if isinstance(value, sp.Rational) else value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise InvalidInputError(name, value, "a finite number: int, float, Fraction, decimal text or mpf") from None
    return sp.Rational(fraction.numerator, fraction.denominator)
