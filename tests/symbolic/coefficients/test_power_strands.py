"""Strands: exact cancellations are made among weights."""

from __future__ import annotations

import sympy as sp

from asymptotix import activation
from asymptotix.symbolic.coefficients.power_series import power_series
from asymptotix.symbolic.coefficients.power_strands import Strand, strands
from asymptotix.symbolic.lowering import lower


def gathered(text: str) -> tuple[Strand, ...]:
    return strands(power_series(lower(activation(text).tree), "", ""))


def test_waves_have_every_other_term() -> None:
    (sine,) = gathered("sin(x)")
    (cosh,) = gathered("cosh(x)")
    assert sine.weights(False)[0] == 0 != sine.weights(False)[1]
    assert cosh.weights(False)[1] == 0 != cosh.weights(False)[0]


def test_symmetric_exponential_has_no_odd_part() -> None:
    (laplace,) = gathered("exp(-abs(x))")
    assert laplace.weights(False)[1] == 0
    assert laplace.weights(True)[0] == 0 != laplace.weights(True)[1]


def test_elu_begins_with_the_square() -> None:
    """relu(x) - (exp(x) - 1) H(x): the terms 1 and x cancel on x > 0."""
    found = gathered("elu")
    (series,) = (one for one in found if not one.finite)
    assert series.first == (1, 2)
    assert all(one.weights(True) == (0, 0) for one in found if one.finite)
    (selu,) = (one for one in gathered("elu(alpha=2)") if not one.finite)
    assert selu.first == (1, 1)  # x - 2 (exp(x) - 1) keeps its linear term
    assert sp.S(selu.half[0]) == -2
