"""Numbers of kernel eigenvalues, out of those of the Gegenbauer coefficients of s and s'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Numbers

__all__ = ["EigenvalueNumbers"]


@dataclass(frozen=True)
class EigenvalueNumbers:
    """lambda_k(s)^2 where `last` is given, plus the combination of lambda_{k-1}(s')^2 and lambda_{k+1}(s')^2 where `first` is.

    Attributes:
        last: numbers of the coefficients of s.
        first: numbers of those of s'.
        degree: the symbol of the degree, or the number, which `last` and `first` take as "k".
        dimension: the symbol of the dimension, or the number.
    """

    last: Numbers | None
    first: Numbers | None
    degree: sp.Symbol | int
    dimension: sp.Expr

    def evaluate(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """float64 values, arguments broadcast."""
        k, d = np.asarray(self._degree(given)), self._dimension(given)
        total: Any = 0.0
        if self.last is not None:
            total = total + self.last.evaluate(self._at(given, k)) ** 2
        if self.first is not None:
            below, above = (self.first.evaluate(self._at(given, j)) ** 2 for j in (np.abs(k - 1), k + 1))
            down = _share(k.astype(np.float64), np.asarray(d, dtype=np.float64))
            total = total + down * below + (1 - down) * above
        return np.asarray(total, dtype=np.float64)

    def precise(self, given: Mapping[str, Any], digits: int) -> mpmath.mpf:
        """One value."""
        k, d = self._degree(given), self._dimension(given)
        if self.last is not None:
            self.last.precise(self._at(given, k), digits)  # refuses a degree or dimension out of range
        with mpmath.workdps(digits + 10):
            total = mpmath.mpf(0)
            if self.last is not None:
                total += self.last.precise(self._at(given, k), digits + 5) ** 2
            if self.first is not None:
                below, above = (self.first.precise(self._at(given, j), digits + 5) ** 2 for j in (abs(k - 1), k + 1))
                down = mpmath.mpf(k) / (2 * k + mpmath.mpf(str(d)) - 2) if k else mpmath.mpf(0)
                total += down * below + (1 - down) * above
        with mpmath.workdps(digits):
            return +total

    def error_bound(self, given: Mapping[str, Any]) -> NDArray[np.float64]:
        """|x^2 - y^2| <= (2 |x| + e) e for |x - y| <= e."""
        k, d = np.asarray(self._degree(given)), self._dimension(given)
        total: Any = 0.0
        if self.last is not None:
            total = total + _of_square(self.last, self._at(given, k))
        if self.first is not None:
            below, above = (_of_square(self.first, self._at(given, j)) for j in (np.abs(k - 1), k + 1))
            down = _share(k.astype(np.float64), np.asarray(d, dtype=np.float64))
            total = total + down * below + (1 - down) * above
        return np.asarray(total, dtype=np.float64)

    def _name(self) -> str:
        return self.degree.name if isinstance(self.degree, sp.Symbol) else "k"

    def _at(self, given: Mapping[str, Any], k: Any) -> dict[str, Any]:
        return {**given, self._name(): k}

    def _degree(self, given: Mapping[str, Any]) -> Any:
        if isinstance(self.degree, int):
            return self.degree
        from asymptotix.symbolic.coefficients.degree_cases import checked_degree

        k = given[self.degree.name]
        array = np.asarray(k)
        if array.ndim == 0:
            return checked_degree(self.degree.name, k)
        return np.reshape([checked_degree(self.degree.name, v) for v in array.ravel().tolist()], array.shape)

    def _dimension(self, given: Mapping[str, Any]) -> Any:
        if not isinstance(self.dimension, sp.Symbol):
            return int(self.dimension)
        from asymptotix.symbolic.coefficients.gegenbauer_numbers import checked_dimensions

        value = given[self.dimension.name]
        try:
            checked_dimensions(self.dimension.name, value)
        except InvalidInputError:
            if not isinstance(value, str):
                raise
        return value


def _share(k: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """k / (2k + d - 2), and 0 at degree 0 of the circle."""
    total = 2 * k + d - 2
    return np.asarray(np.where(k == 0, 0.0, k / np.where(total == 0, 1.0, total)), dtype=np.float64)


def _of_square(numbers: Numbers, given: Mapping[str, Any]) -> Any:
    error = numbers.error_bound(given)
    return (2 * np.abs(numbers.evaluate(given)) + error) * error
