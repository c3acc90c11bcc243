"""Values in float64 against sixty digits: anywhere on the line, next to kinks, and where textbook forms overflow or cancel."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from asymptotix.activations import CATALOGUE, Activation, activation
from asymptotix.activations.float_functions import exp_of_multiple, tanhshrink
from asymptotix.activations.growth import Growth

EPS = 2.0**-52
# the exponent of gelu_tanh is a rounded cubic, whose size multiplies its error; He_3 is a difference near its zeros
TOLERANCE = {"gelu_tanh": 1e-14, "hermite": 1e-14}
FAR = [-2000.0, -800.0, -745.2, -709.0, -37.6, -30.0, 30.0, 37.6, 709.0, 745.2, 800.0, 2000.0]


def points(s: Activation) -> NDArray[np.float64]:
    """Fixed random points of all sizes, and both sides of every kink."""
    rng = np.random.default_rng(20)
    sizes = rng.choice([-1.0, 1.0], 25) * 10.0 ** rng.uniform(-12, 3, 25)
    near = [kink + side * 10.0**-power for kink in s.kinks for side in (-1, 1) for power in (15, 10, 6, 2)]
    return np.concatenate([rng.uniform(-6, 6, 25), sizes, near, FAR])


def exact(s: Activation, x: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        return s.mp(x)


def worst_error(s: Activation, x: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """The largest relative error; values beyond the range of float64 must overflow or underflow."""
    worst = 0.0
    for at, value in zip(x.tolist(), values.tolist(), strict=True):
        truth = exact(s, at)
        if abs(truth) > 1.7e308:
            assert abs(value) == np.inf
        elif abs(truth) < 1e-290:
            assert abs(value) < 1e-289
        else:
            worst = max(worst, float(abs((mpmath.mpf(value) - truth) / truth)))
    return worst


@pytest.mark.parametrize("name", CATALOGUE)
def test_values_are_right_to_a_few_last_bits(name: str) -> None:
    s = activation(name)
    x = points(s)
    with np.errstate(all="raise"):
        values = s(x)
    assert worst_error(s, x, values) <= TOLERANCE.get(name, 1e-15)
    assert worst_error(s, x[:50], values[:50] * (1 + 8 * EPS)) > 1e-15  # the test would see eight last bits


@pytest.mark.parametrize("name", CATALOGUE)
def test_derivatives_are_right(name: str) -> None:
    s = activation(name)
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(-6, 6, 30), FAR])
    with np.errstate(all="raise"):
        slopes = s.derivative(x)
    for at, slope in zip(x.tolist(), slopes.tolist(), strict=True):
        with mpmath.workdps(60):
            h = mpmath.mpf(10) ** -20
            truth = (s.mp(at + h) - s.mp(at - h)) / (2 * h)
        if abs(truth) < 1.7e308:
            assert slope == pytest.approx(float(truth), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", CATALOGUE)
def test_facts_are_true_of_the_values(name: str) -> None:
    """Kinks, jumps, parity and growth, each by values alone."""
    s = activation(name)
    rng = np.random.default_rng(8)
    x = rng.uniform(0.01, 30.0, 200)
    # within rounding, because terms are added in one order
    even, odd = (bool(np.allclose(s(-x), sign * s(x), rtol=1e-12, atol=0)) for sign in (1, -1))
    assert s.parity == ("even" if even else "odd" if odd else None)
    assert bounded_by(s, s.growth)
    smooth = [at for at in np.linspace(-7.03, 7.03, 71).tolist() if all(abs(at - kink) > 0.05 for kink in s.kinks)]
    assert not any(is_kink(s, at) for at in smooth)
    assert all(is_kink(s, kink) for kink in s.kinks)
    assert all(is_jump(s, at) == (at in s.jumps) for at in s.kinks)


def is_jump(s: Activation, at: float) -> bool:
    h = mpmath.mpf(10) ** -15
    with mpmath.workdps(40):
        return bool(abs(s.mp(at + h) - s.mp(at - h)) > 1e-10)


def is_kink(s: Activation, at: float) -> bool:
    """Whether the fourth difference across the point is larger than a smooth function makes it: h^4 against h^3 or more."""
    with mpmath.workdps(100):
        h = mpmath.mpf(10) ** -12
        values = [s.mp(mpmath.mpf(at) + k * h) for k in (-1, 0, 1, 2, 3)]
        difference = values[0] - 4 * values[1] + 6 * values[2] - 4 * values[3] + values[4]
        return bool(abs(difference) > h**3.5)


def bounded_by(s: Activation, growth: Growth) -> bool:
    """Whether log |s| minus its bound stays bounded, in 60 digits far out, and does not for a slower bound."""
    if growth.kind == "gaussian":
        return False
    if growth.kind == "bounded":
        return all(abs(exact(s, side * size)) < 10 for size in (40.0, 80.0, 320.0) for side in (-1, 1))
    excess = []
    for size in (40.0, 80.0, 160.0, 320.0):
        value = max(abs(exact(s, size)), abs(exact(s, -size)))
        bound = growth.rate * (np.log(size) if growth.kind == "polynomial" else size)
        excess.append(float(mpmath.log(value)) - bound)
    return max(excess) <= excess[0] + 0.1 and excess[-1] > excess[0] - 0.2


@pytest.mark.parametrize("factor", [-1 / 2, -1, -0.3, 0.7])
def test_exponential_of_a_square_keeps_its_digits(factor: float) -> None:
    x = np.random.default_rng(5).uniform(-25, 25, 200)
    exactly = Fraction(repr(factor))
    values = exp_of_multiple(exactly, x, squared=True)
    with mpmath.workdps(40):
        truth = [mpmath.exp(mpmath.mpf(exactly.numerator) / exactly.denominator * mpmath.mpf(at) ** 2) for at in x.tolist()]
        errors = [abs(float((mpmath.mpf(v) - t) / t)) for v, t in zip(values.tolist(), truth, strict=True)]
        naive = [abs(float((mpmath.mpf(v) - t) / t)) for v, t in zip(np.exp(factor * x * x).tolist(), truth, strict=True)]
    assert max(errors) < 4e-16
    assert max(naive) > 4e-15  # what the correction is for


def test_exponentials_at_the_ends_of_the_range() -> None:
    s = activation("exp(-x**2/3)")
    with np.errstate(all="raise"):
        assert s([0.0, 1e200, -np.inf, 1e-200]).tolist() == [1.0, 0.0, 0.0, 1.0]
        assert activation("Phi")([-np.inf, np.inf, -1e300, -40.0]).tolist() == [0.0, 1.0, 0.0, 0.0]
        assert activation("erfc")([-np.inf, np.inf, 1e300]).tolist() == [2.0, 0.0, 0.0]
        assert np.isnan(activation("gelu")(np.nan))
    assert activation("gelu")(np.zeros((0, 3))).shape == (0, 3)
    assert activation("Phi")(-3.0).shape == ()


def test_tanhshrink_does_not_cancel() -> None:
    x = np.array([1e-100, 1e-8, 1e-4, 0.1, 0.99, 1.01, 5.0])
    with mpmath.workdps(400):
        truth = [float(mpmath.mpf(at) - mpmath.tanh(mpmath.mpf(at))) for at in x.tolist()]
    np.testing.assert_allclose(tanhshrink(x), truth, rtol=1e-15, atol=0)
    np.testing.assert_allclose(activation("2*x - tanh(2*x) + x**3")(x / 2), np.array(truth) + (x / 2) ** 3, rtol=1e-15, atol=0)
