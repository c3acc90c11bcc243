r"""The printer: names of functions, roots, powers and brackets as amsmath has them, never \operatorname."""

from __future__ import annotations

import pytest
import sympy as sp

from asymptotix.symbolic.functions import He, Phi, Phi2
from asymptotix.symbolic.printing.latex_printer import latex
from tests.latex_reader import read

X, Q1, Q2 = sp.symbols("x q1 q2", positive=True)
C, A = sp.symbols("c alpha", real=True)
K, M = sp.symbols("k m", integer=True, nonnegative=True)
PRINTED = {
    sp.tanh(X): r"\tanh x",
    sp.tanh(sp.log(sp.exp(X) + 1)): r"\tanh\bigl(\log(e^x + 1)\bigr)",
    sp.asin(2 * X): r"\arcsin(2 x)",
    sp.erf(X) + sp.sign(C): r"\mathrm{erf}(x) + \mathrm{sgn}(c)",
    sp.Abs(C): "|c|",
    sp.Max(0, C - 1): "(c - 1)_+",
    sp.Heaviside(C - X): r"\mathbf{1}_{c > x}",
    sp.exp(-(Q1 + Q2) / 2): "e^{-(q_1 + q_2)/2}",
    sp.exp(-C / (Q1 * Q2 - C**2)): r"\exp\left(-\frac{c}{q_1 q_2 - c^2}\right)",
    sp.sqrt(2) / (2 * sp.sqrt(sp.pi)): r"\frac{1}{\sqrt{2 \pi}}",
    3 * sp.sqrt(2) / sp.sqrt(sp.pi): r"3 \sqrt{\frac{2}{\pi}}",
    sp.sqrt(Q1) * sp.sqrt(Q2): r"\sqrt{q_1 q_2}",
    Q1 * Q2 + Q1 + Q2 + 1 - C**2: "(q_1 + 1) (q_2 + 1) - c^2",
    (A - 1) ** 2: r"(\alpha - 1)^2",
    (1 - A) ** 2: r"(\alpha - 1)^2",
    (-2) ** (M - 2) * sp.sqrt(2): r"(-1)^m 2^{m - 3/2}",
    sp.factorial(2 * M): "(2 m)!",
    sp.Mod(K, 2): r"(k \bmod 2)",
    sp.floor(K / 2): r"\left\lfloor \frac{k}{2} \right\rfloor",
    sp.KroneckerDelta(K, 2): r"\delta_{2, k}",
    He(K - 2, X): "He_{k - 2}(x)",
    Phi(X): r"\Phi(x)",
    Phi2(X, 1, C): r"\Phi_2(1, x;\, c)",
    sp.gamma(X / 2) / sp.gamma((X + 1) / 2): r"\frac{\Gamma\left(\frac{x}{2}\right)}{\Gamma\left(\frac{x + 1}{2}\right)}",
    sp.hyper((X,), (sp.Rational(-1, 4),), C): r"{}_1F_1\left(x; -\frac{1}{4}; c\right)",
    sp.Piecewise((0, sp.Eq(K, 1)), (X, True)): r"\begin{cases} 0, & k = 1 \\ x, & \text{otherwise} \end{cases}",
    sp.Rational(-1, 3) * X: r"-\frac{x}{3}",
}


@pytest.mark.parametrize("expression", PRINTED, ids=str)
def test_printed(expression: sp.Expr) -> None:
    assert latex(expression) == PRINTED[expression]


READABLE = [
    e for e in PRINTED if not e.has(sp.KroneckerDelta) and e.subs({X: 1.25, K: 5, M: 3, Q1: 1.5, Q2: 2, C: 0.3, A: 2}).is_number
]


@pytest.mark.parametrize("expression", READABLE, ids=str)
def test_read_back(expression: sp.Expr) -> None:
    values = {X: 1.25, K: 5, M: 3, Q1: 1.5, Q2: 2, C: 0.3, A: 2}
    names = {"q1": "q_1", "q2": "q_2"}
    got = read("f = " + latex(expression))(**{names.get(s.name, s.name): v for s, v in values.items()})
    assert complex(got) == pytest.approx(complex(sp.N(expression.subs(values))), rel=1e-12, abs=0)
