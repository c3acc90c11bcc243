"""Errors carried through the layers of a network: exact where every layer is linear, and honest for tanh."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.kernels import KernelMap
from asymptotix.kernels.error_propagation import LayerErrors, network_error
from asymptotix.kernels.pair import GaussianPair

FloatArray = NDArray[np.float64]


def linear(pair: GaussianPair) -> tuple[FloatArray, FloatArray]:
    """s(x) = x with a bound of 1e-6 on its quadrature."""
    return np.asarray(pair.c), np.full(pair.c.shape, 1e-6)


def one(pair: GaussianPair) -> tuple[FloatArray, FloatArray]:
    """s' = 1 with a bound of 1e-7."""
    return np.ones(pair.c.shape), np.full(pair.c.shape, 1e-7)


def test_linear_layers_add_their_errors() -> None:
    pair = GaussianPair.from_covariance([1.0], [2.0], [0.5])
    for depth in (1, 2, 5):
        assert network_error(LayerErrors(linear, None, 1.0, 0.0, depth, False), pair) == pytest.approx(
            depth * 1e-6, rel=1e-6, abs=0
        )
    # S_l = c and T_l = (l + 1) c: error of S_l is l 1e-6, that of T_l the sum of them and of l c 1e-7 from each slope
    found = network_error(LayerErrors(linear, one, 1.0, 0.0, 2, False), pair)
    assert found == pytest.approx(3e-6 + (1 + 2) * 0.5e-7, rel=1e-3, abs=0)
    first = network_error(LayerErrors(linear, one, 1.0, 0.0, 2, True), pair)
    assert first == pytest.approx(2 * 0.5e-7, rel=1e-3, abs=0)
    doubled = network_error(LayerErrors(linear, None, 2.0, 0.0, 2, False), pair)
    assert doubled == pytest.approx(2e-6 + 2 * 2e-6, rel=1e-6, abs=0)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["nngp", "tangent"])
def test_bound_of_a_tanh_network(kind: str) -> None:
    kernel = KernelMap("tanh", 2, 1.5, 0.1, kind)  # type: ignore[arg-type]  # one of the two words
    value, bound = float(kernel(1.0, 0.5, 0.4)), float(kernel.error_bound(1.0, 0.5, 0.4))
    with mpmath.workdps(25):
        exact = kernel.mp_by_quadrature(mpmath.mpf(1), mpmath.mpf("0.5"), mpmath.mpf("0.4"), 12)
    assert abs(value - float(exact)) <= bound <= 1e-9 * value
    other = float(KernelMap("tanh(1001/1000*x)", 2, 1.5, 0.1, kind)(1.0, 0.5, 0.4))  # type: ignore[arg-type]  # as above
    assert abs(other - value) > 1e3 * bound
    with pytest.raises(InvalidInputError, match="quadrature"):
        KernelMap("relu", 2, kind="nngp").error_bound(1.0, 1.0, 0.5)
