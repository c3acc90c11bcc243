r"""How a number is printed: round-trip exact in data files, short in tables, as a power of ten in LaTeX.

Not-a-number stands for a quantity that does not exist at a grid point and prints as an empty cell in data files,
as a dash elsewhere.
"""

from __future__ import annotations

import math
import re

__all__ = ["exact_number", "json_number", "latex_number", "short_number"]

_SCIENTIFIC = re.compile(r"^(?P<mantissa>-?[\d.]+)e(?P<exponent>[+-]\d+)$")


def exact_number(value: float) -> str:
    """The shortest text that reads back as the same float64; NaN is empty.

    >>> exact_number(0.1), exact_number(200.0), exact_number(float("inf"))
    ('0.1', '200', 'inf')
    """
    value = float(value)
    if math.isnan(value):
        return ""
    return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def short_number(value: float, digits: int = 4) -> str:
    """`digits` significant digits; whole numbers below 10^6 in full.

    >>> short_number(0.123456), short_number(1200.0), short_number(1.5e-7), short_number(float("nan"))
    ('0.1235', '1200', '1.5e-07', '-')
    """
    value = float(value)
    if math.isnan(value):
        return "-"
    if value.is_integer() and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.{digits}g}"


def latex_number(value: float, digits: int = 4) -> str:
    r"""`short_number` for math mode.

    >>> print(latex_number(1.5e-7), latex_number(0.25), latex_number(1e-3), latex_number(float("inf")))
    1.5 \times 10^{-7} 0.25 0.001 \infty
    """
    value = float(value)
    if math.isnan(value):
        return r"\text{--}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    text = short_number(value, digits)
    scientific = _SCIENTIFIC.match(text)
    if scientific is None:
        return text
    mantissa, exponent = scientific["mantissa"], int(scientific["exponent"])
    return f"10^{{{exponent}}}" if mantissa == "1" else rf"{mantissa} \times 10^{{{exponent}}}"


def json_number(value: float) -> float | int | str | None:
    """A number that strict JSON can hold: whole numbers as integers, NaN as null, infinities as "inf" and "-inf".

    >>> json_number(2.0), json_number(float("nan")), json_number(float("-inf"))
    (2, None, '-inf')
    """
    value = float(value)
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
