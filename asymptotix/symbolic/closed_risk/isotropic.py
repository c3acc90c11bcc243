r"""Ridge regression with p equal eigenvalues: the quadratic, solved.

With $b=\lambda+s(p-n)$ and $r=\sqrt{b^2+4n\lambda s}$ the effective ridge is $\kappa=(b+r)/(2n)$, and
$r=(s+\kappa)(n-\mathrm{df}_2)$, so that every risk is an elementary function of $\kappa$ and $r$ without a difference in it.

Source: [HastieMontanariRossetTibshirani2022], [DobribanWager2018].
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, FloatArray, RiskFamily
from asymptotix.symbolic.closed_risk.letters import F2, KAPPA, NOISE, RIDGE, N, P, S, parameter
from asymptotix.symbolic.closed_risk.ridge_terms import ENERGY_PREMISE, PREMISE, SOURCES, Level, RidgeTerms
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["isotropic_least_squares", "isotropic_minimum_norm", "isotropic_ridge"]

B = sp.Symbol("b", real=True)
R, G = sp.symbols("r g", nonnegative=True)
TERMS = RidgeTerms((Level(S, P, F2),), N, RIDGE, KAPPA, NOISE)
SURPLUS = sp.Symbol("u", positive=True)  # p - n or n - p
ON_ROOT = {R: 2 * N * KAPPA - B, B: RIDGE + S * (P - N), G: RIDGE / KAPPA, RIDGE: KAPPA * (N - P * S / (S + KAPPA))}


def isotropic_ridge() -> RiskFamily:
    """Any ridge, any number of samples."""
    spread = (S + KAPPA) * R
    test = N * (KAPPA**2 * F2 + (S + KAPPA) ** 2 * NOISE) / spread
    return RiskFamily(
        name="isotropic_ridge",
        title="Ridge regression, isotropic covariance",
        parameters=tuple(map(parameter, (N, P, RIDGE, S, F2, NOISE))),
        definitions=(
            Binding(B, RIDGE + S * (P - N)),
            Binding(R, sp.sqrt(B**2 + 4 * N * RIDGE * S)),
            Binding(KAPPA, (B + R) / (2 * N)),
            Binding(G, (R - B) / (2 * S)),
        ),
        quantities={
            "effective_ridge": KAPPA,
            "df1": P * S / (S + KAPPA),
            "df2": P * S**2 / (S + KAPPA) ** 2,
            "bias": N * KAPPA**2 * F2 / spread,
            "variance": NOISE * P * S**2 / spread,
            "excess_risk": (N * KAPPA**2 * F2 + NOISE * P * S**2) / spread,
            "test_error": test,
            "train_error": (G / N) ** 2 * test,
            "squared_norm": S * (F2 * (S * (P - N) ** 2 + 2 * RIDGE * (N + P)) / (R + RIDGE) + NOISE * P) / spread,
        },
        textbook=TERMS.textbook(),
        elimination=ON_ROOT,
        facts=_root_steps(),
        premises=(PREMISE, ENERGY_PREMISE),
        hypotheses=("$p$ eigenvalues equal to $s$.",),
        sources=SOURCES,
        stable={R.name: _spread, KAPPA.name: _kappa, G.name: _gap},
        conditions=(
            Condition(
                sp.Or(sp.Gt(RIDGE, 0), sp.Ne(N, P)),
                "r > 0",
                "at ridge = 0 and n_samples = n_features the risk is infinite: 'ridge_peak' tells how it diverges",
            ),
        ),
    )


def _spread(at: Mapping[str, FloatArray]) -> FloatArray:
    # neither b^2 nor 4 n lambda s overflows
    return np.hypot(at["b"], 2.0 * np.sqrt(at["n"] * at["s"]) * np.sqrt(at["lambda"]))


def _kappa(at: Mapping[str, FloatArray]) -> FloatArray:
    # (b + r) / (2 n) cancels for b < 0, its conjugate 2 lambda s / (r - b) for b > 0
    return _conjugate(at["b"], at["r"], 2.0 * at["n"], 2.0 * at["lambda"] * at["s"])


def _gap(at: Mapping[str, FloatArray]) -> FloatArray:
    return _conjugate(-at["b"], at["r"], 2.0 * at["s"], 2.0 * at["n"] * at["lambda"])


def _conjugate(b: FloatArray, r: FloatArray, below: FloatArray, above: FloatArray) -> FloatArray:
    return np.where(b >= 0.0, (b + r) / below, above / np.where(b >= 0.0, 1.0, r - b))


def _root_steps() -> tuple[Step, ...]:
    fixed = {RIDGE: ON_ROOT[RIDGE], B: ON_ROOT[B]}
    return (
        Step(
            equation((2 * N * KAPPA - B) ** 2, B**2 + 4 * N * RIDGE * S),
            "The fixed point $\\lambda = \\kappa (n - ps/(s + \\kappa))$ is a quadratic in $\\kappa$: "
            "$n\\kappa^2 - b\\kappa - \\lambda s = 0$.",
            fixed,
            "quadratic",
        ),
        Step(
            equation(2 * N * KAPPA - B, (S + KAPPA) * TERMS.opening),
            "$2n\\kappa - b$ is positive on the branch $\\kappa > 0$, hence equal to $r$: "
            "$\\kappa = (b + r)/(2n)$, and $n - \\mathrm{df}_2 = r/(s + \\kappa)$.",
            fixed,
            "effective_ridge",
            ("quadratic",),
        ),
        Step(
            equation(RIDGE / KAPPA, (2 * N * KAPPA - 2 * B) / (2 * S)),
            "$g = \\lambda/\\kappa = (r - b)/(2s)$, which has its limit $n - p$ at $\\lambda = 0$.",
            fixed,
            "gap",
            ("effective_ridge",),
        ),
    )


def _limit(name: str, title: str, quantities: dict[str, sp.Expr], environment: dict[sp.Basic, sp.Expr], why: str,
           hypothesis: str, condition: Condition) -> RiskFamily:  # fmt: skip
    whole = isotropic_ridge()
    general = {key: value.subs(RIDGE, 0) for key, value in whole.quantities.items() if key in quantities}
    claim = equation(
        whole.definitions[2].expression.subs(B, whole.definitions[0].expression).subs(RIDGE, 0), quantities["effective_ridge"]
    )
    facts = (Step(claim, why, environment, "effective_ridge"),)
    del general["effective_ridge"]
    occurring = set().union(*(value.free_symbols for value in quantities.values()))
    return RiskFamily(
        name=name, title=title, quantities=quantities, textbook=general, elimination=environment, facts=facts,
        parameters=tuple(map(parameter, [x for x in (N, P, S, F2, NOISE) if x in occurring])),
        premises=("The closed form of ridge regression with an isotropic covariance (`isotropic_ridge`).",),
        hypotheses=(hypothesis,), sources=SOURCES, conditions=(condition,),
    )  # fmt: skip


def isotropic_minimum_norm() -> RiskFamily:
    """Ridge to 0 with fewer samples than features: the interpolator of smallest norm."""
    quantities = {
        "effective_ridge": S * (P - N) / N,
        "df2": N**2 / P,
        "bias": F2 * (P - N) / P,
        "variance": NOISE * N / (P - N),
        "excess_risk": F2 * (P - N) / P + NOISE * N / (P - N),
        "test_error": F2 * (P - N) / P + NOISE * P / (P - N),
        "squared_norm": F2 * N / (S * P) + NOISE * N / (S * (P - N)),
    }
    environment = {KAPPA: S * (P - N) / N, R: S * (P - N), G: sp.S.Zero, P: N + SURPLUS}
    why = "At $\\lambda = 0$, $p = n + u$: $b = su > 0$, so that $r = b$, $\\kappa = b/n$ and $g = 0$."
    condition = Condition(sp.Lt(N, P), "n < p", "use 'isotropic_least_squares' for more samples, 'ridge_peak' for as many")
    return _limit(
        "isotropic_minimum_norm", "Minimum-norm interpolation, isotropic covariance", quantities, environment, why,
        "$\\lambda \\to 0$, $n < p$; $p$ eigenvalues equal to $s$.", condition,
    )  # fmt: skip


def isotropic_least_squares() -> RiskFamily:
    """Ridge to 0 with more samples than features: least squares."""
    quantities = {
        "effective_ridge": sp.S.Zero,
        "variance": NOISE * P / (N - P),
        "test_error": NOISE * N / (N - P),
        "train_error": NOISE * (N - P) / N,
        "squared_norm": F2 / S + NOISE * P / (S * (N - P)),
    }
    environment = {KAPPA: sp.S.Zero, R: S * (N - P), G: N - P, N: P + SURPLUS}
    why = "At $\\lambda = 0$, $n = p + u$: $b = -su < 0$, so that $r = -b$, $\\kappa = 0$ and $g = u$."
    condition = Condition(sp.Gt(N, P), "n > p", "use 'isotropic_minimum_norm' for fewer samples, 'ridge_peak' for as many")
    return _limit(
        "isotropic_least_squares", "Least squares", quantities, environment, why,
        "$\\lambda \\to 0$, $n > p$; $p$ eigenvalues, here equal to $s$ (only the norm depends on them).", condition,
    )  # fmt: skip
