r"""Random linear features of isotropic inputs: d eigenvalues s, p random projections of them, n samples.

The simplest random features that show the whole picture: with $T_1=ds/(s+\nu)$ the scalar equation $\lambda p=\nu(n-T_1)(p-T_1)$
is a cubic; without a ridge everything is elementary.

Source: [DefilippisLoureiroMisiakiewicz2024]; the special case derived here.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.closed_risk.family import Condition, RiskFamily, Root
from asymptotix.symbolic.closed_risk.features_terms import (
    PREMISE,
    SOURCES,
    A,
    C,
    FeatureTerms,
    U,
    balance,
    gaps,
    scalar_root,
)
from asymptotix.symbolic.closed_risk.letters import F2, NOISE, RIDGE, D, N, P, S, parameter
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["linear_features", "linear_features_narrow", "linear_features_wide"]

NU = sp.Symbol("nu", positive=True)
T1 = D * S / (S + NU)
U_VALUE = D * S * NU / (S + NU) ** 2
TERMS = FeatureTerms(N, D * S**2 / (S + NU) ** 2, NU**2 * F2 / (S + NU) ** 2, NU * S * F2 / (S + NU) ** 2, NOISE)
POLYNOMIAL = NU * (N * (S + NU) - D * S) * (P * (S + NU) - D * S) - RIDGE * P * (S + NU) ** 2
HYPOTHESES = ("$d$ eigenvalues equal to $s$, no tail: $p$ Gaussian projections of $d$ isotropic inputs.",)


def linear_features() -> RiskFamily:
    """Any ridge above 0."""
    return RiskFamily(
        name="linear_features",
        title="Random linear features of isotropic inputs",
        parameters=tuple(map(parameter, (N, P, RIDGE, D, S, F2, NOISE))),
        root=Root(NU, POLYNOMIAL, "the largest root", balance(N, P, RIDGE, NU) - T1),
        definitions=(Binding(A, N - T1), Binding(C, P - T1), Binding(U, U_VALUE)),
        quantities={"effective_ridge": NU, "df1": T1, "df2": TERMS.df2, **TERMS.closed()},
        textbook={"df1": N - A, "df2": T1 - U, **TERMS.textbook()},
        elimination={U: U_VALUE, A: N - T1, C: P - T1},
        facts=(
            Step(
                equation((S + NU) ** 2 * (NU * (N - T1) * (P - T1) - RIDGE * P), POLYNOMIAL),
                "Cleared of its denominators the scalar equation is a cubic; where $T_1 < \\min(n, p)$ its left-hand side "
                "increases in $\\nu$, and beyond the root there is no other: the largest.",
                {},
                "effective_ridge",
            ),
        ),
        premises=(PREMISE,),
        hypotheses=(*HYPOTHESES, "Branch: $T_1 < \\min(n, p)$."),
        sources=SOURCES,
        stable={
            NU.name: lambda at: scalar_root(at["n"], at["p"], at["lambda"], [(at["s"], at["d"])], 0.0),
            **gaps("n", "p", "nu"),
        },
        conditions=(
            Condition(
                sp.Gt(RIDGE, 0), r"\lambda > 0", "without a ridge use 'linear_features_wide' (p > n) or 'linear_features_narrow'"
            ),
        ),
    )


def _ridgeless(name: str, title: str, samples: sp.Symbol, quantities: dict[str, sp.Expr], conditions: tuple[Condition, ...],
               zero: dict[sp.Basic, sp.Expr]) -> RiskFamily:  # fmt: skip
    nu = S * (D - samples) / samples
    general = TERMS.closed()
    return RiskFamily(
        name=name,
        title=title,
        parameters=tuple(map(parameter, (N, P, D, S, F2, NOISE))),
        quantities={"effective_ridge": nu, **quantities},
        textbook={key: general[key] for key in quantities},
        elimination={**zero, U: U_VALUE, NU: nu},
        facts=(
            Step(
                equation(D * S / (S + nu), samples),
                "At $\\lambda = 0$ the scalar equation is $T_1 = \\min(n, p)$: linear in $\\nu$.",
                {},
                "effective_ridge",
            ),
        ),
        premises=("The closed form with a ridge (`linear_features`), where one of the gaps $a$, $c$ is 0.",),
        hypotheses=(*HYPOTHESES, "$\\lambda \\to 0$."),
        sources=SOURCES,
        conditions=conditions,
        letter=r"\nu",
    )


def linear_features_wide() -> RiskFamily:
    """Ridge to 0 with more features than samples."""
    signal = F2 * (D - N) / D
    bias, variance = signal * P / (P - N), NOISE * (N / (D - N) + N / (P - N))
    quantities = {"bias": bias, "variance": variance, "excess_risk": bias + variance, "test_error": bias + variance + NOISE}
    remedy = "use 'linear_features_narrow' for p < n"
    conditions = (
        Condition(sp.Lt(N, P), "n < p", remedy),
        Condition(sp.Lt(N, D), "n < d", "with n >= dimension the inputs are learned exactly: bias 0"),
    )
    title = "Random linear features without ridge, more features than samples"
    return _ridgeless("linear_features_wide", title, N, quantities, conditions, {A: sp.S.Zero, C: P - N})


def linear_features_narrow() -> RiskFamily:
    """Ridge to 0 with fewer features than samples."""
    bias, variance = F2 * N * (D - P) / (D * (N - P)), NOISE * P / (N - P)
    test = N * (F2 * (D - P) / D + NOISE) / (N - P)
    quantities = {"bias": bias, "variance": variance, "excess_risk": bias + variance, "test_error": test,
                  "train_error": (N - P) * (F2 * (D - P) / D + NOISE) / N}  # fmt: skip
    remedy = "use 'linear_features_wide' for p > n"
    conditions = (
        Condition(sp.Lt(P, N), "p < n", remedy),
        Condition(sp.Lt(P, D), "p < d", "with p >= dimension nothing of the inputs is lost: least squares"),
    )
    title = "Random linear features without ridge, fewer features than samples"
    return _ridgeless("linear_features_narrow", title, P, quantities, conditions, {A: N - P, C: sp.S.Zero})
