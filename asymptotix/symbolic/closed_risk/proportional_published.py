r"""The proportional regime as published: the polynomials $E_0, E_1, E_2$ in $\chi$, and the complex pair of equations.

Source: [MeiMontanari2022].
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.closed_risk.letters import KAPPA, PSI1, PSI2, RIDGE
from asymptotix.symbolic.derivation import Step, equation

__all__ = ["PREMISES", "published", "steps"]

ZETA = sp.Symbol("zeta", positive=True)
PREMISES = (
    "The equivalent of random features: $\\lambda p = \\nu (n - T_1)(p - T_1)$.",
    "The pair of equations and the polynomials $E_0, E_1, E_2$ of the proportional regime, as published.",
)


def published(linear: sp.Expr, rest: sp.Expr, noise: sp.Expr) -> dict[str, sp.Expr]:
    """Bias and variance factors and the risks as rational functions of chi = -1/kappa."""
    x, z, both = -1 / KAPPA, ZETA**2, PSI1 * PSI2
    zero = -(x**5) * z**3 + 3 * x**4 * z**2 + (both - PSI2 - PSI1 + 1) * x**3 * z**3 - 2 * x**3 * z**2 - 3 * x**3 * z
    zero += (PSI1 + PSI2 - 3 * both + 1) * x**2 * z**2 + 2 * x**2 * z + x**2 + 3 * both * x * z - both
    one = PSI2 * x**3 * z**2 - PSI2 * x**2 * z + both * x * z - both
    two = x**5 * z**3 - 3 * x**4 * z**2 + (PSI1 - 1) * x**3 * z**3 + 2 * x**3 * z**2 + 3 * x**3 * z
    two += (-PSI1 - 1) * x**2 * z**2 - 2 * x**2 * z - x**2
    bias, variance = one / zero, two / zero
    excess = linear * bias + (noise + rest) * variance + rest
    return {
        "bias_factor": bias,
        "variance_factor": variance,
        "bias": linear * bias + rest * variance + rest,
        "variance": noise * variance,
        "excess_risk": excess,
        "test_error": excess + noise,
    }


def steps(polynomial: sp.Expr) -> tuple[Step, ...]:
    """The scalar equation, and that it is the published pair."""
    a, b, t = sp.symbols("A B t", positive=True)  # psi_1 - t and psi_2 - t
    first, second, xi, ridge_bar = sp.symbols(r"\nu_1 \nu_2 \xi \bar\lambda")
    sum_ = 1 / KAPPA + ZETA**2 / (ZETA**2 + KAPPA)
    pair = {first: sp.I * sp.sqrt(a / (b * KAPPA)), second: sp.I * sp.sqrt(b / (a * KAPPA)), xi: sp.I * sp.sqrt(KAPPA * a * b)}
    apart = {**pair, PSI1: a + t, PSI2: b + t, t: sum_}

    def bracket(other: sp.Symbol) -> sp.Expr:
        return -xi - other - ZETA**2 * other / (1 - ZETA**2 * first * second)

    scalar = KAPPA * (PSI1 - sum_) * (PSI2 - sum_) - PSI1 * RIDGE
    return (
        Step(
            equation(KAPPA * (ZETA**2 + KAPPA) ** 2 * scalar, polynomial),
            "With $n = \\psi_2 d$, $p = \\psi_1 d$, $\\nu = \\mu_*^2\\kappa/d$, $T_1 = dt$ the scalar equation is "
            "$\\psi_1\\lambda = \\kappa (\\psi_1 - t)(\\psi_2 - t)$, cleared of its denominators a quartic; where "
            "$t < \\min(\\psi_1, \\psi_2)$ its left-hand side increases, so that the root is the largest.",
            {},
            "effective_ridge",
        ),
        Step(equation(first * second, -1 / KAPPA), "The pair below has the product $\\chi = -1/\\kappa$.", pair, "chi"),
        Step(
            equation(xi**2, -PSI1 * PSI2 * ridge_bar),
            "Its spectral parameter is $\\xi = i\\sqrt{\\psi_1\\psi_2\\bar\\lambda}$.",
            {**pair, ridge_bar: KAPPA * a * b / (PSI1 * PSI2)},
            "spectral parameter",
            ("effective_ridge",),
        ),
        Step(
            equation(first * bracket(second), PSI1), "It solves the first published equation,", apart, "first equation", ("chi",)
        ),
        Step(equation(second * bracket(first), PSI2), "and the second.", apart, "second equation", ("chi",)),
    )
