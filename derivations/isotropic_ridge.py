r"""The effective ridge of an isotropic covariance in closed form, in a form that never cancels, and its three limits.

Claim    With p equal eigenvalues s the fixed point is a quadratic with one positive root; written with the conjugate root it
         loses no digit; at vanishing ridge it is s (p/n - 1) for n < p, lambda / (n - p) for n > p, and a square root at n =
         p.
Source   [HastieMontanariRossetTibshirani2022], [DobribanWager2018]
Used by  asymptotix/equivalents/fixed_point.py, asymptotix/equivalents/bracket.py

Route: the coefficients of the quadratic are read off the fixed-point equation, cleared of its denominators; the root is that
of the schoolbook formula.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, P, S, RIDGE, SURPLUS, EPS = sp.symbols("n p s lambda g epsilon", positive=True)
KAPPA, OTHER_ROOT, B, DELTA = sp.symbols(r"kappa \bar\kappa b Delta")
X = sp.Symbol("x", positive=True)  # the unknown of the equation
PREMISES = ("The fixed point $n - \\lambda/\\kappa = \\sum_i m_i s_i/(s_i + \\kappa)$ defines the effective ridge.",)
HYPOTHESES = ("$p$ eigenvalues equal to $s > 0$; $\\lambda > 0$.",)
SHORT = {B: RIDGE + S * (P - N), DELTA: B**2 + 4 * N * RIDGE * S}


def cleared() -> sp.Poly:
    """The fixed-point equation times kappa (s + kappa), as a polynomial in kappa."""
    return sp.Poly(sp.numer(sp.together(N - RIDGE / X - P * S / (S + X))), X)


def roots() -> tuple[sp.Expr, sp.Expr]:
    """The larger and the smaller root."""
    a, b, c = (cleared().coeff_monomial(X**k) for k in (2, 1, 0))
    spread = sp.sqrt(sp.expand(b**2 - 4 * a * c))
    return (-b + spread) / (2 * a), (-b - spread) / (2 * a)


def solved(**values: sp.Expr) -> dict[sp.Basic, sp.Expr]:
    """kappa at special values of n, p or lambda."""
    given = {{"n": N, "p": P, "ridge": RIDGE}[name]: value for name, value in values.items()}
    return {KAPPA: sp.factor_terms(roots()[0].subs(given, simultaneous=True))}


def derivation() -> Derivation:
    """The steps."""
    sources = ("HastieMontanariRossetTibshirani2022", "DobribanWager2018")
    theorem = (
        "closed form",
        "conjugate form",
        "fewer samples than features",
        "more samples than features",
        "as many samples as features",
    )
    return Derivation(
        "The effective ridge in the isotropic case", (*_root(), *_slope(), *_limits()), PREMISES, sources, theorem, HYPOTHESES
    )


def _root() -> tuple[Step, ...]:
    both = dict(zip((KAPPA, OTHER_ROOT), roots(), strict=True))
    return (
        Step(
            equation(X * (S + X) * (N - RIDGE / X - P * S / (S + X)), N * X**2 - B * X - RIDGE * S),
            "Cleared of its denominators the fixed point is a quadratic.",
            SHORT,
            "quadratic",
        ),
        Step(
            equation(N * KAPPA * (S + KAPPA), RIDGE * (S + KAPPA) + P * S * KAPPA),
            "Its larger root solves the fixed point (here multiplied out).",
            solved(),
            "root",
            ("quadratic",),
        ),
        Step(
            equation(KAPPA * OTHER_ROOT, -RIDGE * S / N),
            "The product of the roots is negative: only one is positive.",
            both,
            "one positive root",
            ("quadratic",),
        ),
        Step(
            equation(KAPPA, (B + sp.sqrt(DELTA)) / (2 * N)), "The positive root.", {**solved(), **SHORT}, "closed form", ("root",)
        ),
        Step(
            equation(KAPPA * (sp.sqrt(DELTA) - B), 2 * RIDGE * S),
            "For $b < 0$ the sum of $b$ and the root cancels; divided by the conjugate, $\\kappa = 2\\lambda "
            "s/(\\sqrt\\Delta - b)$, it does not.",
            {**solved(), **SHORT},
            "conjugate form",
            ("closed form",),
        ),
    )


def _slope() -> tuple[Step, ...]:
    value = sp.Function("kappa")
    environment = {value: sp.Lambda((RIDGE,), roots()[0])}
    here = value(RIDGE)
    return (
        Step(
            equation((N * (S + here) ** 2 - P * S**2) * sp.Derivative(here, RIDGE), (S + here) ** 2),
            "Its slope is $1/(n - \\mathrm{df}_2)$ with $\\mathrm{df}_2 = p s^2/(s + \\kappa)^2$, as for every spectrum.",
            environment,
            "slope",
            ("closed form",),
        ),
    )


def _limits() -> tuple[Step, ...]:
    few = solved(p=N + SURPLUS, ridge=sp.S.Zero)
    balanced = solved(p=N, ridge=EPS**2)
    share = sp.Symbol("q")  # kappa / lambda
    conjugate = 2 * S / (sp.sqrt(DELTA) - B).subs(DELTA, SHORT[DELTA]).subs(B, SHORT[B])
    many = {share: sp.factor_terms(conjugate.subs({N: P + SURPLUS, RIDGE: 0}))}
    start = sp.Symbol(r"\kappa_0")
    return (
        Step(equation(KAPPA, S * SURPLUS / N), "$p = n + g$, $\\lambda = 0$: $\\kappa = s (p/n - 1)$.", few,
             "fewer samples than features", ("closed form",)),
        Step(equation(share, 1 / SURPLUS), "$n = p + g$, $\\lambda \\to 0$: $q = \\kappa/\\lambda$ from the conjugate "
                                           "form.", many,
             "more samples than features", ("conjugate form",)),
        Step(
            equation(start, sp.sqrt(S / N)),
            "$n = p$, $\\lambda = \\epsilon^2$: $\\kappa_0 = \\kappa/\\epsilon$ at $\\epsilon = 0$, so that $\\kappa "
            "\\approx \\sqrt{\\lambda s/n}$.",
            {start: (balanced[KAPPA] / EPS).subs(EPS, 0)},
            "as many samples as features",
            ("closed form",),
        ),
    )  # fmt: skip


if __name__ == "__main__":
    print(derivation().to_markdown())
