from __future__ import annotations

import dataclasses

import pytest
import sympy as sp

from asymptotix.symbolic.derivation import DerivationError, equation
from asymptotix.symbolic.learnability.decay_steps import decay_derivation
from asymptotix.symbolic.learnability.homogeneous_levels import Levels


@pytest.mark.parametrize("layers", ["last", "first", "all"])
def test_every_step_is_proved(layers: str) -> None:
    derivation = decay_derivation(Levels(1, sp.S.One, sp.Integer(5), layers))
    assert derivation.proved
    assert "exponent" in derivation.to_markdown()


@pytest.mark.parametrize("label", ["closed form", "two degrees on", "ratio", "exponent", "eigenfunctions"])
def test_a_factor_two_is_noticed(label: str) -> None:
    derivation = decay_derivation(Levels(1, sp.S.One, sp.Integer(5), "first"))
    steps = [
        dataclasses.replace(step, claim=equation(step.claim.lhs, 2 * step.claim.rhs)) if step.label == label else step
        for step in derivation.steps
    ]
    with pytest.raises(DerivationError, match=label):
        dataclasses.replace(derivation, steps=tuple(steps)).verify()
