"""Arc-cosine kernels of real order: against 60-digit values of another formula, at the ends, and refused orders."""

from __future__ import annotations

import pickle

import mpmath
import numpy as np
import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.kernels import KernelMap, kernel_matrix
from asymptotix.kernels.rectified_power import RectifiedPowerKernel

ORDERS = [-0.45, -0.3, 0.0, 0.25, 0.39, 0.41, 0.5, 1.0, 1.5, 2.5, 7.3, 20.5]


def two_series(n: float, rho: mpmath.mpf) -> mpmath.mpf:
    """The Taylor series in rho, even and odd part."""
    m = mpmath.mpf(n)
    even = mpmath.gamma((m + 1) / 2) ** 2 * mpmath.hyp2f1(-m / 2, -m / 2, 0.5, rho**2)
    odd = 2 * rho * mpmath.gamma(m / 2 + 1) ** 2 * mpmath.hyp2f1((1 - m) / 2, (1 - m) / 2, 1.5, rho**2)
    return 2**m / (4 * mpmath.pi) * (even + odd)


@pytest.mark.parametrize("order", ORDERS)
def test_against_the_taylor_series(order: float) -> None:
    for angle in (1e-6, 1e-3, 0.4, 1.2, 1.5707, 1.6, 2.5, 3.1):
        with mpmath.workdps(120):
            expected = float(two_series(order, mpmath.cos(mpmath.mpf(angle))))
        found = float(RectifiedPowerKernel(order)(1.0, 1.0, angle=angle))
        assert found == pytest.approx(expected, rel=2e-13, abs=0)
        assert found != pytest.approx(2 * expected, rel=1e-3, abs=0)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_integer_orders_are_the_arc_cosine_kernels(order: int) -> None:
    q1, q2 = np.array([0.5, 1.0, 3.0]), 1.5
    c = np.array([-0.3, 0.2, 1.9])
    known = KernelMap("relu(x)" if order == 1 else f"relu(x)**{order}")(q1, q2, c)  # type: ignore[arg-type]  # text is accepted
    np.testing.assert_allclose(RectifiedPowerKernel(order)(q1, q2, c), known, rtol=2e-13)


@pytest.mark.parametrize("order", ORDERS)
def test_the_ends(order: float) -> None:
    kernel = RectifiedPowerKernel(order)
    moment = float(2 ** mpmath.mpf(order) * mpmath.gamma(mpmath.mpf(order) + 0.5) / (2 * mpmath.sqrt(mpmath.pi)))
    assert float(kernel(1.0, 1.0, 1.0)) == pytest.approx(moment, rel=1e-12, abs=0)
    assert float(kernel(1.0, 1.0, -1.0)) == 0.0


def test_pickles_and_makes_matrices() -> None:
    kernel = pickle.loads(pickle.dumps(RectifiedPowerKernel(0.7)))
    K = kernel_matrix(kernel, np.random.default_rng(1).standard_normal((6, 4)))
    assert np.linalg.eigvalsh(K)[0] > 0
    with mpmath.workdps(30):
        assert float(kernel.mp(1, 2, mpmath.mpf("0.5"))) == pytest.approx(float(kernel(1, 2, 0.5)), rel=1e-13, abs=0)


@pytest.mark.parametrize("order", [-0.5, -1.0, 65.0, float("nan"), float("inf")])
def test_refused_orders(order: float) -> None:
    with pytest.raises(InvalidInputError, match="order"):
        RectifiedPowerKernel(order)
