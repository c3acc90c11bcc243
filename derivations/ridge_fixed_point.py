r"""The effective ridge: derivative in the ridge and the form of n - df2 without subtraction.

Claim    The ridge is an increasing function of the effective ridge; its slope is n - df2, which is a sum of nonnegative terms.
         So the overfitting coefficient n / (n - df2) is n times the slope of the effective ridge, and loses no digit.
Source   [Simon2023], [HastieMontanariRossetTibshirani2022]
Used by  asymptotix/equivalents/fixed_point.py, asymptotix/equivalents/ridge.py

Route: the ridge as an explicit function of kappa, differentiated. The sums are carried by three levels with symbolic eigenvalues
and multiplicities; every claim is linear in the multiplicities and contains no product of two levels, so three stand for all.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, KAPPA = sp.symbols("n kappa", positive=True)
LEVELS = tuple((sp.Symbol(f"m_{i}", positive=True), sp.Symbol(f"s_{i}", positive=True)) for i in (1, 2, 3))
PREMISES = ("The fixed point $n - \\lambda/\\kappa = \\mathrm{df}_1(\\kappa)$ defines $\\kappa$; here it gives $\\lambda$.",)
HYPOTHESES = ("$s_i, m_i, \\kappa > 0$; $d_1 = \\mathrm{df}_1$ and $d_2 = \\mathrm{df}_2$ are the degrees of freedom.",)


def derivation() -> Derivation:
    """The steps."""
    df1, df2, ridge, gain = (sp.Function(name) for name in ("d_1", "d_2", r"\lambda", "g"))
    one = {df1: sp.Lambda((KAPPA,), sum(m * s / (s + KAPPA) for m, s in LEVELS))}
    two = {df2: sp.Lambda((KAPPA,), sum(m * s**2 / (s + KAPPA) ** 2 for m, s in LEVELS))}
    solved = {ridge: sp.Lambda((KAPPA,), KAPPA * (N - df1(KAPPA))), **one}
    slope = {gain: sp.Lambda((KAPPA,), sum(m * s * KAPPA / (s + KAPPA) ** 2 for m, s in LEVELS))}
    steps = (
        Step(
            equation(N - ridge(KAPPA) / KAPPA, df1(KAPPA)),
            "The ridge that belongs to a given effective ridge.",
            solved,
            "solved",
        ),
        Step(
            equation(df1(KAPPA) - df2(KAPPA), gain(KAPPA)),
            "One degree of freedom minus its square: $x - x^2 = x(1-x)$ with $x = s/(s+\\kappa)$.",
            {**one, **two, **slope},
            "difference",
        ),
        Step(
            equation(-KAPPA * sp.Derivative(df1(KAPPA), KAPPA), gain(KAPPA)),
            "The same sum is the logarithmic derivative of df1.",
            {**one, **slope},
            "slope of df1",
        ),
        Step(
            equation(sp.Derivative(ridge(KAPPA), KAPPA), N - df2(KAPPA)),
            "The derivative of the ridge; its reciprocal is $d\\kappa/d\\lambda$.",
            {**solved, **two},
            "derivative",
            ("solved", "difference", "slope of df1"),
        ),
        Step(
            equation(N - df2(KAPPA), ridge(KAPPA) / KAPPA + gain(KAPPA)),
            "The split form: for $\\lambda \\ge 0$ every term on the right is nonnegative, so nothing cancels.",
            {**solved, **two, **slope},
            "split form",
            ("solved", "difference"),
        ),
    )
    sources = ("Simon2023", "HastieMontanariRossetTibshirani2022")
    theorem = ("derivative", "split form")
    return Derivation("The effective ridge and its derivative", steps, PREMISES, sources, theorem, HYPOTHESES)


if __name__ == "__main__":
    print(derivation().to_markdown())
