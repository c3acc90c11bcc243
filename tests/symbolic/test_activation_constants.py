from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

import asymptotix as ax
from asymptotix.errors import ConvergenceError
from asymptotix.symbolic import activation_constants as constants
from asymptotix.symbolic.activation_constants import activation_constants, activation_latex


@pytest.mark.parametrize("text", ["relu", "step", "tanh", "elu"])
def test_numbers_agree_with_an_own_quadrature(text: str) -> None:
    s = ax.activation(text)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x = np.concatenate([6.0 * nodes - 6.0, 6.0 * nodes + 6.0])  # split at 0
    w = np.concatenate([weights, weights]) * 6.0 * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    moments = [np.sum(w * f) for f in (s(x), x * s(x), s(x) ** 2)]
    moments.append(moments[2] - moments[0] ** 2 - moments[1] ** 2)
    for constant, expected in zip(activation_constants(s), moments, strict=True):
        assert constant.value is not None
        assert float(constant.value) == pytest.approx(expected, rel=1e-11, abs=1e-13)


def test_closed_forms_and_their_latex() -> None:
    mean, linear, square, rest = activation_constants(ax.activation("relu"))
    assert (linear.expression, square.expression) == (sp.Rational(1, 2), sp.Rational(1, 2))
    assert sp.simplify(rest.expression - (sp.Rational(1, 4) - 1 / (2 * sp.pi))) == 0
    assert mean.latex().endswith(r"\approx 0.398942280401433")
    assert r"\mu_* \approx 0.301405" in rest.latex()


def test_a_linear_function_has_no_nonlinear_part() -> None:
    rest = activation_constants(ax.activation("2*x"))[3]
    assert rest.value == 0
    nearly = activation_constants(ax.activation("x + x**3/1000000"))[3].value
    assert nearly is not None
    assert nearly > 0


def test_parameters_without_a_value_keep_the_closed_forms() -> None:
    found = activation_constants(ax.activation("leaky_relu(alpha)", parameters="alpha"))
    assert [constant.value for constant in found] == [None] * 4
    assert sp.expand(found[2].expression - (1 + sp.Symbol("alpha", real=True) ** 2) / 2) == 0


def test_a_wrong_second_moment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "_square", lambda s: sp.Rational(1, 2) + sp.Rational(1, 10**15))
    with pytest.raises(ConvergenceError, match="by quadrature"):
        activation_constants(ax.activation("relu"))


def test_the_derivative_is_that_almost_everywhere() -> None:
    assert activation_latex(ax.activation("step"))[1] == "0"
