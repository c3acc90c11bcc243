r"""The tangent kernel of a deep network, layer by layer.

Claim    The tangent kernel of a network with one more layer is the kernel of its last features plus the tangent kernel below,
         carried up by the weights and slopes of the new layer; averaged over weights of variance w/N it is
         Theta' = K' + w Theta E[s'(u) s'(v)]. Linear networks and ReLU networks on the diagonal solve it in closed form.
Source   [JacotGabrielHongler2018], [LeeEtAl2018]
Used by  asymptotix/symbolic/network.py, asymptotix/kernels/kernel_map.py

Route: a network of two hidden layers with two neurons each, all of its gradients taken; the mean over weights is taken over their
signs. The activation is any function of which only the names of the derivatives are known.
"""

from __future__ import annotations

from itertools import product

import sympy as sp

from asymptotix.symbolic.derivation import Derivation, Step, equation, generic_function

SIGMA, SLOPE = generic_function(r"\sigma", 1)
PAIR = (0, 1)
INPUT, OTHER = ([sp.Symbol(f"{name}_{i + 1}", real=True) for i in PAIR] for name in ("x", "z"))
OUTER = [sp.Symbol(f"v_{i + 1}", real=True) for i in PAIR]
MIDDLE, INNER = ([[sp.Symbol(f"{name}_{i + 1}{j + 1}", real=True) for j in PAIR] for i in PAIR] for name in ("w", "u"))
WEIGHT, COVARIANCE, VARIANCE = sp.symbols("w c q", positive=True)
DEPTH = sp.Symbol(r"\ell", integer=True, nonnegative=True)
PREMISES = (
    "In the limit of many neurons, sums over the neurons of a layer are their expectations, the fields $(u, v)$ of a "
    "layer are Gaussian, "
    "and tangent kernels of different neurons of a layer vanish.",
)
HYPOTHESES = (
    "$f(x) = \\sum_i v_i\\,\\sigma(h_i(x))$, $h_i(x) = \\sum_j w_{ij}\\,\\sigma(g_j(x))$, $g_j(x) = \\sum_k u_{jk} x_k$; "
    "gradients in all weights.",
    "Weights are independent and symmetric, those of a layer of $N$ neurons with variance $w/N$; no biases.",
)


def first(x: list[sp.Symbol]) -> list[sp.Expr]:
    """The fields of the first hidden layer."""
    return [sp.Add(*(INNER[j][k] * x[k] for k in PAIR)) for j in PAIR]


def second(x: list[sp.Symbol]) -> list[sp.Expr]:
    """The fields of the second hidden layer."""
    below = first(x)
    return [sp.Add(*(MIDDLE[i][j] * SIGMA(below[j]) for j in PAIR)) for i in PAIR]


def network(x: list[sp.Symbol]) -> sp.Expr:
    """The output."""
    fields = second(x)
    return sp.Add(*(OUTER[i] * SIGMA(fields[i]) for i in PAIR))


def gradients(left: sp.Expr, right: sp.Expr, weights: list[sp.Symbol]) -> sp.Expr:
    """Inner product of the gradients of a value at x and one at z."""
    return sp.Add(*(sp.diff(left, w) * sp.diff(right, w) for w in weights))


def inner_weights() -> list[sp.Symbol]:
    """All weights but those of the output layer."""
    return [w for rows in (MIDDLE, INNER) for row in rows for w in row]


def mean_over_signs(expression: sp.Expr, weights: list[sp.Symbol]) -> sp.Expr:
    """The mean over independent signs of some weights."""
    cases = [dict(zip(weights, (s * w for s, w in zip(signs, weights, strict=True)), strict=True))
             for signs in product((1, -1), repeat=len(weights))]  # fmt: skip
    return sp.Add(*(expression.subs(case, simultaneous=True) for case in cases)) / len(cases)


def derivation() -> Derivation:
    """The steps."""
    theorem = ("one layer more", "mean over the output weights", "linear network", "ReLU on the diagonal")
    sources = ("JacotGabrielHongler2018", "LeeEtAl2018")
    steps = (*_chain_rule(), *_means(), *_solutions())
    return Derivation("The depth recursion of the tangent kernel", steps, PREMISES, sources, theorem, HYPOTHESES)


def _below() -> dict[tuple[int, int], sp.Symbol]:
    return {(i, j): sp.Symbol(rf"\Theta_{{{i + 1}{j + 1}}}") for i in PAIR for j in PAIR}


def _fields() -> tuple[list[sp.Symbol], list[sp.Symbol], dict[sp.Basic, sp.Expr]]:
    here, there = ([sp.Symbol(f"{name}_{i + 1}", real=True) for i in PAIR] for name in ("h", "h'"))
    return here, there, {**dict(zip(here, second(INPUT), strict=True)), **dict(zip(there, second(OTHER), strict=True))}


def _chain_rule() -> tuple[Step, ...]:
    total, below = sp.Symbol(r"\Theta"), _below()
    here, there, values = _fields()
    entries = {name: gradients(second(INPUT)[i], second(OTHER)[j], inner_weights()) for (i, j), name in below.items()}
    whole = {total: gradients(network(INPUT), network(OTHER), [*OUTER, *inner_weights()])}
    features = sp.Add(*(SIGMA(here[i]) * SIGMA(there[i]) for i in PAIR))
    carried = sp.Add(*(OUTER[i] * OUTER[j] * SLOPE(here[i]) * SLOPE(there[j]) * below[i, j] for i in PAIR for j in PAIR))
    why = (
        "The gradient in $v$ gives the kernel of the features; in all other weights, the tangent kernels $\\Theta_{ij}$ "
        "of the fields."
    )
    return (Step(equation(total, features + carried), why, {**whole, **entries, **values}, "one layer more"),)


def _means() -> tuple[Step, ...]:
    below, mean, entry = _below(), sp.Symbol(r"\bar\Theta"), sp.Symbol(r"\bar\Theta_{12}")
    here, there = _fields()[:2]
    carried = sp.Add(*(OUTER[i] * OUTER[j] * SLOPE(here[i]) * SLOPE(there[j]) * below[i, j] for i in PAIR for j in PAIR))
    diagonal = sp.Add(*(OUTER[i] ** 2 * SLOPE(here[i]) * SLOPE(there[i]) * below[i, i] for i in PAIR))
    between = gradients(second(INPUT)[0], second(OTHER)[1], inner_weights())
    return (
        Step(
            equation(mean, diagonal),
            "Averaged over the signs of $v$ only equal neurons are left: with $v_i^2 = w/N$ and many neurons, "
            "$\\Theta' = K' + w\\,\\Theta\\,E[\\sigma'(u)\\sigma'(v)]$.",
            {mean: mean_over_signs(carried, OUTER)},
            "mean over the output weights",
            ("one layer more",),
        ),
        Step(
            equation(entry, sp.S.Zero),
            "Tangent kernels of different neurons average to 0 over the signs of their weights, so that the recursion closes.",
            {entry: mean_over_signs(between, [w for row in MIDDLE for w in row])},
            "different neurons",
            ("one layer more",),
        ),
    )


def _solutions() -> tuple[Step, ...]:
    kernel, tangent = sp.Function("K"), sp.Function(r"\Theta")
    slopes, features = sp.symbols(r"\dot{\kappa} \kappa")
    linear = {kernel: sp.Lambda((DEPTH,), WEIGHT ** (DEPTH + 1) * COVARIANCE),
              tangent: sp.Lambda((DEPTH,), (DEPTH + 1) * WEIGHT ** (DEPTH + 1) * COVARIANCE), slopes: sp.S.One}  # fmt: skip
    relu = {kernel: sp.Lambda((DEPTH,), VARIANCE), tangent: sp.Lambda((DEPTH,), (DEPTH + 1) * VARIANCE),
            slopes: half_line(0), features: half_line(2)}  # fmt: skip
    recursion = equation(tangent(DEPTH + 1), kernel(DEPTH + 1) + WEIGHT * slopes * tangent(DEPTH))
    return (
        Step(
            recursion,
            "A linear network: $K_\\ell = w^{\\ell+1} c$, slopes 1. Every layer adds as much as the first.",
            linear,
            "linear network",
            ("mean over the output weights",),
        ),
        Step(
            equation(kernel(DEPTH + 1), 2 * features * kernel(DEPTH)),
            "ReLU with $w = 2$ keeps the variance $q$: $\\kappa = E\\,G_+^2 = 1/2$,",
            relu,
            "ReLU variance",
        ),
        Step(
            equation(tangent(DEPTH + 1), kernel(DEPTH + 1) + 2 * slopes * tangent(DEPTH)),
            "and with $\\dot\\kappa = P(G > 0) = 1/2$ the tangent kernel grows on the diagonal by $q$ a layer.",
            relu,
            "ReLU on the diagonal",
            ("mean over the output weights", "ReLU variance"),
        ),
    )


def half_line(power: int) -> sp.Expr:
    """E G_+^power for an even power: half of (power - 1)!!."""
    return sp.factorial2(power - 1) / 2 if power else sp.S.Half


if __name__ == "__main__":
    print(derivation().to_markdown())
