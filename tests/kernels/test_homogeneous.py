"""The next layer of a homogeneous network, with and without bias."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError
from asymptotix.kernels import GaussianPair
from asymptotix.kernels.homogeneous import HomogeneousDual


def expectations(text: str) -> HomogeneousDual:
    homogeneity = activation(text).homogeneity
    assert homogeneity is not None
    return HomogeneousDual(homogeneity)


@pytest.mark.parametrize("text", ["relu", "abs", "sign", "leaky_relu", "2*relu(x) - relu(-x)", "x**2", "x*abs(x)", "relu(x)**3"])
@pytest.mark.parametrize("bias", [0.0, 0.4])
@pytest.mark.parametrize("angle", [1e-12, 1e-4, 0.5, 1.5, 2.0, 3.0, np.pi - 1e-4, np.pi - 1e-9])
@pytest.mark.parametrize("q2", [1.2, 1.2 * (1 + 1e-9), 0.3])
def test_both_gaps_of_the_next_layer_keep_their_digits(text: str, bias: float, angle: float, q2: float) -> None:
    e, q1, weight = expectations(text), 1.2, 0.9
    pair = e.next_pair(GaussianPair.from_angle(q1, q2, angle), weight, bias)
    with mpmath.workdps(80):
        one, two, w, b = (mpmath.mpf(value) for value in (q1, q2, weight, bias))
        c = mpmath.sqrt(one * two) * mpmath.cos(mpmath.mpf(angle))
        variances = [w * e.mp_dual(q, q, q) + b for q in (one, two)]
        rho = (w * e.mp_dual(one, two, c) + b) / mpmath.sqrt(variances[0] * variances[1])
        expected = [float(value) for value in (1 - rho, 1 + rho, variances[0], variances[0] - variances[1])]
    found = [pair.correlation.minus, pair.correlation.plus, pair.q1, pair.difference]
    for ours, exact in zip(found, expected, strict=True):
        assert float(ours) == pytest.approx(exact, rel=2e-13, abs=0)


def test_a_layer_that_loses_the_bias_is_noticed() -> None:
    """Negative control: the gap above depends on the bias in its leading digit."""
    start = GaussianPair.from_angle(1.2, 0.3, 0.5)
    with_bias, without = (float(expectations("relu").next_pair(start, 0.9, bias).correlation.minus) for bias in (0.4, 0.0))
    assert abs(with_bias / without - 1) > 0.1


def test_constants_have_no_derivative_kernel() -> None:
    e = expectations("step(x) - step(x) + 3")
    pair = GaussianPair.from_angle(1.0, 2.0, 0.3)
    assert float(e.dual(pair)) == 9.0
    assert float(e.derivative_dual(pair)) == 0.0
    with pytest.raises(HypothesisError):
        expectations("sign").mp_derivative_dual(mpmath.mpf(1), mpmath.mpf(1), mpmath.mpf(-1))
    with pytest.raises(ValueError, match="distribution"):
        e.homogeneity.derivative()
