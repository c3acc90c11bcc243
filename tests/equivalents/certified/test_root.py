"""From any start the enclosure of the root closes, and the textbook equation changes sign across it."""

from __future__ import annotations

import math

import pytest

import asymptotix as ax
from asymptotix.equivalents.certified.root import Point, enclose_root
from asymptotix.equivalents.certified.spectra import levels_of
from tests.equivalents.textbook import Textbook

pytest.importorskip("flint")


@pytest.mark.parametrize("start", [-300.0, -40.0, 0.0, 12.0, 400.0])
def test_an_enclosure_is_found_from_any_start(start: float) -> None:
    levels = levels_of(ax.Spectrum([1.0, 1e-20, 1e-150], [10, 10, 10]))
    for n, p, ridge in ((10.0, math.inf, 0.0), (25.0, math.inf, 1e-30), (20.0, 20.0, 1e-12), (30.0, 40.0, 1e-200)):
        ball = enclose_root(levels, Point(n, p, ridge, start), 100)
        oracle = Textbook([1.0, 1e-20, 1e-150], [10, 10, 10], bits=3000)
        assert oracle.excess(ball.lower(), n, p, ridge) >= 0 >= oracle.excess(ball.upper(), n, p, ridge)
        assert ball.rel_accuracy_bits() >= 100
