"""Power series of the closed class: their sums are the activation."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix import activation
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.coefficients.power_series import power_series
from asymptotix.symbolic.lowering import lower

TEXTS = ["relu(x)**2 - x", "x*exp(-x/2)", "x**2*exp(-x**2/3)", "gelu", "erf(2*x)", "sin(x)", "elu", "exp(-abs(x))"]


@pytest.mark.parametrize("text", TEXTS)
def test_partial_sums(text: str) -> None:
    s = activation(text)
    for x in (sp.Rational(-3, 5), sp.Rational(2, 5)):
        total = sp.S.Zero
        for one in power_series(lower(s.tree), "", ""):
            part = sp.Add(*(one.coefficient(sp.Integer(i)) * one.argument**i * x ** (one.step * i) for i in range(30)))
            total += one.weight * x**one.power * part * (1 if not one.half or x > 0 else 0)
        assert float(sp.re(sp.N(total, 25))) == pytest.approx(float(s(float(x))), rel=1e-13, abs=0)
        assert float(sp.re(sp.N(2 * total, 25))) != pytest.approx(float(s(float(x))), rel=1e-3, abs=0)


def test_refusal_names_term_and_remedy() -> None:
    with pytest.raises(NotInClosedClassError, match=r"Heaviside\(x - 1\) in dimension 7; do this"):
        power_series(lower(activation("step(x - 1)").tree), "dimension 7", "do this")
