"""From balls to doubles and decimals, outwards."""

from __future__ import annotations

import math
import sys

import pytest

from asymptotix.equivalents.certified.rounding import above, below, decimal

flint = pytest.importorskip("flint")


def test_rounding_is_outwards() -> None:
    for ball in (flint.arb(1) / 3, flint.arb(2) / 3, flint.arb("1e-320"), flint.arb("1e-400"), flint.arb(10) ** 300):
        assert flint.arb(below(ball)) <= ball <= flint.arb(above(ball))
    assert (below(flint.arb("1e-400")), above(flint.arb("1e-400"))) == (0.0, 5e-324)
    assert (below(flint.arb("1e400")), above(flint.arb("1e400"))) == (sys.float_info.max, math.inf)
    assert below(flint.arb(0.1)) == 0.1 == above(flint.arb(0.1))


def test_decimals_are_not_longer_than_what_is_proved() -> None:
    assert decimal(flint.arb(1) / 8, 5) == "0.12500"
    assert decimal(flint.arb(1.25, 0.01), 20) in ("1.2", "1.25", "1.3")
