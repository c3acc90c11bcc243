"""Numbers of Hermite coefficients in a symbolic degree: float64 for arrays of degrees, and many digits for one.

The branch of the degree is evaluated in mpmath, where Gamma functions do not become factorials of millions of digits, and with
more working digits until the value settles: Hermite polynomials cancel near their zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError
from asymptotix.kernels.precise import MAX_DIGITS
from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.coefficients.degree_cases import DegreeCases, checked_degree
from asymptotix.symbolic.functions import He
from asymptotix.symbolic.high_precision import exact_argument, parameter_values, settled_value

if TYPE_CHECKING:
    from mpmath import mpf

    from asymptotix.activations import ActivationFamily

__all__ = ["HermiteNumbers", "checked_digits"]

FLOAT_DIGITS, SMALLEST = 18, sp.Float("1e-330")  # of a float64: more than it holds
MAX_STEPS = 1_000_000  # some tens of seconds
MAX_EXACT_DEGREE = 200  # a value that does not settle is 0 or not: exact arithmetic decides up to here


def checked_digits(digits: Any) -> int:
    """Digits of a precise value.

    Raises:
        InvalidInputError: not an integer from 1 to the limit.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InvalidInputError("digits", digits, f"an integer from 1 to {MAX_DIGITS}")
    return digits


@dataclass(frozen=True)
class HermiteNumbers:
    """Values of `cases` where the `assumptions` on the other symbols hold.

    Attributes:
        name: of the formula, for messages.
        cases: the closed forms.
        assumptions: relations between the symbols.
        family: the activation, where it has parameters without a value.
    """

    name: str
    cases: DegreeCases
    assumptions: tuple[sp.Basic, ...] = ()
    family: ActivationFamily | None = None

    def evaluate(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """float64 values, arguments broadcast."""
        arrays = np.broadcast_arrays(*(np.asarray(value) for value in given.values()))
        self._require_moderate(arrays[list(given).index(self.cases.symbol.name)])
        points = zip(*(a.ravel().tolist() for a in arrays), strict=True)
        flat = [self._float(dict(zip(given, point, strict=True))) for point in points]
        return np.asarray(flat, dtype=np.float64).reshape(arrays[0].shape)

    def _require_moderate(self, degrees: NDArray[Any]) -> None:
        """Refuse what would take minutes: the recurrence of a Hermite polynomial takes a step a degree."""
        if degrees.dtype.kind in "iuf" and degrees.size > 1 and self.cases.expression.has(He) and np.sum(degrees) > MAX_STEPS:
            valid = f"degrees that add up to at most {MAX_STEPS}, where the form has Hermite polynomials"
            raise InvalidInputError(self.cases.symbol.name, f"{degrees.size} degrees", valid, "evaluate them in parts")

    def precise(self, given: Mapping[str, Any], digits: int) -> mpf:
        """One value."""
        import mpmath

        value = self._value(given, checked_digits(digits))
        with mpmath.workdps(digits):
            return +mpmath.mpf(value._to_mpmath(mpmath.mp.prec + 20))

    def error_bound(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """Refused: there is no quadrature."""
        raise InvalidInputError("formula", self.name, "one that is computed by quadrature", "its error is rounding")

    def _float(self, given: Mapping[str, Any]) -> float:
        value = float(self._value(given, FLOAT_DIGITS, SMALLEST))
        if np.isinf(value):
            raise HypothesisError(f"{self.name} exceeds 1e308 there: use normalized=True, or .mp")
        return value

    def _value(self, given: Mapping[str, Any], digits: int, smallest: Any = 0) -> sp.Expr:
        degree = checked_degree(self.cases.symbol.name, _integer(given[self.cases.symbol.name]))
        exact = {name: exact_argument(name, value, digits) for name, value in given.items() if name != self.cases.symbol.name}
        if self.family is not None:  # refuses what is out of range, such as constants beyond 1e30
            own = {parameter.name for parameter in self.family.parameters}
            parameters = {sp.Symbol(name): value for name, value in exact.items() if name in own}
            self.family.at(**parameter_values(self.family, parameters))
        free = set().union(self.cases.free_symbols, *(relation.free_symbols for relation in self.assumptions))
        point = {symbol: exact[symbol.name] for symbol in free}
        for relation in self.assumptions:
            if not relation.subs(point):
                raise HypothesisError(f"the expectation is infinite there: {self.name} needs {relation}")
        try:
            return settled_value(
                self.cases.expression, lambda working: self.cases.number(degree, point, working), digits, smallest=smallest
            )
        except ConvergenceError:
            if degree <= MAX_EXACT_DEGREE and is_zero(self.cases.at(degree).subs(point)):
                return sp.S.Zero
            raise


def _integer(value: Any) -> Any:
    """Text and NumPy scalars as numbers; what is no number is left to the check of the degree."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    return value
