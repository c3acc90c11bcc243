r"""Dual kernels without a closed form: the defining integral, the reason, and numbers with an error bound.

    k(q1, q2, c) = int int s(u) s(v) p(u, v) du dv,   p the density of the centred Gaussian (u, v)

The expression of such a formula is this integral, unevaluated; its status is "numeric". `evaluate` gives float64 values by
the quadrature of `asymptotix.kernels.quadrature`, `mp` as many digits as are asked for by `asymptotix.kernels.precise`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy as sp

from asymptotix.activations.calculus import differentiate
from asymptotix.errors import ExpressionError, NotInClosedClassError
from asymptotix.symbolic.deadline import NUMERIC_KERNELS
from asymptotix.symbolic.expressions import X, sympy_expression
from asymptotix.symbolic.formula import Q1, Q2, Binding, C, Formula, Status
from asymptotix.symbolic.layer_recursion import LayerMap
from asymptotix.symbolic.presentation import latex
from asymptotix.symbolic.printing.line_breaking import equation, equation_rows

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["defining_integral", "no_closed_form", "no_closed_network", "numeric_formula"]

U, V = sp.symbols("u v", real=True)


def defining_integral(activation: Activation, derivative: bool = False) -> sp.Integral:
    """E[s(u) s(v)], or E[s'(u) s'(v)], as an unevaluated integral over the Gaussian density."""
    tree = differentiate(activation.tree) if derivative else activation.tree
    determinant = Q1 * Q2 - C**2
    density = sp.exp(-(Q2 * U**2 - 2 * C * U * V + Q1 * V**2) / (2 * determinant)) / (2 * sp.pi * sp.sqrt(determinant))
    return sp.Integral(sympy_expression(tree, U) * sympy_expression(tree, V) * density, (U, -sp.oo, sp.oo), (V, -sp.oo, sp.oo))


def numeric_formula(activation: Activation, derivative: bool, reason: str) -> Formula:
    """The dual kernel as a formula of status "numeric"; `reason` says why there is no closed form.

    Raises:
        NotInClosedClassError: the activation grows too fast for the quadrature as well.
    """
    from asymptotix.kernels import KernelMap
    from asymptotix.kernels.quadrature import AGREEMENT_DIGITS, QuadratureDual

    QuadratureDual(activation).require_moderate_growth()
    route = (
        f"two quadrature rules that must agree; absolute error below 10^-{AGREEMENT_DIGITS} of sqrt(E[f(u)^2] E[f(v)^2]), "
        f"f = {'s prime' if derivative else 's'} (`error_bound`); more digits by `mp`"
    )
    return Formula(
        name=f"dual_kernel({activation.name!r}{', derivative=True' if derivative else ''})",
        left=_left(derivative),
        symbols=(Q1, Q2, C),
        expression=defining_integral(activation, derivative),
        derivation=None,
        status=Status("numeric", AGREEMENT_DIGITS, route, reason),
        kernel=KernelMap(activation, derivative=derivative),
        body=_defining_latex(activation, derivative),
        assumptions=(sp.Gt(Q1 * Q2 - C**2, 0, evaluate=False),) if derivative and activation.jumps else (),
    )


def numeric_network(
    activation: Activation, reason: str, layers: LayerMap, options: dict[str, Any], name: str, left: str, needs_slope: bool
) -> Formula:
    """A network kernel as the recursion over k and kdot, which are bound to their defining integrals.

    Raises:
        NotInClosedClassError: the activation grows too fast for the quadrature as well.
    """
    from asymptotix.kernels import KernelMap
    from asymptotix.kernels.quadrature import AGREEMENT_DIGITS, QuadratureDual

    QuadratureDual(activation).require_moderate_growth()
    k, slope = (sp.Function(symbol)(Q1, Q2, C) for symbol in ("k", "kdot"))
    named = replace(layers, kernel=k, slope=slope if needs_slope else None, square=k.func(Q1, Q1, Q1))
    below = activation if options["derivative"] != "pointwise" else activation.pointwise_derivative
    bindings = [Binding(k, defining_integral(activation))]
    remark = "" if below is activation else r" \quad (s' \text{ without its Dirac measures})"
    if needs_slope:
        bindings.append(Binding(slope, defining_integral(below, below is activation)))
    expression, own = (named.in_one(), ()) if layers.depth == 1 else named.bindings()
    route = f"layer recursion over quadratures of two rules that agree to 10^-{AGREEMENT_DIGITS} of their scale"
    dirac = needs_slope and activation.jumps and options["derivative"] == "distributional"
    q1, q2, c = (layers.affine(symbol) for symbol in (Q1, Q2, C))
    return Formula(
        name=name,
        left=left,
        symbols=(Q1, Q2, C),
        expression=expression,
        derivation=None,
        status=Status("numeric", None, f"{route}; `error_bound` carries their errors through the layers", reason),
        bindings=(*bindings, *own),
        kernel=KernelMap(activation, **options),
        body=named.latex(_definitions(activation, needs_slope, remark), left),
        assumptions=(sp.Gt(sp.expand(q1 * q2 - c**2), 0, evaluate=False),) if dirac else (),
    )


def _defining_latex(activation: Activation, derivative: bool) -> str:
    return equation(_left(derivative), _expectation(derivative), _meanings(activation))


def _definitions(activation: Activation, needs_slope: bool, remark: str) -> list[str]:
    """The rows of k, with what s, u and v are, and those of kdot."""
    found = [" \\\\\n".join(equation_rows(_left(False), _expectation(False), _meanings(activation)))]
    return [*found, f"{_left(True)} &= {_expectation(True)}{remark}"] if needs_slope else found


def _left(derivative: bool) -> str:
    return (r"\dot{k}" if derivative else "k") + "(q_1, q_2, c)"


def _expectation(derivative: bool) -> str:
    prime = "'" if derivative else ""
    return rf"\mathbb{{E}}\left[s{prime}(u)\, s{prime}(v)\right]"


def _meanings(activation: Activation) -> tuple[str, str]:
    covariance = r"\begin{pmatrix} q_1 & c \\ c & q_2 \end{pmatrix}"
    s = latex(sympy_expression(activation.tree, X))
    return rf"s(x) = {s}", rf"(u, v) \sim \mathcal{{N}}\left(0, {covariance}\right)"


def no_closed_form(activation: Activation, refusal: NotInClosedClassError, derivative: bool) -> Formula:
    """The numeric formula in place of a refusal; the refusal itself where there are no numbers either."""
    reason = _reason(refusal)
    try:
        return numeric_formula(activation, derivative, reason)
    except (NotInClosedClassError, ExpressionError) as second:
        raise NotInClosedClassError(f"{reason}; no numeric kernel either: {second}") from refusal


def no_closed_network(
    activation: Activation,
    refusal: NotInClosedClassError,
    layers: LayerMap,
    options: dict[str, Any],
    name: str,
    left: str,
    needs_slope: bool,
) -> Formula:
    """`numeric_network` in place of a refusal; the refusal itself where there are no numbers either."""
    reason = _reason(refusal)
    try:
        return numeric_network(activation, reason, layers, options, name, left, needs_slope)
    except (NotInClosedClassError, ExpressionError) as second:
        raise NotInClosedClassError(f"{reason}; no numeric kernel either: {second}") from refusal


def _reason(refusal: NotInClosedClassError) -> str:
    return str(refusal).split("; ")[0].split(f": {NUMERIC_KERNELS}")[0]
