r"""The spectrum of the neural tangent kernel on the sphere, from that of the slopes; multiplicities and norms.

Claim    Multiplication of an inner-product kernel by the inner product mixes neighbouring degrees: the eigenvalue of degree k is
         a weighted mean of those of degrees k - 1 and k + 1. With it the tangent part of a ReLU network in degree 2 is explicit.
Source   [Bach2017], [Muller1966]
Used by  asymptotix/spectra/two_layer.py, asymptotix/spectra/harmonics.py

Route: the three-term recurrence read as the rule for t P_k; dimensions of harmonics as differences of dimensions of polynomials.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

D = sp.Symbol("d", positive=True)
K = sp.Symbol("k", integer=True, positive=True)
MIDDLE = sp.Symbol("M", positive=True)  # E t_+
MULTIPLICITY, POLYNOMIALS, SLOPES, TANGENT = sp.Function("B"), sp.Function("H"), sp.Function("kappa"), sp.Function("T")
PREMISES = (
    "The recurrence $(k+d-2) P_{k+1} = (2k+d-2)\\,t P_k - k P_{k-1}$ of polynomials that are orthogonal on the sphere.",
    "The Laplacian maps the homogeneous polynomials of degree $k$ onto those of degree $k - 2$.",
    "Funk-Hecke: the eigenvalue of an inner-product kernel $h$ is $E[h(t) P_k(t)]$ (derivation funk_hecke).",
    "Coefficients of the step: $\\lambda_{k+2} = -\\frac{k}{k+d} \\lambda_k$ with $\\lambda_1 = M = E\\,t_+$ (derivation "
    "rectified_gegenbauer).",
)
HYPOTHESES = (
    "The tangent kernel of the first layer is $t\\,E_w[s'(\\langle w,x\\rangle) s'(\\langle w,x'\\rangle)]$, with weights "
    "on the unit sphere; "
    "$\\kappa(j)$ is the eigenvalue of the second factor in degree $j$.",
)


def binomial_ratio(top: sp.Expr, bottom: sp.Expr) -> sp.Expr:
    """A binomial coefficient by Gamma functions."""
    return sp.gamma(top + 1) / (sp.gamma(bottom + 1) * sp.gamma(top - bottom + 1))


def multiplicities() -> dict[sp.Basic, sp.Expr]:
    """B(k): homogeneous polynomials of degree k less those of degree k - 2."""
    return {
        MULTIPLICITY: sp.Lambda((K,), POLYNOMIALS(K) - POLYNOMIALS(K - 2)),
        POLYNOMIALS: sp.Lambda((K,), binomial_ratio(K + D - 1, K)),
    }


def neighbours(values: sp.Function, k: sp.Expr) -> sp.Expr:
    """E[t h P_k] from E[h P_(k+1)] and E[h P_(k-1)]: the recurrence solved for t P_k."""
    product, above, below = sp.symbols("tP P+ P-")
    solved = sp.solve((k + D - 2) * above - (2 * k + D - 2) * product + k * below, product)[0]
    return sp.expand(solved).subs({above: values(k + 1), below: values(k - 1)})


def derivation() -> Derivation:
    """The steps."""
    steps = (*_multiplicity(), *_tangent())
    theorem = ("multiplicity", "norm", "weighted mean", "ReLU, degree 2")
    return Derivation(
        "The spectrum of the tangent kernel on the sphere", steps, PREMISES, ("Bach2017", "Muller1966"), theorem, HYPOTHESES
    )


def _multiplicity() -> tuple[Step, ...]:
    norm = sp.Function("N")
    norms = {norm: sp.Lambda((K,), 1 / MULTIPLICITY(K)), **multiplicities()}
    closed = (2 * K + D - 2) * sp.gamma(K + D - 2) / (sp.factorial(K) * sp.gamma(D - 1))
    return (
        Step(
            equation(MULTIPLICITY(K), closed), "The dimension of the harmonics of degree $k$.", multiplicities(), "multiplicity"
        ),
        Step(
            equation((K + D - 2) / (2 * K + D - 2) * norm(K + 1), (K + 1) / (2 * K + D) * norm(K)),
            "The norms $N(k) = E P_k^2 = 1/B(k)$: both sides are $E[t P_k P_{k+1}]$, by the recurrence in degree $k$ and "
            "in degree $k+1$.",
            norms,
            "norm",
            ("multiplicity",),
        ),
    )


def _tangent() -> tuple[Step, ...]:
    general = {TANGENT: sp.Lambda((K,), neighbours(SLOPES, K))}
    two = sp.Symbol("T_2")
    one, three = MIDDLE, -MIDDLE / (1 + D)
    values = {SLOPES: sp.Lambda((K,), sp.Piecewise((one**2, sp.Eq(K, 1)), (three**2, sp.Eq(K, 3))))}
    mass = equation(
        MULTIPLICITY(K) * TANGENT(K),
        (K + 1) / (2 * K + D) * MULTIPLICITY(K + 1) * SLOPES(K + 1)
        + (K + D - 3) / (2 * K + D - 4) * MULTIPLICITY(K - 1) * SLOPES(K - 1),
    )
    mean = K / (2 * K + D - 2) * SLOPES(K - 1) + (K + D - 2) / (2 * K + D - 2) * SLOPES(K + 1)
    return (
        Step(equation(TANGENT(K), mean), "The tangent eigenvalue: two weights that add up to 1.", general, "weighted mean"),
        Step(
            mass,
            "With multiplicities: what each degree of the slopes hands to its neighbours.",
            {**general, **multiplicities()},
            "with multiplicities",
            ("weighted mean", "multiplicity"),
        ),
        Step(
            equation(two, (2 * D + 1) * MIDDLE**2 / (D + 1) ** 2),
            "ReLU: its slope is the step, whose coefficients in degrees 1 and 3 are $M$ and $-M/(d+1)$. The tangent "
            "eigenvalue of every odd "
            "degree above 1 vanishes, since those of the step vanish in even degree above 0.",
            {two: neighbours(SLOPES, sp.Integer(2)), **values},
            "ReLU, degree 2",
            ("weighted mean",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
