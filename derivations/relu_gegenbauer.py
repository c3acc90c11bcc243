r"""Gegenbauer coefficients of ReLU in every degree and dimension, by the Laplacian of the sphere.

Claim    lambda_k(d) = E[t_+ P_k(t)] obeys, for every degree k but 1,  lambda_k = - w(0) P_k(0) / ((k - 1)(k + d - 1)), w the density
         of t on the unit sphere of R^d; hence lambda_(k+2) = - (k - 1)/(k + d + 1) lambda_k, with lambda_0 = w(0)/(d - 1),
         lambda_1 = 1/(2d), and zero for odd k >= 3.
Source   [Muller1966], [Bach2017]
Used by  asymptotix/symbolic/gegenbauer.py, asymptotix/spectra

Route: L f = (1 - t^2) f'' - (d - 1) t f' is self-adjoint for w with L P_k = - k (k + d - 2) P_k, and L t_+ = delta_0 - (d - 1) t_+. The
package uses moments and Rodrigues' formula instead.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step

K, D = sp.symbols("k d", positive=True)
T = sp.Symbol("t", real=True)
DEGREES = range(7)
PREMISES = (
    "$L f = (1-t^2) f'' - (d-1)\\,t f'$ is self-adjoint for the density $w \\propto (1-t^2)^{(d-3)/2}$.",
    "$t_+' = 1_{t>0}$, $t_+'' = \\delta_0$, so $L t_+ = \\delta_0 - (d-1)\\,t_+$.",
    "The recurrence $(k+d-2) P_{k+1} = (2k+d-2)\\,t P_k - k P_{k-1}$, $P_k(1) = 1$.",
)


def polynomials() -> list[sp.Expr]:
    """P_0 ... P_6 by the recurrence."""
    found = [sp.S.One, T]
    for k in DEGREES[1:-1]:
        found.append(sp.factor(((2 * k + D - 2) * T * found[k] - k * found[k - 1]) / (k + D - 2)))
    return found


def derivation() -> Derivation:
    """The steps."""
    family = polynomials()
    steps: list[Step] = []
    for k in DEGREES:
        name = sp.Function(f"P_{k}")
        operator = (1 - T**2) * sp.Derivative(name(T), T, T) - (D - 1) * T * sp.Derivative(name(T), T)
        steps.append(
            Step(
                sp.Eq(operator, -k * (k + D - 2) * name(T), evaluate=False),
                f"The eigenvalue of $L$ in degree {k}.",
                {name: sp.Lambda((T,), family[k])},
                f"eigenvalue {k}",
            )
        )
    middle, start, coefficient = sp.Symbol("w_0"), sp.Function("p"), sp.Function(r"\lambda")
    # - k (k + d - 2) lambda_k = E[t_+ L P_k] = E[(L t_+) P_k] = w(0) P_k(0) - (d - 1) lambda_k, solved for lambda_k
    solved = {coefficient: sp.Lambda((K,), middle * start(K) / (D - 1 - K * (K + D - 2)))}
    steps.append(
        Step(
            sp.Eq(coefficient(K), -middle * start(K) / ((K - 1) * (K + D - 1)), evaluate=False),
            "Self-adjointness, solved for the coefficient; $p(k) = P_k(0)$. The denominator factors and vanishes at $k = 1$ only.",
            solved,
            "coefficient",
            tuple(f"eigenvalue {k}" for k in DEGREES),
        )
    )
    following = {start: sp.Lambda((sp.Symbol("j"),), sp.Symbol("P_k"))}
    ratio = sp.Symbol("R")
    steps.append(
        Step(
            sp.Eq(ratio * coefficient(K), -(K - 1) / (K + D + 1) * coefficient(K), evaluate=False),
            "Two degrees on: $P_{k+2}(0) = -\\frac{k+1}{k+d-1} P_k(0)$ by the recurrence at $t = 0$, so $\\lambda_{k+2} = R\\,\\lambda_k$.",
            {ratio: -(K + 1) / (K + D - 1) * ((K - 1) * (K + D - 1)) / ((K + 1) * (K + D + 1)), **solved, **following},
            "two degrees on",
            ("coefficient",),
        )
    )
    values = {k: -middle * family[k].subs(T, 0) / ((k - 1) * (k + D - 1)) for k in DEGREES if k != 1}
    for k in (0, 2, 4):
        one, two = sp.symbols(rf"\lambda_{k} \lambda_{k + 2}")
        steps.append(
            Step(
                sp.Eq(two, -sp.Rational(k - 1) / (k + D + 1) * one, evaluate=False),
                f"The recurrence at degree {k}, with $P_k(0)$ from the polynomials themselves.",
                {one: values[k], two: values[k + 2]},
                f"degree {k + 2}",
                ("two degrees on",),
            )
        )
    return Derivation("Gegenbauer coefficients of ReLU", tuple(steps), PREMISES, ("Muller1966", "Bach2017"))


if __name__ == "__main__":
    print(derivation().to_markdown())
