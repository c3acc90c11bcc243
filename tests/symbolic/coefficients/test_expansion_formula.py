"""The expansion in 1/d: its terms, their order against exact coefficients, and other activations by quadrature."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

from asymptotix import gegenbauer_coefficient, gegenbauer_expansion, hermite_coefficient, multiplicity
from asymptotix.errors import InvalidInputError

K, D = sp.symbols("k d")


def errors(text: str, k: int, order: int, dimensions: tuple[int, ...]) -> list[float]:
    exact = gegenbauer_coefficient(text, k, D, radius=sp.sqrt(D))
    expansion = gegenbauer_expansion(text, k, order=order)
    with mpmath.workdps(30):
        scale = [mpmath.sqrt(mpmath.factorial(k) * multiplicity(d, k)) for d in dimensions]
        return [
            float(abs(expansion.mp(d, digits=30) - s * exact.mp(d, digits=30))) for d, s in zip(dimensions, scale, strict=True)
        ]


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize(("text", "k"), [("exp(x)", 3), ("sin(x)", 1), ("relu", 2)])
def test_order_of_the_error(text: str, k: int, order: int) -> None:
    coarse, fine = errors(text, k, order, (1000, 2000))
    assert mpmath.log(coarse / fine, 2) == pytest.approx(order + 1, rel=0.02, abs=0)


def test_order_zero_is_the_hermite_coefficient() -> None:
    expansion = gegenbauer_expansion("relu", 4, order=0)
    assert expansion.expression == hermite_coefficient("relu", 4).expression


def test_symbolic_degree() -> None:
    formula = gegenbauer_expansion("tanh", K)
    assert formula.status.kind == "proved"
    mu = sp.Function("mu")
    expected = mu(K) - (mu(K + 4) / 4 + K * mu(K + 2) + sp.Rational(3, 4) * K * (K - 1) * mu(K)) / D
    assert sp.expand(formula.expression.subs(formula.symbols[1], D) - expected) == 0
    values = formula.evaluate(k=[1, 3], d=1000)
    single = [float(gegenbauer_expansion("tanh", k).evaluate(d=1000)) for k in (1, 3)]
    assert values.tolist() == pytest.approx(single, rel=1e-14, abs=0)
    assert formula.latex().endswith(r"O\left(d^{-2}\right)")


@pytest.mark.parametrize("k", [1, 3])
def test_tanh_against_quadrature(k: int) -> None:
    d = 1000
    exact = float(gegenbauer_coefficient("tanh", k, d, radius=sp.sqrt(d)).evaluate())
    exact *= float(mpmath.sqrt(mpmath.factorial(k) * multiplicity(d, k)))
    gaps = [abs(float(gegenbauer_expansion("tanh", k, order=order).evaluate(d=d)) - exact) for order in (0, 1, 2)]
    assert gaps[0] > 1e-5 > 3e-6 > gaps[1] > 5e-9 > gaps[2]
    assert gegenbauer_expansion("tanh", k).status.kind == "numeric"


@pytest.mark.long
@pytest.mark.parametrize("k", range(7))
def test_orders_in_every_low_degree(k: int) -> None:
    for order in (0, 1, 2):
        coarse, fine = errors("exp(x/2)", k, order, (2000, 4000))
        if max(coarse, fine) > 1e-18:
            assert mpmath.log(coarse / fine, 2) == pytest.approx(order + 1, rel=0.03, abs=0)


def test_bad_arguments() -> None:
    for arguments, options in ((("relu", -1), {}), (("relu", 41), {}), (("relu", True), {}), (("relu", D), {})):
        with pytest.raises(InvalidInputError, match="k = "):
            gegenbauer_expansion(*arguments, **options)
    for order in (3, -1, 1.5, True):
        with pytest.raises(InvalidInputError, match="order = "):
            gegenbauer_expansion("relu", 2, order=order)
    with pytest.raises(InvalidInputError, match="symbolic degree"):
        gegenbauer_expansion("relu", K, order=2)
    with pytest.raises(InvalidInputError, match="d = 1"):
        gegenbauer_expansion("relu", 2).evaluate(d=1)
