r"""Random features in the proportional regime: n, p and d grow together, $\psi_1=p/d$, $\psi_2=n/d$.

One level of d eigenvalues and a flat tail, $\zeta=\mu_1/\mu_*$: with $q=\zeta^2/(\zeta^2+\kappa)$ and $t=1/\kappa+q$ the
published bias and variance, rational functions of $\chi=-1/\kappa$, become sums of positive terms. $\kappa$ solves a quartic,
without a ridge a quadratic.

Source: [MeiMontanari2022], [DefilippisLoureiroMisiakiewicz2024].
"""

from __future__ import annotations

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, Parameter, RiskFamily, Root
from asymptotix.symbolic.closed_risk.features_terms import A, C, FeatureTerms, U, balance, gaps, scalar_root
from asymptotix.symbolic.closed_risk.letters import KAPPA, NOISE, PSI1, PSI2, RIDGE, parameter
from asymptotix.symbolic.closed_risk.proportional_published import PREMISES, published, steps
from asymptotix.symbolic.formula import Binding

__all__ = ["DISTANCES", "LEARNED", "PARAMETERS", "SOURCES", "STAR", "ZETA", "Q", "T", "W", "factors", "proportional_regime"]

ZETA = sp.Symbol("zeta", positive=True)
LINEAR, STAR = sp.symbols("F2linear F2rest", nonnegative=True)
Q, W, T = sp.symbols("q w t", positive=True)  # w = 1 - q, which would cancel
LEARNED, FIRST = ZETA**2 / (ZETA**2 + KAPPA), 1 / KAPPA + Q
DISTANCES = {A: PSI2 - T, C: PSI1 - T, U: 1 / KAPPA + Q * W, T: FIRST, Q: LEARNED, W: KAPPA / (ZETA**2 + KAPPA)}
SOURCES = ("MeiMontanari2022", "DefilippisLoureiroMisiakiewicz2024")
PARAMETERS = (
    Parameter(PSI1, "features_ratio", "p / d", r"\psi_1"),
    Parameter(PSI2, "samples_ratio", "n / d", r"\psi_2"),
    Parameter(RIDGE, "ridge", "the ridge beside the sum of squares, in units of mu_*^2", zero=True),
    Parameter(ZETA, "zeta", "mu_1 / mu_* of the activation"),
    Parameter(LINEAR, "linear_energy", "energy of the linear part of the target", "F_{1}^2", zero=True),
    Parameter(STAR, "nonlinear_energy", "energy of its nonlinear part", "F_{*}^2", zero=True),
    parameter(NOISE),
)


def _terms(linear: sp.Expr, rest: sp.Expr, noise: sp.Expr) -> FeatureTerms:
    return FeatureTerms(PSI2, Q**2, W**2 * linear + rest, Q * W * linear, noise)


def factors() -> dict[str, sp.Expr]:
    """Bias per unit of linear energy, variance per unit of noise, and the risks."""
    closed = _terms(LINEAR, STAR, NOISE).closed()
    one = _terms(sp.S.One, sp.S.Zero, sp.S.One).closed()
    return {"bias_factor": one["bias"], "variance_factor": one["variance"], **closed}


def proportional_regime() -> RiskFamily:
    """Any ridge above 0."""
    first, second = (psi * KAPPA * (ZETA**2 + KAPPA) - ZETA**2 * KAPPA - ZETA**2 - KAPPA for psi in (PSI1, PSI2))
    polynomial = first * second - PSI1 * RIDGE * KAPPA * (ZETA**2 + KAPPA) ** 2
    test = published(LINEAR, STAR, NOISE)["test_error"]
    return RiskFamily(
        name="proportional_regime",
        title="Random features, proportional regime",
        parameters=PARAMETERS,
        root=Root(
            KAPPA, polynomial, "the largest root",
            balance(PSI2, PSI1, RIDGE, KAPPA) - 1 / KAPPA - LEARNED,
        ),
        definitions=tuple(Binding(symbol, DISTANCES[symbol]) for symbol in (Q, W, T, A, C, U)),
        quantities={"effective_ridge": KAPPA, "chi": -1 / KAPPA, **factors()},
        textbook={**published(LINEAR, STAR, NOISE), "train_error": (A / PSI2) ** 2 * test},
        elimination=DISTANCES,
        facts=steps(polynomial),
        premises=PREMISES,
        hypotheses=(
            "$d$ eigenvalues $\\mu_1^2/d$ and a flat tail of mass $\\mu_*^2$; $\\zeta = \\mu_1/\\mu_*$, $\\nu = "
            "\\mu_*^2\\kappa/d$, and $\\lambda$ in units of $\\mu_*^2$, so that $\\lambda = \\psi_2 \\bar\\lambda$.",
            "Branch: $t < \\min(\\psi_1, \\psi_2)$.",
        ),
        sources=SOURCES,
        stable={
            KAPPA.name: lambda at: scalar_root(
                at["psi2"], at["psi1"], at["lambda"], [(at["zeta"] ** 2, np.ones_like(at["zeta"]))], 1.0
            ),
            **gaps("psi2", "psi1", "kappa"),
        },
        conditions=(
            Condition(sp.Gt(RIDGE, 0), r"\lambda > 0", "without a ridge use 'proportional_wide' (p > n), 'proportional_narrow'"),
        ),
        asymptotic="d to infinity at fixed ratios; exact for d eigenvalues and a flat tail at every d",
    )  # fmt: skip
