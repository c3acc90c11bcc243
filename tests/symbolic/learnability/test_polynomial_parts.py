"""Parity parts of activations: known ones, tricky ones, and no certainty where there is none."""

from __future__ import annotations

import math

import pytest

from asymptotix.activations import activation
from asymptotix.errors import ExpressionError, HypothesisError
from asymptotix.symbolic.learnability.polynomial_parts import polynomial_parts
from asymptotix.symbolic.learnability.series_degrees import Degree

INF = math.inf
KNOWN: dict[str, tuple[Degree, Degree]] = {
    "relu": (INF, 1), "leaky_relu": (INF, 1), "step(x)": (0, INF), "sign": (None, INF), "abs": (INF, None), "relu2": (2, INF),
    "relu3": (INF, 3), "shifted_relu": (INF, INF), "hard_swish": (INF, 1), "hard_tanh": (None, INF), "erf": (None, INF),
    "gelu": (INF, 1), "quick_gelu": (INF, 1), "gelu_tanh": (INF, 1), "silu": (INF, 1), "softplus": (INF, 1), "mish": (INF, INF),
    "sigmoid": (0, INF), "Phi": (0, INF), "elu": (INF, INF), "exp": (INF, INF), "snake": (INF, 1), "gauss": (INF, None),
    "x**4 + x": (4, 1), "0*x": (None, None), "pi*relu(x)": (INF, 1), "sqrt(2)*relu(x) - sqrt(2)*relu(-x)": (None, 1),
    "softplus(x) + x**3": (INF, 3), "sigmoid(x)*x**2": (2, INF), "x*abs(x)": (None, INF),
    "abs(x)**0.1*abs(x)**0.2*abs(x)**1.7": (2, None),
    "cosh(x)": (INF, None),
}  # fmt: skip


@pytest.mark.parametrize("text", KNOWN)
def test_the_degree_of_both_parts(text: str) -> None:
    parts = polynomial_parts(activation(text))
    assert all(part.decided for part in parts)
    assert (parts[0].least, parts[1].least) == KNOWN[text]
    assert all(step.check().kind == "exact" for part in parts for step in part.steps)


@pytest.mark.parametrize("text", ["relu", "gelu", "sigmoid", "softplus"])
def test_the_steps_are_claims_that_could_fail(text: str) -> None:
    """The other parity makes each of them false."""
    import dataclasses

    import sympy as sp

    (step,) = [step for part in polynomial_parts(activation(text)) for step in part.steps]
    wrong = dataclasses.replace(step, claim=sp.Eq(step.claim.lhs, step.claim.rhs + 1, evaluate=False))
    assert not wrong.check().ok


def test_a_bump_that_no_difference_sees_is_not_decided() -> None:
    even, odd = polynomial_parts(activation("x + exp(-1000000*(x - 3)**2)"))
    assert (even.least, even.most, odd.least, odd.most) == (None, INF, 1, INF)
    assert "not decided" in str(even)


def test_fast_growth_outside_the_closed_class_is_not_decided() -> None:
    even, odd = polynomial_parts(activation("exp(x)*tanh(x)"))
    assert not even.decided
    assert not odd.decided
    assert even.least is not None
    assert odd.least is not None
    assert even.least >= 12
    assert odd.least % 2 == 1


def test_refusals() -> None:
    with pytest.raises(HypothesisError, match="Dirac"):
        polynomial_parts(activation("step(x)").derivative)
    with pytest.raises(ExpressionError):
        polynomial_parts(activation("exp(x**4)"))
