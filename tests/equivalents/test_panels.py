"""The error constant of a panel: the worst relative error of one summand, over all eigenvalues, in 40 digits."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.panels import (
    CENTRES,
    HALF_WIDTH,
    LOWEST,
    N_PANELS,
    NODE_POINTS,
    NODES,
    TO_MONOMIALS,
    TO_SERIES,
    panel_of,
)

Summand = Callable[[mpmath.mpf, mpmath.mpf], mpmath.mpf]  # of log(kappa / s) and t

SUMMANDS: dict[str, tuple[Summand, float]] = {
    "learned": (lambda y, t: 1 / (1 + mpmath.exp(y)), 2e-16),
    "left": (lambda y, t: 1 / (1 + mpmath.exp(-y)), 2e-16),
    "spread": (lambda y, t: 1 / (2 + mpmath.exp(y) + mpmath.exp(-y)), 9e-16),
    "scaled df2": (lambda y, t: mpmath.exp(HALF_WIDTH * t) / (1 + mpmath.exp(y)) ** 2, 9e-16),
    "scaled unlearned": (lambda y, t: mpmath.exp(-HALF_WIDTH * t) / (1 + mpmath.exp(-y)) ** 2, 9e-16),
}


def worst_error(summand: Summand, nodes: int) -> float:
    """The largest relative error of interpolation at Chebyshev nodes, by the barycentric formula."""
    angles = [(2 * i + 1) * mpmath.pi / (2 * nodes) for i in range(nodes)]
    points = [mpmath.cos(a) for a in angles]
    weights = [(-1) ** i * mpmath.sin(a) for i, a in enumerate(angles)]
    worst = mpmath.mpf(0)
    for centre in np.arange(-6, 6.1, 0.5):
        values = [summand(mpmath.mpf(centre) + HALF_WIDTH * x, x) for x in points]
        for t in map(mpmath.mpf, (1.0, -1.0, 0.94, -0.94, 1.02, -1.02)):  # the last step may leave the panel by a little
            terms = [w / (t - x) for w, x in zip(weights, points, strict=True)]
            value = mpmath.fsum(a * v for a, v in zip(terms, values, strict=True)) / mpmath.fsum(terms)
            worst = max(worst, abs(value / summand(mpmath.mpf(centre) + HALF_WIDTH * t, t) - 1))
    return float(worst)


@pytest.mark.parametrize("name", SUMMANDS)
def test_the_error_of_a_panel_is_what_its_docstring_says(name: str) -> None:
    summand, bound = SUMMANDS[name]
    with mpmath.workdps(40):
        assert bound / 10 < worst_error(summand, NODES) < bound
        assert worst_error(summand, NODES - 3) > 1e-13


def test_the_matrices_take_values_at_the_nodes_to_monomials() -> None:
    t = np.linspace(-1, 1, 9)
    coefficients = TO_MONOMIALS @ (TO_SERIES @ np.exp(NODE_POINTS))
    assert np.polynomial.polynomial.polyval(t, coefficients) == pytest.approx(
        np.exp(t), rel=5e-15, abs=0
    )  # eps of the largest value
    assert TO_MONOMIALS[:5, 4].tolist() == [1, 0, -8, 0, 8]


def test_panels_tile_the_range_of_kappa() -> None:
    assert np.log(CENTRES[[0, -1]]) == pytest.approx([LOWEST + HALF_WIDTH, LOWEST + (2 * N_PANELS - 1) * HALF_WIDTH], rel=1e-15)
    assert panel_of(np.log(CENTRES)).tolist() == list(range(N_PANELS))
    assert panel_of(np.array([-LOWEST]))[0] == N_PANELS - 1
