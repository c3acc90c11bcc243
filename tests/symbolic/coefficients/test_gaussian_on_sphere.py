"""Gaussians and error functions on the sphere of radius sqrt(d), where their power series are of no use."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.symbolic.coefficients.gaussian_on_sphere import float_gaussian, precise_gaussian


def by_quadrature(power: int, integrated: bool, a: float, k: int, d: int, radius: float) -> mpmath.mpf:
    def polynomial(t: mpmath.mpf) -> mpmath.mpf:
        before, here = mpmath.mpf(1), t
        for j in range(1, k):
            before, here = here, ((2 * j + d - 2) * t * here - j * before) / (j + d - 2)
        return here if k else before

    def s(x: mpmath.mpf) -> mpmath.mpf:
        return x**power * (mpmath.hyp1f1(0.5, 1.5, a * x * x) if integrated else mpmath.exp(a * x * x))

    def weight(t: mpmath.mpf) -> mpmath.mpf:
        return (1 - t * t) ** (mpmath.mpf(d - 3) / 2)

    panels = [-1, -0.5, -0.2, 0, 0.2, 0.5, 1]
    return mpmath.quad(lambda t: s(radius * t) * polynomial(t) * weight(t), panels) / mpmath.quad(weight, panels)


@pytest.mark.parametrize(
    ("power", "integrated", "a", "k", "d", "radius"),
    [(0, False, -0.5, 0, 60, 60**0.5), (0, False, -1.0, 4, 9, 3.0), (1, False, -0.5, 3, 20, 20**0.5), (2, False, 0.4, 2, 5, 4.0),
     (1, True, -1.0, 3, 30, 30**0.5), (2, True, -0.5, 0, 7, 7**0.5), (2, True, -0.5, 4, 7, 7**0.5)],
)  # fmt: skip
def test_against_quadrature(power: int, integrated: bool, a: float, k: int, d: int, radius: float) -> None:
    with mpmath.workdps(25):
        expected = by_quadrature(power, integrated, a, k, d, radius)
        precise, _ = precise_gaussian(power, integrated, mpmath.mpf(a), k, mpmath.mpf(d), mpmath.mpf(radius))
        assert abs(precise / expected - 1) < mpmath.mpf(10) ** -17
    got, _ = float_gaussian(power, integrated, a, *(np.array([float(v)]) for v in (k, d, radius)))
    assert float(got[0]) == pytest.approx(float(expected), rel=1e-12, abs=0)


def test_parity_and_circle() -> None:
    k = np.arange(4.0)
    even, _ = float_gaussian(0, False, -2.0, k, np.full(4, 2.0), np.full(4, 2.0))
    odd, _ = float_gaussian(1, True, -2.0, k, np.full(4, 2.0), np.full(4, 2.0))
    assert even[1] == even[3] == odd[0] == odd[2] == 0
    assert float(even[0]) == pytest.approx(float(mpmath.exp(-4) * mpmath.besseli(0, 4)), rel=1e-14, abs=0)
