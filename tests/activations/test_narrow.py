"""Short intervals in which an activation changes."""

from __future__ import annotations

import pytest

from asymptotix.activations import activation
from asymptotix.activations.narrow import narrow_places


@pytest.mark.parametrize("text", ["tanh", "gelu", "mish", "softplus", "sqrt(abs(x))", "sin(300*x)", "x/(1 + abs(x))"])
def test_smooth_activations_have_none(text: str) -> None:
    assert narrow_places(activation(text).tree) == ()


@pytest.mark.parametrize(
    ("text", "place", "width"),
    [
        ("tanh(1000*(x - 0.3))", 0.3, 1e-3),
        ("x + exp(-10**6*(x + 2)**2)", -2.0, 2**-0.5 * 1e-3),
        ("1/(1 + 10**6*(x - 0.3)**2)", 0.3, 2**-0.5 * 1e-3),
        ("log(1 + 10**8*x**2)", 0.0, 2**-0.5 * 1e-4),
        ("log(1 + x**2)", 0.0, 2**-0.5),
        ("atan(x - 2)", 2.0, 1.0),
        ("erf(500*x - 1)", 1 / 500, 1 / 500),
    ],
)
def test_spikes_and_steep_slopes_are_found(text: str, place: float, width: float) -> None:
    ((found, size),) = narrow_places(activation(text).tree)
    assert found == pytest.approx(place, rel=1e-12, abs=1e-12)
    assert size == pytest.approx(width, rel=1e-6, abs=0)
