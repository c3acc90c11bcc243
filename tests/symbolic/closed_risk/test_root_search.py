from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

from asymptotix.errors import ConvergenceError
from asymptotix.symbolic.closed_risk.root_search import balanced_root, halved, precise_root

X = sp.Symbol("x", positive=True)


@pytest.mark.parametrize("root", [1e-300, 1e-7, 1.0, 3e200])
def test_halving_finds_roots_over_six_hundred_decades(root: float) -> None:
    found = halved(lambda x: x > root, (2,))
    assert found == pytest.approx([root, root], rel=2e-13, abs=0)


def test_a_filled_level_does_not_cancel_against_the_count() -> None:
    s, m = np.array([1.0]), np.array([100.0])
    found = balanced_root(np.array([100.0]), [(s, m)], lambda x: 1e-20 / x)  # 100 x/(1 + x) = 1e-20/x
    assert found == pytest.approx([1e-11 * (1 + 5e-12)], rel=1e-13, abs=0)


def test_more_samples_than_eigenvalues() -> None:
    s, m = np.array([1.0]), np.array([100.0])
    found = balanced_root(np.array([150.0]), [(s, m)], lambda x: 1e-9 / x)
    assert found == pytest.approx([2e-11 * (1 - 4e-11)], rel=1e-13, abs=0)


def test_digits_by_newton() -> None:
    with mpmath.workdps(60):
        found = precise_root(X**2 - 2, X, 1.4142, 50)
        assert abs(found - mpmath.sqrt(2)) < mpmath.mpf(10) ** -50


def test_no_start_and_no_root_are_refused() -> None:
    with pytest.raises(ConvergenceError, match="no start"):
        precise_root(X - 1, X, 0.0, 20)
    with pytest.raises(ConvergenceError, match="did not settle"):
        precise_root(X**2 + 1, X, 1.3, 20)
