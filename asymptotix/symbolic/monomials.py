r"""Dual kernels of $s(x) = p\,x_+^n + m\,(-x)_+^n$ of high order n, out of the arc-cosine kernels.

With k_n(rho) = E[u_+^n v_+^n] at unit variances and r = c / sqrt(q1 q2),

    E[s(u) s(v)] = (q1 q2)^(n/2) [(p^2 + m^2) k_n(r) + 2 p m k_n(-r)],

and k_n comes out of Price's recurrence in n by reduction of polynomials in one variable, where the chain of `dual` would carry
three. Low orders keep that chain, whose proof speaks of q1, q2 and c directly.

Source: [ChoSaul2009] for k_n (theirs is twice this one).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from asymptotix.symbolic.arc_cosine import RHO, unit_arc_cosine, unit_derivation
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.terms import ONE, Step as StepFactor, Terms

__all__ = ["HalfMonomials", "half_monomials", "monomial_kernel"]


@dataclass(frozen=True)
class HalfMonomials:
    """positive * x_+^order + negative * (-x)_+^order."""

    order: int
    positive: sp.Expr
    negative: sp.Expr


def half_monomials(terms: Terms) -> HalfMonomials | None:
    """The term list as two half monomials of one order, or None."""
    orders = {t.power for t in terms}
    shapes = {ONE, StepFactor(sp.S.Zero)}
    if len(orders) != 1 or any(t.factor not in shapes or t.quadratic != 0 or t.linear != 0 for t in terms):
        return None
    (order,) = orders
    everywhere = sp.Add(*(t.coefficient for t in terms if t.factor == ONE))
    right = sp.Add(*(t.coefficient for t in terms if t.factor != ONE))
    return HalfMonomials(order, sp.expand(everywhere + right), (-1) ** order * everywhere)


def monomial_kernel(s: HalfMonomials) -> tuple[sp.Expr, Derivation]:
    """E[s(u) s(v)] in q1, q2 and c, with the derivation that proves it."""
    n = s.order
    same, opposite = s.positive**2 + s.negative**2, 2 * s.positive * s.negative
    unit = same * unit_arc_cosine(n) + opposite * unit_arc_cosine(n).subs(RHO, -RHO)
    correlation, size = C / sp.sqrt(Q1 * Q2), (Q1 * Q2) ** sp.Rational(n, 2)
    expression = canonical(size * unit.subs(RHO, correlation))
    kernel, half = sp.Function("k"), sp.Function(f"k_{n}")
    steps = unit_derivation(n).steps
    last = Step(
        sp.Eq(kernel(Q1, Q2, C), size * (same * half(correlation) + opposite * half(-correlation)), evaluate=False),
        "The two half monomials, each with itself (correlation $\\rho$) and with the other one (correlation $-\\rho$).",
        {half: sp.Lambda((RHO,), unit_arc_cosine(n)), kernel: sp.Lambda((Q1, Q2, C), expression)},
        "halves",
        (steps[-1].label,),
    )
    premises = (*unit_derivation(n).premises, "$s$ is positively homogeneous on either side of 0, so that variances scale out.")
    return expression, Derivation("The dual kernel $k$", (*steps, last), premises, ("ChoSaul2009", "Price1958"))
