"""The four rules against quadrature, on laws with means."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, NotInClosedClassError
from asymptotix.symbolic.deadline import time_limit
from asymptotix.symbolic.expectation import Law, gaussian_mean, gaussian_pair
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.terms import term

TEXTS = ["relu(x)**2", "max(-1, min(1, x))", "x*Phi(x - 1/2)", "x**2*exp(-x**2/3 + x/4)", "elu", "sin(x) + x**3"]
PAIRS = [("relu", "abs(x - 1/2)"), ("x*Phi(x)", "relu(x)**2"), ("exp(x/2)", "max(-1, min(1, x))"), ("sin(x)", "x**3*exp(-x**2)")]
LAW = ("1/4", "-1/3", "6/5", "4/5", "1/2")  # two means, two variances, covariance


def panels() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss-Legendre on panels that end at every kink of the functions above."""
    ends = np.array([-13.0, -9, -6, -4, -2.5, -1, 0, 0.5, 1, 2.5, 4, 6, 9, 13])
    nodes, weights = np.polynomial.legendre.leggauss(16)
    half = np.diff(ends)[:, None] / 2
    return ((ends[:-1, None] + ends[1:, None]) / 2 + half * nodes).ravel(), (half * weights).ravel()


@pytest.mark.parametrize("text", TEXTS)
def test_one_variable_with_a_mean(text: str) -> None:
    s, mean, variance = activation(text), sp.Rational(3, 10), sp.Rational(7, 4)
    exact = complex(sp.N(gaussian_mean(lower(s.tree), mean, variance), 20))
    x, w = panels()
    quadrature = w @ (s(x) * np.exp(-((x - 0.3) ** 2) / 3.5) / np.sqrt(3.5 * np.pi))
    assert exact.real == pytest.approx(quadrature, rel=1e-12, abs=0)
    assert abs(exact.imag) < 1e-18


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_two_functions_with_means(left: str, right: str) -> None:
    s, t = activation(left), activation(right)
    law = Law.make(*(sp.Rational(entry) for entry in LAW))
    exact = complex(sp.N(gaussian_pair(lower(s.tree), lower(t.tree), law), 20))
    x, w = panels()
    m1, m2, q1, q2, c = (float(sp.Rational(entry)) for entry in LAW)
    u, v = x[:, None] - m1, x[None, :] - m2
    determinant = q1 * q2 - c * c
    density = np.exp(-(q2 * u * u - 2 * c * u * v + q1 * v * v) / (2 * determinant)) / (2 * np.pi * np.sqrt(determinant))
    assert exact.real == pytest.approx((w * s(x)) @ density @ (w * t(x)), rel=1e-11, abs=0)
    assert abs(exact.imag) < 1e-18


def test_at_full_correlation() -> None:
    """Sigma is singular; the tilt is written without its inverse."""
    exponential = lower(activation("exp(x/2)").tree)
    law = Law.make(sp.S.Zero, sp.S.Zero, sp.S.One, sp.S.One, sp.S.One)
    assert sp.N(gaussian_pair(exponential, exponential, law) - sp.exp(sp.S.Half), 30) == 0


def test_refuses_an_expectation_that_does_not_exist() -> None:
    with pytest.raises(HypothesisError, match="infinite: variance = 1"):
        gaussian_mean(term(1, quadratic=sp.Rational(3, 4)), sp.S.Zero, sp.S.One)


def test_time_limit_is_an_answer_and_ends_with_its_block() -> None:
    terms = lower(activation("x**2*Phi(x - 3/7)").tree)
    law = Law.make(*(sp.Rational(entry) for entry in LAW))
    with time_limit(-1.0), pytest.raises(NotInClosedClassError, match="time limit"):
        gaussian_pair(terms, terms, law)
    assert sp.N(gaussian_pair(terms, terms, law)) > 0
