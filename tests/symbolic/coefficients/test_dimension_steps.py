"""The proof of the expansion: every step exact, every mutated claim refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from asymptotix.symbolic.coefficients import dimension_steps
from asymptotix.symbolic.coefficients.dimension_steps import first_order_steps, second_order_steps
from asymptotix.symbolic.derivation import Derivation, DerivationError


def test_order_one_is_proved_at_a_symbolic_degree() -> None:
    assert Derivation("order 1", first_order_steps()).proved


@pytest.mark.parametrize("number", range(7))
def test_a_mutation_is_noticed(number: int) -> None:
    step = first_order_steps()[number]
    wrong = replace(step, claim=sp.Eq(step.claim.lhs, step.claim.rhs + dimension_steps.K, evaluate=False), uses=())
    with pytest.raises(DerivationError):
        Derivation("wrong", (wrong,)).verify()


@pytest.mark.parametrize("k", [0, 3])
def test_order_two_by_exact_moments(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (step,) = second_order_steps(k)
    assert Derivation("order 2", (replace(step, uses=()),)).proved
    right = dimension_steps.coefficient_of_order(k, 2)
    lowest = min(right)
    monkeypatch.setattr(dimension_steps, "coefficient_of_order", lambda *_: {**right, lowest: -right[lowest]})
    (mutated,) = second_order_steps.__wrapped__(k)
    with pytest.raises(DerivationError):
        Derivation("wrong", (replace(mutated, uses=()),)).verify()
