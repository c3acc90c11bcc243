r"""The best ridge: where the test error is stationary along the effective ridge, and the closed form for an isotropic prior.

Claim    Let lambda = kappa (n - df1), R = n (B + sigma^2) / (n - df2) with B = sum_i e_i kappa^2 / (s_i + kappa)^2, and
         q = sum_i m_i L_i^2 (1 - L_i), r = sum_i e_i L_i (1 - L_i)^2, L_i = s_i / (s_i + kappa). Then
         kappa dR/dkappa = 2n [r (n - df2) - (B + sigma^2) q] / (n - df2)^2, and lambda is convex in kappa > 0.
         If e_i = c m_i s_i, the bracket is c q (lambda - sigma^2 / c): the best ridge is sigma^2 / c for every spectrum and every
         n, it is the only minimum, and there R = n c kappa.
Source   [DobribanWager2018], [HastieMontanariRossetTibshirani2022]
Used by  asymptotix/equivalents/optima/balance.py, asymptotix/equivalents/derivatives/rates.py,
         asymptotix/equivalents/negative_ridge/edge.py

Route: the ridge as an explicit function of kappa, differentiated. The sums are carried by two levels; every claim is at most
bilinear in the levels, so two stand for all.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step

N, KAPPA, C, NOISE = sp.symbols("n kappa c sigma^2", positive=True)
COUNTS, LEVELS, ENERGIES = (sp.symbols(f"{letter}_1 {letter}_2", positive=True) for letter in "mse")
PREMISES = (
    "The fixed point $n - \\lambda/\\kappa = \\mathrm{df}_1(\\kappa)$ defines $\\kappa$; here it gives $\\lambda$.",
    "The test error is $R = n(B + \\sigma^2)/(n - \\mathrm{df}_2)$.",
)


def _claim(left: sp.Expr, right: sp.Expr) -> sp.Equality:
    return sp.Eq(left, right, evaluate=False)


def derivation() -> Derivation:
    """The steps."""
    df1, df2, ridge, bias, q, r, error = (sp.Function(name) for name in ("d_1", "d_2", r"\lambda", "B", "q", "r", "R"))
    learned = [s / (s + KAPPA) for s in LEVELS]
    sums = {
        df1: sp.Lambda((KAPPA,), sum(m * x for m, x in zip(COUNTS, learned, strict=True))),
        df2: sp.Lambda((KAPPA,), sum(m * x**2 for m, x in zip(COUNTS, learned, strict=True))),
        q: sp.Lambda((KAPPA,), sum(m * x**2 * (1 - x) for m, x in zip(COUNTS, learned, strict=True))),
        bias: sp.Lambda((KAPPA,), sum(e * (1 - x) ** 2 for e, x in zip(ENERGIES, learned, strict=True))),
        r: sp.Lambda((KAPPA,), sum(e * x * (1 - x) ** 2 for e, x in zip(ENERGIES, learned, strict=True))),
        ridge: sp.Lambda((KAPPA,), KAPPA * (N - df1(KAPPA))),
        error: sp.Lambda((KAPPA,), N * (bias(KAPPA) + NOISE) / (N - df2(KAPPA))),
    }
    prior = sums | {e: C * m * s for e, m, s in zip(ENERGIES, COUNTS, LEVELS, strict=True)}
    left, spread = N - df2(KAPPA), df1(KAPPA) - df2(KAPPA)
    bracket = r(KAPPA) * left - (bias(KAPPA) + NOISE) * q(KAPPA)
    slope = KAPPA * sp.Derivative(error(KAPPA), KAPPA)
    steps = (
        Step(_claim(-KAPPA * sp.Derivative(df2(KAPPA), KAPPA), 2 * q(KAPPA)), "Term by term; q is positive.", sums, "df2"),
        Step(_claim(KAPPA * sp.Derivative(bias(KAPPA), KAPPA), 2 * r(KAPPA)), "Term by term; r is positive.", sums, "bias"),
        Step(
            _claim(KAPPA * sp.Derivative(ridge(KAPPA), (KAPPA, 2)), 2 * q(KAPPA)),
            "The ridge is convex in $\\kappa>0$: its derivative $n-\\mathrm{df}_2$ vanishes once, at the edge.",
            sums,
            "convex",
            ("df2",),
        ),
        Step(
            _claim(slope, 2 * N * bracket / left**2),
            "The rule for quotients: two positive terms, which balance where the test error is stationary.",
            sums,
            "stationary",
            ("df2", "bias"),
        ),
        Step(
            _claim(bias(KAPPA), C * KAPPA * spread),
            "Energies proportional to the eigenvalues: $s(1-x)=\\kappa x$ with $x=s/(s+\\kappa)$.",
            prior,
            "prior bias",
        ),
        Step(_claim(r(KAPPA), C * KAPPA * q(KAPPA)), "By the same identity.", prior, "prior slope"),
        Step(
            _claim(error(KAPPA), N * C * KAPPA),
            "The test error where $\\sigma^2=c\\lambda=c\\kappa(n-\\mathrm{df}_1)$.",
            prior | {NOISE: C * ridge(KAPPA)},
            "least error",
            ("prior bias",),
        ),
        Step(
            _claim(bracket, C * q(KAPPA) * (ridge(KAPPA) - NOISE / C)),
            "The bracket changes sign once, from negative to positive, at $\\lambda=\\sigma^2/c$: the only minimum.",
            prior,
            "isotropic prior",
            ("stationary", "prior bias", "prior slope"),
        ),
    )
    return Derivation("The best ridge", steps, PREMISES, ("DobribanWager2018", "HastieMontanariRossetTibshirani2022"))


if __name__ == "__main__":
    print(derivation().to_markdown())
