r"""The exponent of a decay read off numbers: a straight line in log-log, and an extrapolation of local slopes.

The local slope -log(l_{k+2} / l_k) / log((k+2) / k) has an expansion in 1/k; Neville's scheme removes its terms one by one. The
line has a bias of order 1/k, which its standard error does not know: both are reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["FittedExponent", "fit_exponent"]

_DIGITS = 60
_NODES = 12
_SPAN = 16  # from the first degree to the last


@dataclass(frozen=True)
class FittedExponent:
    """Two numerical estimates of the exponent e in l_k ~ C k^-e.

    Attributes:
        slope: of the line through (log k, -log l_k), by least squares.
        standard_error: of that slope, from the scatter around the line; it does not contain the bias of order 1/k.
        extrapolated: the local slopes, extrapolated to infinite degree.
        extrapolation_error: the last step of the extrapolation.
        degrees: where the eigenvalues were taken.
    """

    slope: float
    standard_error: float
    extrapolated: float
    extrapolation_error: float
    degrees: tuple[int, ...]


def fit_exponent(log_eigenvalue: Callable[[int], Any], first: int) -> FittedExponent:
    """The fit over degrees first, first + even numbers, ... up to about 16 times as far.

    Args:
        log_eigenvalue: degree -> log of the eigenvalue, in mpmath's current precision.
        first: the first degree; those used have its parity.
    """
    import mpmath

    degrees = [first + 2 * round(first * (_SPAN ** (i / (_NODES - 1)) - 1) / 2) for i in range(_NODES)]
    with mpmath.workdps(_DIGITS):
        logs = {k: log_eigenvalue(k) for degree in degrees for k in (degree, degree + 2)}
        slope, error = _line([math.log(k) for k in degrees], [-float(logs[k]) for k in degrees])
        local = [(logs[k] - logs[k + 2]) / mpmath.log(mpmath.mpf(k + 2) / k) for k in degrees]
        limit, step = _limit([mpmath.mpf(1) / k for k in degrees], local)
        return FittedExponent(slope, error, float(limit), float(step), tuple(degrees))


def _line(x: list[float], y: list[float]) -> tuple[float, float]:
    """Slope of the least-squares line and its standard error."""
    n, x_mean, y_mean = len(x), math.fsum(x) / len(x), math.fsum(y) / len(y)
    spread = math.fsum((a - x_mean) ** 2 for a in x)
    slope = math.fsum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / spread
    rest = math.fsum((b - y_mean - slope * (a - x_mean)) ** 2 for a, b in zip(x, y, strict=True))
    return slope, math.sqrt(rest / (n - 2) / spread)


def _limit(nodes: list[Any], values: list[Any]) -> tuple[Any, Any]:
    """The interpolating polynomial at 0 (Neville), and how far its last two stages differ."""
    table, before = list(values), values[-1]
    for order in range(1, len(nodes)):
        before = table[-1]
        table = [
            (nodes[i] * table[i + 1] - nodes[i + order] * table[i]) / (nodes[i] - nodes[i + order]) for i in range(len(table) - 1)
        ]
    return table[0], abs(table[0] - before)
