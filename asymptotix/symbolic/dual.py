r"""Dual kernels, derived from the activation.

    k(q1, q2, c) = E[s(u) s(v)],   E u^2 = q1, E v^2 = q2, E u v = c.

The closed form comes out of the four rules of `expectation`. It is then proved by Price's theorem, dk/dc = E[s'(u) s'(v)], and
the value k(q1, q2, 0) = E[s(u)] E[s(v)], along the chain s -> s' -> s'' -> ... down to constants
and Dirac measures.

Source: [Price1958] for the theorem; the kernels of relu^n are those of [ChoSaul2009] (theirs are twice E[s(u) s(v)]).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import sympy as sp

from asymptotix.activations import Activation, ActivationFamily
from asymptotix.activations.tree import Node
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.arc_cosine import MAX_ORDER
from asymptotix.symbolic.cache import CachedForm, load, store
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import NUMERIC_KERNELS, time_limited
from asymptotix.symbolic.derivation import Derivation, DerivationError
from asymptotix.symbolic.expectation import gaussian_mean
from asymptotix.symbolic.expressions import parameter_conditions, sympy_symbol
from asymptotix.symbolic.formula import Q1, Q2, C, Formula, Status
from asymptotix.symbolic.integrability import density_assumptions, pair_assumptions
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.monomials import half_monomials, monomial_kernel
from asymptotix.symbolic.price_chain import chain_derivation, chain_proof, chain_route
from asymptotix.symbolic.terms import ONE, Cdf, Terms, differentiate, multiply

__all__ = ["DualForm", "diagonal", "dual_form", "dual_kernel", "pointwise_derivative", "resolve", "resolve_activation"]

CHAIN_ORDER = 3  # half monomials of higher order take the route of `monomials`
MAX_WORK = 1500  # products of powers over all pairs of terms; beyond it the engine has always met its time limit
MONOMIAL_ROUTE = "arc-cosine kernels of both halves; proved along Price's recurrence in the order"


@dataclass(frozen=True)
class DualForm:
    """A proved dual kernel: expression in (q1, q2, c), derivation, conditions of convergence, and how it was obtained."""

    expression: sp.Expr
    derivation: Derivation
    assumptions: tuple[sp.Basic, ...]
    route: str
    stored: bool = False  # read from disk, its derivation checked when it was written

    @property
    def cached(self) -> CachedForm:
        """What is stored of it."""
        return CachedForm(self.expression, self.derivation, self.assumptions, self.route)


def resolve_activation(activation: Activation | ActivationFamily | str) -> Activation:
    """The activation itself, or the one that a text denotes; a family with parameters is refused."""
    s = resolve(activation)
    return s.require_numbers() if isinstance(s, ActivationFamily) else s


def resolve(activation: Activation | ActivationFamily | str) -> Activation | ActivationFamily:
    """The activation or the family itself, or the activation that a text denotes."""
    from asymptotix.activations import activation as build

    if isinstance(activation, Activation | ActivationFamily):
        return activation
    if not isinstance(activation, str):
        raise InvalidInputError("activation", activation, "an Activation or a text such as 'relu' or 'max(x,0)**2'")
    return build(activation)


def dual_kernel(
    activation: Activation | ActivationFamily | str,
    *,
    derivative: bool | Literal["distributional", "pointwise"] = False,
    allow_numeric: bool = True,
) -> Formula:
    r"""$E[s(u) s(v)]$, or $E[s'(u) s'(v)]$ with `derivative=True`, in q1, q2 and c; in closed form where one is known.

    (u, v) is a centred Gaussian pair with E u^2 = q1, E v^2 = q2, E u v = c.

    Args:
        activation: an Activation, its text, or an ActivationFamily, whose parameters become further symbols of the formula.
        derivative: the kernel of s' instead of s. Where s jumps, s' is not square integrable. True and "distributional" keep
            its Dirac measures: the kernel of a step is the joint density of (u, v) at the jump, and the formula carries the
            assumption q1 q2 > c^2, since it is infinite at correlation 1. "pointwise" drops them: the kernel of a step is 0.
        allow_numeric: where no closed form is known to the engine, return a formula of status "numeric": the defining
            integral, with values by quadrature and a bound on their error. False insists on a closed form.

    Raises:
        NotInClosedClassError: no closed form is known to the engine, and `allow_numeric` is False, the activation grows too
            fast for the quadrature, or it has parameters; the message names the part of s that is outside the class.

    Source: [Price1958]; rectified monomials [ChoSaul2009] (twice this value).

    >>> k = dual_kernel("relu")
    >>> k.expression.subs(k.symbols[2], 0)
    sqrt(q1)*sqrt(q2)/(2*pi)
    >>> dual_kernel("tanh").status.kind
    'numeric'
    >>> dual_kernel("step", derivative=True).assumptions
    (-c**2 + q1*q2 > 0,)
    >>> dual_kernel("step", derivative="pointwise").expression
    0
    """
    s = resolve(activation)
    if derivative not in (False, True, "distributional", "pointwise"):
        raise InvalidInputError("derivative", derivative, "False, True, 'distributional' (the same as True) or 'pointwise'")
    if derivative == "pointwise":
        formula = dual_kernel(pointwise_derivative(s), allow_numeric=allow_numeric)
        return replace(formula, name=f"dual_kernel({s.name!r}, derivative='pointwise')", left=r"\dot{k}(q_1, q_2, c)")
    derivative = bool(derivative)
    try:
        return _closed_form(s, derivative)
    except NotInClosedClassError as refusal:
        if isinstance(s, ActivationFamily):  # a parameter without a value has no numbers
            raise NotInClosedClassError(str(refusal).replace(NUMERIC_KERNELS, s.numeric_remedy())) from None
        if not allow_numeric:
            raise
        from asymptotix.symbolic.numeric import no_closed_form

        return no_closed_form(s, refusal, derivative)


def pointwise_derivative(s: Activation | ActivationFamily) -> Activation:
    """s' without the Dirac measures at jumps."""
    if isinstance(s, ActivationFamily):
        raise InvalidInputError("derivative", "pointwise", "True for an activation with parameters", "or give them values")
    return s.pointwise_derivative


@time_limited
def _closed_form(s: Activation | ActivationFamily, derivative: bool) -> Formula:
    from asymptotix.kernels.kernel_family import kernel_of

    form, status = _checked_form(s.tree, derivative)
    parameters = s.parameters if isinstance(s, ActivationFamily) else ()
    return Formula(
        name=f"dual_kernel({s.name!r}{', derivative=True' if derivative else ''})",
        left=(r"\dot{k}" if derivative else "k") + "(q_1, q_2, c)",
        symbols=(Q1, Q2, C, *map(sympy_symbol, parameters)),
        expression=form.expression,
        derivation=form.derivation,
        status=status,
        assumptions=(*form.assumptions, *parameter_conditions(parameters)),
        kernel=kernel_of(s, derivative=derivative),
        family=s if isinstance(s, ActivationFamily) else None,
    )


@lru_cache(maxsize=128)
def _checked_form(tree: Node, derivative: bool) -> tuple[DualForm, Status]:
    """The dual kernel and what the check of its derivation found; a new one is stored."""
    form = dual_form(tree, derivative)
    try:
        status = Status.of(form.derivation, form.route)
    except DerivationError as failure:  # a form that is not confirmed is not a form
        raise NotInClosedClassError(f"no closed form known to the engine that passes its own check: {failure}") from failure
    if not form.stored:
        store(_key(tree, derivative), form.cached)
    return form, status


@lru_cache(maxsize=128)
def dual_form(tree: Node, derivative: bool = False) -> DualForm:
    """The dual kernel of the function that `tree` denotes, with its derivation (not yet checked, unless it is a stored one)."""
    known = load(_key(tree, derivative))
    if known is not None:
        return DualForm(known.expression, known.derivation, known.assumptions, known.route, stored=True)
    terms = lower(tree)
    terms = differentiate(terms) if derivative else terms
    halves = half_monomials(terms)
    if halves is not None and halves.order > MAX_ORDER:
        raise NotInClosedClassError(
            f"no closed form known to the engine in reasonable time for order {halves.order} (limit {MAX_ORDER}): the closed "
            f"form would take too long; {NUMERIC_KERNELS}"
        )
    if halves is not None and halves.order > CHAIN_ORDER:
        return DualForm(*monomial_kernel(halves), (), MONOMIAL_ROUTE)
    _require_moderate(terms)
    chain = chain_proof(terms)
    assumptions = (*pair_assumptions(terms, Q1, Q2, C), *density_assumptions(terms, Q1, Q2, C))
    return DualForm(chain.links[0][0], chain_derivation(chain), assumptions, chain_route(chain))


def _key(tree: Node, derivative: bool) -> str:
    return f"{'derivative ' if derivative else ''}dual kernel of {tree!r}"


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


@lru_cache(maxsize=128)
def diagonal(tree: Node) -> sp.Expr:
    """E[s(u)^2] as a function of q1. From the term list of s * s, because c -> q1 in the pair's form can be 0/0."""
    terms = lower(tree)
    try:
        return gaussian_mean(multiply(terms, terms), sp.S.Zero, Q1)
    except NotInClosedClassError as refusal:
        # products of two Phi: the pair's form has no threshold and is regular at c = q1 = q2
        value = dual_form(tree).expression.subs({Q2: Q1, C: Q1})
        if value.has(sp.nan, sp.zoo, sp.oo):
            raise NotInClosedClassError(f"no closed form known to the engine for E[s(u)^2]: {refusal}") from None
        return canonical(value)
