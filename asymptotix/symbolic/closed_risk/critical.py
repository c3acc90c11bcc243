r"""Kernel ridge regression on the sphere at $n=\psi B(d,\ell)\sim\psi d^\ell/\ell!$ samples: the degree that is being learned.

Lower degrees are learned, higher ones act as a ridge and as noise: an isotropic problem with $\zeta$ for the ridge and 1 for the
eigenvalue. $\chi=\kappa B(d,\ell)/\xi_\ell$ is the positive root of $\psi\chi^2-(1+\zeta-\psi)\chi-\zeta=0$.

Source: [MisiakiewiczMontanari2023]; the critical regime as in the literature on n ~ d^l / l! (attribution from memory).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, FloatArray, Parameter, RiskFamily
from asymptotix.symbolic.closed_risk.letters import NOISE, parameter
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["critical_regime"]

PSI, CHI = sp.symbols("psi chi", positive=True)
ZETA, HERE, ABOVE = sp.symbols("zeta F2 F2above", nonnegative=True)
B, R = sp.Symbol("b", real=True), sp.Symbol("r", nonnegative=True)


def critical_regime() -> RiskFamily:
    """The limit d to infinity."""
    share = CHI / (1 + CHI)
    gap = 1 - 1 / (PSI * (1 + CHI) ** 2)
    variance = NOISE / ((1 + CHI) * R)
    bias = (PSI * CHI**2 * HERE / (1 + CHI) + PSI * (1 + CHI) * ABOVE) / R
    return RiskFamily(
        name="critical_regime",
        title="Kernel ridge regression on the sphere, n = psi B(d, l)",
        parameters=(
            Parameter(PSI, "ratio", "n / B(d, l), with B(d, l) ~ d^l / l! harmonics of degree l"),
            Parameter(ZETA, "zeta", "(ridge + sum of the kernel coefficients above l) / the coefficient at l", zero=True),
            Parameter(HERE, "energy", "energy of the target at degree l", r"F_{\ell}^2", zero=True),
            Parameter(ABOVE, "energy_above", "energy of the target above degree l", r"F_{>\ell}^2", zero=True),
            parameter(NOISE),
        ),
        definitions=(
            Binding(B, 1 + ZETA - PSI),
            Binding(R, sp.sqrt(B**2 + 4 * PSI * ZETA)),
            Binding(CHI, (B + R) / (2 * PSI)),
        ),
        quantities={
            "effective_ridge": CHI,
            "bias": bias,
            "variance": variance,
            "excess_risk": bias + variance,
            "test_error": PSI * (CHI**2 * HERE / (1 + CHI) + (1 + CHI) * (ABOVE + NOISE)) / R,
        },
        textbook={
            "bias": (share**2 * HERE + ABOVE) / gap,
            "variance": NOISE * (1 - gap) / gap,
            "excess_risk": (share**2 * HERE + ABOVE + NOISE) / gap - NOISE,
            "test_error": (share**2 * HERE + ABOVE + NOISE) / gap,
        },
        elimination={R: 2 * PSI * CHI - B, B: 1 + ZETA - PSI, ZETA: CHI * (PSI - 1 / (1 + CHI))},
        facts=_steps(),
        premises=(
            "The limit of the deterministic equivalent at $n = \\psi B(d, \\ell)$: $\\psi = \\zeta/\\chi + 1/(1 + \\chi)$ and "
            "$\\text{test} = [(\\chi/(1 + \\chi))^2 F_\\ell^2 + F_{>\\ell}^2 + \\sigma^2]/[1 - \\psi^{-1}(1 + \\chi)^{-2}]$.",
        ),
        hypotheses=(
            "$d \\to \\infty$ at fixed $\\psi = n/B(d, \\ell)$, $B(d, \\ell) \\sim d^\\ell/\\ell!$; $\\zeta = (\\lambda + "
            "\\sum_{k > \\ell} \\xi_k)/\\xi_\\ell$.",
            "Branch: $\\chi = \\kappa B(d, \\ell)/\\xi_\\ell > 0$.",
        ),
        sources=("MisiakiewiczMontanari2023",),
        stable={B.name: lambda at: (1.0 - at["psi"]) + at["zeta"], R.name: _spread, CHI.name: _chi},
        conditions=(
            Condition(
                sp.Or(sp.Gt(ZETA, 0), sp.Ne(PSI, 1)), "r > 0", "at zeta = 0 and ratio = 1 it is infinite"
            ),
        ),
        asymptotic="d to infinity at a fixed ratio; at finite d the errors are of order 1/d",
    )  # fmt: skip


def _spread(at: Mapping[str, FloatArray]) -> FloatArray:
    return np.hypot(at["b"], 2.0 * np.sqrt(at["psi"]) * np.sqrt(at["zeta"]))


def _chi(at: Mapping[str, FloatArray]) -> FloatArray:
    # the conjugate root where b + r cancels
    b, r = at["b"], at["r"]
    return np.where(b >= 0.0, (b + r) / (2.0 * at["psi"]), 2.0 * at["zeta"] / np.where(b >= 0.0, 1.0, r - b))


def _steps() -> tuple[Step, ...]:
    fixed = {B: 1 + ZETA - PSI, ZETA: CHI * (PSI - 1 / (1 + CHI))}
    return (
        Step(
            equation((2 * PSI * CHI - B) ** 2, B**2 + 4 * PSI * ZETA),
            "The fixed point $\\zeta = \\chi (\\psi - 1/(1 + \\chi))$ is the quadratic $\\psi\\chi^2 - b\\chi - \\zeta = 0$.",
            fixed,
            "quadratic",
        ),
        Step(
            equation(2 * PSI * CHI - B, (1 + CHI) * (ZETA / CHI + CHI / (1 + CHI) ** 2)),
            "$2\\psi\\chi - b$ is positive on the branch $\\chi > 0$, hence equal to $r$.",
            fixed,
            "effective_ridge",
            ("quadratic",),
        ),
    )
