r"""The interpolation peak: at as many samples as features the risk diverges like one over the square root of the ridge.

Ridge regression: $\text{test}\simeq n\sigma^2/(2\sqrt{\lambda\,\mathrm{Tr}\,\Sigma^{-1}})$. Random features:
$\text{test}\simeq\tfrac12\sqrt{n\nu/\lambda}\,(G+\sigma^2)$ with $T_1(\nu)=n$, $G=\nu\langle b,(\Sigma+\nu)^{-1}b\rangle$.

Source: [HastieMontanariRossetTibshirani2022], [MeiMontanari2022], [DefilippisLoureiroMisiakiewicz2024].
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, Parameter, RiskFamily
from asymptotix.symbolic.closed_risk.letters import KAPPA, NOISE, RIDGE, N, parameter
from asymptotix.symbolic.closed_risk.ridge_terms import PREMISE, SOURCES
from asymptotix.symbolic.derivation import Step, equation

__all__ = ["random_features_peak", "ridge_peak"]

TAU, NU = sp.symbols("tau nu", positive=True)
LEFT = sp.Symbol("G", nonnegative=True)
LEVELS = tuple(sp.symbols(f"m_{i} s_{i} e_{i}", positive=True) for i in (1, 2))
REST, OPENING = sp.symbols(r"\ell delta", positive=True)
POSITIVE_RIDGE = Condition(sp.Gt(RIDGE, 0), r"\lambda > 0", "at ridge = 0 the risk is infinite")


def ridge_peak() -> RiskFamily:
    """Ridge regression at n = p, ridge to 0."""
    total = sum(m for m, _, _ in LEVELS)
    inverse = sum(m / s for m, s, _ in LEVELS)
    rest = sum(m / (s + KAPPA) for m, s, _ in LEVELS)
    opening = sum(m * (2 * s + KAPPA) / (s + KAPPA) ** 2 for m, s, _ in LEVELS)
    freedom = [sum(m * s**k / (s + KAPPA) ** k for m, s, _ in LEVELS) for k in (1, 2)]
    bias = KAPPA**2 * sum(e / (s + KAPPA) ** 2 for _, s, e in LEVELS)
    height = N * (bias + NOISE) * sp.sqrt(REST) / OPENING
    at_zero = {REST: rest.subs(KAPPA, 0), OPENING: opening.subs(KAPPA, 0), TAU: inverse}
    return RiskFamily(
        name="ridge_peak",
        title="Ridge regression at n = p",
        parameters=(
            parameter(N),
            parameter(RIDGE),
            Parameter(TAU, "inverse_trace", "trace of the inverse covariance"),
            parameter(NOISE),
        ),
        quantities={
            "effective_ridge": sp.sqrt(RIDGE / TAU),
            "variance": NOISE * N / (2 * sp.sqrt(TAU * RIDGE)),
            "test_error": NOISE * N / (2 * sp.sqrt(TAU * RIDGE)),
        },
        textbook={},
        elimination={},
        facts=(
            Step(
                equation(KAPPA * (N - freedom[0]), KAPPA**2 * REST),
                "At $n = p$ the ridge closes with the square of $\\kappa$: $\\lambda = \\kappa^2 \\ell$, "
                "$\\ell = \\sum_i m_i/(s_i + \\kappa) \\to \\tau$, so that $\\kappa \\simeq \\sqrt{\\lambda/\\tau}$;",
                {N: total, REST: rest},
                "effective_ridge",
            ),
            Step(
                equation(N - freedom[1], KAPPA * OPENING),
                "the denominator of the risk closes with $\\kappa$: $D = \\kappa\\delta$.",
                {N: total, OPENING: opening},
                "opening",
            ),
            Step(
                equation(height.subs(KAPPA, 0) * sp.sqrt(TAU), NOISE * N / 2),
                "Hence test times $\\sqrt\\lambda$ is $n (\\text{bias part} + \\sigma^2)\\sqrt\\ell/\\delta$, and at $\\kappa "
                "= 0$ it is $n\\sigma^2/(2\\sqrt\\tau)$: only the noise diverges.",
                at_zero,
                "test_error",
                ("effective_ridge", "opening"),
            ),
            Step(
                equation(height.subs(KAPPA, 0) * sp.sqrt(TAU), NOISE * N / 2),
                "The variance has the same limit.",
                at_zero,
                "variance",
                ("test_error",),
            ),
        ),
        premises=(PREMISE,),
        hypotheses=(
            "$n = p = \\sum_i m_i$, all $s_i > 0$, $\\tau = \\sum_i m_i/s_i$, $\\sigma^2 > 0$; two levels stand for all.",
        ),
        sources=SOURCES,
        conditions=(POSITIVE_RIDGE,),
        asymptotic="the ridge to 0 at n = p; relative error of order sqrt(ridge)",
    )


def random_features_peak() -> RiskFamily:
    """Random features at n = p, ridge to 0."""
    a, u = sp.symbols("a u", positive=True)
    pure, mixed = sp.symbols(r"B_2 B_\Sigma", nonnegative=True)
    stable = N * ((a + u) * (pure + NOISE) + u * mixed) / (a * a + 2 * a * u)
    rest = N * (pure + NOISE - mixed) / (2 * (a + 2 * u))
    law = sp.sqrt(N * NU / RIDGE) * (LEFT + NOISE) / 2
    return RiskFamily(
        name="random_features_peak",
        title="Random features at n = p",
        parameters=(
            parameter(N),
            parameter(RIDGE),
            Parameter(NU, "nu", "the root of T1(nu) = n, the sum of s/(s + nu) over the spectrum"),
            Parameter(LEFT, "unlearned_energy", "nu <b, (Sigma + nu)^-1 b>, the sum of e nu/(s + nu)", zero=True),
            parameter(NOISE),
        ),
        quantities={"test_error": law},
        textbook={},
        elimination={},
        facts=(
            Step(
                equation(stable, N * (pure + mixed + NOISE) / (2 * a) + rest),
                "With $a = n - T_1 = p - T_1$ the test error splits into a part that diverges and one that does not.",
                {},
                "split",
            ),
            Step(
                equation((N * (LEFT + NOISE) / (2 * a)) ** 2, law**2),
                "The scalar equation at $n = p$, $\\lambda n = \\nu a^2$, turns the first part, with $G = B_2 + B_\\Sigma$, "
                "into the law (both sides are positive).",
                {RIDGE: NU * a**2 / N},
                "test_error",
                ("split",),
            ),
        ),
        premises=("The equivalent of random features: $\\lambda p = \\nu (n - T_1)(p - T_1)$, and its stable test error.",),
        hypotheses=("$n = p$, $\\lambda \\to 0$; $\\nu$ and $G$ at $T_1(\\nu) = n$.",),
        sources=("MeiMontanari2022", "DefilippisLoureiroMisiakiewicz2024"),
        conditions=(POSITIVE_RIDGE,),
        asymptotic="the ridge to 0 at n = p; relative error of order sqrt(ridge)",
    )
