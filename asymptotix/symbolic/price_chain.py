r"""The proof of a dual kernel: Price's theorem along s -> s' -> s'' -> ..., down to functions whose kernel is one rule.

    d k_j / dc = k_(j+1),    k_j(q1, q2, 0) = m_j(q1) m_j(q2),    k_j = E[s^(j)(u) s^(j)(v)],  m_j(q) = E[s^(j)(u)]

A chain ends where only constants and Dirac measures are left (densities at the jumps), or only exponentials (Gaussian
integrals). Where a step or Phi is multiplied by exp(b x), as in ELU, derivatives never end, but they stay in a space of
finite dimension: with e_m = x^p exp(b x) S, S = 1, a step or Phi,

    e_m' = p x^(p-1) exp(b x) S + b e_m + Dirac or Gaussian,    d K_ml / dc = E[e_m'(u) e_l'(v)],    K_ml = E[e_m(u) e_l(v)],

is a linear system of differential equations whose inhomogeneous part has a Dirac or a Gaussian in every term. It determines
all K_ml together with their values at c = 0. What neither ends nor closes (a step or Phi times exp(a x^2)) is compared with an
integral over u of a conditional mean, numerically.

Source: [Price1958].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product

import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.derivation import Derivation, Step
from asymptotix.symbolic.expectation import Law, conditional_mean, gaussian_mean, gaussian_pair
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.functions import density
from asymptotix.symbolic.integrability import pair_assumptions
from asymptotix.symbolic.line_integral import LineIntegral
from asymptotix.symbolic.terms import (
    ONE,
    Cdf,
    Dirac,
    Step as StepFactor,
    Term,
    Terms,
    collect,
    differentiate,
    is_recurring,
    is_settled,
)

__all__ = ["CENTRED", "Chain", "chain_derivation", "chain_proof", "chain_route"]

CENTRED = Law(sp.S.Zero, sp.S.Zero, Q1, Q2, C)
MAX_LINKS = 70  # more derivatives than any admitted power has
MAX_HALVINGS = 60  # of the variances, until exponentials of squares are integrable
MAX_BASIS = 8  # functions e_m of one linear system
PREMISES = (
    "Price's theorem: $\\partial k/\\partial c = \\mathbb{E}[s'(u)\\,s'(v)]$, derivatives in the sense of distributions.",
    "At $c = 0$ the variables are independent, so that $k$ is the product of the two means.",
    "The kernels where the chain ends: densities at the jumps, and Gaussian integrals of exponentials.",
)
SYSTEM_PREMISE = "A linear system of differential equations in $c$ has one solution for given values at $c = 0$."
COMPLEX_PREMISE = "$\\Phi$ and $\\Phi_2$ are entire functions of their limits, so that the rules hold at complex ones."
Kernels = tuple[tuple[sp.Expr, sp.Expr], ...]


@dataclass(frozen=True)
class Chain:
    """(kernel, mean as a function of q1) of s, s', ...; the terms of the last function, and how it ends."""

    links: Kernels
    last: Terms

    @property
    def closes(self) -> bool:
        """Whether the last function lies in a space of x^p exp(b x) S, and of Gaussians, that is closed under derivatives."""
        return _has_steps(self.last) and all(t.quadratic == 0 or t.factor == ONE for t in self.last)

    @property
    def ends(self) -> bool:
        """Whether the last kernel is a density or a Gaussian integral."""
        return not _has_steps(self.last)


def chain_proof(terms: Terms) -> Chain:
    """The chain from s down to constants and Diracs, to exponentials, or to the first function of a closed space."""
    links: list[tuple[sp.Expr, sp.Expr]] = []
    for _ in range(MAX_LINKS):
        links.append((gaussian_pair(terms, terms, CENTRED), gaussian_mean(terms, sp.S.Zero, Q1)))
        if is_settled(terms) or (is_recurring(terms) and _has_steps(terms)):
            return Chain(tuple(links), terms)
        if is_recurring(terms) and len(links) > 1:
            return Chain(tuple(links), terms)
        if is_recurring(terms):  # nothing would be checked in a chain of one Gaussian integral, so it is compared with the next
            below = differentiate(terms)
            links.append((gaussian_pair(below, below, CENTRED), gaussian_mean(below, sp.S.Zero, Q1)))
            return Chain(tuple(links), below)
        terms = differentiate(terms)
    raise NotInClosedClassError("the activation has more derivatives with steps than the engine follows")


def _has_steps(terms: Terms) -> bool:
    return any(isinstance(t.factor, StepFactor | Cdf) for t in terms)


def _regular(terms: Terms) -> Terms:
    return tuple(t for t in terms if not isinstance(t.factor, Dirac))


def _singular(terms: Terms) -> Terms:
    return tuple(t for t in terms if isinstance(t.factor, Dirac))


def chain_derivation(chain: Chain) -> Derivation:
    """The claims that determine k_0, from the end of the chain upwards."""
    steps = [] if chain.ends else list(_system(chain) if _is_closed(chain) else _integral(chain))
    bottom = steps[-1].label if steps else ""
    box = _box(chain)
    kernels = [sp.Function(f"k_{j}") for j in range(len(chain.links))]
    means = [sp.Function(f"m_{j}") for j in range(len(chain.links))]
    for j in reversed(range(len(chain.links))):
        kernel, mean = chain.links[j]
        here = {kernels[j]: sp.Lambda((Q1, Q2, C), kernel)}
        if j + 1 < len(chain.links):
            below = {kernels[j + 1]: sp.Lambda((Q1, Q2, C), chain.links[j + 1][0])}
            claim = sp.Eq(sp.Derivative(kernels[j](Q1, Q2, C), C), kernels[j + 1](Q1, Q2, C), evaluate=False)
            steps.append(Step(claim, f"Price's theorem for derivative {j} of s.", {**below, **here}, f"price {j}", domain=box))
        claim = sp.Eq(kernels[j](Q1, Q2, sp.S.Zero), means[j](Q1) * means[j](Q2), evaluate=False)
        uses = (f"price {j}",) if j + 1 < len(chain.links) else (bottom,) if bottom else ()
        why = "Independence at c = 0 fixes the constant of integration."
        steps.append(Step(claim, why, {**here, means[j]: sp.Lambda((Q1,), mean)}, f"start {j}", uses, box))
    return Derivation("The dual kernel $k_0$", (*steps, *_reality(chain)), _premises(chain), ("Price1958",))


def chain_route(chain: Chain) -> str:
    """How the formula was obtained, in words."""
    rules = "tilt, Stein, conditioning, orthant"
    if chain.ends or _is_closed(chain):
        return f"{rules}; checked along the chain of Price's theorem"
    return f"{rules}; checked along the chain of Price's theorem, whose end is compared with a one-dimensional quadrature"


def _is_closed(chain: Chain) -> bool:
    return chain.closes and len(_basis(chain.last)) <= MAX_BASIS


def _premises(chain: Chain) -> tuple[str, ...]:
    more = (SYSTEM_PREMISE,) if not chain.ends and _is_closed(chain) else ()
    return (*PREMISES, *more, *((COMPLEX_PREMISE,) if chain.links[0][0].has(sp.I) else ()))


def _box(chain: Chain) -> dict[sp.Symbol, tuple[float, float]]:
    """Where the expectations converge: q1, q2 in (w, 2w), |c| < 0.9 w for a w = 2^-j; {} where they always do.

    Found at the corners, those of parameters included; a box that is not inside makes a numeric check fail, never pass.
    """
    relations = pair_assumptions(chain.last, Q1, Q2, C)
    parameters = sorted(set().union(*(relation.free_symbols for relation in relations)) - {Q1, Q2, C}, key=str)
    ranges = [(1.0, 2.0) if parameter.is_positive else (-0.9, 0.9) for parameter in parameters]
    for j in range(MAX_HALVINGS if relations else 0):
        width = 2.0**-j
        box = {Q1: (width, 2 * width), Q2: (width, 2 * width), C: (-0.9 * width, 0.9 * width)}
        corners = product(*box.values(), *ranges)
        points = (dict(zip((*box, *parameters), map(sp.Rational, corner), strict=True)) for corner in corners)
        if all(relation.subs(point) for point in points for relation in relations):
            return box
    return {}


def _reality(chain: Chain) -> Iterator[Step]:
    """A kernel that is written with i equals its complex conjugate."""
    kernel = chain.links[0][0]
    if kernel.has(sp.I):
        real, conjugate = sp.Function("k_0"), sp.Function(r"\overline{k_0}")
        environment = {
            real: sp.Lambda((Q1, Q2, C), kernel),
            conjugate: sp.Lambda((Q1, Q2, C), kernel.xreplace({sp.I: -sp.I})),
        }
        claim = sp.Eq(real(Q1, Q2, C), conjugate(Q1, Q2, C), evaluate=False)
        yield Step(claim, "The value is real: the expression equals its complex conjugate.", environment, "real", ("start 0",))


# --- the linear system of x^p exp(b x) S --------------------------------------------------------------------------------------


def _basis(terms: Terms) -> list[Term]:
    """The functions e_m: all powers down to 0 of every shape, with coefficient 1."""
    top: dict[Term, int] = {}
    for t in _unforced(terms):
        shape = replace(t, coefficient=sp.S.One, power=0)
        top[shape] = max(top.get(shape, 0), t.power)
    return [replace(shape, power=power) for shape, highest in top.items() for power in range(highest + 1)]


def _system(chain: Chain) -> Iterator[Step]:
    """The claims for all pairs of basis functions, and the last kernel of the chain as their combination."""
    basis = _basis(chain.last)
    pairs = list(combinations_with_replacement(range(len(basis)), 2))
    kernels = {pair: sp.Function(f"K_{{{pair[0]}{pair[1]}}}") for pair in pairs}
    values = {pair: gaussian_pair((basis[pair[0]],), (basis[pair[1]],), CENTRED) for pair in pairs}
    known = {kernels[pair]: sp.Lambda((Q1, Q2, C), values[pair]) for pair in pairs}
    box = _box(chain)

    def named(m: int, n: int) -> sp.Expr:
        return kernels[m, n](Q1, Q2, C) if m <= n else kernels[n, m](Q2, Q1, C)

    for m, n in pairs:
        if basis[m].factor == ONE and basis[n].factor == ONE:
            continue  # a Gaussian integral, where the chain may end
        (regular, singular), (other, others) = _slope(basis, m), _slope(basis, n)
        rest = gaussian_pair(singular, differentiate((basis[n],)), CENTRED)
        rest += gaussian_pair(collect(_combined(basis, regular)), others, CENTRED)
        right = sp.Add(*(a * b * named(i, j) for i, a in regular.items() for j, b in other.items())) + rest
        claim = sp.Eq(sp.Derivative(named(m, n), C), right, evaluate=False)
        shown = {f.func: known[f.func] for f in claim.atoms(sp.core.function.AppliedUndef)}
        shapes = f"e_{m} = {_shape(basis[m])} and e_{n} = {_shape(basis[n])}"
        why = f"Price's theorem for {shapes}; the last part has a Dirac measure or a Gaussian."
        yield Step(claim, why, shown, f"system {m} {n}", domain=box)
        means = [sp.Function(f"M_{j}") for j in (m, n)]
        claim = sp.Eq(kernels[m, n](Q1, Q2, sp.S.Zero), means[0](Q1) * means[1](Q2), evaluate=False)
        here = {means[i]: sp.Lambda((Q1,), gaussian_mean((basis[j],), sp.S.Zero, Q1)) for i, j in enumerate((m, n))}
        yield Step(claim, "Independence at c = 0.", {kernels[m, n]: known[kernels[m, n]], **here}, f"value {m} {n}", domain=box)
    regular_part, singular_part = _unforced(chain.last), _forcing(chain.last)
    weights = {basis.index(replace(t, coefficient=sp.S.One)): t.coefficient for t in regular_part}
    bottom = sp.Function(f"k_{len(chain.links) - 1}")
    total = sp.Add(*(a * b * named(i, j) for i, a in weights.items() for j, b in weights.items()))
    total += gaussian_pair(singular_part, chain.last, CENTRED) + gaussian_pair(regular_part, singular_part, CENTRED)
    environment = {**known, bottom: sp.Lambda((Q1, Q2, C), chain.links[-1][0])}
    why = f"Derivative {len(chain.links) - 1} of s is a combination of the functions e, of Dirac measures and of Gaussians."
    yield Step(sp.Eq(bottom(Q1, Q2, C), total, evaluate=False), why, environment, "combination", domain=box)


def _slope(basis: list[Term], m: int) -> tuple[dict[int, sp.Expr], Terms]:
    """e_m' as a combination of the basis, and its Dirac and Gaussian part."""
    terms = differentiate((basis[m],))
    regular = {basis.index(replace(t, coefficient=sp.S.One)): t.coefficient for t in _unforced(terms)}
    return regular, _forcing(terms)


def _unforced(terms: Terms) -> Terms:
    """The terms x^p exp(b x) S, which the space of the e_m is made of."""
    return tuple(t for t in terms if not isinstance(t.factor, Dirac) and t.quadratic == 0)


def _forcing(terms: Terms) -> Terms:
    """The Dirac measures and the Gaussians, whose expectation with any e_m is one rule and a mean in one variable."""
    return tuple(t for t in terms if isinstance(t.factor, Dirac) or t.quadratic != 0)


def _combined(basis: list[Term], weights: dict[int, sp.Expr]) -> Terms:
    return tuple(replace(basis[i], coefficient=weight) for i, weight in weights.items())


def _shape(t: Term) -> str:
    x = sp.Symbol("x", real=True)
    return f"${sp.latex(t.expression(x))}$"


# --- what does not close ------------------------------------------------------------------------------------------------------


def _integral(chain: Chain) -> Iterator[Step]:
    """The last kernel as an integral over u of the conditional mean, which is compared numerically."""
    u = sp.Symbol("u", real=True)
    bottom = sp.Function(f"k_{len(chain.links) - 1}")
    inner = conditional_mean(chain.last, u, CENTRED)
    parts = [gaussian_pair(_singular(chain.last), chain.last, CENTRED)]
    for t in _regular(chain.last):
        low = t.factor.threshold if isinstance(t.factor, StepFactor) else -sp.oo
        outer = replace(t, factor=ONE) if isinstance(t.factor, StepFactor) else t
        weight = outer.expression(u) * density(u / sp.sqrt(Q1)) / sp.sqrt(Q1)
        parts.append(LineIntegral(weight * inner, (u, low, sp.oo)))
    claim = sp.Eq(bottom(Q1, Q2, C), sp.Add(*parts), evaluate=False)
    why = "The orthant probability of the tilted Gaussian against the mean over u of the conditional mean of s(v)."
    yield Step(claim, why, {bottom: sp.Lambda((Q1, Q2, C), chain.links[-1][0])}, "integral", domain=_box(chain))
