"""The next layer of smooth kernels: 1 - rho and 1 + rho keep their digits, and so do fifty chaotic layers."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.kernels import KernelMap
from asymptotix.kernels.expectations import expectations_of
from asymptotix.kernels.layer_spread import LayerSpread, paired
from asymptotix.kernels.pair import GaussianPair

COSINES = np.array([1.0, 1 - 1e-16, 1 - 1e-12, 1 - 1e-8, 1 - 1e-4, 0.5, 0.0, -1 + 1e-12, -1.0])


def exact(kernel: KernelMap, q: float, c: float) -> Any:
    with mpmath.workdps(35):
        return kernel.mp(mpmath.mpf(q), mpmath.mpf(q), mpmath.mpf(c))


def relative(found: float, expected: Any) -> float:
    return abs(found) if expected == 0 else float(abs(mpmath.mpf(found) / expected - 1))


@pytest.mark.parametrize("depth", [1, 3, 10])
@pytest.mark.parametrize(("weight", "bias"), [(2.0, 0.0), (1.8, 0.05)])
@pytest.mark.parametrize("kind", ["nngp", "tangent"])
def test_relu_networks_on_the_cosines_where_digits_are_lost(depth: int, weight: float, bias: float, kind: Any) -> None:
    kernel = KernelMap("relu", depth, weight, bias, kind)
    for c, found in zip(COSINES.tolist(), kernel(1.0, 1.0, COSINES).tolist(), strict=True):
        assert relative(found, exact(kernel, 1.0, c)) < 2e-15


CHAOTIC = [("erf", 30.0), ("sin", 5.0), ("gelu", 4.0), ("Phi", 50.0), ("cos", 3.0), ("gauss", 5.0)]


@pytest.mark.parametrize(("name", "weight"), CHAOTIC)
@pytest.mark.parametrize("bias", [0.0, 0.1])
def test_fifty_layers_that_drive_inputs_apart(name: str, weight: float, bias: float) -> None:
    """1 - rho taken from the covariance leaves no digit of erf and sin, and 5 to 8 of the others, at coincident inputs."""
    kernel = KernelMap(name, 50, weight, bias, "tangent")
    for c in (1.0, 1 - 1e-12, 1 - 1e-4):
        assert relative(float(kernel(1.0, 1.0, c)), exact(kernel, 1.0, c)) < 5e-14


POINTS = [(1.0, 1.0, 1e-6), (0.7, 0.7, 0.0), (0.7, 0.8, 1e-3), (2.0, 0.3, 0.4), (0.5, 0.5, 2.0), (0.5, 0.4, np.pi - 1e-3)]


@pytest.mark.parametrize("name", ["erf", "Phi", "sin", "cos", "exp", "gauss", "gelu", "x**3 - x", "x**2 + x", "x**4 - x**2"])
@pytest.mark.parametrize("bias", [0.0, 0.2])
def test_both_gaps_of_the_next_layer(name: str, bias: float) -> None:
    e, weight = expectations_of(activation(name)), 1.5
    for q1, q2, angle in POINTS:
        pair = e.next_pair(GaussianPair.from_angle(q1, q2, angle), weight, bias)
        with mpmath.workdps(60):
            one, two = mpmath.mpf(q1), mpmath.mpf(q2)
            c = mpmath.sqrt(one * two) * mpmath.cos(mpmath.mpf(angle))
            variances = [weight * e.mp_dual(q, q, q) + mpmath.mpf(bias) for q in (one, two)]
            rho = (weight * e.mp_dual(one, two, c) + mpmath.mpf(bias)) / mpmath.sqrt(variances[0] * variances[1])
            expected = [1 - rho, 1 + rho, variances[0], variances[0] - variances[1]]
        found = [pair.correlation.minus, pair.correlation.plus, pair.q1, pair.difference]
        for ours, theirs in zip(found, expected, strict=True):
            assert relative(float(ours), theirs) < 1e-11  # where norms differ, a part of the spread is theirs alone
        if q1 == q2:
            assert relative(float(pair.correlation.minus), expected[0]) < 1e-14


def test_a_wrong_spread_shows() -> None:
    """Negative control: twice the distance, and a lost difference of the norms, in a layer that is the identity."""
    one, two, c = np.array(1.0), np.array(1.21), np.array(1.1 * (1 - 1e-9))
    distance = 0.01 + 2.2e-9
    right = paired(one, two, c, LayerSpread(np.array(-0.21), np.array(distance)), 1.0, 0.0)
    assert float(right.correlation.minus) == pytest.approx(1e-9, rel=1e-6, abs=0)
    for wrong in (LayerSpread(np.array(-0.21), np.array(2 * distance)), LayerSpread(np.array(0.0), np.array(distance))):
        assert float(paired(one, two, c, wrong, 1.0, 0.0).correlation.minus) > 1e-3
