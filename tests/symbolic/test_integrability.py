"""Conditions of convergence: recorded, printed, and exactly where the quadratic form is definite."""

from __future__ import annotations

import numpy as np
import pytest

from asymptotix.activations import activation
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.coefficients.hermite import hermite_coefficient
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.integrability import mean_assumptions, pair_assumptions
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.network import nngp_kernel, tangent_kernel


def test_formula_carries_its_conditions() -> None:
    formula = dual_kernel("exp(x**2)")
    assert formula.status.kind == "proved"
    assert set(formula.assumptions) == {1 - 2 * Q1 > 0, (4 * Q1 * Q2 - 2 * Q1 - 2 * Q2 - 4 * C**2 + 1) > 0}
    assert r", \qquad 1 - 2 q_1 > 0" in formula.latex()
    assert "[proved where " in repr(formula)
    assert "Valid where 1 - 2*q1 > 0" in formula.python()
    assert float(formula.evaluate(0.1, 0.1, 0.05)) == pytest.approx((0.8**2 - 4 * 0.05**2) ** -0.5, rel=1e-13, abs=0)
    with pytest.raises(HypothesisError):
        formula.evaluate(0.4, 0.4, 0.4)
    with pytest.raises(HypothesisError):
        formula.evaluate(1.0, 1.0, 0.0)  # here the expression would give the number 1


def test_conditions_are_definiteness() -> None:
    conditions = pair_assumptions(lower(activation("exp(x**2/2)").tree), Q1, Q2, C)
    seen = set()
    for q1, q2, rho in np.random.default_rng(3).uniform([0.05, 0.05, -0.95], [2, 2, 0.95], (60, 3)).round(4).tolist():
        c = rho * np.sqrt(q1 * q2)
        definite = np.linalg.eigvalsh(np.linalg.inv([[q1, c], [c, q2]]) - np.eye(2)).min() > 0
        holds = all(bool(relation.subs({Q1: q1, Q2: q2, C: c})) for relation in conditions)
        assert holds == definite
        seen.add(definite)
    assert seen == {True, False}


@pytest.mark.parametrize("text", ["relu", "exp(x)", "exp(-x**2/2)", "x*Phi(x)", "exp(-x**2) + exp(-3*x**2)"])
def test_no_condition_where_none_is_needed(text: str) -> None:
    assert pair_assumptions(lower(activation(text).tree), Q1, Q2, C) == ()
    assert mean_assumptions(lower(activation(text).tree), Q1) == ()


def test_networks_and_coefficients() -> None:
    one = nngp_kernel("exp(x**2/8)", weight_variance=2, bias_variance=0.5)
    assert any((relation.lhs - (7 - 4 * Q1) / 8).expand() == 0 for relation in one.assumptions)
    deep = nngp_kernel("exp(x**2/8)", depth=2)
    assert {symbol.name for relation in deep.assumptions for symbol in relation.free_symbols} >= {"Q1_0", "Q2_1", "C_1"}
    assert r"\quad" in deep.latex().splitlines()[1]
    assert hermite_coefficient("exp(x**2)", 2, variance=Q1).assumptions == (1 - 2 * Q1 > 0,)


def test_a_step_times_a_growing_exponential_is_checked_where_it_converges() -> None:
    """E[e^(au^2) e^(av^2); u, v > 0] = det(1 - 2 a Sigma)^(-1/2) P(u, v > 0) at the tilted covariance."""
    formula = dual_kernel("step(x)*exp(x**2/3)", allow_numeric=False)
    assert formula.status.kind == "verified"
    covariance = np.array([[0.3, 0.1], [0.1, 0.4]])
    tilted = np.linalg.inv(np.linalg.inv(covariance) - np.diag([2 / 3, 2 / 3]))
    rho = tilted[0, 1] / np.sqrt(tilted[0, 0] * tilted[1, 1])
    expected = (0.25 + np.arcsin(rho) / (2 * np.pi)) / np.sqrt(np.linalg.det(np.eye(2) - 2 / 3 * covariance))
    assert float(formula.evaluate(0.3, 0.4, 0.1)) == pytest.approx(expected, rel=1e-13, abs=0)
    with pytest.raises(HypothesisError):
        formula.evaluate(2.0, 2.0, 0.1)


def test_the_refusal_names_condition_and_variance() -> None:
    with pytest.raises(HypothesisError, match=r"infinite: variance = 1, and exp\(1 x\^2\) needs 1 - 2 \(1\) variance > 0"):
        hermite_coefficient("exp(x**2)", 2)


@pytest.mark.parametrize("text", ["step", "sign(x - 1/2) + x", "tanh(x)*step(x - 1)"])
def test_the_derivative_of_a_jump_is_flagged_and_the_choice_is_explicit(text: str) -> None:
    both = dual_kernel(text, derivative=True)
    assert [relation.lhs for relation in both.assumptions] == [Q1 * Q2 - C**2]
    assert "q1*q2 > 0" in repr(both)
    with pytest.raises(HypothesisError):
        both.mp(1, 1, 1)
    regular = dual_kernel(text, derivative="pointwise")
    assert regular.assumptions == ()
    assert "pointwise" in repr(regular)
    slope = {"step": "0", "sign(x - 1/2) + x": "1", "tanh(x)*step(x - 1)": "step(x - 1)*(1 - tanh(x)**2)"}[text]
    expected = float(dual_kernel(slope).evaluate(1.0, 1.5, 0.5))
    assert float(regular.evaluate(1.0, 1.5, 0.5)) == pytest.approx(expected, rel=1e-12, abs=0)
    assert float(both.evaluate(1.0, 1.5, 0.5)) > expected + 1e-3


def test_pointwise_and_distributional_agree_where_nothing_jumps() -> None:
    assert dual_kernel("relu", derivative="distributional").expression == dual_kernel("relu", derivative=True).expression
    assert dual_kernel("relu", derivative="pointwise").expression == dual_kernel("relu", derivative=True).expression
    assert dual_kernel("relu", derivative=True).assumptions == ()
    with pytest.raises(InvalidInputError, match="pointwise"):
        dual_kernel("relu", derivative="weak")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(HypothesisError, match="not square integrable"):
        tangent_kernel("step")
