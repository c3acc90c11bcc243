"""float64 and mpmath numbers of Gegenbauer coefficients: high degrees and dimensions, cancellations, bad input."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

from asymptotix import gegenbauer_coefficient
from asymptotix.errors import InvalidInputError

K, D = sp.symbols("k d")
TEXTS = ["relu(x)**3", "sin(4*x)", "elu", "relu(x)*sin(x)", "x**3 - 3*x"]
POINTS = [(0, 2), (1, 10**6), (3, 3), (40, 1000), (120, 61)]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("radius", [1, sp.sqrt(D)], ids=str)
def test_float_against_many_digits(text: str, radius: sp.Expr) -> None:
    formula = gegenbauer_coefficient(text, K, D, radius=radius)
    points = [point for point in POINTS if text != "x**3 - 3*x" or point[0] < 4]
    got = formula.evaluate(k=[k for k, _ in points], d=[d for _, d in points])
    for value, (k, d) in zip(got, points, strict=True):
        exact = formula.mp(k, d, digits=25)
        if abs(exact) < 1e-290:
            assert abs(value) < 1e-289
        else:
            assert value == pytest.approx(float(exact), rel=1e-12, abs=0)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [*TEXTS, "relu", "step(x)", "exp(x)", "gelu", "exp(-abs(x))", "erf(x)", "exp(-x**2/2)", "x*exp(-x**2/2)", "exp(x)*sin(x)"],
)
def test_float_on_a_wide_grid(text: str) -> None:
    for radius in (1, sp.sqrt(D)):
        formula = gegenbauer_coefficient(text, K, D, radius=radius)
        for k in (0, 1, 2, 3, 7, 20, 61, 120, 199, 200):
            for d in (2, 3, 10, 61, 100, 1000, 10**4, 10**6):
                exact = formula.mp(k, d, digits=25)
                if abs(exact) > 1e-290:
                    assert float(formula.evaluate(k=k, d=d)) == pytest.approx(float(exact), rel=1e-12, abs=0)


def test_mp_agrees_with_the_printed_expression() -> None:
    for text in ("gelu", "relu(x)*sin(x)"):
        formula = gegenbauer_coefficient(text, K, D, radius=sp.Rational(3, 2))
        for k, d in ((0, 3), (4, 9)):
            printed = sp.re(sp.N(formula.expression.subs({K: k, D: d}), 40))
            got = formula.mp(k, d, digits=30)
            gap = abs(sp.Float(mpmath.nstr(got, 32), 35) - printed)
            assert gap <= abs(printed) * sp.Float("1e-28")


def test_broadcasting_and_other_symbols() -> None:
    r = sp.Symbol("r", positive=True)
    formula = gegenbauer_coefficient("exp(x)", K, D, radius=r)
    table = formula.evaluate(k=np.arange(3)[:, None], d=[3, 5], r=2.0)
    fixed = gegenbauer_coefficient("exp(2*x)", K, D).evaluate(k=np.arange(3)[:, None], d=[3, 5])
    assert table.shape == (3, 2)
    assert table.tolist() == [pytest.approx(row, rel=1e-14, abs=0) for row in fixed.tolist()]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"k": -1, "d": 3}, "k = -1"),
        ({"k": 1.5, "d": 3}, "k = 1.5"),
        ({"k": [0, -2], "d": 3}, "k = -2"),
        ({"k": 1, "d": 1}, "d = 1"),
        ({"k": 1, "d": float("nan")}, "d = nan"),
        ({"k": 1, "d": "x"}, "d = 'x'"),
        ({"k": 1}, "missing: d"),
    ],
)
def test_bad_points(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        gegenbauer_coefficient("relu", K, D).evaluate(**values)
    assert "\n" not in str(caught.value)
    if "missing" not in message and not isinstance(values["k"], list):
        with pytest.raises(InvalidInputError):
            gegenbauer_coefficient("relu", K, D).mp(values["k"], values["d"])


def test_bad_digits_and_bound() -> None:
    formula = gegenbauer_coefficient("relu", K, D)
    with pytest.raises(InvalidInputError, match="digits = 0"):
        formula.mp(1, 3, digits=0)
    with pytest.raises(InvalidInputError, match="quadrature"):
        formula.error_bound(1, 3)
