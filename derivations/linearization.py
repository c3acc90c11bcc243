r"""A two-layer network near its initial weights is linear in their change: a random-feature part and a tangent part.

Claim    The first-order Taylor term of the network in its weights is the sum of a random-feature model (change of the second
         layer) and a neural tangent model (change of the first); the kernel of the features is the sum of the two kernels.
Source   [MisiakiewiczMontanari2023], [JacotGabrielHongler2018]
Used by  asymptotix/symbolic/network.py, asymptotix/kernels/kernel_map.py

Route: the network is differentiated along a line in weight space, with an activation of which only the names of its derivatives
are known. Two neurons and two input coordinates stand for all: each claim is a sum over neurons, and coordinates enter through
inner products only.
"""

from __future__ import annotations

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation, generic_function

SIGMA, SLOPE, CURVATURE = generic_function(r"\sigma", 2)
NEURONS = COORDINATES = (1, 2)
GAMMA, EPS = sp.symbols("gamma epsilon", real=True)
OUTER, OUTER_CHANGE = ([sp.Symbol(f"{name}_{i}", real=True) for i in NEURONS] for name in ("a", "alpha"))
INNER, INNER_CHANGE = (
    [[sp.Symbol(f"{name}_{i}{j}", real=True) for j in COORDINATES] for i in NEURONS] for name in ("w", "omega")
)
X, OTHER = ([sp.Symbol(f"{name}_{j}", real=True) for j in COORDINATES] for name in ("x", "z"))
PREMISES = ("Taylor's theorem: the network along a line is its value, slope and curvature at the start, and a remainder.",)
HYPOTHESES = (
    r"$f(x) = \gamma \sum_i a_i\,\sigma(\langle w_i, x\rangle)$, $\sigma$ twice differentiable; weights move from $(a, "
    r"w)$ to $(a + \epsilon\alpha, w + \epsilon\omega)$.",
    r"$h_i = \langle w_i, x\rangle$, $g_i = \langle w_i, z\rangle$, $\delta_i = \langle \omega_i, x\rangle$.",
)
H, G, DELTA = ([sp.Symbol(f"{name}_{i}", real=True) for i in NEURONS] for name in ("h", "g", "delta"))


def inner(left: list[sp.Expr], right: list[sp.Expr]) -> sp.Expr:
    """The inner product."""
    return sp.Add(*(a * b for a, b in zip(left, right, strict=True)))


def network(outer: list[sp.Expr], weights: list[list[sp.Expr]], x: list[sp.Symbol]) -> sp.Expr:
    """gamma sum_i a_i sigma(<w_i, x>)."""
    return sp.Add(*(GAMMA * a * SIGMA(inner(w, x)) for a, w in zip(outer, weights, strict=True)))


def along_the_line() -> sp.Expr:
    """The network as a function of epsilon."""
    outer = [a + EPS * change for a, change in zip(OUTER, OUTER_CHANGE, strict=True)]
    weights = [[w + EPS * change for w, change in zip(*rows, strict=True)] for rows in zip(INNER, INNER_CHANGE, strict=True)]
    return network(outer, weights, X)


def tangent_kernel() -> sp.Expr:
    """Inner product of the gradients at two inputs, over all weights."""
    weights = [*OUTER, *(w for row in INNER for w in row)]
    here, there = (network(OUTER, INNER, x) for x in (X, OTHER))
    return sp.Add(*(sp.diff(here, w) * sp.diff(there, w) for w in weights))


def derivation() -> Derivation:
    """The steps."""
    sources = ("MisiakiewiczMontanari2023", "JacotGabrielHongler2018")
    theorem = ("first order", "kernel")
    return Derivation("Linearization of a two-layer network", (*_taylor(), *_kernel()), PREMISES, sources, theorem, HYPOTHESES)


def _taylor() -> tuple[Step, ...]:
    f = sp.Function("f")
    products = {**dict(zip(H, (inner(w, X) for w in INNER), strict=True)),
                **dict(zip(DELTA, (inner(w, X) for w in INNER_CHANGE), strict=True))}  # fmt: skip
    environment = {f: sp.Lambda((EPS,), along_the_line()), **products}
    features = sp.Add(*(change * SIGMA(h) for change, h in zip(OUTER_CHANGE, H, strict=True)))
    tangents = sp.Add(*(a * SLOPE(h) * delta for a, h, delta in zip(OUTER, H, DELTA, strict=True)))
    second = sp.Add(*(2 * change * SLOPE(h) * delta + a * CURVATURE(h) * delta**2
                      for a, change, h, delta in zip(OUTER, OUTER_CHANGE, H, DELTA, strict=True)))  # fmt: skip
    return (
        Step(
            equation(sp.Subs(sp.Derivative(f(EPS), EPS), EPS, 0), GAMMA * features + GAMMA * tangents),
            "The linear term: random features with coefficients $\\alpha$, tangent features with coefficients $\\omega$.",
            environment,
            "first order",
        ),
        Step(
            equation(sp.Subs(sp.Derivative(f(EPS), EPS, EPS), EPS, 0), GAMMA * second),
            "What is neglected: no term is quadratic in $\\alpha$, and a piecewise linear activation has no curvature.",
            environment,
            "second order",
            ("first order",),
        ),
    )


def _kernel() -> tuple[Step, ...]:
    kernel, value = sp.symbols("K F")
    products = {**dict(zip(H, (inner(w, X) for w in INNER), strict=True)),
                **dict(zip(G, (inner(w, OTHER) for w in INNER), strict=True))}  # fmt: skip
    first = sp.Add(*(SIGMA(h) * SIGMA(g) for h, g in zip(H, G, strict=True)))
    second = sp.Add(*(a**2 * SLOPE(h) * SLOPE(g) for a, h, g in zip(OUTER, H, G, strict=True)))
    claim = equation(kernel, GAMMA**2 * first + GAMMA**2 * inner(X, OTHER) * second)
    mirrored = {OUTER[1]: -OUTER[0], **dict(zip(INNER[1], INNER[0], strict=True))}
    pair = 2 * GAMMA**2 * (SIGMA(H[0]) * SIGMA(G[0]) + inner(X, OTHER) * OUTER[0] ** 2 * SLOPE(H[0]) * SLOPE(G[0]))
    products_of_one = {H[0]: inner(INNER[0], X), G[0]: inner(INNER[0], OTHER)}
    return (
        Step(
            claim,
            "The kernel is the inner product of the gradients in all weights: the kernels of the two feature maps add up.",
            {kernel: tangent_kernel(), **products},
            "kernel",
            ("first order",),
        ),
        Step(
            equation(value, sp.S.Zero),
            "Antisymmetric start: for a pair of neurons $(a, w)$ and $(-a, w)$ the network is 0,",
            {value: network(OUTER, INNER, X).subs(mirrored, simultaneous=True)},
            "antisymmetric value",
        ),
        Step(
            equation(kernel, pair),
            "while their kernels, even in $a$, add up.",
            {kernel: tangent_kernel().subs(mirrored, simultaneous=True), **products_of_one},
            "antisymmetric kernel",
            ("kernel",),
        ),
    )


if __name__ == "__main__":
    print(derivation().to_markdown())
