"""Arc-cosine kernels: 1e-14 relative accuracy at every correlation, and the exact polynomials."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from asymptotix.kernels.arc_cosine import angular_polynomials, arc_cosine, arc_cosine_deficit, arc_cosine_mp, half_moment
from asymptotix.kernels.pair import Correlation
from tests.kernels.oracle import rectified_moment

GAPS = [0.0, 1e-300, 2.0**-52, 1e-12, 1e-9, 1e-5, 1e-3, 0.03, 0.2, 0.5, 0.9, 1.0]


def correlation(gap: float, sign: int) -> Correlation:
    """|rho| = 1 - gap, exactly as a pair of gaps; the oracle sees the same numbers."""
    small, large, rho = np.array(gap), np.array(2.0 - gap), np.array(sign * (1.0 - gap))
    return Correlation(small, large, rho) if sign > 0 else Correlation(large, small, rho)


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("gap", GAPS)
def test_relative_accuracy_next_to_both_ends(degree: int, sign: int, gap: float) -> None:
    with mpmath.workdps(700):
        expected = arc_cosine_mp(degree, sign * (1 - mpmath.mpf(gap)))
    with mpmath.workdps(40):
        value = +expected
        assert float(arc_cosine(degree, correlation(gap, sign))) == pytest.approx(float(value), rel=1e-14, abs=0)


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("gap", [1e-300, 2.0**-52, 1e-9, 1e-3, 0.2, 0.9, 1.0, 1.5, 2.0])
def test_distance_to_the_diagonal_keeps_its_digits(degree: int, gap: float) -> None:
    where = correlation(gap, 1) if gap <= 1 else correlation(2.0 - gap, -1)
    with mpmath.workdps(700):
        expected = arc_cosine_mp(degree, mpmath.mpf(1)) - arc_cosine_mp(degree, 1 - mpmath.mpf(gap))
    assert float(arc_cosine_deficit(degree, where)) == pytest.approx(float(expected), rel=1e-14, abs=0)


@pytest.mark.parametrize("degree", range(6))
@pytest.mark.parametrize("rho", ["-0.999", "-0.75", "-0.5", "-0.3", "0", "0.4", "0.95"])
def test_high_precision_agrees_with_cho_and_saul(degree: int, rho: str) -> None:
    with mpmath.workdps(40):
        ours, theirs = arc_cosine_mp(degree, mpmath.mpf(rho)), rectified_moment(degree, mpmath.mpf(rho))
        assert abs(ours / theirs - 1) < mpmath.mpf(10) ** -36
        assert abs(2 * ours / theirs - 1) > 0.5  # their own kernel is twice ours: the test would notice


def test_textbook_form_is_wrong_where_ours_is_right() -> None:
    rho = -1 + 2.0**-52
    theta = math.acos(rho)
    textbook = (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / (2 * math.pi)
    ours = float(arc_cosine(1, correlation(2.0**-52, -1)))
    assert ours == pytest.approx(4.966e-25, rel=1e-3, abs=0)
    assert abs(textbook) > 1e5 * ours


def test_polynomials_of_low_order() -> None:
    assert [angular_polynomials(n) for n in range(4)] == [
        ((1,), ()),
        ((0, 1), (1,)),
        ((1, 0, 2), (0, 3)),
        ((0, 9, 0, 6), (4, 0, 11)),
    ]


@pytest.mark.parametrize("degree", range(1, 13))
def test_price_recurrence_and_positive_coefficients(degree: int) -> None:
    """A' = n^2 A_{n-1} and (1 - rho^2) B' - rho B + A = n^2 (1 - rho^2) B_{n-1}, coefficient by coefficient."""
    (a, b), (lower_a, lower_b) = angular_polynomials(degree), angular_polynomials(degree - 1)
    assert min(a + b) >= 0
    assert [k * value for k, value in enumerate(a)][1:] == [degree**2 * value for value in lower_a]
    one_minus_square = np.polynomial.Polynomial([1, 0, -1])
    pa, pb, lower = (np.polynomial.Polynomial(p or (0,)) for p in (a, b, lower_b))
    left = one_minus_square * pb.deriv() - np.polynomial.Polynomial([0, 1]) * pb + pa
    difference = left - degree**2 * one_minus_square * lower
    assert np.max(np.abs(difference.coef)) <= 1e-12 * max(a)
    assert half_moment(degree) == sum(a) / 2
