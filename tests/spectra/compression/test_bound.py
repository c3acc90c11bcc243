from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.spectra.compression.bound import (
    RELATIVE_BOUND,
    lebesgue_constant,
    narrow_bound,
    octave_bound,
    two_stage_bound,
)
from asymptotix.spectra.compression.narrow_bins import EIGHT, FINE_BINS, FIVE
from asymptotix.spectra.compression.octave import NODES

SUMS = {
    "df1": lambda s, k: s / (s + k),
    "rest": lambda s, k: k / (s + k),
    "df2": lambda s, k: (s / (s + k)) ** 2,
    "spread": lambda s, k: s * k / (s + k) ** 2,
    "unlearned": lambda s, k: (k / (s + k)) ** 2,
}


def error_of_one(function, nodes, point, kappa):
    """Relative error for an eigenvalue at `point`: the interpolant through `nodes` (all mpf), by Lagrange's formula."""
    value = mpmath.mpf(0)
    for j, node in enumerate(nodes):
        weight = mpmath.mpf(1)
        for other in nodes[:j] + nodes[j + 1 :]:
            weight *= (point.variable - other.variable) / (node.variable - other.variable)
        value += weight * function(node.value, kappa)
    return abs(value / function(point.value, kappa) - 1)


class Place:
    """A point of the octave [1, 2) (variable t) or of a bin (variable s)."""

    def __init__(self, variable, value):
        self.variable, self.value = variable, value


def octave_place(x):
    tau, centre = 3 - 2 * mpmath.sqrt(2), mpmath.sqrt(2)
    t = tau * mpmath.mpf(x)
    return Place(t, centre * (1 + t) / (1 - t))


def bin_place(narrowness, x):
    s = mpmath.mpf(narrowness) + mpmath.mpf(x)
    return Place(s, s)


def worst_error(place, size):
    nodes = [place(mpmath.cos((2 * j + 1) * mpmath.pi / (2 * size))) for j in range(size)]
    scale = place(0).value
    worst = mpmath.mpf(0)
    for function in SUMS.values():
        for log_kappa in (-30, -3, -1, -0.3, 0, 0.3, 1, 3, 30):
            for x in (-1, -0.98, -0.7, 0.1, 0.85, 1):
                worst = max(worst, error_of_one(function, nodes, place(x), scale * mpmath.mpf(10) ** log_kappa))
    return worst


@pytest.mark.parametrize("size", [12, 16, 17])
def test_no_eigenvalue_of_an_octave_exceeds_the_bound(size: int) -> None:
    with mpmath.workdps(60):
        worst = worst_error(octave_place, size)
    assert worst <= octave_bound(size)
    assert worst >= octave_bound(size) / 3  # at the lower end, kappa to infinity, df2: the bound is not idle


@pytest.mark.parametrize("rule", [FIVE, EIGHT], ids=["five", "eight"])
def test_no_eigenvalue_of_a_narrow_bin_exceeds_the_bound(rule) -> None:
    with mpmath.workdps(60):
        worst = worst_error(lambda x: bin_place(rule.narrowness, x), rule.size)
    assert worst <= narrow_bound(rule.size, rule.narrowness)
    assert worst >= narrow_bound(rule.size, rule.narrowness) / 3


def test_the_whole_is_below_1e_15_and_with_fewer_nodes_it_is_not() -> None:
    assert RELATIVE_BOUND < 1e-15
    assert max(two_stage_bound(rule, NODES - 1) for rule in (FIVE, EIGHT)) > 1e-15
    with mpmath.workdps(60):
        assert worst_error(octave_place, NODES - 3) > 1e-15  # not only the bound: an eigenvalue that is wrong by more
        assert worst_error(lambda x: bin_place(EIGHT.narrowness, x), EIGHT.size - 2) > 1e-15


def test_fine_bins_are_narrow_enough() -> None:
    lowest_centre, half_width = 1.0 + 0.5 / FINE_BINS, 0.5 / FINE_BINS
    assert lowest_centre / half_width >= EIGHT.narrowness


@pytest.mark.parametrize("size", [5, 8, 17])
def test_the_lebesgue_constant(size: int) -> None:
    points = np.cos((2 * np.arange(size) + 1) * np.pi / (2 * size))
    x = np.linspace(-1, 1, 2001)
    lagrange = [np.prod([(x - q) / (p - q) for q in points if q != p], axis=0) for p in points]
    assert np.max(np.sum(np.abs(lagrange), axis=0)) == pytest.approx(lebesgue_constant(size), rel=1e-10, abs=0)


@pytest.mark.parametrize("rule", [FIVE, EIGHT], ids=["five", "eight"])
def test_products_of_a_rule_give_the_weights_of_interpolation(rule) -> None:
    x = 0.37
    chebyshev = [np.cos(k * np.arccos(x)) for k in range(5)]
    moments = [np.prod([chebyshev[degree] for degree in degrees]) for degrees in rule.products]
    points = rule.points
    lagrange = [np.prod([(x - q) / (p - q) for q in points if q != p]) for p in points]
    assert np.array(moments) @ rule.matrix == pytest.approx(lagrange, rel=1e-12, abs=1e-15)
