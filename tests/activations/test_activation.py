"""Activation: values in both arithmetics, derivative, kinks, jumps, parity, homogeneity, growth."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from asymptotix.activations import CATALOGUE, Homogeneity, activation
from asymptotix.errors import ExpressionError

POINTS = [-7.3, -2.0, -1.0, -0.41, -1e-9, 0.0, 1e-9, 0.3, 1.0, 2.5, 6.0, 11.0]


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("x", POINTS)
def test_float_value_agrees_with_forty_digits(name: str, x: float) -> None:
    s = activation(name)
    with mpmath.workdps(40):
        expected = float(s.mp(x))
    # SciPy's Phi rounds x / sqrt(2) first, which costs x^2 / 2 units in the last place
    assert float(s(x)) == pytest.approx(expected, rel=4e-15 + 2e-16 * x * x, abs=0)


@pytest.mark.parametrize("name", CATALOGUE)
def test_derivative_agrees_with_a_difference_quotient(name: str) -> None:
    s = activation(name)
    for x in (-7.3, -2.2, -0.41, 0.3, 1.2, 2.5):
        with mpmath.workdps(40):
            step = mpmath.mpf(10) ** -12
            quotient = (s.mp(x + step) - s.mp(x - step)) / (2 * step)
            assert float(s.derivative.mp(x)) == pytest.approx(float(quotient), rel=1e-14, abs=1e-20)
        assert float(s.derivative(x)) == pytest.approx(float(quotient), rel=1e-14, abs=1e-20)


def test_derivative_does_not_overflow_into_nan() -> None:
    x = np.array([-2000.0, 2000.0])
    for name in ("sigmoid", "softplus", "silu", "tanh", "elu", "gelu"):
        assert np.isfinite(activation(name).derivative(x)).all()


def test_derivative_of_a_jump_is_a_distribution() -> None:
    step = activation("step")
    assert step.derivative_is_distribution
    assert step.derivative.text == "dirac(x)"
    assert float(step.derivative(0.0)) == 0.0
    assert not activation("where(x > 0, x, exp(x) - 1)").derivative_is_distribution
    assert "dirac" not in activation("x*step(x)").derivative.text
    with pytest.raises(ExpressionError, match="dirac"):
        _ = step.derivative.derivative


@pytest.mark.parametrize(
    ("text", "kinks", "jumps"),
    [
        ("relu", (0,), ()),
        ("step", (0,), (0,)),
        ("clip(x, -1, 1)", (-1, 1), ()),
        ("relu(x - 1/3)", (Fraction(1, 3),), ()),
        ("abs(x**2 - 4)", (-2, 2), ()),
        ("relu(x) - relu(-x)", (), ()),
        ("relu(x)**2 + relu(-x)**2", (), ()),
        ("x*step(x)", (0,), ()),
        ("step(x-1) + sign(x)", (0, 1), (0, 1)),
        ("x*step(x-1)", (1,), (1,)),
        ("gelu", (), ()),
        ("elu", (0,), ()),
        ("softsign", (0,), ()),
        ("sign(x)*exp(-x**2)", (0,), (0,)),
        ("sign(x)*tanh(x)", (0,), ()),
        ("max(x, -x, 1/2)", (Fraction(-1, 2), Fraction(1, 2)), ()),
    ],
)
def test_kinks_and_jumps(text: str, kinks: tuple[float, ...], jumps: tuple[float, ...]) -> None:
    s = activation(text)
    assert s.kink_points == kinks
    assert all(isinstance(point, Fraction) for point in s.kink_points)
    assert s.kinks == tuple(float(point) for point in kinks)
    assert s.jumps == tuple(float(point) for point in jumps)


def test_irrational_kinks_are_found_to_rounding() -> None:
    assert activation("relu(x**2 - 2)").kinks == pytest.approx((-math.sqrt(2), math.sqrt(2)), rel=1e-15)
    assert activation("relu(exp(x) - 3)").kinks == pytest.approx((math.log(3),), rel=1e-15)


def test_too_many_kinks_are_refused_at_once() -> None:
    with pytest.raises(ExpressionError, match="kinks"):
        _ = activation("abs(sin(x**2))").kinks
    assert len(activation("abs(sin(x))").kinks) == 25


@pytest.mark.parametrize(
    ("text", "parity"),
    [
        ("relu", None), ("abs", "even"), ("sign", "odd"), ("identity", "odd"), ("x**2 + 1", "even"), ("x**3 - x", "odd"),
        ("tanh", "odd"), ("gauss", "even"), ("cos", "even"), ("sin(3*x)*x", "even"), ("sin(x)*cos(x)", "odd"), ("gelu", None),
        ("exp(x) + exp(-x)", "even"), ("exp(x) - exp(-x)", "odd"), ("exp(x)", None), ("hard_tanh", "odd"), ("softsign", "odd"),
        ("relu(x) + relu(-x)", "even"), ("(sin(x) - x)**3", "odd"), ("(sin(x) - x)**2", "even"), ("tanh(x) + 1/1000000000", None),
        ("erf(x - x**3)", "odd"), ("cos(x - 1)", None), ("laplace", "even"), ("max(x, -x)*exp(-x**2)", "even"),
    ],
)  # fmt: skip
def test_parity(text: str, parity: str | None) -> None:
    assert activation(text).parity == parity


@given(st.sampled_from(sorted(CATALOGUE)), st.floats(-8, 8))
def test_parity_is_true_of_the_values(name: str, x: float) -> None:
    s = activation(name)
    if s.parity is not None:
        assert float(s(-x)) == (float(s(x)) if s.parity == "even" else -float(s(x)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("relu", (1, 1, 0)),
        ("step", (0, 1, 0)),
        ("sign", (0, 1, -1)),
        ("abs", (1, 1, 1)),
        ("identity", (1, 1, -1)),
        ("leaky_relu", (1, 1, Fraction(-1, 100))),
        ("x**2", (2, 1, 1)),
        ("x*abs(x)", (2, 1, -1)),
        ("relu(x)**3", (3, 1, 0)),
        ("relu(x)**2 - 3*x**2", (2, -2, -3)),
        ("(relu(x) + 1) - 1", (1, 1, 0)),
        ("max(2*x, 3*x)", (1, 3, -2)),
        ("step(x) - 3", (0, -2, -3)),
        ("relu(x) + 1", None),
        ("relu(x) + x**2", None),
        ("relu(x - 1)", None),
        ("tanh", None),
        ("erf(x)", None),
    ],
)
def test_homogeneity(text: str, expected: tuple[int, Fraction, Fraction] | None) -> None:
    found = activation(text).homogeneity
    assert found == (None if expected is None else Homogeneity(*expected))


def test_homogeneity_with_irrational_coefficients() -> None:
    found = activation("sqrt(2)*relu(x) - pi*abs(x)").homogeneity
    assert found is not None
    assert found.degree == 1
    assert (found.positive, found.negative) == pytest.approx((math.sqrt(2) - math.pi, -math.pi), rel=1e-15)


@pytest.mark.parametrize("name", CATALOGUE)
def test_homogeneity_is_true_of_the_values(name: str) -> None:
    s = activation(name)
    if s.homogeneity is None:
        assert not np.allclose(s(2.0 * np.array(POINTS)), 2.0 * s(POINTS))
        return
    h = s.homogeneity
    for x in (-3.0, -0.5, 0.25, 7.0):
        expected = float(h.positive if x > 0 else h.negative) * abs(x) ** h.degree
        assert float(s(x)) == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("text", "kind", "rate"),
    [
        ("relu", "polynomial", 1), ("tanh", "bounded", 0), ("x**3 - x", "polynomial", 3), ("exp(2*x)", "exponential", 2),
        ("sinh(x)*x", "exponential", 1), ("exp(x**2/8)", "gaussian", 0.125), ("gauss", "bounded", 0),
        ("softplus", "polynomial", 1),
        ("silu", "polynomial", 1), ("elu", "polynomial", 1), ("sigmoid", "bounded", 0), ("exp(-abs(x))", "bounded", 0),
        ("exp(sin(x))", "bounded", 0), ("cosh(3*x)/cosh(x)", "exponential", 2), ("x**2/(1 + x**2)", "bounded", 0),
        ("log(1 + x**2)", "polynomial", 0),
    ],
)  # fmt: skip
def test_growth(text: str, kind: str, rate: float) -> None:
    growth = activation(text).growth
    assert (growth.kind, growth.rate) == (kind, rate)
    assert growth.max_variance == (1.0 / (4.0 * rate) if kind == "gaussian" else math.inf)


def test_activation_is_a_frozen_value() -> None:
    s = activation("relu")
    assert s == activation("max(0, x)")
    assert hash(s) == hash(activation("max(0, x)"))
    assert s != activation("step")
    assert repr(s) == "activation('relu')"
    assert repr(activation("x + 1")) == "activation('x + 1')"
    with pytest.raises(FrozenInstanceError):
        s.name = "other"  # type: ignore[misc]  # assignment must fail
    _ = s.derivative, s.kinks, s.parity
    copy = pickle.loads(pickle.dumps(s))
    assert copy == s
    assert set(vars(copy)) == {"name", "text", "tree"}
    assert activation(s) is s


def test_values_broadcast_and_keep_the_shape() -> None:
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    assert activation("gelu")(x).shape == (3, 4)
    assert activation("relu")(2).shape == ()
    assert activation("3")(x).tolist() == np.full((3, 4), 3.0).tolist()
    assert np.isnan(activation("step")(np.nan))
