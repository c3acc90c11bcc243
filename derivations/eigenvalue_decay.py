r"""How fast the eigenvalues of the ReLU kernels decay on the sphere, from their singularities at the two poles.

Claim    Random features of ReLU have eigenvalues of order k^-(d+2), the tangent kernel of the first layer k^-d, over the even
         degrees; in the index the exponents are (d + 2)/(d - 1) and d/(d - 1). In odd degree the contributions of the two poles
         cancel.
Source   [BiettiBach2021], [Bach2017]
Used by  asymptotix/symbolic/learnability/decay_law.py

Route: the coefficient of (1 - t)^nu in every degree, and the exponents nu = 3/2 and 1/2 of the kernels where t = 1 and t = -1.
The package divides successive eigenvalues instead.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

D, K, NU = sp.symbols("d k nu", positive=True)
S = sp.Symbol("s", positive=True)  # 1 - t
THETA = sp.Symbol("theta", positive=True)
POWER, FEATURES, TANGENT = sp.Function("m"), sp.Function("f"), sp.Function("g")
PREMISES = (
    "A zonal kernel that is smooth but for terms $c\\,(1 \\mp t)^{\\nu}$, $\\nu$ no integer, at the poles $t = \\pm 1$ has the "
    "eigenvalues of these terms up to faster decay [BiettiBach2021].",
    "The Laplacian of the sphere is self-adjoint, with $P_k \\mapsto -k(k+d-2) P_k$ (derivation funk_hecke); $P_k(-t) = "
    "(-1)^k P_k(t)$.",
    "The arc-cosine kernels of order 1 and 0 (derivation arc_cosine), at $t = \\cos\\theta$.",
    "$\\Gamma(k + a)/\\Gamma(k + b) \\sim k^{a-b}$; there are of the order of $k^{d-1}$ harmonics up to degree $k$.",
)
HYPOTHESES = (
    "$m(\\nu, k) = E[(1-t)^\\nu P_k(t)]$ for a uniform point of the unit sphere of $R^d$, $d \\ge 3$, $\\nu$ no integer.",
    "$f$ and $g$ are the parts of the two kernels that are odd in $\\theta$, times $2\\pi$: even ones are smooth in $t$ at $t "
    "= 1$.",
)


def moment() -> dict[sp.Basic, sp.Expr]:
    """E[(1 - t)^nu P_k]: the Beta integral for k = 0, times (-nu)_k / (nu + d - 1)_k."""
    half = (D - 1) / 2
    beta = 2**NU * sp.gamma(NU + half) * sp.gamma(D - 1) / (sp.gamma(NU + D - 1) * sp.gamma(half))
    rising = sp.gamma(K - NU) / sp.gamma(-NU) * sp.gamma(NU + D - 1) / sp.gamma(NU + D - 1 + K)
    return {POWER: sp.Lambda((NU, K), beta * rising)}


def kernels() -> dict[sp.Basic, sp.Expr]:
    """Odd in theta: of sin(theta) + (pi - theta) cos(theta), and of (pi - theta) cos(theta)."""
    return {
        FEATURES: sp.Lambda((THETA,), sp.sin(THETA) - THETA * sp.cos(THETA)),
        TANGENT: sp.Lambda((THETA,), -THETA * sp.cos(THETA)),
    }


def prefactor(nu: sp.Expr, strength: sp.Expr) -> sp.Expr:
    """C in C k^-(2 nu + d - 1) for a term strength (1 -+ t)^nu at both poles, even degrees."""
    half = (D - 1) / 2
    return 2 * strength * 2**nu * sp.gamma(nu + half) * sp.gamma(D - 1) / (sp.gamma(half) * sp.gamma(-nu))


def derivation() -> Derivation:
    """The steps."""
    theorem = ("exponent", "random features", "tangent kernel")
    steps = (*_powers(), *_poles(), *_exponents())
    return Derivation(
        "Decay of the eigenvalues of ReLU kernels", steps, PREMISES, ("BiettiBach2021", "Bach2017"), theorem, HYPOTHESES
    )


def _powers() -> tuple[Step, ...]:
    power = sp.Function("p")
    t = 1 - S
    laplacian = (1 - t**2) * sp.Derivative(power(S), S, S) + (D - 1) * t * sp.Derivative(power(S), S)
    mixed = POWER(NU + 2, sp.S.Zero) - 2 * POWER(NU + 1, sp.S.Zero)
    image = NU * (2 * NU + D - 3) * S ** (NU - 1) - NU * (NU + D - 2) * S**NU
    return (
        Step(
            equation(laplacian, image),
            "The Laplacian of $s^\\nu$, $s = 1 - t$.",
            {power: sp.Lambda((S,), S**NU)},
            "Laplacian",
        ),
        Step(
            equation((NU - K) * (NU + K + D - 2) * POWER(NU, K), NU * (2 * NU + D - 3) * POWER(NU - 1, K)),
            "Against $P_k$: $(\\nu(\\nu+d-2) - k(k+d-2))\\,m(\\nu,k) = \\nu(2\\nu+d-3)\\,m(\\nu-1,k)$, which the closed form "
            "obeys;",
            moment(),
            "recurrence in the power",
            ("Laplacian",),
        ),
        Step(
            equation(POWER(NU, sp.S.One), POWER(NU, sp.S.Zero) - POWER(NU + 1, sp.S.Zero)),
            "degree 1, where $P_1 = 1 - s$,",
            moment(),
            "degree 1",
        ),
        Step(
            equation(POWER(NU, sp.Integer(2)), POWER(NU, sp.S.Zero) + D / (D - 1) * mixed),
            "and degree 2, where $P_2 = (d t^2 - 1)/(d-1) = 1 + \\frac{d}{d-1}(s^2 - 2s)$.",
            moment(),
            "degree 2",
        ),
        Step(
            equation(POWER(NU, K + 1), (K - NU) / (K + NU + D - 1) * POWER(NU, K)),
            "The ratio of successive degrees,",
            moment(),
            "ratio",
            ("recurrence in the power", "degree 1"),
        ),
    )


def _poles() -> tuple[Step, ...]:
    third = sp.Subs(sp.Derivative(FEATURES(THETA), THETA, THETA, THETA), THETA, 0)
    low = sp.Symbol("z_0") * FEATURES(sp.S.Zero) + sp.Symbol("z_1") * sp.Subs(sp.Derivative(FEATURES(THETA), THETA), THETA, 0)
    slope = sp.Subs(sp.Derivative(TANGENT(THETA), THETA), THETA, 0)
    cosine = sp.Function("q")
    one, two = sp.symbols("z_0 z_1")
    there = sp.pi - THETA
    opposite = (sp.pi - there) * sp.cos(there)
    chord = {cosine: sp.Lambda((THETA,), 1 - sp.cos(THETA))}
    return (
        Step(equation(low, sp.S.Zero), "At $\\theta = 0$ the odd part $f$ begins with", kernels(), "low orders"),
        Step(
            equation(third, sp.Integer(2)),
            "its third order: $f = \\theta^3/3 + \\dots$,",
            kernels(),
            "random features at the pole",
            ("low orders",),
        ),
        Step(equation(slope, -sp.S.One), "and $g = -\\theta + \\dots$", kernels(), "tangent kernel at the pole"),
        Step(
            equation(sp.Subs(sp.Derivative(cosine(THETA), THETA, THETA), THETA, 0), sp.S.One),
            "$1 - t = \\theta^2/2 + \\dots$, so that $f = \\frac13 (2 s)^{3/2} + \\dots$ and $g = -(2 s)^{1/2} + \\dots$, $s "
            "= 1 - t$.",
            chord,
            "chord",
        ),
        Step(
            equation(one * FEATURES(THETA) + two * TANGENT(THETA), one * (sp.sin(there) + opposite) + two * opposite),
            "At the other pole, $\\psi = \\pi - \\theta$, the kernels themselves are $f(\\psi)$ and $g(\\psi)$ (with any "
            "weights): the same terms with the same sign, so that even degrees double and odd ones cancel.",
            kernels(),
            "the other pole",
        ),
    )


def _exponents() -> tuple[Step, ...]:
    u, ratio, e = sp.Symbol("u", positive=True), sp.Function("r"), sp.Function("E")
    family = {ratio: sp.Lambda((u,), (1 - NU * u) / (1 + (NU + D - 1) * u))}
    exponent = {e: sp.Lambda((NU,), 2 * NU + D - 1)}
    return (
        Step(
            equation(sp.Subs(sp.Derivative(ratio(u), u), u, 0), -(2 * NU + D - 1)),
            "with $u = 1/k$ the ratio is $1 - (2\\nu + d - 1) u + O(u^2)$: $m(\\nu, k)$ decays as $k^{-(2\\nu+d-1)}$.",
            family,
            "exponent",
            ("ratio",),
        ),
        Step(
            equation(e(sp.Rational(3, 2)), D + 2),
            "Random features, $\\nu = 3/2$: $k^{-(d+2)}$, in the index $i^{-(d+2)/(d-1)}$.",
            exponent,
            "random features",
            ("exponent", "random features at the pole", "chord", "the other pole"),
        ),
        Step(
            equation(e(sp.S.Half), D),
            "The tangent kernel, $\\nu = 1/2$: $k^{-d}$, in the index $i^{-d/(d-1)}$.",
            exponent,
            "tangent kernel",
            ("exponent", "tangent kernel at the pole", "chord", "the other pole"),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
