r"""Gegenbauer coefficients of ReLU in every degree and dimension, by the Laplacian of the sphere.

Claim    lambda_k(d) = E[t_+ P_k(t)] is, for every degree k but 1,  lambda_k = - w(0) P_k(0) / ((k - 1)(k + d - 1)), w the
         density of t on the unit sphere of R^d; hence lambda_(k+2) = - (k - 1)/(k + d + 1) lambda_k with
         lambda_0 = w(0)/(d - 1), and zero for odd k >= 3.
Source   [Muller1966], [Bach2017]
Used by  asymptotix/symbolic/gegenbauer.py, asymptotix/spectra/sphere.py

Route: L f = (1 - t^2) f'' - (d - 1) t f' is self-adjoint for w with L P_k = - k (k + d - 2) P_k, and
L t_+ = delta_0 - (d - 1) t_+. The package uses moments and Rodrigues' formula instead.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step

K, D = sp.symbols("k d", positive=True)
T = sp.Symbol("t", real=True)
MIDDLE = sp.Symbol("w_0", positive=True)  # w(0)
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


def coefficient(k: sp.Expr, at_zero: sp.Expr) -> sp.Expr:
    """-k (k + d - 2) lambda_k = E[t_+ L P_k] = E[(L t_+) P_k] = w(0) P_k(0) - (d - 1) lambda_k, solved for lambda_k."""
    return MIDDLE * at_zero / (D - 1 - k * (k + D - 2))


def derivation() -> Derivation:
    """The steps."""
    family = polynomials()
    steps = (
        *(_eigenvalue(k, family[k]) for k in DEGREES),
        _solved(),
        _two_degrees_on(),
        *(_degree(k, family) for k in (0, 2, 4)),
    )
    return Derivation("Gegenbauer coefficients of ReLU", steps, PREMISES, ("Muller1966", "Bach2017"))


def _eigenvalue(k: int, polynomial: sp.Expr) -> Step:
    name = sp.Function(f"P_{k}")
    operator = (1 - T**2) * sp.Derivative(name(T), T, T) - (D - 1) * T * sp.Derivative(name(T), T)
    claim = sp.Eq(operator, -k * (k + D - 2) * name(T), evaluate=False)
    return Step(claim, f"The eigenvalue of $L$ in degree {k}.", {name: sp.Lambda((T,), polynomial)}, f"eigenvalue {k}")


def _solved() -> Step:
    value, at_zero = sp.symbols(r"\lambda_k p_k")
    claim = sp.Eq(value, -MIDDLE * at_zero / ((K - 1) * (K + D - 1)), evaluate=False)
    why = "Self-adjointness, solved for the coefficient; $p_k = P_k(0)$. The denominator factors and vanishes at $k = 1$ only."
    return Step(claim, why, {value: coefficient(K, at_zero)}, "coefficient", tuple(f"eigenvalue {k}" for k in DEGREES))


def _two_degrees_on() -> Step:
    here, there, now, later = sp.symbols(r"p_k p_{k+2} \lambda_k \lambda_{k+2}")
    claim = sp.Eq(later, -(K - 1) / (K + D + 1) * now, evaluate=False)
    why = "Two degrees on: $P_{k+2}(0) = -\\frac{k+1}{k+d-1} P_k(0)$ by the recurrence of the polynomials at $t = 0$."
    environment = {there: -(K + 1) / (K + D - 1) * here, now: coefficient(K, here), later: coefficient(K + 2, there)}
    return Step(claim, why, environment, "two degrees on", ("coefficient",))


def _degree(k: int, family: list[sp.Expr]) -> Step:
    one, two = sp.symbols(rf"\lambda_{k} \lambda_{k + 2}")
    claim = sp.Eq(two, -sp.Rational(k - 1) / (k + D + 1) * one, evaluate=False)
    why = f"The recurrence at degree {k}, with $P_{k}(0)$ and $P_{k + 2}(0)$ from the polynomials themselves."
    values = {name: sp.factor(coefficient(sp.Integer(j), family[j].subs(T, 0))) for name, j in ((one, k), (two, k + 2))}
    return Step(claim, why, values, f"degree {k + 2}", ("two degrees on",))


if __name__ == "__main__":
    print(derivation().to_markdown())
