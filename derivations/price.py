r"""Price's theorem: the expectation of s(u) r(v) over a Gaussian pair, differentiated in the covariances.

Claim    In the covariance of the pair the derivative is the expectation of the product of the derivatives; in the variance of
         one variable it is half the expectation with that function differentiated twice.
Source   [Price1958]
Used by  asymptotix/symbolic/dual.py, asymptotix/symbolic/arc_cosine.py, asymptotix/symbolic/monomials.py

Route: the Gaussian density obeys a heat equation in its covariances; the product rule then moves the derivatives to s and r,
at the price of total derivatives, which integrate to 0. s and r are any functions of which nothing but their derivatives are
named.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation, generic_function

Q1, Q2 = sp.symbols("q1 q2", positive=True)
U, V, C, A, B = sp.symbols("u v c a b", real=True)
VARIABLES = (U, V, Q1, Q2, C)
COVARIANCE = sp.Matrix([[Q1, C], [C, Q2]])
DENSITY, MOMENT = sp.Function("p"), sp.Function("M")
S, S1, S2 = generic_function("s", 2)
R, R1 = generic_function("r", 1)
PREMISES = (
    "$s$, $r$ and their derivatives (as distributions, where they jump) grow slower than the density decays, so that "
    "total derivatives "
    "integrate to 0 and the order of differentiation and integration may be exchanged.",
)
HYPOTHESES = ("$(u, v)$ is centred Gaussian with variances $q_1, q_2$ and covariance $c$, $q_1 q_2 > c^2$; $p$ is its density.",)


def density() -> dict[sp.Basic, sp.Expr]:
    """exp(-x' Sigma^-1 x / 2) / (2 pi sqrt(det Sigma)) from the covariance matrix."""
    x = sp.Matrix([U, V])
    form = sp.together((x.T * COVARIANCE.inv() * x)[0])
    return {DENSITY: sp.Lambda(VARIABLES, sp.exp(-form / 2) / (2 * sp.pi * sp.sqrt(COVARIANCE.det())))}


def derivation() -> Derivation:
    """The steps."""
    theorem = ("heat equation in the covariance", "by parts", "heat equation in a variance", "by parts twice")
    return Derivation("Price's theorem", (*_heat(), *_parts(), *_application()), PREMISES, ("Price1958",), theorem, HYPOTHESES)


def _heat() -> tuple[Step, ...]:
    p = DENSITY(*VARIABLES)
    return (
        Step(
            equation(sp.Derivative(p, C), sp.Derivative(p, U, V)),
            "The density in the covariance:",
            density(),
            "heat equation in the covariance",
        ),
        Step(
            equation(sp.Derivative(p, Q1), sp.Derivative(p, U, U) / 2),
            "and in a variance.",
            density(),
            "heat equation in a variance",
        ),
    )


def _parts() -> tuple[Step, ...]:
    p = DENSITY(*VARIABLES)
    total = sp.Derivative(S(U) * R(V) * sp.Derivative(p, V), U) - sp.Derivative(S1(U) * R(V) * p, V)
    twice = sp.Derivative(S(U) * R(V) * sp.Derivative(p, U) - S1(U) * R(V) * p, U)
    return (
        Step(
            equation(S(U) * R(V) * sp.Derivative(p, C), S1(U) * R1(V) * p + total),
            "Integrated over the plane: $\\partial_c E[s(u) r(v)] = E[s'(u) r'(v)]$.",
            density(),
            "by parts",
            ("heat equation in the covariance",),
        ),
        Step(
            equation(2 * S(U) * R(V) * sp.Derivative(p, Q1), S2(U) * R(V) * p + twice),
            "Integrated over the plane: $2\\,\\partial_{q_1} E[s(u) r(v)] = E[s''(u) r(v)]$.",
            density(),
            "by parts twice",
            ("heat equation in a variance",),
        ),
    )


def _application() -> tuple[Step, ...]:
    arguments = (Q1, Q2, C)
    form = (sp.Matrix([[A, B]]) * COVARIANCE * sp.Matrix([A, B]))[0]
    moment = {MOMENT: sp.Lambda(arguments, sp.exp(form / 2))}
    here = MOMENT(*arguments)
    wedge = sp.Function("w")
    return (
        Step(
            equation(sp.Derivative(here, C), A * B * here),
            "For $s = e^{au}$, $r = e^{bv}$ the theorem reads: $M$ times $ab$;",
            moment,
            "exponentials",
            ("by parts",),
        ),
        Step(
            equation(sp.Derivative(here, Q1), A**2 / 2 * here),
            "the Gaussian moment generating function obeys both parts of it.",
            moment,
            "exponentials in a variance",
            ("by parts twice",),
        ),
        Step(
            equation(sp.Derivative(wedge(*arguments), C), DENSITY(0, 0, Q1, Q2, C)),
            "For two steps both derivatives are Diracs: the probability of a quadrant grows like the density at the origin.",
            {wedge: sp.Lambda(arguments, (sp.pi - sp.acos(C / sp.sqrt(Q1 * Q2))) / (2 * sp.pi)), **density()},
            "steps",
            ("by parts",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
