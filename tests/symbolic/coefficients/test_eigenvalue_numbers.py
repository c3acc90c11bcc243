"""How eigenvalues are put together from coefficients."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from asymptotix import gegenbauer_coefficient
from asymptotix.symbolic.coefficients.eigenvalue_numbers import EigenvalueNumbers

K, D = sp.symbols("k d")


def test_weights_of_the_neighbours() -> None:
    step = gegenbauer_coefficient("step(x)", K, D).numbers
    numbers = EigenvalueNumbers(None, step, K, D)
    k = np.array([0, 1, 2, 4])
    got = numbers.evaluate({"k": k, "d": 7})
    below, above = (step.evaluate({"k": np.abs(j), "d": 7}) ** 2 for j in (k - 1, k + 1))
    expected = (k * below + (k + 5) * above) / (2 * k + 5)
    assert got.tolist() == pytest.approx(expected.tolist(), rel=1e-14, abs=0)
    swapped = (k * above + (k + 5) * below) / (2 * k + 5)
    assert got.tolist() != pytest.approx(swapped.tolist(), rel=1e-3, abs=0)


def test_circle_at_degree_zero() -> None:
    step = gegenbauer_coefficient("step(x)", K, D).numbers
    value = EigenvalueNumbers(None, step, K, D).evaluate({"k": 0, "d": 2})
    assert float(value) == pytest.approx(1 / np.pi**2, rel=1e-14, abs=0)
