"""Sums over one strand, float64 beside mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

from asymptotix.errors import ConvergenceError
from asymptotix.symbolic.coefficients.power_series import PowerSeries
from asymptotix.symbolic.coefficients.power_strands import strands
from asymptotix.symbolic.coefficients.series_summation import FloatStrand, float_sum, precise_sum


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("argument", [sp.Rational(3, 2), sp.I, sp.Integer(-2)], ids=str)
def test_float_beside_mpmath(half: bool, argument: sp.Expr) -> None:
    (strand,) = strands((PowerSeries(sp.S.One, 2, half, argument, 1),))
    k, d = np.array([0.0, 1.0, 2.0, 5.0, 30.0]), np.array([2.0, 3.0, 10.0, 1e5, 40.0])
    total, size = float_sum(FloatStrand.of(strand), k, d, np.ones(5))
    with mpmath.workdps(30):
        for i in range(5):
            exact, gross = precise_sum(strand, int(k[i]), mpmath.mpf(d[i]), mpmath.mpf(1))
            assert total[i] == pytest.approx(float(mpmath.re(exact)), rel=1e-13, abs=1e-13 * float(gross))
            assert size[i] == pytest.approx(float(gross), rel=1e-12, abs=0)


def test_too_many_terms_are_refused() -> None:
    (strand,) = strands((PowerSeries(sp.S.One, 0, True, sp.Integer(-3), 2),))
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(ConvergenceError, match="reduce the radius"):
        float_sum(FloatStrand.of(strand), np.array([2.0]), np.array([10.0]), np.array([1e4]))
