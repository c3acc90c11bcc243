"""The density and the polynomials in 1/d against their definitions."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.symbolic.coefficients.dimension_expansion import coefficient_of_order, density_ratio, first_order

QUARTER = sp.Rational(1, 4)


def test_density_ratio() -> None:
    assert density_ratio(0) == {0: 1}
    assert density_ratio(1) == {4: -QUARTER}
    assert density_ratio(2) == {4: sp.S.Half, 6: sp.Rational(1, 3), 8: sp.Rational(1, 32)}


@pytest.mark.parametrize("k", range(8))
def test_first_order_at_a_symbol_and_at_numbers(k: int) -> None:
    general = {k + shift: w for shift, w in first_order(sp.Integer(k)).items() if w != 0}
    assert coefficient_of_order(k, 1) == dict(sorted(general.items()))
    assert coefficient_of_order(k, 0) == {k: 1}


def test_second_order_by_exact_moments() -> None:
    """E (sqrt(d) t)^4 = 3d/(d+2) = 3 - 6/d + 12/d^2 - ..., and mu_0, mu_4 of x^4 are 3 and 24."""
    weights = [coefficient_of_order(0, n) for n in range(4)]
    mu = {0: 3, 2: 12, 4: 24}
    assert [sum(w * mu.get(j, 0) for j, w in term.items()) for term in weights] == [3, -6, 12, -24]
