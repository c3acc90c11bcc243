"""Variances of homogeneous and polynomial networks where each layer multiplies the errors of the one before."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.kernels import KernelMap
from asymptotix.kernels.exact_variances import layer_variances


def tuned(weight: float, moment: float, degree: int) -> float:
    """The variance that stays what it is, to rounding: (w q)^(n-1) w moment = 1."""
    return float((1 / (mpmath.mpf(weight) * mpmath.mpf(moment))) ** (mpmath.mpf(1) / (degree - 1)) / mpmath.mpf(weight))


@pytest.mark.parametrize(
    ("name", "moment", "degree", "depth"),
    [("relu2", 1.5, 2, 50), ("relu3", 7.5, 3, 30), ("x*abs(x)", 3.0, 2, 50), ("x**3", 15.0, 3, 30), ("x**2", 3.0, 2, 50)],
)
def test_networks_at_the_edge_of_growth(name: str, moment: float, degree: int, depth: int) -> None:
    """In float64 the variances of 50 squares have lost 15 digits, those of 30 cubes 14."""
    weight = 2 / moment
    with mpmath.workdps(60):
        q = tuned(weight, moment, degree)
    for u in (1.0, 1 - 1e-8, 0.5):
        kinds: tuple[Any, ...] = ("nngp", "tangent")
        for kind in kinds:
            kernel = KernelMap(name, depth, weight, 0.0, kind)
            with mpmath.workdps(80):
                expected = kernel.mp(mpmath.mpf(q), mpmath.mpf(q), mpmath.mpf(u * q))
                assert abs(mpmath.mpf(float(kernel(q, q, u * q))) / expected - 1) < 1e-14


def test_fractions_give_the_same_variances() -> None:
    polynomial, weight, bias = (Fraction(1, 3), Fraction(0), Fraction(3, 2)), 0.7, 0.3
    q1, q2 = np.array([[0.9], [1.1]]), np.array([[0.5, 0.9, 0.9 + 1e-9]])
    exact = [[Fraction(weight) * Fraction(q) + Fraction(bias) for q in (q1[0, 0], q2[0, 2])]]
    for _ in range(3):
        exact.append([Fraction(weight) * (polynomial[0] + polynomial[2] * q * q) + Fraction(bias) for q in exact[-1]])
    for (one, two, difference), (first, second) in zip(layer_variances(polynomial, q1, q2, weight, bias), exact, strict=False):
        assert one[0, 0] == float(first)
        assert two[0, 2] == float(second)
        assert difference.shape == (2, 3)
        assert difference[0, 2] == pytest.approx(float(first - second), rel=1e-15, abs=0)
        assert difference[0, 1] == 0.0
    wrong = list(islice(layer_variances((polynomial[0], Fraction(0), Fraction(3)), q1, q2, weight, bias), 2))
    assert abs(wrong[1][0][0, 0] / float(exact[1][0]) - 1) > 0.1


def test_what_grows_or_vanishes_without_bound() -> None:
    power = (Fraction(0), Fraction(0), Fraction(1))
    large, small, difference = list(islice(layer_variances(power, np.array(1e3), np.array(1e-3), 1.0, 0.0), 12))[-1]
    assert (float(large), float(small), float(difference)) == (np.inf, 0.0, np.inf)
    assert float(next(iter(layer_variances(power, np.array(0.0), np.array(1.0), 2.0, 0.5)))[0]) == 0.5
