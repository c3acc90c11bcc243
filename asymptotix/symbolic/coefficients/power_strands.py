r"""Power series gathered for summation: those of exp(b x), exp(-b x), alone and on x > 0, as one series with weights by index.

    sum over i of z^i c_i x^(n + step i) (w_i + v_i H(x)),   w_i and v_i dependent on the parity of i only

Exact cancellations happen here, among the weights, and not between large numbers later: sin and cosh have every other
term, exp(-|x|) no odd part, and the series of (exp(x) - 1) H(x) begins with x.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import sympy as sp

from asymptotix.symbolic.coefficients.power_series import PowerSeries

__all__ = ["Strand", "strands"]

Pair = tuple[sp.Expr, sp.Expr]
ZERO: Pair = (sp.S.Zero, sp.S.Zero)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Strand:
    """The series without weights; weights at even and odd index on the whole line, and on x > 0.

    The powers N with N - k even, and those with N - k odd, which only x > 0 has, are two sums. Each begins at its index `first`,
    or is left out (`cancelled`), where finite powers and a series cancel.
    """

    base: PowerSeries
    whole: Pair = ZERO
    half: Pair = ZERO
    first: tuple[int, int] = (0, 0)
    cancelled: tuple[bool, bool] = (False, False)

    def weights(self, odd: bool) -> Pair:
        """Of h(N, k), at even and odd index: for N - k even (whole powers count twice) or (odd) N - k odd."""
        return ZERO if self.cancelled[odd] else self._all_weights(odd)

    def _all_weights(self, odd: bool) -> Pair:
        if odd:
            return self.half
        return (2 * self.whole[0] + self.half[0], 2 * self.whole[1] + self.half[1])

    @property
    def finite(self) -> bool:
        """Whether it is a single power."""
        return self.base.finite


def strands(series: tuple[PowerSeries, ...]) -> tuple[Strand, ...]:
    """All series gathered; strands that vanish are left out."""
    found: dict[PowerSeries, Strand] = {}
    for one in series:
        key = replace(one, weight=sp.S.One, half=False)
        opposite = replace(key, argument=-one.argument)
        flipped = one.step == 1 and opposite in found and key not in found
        key = opposite if flipped else key
        pair = (one.weight, -one.weight if flipped else one.weight)
        strand = found.get(key, Strand(key))
        found[key] = (
            replace(strand, half=_sum(strand.half, pair)) if one.half else replace(strand, whole=_sum(strand.whole, pair))
        )
    powers = {s.base.power: s for s in found.values() if s.finite}
    infinite = [_shortened(s, powers) for s in found.values() if not s.finite]
    # after the infinite ones, which mark them
    return tuple(s for s in (*powers.values(), *infinite) if any(w != 0 for w in (*s.whole, *s.half)))


def _sum(one: Pair, two: Pair) -> Pair:
    return sp.expand(one[0] + two[0]), sp.expand(one[1] + two[1])


def _shortened(strand: Strand, powers: dict[int, Strand]) -> Strand:
    """Without the first terms that finite powers cancel; those are marked in `powers`."""
    for odd in (False, True):
        while strand.base.step == 1 and strand.base.power + strand.first[odd] in powers:
            i = strand.first[odd]
            power = powers[strand.base.power + i]
            term = strand.weights(odd)[i % 2] * strand.base.argument**i * strand.base.coefficient(sp.Integer(i))
            if term == 0 or power.cancelled[odd] or sp.expand(term + power.weights(odd)[0]) != 0:
                break
            powers[strand.base.power + i] = replace(power, cancelled=_put(power.cancelled, odd, True))
            strand = replace(strand, first=_put(strand.first, odd, i + 1))
    return strand


def _put(pair: tuple[Value, Value], second: bool, value: Value) -> tuple[Value, Value]:
    return (pair[0], value) if second else (value, pair[1])
