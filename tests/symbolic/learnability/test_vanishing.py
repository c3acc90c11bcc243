from __future__ import annotations

import pytest

from asymptotix.activations import activation
from asymptotix.symbolic.learnability.vanishing import derivative_step


@pytest.mark.parametrize(
    ("text", "parity", "order"),
    [("gelu", 1, 2), ("silu(beta=1.3)", 1, 2), ("quick_gelu", 1, 2), ("softplus(beta=3)", 1, 2), ("sigmoid", 0, 1),
     ("erfc", 0, 1), ("x*sigmoid(x**3) + cosh(x)", 1, 2)],
)  # fmt: skip
def test_the_derivative_is_proved_to_vanish_and_not_one_order_earlier(text: str, parity: int, order: int) -> None:
    assert derivative_step(activation(text), parity, order).check().kind == "exact"
    assert not derivative_step(activation(text), parity, order - 1).check().ok


@pytest.mark.parametrize("text", ["gelu", "mish", "tanh(x) + x"])
def test_a_part_that_is_no_polynomial_is_not_proved_one(text: str) -> None:
    assert not derivative_step(activation(text), 0 if text == "gelu" else 1, 2).check().ok
