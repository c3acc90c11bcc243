"""Verdicts of universality: what is known, what follows, what stays open."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.derivation import DerivationError
from asymptotix.symbolic.learnability.universal_kernels import universality

SPACE = "all of R^d"


@pytest.mark.parametrize(
    ("text", "arguments", "sphere", "space"),
    [
        ("relu", {}, False, False),
        ("relu", {"layers": "last"}, False, False),
        ("relu", {"layers": "first"}, False, False),
        ("relu", {"depth": 2}, True, False),
        ("relu", {"bias_variance": 0.1}, True, True),
        ("relu", {"bias_variance": 0.1, "depth": 3, "layers": "first"}, True, True),
        ("tanh", {"depth": 5}, False, False),
        ("tanh", {"bias_variance": 1}, True, True),
        ("step(x)", {"layers": "last", "depth": 2}, True, False),
        ("gelu", {}, False, False),
        ("elu", {}, True, False),
        ("softplus", {"depth": 2}, True, None),
        ("sigmoid", {}, False, False),
        ("cos", {"depth": 3}, False, False),
        ("exp", {}, True, True),
        ("exp", {"layers": "first"}, True, False),
        ("x**3 + x**2 + 1", {"bias_variance": 1, "depth": 2}, False, False),
        ("relu(x + 1)", {}, True, None),
        ("exp(x)*tanh(x)", {}, None, False),
    ],
)
def test_verdicts(text: str, arguments: dict[str, Any], sphere: bool | None, space: bool | None) -> None:
    for domain, wanted in (("sphere", sphere), (SPACE, space)):
        verdict = universality(text, domain=domain, **arguments)
        assert verdict.universal is wanted, verdict
        assert (verdict.counterexample is not None) == (wanted is False)
        assert all(outcome.kind == "exact" for outcome in verdict.derivation.verify())
        assert verdict.latex()


def test_truth_value() -> None:
    assert universality("relu", depth=2)
    assert not universality("relu")
    with pytest.raises(HypothesisError, match="not decided"):
        bool(universality("exp(x)*tanh(x)"))
    assert universality("exp(x)*tanh(x)").outcome == "not decided"


def test_the_counterexample_is_orthogonal_to_the_kernel() -> None:
    """E[k(t) P_3(t)] = 0 for the two-layer tangent kernel of ReLU, and not for two hidden layers."""
    import numpy as np

    example = universality("relu").counterexample
    assert example is not None
    angle = np.linspace(0, np.pi, 4001)
    t = np.cos(angle)
    polynomial = np.array(sp.lambdify(sp.Symbol("t", real=True), example.expression.subs(sp.Symbol("d", positive=True), 5))(t))
    weight = np.sin(angle) ** 3  # the density of the angle for d = 5
    shallow, deep = (
        float(np.trapezoid(ax.tangent_kernel("relu", depth=depth).kernel(1.0, 1.0, t) * polynomial * weight, angle))
        for depth in (1, 2)
    )
    assert abs(shallow) < 1e-9
    assert abs(deep) > 1e-4


def test_a_formula_is_taken_with_its_network() -> None:
    assert universality(ax.tangent_kernel("relu", depth=2)).universal is True
    assert universality(ax.nngp_kernel("relu")).universal is False


def test_a_wrong_step_is_not_printed() -> None:
    derivation = universality("relu").derivation
    last = derivation.steps[-1]
    wrong = dataclasses.replace(last, claim=sp.Eq(last.claim.lhs, sp.Symbol("z_1"), evaluate=False))
    with pytest.raises(DerivationError, match="counterexample"):
        dataclasses.replace(derivation, steps=(*derivation.steps[:-1], wrong)).to_markdown()


def test_bad_domain_and_repr() -> None:
    with pytest.raises(InvalidInputError, match="domain = 'ball'"):
        universality("relu", domain="ball")
    assert repr(universality("relu")).startswith("Universality(not universal on the sphere: the tangent kernel of relu")
    assert r"\ne C(\mathbb{S}^{d-1})" in universality("relu")._repr_latex_()
