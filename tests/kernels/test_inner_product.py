"""Inner-product, exponential, Gaussian and Laplace kernels."""

from __future__ import annotations

import math
import pickle
from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.kernels import exponential_kernel, inner_product_kernel, kernel_matrix, laplace_kernel, rbf_kernel


def test_formulas() -> None:
    q1, q2, c = 1.3, 0.8, -0.4
    r2 = q1 + q2 - 2 * c
    assert float(exponential_kernel()(q1, q2, c)) == pytest.approx(math.exp(c), rel=1e-15)
    assert float(rbf_kernel(0.7)(q1, q2, c)) == pytest.approx(math.exp(-r2 / (2 * 0.49)), rel=1e-14)
    assert float(laplace_kernel(0.7)(q1, q2, c)) == pytest.approx(math.exp(-math.sqrt(r2) / 0.7), rel=1e-14)
    assert float(inner_product_kernel(np.cosh)(q1, q2, c)) == pytest.approx(math.cosh(c), rel=1e-15)


def test_distance_on_data_is_divided_by_the_dimension() -> None:
    X = np.random.default_rng(1).standard_normal((4, 9))
    squares = ((X[:, None] - X[None]) ** 2).sum(axis=-1)
    assert kernel_matrix(rbf_kernel(1.5), X) == pytest.approx(np.exp(-squares / 9 / (2 * 1.5**2)), rel=1e-13, abs=0)
    assert kernel_matrix(laplace_kernel(1.5), X) == pytest.approx(np.exp(-np.sqrt(squares / 9) / 1.5), rel=1e-13, abs=0)


@pytest.mark.parametrize("kernel", [exponential_kernel(), rbf_kernel(0.6), laplace_kernel(0.6)])
@pytest.mark.parametrize("c", [-1.0, -0.3, 0.99999999, 1.0])
def test_high_precision_and_pickle(kernel: Any, c: float) -> None:
    with mpmath.workdps(40):
        expected = float(kernel.mp(1, 1, mpmath.mpf(c)))
    assert float(kernel(1.0, 1.0, c)) == pytest.approx(expected, rel=1e-15, abs=0)
    assert pickle.loads(pickle.dumps(kernel)) == kernel


def test_shapes_broadcast() -> None:
    for kernel in (exponential_kernel(), rbf_kernel(), laplace_kernel(), inner_product_kernel(lambda t: 1 + t)):
        assert kernel(np.ones((3, 1)), np.ones(4), 0.2).shape == (3, 4)
    assert inner_product_kernel(lambda t: 2.0)(1.0, 1.0, np.zeros(3)).tolist() == [2.0, 2.0, 2.0]
    assert not hasattr(inner_product_kernel(np.exp), "mp")


@pytest.mark.parametrize("bandwidth", [0.0, -1.0, math.nan, math.inf])
def test_bad_bandwidths_are_refused(bandwidth: float) -> None:
    for build in (rbf_kernel, laplace_kernel):
        with pytest.raises(InvalidInputError, match="bandwidth"):
            build(bandwidth)


def test_bad_functions_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="h = 3"):
        inner_product_kernel(3)  # type: ignore[arg-type]  # not callable, which is the point
    with pytest.raises(InvalidInputError, match="vectorised"):
        inner_product_kernel(lambda t: np.ones(7))(1.0, 1.0, np.zeros(3))
    with pytest.raises(InvalidInputError, match="vectorised"):
        inner_product_kernel(lambda t: t + 1j)(1.0, 1.0, np.zeros(3))
