from __future__ import annotations

import mpmath
import pytest

from asymptotix.symbolic.learnability.decay_fit import fit_exponent


@pytest.mark.parametrize("exponent", [2.5, 7.0])
def test_an_exact_power_with_corrections(exponent: float) -> None:
    fit = fit_exponent(lambda k: -exponent * mpmath.log(k) + mpmath.mpf(3) / k - mpmath.mpf(5) / k**2, 40)
    assert fit.extrapolated == pytest.approx(exponent, rel=1e-13, abs=0)
    assert abs(fit.slope - exponent) > 10 * fit.extrapolation_error  # the line is biased, and says nothing of it
    assert fit.slope == pytest.approx(exponent, rel=0.03, abs=0)
    assert len({k % 2 for k in fit.degrees}) == 1
    assert fit.degrees[-1] == pytest.approx(16 * fit.degrees[0], rel=0.01, abs=0)


def test_a_straight_line_has_no_scatter() -> None:
    fit = fit_exponent(lambda k: -4 * mpmath.log(k), 31)
    assert fit.slope == pytest.approx(4, rel=1e-13, abs=0)
    assert fit.standard_error < 1e-13
