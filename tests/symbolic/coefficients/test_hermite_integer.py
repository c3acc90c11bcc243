"""Integer degrees by two routes, which must agree."""

from __future__ import annotations

from itertools import islice

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.symbolic.canonical import is_zero
from asymptotix.symbolic.coefficients.hermite_integer import by_derivatives, by_polynomial, derivative_values
from asymptotix.symbolic.lowering import lower


@pytest.mark.parametrize("text", ["relu(x-1/2)", "gelu", "elu", "sin(x)"])
def test_routes_agree(text: str) -> None:
    terms = lower(activation(text).tree)
    for law in ((sp.S.Zero, sp.S.One), (sp.Rational(1, 2), sp.Integer(3))):
        values = list(islice(derivative_values(terms, *law), 5))
        for k, value in enumerate(values):
            assert is_zero(value - by_polynomial(terms, k, *law))
            assert is_zero(value - by_derivatives(terms, k, *law))
        assert not is_zero(values[1] - 2 * by_polynomial(terms, 1, *law))


def test_polynomials_have_the_norms_of_hermite_polynomials() -> None:
    """E[x^k He_k] = k!."""
    for k in range(7):
        assert by_polynomial(lower(activation(f"x**{k}" if k else "1").tree), k, sp.S.Zero, sp.S.One) == sp.factorial(k)
