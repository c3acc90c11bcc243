"""Gegenbauer polynomials by their definition, and the two routes to a moment."""

from __future__ import annotations

from fractions import Fraction

import pytest

from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms, half_moment, moment_route, rodrigues_route

DIMENSIONS = [Fraction(3), Fraction(4), Fraction(25, 2), Fraction(1000)]


@pytest.mark.parametrize("d", DIMENSIONS)
def test_recurrence_and_value_at_one(d: Fraction) -> None:
    """(k + d - 2) P_{k+1} = (2k + d - 2) t P_k - k P_{k-1}, P_k(1) = 1."""
    for k in range(1, 9):
        below, here, above = (gegenbauer_terms(j, d) for j in (k - 1, k, k + 1))
        for p in range(k + 2):
            right = (2 * k + d - 2) * here.get(p - 1, 0) - k * below.get(p, 0)
            assert (k + d - 2) * above.get(p, 0) == right
        assert sum(above.values()) == 1


@pytest.mark.parametrize(("j", "k"), [(0, 2), (1, 3), (2, 4), (1, 5), (3, 7)])
def test_orthogonal_under_the_moments(j: int, k: int) -> None:
    d = Fraction(7)
    one, two = gegenbauer_terms(j, d), gegenbauer_terms(k, d)
    assert sum(a * b * half_moment(p + q, d) for p, a in one.items() for q, b in two.items()) == 0
    assert sum(a * a * half_moment(2 * p, d) for p, a in one.items()) != 0


@pytest.mark.parametrize("n", range(5))
@pytest.mark.parametrize("k", range(9))
def test_two_routes_agree(n: int, k: int) -> None:
    for d in DIMENSIONS:
        assert moment_route(n, k, d) == rodrigues_route(n, k, d)
        if k >= 2 and moment_route(n, k, d):  # another dimension is another number
            assert moment_route(n, k, d) != rodrigues_route(n, k, d + 1)


def test_half_moments_on_the_circle_of_powers() -> None:
    """E t^2 = 1/d, E t^4 = 3/(d(d+2)), E t_+^3 = 2/(d+1) M."""
    d = Fraction(5)
    assert [2 * half_moment(p, d) for p in (0, 2, 4)] == [1, 1 / d, 3 / (d * (d + 2))]
    assert half_moment(3, d) == 2 / (d + 1)
