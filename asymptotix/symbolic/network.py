r"""Kernels of wide networks, layer by layer: the random-feature (NNGP) kernel and the tangent kernel.

With weight variance w and bias variance b:  S_0 = w <x,x'>/d + b,  S_l = w E[s(u) s(v)] + b for (u, v) ~ N(0, S_(l-1)),
T_0 = S_0,  T_l = S_l + w T_(l-1) E[s'(u) s'(v)].  `nngp_kernel` is S_depth, `tangent_kernel` T_depth, as functions of
q1 = |x|^2/d, q2 = |x'|^2/d, c = <x,x'>/d. Unrolled, T grows geometrically with depth: the layers are kept as bindings.

Source: [LeeEtAl2018] for S, [JacotGabrielHongler2018] for T.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import sympy as sp

from asymptotix.activations import ActivationFamily
from asymptotix.errors import InvalidInputError, NotInClosedClassError
from asymptotix.symbolic.deadline import NUMERIC_KERNELS, time_limited
from asymptotix.symbolic.derivation import Derivation
from asymptotix.symbolic.dual import DualForm, diagonal, dual_form, pointwise_derivative, resolve
from asymptotix.symbolic.expressions import parameter_conditions, sympy_symbol
from asymptotix.symbolic.formula import Q1, Q2, C, Formula, Status
from asymptotix.symbolic.integrability import assumptions_latex, conditions_latex, density_assumptions, pair_assumptions
from asymptotix.symbolic.layer_recursion import LayerMap, Layers, layer_symbols
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.presentation import definitions_latex
from asymptotix.symbolic.terms import Terms, differentiate

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["nngp_kernel", "tangent_kernel"]

_ROUTE = "layer recursion over the dual kernel and its derivative, both proved along the chain of Price's theorem"
Choice = Literal["distributional", "pointwise"]


@dataclass(frozen=True)
class _Request:
    """A network as the user asked for it, checked."""

    activation: Activation | ActivationFamily
    kind: Literal["nngp", "tangent"]
    depth: int
    weight: sp.Rational
    bias: sp.Rational
    layers: Layers
    derivative: Choice | None
    name: str

    @property
    def needs_slope(self) -> bool:
        return self.kind == "tangent" and self.layers != "last"

    @property
    def left(self) -> str:
        tangent = {"all": r"\Theta", "first": r"\Theta_{\mathrm{NT}}", "last": r"\Theta_{\mathrm{RF}}"}
        symbol = r"\Sigma" if self.kind == "nngp" else tangent[self.layers]
        return rf"{symbol}^{{({self.depth})}}(q_1, q_2, c)" if self.depth == 1 else rf"{symbol}(q_1, q_2, c)"

    @property
    def kernel_options(self) -> dict[str, Any]:
        return {
            "depth": self.depth, "weight_variance": float(self.weight), "bias_variance": float(self.bias), "kind": self.kind,
            "layers": self.layers if self.kind == "tangent" else "all", "derivative": self.derivative or False,
        }  # fmt: skip


def nngp_kernel(
    activation: Activation | ActivationFamily | str,
    *,
    depth: int = 1,
    weight_variance: float = 1,
    bias_variance: float = 0,
    allow_numeric: bool = True,
) -> Formula:
    r"""The covariance S_depth of a wide random network's output; in closed form where the dual kernel has one.

    Args:
        activation: an Activation, or its text.
        depth: number of hidden layers, 1 to 1000. From 2 on the formula is a recursion (`.bindings`).
        weight_variance: w > 0.
        bias_variance: b >= 0.
        allow_numeric: where no closed form is known to the engine, return a formula of status "numeric": the recursion over
            k(q1, q2, c), bound to its defining integral. False insists on a closed form.

    Raises:
        InvalidInputError: depth or a variance out of range.
        NotInClosedClassError: no closed form of the dual kernel is known to the engine, and `allow_numeric` is False, the
            activation grows too fast for the quadrature, or it has parameters.

    Source: [LeeEtAl2018].

    >>> nngp_kernel("relu", depth=3, weight_variance=2).status.kind
    'proved'
    >>> tanh = nngp_kernel("tanh", depth=3)
    >>> tanh.status.kind, tanh.bindings[-1].expression
    ('numeric', k(Q1_2, Q2_2, C_2))
    """
    return _formula(_request(activation, "nngp", depth, weight_variance, bias_variance, "last", None), allow_numeric)


def tangent_kernel(
    activation: Activation | ActivationFamily | str,
    *,
    depth: int = 1,
    weight_variance: float = 1,
    bias_variance: float = 0,
    layers: Layers = "all",
    derivative: Choice | None = None,
    allow_numeric: bool = True,
) -> Formula:
    r"""The neural tangent kernel T_depth of a wide network at initialization; in closed form where the dual kernels have one.

    Args:
        activation: an Activation, or its text.
        depth: number of hidden layers, 1 to 1000. From 2 on the formula is a recursion (`.bindings`).
        weight_variance: w > 0.
        bias_variance: b >= 0.
        layers: "all"; "first", the part of the first layer's parameters, T_l = w T_(l-1) E[s' s']; "last", that of the last
            layer's, S_depth. With depth 1, w = 1, b = 0 "first" is c E[s'(u) s'(v)] and "last" is E[s(u) s(v)].
        derivative: what s' means where s jumps; without jumps it makes no difference. "distributional" keeps the Dirac
            measures: the kernel is infinite at coincident inputs, and the formula says so in its assumptions. "pointwise"
            drops them, as automatic differentiation does. None refuses an activation that jumps.
        allow_numeric: as for `nngp_kernel`.

    Raises:
        InvalidInputError: depth, a variance, `layers` or `derivative` out of range.
        HypothesisError: the activation jumps, and neither `derivative` nor layers="last" is given.
        NotInClosedClassError: as for `nngp_kernel`.

    Source: [JacotGabrielHongler2018].

    >>> tangent_kernel("relu", depth=3, weight_variance=2).status.kind
    'proved'
    >>> tangent_kernel("step", derivative="distributional").assumptions
    (-c**2 + q1*q2 > 0,)
    >>> tangent_kernel("step", derivative="pointwise").expression
    asin(c/(sqrt(q1)*sqrt(q2)))/(2*pi) + 1/4
    """
    if layers not in ("all", "first", "last"):
        raise InvalidInputError("layers", layers, "'all', 'first' or 'last'")
    if derivative not in (None, "distributional", "pointwise"):
        raise InvalidInputError("derivative", derivative, "None, 'distributional' or 'pointwise'")
    if derivative is not None and layers == "last":
        raise InvalidInputError("derivative", derivative, "None with layers='last', which has no s'")
    return _formula(_request(activation, "tangent", depth, weight_variance, bias_variance, layers, derivative), allow_numeric)


def _request(activation: Any, kind: Any, depth: Any, w: Any, b: Any, layers: Layers, derivative: Choice | None) -> _Request:
    from asymptotix.kernels.kernel_map import MAX_DEPTH

    if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= MAX_DEPTH:
        raise InvalidInputError("depth", depth, f"an integer from 1 to {MAX_DEPTH}", "depth counts hidden layers")
    weight, bias = _exact("weight_variance", w), _exact("bias_variance", b)
    if weight == 0:
        raise InvalidInputError("weight_variance", w, "a positive finite number")
    s = resolve(activation)
    tail = f", layers={layers!r}" if kind == "tangent" and layers != "all" else ""
    tail += f", derivative={derivative!r}" if derivative else ""
    name = f"{kind}_kernel({s.name!r}, depth={depth}, weight_variance={w}, bias_variance={b}{tail})"
    return _Request(s, kind, depth, weight, bias, layers, derivative, name)


def _exact(name: str, value: Any) -> sp.Rational:
    """The decimal that the user wrote, as a rational: 0.1 is 1/10."""
    from fractions import Fraction

    try:
        exact = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(name, value, "a finite number of at least 0") from None
    if exact < 0:
        raise InvalidInputError(name, value, "a finite number of at least 0")
    return sp.Rational(exact.numerator, exact.denominator)


def _formula(request: _Request, allow_numeric: bool) -> Formula:
    s = request.activation
    if request.needs_slope and request.derivative is None:
        _require_continuous(s)
    try:
        return _closed(request)
    except NotInClosedClassError as refusal:
        if isinstance(s, ActivationFamily):  # a parameter without a value has no numbers
            raise NotInClosedClassError(str(refusal).replace(NUMERIC_KERNELS, s.numeric_remedy())) from None
        if not allow_numeric:
            raise
        from asymptotix.symbolic.numeric import no_closed_network

        options, left, slope = request.kernel_options, request.left, request.needs_slope
        layers = LayerMap(request.depth, request.weight, request.bias, sp.S.Zero, None, sp.S.Zero, request.layers)
        return no_closed_network(s, refusal, layers, options, request.name, left, slope)


def _require_continuous(s: Activation | ActivationFamily) -> None:
    """The refusal that `KernelMap` gives once there are numbers."""
    from asymptotix.kernels.kernel_map import tangent_refusal

    jumps = density_assumptions(differentiate(lower(s.tree)), Q1, Q2, C) if isinstance(s, ActivationFamily) else s.jumps
    if jumps:
        raise tangent_refusal(s.name)


@time_limited
def _closed(request: _Request) -> Formula:
    from asymptotix.kernels.kernel_family import kernel_of

    s = request.activation
    parameters = s.parameters if isinstance(s, ActivationFamily) else ()
    form, slope = dual_form(s.tree), _slope(request)
    square = diagonal(s.tree) if request.depth > 1 else sp.S.Zero  # with one layer the inputs' own variances are enough
    below = None if slope is None else slope.expression
    layers = LayerMap(request.depth, request.weight, request.bias, form.expression, below, square, request.layers)
    expression, bindings = (layers.in_one(), ()) if request.depth == 1 else layers.bindings()
    derivation = _derivation(form, slope, request.derivative == "pointwise")
    assumptions = (*_assumptions(layers, lower(s.tree), request.derivative), *parameter_conditions(parameters))
    return Formula(
        name=request.name,
        left=request.left,
        symbols=(Q1, Q2, C, *map(sympy_symbol, parameters)),
        expression=expression,
        bindings=bindings,
        derivation=derivation,
        status=Status.of(derivation, _ROUTE),
        assumptions=assumptions,
        family=s if isinstance(s, ActivationFamily) else None,
        kernel=kernel_of(s, **request.kernel_options),
        body=_body(request, layers, (form, slope), assumptions),
    )


def _body(request: _Request, layers: LayerMap, forms: tuple[DualForm, DualForm | None], assumptions: tuple[Any, ...]) -> str:
    """LaTeX of the whole."""
    if request.depth == 1:
        return layers.latex_in_one(request.left, conditions_latex(assumptions)) if layers.bias != 0 else ""
    return layers.latex(_definitions(*forms, layers.square, request.derivative), request.left)


def _slope(request: _Request) -> DualForm | None:
    """The kernel of s', with or without Dirac measures."""
    if not request.needs_slope:
        return None
    if request.derivative == "pointwise":
        return dual_form(pointwise_derivative(request.activation).tree)
    return dual_form(request.activation.tree, True)


def _assumptions(layers: LayerMap, terms: Terms, derivative: Choice | None) -> tuple[sp.Basic, ...]:
    """Convergence at every layer, in the inputs for depth 1 and in the symbols of the bindings beyond."""
    inputs = tuple(layers.affine(symbol) for symbol in (Q1, Q2, C))
    dirac = density_assumptions(differentiate(terms), *inputs) if derivative == "distributional" else ()
    if layers.depth == 1:
        return (*pair_assumptions(terms, *inputs), *dirac)
    pair, square = pair_assumptions(terms, Q1, Q2, C), pair_assumptions(terms, Q1, Q1, Q1)
    found: list[sp.Basic] = list(dirac)
    for layer in range(layers.depth):
        q1, q2, c, _ = layer_symbols(layer)
        found += [relation.xreplace({Q1: q1, Q2: q2, C: c}) for relation in pair]
        found += [relation.xreplace({Q1: q}) for q in (q1, q2) for relation in square]
    return tuple(dict.fromkeys(found))


def _derivation(form: DualForm, slope: DualForm | None, both: bool) -> Derivation:
    """The derivation of k, whose chain contains that of kdot, under a title of its own and the recursion as a premise.

    Without its Dirac measures s' is not the next link of the chain of s, and has steps of its own.
    """
    base = form.derivation
    steps, premises = base.steps, base.premises
    if slope is not None and both:
        own = (replace(s, label=f"slope {s.label}", uses=tuple(f"slope {u}" for u in s.uses)) for s in slope.derivation.steps)
        steps, premises = (*own, *steps), tuple(dict.fromkeys((*slope.derivation.premises, *premises)))
    elif slope is not None and len(slope.derivation.steps) > len(steps):
        steps, premises = slope.derivation.steps, slope.derivation.premises
    recursion = (
        "The layer recursion $\\Sigma^{(\\ell)} = w\\,k(\\Sigma^{(\\ell-1)}) + b$, "
        "$\\Theta^{(\\ell)} = \\Sigma^{(\\ell)} + w\\,\\Theta^{(\\ell-1)}\\,\\dot{k}(\\Sigma^{(\\ell-1)})$ of wide networks."
    )
    return Derivation("The layer map of the network", steps, (*premises, recursion), ("LeeEtAl2018", "JacotGabrielHongler2018"))


def _definitions(form: DualForm, slope: DualForm | None, square: sp.Expr, derivative: Choice | None) -> list[str]:
    """The closed forms of k, kdot and k(q, q, q), as lines of LaTeX."""
    rows = [("k(q_1, q_2, c)", form.expression, assumptions_latex(form.assumptions))]
    if slope is not None:
        remark = r" \quad (s' \text{ without its Dirac measures})" if derivative == "pointwise" else ""
        density = slope.assumptions if derivative == "distributional" else ()
        rows.append((r"\dot{k}(q_1, q_2, c)", slope.expression, remark + assumptions_latex(density)))
    rows.append(("k(q, q, q)", square.subs(Q1, sp.Symbol("q", positive=True)), ""))
    return definitions_latex(rows)
