"""log(Gamma(x) / Gamma(x + a)) against 40 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import gammaln

from asymptotix.symbolic.coefficients.gamma_difference import SWITCH, log_gamma_ratio

POINTS = [(x, a) for x in (1.0, 2.5, SWITCH - 0.5, SWITCH, 100.0, 5e5, 1e9) for a in (0.5, 1.0, 7.5, 200.0)]


@pytest.mark.parametrize(("x", "a"), POINTS)
def test_against_many_digits(x: float, a: float) -> None:
    with mpmath.workdps(40):
        exact = mpmath.loggamma(x) - mpmath.loggamma(mpmath.mpf(x) + mpmath.mpf(a))
    got = float(log_gamma_ratio(np.array(x), np.array(a)))
    assert got == pytest.approx(float(exact), rel=2e-15 if x >= SWITCH else 2e-14, abs=2e-15)


def test_the_textbook_form_fails() -> None:
    with mpmath.workdps(40):
        exact = float(mpmath.loggamma(10**9) - mpmath.loggamma(mpmath.mpf(10**9) + 0.5))
    assert gammaln(1e9) - gammaln(1e9 + 0.5) != pytest.approx(exact, rel=1e-9, abs=0)
