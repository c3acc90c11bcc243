"""From balls of any exponent to doubles and decimals, rounded outwards: nothing proved is lost on the way to the user.

A ball is a `flint.arb` (Arb): a midpoint and a radius, and every operation returns a ball that contains all exact results.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

from asymptotix.errors import MissingExtraError

__all__ = ["Ball", "above", "below", "decimal", "enough", "load_flint", "nearest", "positive_bounds"]

Ball = Any  # flint.arb, whose extension module carries no type information

_ROUNDING_BITS = 256
_GUARD_BITS = 7  # beyond the digits asked for: a radius below 1/128 unit in the last place printed
_BITS_PER_DIGIT = math.log2(10.0)


def load_flint() -> ModuleType:
    """The module `flint`.

    Raises:
        MissingExtraError: python-flint is not installed.
    """
    try:
        import flint
    except ImportError:
        raise MissingExtraError("python-flint", "certified") from None
    return flint


def below(ball: Ball) -> float:
    """The largest double that is not above any number in the ball."""
    with load_flint().ctx.workprec(_ROUNDING_BITS):  # coarser, the end itself would be rounded by a double
        low = ball.lower()
        value = float(low)
        while type(ball)(value) > low:  # float() rounds to nearest: at most one step
            value = math.nextafter(value, -math.inf)
        return value


def above(ball: Ball) -> float:
    """The smallest double that is not below any number in the ball; infinite beyond the range of doubles."""
    with load_flint().ctx.workprec(_ROUNDING_BITS):
        return -below(-ball)


def positive_bounds(ball: Ball) -> tuple[float, float]:
    """Doubles around a quantity that is known to be >= 0: (0, inf) where the ball says nothing."""
    if not ball.is_finite():
        return 0.0, math.inf
    return max(0.0, below(ball)), max(0.0, above(ball))


def nearest(ball: Ball) -> float:
    """The double nearest to the midpoint; it lies between `below` and `above`."""
    return float(ball.mid()) + 0.0  # no negative zero


def enough(ball: Ball, bits: float) -> bool:
    """Whether the radius is below 2^-bits of the value, or the value is exact."""
    return bool(ball.is_exact()) or ball.rel_accuracy_bits() >= bits


def decimal(ball: Ball, digits: int) -> str:
    """The value as a decimal of `digits` digits, off by less than 0.51 units in the last of them.

    Where the ball is too wide for that, only the digits that it proves.
    """
    if ball.is_finite() and enough(ball, digits * _BITS_PER_DIGIT + _GUARD_BITS):
        ball = ball.mid()
    return str(ball.str(digits, radius=False))
