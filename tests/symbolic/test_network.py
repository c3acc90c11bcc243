"""Network kernels: the recursion against numbers computed by hand, its parts, and its LaTeX."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from asymptotix.errors import InvalidInputError
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
    assert r"\Theta^{(\ell)} = C^{(\ell)} + 2\,\Theta^{(\ell-1)}\,\dot{k}" in text
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
