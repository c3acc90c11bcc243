r"""The functions of the tree in float64, and those combinations whose textbook form loses digits.

The error of $e^{u}$ is $|u|$ times the rounding error of u. Where u is a square or a multiple, its rounding error is computed and
made good (Dekker's product); the tails of Phi and erfc are such an exponential times the scaled function erfcx, which is flat.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLOAT_FUNCTIONS", "exp_of_multiple", "tanhshrink"]

FloatArray = NDArray[np.float64]

_SPLITTER = 2.0**27 + 1.0
_EXACT_BELOW = 1e150  # Dekker's product overflows beyond it; exponents that large give 0 or infinity anyway
_SERIES_TERMS = 9  # of u cosh u - sinh u for |u| < 1: the next one is below 1e-17 of the sum


def exp_of_multiple(factor: Fraction, u: Any, *, squared: bool) -> Any:
    """exp(factor u), or exp(factor u^2), to about two units in the last place of every finite result."""
    high, low = _product(u, u) if squared else (u, 0.0)
    near = float(factor)
    exponent, error = _product(near, high)
    low = error + near * low + float(factor - Fraction(near)) * high
    value = np.exp(exponent)
    return value * (1.0 + np.where(np.abs(exponent) < 800.0, low, 0.0))


def tanhshrink(u: Any) -> Any:
    """u - tanh(u), which cancels for small u: there (u cosh u - sinh u) / cosh u, the numerator a series of positive terms."""
    inner = np.where(np.abs(u) < 1.0, u, 0.0)
    square, total = inner * inner, np.zeros_like(inner)
    for k in range(_SERIES_TERMS, 0, -1):
        total = total * square + 2 * k / math.factorial(2 * k + 1)
    return np.where(np.abs(u) < 1.0, inner * square * total / np.cosh(inner), u - np.tanh(u))


def _product(a: Any, b: Any) -> tuple[Any, Any]:
    """a b rounded, and what rounding took away."""
    product = a * b
    safe = (np.abs(a) < _EXACT_BELOW) & (np.abs(b) < _EXACT_BELOW)
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, np.where(safe, error, 0.0)


def _halves(a: Any) -> tuple[Any, Any]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _normal_cdf(x: Any) -> FloatArray:
    from scipy import special

    value = np.array(special.ndtr(x))
    tail = np.less(x, -1.0)
    if tail.any():
        far = np.asarray(x)[tail]
        value[tail] = 0.5 * special.erfcx(far / -math.sqrt(2.0)) * exp_of_multiple(Fraction(-1, 2), far, squared=True)
    return value


def _erfc(x: Any) -> FloatArray:
    from scipy import special

    value = np.array(special.erfc(x))
    tail = np.greater(x, 0.5)
    if tail.any():
        far = np.asarray(x)[tail]
        value[tail] = special.erfcx(far) * exp_of_multiple(Fraction(-1), far, squared=True)
    return value


def _erf(x: Any) -> Any:
    from scipy import special

    return special.erf(x)


FLOAT_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs, "sign": np.sign, "step": lambda u: np.heaviside(u, 0.0), "relu": lambda u: np.maximum(u, 0.0),
    "max": np.maximum, "min": np.minimum, "dirac": np.zeros_like,
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "erf": _erf, "erfc": _erfc, "Phi": _normal_cdf,
}  # fmt: skip
