r"""The interpolation peak: at n = p the risk diverges like one over the square root of the ridge.

Claim    With as many samples as features the test error times the square root of the ridge has an explicit limit, for ridge
         regression with any spectrum and for random features; for random features the remainder is explicit as well.
Source   [MeiMontanari2022], [DefilippisLoureiroMisiakiewicz2024], [HastieMontanariRossetTibshirani2022]
Used by  asymptotix/equivalents/ridge.py, asymptotix/equivalents/random_features.py

Route: the ridge is eliminated for the effective ridge, or for the common gap of samples and features, in which everything is
rational and continuous at zero.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

KAPPA, NOISE, N, NU, A, E, PURE, MIXED, LAMBDA = sp.symbols(r"kappa sigma^2 n nu_2 a e B_2 B_\Sigma lambda", positive=True)
LEVELS = tuple(sp.symbols(f"m_{i} s_{i} e_{i}", positive=True) for i in (1, 2, 3))
RIDGE, GAP, RISK = sp.Function(r"\lambda"), sp.Function("D"), sp.Function("R")
REST, OPENING, HEIGHT = sp.Function(r"\ell"), sp.Function("delta"), sp.Function("h")
INVERSE_TRACE, SAMPLES, TEST = sp.symbols("tau n_p T")
PREMISES = (
    "Ridge regression: $n - \\lambda/\\kappa = \\sum_i m_i s_i/(s_i + \\kappa)$ and $R = (\\kappa^2 \\sum_i e_i/(s_i + "
    "\\kappa)^2 + \\sigma^2)\\, n/D$.",
    "Random features: $\\lambda p = \\nu_2\\, a\\, c$ with $a = n - T_1$, $c = p - T_1$, and the stable form of the test error.",
)
HYPOTHESES = (
    "Ridge: $n = p = \\sum_i m_i$, all $s_i > 0$, $\\tau = \\sum_i m_i/s_i$; three levels stand for all.",
    "Random features: $n = p$, so that $a = c$; $e = T_1 - T_2$, and $B_2$, $B_\\Sigma$ as usual.",
)


def ridge() -> dict[sp.Basic, sp.Expr]:
    """lambda, D = n - df2 and the risk as functions of kappa, at n = p."""
    freedom = sum(m * s / (s + KAPPA) for m, s, _ in LEVELS)
    second = sum(m * s**2 / (s + KAPPA) ** 2 for m, s, _ in LEVELS)
    bias = KAPPA**2 * sum(e / (s + KAPPA) ** 2 for _, s, e in LEVELS)
    return {
        RIDGE: sp.Lambda((KAPPA,), KAPPA * (SAMPLES - freedom)),
        GAP: sp.Lambda((KAPPA,), SAMPLES - second),
        RISK: sp.Lambda((KAPPA,), (bias + NOISE) * SAMPLES / GAP(KAPPA)),
        SAMPLES: sum(m for m, _, _ in LEVELS),
    }


def powers() -> dict[sp.Basic, sp.Expr]:
    """What is left of lambda and of D when their powers of kappa are taken out, and the risk times the root of lambda."""
    bias = KAPPA**2 * sum(e / (s + KAPPA) ** 2 for _, s, e in LEVELS)
    return {
        REST: sp.Lambda((KAPPA,), sum(m / (s + KAPPA) for m, s, _ in LEVELS)),
        OPENING: sp.Lambda((KAPPA,), sum(m * (2 * s + KAPPA) / (s + KAPPA) ** 2 for m, s, _ in LEVELS)),
        HEIGHT: sp.Lambda((KAPPA,), SAMPLES * (bias + NOISE) * sp.sqrt(REST(KAPPA)) / OPENING(KAPPA)),
    }


def derivation() -> Derivation:
    """The steps."""
    sources = ("MeiMontanari2022", "DefilippisLoureiroMisiakiewicz2024", "HastieMontanariRossetTibshirani2022")
    theorem = ("ridge: peak", "features: peak with its remainder", "features: peak")
    return Derivation("The interpolation peak", (*_ridge(), *_features()), PREMISES, sources, theorem, HYPOTHESES)


def _ridge() -> tuple[Step, ...]:
    environment = {**ridge(), **powers()}
    limits = {**powers(), SAMPLES: ridge()[SAMPLES], INVERSE_TRACE: sum(m / s for m, s, _ in LEVELS)}
    here = KAPPA
    return (
        Step(
            equation(RIDGE(here), here**2 * REST(here)),
            "At $n = p$ the gap $n - \\mathrm{df}_1$ closes with $\\kappa$, and the ridge with its square.",
            environment,
            "ridge: threshold",
        ),
        Step(
            equation(GAP(here), here * OPENING(here)),
            "The denominator of the risk closes with $\\kappa$.",
            environment,
            "ridge: opening",
        ),
        Step(
            equation(RISK(here) * sp.sqrt(RIDGE(here)), HEIGHT(here)),
            "Hence the risk times $\\sqrt\\lambda$ is continuous at $\\kappa = 0$;",
            environment,
            "ridge: height",
            ("ridge: threshold", "ridge: opening"),
        ),
        Step(
            equation(HEIGHT(sp.S.Zero), SAMPLES * NOISE / (2 * sp.sqrt(INVERSE_TRACE))),
            "its limit: only the noise diverges, the target being learned.",
            limits,
            "ridge: peak",
            ("ridge: height",),
        ),
    )


def _features() -> tuple[Step, ...]:
    c = sp.Symbol("c", positive=True)
    denominator = A * c + (A + c) * E
    stable = (N * ((c + E) * (PURE + NOISE) + E * MIXED) / denominator).subs(c, A)
    whole = PURE + MIXED + NOISE
    scalar = sp.solve(LAMBDA * N - NU * A * c.subs(c, A), LAMBDA)[0]
    return (
        Step(
            equation(TEST, N * whole / (2 * A) + N * (whole - 2 * MIXED) / (2 * (A + 2 * E))),
            "With $a = c$ the test error $T$ splits into a part that diverges and one that does not.",
            {TEST: stable},
            "features: peak with its remainder",
        ),
        Step(
            equation(N * whole / (2 * A), sp.sqrt(N * NU / LAMBDA) / 2 * whole),
            "The scalar equation at $n = p$, $\\lambda n = \\nu_2 a^2$, turns the first part into the peak law.",
            {LAMBDA: scalar},
            "features: peak",
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
