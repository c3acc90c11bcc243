"""The sums over families: each rule against the integer engine, the domain of validity, what is refused."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, NotInClosedClassError
from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.coefficients.hermite_sums import DEGREE, Family, hermite_sum, standardized
from asymptotix.symbolic.expectation import gaussian_mean
from asymptotix.symbolic.functions import density
from asymptotix.symbolic.lowering import lower

ZERO, ONE, HALF = sp.S.Zero, sp.S.One, sp.S.Half


def test_the_families_of_simple_activations() -> None:
    relu = hermite_sum(lower(activation("relu(x-1)").tree))
    assert relu.parts == {Family(ONE, ONE): {-2: density(ONE)}}
    assert relu.valid_from == 2
    gelu = hermite_sum(lower(activation("gelu").tree))
    assert list(gelu.parts) == [Family(ZERO, HALF)]
    assert is_zero(gelu.parts[Family(ZERO, HALF)][-2] - DEGREE / (2 * sp.sqrt(sp.pi)))
    assert hermite_sum(lower(activation("x**3").tree)).parts == {}
    assert hermite_sum(lower(activation("x**3").tree)).valid_from == 4
    assert hermite_sum(lower(activation("exp(2*x)").tree)).parts == {Family(sp.Integer(2), ZERO): {0: sp.exp(2)}}


def test_a_step_at_the_last_derivative_is_valid_from_the_next_degree() -> None:
    """A generic form of x**2 Phi(x) at degree 2 would miss the Phi that is left."""
    assert hermite_sum(lower(activation("x**2*Phi(x)").tree)).valid_from == 3
    assert hermite_sum(lower(activation("hard_swish").tree)).valid_from == 3


def test_standardized_terms_have_the_same_expectation() -> None:
    mean, variance = sp.Rational(1, 3), sp.Rational(5, 2)
    for text in ("x**2*Phi(x-1)", "relu(x-1/2)**2", "x*exp(-x**2/3+x)", "cos(2*x)"):
        terms = lower(activation(text).tree)
        moved = gaussian_mean(standardized(terms, mean, variance), ZERO, ONE)
        assert is_zero(moved - gaussian_mean(terms, mean, variance))
        assert not is_zero(moved - gaussian_mean(terms, mean, ONE))
        assert standardized(terms, ZERO, ONE) is terms


def test_refusals() -> None:
    for text in ("elu", "relu(x)*exp(-x**2/2)", "Phi(x)*exp(x)", "relu(x)*sin(x)"):
        with pytest.raises(NotInClosedClassError, match="leaves a sum of k terms"):
            hermite_sum(lower(activation(text).tree))
    with pytest.raises(HypothesisError, match="infinite"):
        hermite_sum(lower(activation("exp(x**2)").tree))
