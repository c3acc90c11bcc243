r"""The error of a spectral sum over Chebyshev nodes of an octave: the factors of single and double poles.

Claim    With t = (s - c)/(s + c) on [-tau, tau], nodes at the zeros of T(t) = T_Q(t/tau), t_0 = -(c + kappa)/(c - kappa),
         u = t - t_0 and D = T'(t_0)/T(t_0), interpolation changes
         s/(s + kappa)               by the factor 1 - (T(t)/T(t_0)) (1 + t_0)/(1 + t),
         (s/(s + kappa))^2           by the factor 1 - (T(t)/T(t_0)) [1 - u^2/(1+t)^2 - D (1+t_0)^2 u/(1+t)^2],
         s kappa/(s + kappa)^2       by the factor 1 - (T(t)/T(t_0)) [1 + (u^2 - D (1-t_0^2) u)/(1-t^2)];
         those with kappa in place of s follow from t -> -t. At kappa -> oo, t = -tau, the second bracket is
         1 - ((1+tau)/(1-tau))^2 + 4 D (1+tau)/(1-tau)^2, and D = Q tanh(Q w)/(tau sinh w) < Q/(tau sinh w), cosh w = 1/tau.
Source   [BerrutTrefethen2004] for interpolation at Chebyshev points; the rest is differentiation and algebra.
Used by  asymptotix/spectra/compression/bound.py

Route: the remainder of the simple pole, differentiated in the pole; numerators expanded around the pole.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step

T, POLE, S, C, KAPPA, D, TAU, Q, W = sp.symbols("t t_0 s c kappa D tau Q w", positive=True)
NODAL = sp.Function("T")
PREMISES = (
    "$1/(t-t_0) - T(t)/(T(t_0)(t-t_0))$ is a polynomial in $t$ of degree below $Q$ that takes the values of $1/(t-t_0)$ at the "
    "zeros of $T$, so it is the interpolant and the second term its error; both sides may be differentiated in $t_0$.",
)
AWAY = {T: (0.0, 0.1), POLE: (1.1, 3.0), C: (1.0, 2.0), KAPPA: (3.0, 9.0), TAU: (0.1, 0.3)}


def derivation() -> Derivation:
    """The steps."""
    one, two, first, second, where, pole = (sp.Function(name) for name in ("E_1", "E_2", "f", "g", "s", "p"))
    simple = {one: sp.Lambda((T, POLE), NODAL(T) / (NODAL(POLE) * (T - POLE)))}
    slope = sp.Derivative(NODAL(POLE), POLE) / NODAL(POLE)
    double = {two: sp.Lambda((T, POLE), NODAL(T) / NODAL(POLE) * (1 / (T - POLE) ** 2 - slope / (T - POLE)))}
    octave = {where: sp.Lambda((T,), C * (1 + T) / (1 - T)), pole: sp.Lambda((KAPPA,), -(C + KAPPA) / (C - KAPPA))}
    learned = {first: sp.Lambda((T,), where(T) / (where(T) + KAPPA)), second: sp.Lambda((T,), KAPPA / (where(T) + KAPPA))}
    u = T - POLE
    chebyshev_slope = sp.Derivative(sp.cosh(Q * W), W) / sp.Derivative(sp.cosh(W), W)
    worst = 1 - (u / (1 + T)) ** 2 - D * (1 + POLE) ** 2 * u / (1 + T) ** 2
    steps = (
        Step(
            sp.Eq(sp.Derivative(one(T, POLE), POLE), two(T, POLE), evaluate=False),
            "The error of the double pole is the derivative of that of the simple pole.",
            {**simple, **double},
            "double pole",
            domain=AWAY,
        ),
        Step(
            sp.Eq(first(T), C / (C - KAPPA) * (1 + T) / (T - pole(KAPPA)), evaluate=False),
            "The learned part of an eigenvalue has one pole in $t$.",
            {**octave, **learned},
            "learned",
            domain=AWAY,
        ),
        Step(
            sp.Eq(second(T), KAPPA / (C - KAPPA) * (1 - T) / (T - pole(KAPPA)), evaluate=False),
            "And so has the rest.",
            {**octave, **learned},
            "rest",
            domain=AWAY,
        ),
        Step(
            sp.Eq((1 + T) / u, 1 + (1 + POLE) / u, evaluate=False),
            "Only the pole is interpolated with an error, so that of $(1+t)/(t-t_0)$ is $1+t_0$ times that of the pole.",
            {},
            "single",
            ("learned",),
            domain=AWAY,
        ),
        Step(
            sp.Eq((1 + POLE) ** 2 * (1 - D * u) + 2 * (1 + POLE) * u, (1 + T) ** 2 * worst, evaluate=False),
            "The square: $(1+t)^2$ around the pole has the coefficients $(1+t_0)^2$ of the double and $2(1+t_0)$ of the simple "
            "pole. The left side times $T(t)/(T(t_0)u^2)$ is its error, $(1+t)^2/u^2$ its value.",
            {},
            "square",
            ("double pole", "learned"),
            domain=AWAY,
        ),
        Step(
            sp.Eq((1 - POLE**2) * (1 - D * u) - 2 * POLE * u, 1 - T**2 + u**2 - D * (1 - POLE**2) * u, evaluate=False),
            "The product of both, $1-t^2$ over the double pole, in the same way.",
            {},
            "product",
            ("double pole", "learned", "rest"),
            domain=AWAY,
        ),
        Step(
            sp.Eq(chebyshev_slope, Q * sp.sinh(Q * W) / sp.sinh(W), evaluate=False),
            "The derivative of $T_Q(\\cosh w)=\\cosh Qw$ in $\\cosh w$; relative to it, with $\\sinh Qw<\\cosh Qw$, below "
            "$Q/\\sinh w$.",
            {},
            "Chebyshev",
        ),
        Step(
            sp.Eq(TAU * sp.sinh(sp.acosh(1 / TAU)), sp.sqrt(1 - TAU**2), evaluate=False),
            "With $\\cosh w = 1/\\tau$: $D<Q/\\sqrt{1-\\tau^2}$.",
            {},
            "slope",
            ("Chebyshev",),
            domain=AWAY,
        ),
        Step(
            sp.Eq(
                worst.subs({POLE: 1, T: -TAU}),
                1 - ((1 + TAU) / (1 - TAU)) ** 2 + 4 * D * (1 + TAU) / (1 - TAU) ** 2,
                evaluate=False,
            ),
            "The square at its worst: $\\kappa\\to\\infty$ and the lower end of the octave.",
            {},
            "worst",
            ("single", "square", "product", "slope"),
            domain=AWAY,
        ),
    )
    return Derivation("The error of a compressed spectrum", steps, PREMISES, ("BerrutTrefethen2004",))


if __name__ == "__main__":
    print(derivation().to_markdown())
