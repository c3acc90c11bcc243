"""Quadrature to many digits: against closed forms, at correlation 1 and -1, and where it is refused."""

from __future__ import annotations

import mpmath
import pytest

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.kernels.precise import precise_dual


def relu_kernel(rho: mpmath.mpf) -> mpmath.mpf:
    theta = mpmath.acos(rho)
    return (mpmath.sin(theta) + (mpmath.pi - theta) * rho) / (2 * mpmath.pi)


@pytest.mark.parametrize("rho", ["-1", "1", *(pytest.param(r, marks=pytest.mark.long) for r in ("-0.999999", "0", "0.5"))])
def test_relu_to_20_digits(rho: str) -> None:
    with mpmath.workdps(40):
        expected = relu_kernel(mpmath.mpf(rho))
        found = precise_dual(activation("relu"), 1, 1, mpmath.mpf(rho), digits=20)
        assert abs(found.value - expected) <= found.error
        assert found.error < mpmath.mpf("1e-20")
        assert abs(found.value - expected - mpmath.mpf("1e-18")) > found.error


def test_gaussian_and_erf() -> None:
    with mpmath.workdps(50):
        q1, q2, c = mpmath.mpf("1.5"), mpmath.mpf("0.25"), mpmath.mpf("-0.375")
        expected = ((1 + q1) * (1 + q2) - c**2) ** mpmath.mpf("-0.5")
        found = precise_dual(activation("exp(-x**2/2)"), q1, q2, c, digits=24)
        assert abs(found.value - expected) <= min(found.error, mpmath.mpf("1e-24"))
        expected = 4 / mpmath.pi / mpmath.sqrt((1 + 2 * q1) * (1 + 2 * q2) - 4 * c**2)
        found = precise_dual(activation("erf(x)"), q1, q2, c, derivative=True, digits=24)
        assert abs(found.value - expected) <= min(found.error, mpmath.mpf("1e-23"))


def test_jumps_enter_the_derivative() -> None:
    """S = x + step(x): 1 + phi-terms + the density of the pair at the jump."""
    with mpmath.workdps(40):
        c = mpmath.mpf("0.5")
        expected = 1 + 2 / mpmath.sqrt(2 * mpmath.pi) + 1 / (2 * mpmath.pi * mpmath.sqrt(1 - c**2))
        found = precise_dual(activation("x + step(x)"), 1, 1, c, derivative=True, digits=12)
        assert abs(found.value - expected) <= found.error < mpmath.mpf("1e-11")
        with pytest.raises(HypothesisError, match="infinite"):
            precise_dual(activation("x + step(x)"), 1, 1, 1, derivative=True)


def test_refusals() -> None:
    with pytest.raises(NotInClosedClassError, match="grows too fast"):
        precise_dual(activation("x*exp(x**2/8)"), 1, 1, 0)
    with pytest.raises(NotInClosedClassError, match="float64 only"):
        precise_dual(activation("relu(x - pi)"), 1, 1, 0)
    with pytest.raises(HypothesisError, match="smaller variances"):
        precise_dual(activation("tanh(x)"), 10**6, 1, 0)
    with pytest.raises(HypothesisError, match="unbounded"):
        precise_dual(activation("sqrt(abs(x))"), 1, 1, 0.5, derivative=True, digits=20)
    for digits in (0, 101, 1.5, True):
        with pytest.raises(InvalidInputError, match="digits"):
            precise_dual(activation("tanh(x)"), 1, 1, 0, digits=digits)
    with pytest.raises(InvalidInputError, match="at most sqrt"):
        precise_dual(activation("tanh(x)"), 1, 1, 2)
