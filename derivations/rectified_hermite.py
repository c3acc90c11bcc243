r"""Hermite coefficients of rectified monomials in every degree, for every real order.

Claim    mu_k(n) = E[G_+^n He_k(G)] obeys a two-term recurrence in the degree k for every order n > -1/2; with its two start
         values this gives the coefficients of step, ReLU and the higher powers in closed form for symbolic degree.
Source   [MisiakiewiczMontanari2023]
Used by  asymptotix/symbolic/coefficients/hermite.py, asymptotix/kernels/hermite_series.py

Route: the coefficients are the Taylor coefficients of F(t) = E(G + t)_+^n, and F obeys Hermite's differential equation,
because the integrand does up to a total derivative. The package lowers the degree by Stein's identity instead.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation
from asymptotix.symbolic.functions import density, hermite_polynomial

ORDER, X, Y = sp.symbols("n x y", positive=True)
T = sp.Symbol("t", real=True)
DEGREE, M = sp.symbols("k m", integer=True, nonnegative=True)
K = sp.Symbol("k", integer=True)  # a degree of given parity
INTEGRAND = sp.Function("f")
NOW, LATER = sp.symbols(r"\mu_k \mu_{k+2}")
CHECKED_DEGREES, CHECKED_ORDERS = range(8), range(4)
PREMISES = (
    "$E(G + t)_+^n = \\sum_k \\mu_k t^k / k!$, since $\\varphi(x - t) = \\varphi(x) \\sum_k He_k(x) t^k / k!$.",
    "A total derivative of a function that vanishes at both ends integrates to 0.",
    "The Gamma function as $\\int_0^\\infty y^{z-1} e^{-y} dy$.",
)
HYPOTHESES = (
    "$n > -1/2$ real, $k \\ge 0$ an integer, $He_{k+1} = x\\,He_k - k\\,He_{k-1}$, $G$ standard normal.",
    "The start values are $\\mu_0 = h(n)$ and $\\mu_1 = h(n+1)$, $h(n) = E\\,G_+^n$.",
)


def half_moment(order: sp.Expr) -> sp.Expr:
    """E G_+^n: with y = x^2/2, x^n dx = (2 y)^((n-1)/2) dy, and the Gamma function of (n+1)/2."""
    return sp.powsimp(2 ** ((order - 1) / 2) / sp.sqrt(2)) * sp.gamma((order + 1) / 2) / sp.sqrt(sp.pi)


def power_series_terms() -> tuple[sp.Expr, sp.Expr]:
    """What mu_(k+2) t^(k+2)/(k+2)! and mu_k t^k/k! contribute to F'' + t F' - n F at t^k/k!, per unit of mu."""
    unit = T**DEGREE / sp.factorial(DEGREE)
    later = sp.diff(T ** (DEGREE + 2) / sp.factorial(DEGREE + 2), T, T)
    now = T * sp.diff(unit, T) - ORDER * unit
    first, second = (sp.factor(sp.combsimp(sp.powsimp(sp.expand(term / unit)))) for term in (later, now))
    return first, second


def recursion_factor() -> sp.Expr:
    """mu_(k+2) / mu_k."""
    later, now = power_series_terms()
    return -now / later


def coefficient(order: int, degree: int) -> sp.Expr:
    """mu_k of an integer order by the recurrence from its start value."""
    value = half_moment(sp.Integer(order + degree % 2))
    for k in range(degree % 2, degree, 2):
        value *= recursion_factor().subs({ORDER: order, DEGREE: k})
    return value


def derivation() -> Derivation:
    """The steps."""
    theorem = ("recurrence", "every order, even degree", "every order, odd degree", "ReLU", "step")
    steps = (*_recurrence(), *_closed_forms(), *_integer_orders(), *_direct())
    return Derivation(
        "Hermite coefficients of rectified monomials", steps, PREMISES, ("MisiakiewiczMontanari2023",), theorem, HYPOTHESES
    )


def _recurrence() -> tuple[Step, ...]:
    shifted = {INTEGRAND: sp.Lambda((X, T), X**ORDER * density(X - T))}
    f = INTEGRAND(X, T)
    ode = sp.Derivative(f, T, T) + T * sp.Derivative(f, T) - ORDER * f
    series = LATER * T ** (DEGREE + 2) / sp.factorial(DEGREE + 2)
    same = NOW * T**DEGREE / sp.factorial(DEGREE)
    left = sp.Derivative(series, T, T) + T * sp.Derivative(same, T) - ORDER * same
    at = sp.Function("x")
    gamma_integrand = Y ** ((ORDER + 1) / 2 - 1) * sp.exp(-Y)
    return (
        Step(
            equation(ode, -sp.Derivative(X * f, X)),
            "Integrated over $x > 0$: $F(t) = E(G + t)_+^n$ satisfies $F'' + tF' - nF = 0$.",
            shifted,
            "differential equation",
        ),
        Step(
            equation(left, (LATER + (DEGREE - ORDER) * NOW) * T**DEGREE / sp.factorial(DEGREE)),
            "The terms of $t^k$ in the equation, from the coefficients $\\mu_{k+2}$ and $\\mu_k$: their sum vanishes.",
            {},
            "power series",
            ("differential equation",),
        ),
        Step(
            equation(LATER, (ORDER - DEGREE) * NOW),
            "So each coefficient gives the next but one; an order that is an integer of the parity of $k$ ends the sequence.",
            {LATER: recursion_factor() * NOW},
            "recurrence",
            ("power series",),
        ),
        Step(
            equation(
                at(Y) ** ORDER * density(at(Y)) * sp.Derivative(at(Y), Y),
                half_moment(ORDER) / sp.gamma((ORDER + 1) / 2) * gamma_integrand,
            ),
            "With $y = x^2/2$ the half moment $h(n)$ is a Gamma integral: $h(n)$ is the constant in front times "
            "$\\Gamma(\\frac{n+1}{2})$.",
            {at: sp.Lambda((Y,), sp.sqrt(2 * Y))},
            "half moment",
        ),
    )


def _closed_forms() -> tuple[Step, ...]:
    return tuple(step for parity in (0, 1) for step in _closed_form(parity))


def _closed_form(parity: int) -> tuple[Step, Step]:
    """The product of the factors n - k over k = parity, parity + 2, ..., as a ratio of Gamma functions."""
    name, word = sp.Function(r"\mu"), ("even", "odd")[parity]
    environment = {name: sp.Lambda((K,), sp.powsimp(_value(ORDER, parity)))}
    ratio = equation(name(2 * M + parity + 2), recursion_factor().subs(DEGREE, 2 * M + parity) * name(2 * M + parity))
    start = equation(name(sp.Integer(parity)), half_moment(ORDER + parity))
    label = f"every order, {word} degree"
    return (
        Step(start, f"The product of the factors in {word} degree, in closed form: it begins with the half moment,", environment,
             f"start in {word} degree", ("half moment",)),
        Step(ratio, "and it obeys the recurrence.", environment, label, ("recurrence", f"start in {word} degree")),
    )  # fmt: skip


def _integer_orders() -> tuple[Step, ...]:
    """The forms that one finds in print: (-1)^m times a Gamma function."""
    name = sp.Function(r"\mu")
    relu = (-1) ** (M + 1) * 2 ** (M - sp.Rational(3, 2)) * sp.gamma(M - sp.S.Half) / sp.pi
    step = (-1) ** M * 2 ** (M - sp.S.Half) * sp.gamma(M + sp.S.Half) / sp.pi
    rows = (("ReLU", 1, 0, relu), ("step", 0, 1, step))
    return tuple(
        Step(
            equation(name(2 * M + parity), form),
            f"For {label} ($n = {order}$) the product, by the reflection formula, without a Gamma function of negative argument. "
            f"In {'even' if parity else 'odd'} degree the sequence ends.",
            {name: sp.Lambda((K,), sp.powsimp(_value(sp.Integer(order), parity)))},
            label,
            (f"every order, {'odd' if parity else 'even'} degree",),
        )
        for label, order, parity, form in rows
    )


def _value(order: sp.Expr, parity: int) -> sp.Expr:
    """The start value times (n - parity)(n - parity - 2) ..., one factor for every two degrees up to k."""
    half, factors = (order - parity) / 2, (K - parity) / 2
    return half_moment(order + parity) * 2**factors * sp.gamma(half + 1) / sp.gamma(half + 1 - factors)


def _direct() -> tuple[Step, ...]:
    """Every coefficient of order 0..3 and degree 0..7 by the moments of the positive half line."""
    steps = []
    for order in CHECKED_ORDERS:
        total, weight = sp.Symbol(f"E_{order}"), sp.symbols(f"z_0:{len(CHECKED_DEGREES)}")
        polynomial = sum(w * hermite_polynomial(k, X) for k, w in zip(CHECKED_DEGREES, weight, strict=True))
        moments = sum(c * half_moment(sp.Integer(order + p)) for (p,), c in sp.Poly(polynomial, X).terms())
        claim = equation(total, sp.Add(*(w * coefficient(order, k) for k, w in zip(CHECKED_DEGREES, weight, strict=True))))
        why = (
            f"A second route for order {order}: the Hermite polynomials of degree 0 to {CHECKED_DEGREES[-1]} with any "
            f"weights $z_k$, term by term."
        )
        steps.append(Step(claim, why, {total: moments}, f"order {order} directly", ("recurrence", "half moment")))
    return tuple(steps)


if __name__ == "__main__":
    print(derivation().to_markdown())
