r"""Where the Gaussian integral of an exponential of a square converges.

E[exp(a u^2 + a' v^2)] is finite exactly where Sigma^-1 - 2 diag(a, a') is positive definite: the determinant
(1 - 2 a q1)(1 - 2 a' q2) - 4 a a' c^2 is positive and, when a and a' are both positive, 1 - 2 a q1 is. Other factors of a term
(powers, steps, Phi, exponentials of x) leave the condition sufficient.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.presentation import latex
from asymptotix.symbolic.terms import Dirac, Terms

__all__ = ["assumptions_latex", "conditions_latex", "density_assumptions", "mean_assumptions", "pair_assumptions"]

Assumptions = tuple[sp.Basic, ...]


def mean_assumptions(terms: Terms, variance: sp.Expr) -> Assumptions:
    """Conditions under which E[s(x)], x ~ N(m, variance), is finite; () where there are none."""
    return _relations([1 - 2 * a * variance for a in _quadratics(terms)])


def pair_assumptions(terms: Terms, q1: sp.Expr, q2: sp.Expr, c: sp.Expr) -> Assumptions:
    """Conditions under which E[s(u) s(v)] is finite; () where there are none."""
    positive = []
    quadratics = _quadratics(terms)
    for a in quadratics:
        for b in quadratics:
            if _may_be_positive(a) and _may_be_positive(b):
                positive.append(1 - 2 * a * q1)
            positive.append((1 - 2 * a * q1) * (1 - 2 * b * q2) - 4 * a * b * c**2)
    return _relations(positive if any(_may_be_positive(a) for a in quadratics) else [])


def density_assumptions(terms: Terms, q1: sp.Expr, q2: sp.Expr, c: sp.Expr) -> Assumptions:
    """With a Dirac measure the kernel contains the density of (u, v), infinite at correlation 1; () where there is none."""
    return (sp.Gt(q1 * q2 - c**2, 0, evaluate=False),) if any(isinstance(t.factor, Dirac) for t in terms) else ()


def assumptions_latex(assumptions: Assumptions) -> str:
    """The conditions as they are printed behind a formula, or nothing."""
    return "".join(rf", \quad {condition}" for condition in conditions_latex(assumptions))


def conditions_latex(assumptions: Assumptions) -> tuple[str, ...]:
    """Each condition as it is printed."""
    return tuple(f"{latex(a.lhs)} > 0" for a in assumptions)


def _may_be_positive(a: sp.Expr) -> bool:
    """Whether a is positive, or a parameter decides."""
    return a.is_nonpositive is not True


def _quadratics(terms: Terms) -> list[sp.Expr]:
    return sorted({t.quadratic for t in terms}, key=sp.default_sort_key)


def _relations(positive: list[sp.Expr]) -> Assumptions:
    """Conditions that can fail, each once. With a covariance matrix, sums of positive terms cannot."""
    found = dict.fromkeys(sp.expand(entry) for entry in positive)
    return tuple(sp.Gt(entry, 0, evaluate=False) for entry in found if entry.is_positive is not True)
