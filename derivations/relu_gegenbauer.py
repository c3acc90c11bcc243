r"""Gegenbauer coefficients of ReLU in every degree and dimension, by the Laplacian of the sphere.

Claim    In every degree but 1 the coefficient E[t_+ P_k(t)] is the density at 0 times P_k(0) over a product of two linear
         factors; two degrees on it changes by a ratio of two of these.
Source   [Muller1966], [Bach2017]
Used by  asymptotix/symbolic/coefficients/gegenbauer.py, asymptotix/spectra/sphere.py

Route: L f = (1 - t^2) f'' - (d - 1) t f' is self-adjoint for w with L P_k = - k (k + d - 2) P_k, and
L t_+ = delta_0 - (d - 1) t_+. The package uses moments and Rodrigues' formula instead.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

K, D = sp.symbols("k d", positive=True)
T = sp.Symbol("t", real=True)
MIDDLE = sp.Symbol("w_0", positive=True)  # w(0)
DEGREES = range(7)
PREMISES = (
    "$L f = (1-t^2) f'' - (d-1)\\,t f'$ is self-adjoint for the density $w \\propto (1-t^2)^{(d-3)/2}$.",
    "$t_+' = 1_{t>0}$, $t_+'' = \\delta_0$, so $L t_+ = \\delta_0 - (d-1)\\,t_+$.",
    "The eigenvalue equation in degrees above those checked here (derivation gegenbauer_ladder has it for all).",
    "The recurrence $(k+d-2) P_{k+1} = (2k+d-2)\\,t P_k - k P_{k-1}$, $P_k(1) = 1$.",
)
HYPOTHESES = (
    "$t$ is the first coordinate of a uniform point of the unit sphere of $R^d$, $d \\ge 3$; $P_k(1) = 1$; $k \\ne 1$.",
    "$w_0$ is the density of $t$ at 0; $p_k = P_k(0)$, $\\lambda_k = E[t_+ P_k(t)]$.",
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
        _normalized(family),
        _solved(),
        _two_degrees_on(),
        *(_degree(k, family) for k in (0, 2, 4)),
    )
    theorem, sources = ("coefficient", "two degrees on"), ("Muller1966", "Bach2017")
    return Derivation("Gegenbauer coefficients of ReLU", steps, PREMISES, sources, theorem, HYPOTHESES)


def _eigenvalue(k: int, polynomial: sp.Expr) -> Step:
    name = sp.Function(f"P_{k}")
    operator = (1 - T**2) * sp.Derivative(name(T), T, T) - (D - 1) * T * sp.Derivative(name(T), T)
    claim = equation(operator, -k * (k + D - 2) * name(T))
    return Step(claim, f"The eigenvalue of $L$ in degree {k}.", {name: sp.Lambda((T,), polynomial)}, f"eigenvalue {k}")


def _normalized(family: list[sp.Expr]) -> Step:
    names, weights = [sp.Function(f"P_{k}") for k in DEGREES], sp.symbols(f"z_0:{len(DEGREES)}")
    claim = equation(sp.Add(*(z * name(sp.S.One) for z, name in zip(weights, names, strict=True))), sp.Add(*weights))
    environment = {name: sp.Lambda((T,), polynomial) for name, polynomial in zip(names, family, strict=True)}
    return Step(claim, "Each of them is 1 at $t = 1$ (with any weights $z_k$).", environment, "normalized")


def _solved() -> Step:
    value, at_zero = sp.symbols(r"\lambda_k p_k")
    claim = equation(value, -MIDDLE * at_zero / ((K - 1) * (K + D - 1)))
    why = "Self-adjointness, solved for the coefficient; $p_k = P_k(0)$. The denominator factors and vanishes at $k = 1$ only."
    return Step(claim, why, {value: coefficient(K, at_zero)}, "coefficient", tuple(f"eigenvalue {k}" for k in DEGREES))


def _two_degrees_on() -> Step:
    here, there, now, later = sp.symbols(r"p_k p_{k+2} \lambda_k \lambda_{k+2}")
    claim = equation(later, -(K - 1) / (K + D + 1) * now)
    why = "Two degrees on: $P_{k+2}(0) = -\\frac{k+1}{k+d-1} P_k(0)$ by the recurrence of the polynomials at $t = 0$."
    environment = {there: -(K + 1) / (K + D - 1) * here, now: coefficient(K, here), later: coefficient(K + 2, there)}
    return Step(claim, why, environment, "two degrees on", ("coefficient",))


def _degree(k: int, family: list[sp.Expr]) -> Step:
    one, two = sp.symbols(rf"\lambda_{k} \lambda_{k + 2}")
    claim = equation(two, -sp.Rational(k - 1) / (k + D + 1) * one)
    why = f"The recurrence at degree {k}, with $P_{k}(0)$ and $P_{k + 2}(0)$ from the polynomials themselves."
    values = {name: sp.factor(coefficient(sp.Integer(j), family[j].subs(T, 0))) for name, j in ((one, k), (two, k + 2))}
    return Step(claim, why, values, f"degree {k + 2}", ("two degrees on",))


if __name__ == "__main__":
    print(derivation().to_markdown())
