r"""Random-feature ridge regression: two fixed-point equations become one, and the risk's denominator loses its subtraction.

Claim    The pair of equations for nu1 and nu2 is equivalent to one equation for nu2, symmetric in samples and features; the slope
         of that equation and 1 - Upsilon have the same numerator, in which nothing is subtracted.
Source   [DefilippisLoureiroMisiakiewicz2024] for the equations and Y
Used by  asymptotix/equivalents/fixed_point.py, asymptotix/equivalents/random_features.py

Route: both equations are solved for (nu1, lambda) at given nu2, then everything is a rational function of nu2 and the levels. Two
levels are carried symbolically; the claims involve the levels through T1 and T2 only.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, P, NU2 = sp.symbols("n p nu_2", positive=True)
LEVELS = tuple((sp.Symbol(f"m_{i}", positive=True), sp.Symbol(f"s_{i}", positive=True)) for i in (1, 2))
PREMISES = (
    "The pair of equations $n - \\lambda/\\nu_1 = T_1(\\nu_2)$, $p - p\\,\\nu_1/\\nu_2 = T_1(\\nu_2)$ and the definition of $Y$.",
)
HYPOTHESES = ("$a = n - T_1$, $c = p - T_1$ and $e = T_1 - T_2$ are positive.",)


def derivation() -> Derivation:
    """The steps."""
    t1, t2, nu1, ridge = (sp.Function(name) for name in ("T_1", "T_2", r"\nu_1", r"\lambda"))
    traces = {
        t1: sp.Lambda((NU2,), sum(m * s / (s + NU2) for m, s in LEVELS)),
        t2: sp.Lambda((NU2,), sum(m * s**2 / (s + NU2) ** 2 for m, s in LEVELS)),
    }
    # both equations are linear, the second in nu1, the first in lambda
    inner = {nu1: sp.Lambda((NU2,), NU2 * (P - t1(NU2)) / P), **traces}
    outer = {ridge: sp.Lambda((NU2,), nu1(NU2) * (N - t1(NU2))), **inner}
    a, c, e, upsilon = sp.symbols("a c e Y")
    short = {a: N - t1(NU2), c: P - t1(NU2), e: t1(NU2) - t2(NU2)}
    share = nu1(NU2) / NU2
    risk = {upsilon: P / N * ((1 - share) ** 2 + share**2 * t2(NU2) / (P - t2(NU2))), **short, **inner}
    steps = (
        Step(equation(P - P * nu1(NU2) / NU2, t1(NU2)), "The second equation, solved for $\\nu_1$.", inner, "inner"),
        Step(equation(N - ridge(NU2) / nu1(NU2), t1(NU2)), "The first, solved for $\\lambda$.", outer, "outer"),
        Step(
            equation(ridge(NU2) * P, NU2 * (N - t1(NU2)) * (P - t1(NU2))),
            "Elimination of $\\nu_1$: one scalar equation, symmetric in $n$ and $p$ at fixed $\\lambda p$.",
            outer,
            "scalar equation",
            ("inner", "outer"),
        ),
        Step(
            equation(-NU2 * sp.Derivative(t1(NU2), NU2), e),
            "The logarithmic derivative of $T_1$ is $-e$.",
            {**short, **traces},
            "slope",
        ),
        Step(
            equation(P * sp.Derivative(ridge(NU2), NU2), a * c + (a + c) * e),
            "The derivative of the scalar equation; its reciprocal is $d\\nu_2/d\\lambda$.",
            {**short, **outer},
            "derivative",
            ("scalar equation", "slope"),
        ),
        Step(
            equation(1 - upsilon, (a * c + (a + c) * e) / (N * (c + e))),
            "The denominator of the risk: with $a, c, e \\ge 0$ the right side contains no subtraction.",
            risk,
            "stable form",
            ("inner",),
        ),
    )
    sources, theorem = ("DefilippisLoureiroMisiakiewicz2024",), ("scalar equation", "derivative", "stable form")
    return Derivation("The scalar equation of random features", steps, PREMISES, sources, theorem, HYPOTHESES)


if __name__ == "__main__":
    print(derivation().to_markdown())
