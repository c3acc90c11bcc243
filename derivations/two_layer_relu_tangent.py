r"""The tangent kernel of a two-layer ReLU network, by conditioning.

Claim    With q1 = |x|^2/d, q2 = |x'|^2/d, c = <x,x'>/d and (u, v) the Gaussian pair of these covariances, the kernel of the
         second layer is k1 = E[u_+ v_+] = c k0 + sqrt(q1 q2 - c^2) / (2 pi), that of the first is c k0, k0 = P(u > 0, v > 0), and
         the tangent kernel is their sum. On the diagonal it is q.
Source   [JacotGabrielHongler2018], [ChoSaul2009], [MisiakiewiczMontanari2023]
Used by  asymptotix/symbolic/network.py, asymptotix/kernels

Route: k0 is the opening angle of a wedge; k1 follows from Stein's identity in u and the mean of a half normal given u = 0. Neither
kernel is typed in; Price's theorem then tests both.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step

Q1, Q2 = sp.symbols("q1 q2", positive=True)
C = sp.Symbol("c", real=True)
V = sp.Symbol("V", positive=True)
Z = sp.Symbol("z", real=True)
PREMISES = (
    "The gradient of $a^\\top (Wx)_+/\\sqrt{N}$ in $a$ gives $\\mathbb{E}[u_+ v_+]$, that in $W$ gives $c\\,\\mathbb{P}(u>0, v>0)$.",
    "A wedge of opening angle $\\pi - \\theta$, $\\cos\\theta = c/\\sqrt{q_1 q_2}$, has Gaussian mass $(\\pi-\\theta)/(2\\pi)$.",
    "Stein's identity $\\mathbb{E}[u F(u, v)] = q_1 \\mathbb{E}[\\partial_u F] + c\\,\\mathbb{E}[\\partial_v F]$, for $F = 1_{u>0}\\,v_+$.",
    "Given $u = 0$, $v$ is centred Gaussian.",
    "Price's theorem, against which the result is tested.",
)


def wedge_probability() -> sp.Expr:
    """(pi - theta) / (2 pi)."""
    return (sp.pi - sp.acos(C / sp.sqrt(Q1 * Q2))) / (2 * sp.pi)


def half_normal_mean(variance: sp.Expr) -> sp.Expr:
    """int_0^oo z density(z) dz = variance * density(0), because (-V density)' = z density."""
    return variance * normal_density(sp.S.Zero, variance)


def normal_density(z: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """Density of a centred Gaussian of the given variance."""
    return sp.exp(-(z**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)


def derivation() -> Derivation:
    """The steps."""
    k0, k1, tangent = (sp.Function(name) for name in ("k_0", "k_1", "T"))
    boundary, density = sp.Function("B"), sp.Function("p")
    conditional = Q2 - C**2 / Q1
    arguments = (Q1, Q2, C)
    wedge = {k0: sp.Lambda(arguments, wedge_probability())}
    edge = {boundary: sp.Lambda(arguments, normal_density(sp.S.Zero, Q1) * half_normal_mean(conditional))}
    second = {k1: sp.Lambda(arguments, C * k0(*arguments) + Q1 * boundary(*arguments)), **wedge, **edge}
    whole = {tangent: sp.Lambda(arguments, k1(*arguments) + C * k0(*arguments)), **second}
    gauss = {density: sp.Lambda((Z, V), normal_density(Z, V))}
    steps = (
        Step(
            sp.Eq(sp.Derivative(-V * density(Z, V), Z), Z * density(Z, V), evaluate=False),
            "Integrated over $z > 0$: the mean of the positive part is $V p(0, V)$.",
            gauss,
            "half normal",
        ),
        Step(
            sp.Eq(conditional * Q1, sp.Symbol("D"), evaluate=False),
            "The variance of $v$ given $u = 0$ times $q_1$ is the determinant of the covariance.",
            {sp.Symbol("D"): sp.Matrix([[Q1, C], [C, Q2]]).det()},
            "conditional variance",
        ),
        Step(
            sp.Eq(sp.Derivative(k0(*arguments), C), 1 / (2 * sp.pi * sp.sqrt(sp.Matrix([[Q1, C], [C, Q2]]).det())), evaluate=False),
            "The wedge probability grows in $c$ like the joint density of $(u, v)$ at the origin (Price's theorem for steps).",
            wedge,
            "wedge",
        ),
        Step(
            sp.Eq(sp.Derivative(k1(*arguments), C), k0(*arguments), evaluate=False),
            "Stein's identity with $F = 1_{u>0} v_+$ gives $k_1 = c\\,k_0 + q_1 B$, $B$ the mean of $v_+$ on the edge $u = 0$; "
            "Price's theorem holds for it.",
            second,
            "second layer",
            ("half normal", "conditional variance", "wedge"),
        ),
        Step(
            sp.Eq(k1(Q1, Q2, sp.S.Zero), half_normal_mean(Q1) * half_normal_mean(Q2), evaluate=False),
            "At $c = 0$ the kernel is the product of two half normal means.",
            second,
            "start",
            ("second layer",),
        ),
        Step(
            sp.Eq(tangent(Q1, Q1, Q1), Q1, evaluate=False),
            "The tangent kernel is the sum over both layers; on the diagonal each contributes $q/2$.",
            whole,
            "diagonal",
            ("second layer",),
        ),
    )
    sources = ("JacotGabrielHongler2018", "ChoSaul2009", "MisiakiewiczMontanari2023")
    return Derivation("The two-layer ReLU tangent kernel", steps, PREMISES, sources)


if __name__ == "__main__":
    print(derivation().to_markdown())
