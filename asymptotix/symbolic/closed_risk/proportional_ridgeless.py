r"""The proportional regime without a ridge, on both sides of the interpolation threshold.

$\kappa$ is the positive root of $\psi\kappa^2-(1+\zeta^2-\psi\zeta^2)\kappa-\zeta^2=0$ with $\psi=\min(\psi_1,\psi_2)$.

Source: [MeiMontanari2022].
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, FloatArray, RiskFamily
from asymptotix.symbolic.closed_risk.features_terms import A, C, U
from asymptotix.symbolic.closed_risk.letters import KAPPA, NOISE, PSI1, PSI2
from asymptotix.symbolic.closed_risk.proportional import DISTANCES, LEARNED, PARAMETERS, SOURCES, STAR, ZETA, Q, W, factors
from asymptotix.symbolic.closed_risk.proportional_published import PREMISES, published
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["proportional_narrow", "proportional_wide"]

B, R = sp.Symbol("b", real=True), sp.Symbol("r", positive=True)
LINEAR = PARAMETERS[4].symbol


def proportional_wide() -> RiskFamily:
    """More features than samples."""
    values = {key: value.subs({A: 0, C: PSI1 - PSI2}) for key, value in factors().items() if key != "train_error"}
    condition = Condition(sp.Gt(PSI1, PSI2), r"\psi_1 > \psi_2", "use 'proportional_narrow' for fewer features than samples")
    title = "Random features without ridge, proportional regime, more features than samples"
    return _family("proportional_wide", title, PSI2, values, condition, (Q, W, U), {})


def proportional_narrow() -> RiskFamily:
    """Fewer features than samples."""
    over = PSI2 - PSI1
    lost = KAPPA / (ZETA**2 + KAPPA)  # 1 - q
    whole = LINEAR * lost + STAR + NOISE
    values = {
        "bias_factor": PSI2 * lost / over,
        "variance_factor": PSI1 / over,
        "bias": PSI2 * (LINEAR * lost + STAR) / over,
        "variance": NOISE * PSI1 / over,
        "excess_risk": (PSI2 * (LINEAR * lost + STAR) + NOISE * PSI1) / over,
        "test_error": PSI2 * whole / over,
        "train_error": over * whole / PSI2,
    }
    condition = Condition(sp.Lt(PSI1, PSI2), r"\psi_1 < \psi_2", "use 'proportional_wide' for more features than samples")
    title = "Random features without ridge, proportional regime, fewer features than samples"
    train = (over / PSI2) ** 2 * published(LINEAR, STAR, NOISE)["test_error"]
    return _family("proportional_narrow", title, PSI1, values, condition, (), {"train_error": train})


def _family(name: str, title: str, psi: sp.Symbol, values: Mapping[str, sp.Expr], condition: Condition,
            used: tuple[sp.Symbol, ...], extra: Mapping[str, sp.Expr]) -> RiskFamily:  # fmt: skip
    b = 1 + ZETA**2 * (1 - psi)

    def chi(at: Mapping[str, FloatArray]) -> FloatArray:
        # (b + r) / (2 psi) cancels for b < 0
        b_, r = at["b"], at["r"]
        z2 = at["zeta"] ** 2
        return np.where(b_ >= 0.0, (b_ + r) / (2.0 * at[psi.name]), 2.0 * z2 / np.where(b_ >= 0.0, 1.0, r - b_))

    return RiskFamily(
        name=name,
        title=title,
        parameters=tuple(p for p in PARAMETERS if p.argument != "ridge"),
        definitions=(
            Binding(B, b),
            Binding(R, sp.sqrt(B**2 + 4 * psi * ZETA**2)),
            Binding(KAPPA, (B + R) / (2 * psi)),
            *(Binding(symbol, DISTANCES[symbol]) for symbol in used),
        ),
        quantities={"effective_ridge": KAPPA, "chi": -1 / KAPPA, **values},
        textbook={**published(LINEAR, STAR, NOISE), **extra},
        elimination={U: DISTANCES[U], Q: LEARNED, W: DISTANCES[W], psi: 1 / KAPPA + LEARNED},
        facts=_steps(psi, b),
        premises=PREMISES,
        hypotheses=("$\\lambda \\to 0$; $\\zeta = \\mu_1/\\mu_*$, $\\nu = \\mu_*^2\\kappa/d$.", "Branch: $\\kappa > 0$."),
        sources=SOURCES,
        stable={KAPPA.name: chi},
        conditions=(condition,),
        asymptotic="d to infinity at fixed ratios; exact for d eigenvalues and a flat tail at every d",
    )


def _steps(psi: sp.Symbol, b: sp.Expr) -> tuple[Step, ...]:
    fixed = {B: b, psi: 1 / KAPPA + LEARNED}
    return (
        Step(
            equation((2 * psi * KAPPA - B) ** 2, B**2 + 4 * psi * ZETA**2),
            "At $\\lambda = 0$ the scalar equation is $\\min(\\psi_1, \\psi_2) = t = 1/\\kappa + \\zeta^2/(\\zeta^2 + \\kappa)$, "
            "a quadratic whose roots have opposite signs.",
            fixed,
            "quadratic",
        ),
        Step(
            equation(2 * psi * KAPPA - B, psi * KAPPA + ZETA**2 / KAPPA),
            "On the branch $\\kappa > 0$ this is positive, hence $r$: $\\kappa = (b + r)/(2\\psi)$.",
            fixed,
            "effective_ridge",
            ("quadratic",),
        ),
        Step(
            equation(-(2 * psi * KAPPA - 2 * B) / (2 * ZETA**2), -1 / KAPPA),
            "The published $\\chi = -(r - b)/(2\\zeta^2)$ is $-1/\\kappa$.",
            fixed,
            "chi",
            ("effective_ridge",),
        ),
    )
