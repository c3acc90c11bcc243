"""Half monomials of high order against an independent integral, and their proof against a mutant."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import sympy as sp

from asymptotix.activations import activation
from asymptotix.symbolic.canonical import difference_is_zero
from asymptotix.symbolic.derivation import Derivation, DerivationError, Step
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.monomials import HalfMonomials, half_monomials, monomial_kernel
from asymptotix.symbolic.price_chain import chain_proof


@pytest.mark.parametrize(
    "text", ["max(x,0)**2", "max(x,0)**3", "max(x,0)**3 - 3*min(x,0)**3", "x*abs(x)", "sign(x) + pi*step(x)"]
)
def test_both_routes_agree(text: str) -> None:
    terms = lower(activation(text).tree)
    halves = half_monomials(terms)
    assert halves is not None
    kernel, _ = monomial_kernel(halves)
    assert difference_is_zero(kernel, chain_proof(terms).links[0][0])
    wrong, _ = monomial_kernel(replace(halves, negative=-halves.negative - 1))
    assert not difference_is_zero(wrong, kernel)


def test_reads_both_sides() -> None:
    assert half_monomials(lower(activation("2*max(x,0)**3 + 5*min(x,0)**3").tree)) == HalfMonomials(3, sp.S(2), sp.S(-5))
    for text in ("max(x,0) + x**2", "max(x-1,0)", "x*Phi(x)", "exp(x)"):
        assert half_monomials(lower(activation(text).tree)) is None


def test_high_order_is_quick_and_proved() -> None:
    start = time.thread_time()
    formula = dual_kernel("max(x,0)**12")
    assert time.thread_time() - start < 6  # seconds of processor time; the chain of Price's theorem needs over ten
    assert formula.status.kind == "proved"
    # E[u^24] / 2 = 23!! / 2 at full correlation, and the square of E[u_+^12] = 11!! / 2 at none
    assert formula.expression.subs({Q1: 1, Q2: 1, C: 1}) == sp.factorial2(23) / 2
    assert formula.expression.subs({Q1: 1, Q2: 1, C: 0}) == (sp.factorial2(11) / 2) ** 2


def test_the_last_step_catches_a_mutant() -> None:
    expression, derivation = monomial_kernel(HalfMonomials(5, sp.S(1), sp.S(1)))
    assert {outcome.kind for outcome in derivation.verify()} == {"exact"}
    *steps, last = derivation.steps
    kernel = sp.Function("k")
    wrong = {**last.environment, kernel: sp.Lambda((Q1, Q2, C), expression * (1 + C))}
    with pytest.raises(DerivationError, match="halves"):
        Derivation("k", (*steps, Step(last.claim, last.why, wrong, last.label, last.uses))).verify()
