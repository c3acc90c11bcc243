"""GaussianPair: 1 - rho and 1 + rho without cancellation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.kernels import Correlation, GaussianPair

VARIANCE = st.floats(1e-8, 1e8)


@given(VARIANCE, VARIANCE, st.floats(-1, 1))
def test_gaps_from_a_covariance_have_full_relative_accuracy(q1: float, q2: float, rho: float) -> None:
    c = float(rho * np.sqrt(q1) * np.sqrt(q2))
    with mpmath.workdps(60):
        one, two, cross = (mpmath.mpf(value) for value in (q1, q2, c))
        exact = cross / mpmath.sqrt(one * two)
        if abs(exact) > 1:
            return
        expected = [float(value) for value in (1 - exact, 1 + exact, one * two - cross**2, one + two - 2 * cross)]
        angles = [float(mpmath.acos(exact)), float(mpmath.acos(-exact))]
    pair = GaussianPair.from_covariance(q1, q2, c)
    found = [pair.correlation.minus, pair.correlation.plus, pair.determinant, pair.distance]
    assert [float(value) for value in found] == pytest.approx(expected, rel=2e-15, abs=0)
    assert [float(pair.correlation.angle), float(pair.correlation.coangle)] == pytest.approx(angles, rel=2e-15, abs=0)


@given(st.integers(-300, 300), st.integers(-300, 300))
def test_powers_of_two_change_nothing(i: int, j: int) -> None:
    plain = GaussianPair.from_covariance(1.7, 0.9, -1.2369316876852980)
    scaled = GaussianPair.from_covariance(1.7 * 4.0**i, 0.9 * 4.0**j, -1.2369316876852980 * 2.0 ** (i + j))
    assert plain.correlation == scaled.correlation


def test_the_rounded_correlation_would_not_do() -> None:
    """Negative control: 1 - c / sqrt(q1 q2) in float64 has no correct digit left here."""
    q1, q2 = 1.0000000000000002, 0.3
    c = np.nextafter(np.sqrt(q1 * q2), 0)
    naive = 1 - c / np.sqrt(q1 * q2)
    with mpmath.workdps(60):
        exact = float(1 - mpmath.mpf(float(c)) / mpmath.sqrt(mpmath.mpf(q1) * mpmath.mpf(q2)))
    assert float(GaussianPair.from_covariance(q1, q2, c).correlation.minus) == pytest.approx(exact, rel=1e-14, abs=0)
    assert abs(naive - exact) > 0.05 * exact


def test_angle_and_flip() -> None:
    theta = np.array([0.0, 1e-9, 1.0, np.pi - 1e-9])
    correlation = Correlation.from_angle(theta)
    assert correlation.angle == pytest.approx(theta, rel=1e-15, abs=0)
    assert correlation.flipped().coangle == pytest.approx(theta, rel=1e-15, abs=0)
    assert correlation.sine == pytest.approx(np.sin(theta), rel=1e-14, abs=0)
