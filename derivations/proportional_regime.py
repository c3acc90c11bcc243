r"""The proportional regime: the formulas of Mei and Montanari are those of the equivalent for one level and a flat tail.

Claim    With d eigenvalues and a flat tail, the scalar equation is that of the complex pair of the proportional regime with
         chi = nu_1 nu_2 = -1/kappa; the polynomials E_1/E_0 and E_2/E_0 are bias and variance of the equivalent, for every d.
Source   [MeiMontanari2022], [DefilippisLoureiroMisiakiewicz2024]
Used by  asymptotix/equivalents/random_features.py

Route: both descriptions are rational in kappa, zeta^2 and the two distances from the thresholds, in which the identities are
checked.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

D, KAPPA, MU, TAIL = sp.symbols(r"d kappa \mu_1 \mu_*", positive=True)
A, B = sp.symbols("A B", positive=True)  # psi_1 - t and psi_2 - t
PSI1, PSI2, T, ZETA = sp.symbols(r"psi_1 psi_2 t zeta", positive=True)
CHI, XI, FIRST, SECOND, RIDGE = sp.symbols(r"chi xi \nu_1 \nu_2 \bar\lambda")
NU, T1, T2, BIAS, VARIANCE = sp.symbols(r"nu T_1 T_2 \mathcal{B} \mathcal{V}")
PREMISES = (
    "The equivalent of random features: $\\lambda p = \\nu (n - T_1)(p - T_1)$ and its stable risk (derivation "
    "random_features_risk).",
    "The pair of equations and the polynomials $E_0, E_1, E_2$ of the proportional regime, as published.",
)
HYPOTHESES = (
    "$d$ eigenvalues $\\mu_1^2/d$ and a flat tail of mass $\\mu_*^2$; $n = \\psi_2 d$, $p = \\psi_1 d$, $\\zeta = "
    "\\mu_1/\\mu_*$, $\\nu = \\mu_*^2 \\kappa/d$.",
    "$A = \\psi_1 - t > 0$, $B = \\psi_2 - t > 0$, $t = T_1/d$; $\\lambda = \\psi_2 \\lambda_{MM}$, $\\bar\\lambda = "
    "\\lambda_{MM}/\\mu_*^2$.",
)
SPECTRUM = {T1: D * (MU**2 / D) / (MU**2 / D + NU) + TAIL**2 / NU, T2: D * (MU**2 / D) ** 2 / (MU**2 / D + NU) ** 2,
            NU: TAIL**2 * KAPPA / D, MU: ZETA * TAIL}  # fmt: skip
DISTANCES = {PSI1: A + T, PSI2: B + T, T: 1 / KAPPA + ZETA**2 / (ZETA**2 + KAPPA)}
PAIR = {FIRST: sp.I * sp.sqrt(A / (B * KAPPA)), SECOND: sp.I * sp.sqrt(B / (A * KAPPA)), XI: sp.I * sp.sqrt(KAPPA * A * B)}


def polynomials() -> dict[str, sp.Expr]:
    """E_0, E_1, E_2 as published, in chi, zeta, psi_1 and psi_2."""
    x, z = CHI, ZETA**2
    zero = -(x**5) * z**3 + 3 * x**4 * z**2 + (PSI1 * PSI2 - PSI2 - PSI1 + 1) * x**3 * z**3 - 2 * x**3 * z**2 - 3 * x**3 * z
    zero += (PSI1 + PSI2 - 3 * PSI1 * PSI2 + 1) * x**2 * z**2 + 2 * x**2 * z + x**2 + 3 * PSI1 * PSI2 * x * z - PSI1 * PSI2
    one = PSI2 * x**3 * z**2 - PSI2 * x**2 * z + PSI1 * PSI2 * x * z - PSI1 * PSI2
    two = x**5 * z**3 - 3 * x**4 * z**2 + (PSI1 - 1) * x**3 * z**3 + 2 * x**3 * z**2 + 3 * x**3 * z
    two += (-PSI1 - 1) * x**2 * z**2 - 2 * x**2 * z - x**2
    return {"E_0": zero, "E_1": one, "E_2": two}


def equivalent() -> dict[sp.Basic, sp.Expr]:
    """Bias per unit of energy on the level, and variance per unit of noise, by the stable form, divided by d."""
    a, c, e = B, A, sp.Symbol("e", positive=True)
    share = ZETA**2 / (ZETA**2 + KAPPA)  # s/(s + nu) of the level
    denominator = a * c + (a + c) * e
    fits = {BIAS: PSI2 * ((c + e) * (1 - share) ** 2 + e * share * (1 - share)) / denominator,
            VARIANCE: (c * share**2 + e * T) / denominator, e: T - share**2}  # fmt: skip
    return {**fits, **DISTANCES, CHI: -1 / KAPPA}


def derivation() -> Derivation:
    """The steps."""
    sources = ("MeiMontanari2022", "DefilippisLoureiroMisiakiewicz2024")
    theorem = ("scalar equation", "chi", "bias", "variance")
    steps = (*_sums(), *_pair(), *_risk())
    return Derivation(
        "The proportional regime as a special case of the equivalent", steps, PREMISES, sources, theorem, HYPOTHESES
    )


def _sums() -> tuple[Step, ...]:
    ridge, published = sp.symbols(r"\lambda \lambda_{MM}")
    scalar = {ridge: NU * (PSI2 * D - T1) * (PSI1 * D - T1) / (PSI1 * D), published: ridge / PSI2, RIDGE: published / TAIL**2}
    t = {T: 1 / KAPPA + ZETA**2 / (ZETA**2 + KAPPA)}
    return (
        Step(equation(T1, D * T), "The degrees of freedom of the level and the tail.", {**SPECTRUM, **t}, "first sum"),
        Step(equation(T2, D * (ZETA**2 / (ZETA**2 + KAPPA)) ** 2), "The tail has no second one.", SPECTRUM, "second sum"),
        Step(
            equation(PSI1 * PSI2 * RIDGE, KAPPA * (PSI1 - T) * (PSI2 - T)),
            "The scalar equation in the variables of the proportional regime: $d$ drops out.",
            {**scalar, **SPECTRUM, **t},
            "scalar equation",
            ("first sum",),
        ),
    )


def _pair() -> tuple[Step, ...]:
    def bracket(other: sp.Symbol) -> sp.Expr:
        return -XI - other - ZETA**2 * other / (1 - ZETA**2 * FIRST * SECOND)

    uses = ("scalar equation",)
    return (
        Step(equation(FIRST * SECOND, -1 / KAPPA), "The pair below has the product $\\chi = -1/\\kappa$.", PAIR, "chi"),
        Step(
            equation(XI**2, -PSI1 * PSI2 * RIDGE),
            "Its spectral parameter is $\\xi = i\\sqrt{\\psi_1\\psi_2\\bar\\lambda}$ by the scalar equation.",
            {**PAIR, RIDGE: KAPPA * A * B / (PSI1 * PSI2)},
            "spectral parameter",
            uses,
        ),
        Step(
            equation(FIRST * bracket(SECOND), PSI1),
            "It solves the first published equation, $\\nu_1 = \\psi_1 (-\\xi - \\nu_2 - \\zeta^2\\nu_2/(1 - "
            "\\zeta^2\\nu_1\\nu_2))^{-1}$,",
            {**PAIR, **DISTANCES},
            "first equation",
            ("chi", "spectral parameter"),
        ),
        Step(
            equation(SECOND * bracket(FIRST), PSI2),
            "and the second.",
            {**PAIR, **DISTANCES},
            "second equation",
            ("chi", "spectral parameter"),
        ),
    )


def _risk() -> tuple[Step, ...]:
    names = {name: sp.Symbol(name) for name in ("E_0", "E_1", "E_2")}
    environment = {**{names[name]: value for name, value in polynomials().items()}, **equivalent()}
    tail = sp.Symbol("F")
    e = sp.Symbol("e", positive=True)
    amplified = {tail: PSI2 * (A + e) / (A * B + (A + B) * e)}
    uses = ("first sum", "second sum", "chi")
    return (
        Step(equation(BIAS * names["E_0"], names["E_1"]), "The bias, $\\mathcal{B} = E_1/E_0$.", environment, "bias", uses),
        Step(
            equation(VARIANCE * names["E_0"], names["E_2"]),
            "The variance, $\\mathcal{V} = E_2/E_0$.",
            environment,
            "variance",
            uses,
        ),
        Step(
            equation(tail, 1 + VARIANCE),
            "Energy of the target in the tail is amplified like noise: by $F = 1 + \\mathcal{V}$.",
            {**amplified, **equivalent()},
            "tail energy",
            uses,
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
