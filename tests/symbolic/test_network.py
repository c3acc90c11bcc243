"""Network kernels: the recursion against numbers computed by hand, its parts, and its LaTeX."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.canonical import difference_is_zero
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.network import nngp_kernel, tangent_kernel

POINT = (1.3, 0.7, -0.4)


def source_value(formula: object, *point: float) -> float:
    """The value of the formula's own Python source."""
    namespace: dict[str, object] = {}
    exec(formula.python(), namespace)  # type: ignore[attr-defined]  # text that the package has just written, not a user's
    function = namespace[formula.name.split("(")[0]]  # type: ignore[attr-defined]  # as above
    return float(function(*point))  # type: ignore[operator]  # a function of the namespace


def relu_recursion(depth: int, cosine: float) -> float:
    """Theta' = Sigma' + Theta k0 for weight variance 2 on the unit sphere, in the normalisation k0 = 1 - theta/pi."""
    sigma = theta = cosine
    for _ in range(depth):
        angle = math.acos(sigma)
        following = (math.sin(angle) + (math.pi - angle) * sigma) / math.pi
        theta = following + theta * (math.pi - angle) / math.pi
        sigma = following
    return 2 * theta


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_deep_relu_against_the_scalar_recursion(depth: int) -> None:
    formula = tangent_kernel("relu", depth=depth, weight_variance=2)
    assert source_value(formula, 1.0, 1.0, 0.3) == pytest.approx(relu_recursion(depth, 0.3), rel=1e-13, abs=0)
    assert float(formula.evaluate(1.0, 1.0, 0.3)) == pytest.approx(relu_recursion(depth, 0.3), rel=1e-13, abs=0)


@pytest.mark.parametrize("text", ["relu", "erf(x)", "x*Phi(x)"])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("layers", ["all", "first", "last"])
def test_expression_and_float_kernel_agree(text: str, depth: int, layers: str) -> None:
    formula = tangent_kernel(text, depth=depth, weight_variance=1.5, bias_variance=0.1, layers=layers)  # type: ignore[arg-type]  # parametrized
    assert source_value(formula, *POINT) == pytest.approx(float(formula.evaluate(*POINT)), rel=1e-12, abs=0)


def test_two_layers_are_the_notes_kernels() -> None:
    kernel, slope = dual_kernel("relu").expression, dual_kernel("relu", derivative=True).expression
    assert difference_is_zero(tangent_kernel("relu", layers="last").expression, kernel)
    assert difference_is_zero(tangent_kernel("relu", layers="first").expression, C * slope)
    assert difference_is_zero(tangent_kernel("relu").expression, kernel + C * slope)
    assert difference_is_zero(nngp_kernel("relu").expression, kernel)
    assert not difference_is_zero(tangent_kernel("relu").expression, kernel + 2 * C * slope)


def test_depth_keeps_bindings_linear_in_depth() -> None:
    sizes = [sum(b.expression.count_ops() for b in tangent_kernel("relu", depth=depth).bindings) for depth in (2, 3, 4, 8)]
    assert sizes[1] - sizes[0] == sizes[2] - sizes[1]
    assert sizes[3] - sizes[2] == 4 * (sizes[1] - sizes[0])
    with pytest.raises(InvalidInputError, match="bindings"):
        tangent_kernel("relu", depth=3).unroll()


@pytest.mark.parametrize("kind", [nngp_kernel, tangent_kernel])
def test_unrolled_is_the_recursion(kind) -> None:  # type: ignore[no-untyped-def]  # one of the two functions
    formula = kind("relu", depth=2)
    value = formula.unroll().subs({Q1: sp.Rational(13, 10), Q2: sp.Rational(7, 10), C: sp.Rational(-2, 5)})
    assert float(sp.N(value, 20)) == pytest.approx(float(formula.evaluate(*POINT)), rel=1e-13, abs=0)


def test_latex_prints_the_recursion() -> None:
    text = tangent_kernel("relu", depth=3, weight_variance=2).latex()
    assert text.startswith(r"\begin{aligned}")
    assert r"\Theta^{(\ell)} = C^{(\ell)} + 2 \Theta^{(\ell-1)}\,\dot{k}" in text
    assert r"\Theta^{(3)}" in text
    assert text.count("{") == text.count("}")


def test_decimals_are_what_was_written() -> None:
    formula = nngp_kernel("erf(x)", weight_variance=0.1, bias_variance=0.2)
    assert sp.Rational(1, 5) in sp.Add.make_args(formula.expression)
    assert float(formula.evaluate(np.float64(1), 1, 0)) == pytest.approx(source_value(formula, 1, 1, 0), rel=1e-14, abs=0)


BAD = [("depth", 0), ("depth", 1.5), ("depth", True), ("weight_variance", 0), ("weight_variance", -1),
       ("bias_variance", float("nan")), ("bias_variance", -0.5), ("layers", "middle")]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_arguments(name: str, value: object) -> None:
    with pytest.raises(InvalidInputError, match=name):
        tangent_kernel("relu", **{name: value})  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("kind", [nngp_kernel, tangent_kernel])
def test_depth_has_an_upper_limit(kind) -> None:  # type: ignore[no-untyped-def]  # one of the two functions
    with pytest.raises(InvalidInputError, match="depth = 20000 is not valid: depth must be an integer from 1 to 1000"):
        kind("relu", depth=20000)


@pytest.mark.parametrize("kind", [nngp_kernel, tangent_kernel])
def test_without_a_closed_form_the_recursion_is_over_named_integrals(kind) -> None:  # type: ignore[no-untyped-def]  # as above
    formula = kind("tanh", depth=3, weight_variance=1.5, bias_variance=0.1)
    assert formula.status.kind == "numeric"
    assert "no closed form known" in formula.status.reason
    assert formula.derivation is None
    named = [binding for binding in formula.bindings if binding.expression.has(sp.Integral)]
    assert [binding.symbol.func.__name__ for binding in named] == (["k"] if kind is nngp_kernel else ["k", "kdot"])
    last = formula.bindings[-1].expression.atoms(sp.core.function.AppliedUndef)
    assert {function.func.__name__ for function in last} == {named[-1].symbol.func.__name__}
    assert r"\mathbb{E}\left[s(u)\, s(v)\right]" in formula.latex()
    assert float(formula.evaluate(*POINT)) == float(formula.kernel(*POINT))
    assert 0 < float(formula.error_bound(*POINT)) < 1e-10
    with pytest.raises(NotInClosedClassError, match="tanh"):
        kind("tanh", depth=3, allow_numeric=False)
    with pytest.raises(NotInClosedClassError, match="no numeric kernel either"):
        kind("tanh(x)*exp(x**2/8)", depth=2)


def test_numeric_network_of_one_layer_is_the_dual_kernel() -> None:
    formula = tangent_kernel("tanh", weight_variance=2, bias_variance=1)
    inputs = (2 * POINT[0] + 1, 2 * POINT[1] + 1, 2 * POINT[2] + 1)
    dual, slope = (dual_kernel("tanh", derivative=d).evaluate(*inputs) for d in (False, True))
    expected = float(2 * dual + 1 + 2 * inputs[2] * slope)
    assert float(formula.evaluate(*POINT)) == pytest.approx(expected, rel=1e-13, abs=0)
    assert formula.expression.has(sp.Function("kdot"))
    point = dict(zip((Q1, Q2, C), map(sp.Rational, map(str, POINT)), strict=True))
    numbers = {sp.Function("k"): lambda *_: sp.Float(float(dual)), sp.Function("kdot"): lambda *_: sp.Float(float(slope))}
    found = formula.expression.subs(point)
    for function, value in numbers.items():
        found = found.replace(function, value)
    assert float(found) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("depth", [1, 3])
def test_jumps_need_a_choice_and_both_choices_are_proved(depth: int) -> None:
    with pytest.raises(HypothesisError, match="derivative='pointwise'"):
        tangent_kernel("step", depth=depth)
    kept = tangent_kernel("step", depth=depth, derivative="distributional")
    dropped = tangent_kernel("step", depth=depth, derivative="pointwise")
    assert kept.status.kind == dropped.status.kind == "proved"
    assert [(relation.lhs - (Q1 * Q2 - C**2)).expand() for relation in kept.assumptions] == [0]
    assert dropped.assumptions == ()
    assert "q_1 q_2 - c^2 > 0" in kept.latex()
    assert ("without its Dirac measures" in dropped.latex()) == (depth > 1)
    assert "derivative='pointwise'" in repr(dropped)
    nngp = float(nngp_kernel("step", depth=depth).evaluate(1, 1, 0.5))
    assert float(dropped.evaluate(1, 1, 0.5)) == pytest.approx(nngp, rel=1e-14, abs=0)
    assert float(kept.evaluate(1, 1, 0.5)) > nngp + 0.05
    for formula in (kept, dropped):
        assert float(formula.mp(1, 1, "0.5", digits=20)) == pytest.approx(float(formula.evaluate(1, 1, 0.5)), rel=1e-13, abs=0)
    with pytest.raises(HypothesisError, match="infinite"):
        kept.mp(1, 1, 1)


def test_the_pointwise_slope_has_its_own_proof() -> None:
    formula = tangent_kernel("x + step(x)", depth=2, derivative="pointwise")
    labels = [step.label for step in formula.derivation.steps]
    assert "slope start 0" in labels
    assert "start 0" in labels
    assert formula.status.kind == "proved"
    smooth = tangent_kernel("relu", derivative="pointwise")
    assert smooth.expression == tangent_kernel("relu").expression
    with pytest.raises(InvalidInputError, match="derivative"):
        tangent_kernel("step", layers="last", derivative="pointwise")
    with pytest.raises(InvalidInputError, match="derivative"):
        tangent_kernel("step", derivative=True)  # type: ignore[arg-type]  # wrong on purpose
