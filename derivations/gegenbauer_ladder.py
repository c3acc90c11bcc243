r"""Gegenbauer polynomials in every degree and dimension: slope, differential equation, and Rodrigues' lowering of the degree.

Claim    The polynomials with P_k(1) = 1 of the three-term recurrence have a slope that is a combination of two neighbours, solve
         the eigenvalue equation of the sphere, and their slopes are the polynomials of two dimensions more; so that a coefficient
         of degree k in dimension d is one of degree k - 1 in dimension d + 2 of the derivative (Rodrigues' formula, one step).
Source   [Muller1966]
Used by  asymptotix/symbolic/coefficients/sphere_moments.py, asymptotix/spectra/harmonics.py

Route: induction over the degree. P_k and P_(k-1) are carried as two symbols with the slopes of the induction hypothesis, so that
each claim is a rational identity that holds for every k at once.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

K, D = sp.symbols("k d", positive=True)
T = sp.Symbol("t", real=True)
HERE, BELOW = sp.Function("P_{k}"), sp.Function("P_{k-1}")
ABOVE, LOWEST = sp.Function("P_{k+1}"), sp.Function("P_{k-2}")
SLOPE_HERE, SLOPE_BELOW = sp.Function("P'_{k}"), sp.Function("P'_{k-1}")
PREMISES = (
    "The recurrence $(k+d-2) P_{k+1} = (2k+d-2)\\,t P_k - k P_{k-1}$, $P_0 = 1$, $P_1 = t$, which defines the polynomials.",
    "A total derivative of a function that vanishes at both ends integrates to 0.",
)
HYPOTHESES = (
    "$k \\ge 1$, $d \\ge 3$; $w_d(t) = (1 - t^2)^{(d-3)/2} / Z_d$ is the density of the first coordinate on the unit "
    "sphere of $R^d$.",
    "$P^+_j$ are the polynomials of dimension $d + 2$.",
)


def above() -> sp.Expr:
    """P_(k+1) by the recurrence."""
    return ((2 * K + D - 2) * T * HERE(T) - K * BELOW(T)) / (K + D - 2)


def second_below() -> sp.Expr:
    """P_(k-2) by the recurrence one degree lower."""
    lower = above().subs(K, K - 1).subs({HERE(T): BELOW(T), BELOW(T): LOWEST(T)}, simultaneous=True)
    return sp.factor(sp.solve(lower - HERE(T), LOWEST(T))[0])


def neighbours() -> dict[sp.Basic, sp.Expr]:
    """P_(k+1), P_(k-2) by the recurrence, and the slopes of the induction hypothesis, (1 - t^2) P_j' = j (P_(j-1) - t P_j)."""
    return {
        ABOVE: sp.Lambda((T,), above()),
        LOWEST: sp.Lambda((T,), second_below()),
        SLOPE_HERE: sp.Lambda((T,), K * (BELOW(T) - T * HERE(T)) / (1 - T**2)),
        SLOPE_BELOW: sp.Lambda((T,), (K - 1) * (LOWEST(T) - T * BELOW(T)) / (1 - T**2)),
    }


def slope(expression: sp.Expr) -> sp.Expr:
    """d/dt of an expression in P_k, P_(k-1) and t."""
    return sp.diff(expression, T).subs({sp.Derivative(HERE(T), T): SLOPE_HERE(T), sp.Derivative(BELOW(T), T): SLOPE_BELOW(T)})


def raised(derivative: sp.Expr, degree: sp.Expr) -> sp.Expr:
    """P^+_(j-1) = (d - 1) P_j' / (j (j + d - 2)): the slope of P_j, scaled to 1 at t = 1 by the eigenvalue equation there."""
    return (D - 1) * derivative / (degree * (degree + D - 2))


def derivation() -> Derivation:
    """The steps."""
    theorem = (
        "slope",
        "eigenvalue equation",
        "slopes are polynomials of two dimensions more",
        "lowering",
        "one step of Rodrigues",
    )
    steps = (*_slopes(), *_raised(), *_lowering())
    return Derivation(
        "Gegenbauer polynomials: slope, eigenvalue equation, Rodrigues' formula",
        steps,
        PREMISES,
        ("Muller1966",),
        theorem,
        HYPOTHESES,
    )


def _slopes() -> tuple[Step, ...]:
    rise, first = sp.Function("P'_{k+1}"), sp.Function("P_1")
    curvature = sp.Function("P''_{k}")
    return (
        Step(
            equation((1 - T**2) * sp.Derivative(first(T), T), 1 - T * first(T)),
            "Start of the induction, $k = 1$.",
            {first: sp.Lambda((T,), T)},
            "slope in degree 1",
        ),
        Step(
            equation((1 - T**2) * rise(T), (K + 1) * (HERE(T) - T * ABOVE(T))),
            "If $(1-t^2) P_j' = j (P_{j-1} - t P_j)$ for $j = k$ and $j = k - 1$, it holds for $j = k + 1$: the slope of "
            "the recurrence.",
            {rise: sp.Lambda((T,), slope(above())), **neighbours()},
            "slope",
            ("slope in degree 1",),
        ),
        Step(
            equation((1 - T**2) * curvature(T) - (D - 1) * T * SLOPE_HERE(T), -K * (K + D - 2) * HERE(T)),
            "The slope of the slope: $P_k$ is an eigenfunction of the Laplacian of the sphere.",
            {curvature: sp.Lambda((T,), slope(neighbours()[SLOPE_HERE].expr)), **neighbours()},
            "eigenvalue equation",
            ("slope",),
        ),
    )


def _raised() -> tuple[Step, ...]:
    upper, same, lower = (sp.Function(f"P^+_{{{index}}}") for index in ("k", "k-1", "k-2"))
    start = sp.Symbol("P'(1)")
    family = {
        upper: sp.Lambda((T,), raised(slope(above()), K + 1)),
        same: sp.Lambda((T,), raised(SLOPE_HERE(T), K)),
        lower: sp.Lambda((T,), raised(SLOPE_BELOW(T), K - 1)),
        **neighbours(),
    }
    j, above_two = K - 1, D + 2
    claim = equation((j + above_two - 2) * upper(T), (2 * j + above_two - 2) * T * same(T) - j * lower(T))
    return (
        Step(
            equation((D - 1) * start, K * (K + D - 2)),
            "The eigenvalue equation at $t = 1$, where $P_k = 1$: the scale that makes the slope 1 there.",
            {start: sp.solve(-(D - 1) * start + K * (K + D - 2), start)[0]},
            "scale",
            ("eigenvalue equation",),
        ),
        Step(
            claim,
            "$P^+_{j-1} = (d-1) P_j' / (j (j+d-2))$ satisfies the recurrence of dimension $d + 2$, with $P^+_0 = 1$ and "
            "$P^+_1 = t$.",
            family,
            "slopes are polynomials of two dimensions more",
            ("slope", "scale"),
        ),
    )


def _lowering() -> tuple[Step, ...]:
    weight, mass, product = sp.Function("W"), sp.Function("Z"), sp.Function("F")
    power = {weight: sp.Lambda((D, T), (1 - T**2) ** ((D - 3) / 2))}
    raised_here = raised(neighbours()[SLOPE_HERE].expr, K)
    left = slope(raised_here * power[weight](D + 2, T))
    total = {mass: sp.Lambda((D,), sp.sqrt(sp.pi) * sp.gamma((D - 1) / 2) / sp.gamma(D / 2))}
    return (
        Step(
            equation(product(T), -(D - 1) * weight(D, T) * HERE(T)),
            "The slope $F$ of $(1-t^2)^{(d-1)/2} P^+_{k-1}$ is the weight of dimension $d$ times $P_k$; iterated, "
            "Rodrigues' formula.",
            {**power, product: sp.Lambda((T,), left), **neighbours()},
            "lowering",
            ("slopes are polynomials of two dimensions more", "eigenvalue equation"),
        ),
        Step(
            equation(sp.Derivative(T * weight(D + 2, T), T), D * weight(D + 2, T) - (D - 1) * weight(D, T)),
            "Integrated: the masses $Z_d = \\int (1-t^2)^{(d-3)/2} dt$ satisfy $d Z_{d+2} = (d-1) Z_d$,",
            power,
            "masses",
        ),
        Step(
            equation(D * mass(D + 2), (D - 1) * mass(D)),
            "as the Beta integral does.",
            total,
            "Beta integral",
            ("masses",),
        ),
        Step(
            equation(mass(D + 2) / ((D - 1) * mass(D)), 1 / D),
            "Integration by parts: $E_d[f P_k] = \\frac1d E_{d+2}[f' P^+_{k-1}]$, with this factor.",
            total,
            "one step of Rodrigues",
            ("lowering", "Beta integral"),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
