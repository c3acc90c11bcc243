"""The closed tail of a ReLU neuron against its hypergeometric form, its asymptotics, and the Hermite coefficients."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.lazy.rectified_tail import RECTIFIED_CONSTANT, rectified_degree, rectified_energies, rectified_tail
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient


def hypergeometric(degree: int, shift: int = 0) -> float:
    m = degree // 2 + shift
    with mpmath.workdps(30):
        t = mpmath.binomial(2 * m + 2, m + 1) / mpmath.mpf(4) ** (m + 1) / (2 * m + 1) ** 2
        half = mpmath.mpf(1) / 2
        return float(t / (2 * mpmath.pi) * mpmath.hyp3f2(1, m + half, m + half, m + 3 * half, m + 2, 1))


@pytest.mark.parametrize("degree", [0, 2, 9, 64, 126, 128])
def test_the_tail_is_what_is_left_of_the_sum(degree: int) -> None:
    with mpmath.workdps(40):
        terms = [mpmath.binomial(2 * j, j) / mpmath.mpf(4) ** j / (2 * j - 1) ** 2 for j in range(degree // 2 + 1)]
        left = mpmath.mpf(1) / (2 if degree == 0 else 4) - mpmath.fsum(terms) / (2 * mpmath.pi)
    assert float(rectified_tail(degree)) == pytest.approx(float(left), rel=1e-15, abs=0)


@pytest.mark.parametrize("degree", [64, 1000])
def test_the_tail_is_the_hypergeometric_function(degree: int) -> None:
    assert float(rectified_tail(degree)) == pytest.approx(hypergeometric(degree), rel=1e-14, abs=0)
    assert float(rectified_tail(degree)) != pytest.approx(hypergeometric(degree, shift=1), rel=1e-4, abs=0)


def test_the_tail_in_numbers() -> None:
    known = {0: 0.340845057, 1: 0.090845057, 3: 0.011267585, 4: 0.004636129, 6: 0.002646693, 8: 0.001758551, 16: 6.42107e-4}
    assert {k: float(f"{float(rectified_tail(k)):.9f}") for k in (0, 1, 3, 4, 6, 8)} == {k: known[k] for k in (0, 1, 3, 4, 6, 8)}
    assert float(rectified_tail(16)) == pytest.approx(known[16], rel=1e-5, abs=0)


def test_the_constant_and_the_shift() -> None:
    l = 10**6  # noqa: E741 the degree of the formula
    assert pytest.approx(0.0423290906228, rel=1e-11, abs=0) == RECTIFIED_CONSTANT
    shift = (RECTIFIED_CONSTANT / float(rectified_tail(l))) ** (2 / 3) - l
    assert shift == pytest.approx(0.3, abs=2e-6)


def test_energies_are_those_of_the_hermite_coefficients() -> None:
    found = rectified_energies(8)
    expected = [float(hermite_coefficient("relu", k).mp(digits=20)) ** 2 / math.factorial(k) for k in range(9)]
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-30)
    assert float(rectified_tail(8)) + found.sum() == pytest.approx(0.5, rel=1e-15, abs=0)


def test_the_degree_is_the_smallest() -> None:
    errors = [0.6, 0.4, 0.1, 0.09, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0001]
    assert [rectified_degree(e) for e in errors] == [0, 0, 1, 2, 2, 4, 4, 8, 12, 58]
    for error in (3e-6, 1e-9):
        l = rectified_degree(error)  # noqa: E741 the degree of the formula
        assert rectified_tail(l) <= error < rectified_tail(l - 2)


def test_bad_input() -> None:
    for wrong in (0.0, -1.0, math.nan, "small"):
        with pytest.raises(InvalidInputError, match="error"):
            rectified_degree(wrong)  # type: ignore[arg-type]  # the wrong type is the point
    with pytest.raises(InvalidInputError, match="degree"):
        rectified_tail([1.5])
