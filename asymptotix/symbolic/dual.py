r"""Dual kernels, derived from the activation.

    k(q1, q2, c) = E[s(u) s(v)],   E u^2 = q1, E v^2 = q2, E u v = c.

The closed form comes out of the four rules of `expectation`. It is then proved by Price's theorem, dk/dc = E[s'(u) s'(v)], and
the value k(q1, q2, 0) = E[s(u)] E[s(v)], along the chain s -> s' -> s'' -> ... down to constants
and Dirac measures.

Source: [Price1958] for the theorem; the kernels of relu^n are those of [ChoSaul2009] (theirs are twice E[s(u) s(v)]).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.activations.tree import Node
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.arc_cosine import MAX_ORDER
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import NUMERIC_KERNELS, time_limited
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.expectation import Law, gaussian_mean, gaussian_pair
from asymptotix.symbolic.formula import Q1, Q2, C, Formula, Status
from asymptotix.symbolic.integrability import pair_assumptions
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.monomials import half_monomials, monomial_kernel
from asymptotix.symbolic.terms import ONE, Cdf, Terms, differentiate, is_recurring, is_settled, multiply

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["DualForm", "chain_derivation", "chain_proof", "diagonal", "dual_form", "dual_kernel", "resolve_activation"]

CENTRED = Law(sp.S.Zero, sp.S.Zero, Q1, Q2, C)
CHAIN_ORDER = 3  # half monomials of higher order take the route of `monomials`
MAX_WORK = 1500  # products of powers over all pairs of terms; beyond it the engine has always met its time limit
MAX_LINKS = 70  # more derivatives than any admitted power has
CHAIN_ROUTE = "tilt, Stein, conditioning, orthant; proved along the chain of Price's theorem"
MONOMIAL_ROUTE = "arc-cosine kernels of both halves; proved along Price's recurrence in the order"
PREMISES = (
    "Price's theorem: $\\partial k/\\partial c = \\mathbb{E}[s'(u)\\,s'(v)]$, derivatives in the sense of distributions.",
    "At $c = 0$ the variables are independent, so that $k$ is the product of the two means.",
    "The value of the last kernel of the chain: densities at the jumps, Gaussian integrals of exponentials and, where a step is "
    "multiplied by an exponential, orthant probabilities of the tilted Gaussian.",
)


@dataclass(frozen=True)
class DualForm:
    """A proved dual kernel: expression in (q1, q2, c), derivation, conditions of convergence, and how it was obtained."""

    expression: sp.Expr
    derivation: Derivation
    assumptions: tuple[sp.Basic, ...] = ()
    route: str = CHAIN_ROUTE


def resolve_activation(activation: Activation | str) -> Activation:
    """The activation itself, or the one that a text denotes."""
    from asymptotix.activations import Activation, activation as build

    if isinstance(activation, Activation):
        return activation
    if not isinstance(activation, str):
        raise InvalidInputError("activation", activation, "an Activation or a text such as 'relu' or 'max(x,0)**2'")
    return build(activation)


@time_limited
def dual_kernel(activation: Activation | str, *, derivative: bool = False) -> Formula:
    r"""Closed form of $E[s(u) s(v)]$, or of $E[s'(u) s'(v)]$ with `derivative=True`, as a function of q1, q2 and c.

    (u, v) is a centred Gaussian pair with E u^2 = q1, E v^2 = q2, E u v = c. Derivatives are distributional: the derivative
    kernel of a step is the joint density of (u, v) at the jump.

    Args:
        activation: an Activation, or its text.
        derivative: the kernel of s' instead of s.

    Raises:
        NotInClosedClassError: no closed form is known to the engine; the message names the part of s that is outside its class.

    Source: [Price1958]; rectified monomials [ChoSaul2009] (twice this value).

    >>> k = dual_kernel("relu")
    >>> k.expression.subs(k.symbols[2], 0)
    sqrt(q1)*sqrt(q2)/(2*pi)
    """
    from asymptotix.kernels import KernelMap

    s = resolve_activation(activation)
    form = dual_form(s.tree, derivative)
    return Formula(
        name=f"dual_kernel({s.name!r}{', derivative=True' if derivative else ''})",
        left=(r"\dot{k}" if derivative else "k") + "(q_1, q_2, c)",
        symbols=(Q1, Q2, C),
        expression=form.expression,
        derivation=form.derivation,
        status=Status.of(form.derivation, form.route),
        assumptions=form.assumptions,
        kernel=KernelMap(s, derivative=derivative),
    )


@lru_cache(maxsize=128)
def dual_form(tree: Node, derivative: bool = False) -> DualForm:
    """The dual kernel of the function that `tree` denotes, with its derivation (not yet checked)."""
    terms = lower(tree)
    terms = differentiate(terms) if derivative else terms
    halves = half_monomials(terms)
    if halves is not None and halves.order > MAX_ORDER:
        raise NotInClosedClassError(
            f"no closed form known to the engine in reasonable time for order {halves.order} (limit {MAX_ORDER}): the closed "
            f"form would take too long; {NUMERIC_KERNELS}"
        )
    if halves is not None and halves.order > CHAIN_ORDER:
        return DualForm(*monomial_kernel(halves), route=MONOMIAL_ROUTE)
    _require_moderate(terms)
    chain = chain_proof(terms)
    return DualForm(chain[0][0], chain_derivation(chain), pair_assumptions(terms, Q1, Q2, C))


def _require_moderate(terms: Terms) -> None:
    """Refuse at once what the time limit would stop later: Stein's identity visits every pair of lower powers."""
    smooth = sum(t.power + 1 for t in terms if t.factor == ONE)
    # a Phi leads to exponentials at every power and costs several steps
    steps = sum((t.power + 1) * (4 if isinstance(t.factor, Cdf) else 1) for t in terms if t.factor != ONE)
    work = (smooth + steps) ** 2 - smooth**2
    if work > MAX_WORK:
        raise NotInClosedClassError(
            f"no closed form known to the engine in reasonable time: about {work} products of powers with steps or Phi (limit "
            f"{MAX_WORK}), so that the closed form would take too long; {NUMERIC_KERNELS}"
        )


def chain_proof(terms: Terms) -> list[tuple[sp.Expr, sp.Expr]]:
    """(kernel, mean as a function of q1) for s, s', s'', ... down to constants and Dirac measures.

    An exponential comes back at every derivative, a step times an exponential (ELU) too. The chain then ends one link below the
    first function of that kind: g' = b g + Diracs, so that this link is a linear differential equation for its kernel.
    """
    if any(t.factor != ONE for t in terms) and any(not t.linear.is_real for t in terms):
        raise NotInClosedClassError(
            "a sine or cosine beside a step or Phi: their pair leads to Phi at complex arguments (no closed form known to the "
            f"engine); {NUMERIC_KERNELS}"
        )
    chain, last = [], False
    for _ in range(MAX_LINKS):
        chain.append((gaussian_pair(terms, terms, CENTRED), gaussian_mean(terms, sp.S.Zero, Q1)))
        if last or is_settled(terms):
            return chain
        last = is_recurring(terms)
        terms = differentiate(terms)
    raise NotInClosedClassError("the activation has more derivatives with steps than the engine follows")


def chain_derivation(chain: list[tuple[sp.Expr, sp.Expr]]) -> Derivation:
    """The claims dk_j/dc = k_(j+1) and k_j(c = 0) = m_j(q1) m_j(q2), from the leaf upwards."""
    kernels = [sp.Function(f"k_{j}") for j in range(len(chain))]
    means = [sp.Function(f"m_{j}") for j in range(len(chain))]
    steps = []
    for j in reversed(range(len(chain))):
        here = {kernels[j]: sp.Lambda((Q1, Q2, C), chain[j][0])}
        if j + 1 < len(chain):
            below = {kernels[j + 1]: sp.Lambda((Q1, Q2, C), chain[j + 1][0])}
            claim = sp.Eq(sp.Derivative(kernels[j](Q1, Q2, C), C), kernels[j + 1](Q1, Q2, C), evaluate=False)
            steps.append(Step(claim, f"Price's theorem for derivative {j} of s.", {**below, **here}, f"price {j}"))
        claim = sp.Eq(kernels[j](Q1, Q2, sp.S.Zero), means[j](Q1) * means[j](Q2), evaluate=False)
        mean = {means[j]: sp.Lambda((Q1,), chain[j][1])}
        uses = (f"price {j}",) if j + 1 < len(chain) else ()
        why = "Independence at c = 0 fixes the constant of integration."
        steps.append(Step(claim, why, {**here, **mean}, f"start {j}", uses))
    return Derivation("The dual kernel $k_0$", tuple(steps), PREMISES, ("Price1958",))


@lru_cache(maxsize=128)
def diagonal(tree: Node) -> sp.Expr:
    """E[s(u)^2] as a function of q1. From the term list of s * s, because c -> q1 in the pair's form can be 0/0."""
    terms = lower(tree)
    try:
        return gaussian_mean(multiply(terms, terms), sp.S.Zero, Q1)
    except NotInClosedClassError:
        # products of two Phi: the pair's form has no threshold and is regular at c = q1 = q2
        value = canonical(dual_form(tree).expression.subs({Q2: Q1, C: Q1}))
    if value.has(sp.nan, sp.zoo, sp.oo):
        raise NotInClosedClassError("no closed form known to the engine for E[s(u)^2]")
    return value
