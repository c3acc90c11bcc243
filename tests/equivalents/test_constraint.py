from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.equivalents.constraint import constraint, gaps, plain_constraint

CASES = [(30.0, 80.0, 1e-3), (50.0, 50.0, 1e-9), (1e5, 20.0, 3.0), (1000.0, np.inf, 0.3), (7.5, 7.5, 0.0), (3.0, 4.0, 0.0)]


def exact(n: float, p: float, lam: float, log_kappa: mpmath.mpf) -> mpmath.mpf:
    over = mpmath.mpf(lam) * mpmath.exp(-log_kappa)
    if np.isinf(p):
        return over
    q, delta = mpmath.mpf(p) * over, abs(mpmath.mpf(n) - mpmath.mpf(p))
    return (mpmath.sqrt(delta**2 + 4 * q) - delta) / 2


@pytest.mark.parametrize(("n", "p", "lam"), CASES)
def test_both_forms_are_the_function_and_its_derivatives(n: float, p: float, lam: float) -> None:
    x = -4.25
    delta, scaled = abs(n - p), lam if np.isinf(p) else p * lam
    plain = plain_constraint(np.array([delta]), np.array([scaled]), np.exp(np.array([-x])))
    general = constraint(np.array([n]), np.array([p]), np.array([lam]), np.array([x]))
    with mpmath.workdps(60):
        derivatives = [mpmath.diff(lambda y: exact(n, p, lam, y), x, k) for k in range(3)]
    wanted = [float(derivatives[0]), -float(derivatives[1]), -float(derivatives[2])]
    assert [float(v[0]) for v in plain] == pytest.approx(wanted, rel=1e-14, abs=1e-40)
    assert [float(v[0]) for v in general] == pytest.approx(wanted[:2], rel=1e-14, abs=1e-40)


def test_rows_of_ridge_regression_and_of_random_features_mix() -> None:
    gap, slope, bend = plain_constraint(np.array([np.inf, 0.0]), np.array([2.0, 8.0]), np.array([3.0, 0.5]))
    assert gap.tolist() == [6.0, 2.0]
    assert slope.tolist() == [6.0, 1.0]
    assert bend.tolist() == [-6.0, -0.5]


def test_gaps_are_not_subtracted_and_end_at_the_rank() -> None:
    n, p = np.array([10.0, 1e20, 5.0, np.inf]), np.array([np.inf, 1e20, 2.0, 7.0])
    samples, features = gaps(n, p, np.array([1e-20, 1e-3, 0.25, 0.5]), np.array([0.0, 0.0, -np.inf, 0.0]), 1.0)
    assert samples.tolist() == [1e-20, 1e-3, 4.0, np.inf]
    assert features.tolist() == [np.inf, 1e-3, 1.0, 0.5]
