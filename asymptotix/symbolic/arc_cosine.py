r"""Arc-cosine kernels of every order: integer ones here, by integrating Price's recurrence in the correlation.

At unit variances k_n(rho) = E[u_+^n v_+^n] obeys  k_n' = n^2 k_(n-1),  k_0' = 1 / (2 pi sqrt(1 - rho^2)),
k_n(0) = E[G_+^n]^2. With polynomials A, B, K,  k_n = (A asin(rho) + B sqrt(1 - rho^2)) / (2 pi) + K / 4; the
antiderivative is a reduction of polynomials, so that no order is out of reach and nothing is integrated by search.

Source: [ChoSaul2009] (their kernel is twice E[u_+^n v_+^n]); [Price1958].
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from numbers import Real
from typing import Any

import sympy as sp

from asymptotix.errors import InvalidInputError
from asymptotix.kernels.rectified_power import MAX_REAL_ORDER
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import time_limited
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.formula import Q1, Q2, C, Formula, Status

__all__ = ["MAX_ORDER", "arc_cosine_kernel", "unit_arc_cosine", "unit_derivation"]

RHO = sp.Symbol("rho", real=True)
MAX_ORDER = 32  # the coefficients have about 2n digits; the float kernel covers the same orders
PREMISES = (
    "Price's theorem at unit variances, $k_n' = n^2 k_{n-1}$, since $(x_+^n)' = n\\,x_+^{n-1}$.",
    "$k_0' = 1/(2\\pi\\sqrt{1-\\rho^2})$: the joint density of $(u, v)$ at the origin.",
)
Pair = tuple[sp.Poly, sp.Poly, sp.Poly]  # A, B, K:  k = A asin(rho) / (2 pi) + B sqrt(1 - rho^2) / (2 pi) + K / 4


@time_limited
def arc_cosine_kernel(order: Any) -> Formula:
    r"""Closed form of $E[u_+^n v_+^n]$ in q1, q2 and c, for every order n > -1/2.

    (q1 q2)^(n/2) k_n(c / sqrt(q1 q2)). Integers from 0 to 32: k_n by the module's recurrence; `u_+^0` is the step. Other real
    numbers up to 64, and a SymPy Symbol (then a fourth argument of the formula): k_n by two values of 2F1.

    Args:
        order: an integer, a float or fraction (a float stands for the shortest decimal that prints it), or a Symbol.

    Raises:
        InvalidInputError: an order at most -1/2, where E u_+^(2n) is infinite, a too large one, or no number.

    Source: [ChoSaul2009]: their kernel of order n is twice this one.

    >>> k = arc_cosine_kernel(0)
    >>> k.expression.subs(k.symbols[2], 0)
    1/4
    """
    value = _order(order)
    if not isinstance(value, sp.Integer):
        from asymptotix.symbolic.real_order import real_order_kernel

        return real_order_kernel(value)
    n = int(value)
    unit = unit_arc_cosine(n)
    expression = canonical((Q1 * Q2) ** sp.Rational(n, 2) * unit.subs(RHO, C / sp.sqrt(Q1 * Q2)))
    derivation = unit_derivation(n)
    return Formula(
        name=f"arc_cosine_kernel({n})",
        left={0: r"\mathbb{P}(u > 0, v > 0)", 1: r"\mathbb{E}[u_+ v_+]"}.get(n, rf"\mathbb{{E}}[u_+^{{{n}}} v_+^{{{n}}}]"),
        symbols=(Q1, Q2, C),
        expression=expression,
        derivation=derivation,
        status=Status.of(derivation, "Price's recurrence in the order, integrated by polynomial reduction"),
        kernel=_kernel_map(n),
    )


def _order(order: Any) -> sp.Expr:
    """The order as an exact number, or the symbol."""
    numbers = f"a number above -1/2 (an integer from 0 to {MAX_ORDER}, another real number up to {MAX_REAL_ORDER:g})"
    valid = f"{numbers} or a Symbol of another name than q1, q2, c"
    if isinstance(order, sp.Symbol) and order.name not in ("q1", "q2", "c"):  # also where its assumptions are others
        return order
    if isinstance(order, bool) or not isinstance(order, Real | Decimal | sp.Rational | sp.Float):
        raise InvalidInputError("order", order, valid)
    try:
        exact = Fraction(str(order))  # of a float, the shortest decimal that prints it
    except (ValueError, OverflowError):
        raise InvalidInputError("order", order, valid) from None
    if not Fraction(-1, 2) < exact <= (MAX_ORDER if exact.denominator == 1 else MAX_REAL_ORDER):
        raise InvalidInputError("order", order, valid, "there E[u_+^(2 order)] is infinite" if exact < 0 else "")
    return sp.Rational(exact.numerator, exact.denominator)


def _kernel_map(n: int) -> Any:
    from asymptotix.activations import activation
    from asymptotix.kernels import KernelMap

    return KernelMap(activation("step" if n == 0 else "relu" if n == 1 else f"relu(x)**{n}"))


@lru_cache(maxsize=64)
def unit_arc_cosine(n: int) -> sp.Expr:
    """k_n(rho) at unit variances."""
    a, b, k = _coefficients(n)
    return (a.as_expr() * sp.asin(RHO) + b.as_expr() * sp.sqrt(1 - RHO**2)) / (2 * sp.pi) + k.as_expr() / 4


@lru_cache(maxsize=64)
def _coefficients(n: int) -> Pair:
    """A, B, K of order n from those of order n - 1."""
    if n == 0:
        return _poly(1), _poly(0), _poly(1)
    a, b, k = (p * n**2 for p in _coefficients(n - 1))
    big_a, root_part = a.integrate(), _poly(0)
    # int (A asin + B S) = F asin + int P / S with F = int A, S^2 = 1 - rho^2, P = B (1 - rho^2) - F
    rest = b * _poly(1 - RHO**2) - big_a
    while rest.degree() > 0:
        # (rho^m S)' = (m rho^(m-1) - (m+1) rho^(m+1)) / S removes the leading power m + 1
        m = rest.degree() - 1
        weight = -rest.LC() / (m + 1)
        root_part += _poly(weight * RHO**m)
        rest -= _poly(weight * (m * RHO ** (m - 1) if m else 0) - weight * (m + 1) * RHO ** (m + 1))
    # what is left of `rest` is a constant, and int 1 / S = asin; K / 4 makes up the value at rho = 0
    start = sp.expand(4 * _half_moment(n) ** 2 - 2 * root_part.eval(0) / sp.pi)
    return big_a + rest, root_part, k.integrate() + _poly(start)


def _poly(expression: Any) -> sp.Poly:
    return sp.Poly(expression, RHO, domain="QQ")


def _half_moment(n: int) -> sp.Expr:
    """E[G_+^n] = 2^(n/2 - 1) Gamma((n + 1) / 2) / sqrt(pi)."""
    return sp.S(2) ** (sp.Rational(n, 2) - 1) * sp.gamma(sp.Rational(n + 1, 2)) / sp.sqrt(sp.pi)


def unit_derivation(n: int) -> Derivation:
    """The proof of k_n at unit variances: dk_j/drho = j^2 k_(j-1) and the value at 0, for j = 0 ... n."""
    names = [sp.Function(f"k_{j}") for j in range(n + 1)]
    steps = []
    for j, name in enumerate(names):
        here = {name: sp.Lambda((RHO,), unit_arc_cosine(j))}
        below = {names[j - 1]: sp.Lambda((RHO,), unit_arc_cosine(j - 1))} if j else {}
        right = j**2 * names[j - 1](RHO) if j else 1 / (2 * sp.pi * sp.sqrt(1 - RHO**2))
        claim = sp.Eq(sp.Derivative(name(RHO), RHO), right, evaluate=False)
        uses = (f"start {j - 1}",) if j else ()
        steps.append(Step(claim, f"Price's theorem for order {j}.", {**below, **here}, f"price {j}", uses))
        claim = sp.Eq(name(sp.S.Zero), _half_moment(j) ** 2, evaluate=False)
        why = "The square of the half-line moment of a standard Gaussian."
        steps.append(Step(claim, why, here, f"start {j}", (f"price {j}",)))
    title = f"The arc-cosine kernel of order {n} at unit variances"
    return Derivation(title, tuple(steps), PREMISES, ("ChoSaul2009", "Price1958"))
