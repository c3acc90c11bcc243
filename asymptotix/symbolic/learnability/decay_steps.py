r"""The checked steps of an eigenvalue decay: closed form, ratio of successive degrees, exponent, number of eigenfunctions."""

from __future__ import annotations

import sympy as sp
from sympy.polys.fields import FracField

from asymptotix.symbolic.coefficients.sphere_moments import moment_route, rodrigues_route
from asymptotix.symbolic.derivation import Derivation, Step, equation
from asymptotix.symbolic.learnability.homogeneous_levels import K, Levels, kappa, kappa_ratio

__all__ = ["decay_derivation"]

_D = sp.Symbol("d", positive=True)
_MOMENTS = 8  # up to this order moments of the polynomials are the other side; beyond, Rodrigues' formula, which is quick
_STARTS = 3  # degrees at which the closed form is compared with moments
_PREMISES = (
    "Raabe: where $\\lambda_{k+2}/\\lambda_k = 1 - 2e/k + O(k^{-2})$ is rational in $k$, the eigenvalues decay as $C k^{-e}$.",
    "The eigenvalue of $t\\,h(t)$ in degree $k$ is $\\frac{k}{2k+d-2}\\,\\kappa_{k-1} + \\frac{k+d-2}{2k+d-2}\\,\\kappa_{k+1}$ "
    "(derivation tangent_spectrum).",
    "$E|w|^{2n} = d (d+2) \\cdots (d+2n-2) / d^n$ for $w \\sim N(0, I/d)$.",
)


def decay_derivation(levels: Levels) -> Derivation:
    """The steps, in a symbolic dimension whatever the dimension asked for."""
    general = Levels(levels.order, sp.Symbol("c", positive=True), _D, levels.layers)
    n, shift = general.base
    steps = (*_closed_form(n, shift), _successive(general), _exponent(general), _count())
    title = f"Decay of the eigenvalues for order {levels.order}, layers '{levels.layers}'"
    hypotheses = (
        f"Degrees $k = n + 1, n + 3, \\dots$ with $n = {levels.order}$.",
        "$c = a - (-1)^n b$ for the activation $a x_+^n + b (-x)_+^n$.",
    )
    theorem = ("exponent", "eigenfunctions")
    return Derivation(title, steps, _PREMISES, ("Muller1966", "Bach2017", "BiettiBach2021"), theorem, hypotheses)


def _closed_form(n: int, shift: int) -> tuple[Step, ...]:
    name = sp.Function(r"\kappa")
    family = {name: sp.Lambda((K,), kappa(n, K, _D))}
    middle = sp.gamma(_D / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((_D + 1) / 2))
    symbol = sp.Symbol("d")
    element = FracField([symbol], sp.QQ).gens[0]
    route, other = (moment_route, "moments") if n <= _MOMENTS else (rodrigues_route, "Rodrigues' formula")
    weights, total, closed = sp.symbols(f"z_0:{_STARTS}"), sp.S.Zero, sp.S.Zero
    for i, weight in enumerate(weights):
        degree = n + 1 + 2 * i
        rational = sp.factor(route(n, degree, element).as_expr()).subs(symbol, _D)
        total += weight * (rational * middle) ** 2
        closed += weight * name(sp.Integer(degree))
    listed = ", ".join(str(n + 1 + 2 * i) for i in range(_STARTS))
    argument = K - shift
    return (
        Step(
            equation(closed, total),
            f"The closed form of $\\kappa_j = E[t_+^{{{n}}} P_j]^2$ in degrees {listed} (any weights $z_i$), against {other}.",
            family,
            "closed form",
        ),
        Step(
            equation(name(argument + 2), kappa_ratio(n, argument, _D) * name(argument)),
            "Two degrees on: a rational factor, by $\\Gamma(z + 1) = z \\Gamma(z)$.",
            family,
            "two degrees on",
            ("closed form",),
        ),
    )


def _successive(levels: Levels) -> Step:
    value, ratio = sp.Function(r"\lambda"), sp.Symbol("r_k")
    n, shift = levels.base
    # without the factor that does not depend on k: a product of n factors that the check would multiply out
    eigenvalue = sp.Symbol("C") * levels.shape * kappa(n, K - shift, levels.dimension)
    family = {value: sp.Lambda((K,), eigenvalue), ratio: levels.ratio}
    return Step(
        equation(value(K + 2), ratio * value(K)),
        "The ratio of successive eigenvalues of the kernel, $C$ their common factor: rational in $k$ and $d$.",
        family,
        "ratio",
        ("two degrees on",),
    )


def _exponent(levels: Levels) -> Step:
    u, ratio = sp.Symbol("u", positive=True), sp.Function("r")
    inverse = sp.cancel(sp.together(levels.ratio.subs(K, 1 / u)))
    claim = equation(sp.Subs(sp.Derivative(ratio(u), u), u, 0), -2 * levels.exponent)
    why = "With $u = 1/k$ the ratio is $1 - 2e\\,u + O(u^2)$; its derivative at 0 gives the exponent $e$."
    return Step(claim, why, {ratio: sp.Lambda((u,), inverse)}, "exponent", ("ratio",))


def _count() -> Step:
    """N(k) - N(k-1) = B(d, k)."""
    count = sp.Function("N")

    def binomial(top: sp.Expr) -> sp.Expr:
        return sp.gamma(top + 1) / (sp.gamma(_D) * sp.gamma(top - _D + 2))

    total = binomial(K + _D - 1) + binomial(K + _D - 2)
    multiplicity = (2 * K + _D - 2) * sp.gamma(K + _D - 2) / (sp.gamma(K + 1) * sp.gamma(_D - 1))
    why = (
        "$N(k) = \\binom{k+d-1}{d-1} + \\binom{k+d-2}{d-1}$ counts the harmonics up to degree $k$, of which degree $k$ has "
        "$B(d,k)$; it grows as $k^{d-1}$, so that the exponent in the index is $e/(d-1)$."
    )
    return Step(equation(count(K) - count(K - 1), multiplicity), why, {count: sp.Lambda((K,), total)}, "eigenfunctions")
