"""From the tree to the closed class: the same function, point by point; no text reaches SymPy."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import asymptotix.symbolic as room
from asymptotix.activations import activation
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.expressions import X, sympy_expression
from asymptotix.symbolic.lowering import lower

TEXTS = [
    "relu", "abs(x)", "max(-1, min(1, x))", "relu(x**3 - x)", "relu(2*x**2 - 1)", "sign(x)*x**2", "x*Phi(x - 1)", "sin(x)**2 + x",
    "elu", "exp(-abs(x))", "min(x, x**2)", "max(x, 0)*exp(-x)", "erfc(x)/3", "cosh(x/2)", "abs(x)**3", "step(x**2 - pi)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_terms_are_the_activation(text: str) -> None:
    s = activation(text)
    terms = lower(s.tree)
    for value in (-2.7, -0.83, -0.21, 0.37, 1.41, 2.93):
        total = sp.N(sum((t.expression(sp.Rational(str(value))) for t in terms), sp.S.Zero), 20)
        assert complex(total).imag == pytest.approx(0, abs=1e-15)
        assert complex(total).real == pytest.approx(float(s(np.float64(value))), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("text", TEXTS)
def test_sympy_expression_is_the_activation(text: str) -> None:
    s = activation(text)
    for value in (-0.83, 1.41):
        got = float(sp.N(sympy_expression(s.tree).subs(X, sp.Rational(str(value))), 20))
        assert got == pytest.approx(float(s(np.float64(value))), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(
    "text", ["sin(abs(x)**3)", "max(sin(x), 0)", "abs(x)**(1/2)", "exp(-x**4)", "tanh(x)", "max(x**9-3*x+1,0)"]
)
def test_refuses_what_is_outside(text: str) -> None:
    with pytest.raises(NotInClosedClassError, match="no closed form known"):
        lower(activation(text).tree)


def test_no_text_reaches_sympy() -> None:
    """sympify, parse_expr and lambdify execute text; integrate, limit, series and simplify are slow and sometimes wrong."""
    forbidden = {"sympify", "parse_expr", "lambdify", "eval", "exec", "integrate", "limit", "series", "simplify", "nsimplify"}
    # these compile expressions whose symbols all have names of the module's own
    own_names = ("degree_cases.py", "gegenbauer_numbers.py", "numbers.py", "root_search.py")
    for path in Path(room.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called != "sp.lambdify" or path.name not in own_names:
                    assert called.removeprefix("sp.") not in forbidden, f"{path.name}: {called}"
