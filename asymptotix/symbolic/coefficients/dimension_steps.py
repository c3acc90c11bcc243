r"""The steps that prove the expansion in 1/d: order 1 at a symbolic degree, order 2 for one degree.

Order 1. With e = 1/d, the monic polynomials are He_k + e k(k-1)(k-2) [He_{k-2} + (k-3) He_{k-4} / 4] + O(e^2) by induction over
the recurrence, their norm gives 1 + (3/4) k(k-1) e, the density 1 - e He_4 / 4; in the product with He_4 He_k written out, the
lower terms cancel. Order 2 is checked against the exact coefficient of every He_j with j <= k + 8 on the sphere, which
determine it.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from asymptotix.symbolic.coefficients.dimension_expansion import X, coefficient_of_order, first_order
from asymptotix.symbolic.coefficients.sphere_moments import gegenbauer_terms, half_moment
from asymptotix.symbolic.derivation import Step, equation

__all__ = ["first_order_steps", "second_order_steps"]

K, EPS = sp.symbols("k epsilon")
SCALE = sp.Function("g")


def _he(shift: int) -> sp.Symbol:
    """He_{k + shift}, of which only x He_j = He_{j+1} + j He_{j-1} is used."""
    return sp.Symbol(f"He_{{k{shift:+d}}}" if shift else "He_k")


def _times_x(combination: dict[int, sp.Expr]) -> dict[int, sp.Expr]:
    """x times a combination of He_{k + shift}."""
    found: dict[int, sp.Expr] = {}
    for shift, value in combination.items():
        found[shift + 1] = found.get(shift + 1, sp.S.Zero) + value
        found[shift - 1] = found.get(shift - 1, sp.S.Zero) + (K + shift) * value
    return found


def _written(combination: dict[int, sp.Expr]) -> sp.Expr:
    return sp.Add(*(value * _he(shift) for shift, value in combination.items()))


def _monic_first(k: sp.Expr, shift: int) -> dict[int, sp.Expr]:
    """The claimed first-order term of the monic polynomial of degree k + shift, by shift of He."""
    n = k + shift
    return {shift - 2: n * (n - 1) * (n - 2), shift - 4: n * (n - 1) * (n - 2) * (n - 3) / 4}


@lru_cache(maxsize=1)
def first_order_steps() -> tuple[Step, ...]:
    """Order 0 and 1 at a symbolic degree."""
    return (*_density_steps(), *_polynomial_steps(), *_product_steps())


def _density_steps() -> tuple[Step, ...]:
    logarithm = (1 / EPS - 3) / 2 * (-(X**2) * EPS - X**4 * EPS**2 / 2) + X**2 / 2
    first = sp.Rational(3, 2) * X**2 - X**4 / 4
    mean, he4 = sp.Symbol("ell_mean"), sp.Symbol("He_4")
    ell, expanded = sp.Symbol("ell"), sp.Symbol("log_w")
    return (
        Step(
            equation(expanded, EPS * ell + sp.Rational(3, 4) * EPS**2 * X**4),
            "The logarithm of the density over the normal one, with $\\log(1-y) = -y - y^2/2 + O(y^3)$ and $\\epsilon = 1/d$.",
            {expanded: logarithm, ell: first},
            "logarithm of the density",
        ),
        Step(
            equation(ell - mean, -he4 / 4),
            "Its first-order term without its mean (normal moments $1$ and $3$) is a Hermite polynomial.",
            {ell: first, mean: sp.Rational(3, 2) - sp.Rational(3, 4), he4: X**4 - 6 * X**2 + 3},
            "density",
            ("logarithm of the density",),
        ),
    )


def _polynomial_steps() -> tuple[Step, ...]:
    share = K * (1 + (K - 3) * EPS) / ((1 + (2 * K - 2) * EPS) * (1 + (2 * K - 4) * EPS))
    here, above, below = (_monic_first(K, shift) for shift in (0, 1, -1))
    next_one, before = sp.symbols(r"pi^{(1)}_{k+1} pi^{(1)}_{k-1}")
    times = sp.Symbol("x_pi^{(1)}_k")
    growth = {SCALE: sp.Lambda((K,), sp.Rational(3, 4) * K * (K - 1))}
    c = sp.Symbol("c_k")
    return (
        Step(
            equation(c, K - 3 * K * (K - 1) * EPS + EPS**2 * _remainder(share)),
            "The recurrence coefficient $c_k$ to first order, with its exact remainder.",
            {c: share},
            "recurrence coefficient",
        ),
        Step(
            equation(next_one, times - K * before + 3 * K * (K - 1) * _he(-1)),
            "Induction: $\\pi^{(1)}_k = k(k-1)(k-2)\\,[He_{k-2} + \\frac{k-3}{4} He_{k-4}]$ obeys the recurrence at first order; "
            "it is 0 for $k = 0, 1, 2$.",
            {next_one: _written(above), times: _written(_times_x(here)), before: _written(below)},
            "polynomials",
            ("recurrence coefficient",),
        ),
        Step(
            equation(SCALE(K + 1), SCALE(K) + sp.Rational(3, 2) * K),
            "The norm: each factor $(c_j / j)^{-1/2}$ is $1 + \\frac32 (j-1)\\,\\epsilon$, so that their product is $1 + "
            "\\frac34 k(k-1)\\,\\epsilon$.",
            growth,
            "norm",
            ("recurrence coefficient",),
        ),
    )


def _remainder(share: sp.Expr) -> sp.Expr:
    """(c_k - k + 3k(k-1) e) / e^2, a rational function without a pole at 0."""
    numerator, denominator = sp.fraction(sp.together(share - K + 3 * K * (K - 1) * EPS))
    quotient, left = sp.div(sp.Poly(sp.expand(numerator), EPS), sp.Poly(EPS**2, EPS))
    if not left.is_zero:
        raise ArithmeticError("the recurrence coefficient differs from its expansion at first order")
    return quotient.as_expr() / denominator


def _product_steps() -> tuple[Step, ...]:
    power = {0: sp.S.One}
    powers = [power]
    for _ in range(4):
        powers.append(_times_x(powers[-1]))
    product = _written(powers[4]) - 6 * _written(powers[2]) + 3 * _written(powers[0])
    falling = [sp.Mul(*(K - i for i in range(n))) for n in range(5)]
    linear = {4: sp.S.One, 2: 4 * K, 0: 6 * falling[2], -2: 4 * falling[3], -4: falling[4]}
    he4, total = sp.symbols("He_4_He_k T")
    combined = sp.Rational(3, 4) * falling[2] * _he(0) + _written(_monic_first(K, 0)) - he4 / 4
    return (
        Step(
            equation(he4, _written(linear)),
            "$He_4 He_k$ in Hermite polynomials, by four multiplications with $x$.",
            {he4: product},
            "product",
        ),
        Step(
            equation(total, _written(first_order(K))),
            "Norm, polynomial and density together: what is multiplied by s. The terms below $He_k$ cancel.",
            {total: combined, he4: _written(linear)},
            "first order",
            ("density", "polynomials", "norm", "product"),
        ),
    )


@lru_cache(maxsize=64)
def second_order_steps(k: int) -> tuple[Step, ...]:
    """Order 2 for one degree: s = He_j for every j <= k + 8 of its parity."""
    claimed = coefficient_of_order(k, 2)
    weights = {j: sp.Symbol(f"z_{j}") for j in range(k % 2, k + 9, 2)}
    exact = sp.Add(*(z * _second_order_of_hermite(k, j) for j, z in weights.items()))
    expansion = sp.Add(*(weights[j] * w * sp.factorial(j) for j, w in claimed.items()))
    one, two = sp.symbols(r"a_2 a'_2")
    why = (
        f"Degree {k}, order 2: density and polynomials expanded against the exact coefficients of $He_j(\\sqrt d\\,t)$ on the "
        f"sphere, $j \\le {k + 8}$, with any weights $z_j$. Beyond, both vanish at this order."
    )
    return (Step(equation(one, two), why, {one: expansion, two: exact}, "second order", ("first order",)),)


def _second_order_of_hermite(k: int, j: int) -> sp.Expr:
    """[d^-2] sqrt(k! B(d,k)) E[He_j(sqrt(d) t) P_k(t)], the average exact in d."""
    d = 1 / EPS
    average = sp.S.Zero
    polynomial = gegenbauer_terms(k, d)
    for (p,), c in sp.Poly(_hermite(j), X).terms():
        for q, weight in polynomial.items():
            average += c * weight * 2 * half_moment(p + q, d) * d ** sp.Rational(p - k, 2)
    # k! B(d,k) / d^k = 1 + ...; the other d^(k/2) has gone into the powers of x
    counted = (1 + (2 * k - 2) * EPS) * sp.Mul(*(1 + (i - 1) * EPS for i in range(k - 1))) if k else sp.S.One
    rational = sp.Poly(_taylor(sp.together(average * d**k), 2), EPS)
    root = [sp.S.One, *_square_root(sp.Poly(sp.expand(counted), EPS))]
    return sp.Add(*(rational.coeff_monomial(EPS ** (2 - i)) * root[i] for i in range(3)))


def _square_root(polynomial: sp.Poly) -> tuple[sp.Expr, sp.Expr]:
    """The coefficients of e and e^2 of the root of 1 + a e + b e^2 + ..."""
    a, b = (polynomial.coeff_monomial(EPS**i) for i in (1, 2))
    return a / 2, b / 2 - a**2 / 8


def _taylor(rational: sp.Expr, order: int) -> sp.Expr:
    """The Taylor polynomial of a rational function that is regular at 0, by division of power series."""
    numerator, denominator = (sp.Poly(part, EPS) for part in sp.fraction(sp.cancel(rational)))
    top, low = ([part.coeff_monomial(EPS**i) for i in range(order + 1)] for part in (numerator, denominator))
    found: list[sp.Expr] = []
    for n in range(order + 1):
        found.append((top[n] - sp.Add(*(low[i] * found[n - i] for i in range(1, n + 1)))) / low[0])
    return sp.Add(*(value * EPS**n for n, value in enumerate(found)))


def _hermite(j: int) -> sp.Expr:
    before, here = sp.S.One, X
    if j == 0:
        return before
    for i in range(1, j):
        before, here = here, sp.expand(X * here - i * before)
    return here
