"""The numbers of a closed form: float64 arrays by its stable definitions, and any number of digits by the printed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.closed_risk.family import FloatArray, Parameter, RiskFamily
from asymptotix.symbolic.closed_risk.root_search import precise_root

__all__ = ["ClosedNumbers"]

_GUARD = 40  # digits beyond those asked for, and twice those of a root far from 1: differences such as n - T1 cancel them
_MAX_DIGITS = 2000


@dataclass(frozen=True, eq=False)
class ClosedNumbers:
    """Of one quantity of a family."""

    law: RiskFamily
    quantity: str

    @property
    def expression(self) -> sp.Expr:
        """The closed form."""
        return self.law.quantities[self.quantity]

    def evaluate(self, given: Mapping[str, Any]) -> FloatArray:
        """float64 values, arguments by symbol name, broadcast.

        Raises:
            InvalidInputError: an argument out of range.
            HypothesisError: a condition of the family fails, or the value is beyond float64.
        """
        parameters = self.law.parameters_of(self.expression)
        arrays = np.broadcast_arrays(*(_checked(p, given[p.symbol.name]) for p in parameters))
        at: dict[str, FloatArray] = {p.symbol.name: a for p, a in zip(parameters, arrays, strict=True)}
        self._require_conditions(at)
        shape = arrays[0].shape if arrays else ()
        with np.errstate(all="ignore"):
            for symbol, expression in self._definitions():
                at[symbol.name] = self._value(symbol.name, expression, at, shape)
            value = self._value(self.quantity, self.expression, at, shape)
        if not np.all(np.isfinite(value)):
            raise HypothesisError(f"{self.law.name}: the {self.quantity} is beyond the range of float64 there: use .mp")
        return value

    def _definitions(self) -> list[tuple[sp.Symbol, sp.Expr]]:
        root = self.law.root
        first = [(root.symbol, root.symbol)] if root is not None and self.law.needs_root(self.expression) else []
        return [*first, *((b.symbol, b.expression) for b in self.law.definitions_of(self.expression))]

    def _value(self, name: str, expression: sp.Expr, at: dict[str, FloatArray], shape: tuple[int, ...]) -> FloatArray:
        if name in self.law.stable:
            return np.asarray(self.law.stable[name](at), dtype=np.float64)
        symbols, function = _compiled(expression)
        found = np.asarray(function(*(at[s.name] for s in symbols)), dtype=np.float64)
        return np.array(np.broadcast_to(found, shape))

    def _require_conditions(self, at: Mapping[str, FloatArray]) -> None:
        for condition in self.law.conditions:
            symbols, holds = _compiled(condition.relation)
            if any(s.name not in at for s in symbols):
                continue  # the quantity does not depend on it
            if not np.all(holds(*(at[s.name] for s in symbols))):
                raise HypothesisError(f"{self.law.name} needs {condition.relation} everywhere: {condition.remedy}")

    def precise(self, given: Mapping[str, Any], digits: int) -> Any:
        """One value to so many digits, from the printed expression (and the root's equation), never from the stable ones.

        Raises:
            InvalidInputError, HypothesisError: as `evaluate`.
        """
        if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= _MAX_DIGITS:
            raise InvalidInputError("digits", digits, f"an integer from 1 to {_MAX_DIGITS}")
        exact = {p.symbol: _exact(p, given[p.symbol.name]) for p in self.law.parameters_of(self.expression)}
        at = {symbol.name: np.asarray(float(value)) for symbol, value in exact.items()}
        self._require_conditions(at)
        expression = self.expression
        for binding in reversed(self.law.definitions_of(expression)):
            expression = expression.subs(binding.symbol, binding.expression)
        with mpmath.workdps(digits):
            if not self.law.needs_root(expression):
                value = sp.N(expression.subs(exact), digits + 5, maxn=20 * _MAX_DIGITS).as_real_imag()[0]
                return mpmath.mpf(str(value))
            return +self._at_root(expression, exact, at, digits)

    def _at_root(self, expression: sp.Expr, exact: Mapping[sp.Symbol, sp.Expr], at: dict[str, FloatArray], digits: int) -> Any:
        root = self.law.root
        assert root is not None  # the caller has looked
        with np.errstate(all="ignore"):
            start = float(self.law.stable[root.symbol.name](at))
        working = digits + _GUARD + 2 * int(abs(np.log10(start))) if start > 0 else digits
        with mpmath.workdps(working):
            x = precise_root(root.gap.subs(exact), root.symbol, start, working - 10)
            return sp.lambdify(root.symbol, expression.subs(exact), "mpmath")(x)

    def error_bound(self, given: Mapping[str, Any]) -> FloatArray:
        """Refused: the error of a closed form is rounding.

        Raises:
            InvalidInputError: always.
        """
        raise InvalidInputError("formula", self.law.name, "a formula that is computed by quadrature")


@lru_cache(maxsize=512)
def _compiled(expression: sp.Basic) -> tuple[list[sp.Symbol], Callable[..., Any]]:
    """Its symbols, and a NumPy function of them."""
    symbols = sorted(expression.free_symbols, key=str)
    return symbols, sp.lambdify(symbols, expression, "numpy")


def _range(parameter: Parameter) -> str:
    return "finite and >= 0" if parameter.zero else "finite and > 0"


def _checked(parameter: Parameter, value: Any) -> FloatArray:
    try:
        array = np.asarray(value)
        array = array.astype(np.float64) if array.dtype.kind in "iuf" else np.full(array.shape, np.nan)
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if not np.all(np.isfinite(array) & ((array >= 0) if parameter.zero else (array > 0))):
        raise InvalidInputError(parameter.argument, value, f"{_range(parameter)}, a number or an array", parameter.meaning)
    return array


def _exact(parameter: Parameter, value: Any) -> sp.Expr:
    """The number as a rational: an int, a Fraction, a float as it is, decimal text, or an mpf."""
    try:
        if isinstance(value, str) and len(value) > _MAX_DIGITS:
            raise ValueError
        if isinstance(value, mpmath.mpf):
            mantissa, exponent = value.man_exp
            value = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
        number = sp.Rational(Fraction(value.item() if isinstance(value, np.generic) else value))
    except (TypeError, ValueError, OverflowError):
        number = sp.nan
    if isinstance(value, bool) or not number.is_Rational or number < 0 or (number == 0 and not parameter.zero):
        raise InvalidInputError(parameter.argument, value, _range(parameter), parameter.meaning)
    return number
