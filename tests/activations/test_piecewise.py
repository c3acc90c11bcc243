"""Exact piecewise polynomials."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.activations.piecewise import piecewise_polynomial, value_at


@pytest.mark.parametrize(
    "text",
    [
        "relu(x)**2 - 3*x",
        "clip(x, -1, 1)*x",
        "abs(abs(x) - 1)",
        "max(x**2, 4)",
        "min(x, 1/3, -x)",
        "sign(x - 1)*step(x + 2) + x**3",
        "where(x > 1/2, x, -x**2)",
        "relu(relu(x) - 1)",
        "abs(x**3)",
    ],
)
def test_pieces_agree_with_the_values(text: str) -> None:
    s = activation(text)
    found = piecewise_polynomial(s.tree)
    assert found is not None
    assert len(found.pieces) == len(found.breaks) + 1
    for x in map(Fraction, np.linspace(-5, 5, 83).tolist()):
        piece = found.pieces[sum(x > a for a in found.breaks)]
        if x not in found.breaks:
            assert float(value_at(piece, x)) == pytest.approx(float(s(float(x))), rel=1e-13, abs=1e-14)
    for a, value in zip(found.breaks, found.values, strict=True):
        assert float(value) == pytest.approx(float(s(float(a))), rel=1e-15, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("relu(x) + relu(-x) - abs(x)", []),
        ("max(x**2, 4)", [-2, 2]),
        ("abs(1 + x**4)", []),
        ("step(x)*step(-x)", []),
        ("relu(x**2)", []),
        ("abs(x**3 - x**2)", [0, 1]),
    ],
)
def test_only_true_breakpoints_are_kept(text: str, breaks: list[int]) -> None:
    found = piecewise_polynomial(activation(text).tree)
    assert found is not None
    assert set(found.breaks) <= set(map(Fraction, breaks))
    assert max(breaks, default=0) in (*found.breaks, 0)


@pytest.mark.parametrize("text", ["tanh", "relu(x**2 - 2)", "sqrt(2)*x", "abs(x**3 - x - 1)", "exp(x)"])
def test_outside_the_class(text: str) -> None:
    assert piecewise_polynomial(activation(text).tree) is None


def test_digits_are_bounded() -> None:
    """(sum)^64 with forty digits: exact, or given up, but never slow."""
    found = piecewise_polynomial(activation("(0.1234567890123456789012345678901234567*x + 1/3)**64").tree)
    assert found is None or len(found.pieces[0]) == 65
