from __future__ import annotations

import pytest

from asymptotix.activations import activation
from asymptotix.symbolic.learnability.differences import largest_order


@pytest.mark.parametrize(
    ("text", "parity", "order"),
    [("x**5 + x**2", 1, 5), ("x**5 + x**2", 0, 2), ("tanh(x)", 0, None), ("gelu", 1, 1), ("relu", 0, 8), ("tanh(x)", 1, 8)],
)
def test_the_largest_order_is_the_degree_of_a_polynomial(text: str, parity: int, order: int | None) -> None:
    assert largest_order(activation(text), parity, 8) == (order, True)


def test_a_difference_between_the_two_floors_is_uncertain() -> None:
    assert largest_order(activation("x**2 + exp(-x**2*30 - 100)/10**12"), 0, 4) == (4, False)
