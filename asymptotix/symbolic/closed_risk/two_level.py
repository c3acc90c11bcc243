r"""Ridge regression with two distinct eigenvalues: a cubic, whose largest root is the effective ridge.

All its roots are real, one between each two neighbours of $-s_1,-s_2,0$ and one positive, since $n-\mathrm{df}_1-\lambda/\kappa$
increases between its poles. Viète's form with the smallest angle is the largest root:
$\kappa=2\sqrt Q\cos\big(\tfrac13\arccos(T/Q^{3/2})\big)-a_2/3$.

Source: [HastieMontanariRossetTibshirani2022], [DobribanWager2018]; the root derived here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, FloatArray, Parameter, RiskFamily
from asymptotix.symbolic.closed_risk.letters import KAPPA, NOISE, RIDGE, N, parameter
from asymptotix.symbolic.closed_risk.ridge_terms import ENERGY_PREMISE, PREMISE, SOURCES, Level, RidgeTerms
from asymptotix.symbolic.closed_risk.root_search import balanced_root
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["two_level_minimum_norm", "two_level_ridge"]

S1, S2, M1, M2 = sp.symbols("s1 s2 m1 m2", positive=True)
E1, E2 = sp.symbols("e1 e2", nonnegative=True)
A0, A1, A2, T = sp.symbols("a0 a1 a2 T", real=True)
Q, OPENING = sp.symbols("Q D", positive=True)
B, R = sp.Symbol("b", real=True), sp.Symbol("r", positive=True)
TERMS = RidgeTerms((Level(S1, M1, E1), Level(S2, M2, E2)), N, RIDGE, KAPPA, NOISE)
PARAMETERS = (
    Parameter(S1, "eigenvalue_1", "the first eigenvalue"),
    Parameter(M1, "multiplicity_1", "its multiplicity"),
    Parameter(E1, "energy_1", "energy of the target in the first level", zero=True),
    Parameter(S2, "eigenvalue_2", "the second eigenvalue"),
    Parameter(M2, "multiplicity_2", "its multiplicity"),
    Parameter(E2, "energy_2", "energy of the target in the second level", zero=True),
    parameter(NOISE),
)
COEFFICIENTS = {
    A2: S1 + S2 - (RIDGE + M1 * S1 + M2 * S2) / N,
    A1: S1 * S2 * (1 - (M1 + M2) / N) - RIDGE * (S1 + S2) / N,
    A0: -RIDGE * S1 * S2 / N,
}
ANGLE = sp.Symbol("phi", real=True)


def two_level_ridge() -> RiskFamily:
    """Any ridge."""
    gap = RIDGE / KAPPA
    quantities = {"effective_ridge": KAPPA, "df1": TERMS.trace(1), "df2": TERMS.trace(2), **TERMS.risks(OPENING, gap)}
    return RiskFamily(
        name="two_level_ridge",
        title="Ridge regression, two distinct eigenvalues",
        parameters=(parameter(N), parameter(RIDGE), *PARAMETERS),
        definitions=(
            *(Binding(symbol, value) for symbol, value in COEFFICIENTS.items()),
            Binding(Q, (A2**2 - 3 * A1) / 9),
            Binding(T, (9 * A1 * A2 - 27 * A0 - 2 * A2**3) / 54),
            Binding(KAPPA, 2 * sp.sqrt(Q) * sp.cos(sp.acos(T / Q ** sp.Rational(3, 2)) / 3) - A2 / 3),
            Binding(OPENING, TERMS.opening),
        ),
        quantities=quantities,
        textbook=TERMS.textbook(),
        elimination={OPENING: TERMS.opening, N: RIDGE / KAPPA + TERMS.trace(1)},
        facts=_cubic_steps(),
        premises=(PREMISE, ENERGY_PREMISE),
        hypotheses=(
            "Eigenvalues $s_1, s_2$ of multiplicities $m_1, m_2$; $\\lambda > 0$.",
            "Branch: $\\kappa > 0$. Between its poles $-s_1, -s_2, 0$ the function $n - \\lambda/\\kappa - \\mathrm{df}_1$ "
            "increases, so that the cubic has three real roots and one positive, the largest: the smallest angle of Viete.",
        ),
        sources=SOURCES,
        stable={KAPPA.name: _kappa},
        conditions=(Condition(sp.Gt(RIDGE, 0), r"\lambda > 0", "without a ridge use 'two_level_minimum_norm'"),),
    )


def _levels(at: Mapping[str, FloatArray]) -> list[tuple[FloatArray, FloatArray]]:
    first = at["s1"] >= at["s2"]
    larger = np.where(first, at["s1"], at["s2"]), np.where(first, at["m1"], at["m2"])
    return [larger, (np.where(first, at["s2"], at["s1"]), np.where(first, at["m2"], at["m1"]))]


def _kappa(at: Mapping[str, FloatArray]) -> FloatArray:
    # Viete's form cancels where kappa is far below the other roots
    return balanced_root(at["n"], _levels(at), lambda x: at["lambda"] / x)


def _cubic_steps() -> tuple[Step, ...]:
    x, gap = KAPPA, N - RIDGE / KAPPA - TERMS.trace(1)
    monic = x**3 + A2 * x**2 + A1 * x + A0
    names = {Q: (A2**2 - 3 * A1) / 9, T: (9 * A1 * A2 - 27 * A0 - 2 * A2**3) / 54}
    root = sp.Symbol("q", positive=True)  # sqrt(Q)
    viete = {KAPPA: 2 * root * sp.cos(ANGLE) - A2 / 3, A1: (A2**2 - 9 * root**2) / 3}
    return (
        Step(
            equation(x * (S1 + x) * (S2 + x) * gap, N * monic),
            "Cleared of its denominators the fixed point is a cubic.",
            COEFFICIENTS,
            "cubic",
        ),
        Step(
            equation(sp.Derivative(gap, x), TERMS.opening / x),
            "The fixed point increases in $\\kappa$ between its poles: one positive root.",
            {},
            "branch",
            ("cubic",),
        ),
        Step(
            equation(monic, 2 * root**3 * sp.cos(3 * ANGLE) - 2 * T),
            "With $\\kappa = 2q\\cos\\phi - a_2/3$ and $Q = q^2$ the cubic is $\\cos 3\\phi$ up to constants: it vanishes at "
            "$\\cos 3\\phi = T/Q^{3/2}$, and $\\phi = \\frac13\\arccos(T/Q^{3/2})$ is the largest root.",
            {**viete, T: names[T]},
            "effective_ridge",
            ("cubic", "branch"),
        ),
    )  # fmt: skip


def two_level_minimum_norm() -> RiskFamily:
    """Ridge to 0 with fewer samples than eigenvalues: the cubic loses a root at 0 and becomes a quadratic."""
    terms = RidgeTerms(TERMS.levels, N, sp.S.Zero, KAPPA, NOISE)
    risks = terms.risks(OPENING, sp.S.Zero)
    quantities = {"effective_ridge": KAPPA, "df2": terms.trace(2), **risks}
    del quantities["train_error"]  # 0
    b = (M1 * S1 + M2 * S2) - N * (S1 + S2)
    fixed = {N: terms.trace(1), B: b}
    claim = equation((2 * N * KAPPA - B) ** 2, B**2 + 4 * N * S1 * S2 * (M1 + M2 - N))
    textbook = terms.textbook()
    return RiskFamily(
        name="two_level_minimum_norm",
        title="Minimum-norm interpolation, two distinct eigenvalues",
        parameters=(parameter(N), *PARAMETERS),
        definitions=(
            Binding(B, b),
            Binding(R, sp.sqrt(B**2 + 4 * N * S1 * S2 * (M1 + M2 - N))),
            Binding(KAPPA, (B + R) / (2 * N)),
            Binding(OPENING, terms.opening),
        ),
        quantities=quantities,
        textbook={key: textbook[key] for key in quantities if key != "effective_ridge"},
        elimination={OPENING: terms.opening, N: terms.trace(1)},
        facts=(
            Step(
                claim,
                "At $\\lambda = 0$ the fixed point $n = \\mathrm{df}_1$ is the quadratic "
                "$n\\kappa^2 - b\\kappa - s_1 s_2 (m_1 + m_2 - n) = 0$, whose roots have opposite signs.",
                fixed,
                "effective_ridge",
            ),
        ),
        premises=(PREMISE, ENERGY_PREMISE),
        hypotheses=("$\\lambda \\to 0$, $n < m_1 + m_2$.", "Branch: $\\kappa > 0$."),
        sources=SOURCES,
        stable={KAPPA.name: lambda at: balanced_root(at["n"], _levels(at), np.zeros_like)},
        conditions=(
            Condition(sp.Lt(N, M1 + M2), "n < m_1 + m_2", "with more samples than eigenvalues use 'isotropic_least_squares'"),
        ),
    )
