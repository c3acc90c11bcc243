r"""Ridge regression: training error and norm are derivatives of the minimum of the objective.

Claim    From the equivalent of the minimum of the objective alone, its slope in the ridge gives the norm of the coefficients,
         and what is left the training error, which is (lambda/(n kappa))^2 times the test error: generalized cross-validation
         is exact.
Source   [HastieMontanariRossetTibshirani2022], [Simon2023], [ChengMontanari2024]
Used by  asymptotix/equivalents/ridge.py

Route: for finite data the identities hold direction by direction of the kernel matrix; for the equivalents they are a chain
rule through the effective ridge. Two levels stand for all: every claim is linear in energies and in the noise.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, KAPPA, NOISE, RIDGE, EIGENVALUE = sp.symbols(r"n kappa sigma^2 lambda k", positive=True)
LEVELS = tuple(sp.symbols(f"m_{i} s_{i} e_{i}", positive=True) for i in (1, 2))
TEST, TRAIN, NORM, GAP = sp.symbols(r"R \mathrm{train} \mathrm{norm} D")
MINIMUM, PENALTY = sp.Function("O"), sp.Function(r"\lambda")
PREMISES = (
    "The equivalent of the minimum of $\\frac1n(|y - Xb|^2 + \\lambda |b|^2)$: "
    "$O = \\frac\\lambda n (\\sum_i \\frac{e_i}{s_i+\\kappa} + \\frac{\\sigma^2}{\\kappa})$.",
    "It may be differentiated in $\\lambda$: both sides are analytic.",
    "The equivalent of the test error, $R = (\\kappa^2 \\sum_i e_i/(s_i+\\kappa)^2 + \\sigma^2)\\,n/D$.",
)
HYPOTHESES = ("$\\lambda = \\kappa (n - \\sum_i m_i s_i/(s_i + \\kappa)) > 0$, $D = n - \\sum_i m_i s_i^2/(s_i + \\kappa)^2$.",)


def equivalents() -> dict[sp.Basic, sp.Expr]:
    """lambda and the minimum as functions of kappa; slope by the chain rule; the test error for comparison."""
    penalty = KAPPA * (N - sum(m * s / (s + KAPPA) for m, s, _ in LEVELS))
    minimum = PENALTY(KAPPA) / N * (sum(e / (s + KAPPA) for _, s, e in LEVELS) + NOISE / KAPPA)
    slope = sp.Derivative(MINIMUM(KAPPA), KAPPA) / sp.Derivative(PENALTY(KAPPA), KAPPA)
    return {
        TRAIN: MINIMUM(KAPPA) - PENALTY(KAPPA) * slope,
        NORM: N * slope,
        MINIMUM: sp.Lambda((KAPPA,), minimum),
        PENALTY: sp.Lambda((KAPPA,), penalty),
        TEST: (KAPPA**2 * sum(e / (s + KAPPA) ** 2 for _, s, e in LEVELS) + NOISE) * N / GAP,
        GAP: N - sum(m * s**2 / (s + KAPPA) ** 2 for m, s, _ in LEVELS),
    }


def derivation() -> Derivation:
    """The steps."""
    sources = ("HastieMontanariRossetTibshirani2022", "Simon2023", "ChengMontanari2024")
    return Derivation(
        "Training error and norm of ridge regression",
        (*_finite(), *_equivalents()),
        PREMISES,
        sources,
        ("training error", "norm"),
        HYPOTHESES,
    )


def _finite() -> tuple[Step, ...]:
    least, residual, size = sp.Function("o"), sp.Function("r"), sp.Function("c")
    environment = {
        least: sp.Lambda((RIDGE,), RIDGE / (EIGENVALUE + RIDGE)),
        residual: sp.Lambda((RIDGE,), (1 - EIGENVALUE / (EIGENVALUE + RIDGE)) ** 2),
        size: sp.Lambda((RIDGE,), EIGENVALUE / (EIGENVALUE + RIDGE) ** 2),
    }
    return (
        Step(
            equation(least(RIDGE), residual(RIDGE) + RIDGE * size(RIDGE)),
            "In a direction of $XX^\\top$ of eigenvalue $k$, per unit of $y$: minimum, squared residual and squared "
            "coefficients.",
            environment,
            "direction",
        ),
        Step(
            equation(sp.Derivative(least(RIDGE), RIDGE), size(RIDGE)),
            "The slope of the minimum is the norm,",
            environment,
            "envelope",
            ("direction",),
        ),
        Step(
            equation(least(RIDGE) - RIDGE * sp.Derivative(least(RIDGE), RIDGE), residual(RIDGE)),
            "and what is left of the minimum is the residual.",
            environment,
            "residual",
            ("direction", "envelope"),
        ),
    )


def _equivalents() -> tuple[Step, ...]:
    environment = equivalents()
    energies = sum(e / (s + KAPPA) for _, s, e in LEVELS)
    squares = sum(e / (s + KAPPA) ** 2 for _, s, e in LEVELS)
    traces = sum(m * s / (s + KAPPA) ** 2 for m, s, _ in LEVELS)
    return (
        Step(
            equation(TRAIN, (PENALTY(KAPPA) / (N * KAPPA)) ** 2 * TEST),
            "The training error is the test error times $(\\lambda/(n\\kappa))^2 = (1 - \\mathrm{df}_1/n)^2$.",
            environment,
            "training error",
            ("residual",),
        ),
        Step(
            equation(NORM, energies - PENALTY(KAPPA) / GAP * squares + NOISE / GAP * traces),
            "The norm of the coefficients.",
            environment,
            "norm",
            ("envelope",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
