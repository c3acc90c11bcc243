"""Divided differences of the even or odd part of an activation, in 120 digits.

One of order m that is not 0 excludes polynomials of degree below m.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asymptotix.symbolic.deadline import check_deadline

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["largest_order"]

_DIGITS, _PRESENT, _ABSENT = 120, 40, 80  # working digits; beside its terms a difference above 10^-40 is there, below 10^-80 not


def largest_order(s: Activation, parity: int, highest: int) -> tuple[int | None, bool]:
    """The largest order m <= `highest` whose divided difference is not 0 (None when all vanish), and whether that is certain."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        # on both sides of 0, so that |x| is told from x; not symmetric, so that neither parity cancels by itself
        nodes = [mpmath.mpf(3 + 4 * i) / 10 * (-1) ** i for i in range(highest + 1)]
        sign = -1 if parity else 1
        values = []
        for x in nodes:
            check_deadline()
            values.append(s.mp(x) + sign * s.mp(-x))
        floors = mpmath.mpf(10) ** -_ABSENT, mpmath.mpf(10) ** -_PRESENT
        for order in range(highest, -1, -1):
            size = _relative_difference(nodes[: order + 1], values[: order + 1])
            if size > floors[1]:
                return order, True
            if size > floors[0]:
                return order, False
    return None, True


def _relative_difference(nodes: list[Any], values: list[Any]) -> Any:
    """|sum_i v_i / prod_(j != i) (x_i - x_j)| over the sum of the absolute values."""
    import mpmath

    terms = [
        value / mpmath.fprod(x - y for j, y in enumerate(nodes) if j != i)
        for i, (x, value) in enumerate(zip(nodes, values, strict=True))
    ]
    scale = mpmath.fsum(terms, absolute=True)
    return abs(mpmath.fsum(terms)) / scale if scale else scale
