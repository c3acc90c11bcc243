r"""The push-through identity, and with it the kernel trick: ridge regression needs the kernel matrix only.

Claim    The inverse of X'X + lambda times X' is X' times the inverse of XX' + lambda; so the ridge prediction at a new point
         depends on the features through inner products only.
Source   [MisiakiewiczMontanari2023]
Used by  asymptotix/simulation/estimators.py, asymptotix/equivalents/kernel_ridge.py

Route: algebra of matrices of symbolic sizes, multiplied out with their factors in order. Every claim holds for all n and p.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

N, P = sp.symbols("n p", integer=True, positive=True)
RIDGE = sp.Symbol("lambda", positive=True)
DATA = sp.MatrixSymbol("X", N, P)
LABELS = sp.MatrixSymbol("y", N, 1)
COEFFICIENTS, FITTED, POINT = (sp.MatrixSymbol(name, P, 1) for name in ("b", r"\hat b", r"\phi"))
DUAL = sp.MatrixSymbol("a", N, 1)
FEATURE_SIDE, SAMPLE_SIDE = sp.MatrixSymbol("A", P, P), sp.MatrixSymbol("B", N, N)
PUSHED = sp.MatrixSymbol("S", P, N)
RESIDUAL = sp.MatrixSymbol("r", P, 1)
SIDES = {
    FEATURE_SIDE: DATA.T * DATA + RIDGE * sp.Identity(P),
    SAMPLE_SIDE: DATA * DATA.T + RIDGE * sp.Identity(N),
}
PREMISES = (
    "$A = X^\\top X + \\lambda$ and $B = XX^\\top + \\lambda$ are positive definite, hence invertible.",
    "A quadratic form of a positive definite matrix is positive away from 0.",
)
HYPOTHESES = ("$X$ is an $n \\times p$ matrix of features, $\\lambda > 0$; $\\phi$ are the features of a new point.",)


def objective(coefficients: sp.MatrixExpr) -> sp.MatrixExpr:
    """|y - X b|^2 + lambda |b|^2, a 1 x 1 matrix."""
    rest = LABELS - DATA * coefficients
    return rest.T * rest + RIDGE * coefficients.T * coefficients


def derivation() -> Derivation:
    """The steps."""
    theorem = ("push-through", "kernel trick")
    steps = (*_push_through(), *_minimizer())
    return Derivation(
        "Push-through identity and kernel trick", steps, PREMISES, ("MisiakiewiczMontanari2023",), theorem, HYPOTHESES
    )


def _push_through() -> tuple[Step, ...]:
    pushed = {PUSHED: FEATURE_SIDE * DATA.T * SAMPLE_SIDE.I}
    return (
        Step(
            equation(DATA.T * SAMPLE_SIDE, FEATURE_SIDE * DATA.T),
            "Both sides are $X^\\top X X^\\top + \\lambda X^\\top$.",
            SIDES,
            "intertwining",
        ),
        Step(
            equation(FEATURE_SIDE.I * PUSHED, DATA.T * SAMPLE_SIDE.I),
            "The intertwining, times $B^{-1}$ from the right, says $X^\\top = S$ with the $S$ below; times $A^{-1}$ from "
            "the left, "
            "$A^{-1} X^\\top = X^\\top B^{-1}$.",
            pushed,
            "push-through",
            ("intertwining",),
        ),
        Step(
            equation(POINT.T * FEATURE_SIDE.I * PUSHED * LABELS, (DATA * POINT).T * SAMPLE_SIDE.I * LABELS),
            "The prediction $\\phi^\\top A^{-1} X^\\top y$ at a new point: only inner products $X\\phi$ and $XX^\\top$ of "
            "features are left.",
            pushed,
            "kernel trick",
            ("push-through",),
        ),
    )


def _minimizer() -> tuple[Step, ...]:
    change = COEFFICIENTS - FITTED
    gap = sp.MatrixSymbol("J", 1, 1)
    return (
        Step(
            equation(gap, change.T * FEATURE_SIDE * change + change.T * RESIDUAL + RESIDUAL.T * change),
            "The objective $|y - Xb|^2 + \\lambda |b|^2$ at $b$ minus that at $\\hat b$, completed to a square. Where the normal "
            "equations $r = 0$ hold, $\\hat b$ is the only minimizer.",
            {
                gap: objective(COEFFICIENTS) - objective(FITTED),
                RESIDUAL: FEATURE_SIDE * FITTED - DATA.T * LABELS,
                **SIDES,
            },
            "completed square",
        ),
        Step(
            equation(RESIDUAL, DATA.T * (SAMPLE_SIDE * DUAL - LABELS)),
            "At $\\hat b = X^\\top a$ the normal equations read $X^\\top (Ba - y) = 0$: solved by $a = B^{-1} y$.",
            {RESIDUAL: FEATURE_SIDE * DATA.T * DUAL - DATA.T * LABELS, **SIDES},
            "representer",
            ("intertwining", "completed square"),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
