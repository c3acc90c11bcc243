"""The staircase of a kernel: curve at finite dimension against known values and a simulation, and the limit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.kernels.inner_product import exponential_kernel
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.matrix import kernel_matrix
from asymptotix.lazy.kernel_staircase import kernel_staircase


def test_the_curve_at_two_dimensions() -> None:
    found = kernel_staircase("relu", dimension=[30, 1000], exponents=[0.5, 1, 1.5, 2, 2.5, 3, 3.5])
    known = [[0.356, 0.206, 0.084, 0.0196, 0.0107, 0.0081, 0.0048], [0.345, 0.203, 0.089, 0.0202, 0.01141, 0.01114, 0.00885]]
    np.testing.assert_allclose(found.excess, known, rtol=1e-2)
    np.testing.assert_array_equal(np.isnan(found.limit), [False, True, False, True, False, True, False])
    np.testing.assert_allclose(found.limit[::2], [0.340845, 0.0908451, 0.0112676, 0.0112676], rtol=1e-5)


def test_a_simulation_with_one_neuron_as_target() -> None:
    """Points on the sphere, labels of a neuron, no noise: within the errors of 60 draws, and not the Gaussian energies' curve."""
    d, trials, test = 20, 60, 400
    found = kernel_staircase("relu", dimension=d, exponents=[math.log(n) / math.log(d) for n in (20, 60)])
    kernel, rng = KernelMap("relu"), np.random.default_rng(3)  # type: ignore[arg-type]  # text is accepted
    for n, theory in zip((20, 60), found.excess[0], strict=True):
        errors = []
        for _ in range(trials):
            x = rng.standard_normal((n + test, d))
            x *= math.sqrt(d) / np.linalg.norm(x, axis=1, keepdims=True)
            y = np.maximum(x[:, 0], 0.0)
            matrix = kernel_matrix(kernel, x[:n])
            fit = kernel_matrix(kernel, x[n:], x[:n]) @ np.linalg.solve(matrix + 1e-3 * np.eye(n), y[:n])
            errors.append(np.mean((fit - y[n:]) ** 2))
        mean, se = np.mean(errors), np.std(errors, ddof=1) / math.sqrt(trials)
        assert abs(mean - theory) < 4 * se + 0.06 * theory  # the equivalent is 5% off at n = 20
        assert abs(mean - 2 * theory) > 4 * se + 0.06 * theory


def test_samples_needed_are_where_the_curve_crosses() -> None:
    found = kernel_staircase("relu", dimension=[30], exponents=[0.5, 3.5])
    n = found.samples_needed([0.1, 0.02, 1e-4])
    assert np.isinf(n[0, 2])
    for value, error in zip(n[0, :2], (0.1, 0.02), strict=True):
        again = kernel_staircase("relu", dimension=30, exponents=[math.log(value) / math.log(30)])
        assert float(again.excess[0, 0]) == pytest.approx(error, rel=1e-6, abs=0)
    table = found.samples_table([0.1, 0.09, 0.01])
    assert table.column("order").values == ["d^1", "d^2", "d^4"]


def test_degrees_that_the_kernel_does_not_see() -> None:
    """He_3 is out of reach of the ReLU kernel but not of the exponential one."""
    blind = kernel_staircase("x**3 - 3*x", dimension=100, exponents=[2.5, 3.5])
    seeing = kernel_staircase("x**3 - 3*x", dimension=100, exponents=[2.5, 3.5], kernel=exponential_kernel())
    assert blind.never == pytest.approx(6.0, rel=1e-12, abs=0)
    np.testing.assert_allclose(blind.limit, [6.0, 6.0], rtol=1e-12)
    np.testing.assert_allclose(seeing.limit, [6.0, 0.0], rtol=1e-12)
    assert blind.excess[0, 1] > 5.0 > 1.0 > seeing.excess[0, 1]


def test_several_directions() -> None:
    found = kernel_staircase("x1 + x1*x2*x3", dimension=50, exponents=[0.5, 1.5, 3.5], kernel=exponential_kernel())
    np.testing.assert_allclose(found.limit, [2.0, 1.0, 0.0], atol=1e-12)


def test_bad_input() -> None:
    for wrong in (
        {"dimension": 2},
        {"dimension": []},
        {"exponents": []},
        {"exponents": [1.0, 0.5]},
        {"exponents": [-1.0]},
        {"ridge": -1.0},
        {"noise_variance": -1.0},
    ):
        with pytest.raises(InvalidInputError, match=next(iter(wrong))):
            kernel_staircase("relu", **{"dimension": 30, **wrong})  # type: ignore[arg-type]  # the wrong type is the point
    found = kernel_staircase("abs(x)", dimension=30, exponents=[0.5, 1.5])
    with pytest.raises(InvalidInputError, match="errors"):
        found.samples_needed([0.0])
    with pytest.raises(HypothesisError, match="max_degree"):
        found.samples_table([1e-4])
