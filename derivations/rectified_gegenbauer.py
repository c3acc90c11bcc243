r"""Gegenbauer coefficients of rectified monomials in every order, degree and dimension, by Rodrigues' formula.

Claim    lambda_k = E[t_+^n P_k(t)] on the unit sphere of R^d is a ratio of Gamma functions for degrees k above the order n
         that differ from it by an odd number, zero where they differ by an even one, a half moment below; and it obeys one
         two-term recurrence in the degree throughout.
Source   [Muller1966], [Bach2017]
Used by  asymptotix/symbolic/coefficients/sphere_moments.py, asymptotix/spectra/monomials.py,
         asymptotix/symbolic/coefficients/gegenbauer.py

Route: each step of Rodrigues' formula takes one derivative, one degree and adds two dimensions; after n + 1 steps a Dirac is
left, that is a value at 0. The values at 0 come from the recurrence of the polynomials. The last steps use no Rodrigues:
polynomials written out against moments.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation

D = sp.Symbol("d", positive=True)
ORDER, J, POWER = sp.symbols("n i m", integer=True, nonnegative=True)
T = sp.Symbol("t", positive=True)
MIDDLE, AT_ZERO, MOMENT, LAMBDA = sp.Function("w"), sp.Function("p"), sp.Function("h"), sp.Function(r"\lambda")
DEGREES, ORDERS = range(7), range(4)
PREMISES = (
    "One step of Rodrigues' formula, $E_d[f P_k] = \\frac1d E_{d+2}[f' P^+_{k-1}]$ (derivation gegenbauer_ladder).",
    "The recurrence $(k+d-2) P_{k+1} = (2k+d-2)\\,t P_k - k P_{k-1}$, $P_0 = 1$, $P_1 = t$.",
    "The density of $t$ is $w_d(0) (1-t^2)^{(d-3)/2}$ with $w_d(0) = \\Gamma(d/2) / (\\sqrt\\pi\\,\\Gamma((d-1)/2))$.",
    "A derivative of order $n + 1$ of $t_+^n$ is $n!$ times a Dirac at 0.",
)
HYPOTHESES = (
    "$n \\ge 0$ and $i \\ge 0$ are integers, $d \\ge 3$; $\\lambda_n(k, d) = E[t_+^n P_k(t)]$ at the degree $k = n + 1 + "
    "2i$, which the first argument $i$ stands for.",
    "$p(i, d) = P_{2i}(0)$ in dimension $d$; $h(m, d) = E\\,t_+^m$; $w(d)$ is the density of $t$ at 0.",
)


def middle() -> dict[sp.Basic, sp.Expr]:
    """The density of t at 0."""
    return {MIDDLE: sp.Lambda((D,), sp.gamma(D / 2) / (sp.sqrt(sp.pi) * sp.gamma((D - 1) / 2)))}


def at_zero() -> dict[sp.Basic, sp.Expr]:
    """P_2i(0): the product of -(j + 1)/(j + d - 1) over j = 0, 2, ..., 2i - 2."""
    product = (-1) ** J * sp.gamma(J + sp.S.Half) / sp.sqrt(sp.pi) * sp.gamma((D - 1) / 2) / sp.gamma(J + (D - 1) / 2)
    return {AT_ZERO: sp.Lambda((J, D), product)}


def lowering_factor(steps: sp.Expr) -> sp.Expr:
    """1/(d (d + 2) ... (d + 2 steps - 2)): the factors 1/d of so many steps, the dimension growing by 2."""
    return sp.gamma(D / 2) / (2**steps * sp.gamma(D / 2 + steps))


def coefficient() -> sp.Lambda:
    """n + 1 steps: n! times the product of the factors, the density at 0 in dimension d + 2n + 2, and P_2i(0) there."""
    top = D + 2 * ORDER + 2
    return sp.Lambda((J, D), sp.factorial(ORDER) * lowering_factor(ORDER + 1) * MIDDLE(top) * AT_ZERO(J, top))


def half_moment() -> dict[sp.Basic, sp.Expr]:
    """E t_+^m: the Beta integral of (1 - t^2)^((d-3)/2) t^m."""
    value = sp.gamma(D / 2) * sp.gamma((POWER + 1) / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((D + POWER) / 2))
    return {MOMENT: sp.Lambda((POWER, D), value)}


def low_coefficient(steps: sp.Expr) -> sp.Expr:
    """Degree k <= n: after k steps n!/(n - k)! times the moment of order n - k in dimension d + 2k."""
    return sp.factorial(ORDER) / sp.factorial(ORDER - steps) * lowering_factor(steps) * MOMENT(ORDER - steps, D + 2 * steps)


def derivation() -> Derivation:
    """The steps."""
    theorem = ("closed form", "recurrence")
    steps = (*_ingredients(), *_high_degrees(), *_low_degrees(), *(_directly(n) for n in ORDERS))
    return Derivation(
        "Gegenbauer coefficients of rectified monomials", steps, PREMISES, ("Muller1966", "Bach2017"), theorem, HYPOTHESES
    )


def _ingredients() -> tuple[Step, ...]:
    recurrence = equation((2 * J + D - 1) * AT_ZERO(J + 1, D), -(2 * J + 1) * AT_ZERO(J, D))
    factor = sp.Function("c")
    chain = {factor: sp.Lambda((ORDER,), lowering_factor(ORDER))}
    return (
        Step(equation(AT_ZERO(sp.S.Zero, D), sp.S.One), "The values at 0 begin with 1", at_zero(), "value at 0, start"),
        Step(
            recurrence,
            "and obey the recurrence of the polynomials at $t = 0$, $k = 2i + 1$.",
            at_zero(),
            "value at 0",
            ("value at 0, start",),
        ),
        Step(equation(factor(sp.S.Zero), sp.S.One), "The factors of $n$ steps of Rodrigues' formula: none,", chain, "no step"),
        Step(
            equation(factor(ORDER + 1), factor(ORDER) / (D + 2 * ORDER)),
            "and one more of them is $1/(d + 2n)$, the dimension having grown by $2n$.",
            chain,
            "one step more",
            ("no step",),
        ),
    )


def _high_degrees() -> tuple[Step, ...]:
    environment = {LAMBDA: coefficient(), **middle(), **at_zero()}
    closed = (-1) ** J * sp.factorial(ORDER) * sp.gamma(D / 2) * sp.gamma(J + sp.S.Half)
    closed /= 2 ** (ORDER + 1) * sp.pi * sp.gamma(D / 2 + ORDER + J + sp.S.Half)
    k = ORDER + 1 + 2 * J
    return (
        Step(
            equation(LAMBDA(J, D), closed),
            "The coefficient of degree $k = n + 1 + 2i$; at $k = n + 2 + 2i$ an odd polynomial is evaluated at 0 and gives 0.",
            environment,
            "closed form",
            ("value at 0", "one step more"),
        ),
        Step(
            equation(LAMBDA(J + 1, D), -(k - ORDER) / (k + ORDER + D) * LAMBDA(J, D)),
            "Two degrees on, $\\lambda_{k+2} = -\\frac{k - n}{k + n + d} \\lambda_k$:",
            environment,
            "recurrence",
            ("closed form",),
        ),
    )


def _low_degrees() -> tuple[Step, ...]:
    weight = sp.Function("W")
    power = {weight: sp.Lambda((D, T), (1 - T**2) ** ((D - 3) / 2))}
    total = sp.Derivative(T ** (POWER + 1) * weight(D + 2, T), T)
    low = sp.Function("l")
    k = sp.Symbol("k", integer=True, nonnegative=True)
    family = {low: sp.Lambda((k,), low_coefficient(k)), **half_moment()}
    return (
        Step(
            equation(total, ((POWER + 1) * T**POWER - (POWER + D) * T ** (POWER + 2)) * weight(D, T)),
            "Integrated over $0 < t < 1$: $(m + d) h(m + 2, d) = (m + 1) h(m, d)$,",
            power,
            "moments, by parts",
        ),
        Step(
            equation((POWER + D) * MOMENT(POWER + 2, D), (POWER + 1) * MOMENT(POWER, D)),
            "as the Beta integral does;",
            half_moment(),
            "moments",
            ("moments, by parts",),
        ),
        Step(
            equation(MOMENT(sp.S.Zero, D), sp.S.Half),
            "half of the sphere is positive,",
            half_moment(),
            "half of the sphere",
            ("moments",),
        ),
        Step(
            equation((D - 1) * MOMENT(sp.S.One, D), MIDDLE(D)),
            "and the first moment is $w_d(0)/(d-1)$, because $t (1-t^2)^{(d-3)/2}$ is a total derivative.",
            {**half_moment(), **middle()},
            "first moment",
            ("moments",),
        ),
        Step(
            equation((k + ORDER + D) * low(k + 2), (ORDER - k) * low(k)),
            "The coefficients of degree $k \\le n$, half moments after $k$ steps, obey the same recurrence in the degree.",
            family,
            "recurrence below the order",
            ("moments", "one step more"),
        ),
    )


def polynomials() -> list[sp.Expr]:
    """P_0 ... P_6 by the recurrence."""
    found = [sp.S.One, T]
    for k in DEGREES[1:-1]:
        found.append(sp.factor(((2 * k + D - 2) * T * found[k] - k * found[k - 1]) / (k + D - 2)))
    return found


def value(order: int, degree: int) -> sp.Expr:
    """lambda_k by the formulas above, for integers."""
    if degree <= order:
        return low_coefficient(sp.Integer(degree)).subs(ORDER, order)
    if (degree - order) % 2 == 0:
        return sp.S.Zero
    return coefficient()(sp.Integer(degree - order - 1) / 2, D).subs(ORDER, order)


def _directly(order: int) -> Step:
    """The polynomials written out, against the moments."""
    total, weights = sp.Symbol(f"E_{order}"), sp.symbols(f"z_0:{len(DEGREES)}")
    moments = sp.S.Zero
    for weight, polynomial in zip(weights, polynomials(), strict=True):
        moments += sum(weight * sp.factor(c) * MOMENT(sp.Integer(order + p), D) for (p,), c in sp.Poly(polynomial, T).terms())
    claim = equation(total, sp.Add(*(weight * value(order, k) for k, weight in zip(DEGREES, weights, strict=True))))
    why = (
        f"A second route for order {order}: the polynomials of degree 0 to {DEGREES[-1]} with any weights $z_k$, term "
        f"by term against moments."
    )
    environment = {total: moments, **half_moment(), **middle(), **at_zero()}
    return Step(claim, why, environment, f"order {order} directly", ("closed form", "recurrence below the order"))


if __name__ == "__main__":
    print(derivation().to_markdown())
