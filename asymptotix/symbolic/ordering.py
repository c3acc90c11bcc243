"""Signs and order of constants, which may hold parameters without a value: known for all their values, or refused."""

from __future__ import annotations

import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.canonical import canonical

__all__ = ["compare_points", "sign"]

DIGITS, SAME = 30, sp.Float("1e-25")  # of a number; two thresholds closer than this are one


def sign(value: sp.Expr) -> int:
    """-1, 0 or 1.

    Raises:
        NotInClosedClassError: it depends on the values of parameters.

    >>> sign(1 - sp.sqrt(2)), sign(2 * sp.Symbol("b", positive=True))
    (-1, 1)
    """
    if not value.free_symbols:
        number = sp.N(value, DIGITS)
        return 1 if number > 0 else -1 if number < 0 else 0
    reduced = canonical(value)
    for form in (reduced, sp.expand(reduced)):
        if form.is_zero:
            return 0
        if form.is_positive:
            return 1
        if form.is_negative:
            return -1
    raise NotInClosedClassError(
        f"the sign of {_short(reduced)} decides where the activation has its pieces, and it depends on the values of "
        f"{', '.join(sorted(map(str, reduced.free_symbols)))}: declare parameters positive where they are ('a > 0'; a + h with "
        "'h > 0' lies above a), or substitute numbers"
    )


def compare_points(one: sp.Expr, two: sp.Expr) -> int:
    """-1, 0 or 1 as one < two, one = two or one > two; numbers that agree to 25 digits are equal.

    Raises:
        NotInClosedClassError: the order depends on the values of parameters.
    """
    gap = one - two
    if not gap.free_symbols and abs(sp.N(gap, DIGITS)) <= SAME:
        return 0
    return sign(gap)


def _short(expression: sp.Expr) -> str:
    text = str(expression)
    return text if len(text) <= 80 else text[:77] + "..."
