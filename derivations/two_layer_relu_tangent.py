r"""The tangent kernel of a two-layer ReLU network, by conditioning.

Claim    The kernel of the second layer is that of the first plus the area of the parallelogram of the inputs over 2 pi; the
         tangent kernel is their sum, and on the diagonal it is the variance.
Source   [JacotGabrielHongler2018], [ChoSaul2009], [MisiakiewiczMontanari2023]
Used by  asymptotix/symbolic/network.py, asymptotix/kernels/kernel_map.py

Route: k0 is the opening angle of a wedge; k1 follows from Stein's identity in u and the mean of a half normal given u = 0.
Neither kernel is typed in; Price's theorem then tests both.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

Q1, Q2, V = sp.symbols("q1 q2 V", positive=True)
C, Z = sp.symbols("c z", real=True)
PAIR = (Q1, Q2, C)
DETERMINANT = sp.Matrix([[Q1, C], [C, Q2]]).det()
CONDITIONAL = Q2 - C**2 / Q1  # variance of v given u
K0, K1, TANGENT, EDGE, DENSITY = (sp.Function(name) for name in ("k_0", "k_1", "T", "B", "p"))
PREMISES = (
    "The gradient of $a^\\top (Wx)_+/\\sqrt{N}$ in $a$ gives $E[u_+ v_+]$, that in $W$ gives $c\\,P(u>0, v>0)$.",
    "A wedge of opening angle $\\pi - \\theta$, $\\cos\\theta = c/\\sqrt{q_1 q_2}$, has Gaussian mass $(\\pi-\\theta)/(2\\pi)$.",
    "Stein's identity $E[u F(u, v)] = q_1 E[\\partial_u F] + c\\,E[\\partial_v F]$, for $F = 1_{u>0}\\,v_+$.",
    "Given $u = 0$, $v$ is centred Gaussian.",
    "Price's theorem, against which the result is tested.",
)
HYPOTHESES = (
    "$q_1 = |x|^2/d$, $q_2 = |x'|^2/d$, $c = \\langle x, x'\\rangle/d$; $(u, v)$ is the Gaussian pair of these "
    "covariances, $q_1 q_2 > c^2$.",
)


def normal_density(z: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """Density of a centred Gaussian of the given variance."""
    return sp.exp(-(z**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)


def half_normal_mean(variance: sp.Expr) -> sp.Expr:
    """int_0^oo z density(z) dz = variance * density(0), because (-V density)' = z density."""
    return variance * normal_density(sp.S.Zero, variance)


def first_layer() -> dict[sp.Basic, sp.Expr]:
    """k0 = (pi - theta) / (2 pi)."""
    return {K0: sp.Lambda(PAIR, (sp.pi - sp.acos(C / sp.sqrt(Q1 * Q2))) / (2 * sp.pi))}


def second_layer() -> dict[sp.Basic, sp.Expr]:
    """k1 = c k0 + q1 B, B the mean of v_+ on the edge u = 0 times the density there."""
    edge = normal_density(sp.S.Zero, Q1) * half_normal_mean(CONDITIONAL)
    return {K1: sp.Lambda(PAIR, C * K0(*PAIR) + Q1 * EDGE(*PAIR)), EDGE: sp.Lambda(PAIR, edge), **first_layer()}


def derivation() -> Derivation:
    """The steps."""
    sources = ("JacotGabrielHongler2018", "ChoSaul2009", "MisiakiewiczMontanari2023")
    theorem = ("area", "tangent kernel", "diagonal")
    return Derivation("The two-layer ReLU tangent kernel", (*_inputs(), *_layers()), PREMISES, sources, theorem, HYPOTHESES)


def _inputs() -> tuple[Step, ...]:
    determinant = sp.Symbol("D")
    return (
        Step(
            equation(sp.Derivative(-V * DENSITY(Z, V), Z), Z * DENSITY(Z, V)),
            "Integrated over $z > 0$: the mean of the positive part is $V p(0, V)$.",
            {DENSITY: sp.Lambda((Z, V), normal_density(Z, V))},
            "half normal",
        ),
        Step(
            equation(CONDITIONAL * Q1, determinant),
            "The variance of $v$ given $u = 0$ times $q_1$ is the determinant of the covariance.",
            {determinant: DETERMINANT},
            "conditional variance",
        ),
        Step(
            equation(sp.Derivative(K0(*PAIR), C), 1 / (2 * sp.pi * sp.sqrt(DETERMINANT))),
            "The wedge probability grows in $c$ like the joint density of $(u, v)$ at the origin (Price's theorem for steps).",
            first_layer(),
            "wedge",
        ),
    )


def _layers() -> tuple[Step, ...]:
    return (
        Step(
            equation(sp.Derivative(K1(*PAIR), C), K0(*PAIR)),
            "Stein's identity with $F = 1_{u>0} v_+$ gives $k_1 = c\\,k_0 + q_1 B$, $B$ the mean of $v_+$ on the edge $u = 0$; "
            "Price's theorem holds for it.",
            second_layer(),
            "second layer",
            ("half normal", "conditional variance", "wedge"),
        ),
        Step(
            equation(K1(Q1, Q2, sp.S.Zero), half_normal_mean(Q1) * half_normal_mean(Q2)),
            "At $c = 0$ the kernel is the product of two half normal means.",
            second_layer(),
            "start",
            ("second layer",),
        ),
        Step(
            equation(K1(*PAIR), C * K0(*PAIR) + sp.sqrt(DETERMINANT) / (2 * sp.pi)),
            "The edge term is the area of the parallelogram of the two inputs.",
            second_layer(),
            "area",
            ("second layer", "conditional variance"),
        ),
        Step(
            equation(TANGENT(*PAIR), 2 * C * K0(*PAIR) + sp.sqrt(DETERMINANT) / (2 * sp.pi)),
            "Both layers together.",
            {TANGENT: sp.Lambda(PAIR, K1(*PAIR) + C * K0(*PAIR)), **second_layer()},
            "tangent kernel",
            ("area",),
        ),
        Step(
            equation(TANGENT(Q1, Q1, Q1), Q1),
            "The tangent kernel is the sum over both layers; on the diagonal each contributes $q/2$.",
            {TANGENT: sp.Lambda(PAIR, K1(*PAIR) + C * K0(*PAIR)), **second_layer()},
            "diagonal",
            ("second layer",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
