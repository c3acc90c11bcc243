r"""The effective ridge: derivative in the ridge and the form of n - df2 without subtraction.

Claim    If n - lambda/kappa = df1(kappa), df1 = sum_i m_i s_i / (s_i + kappa), df2 = sum_i m_i s_i^2 / (s_i + kappa)^2, then
         d lambda / d kappa = n - df2, hence d kappa / d lambda = 1 / (n - df2), and
         n - df2 = lambda/kappa + sum_i m_i s_i kappa / (s_i + kappa)^2, a sum of nonnegative terms.
         So kappa increases with lambda and the overfitting coefficient n / (n - df2) is n dkappa/dlambda.
Source   [Simon2023], [HastieMontanariRossetTibshirani2022]
Used by  asymptotix/equivalents/fixed_point.py, asymptotix/equivalents/ridge.py

Route: the ridge as an explicit function of kappa, differentiated. The sums are carried by three levels with symbolic eigenvalues
and multiplicities; every claim is linear in the multiplicities and contains no product of two levels, so three stand for all.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step

N, KAPPA = sp.symbols("n kappa", positive=True)
LEVELS = tuple((sp.Symbol(f"m_{i}", positive=True), sp.Symbol(f"s_{i}", positive=True)) for i in (1, 2, 3))
PREMISES = ("The fixed point $n - \\lambda/\\kappa = \\mathrm{df}_1(\\kappa)$ defines $\\kappa$; here it gives $\\lambda$.",)


def derivation() -> Derivation:
    """The steps."""
    df1, df2, ridge, gain = (sp.Function(name) for name in ("d_1", "d_2", r"\lambda", "g"))
    one = {df1: sp.Lambda((KAPPA,), sum(m * s / (s + KAPPA) for m, s in LEVELS))}
    two = {df2: sp.Lambda((KAPPA,), sum(m * s**2 / (s + KAPPA) ** 2 for m, s in LEVELS))}
    solved = {ridge: sp.Lambda((KAPPA,), KAPPA * (N - df1(KAPPA))), **one}
    slope = {gain: sp.Lambda((KAPPA,), sum(m * s * KAPPA / (s + KAPPA) ** 2 for m, s in LEVELS))}
    steps = (
        Step(
            sp.Eq(N - ridge(KAPPA) / KAPPA, df1(KAPPA), evaluate=False),
            "The ridge that belongs to a given effective ridge.",
            solved,
            "solved",
        ),
        Step(
            sp.Eq(df1(KAPPA) - df2(KAPPA), gain(KAPPA), evaluate=False),
            "One degree of freedom minus its square: $x - x^2 = x(1-x)$ with $x = s/(s+\\kappa)$.",
            {**one, **two, **slope},
            "difference",
        ),
        Step(
            sp.Eq(-KAPPA * sp.Derivative(df1(KAPPA), KAPPA), gain(KAPPA), evaluate=False),
            "The same sum is the logarithmic derivative of df1.",
            {**one, **slope},
            "slope of df1",
        ),
        Step(
            sp.Eq(sp.Derivative(ridge(KAPPA), KAPPA), N - df2(KAPPA), evaluate=False),
            "The derivative of the ridge; its reciprocal is $d\\kappa/d\\lambda$.",
            {**solved, **two},
            "derivative",
            ("solved", "difference", "slope of df1"),
        ),
        Step(
            sp.Eq(N - df2(KAPPA), ridge(KAPPA) / KAPPA + gain(KAPPA), evaluate=False),
            "The split form: for $\\lambda \\ge 0$ every term on the right is nonnegative, so nothing cancels.",
            {**solved, **two, **slope},
            "split form",
            ("solved", "difference"),
        ),
    )
    sources = ("Simon2023", "HastieMontanariRossetTibshirani2022")
    return Derivation("The effective ridge and its derivative", steps, PREMISES, sources)


if __name__ == "__main__":
    print(derivation().to_markdown())
