r"""Kernels of wide networks, layer by layer: the random-feature (NNGP) kernel and the tangent kernel.

With weight variance w and bias variance b:  S_0 = w <x,x'>/d + b,  S_l = w E[s(u) s(v)] + b for (u, v) ~ N(0, S_(l-1)),
T_0 = S_0,  T_l = S_l + w T_(l-1) E[s'(u) s'(v)].  `nngp_kernel` is S_depth, `tangent_kernel` T_depth, as functions of
q1 = |x|^2/d, q2 = |x'|^2/d, c = <x,x'>/d. Unrolled, T grows geometrically with depth: the layers are kept as bindings.

Source: [LeeEtAl2018] for S, [JacotGabrielHongler2018] for T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sympy as sp

from asymptotix.activations import ActivationFamily
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import check_deadline, time_limited
from asymptotix.symbolic.derivation import Derivation
from asymptotix.symbolic.dual import DualForm, diagonal, dual_form, resolve
from asymptotix.symbolic.expressions import parameter_conditions, sympy_symbol
from asymptotix.symbolic.formula import Q1, Q2, Binding, C, Formula, Status
from asymptotix.symbolic.integrability import assumptions_latex, pair_assumptions
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.presentation import arrange, latex
from asymptotix.symbolic.terms import Dirac, Terms, differentiate

if TYPE_CHECKING:
    from asymptotix.activations import Activation

__all__ = ["nngp_kernel", "tangent_kernel"]

Layers = Literal["all", "first", "last"]
_ROUTE = "layer recursion over the dual kernel and its derivative, both proved along the chain of Price's theorem"


@dataclass(frozen=True)
class _Network:
    """What the recursion needs: variances, the dual kernel k, its derivative kdot, and k(q, q, q)."""

    depth: int
    weight: sp.Rational
    bias: sp.Rational
    kernel: DualForm
    derivative: DualForm | None
    square: sp.Expr

    def affine(self, expression: sp.Expr) -> sp.Expr:
        """w * expression + b."""
        return self.weight * expression + self.bias


@time_limited
def nngp_kernel(
    activation: Activation | ActivationFamily | str, *, depth: int = 1, weight_variance: float = 1, bias_variance: float = 0
) -> Formula:
    r"""The covariance S_depth of a wide random network's output, in closed form.

    Args:
        activation: an Activation, or its text.
        depth: number of hidden layers, 1 to 1000. From 2 on the formula is a recursion (`.bindings`).
        weight_variance: w > 0.
        bias_variance: b >= 0.

    Raises:
        InvalidInputError: depth or a variance out of range.
        NotInClosedClassError: no closed form of the dual kernel is known to the engine.

    Source: [LeeEtAl2018].
    """
    return _build(activation, "nngp", depth, weight_variance, bias_variance, "last")


@time_limited
def tangent_kernel(
    activation: Activation | ActivationFamily | str,
    *,
    depth: int = 1,
    weight_variance: float = 1,
    bias_variance: float = 0,
    layers: Layers = "all",
) -> Formula:
    r"""The neural tangent kernel T_depth of a wide network at initialization, in closed form.

    Args:
        activation: an Activation, or its text.
        depth: number of hidden layers, 1 to 1000. From 2 on the formula is a recursion (`.bindings`).
        weight_variance: w > 0.
        bias_variance: b >= 0.
        layers: "all"; "first", the part of the first layer's parameters, T_l = w T_(l-1) E[s' s']; "last", that of the last
            layer's, S_depth. With depth 1, w = 1, b = 0 "first" is c E[s'(u) s'(v)] and "last" is E[s(u) s(v)].

    Raises:
        InvalidInputError: depth, a variance or `layers` out of range.
        NotInClosedClassError: no closed form of the dual kernel is known to the engine.

    Source: [JacotGabrielHongler2018].
    """
    if layers not in ("all", "first", "last"):
        raise InvalidInputError("layers", layers, "'all', 'first' or 'last'")
    return _build(activation, "tangent", depth, weight_variance, bias_variance, layers)


def _build(
    activation: Activation | ActivationFamily | str,
    kind: Literal["nngp", "tangent"],
    depth: int,
    w: Any,
    b: Any,
    layers: Layers,
) -> Formula:
    from asymptotix.kernels.kernel_family import kernel_of
    from asymptotix.kernels.kernel_map import MAX_DEPTH

    if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= MAX_DEPTH:
        raise InvalidInputError("depth", depth, f"an integer from 1 to {MAX_DEPTH}", "depth counts hidden layers")
    weight, bias = _exact("weight_variance", w), _exact("bias_variance", b)
    if weight == 0:
        raise InvalidInputError("weight_variance", w, "a positive finite number")
    s = resolve(activation)
    parameters = s.parameters if isinstance(s, ActivationFamily) else ()
    needs_derivative = kind == "tangent" and layers != "last"
    if parameters and needs_derivative:
        _require_continuous(s.name, lower(s.tree))
    form = dual_form(s.tree)
    square = diagonal(s.tree) if depth > 1 else sp.S.Zero  # with one layer the inputs' own variances are enough
    network = _Network(depth, weight, bias, form, dual_form(s.tree, True) if needs_derivative else None, square)
    expression, bindings = _unroll_one(network, layers) if depth == 1 else _recursion(network, layers)
    left, derivation = _left(kind, depth, layers), _derivation(network)
    tail = f", layers={layers!r}" if kind == "tangent" and layers != "all" else ""
    return Formula(
        name=f"{kind}_kernel({s.name!r}, depth={depth}, weight_variance={w}, bias_variance={b}{tail})",
        left=left,
        symbols=(Q1, Q2, C, *map(sympy_symbol, parameters)),
        expression=expression,
        bindings=bindings,
        derivation=derivation,
        status=Status.of(derivation, _ROUTE),
        assumptions=(*_assumptions(network, lower(s.tree)), *parameter_conditions(parameters)),
        family=s if isinstance(s, ActivationFamily) else None,
        kernel=kernel_of(
            s,
            depth=depth,
            weight_variance=float(weight),
            bias_variance=float(bias),
            kind=kind,
            layers=layers if kind == "tangent" else "all",
        ),
        body=_recursion_latex(network, layers, left) if depth > 1 else "",
    )


def _require_continuous(name: str, terms: Terms) -> None:
    """The refusal that `KernelMap` gives once there are numbers."""
    if any(isinstance(t.factor, Dirac) for t in differentiate(terms)):
        raise HypothesisError(
            f"{name} is discontinuous: s' is not square integrable and the tangent kernel infinite; use layers='last'"
        )


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


def _assumptions(network: _Network, terms: Terms) -> tuple[sp.Basic, ...]:
    """Convergence at every layer, in the inputs for depth 1 and in the symbols of the bindings beyond."""
    if network.depth == 1:
        return pair_assumptions(terms, *(network.affine(symbol) for symbol in (Q1, Q2, C)))
    pair, square = pair_assumptions(terms, Q1, Q2, C), pair_assumptions(terms, Q1, Q1, Q1)
    found: list[sp.Basic] = []
    for layer in range(network.depth):
        q1, q2, c, _ = _layer_symbols(layer)
        found += [relation.xreplace({Q1: q1, Q2: q2, C: c}) for relation in pair]
        found += [relation.xreplace({Q1: q}) for q in (q1, q2) for relation in square]
    return tuple(dict.fromkeys(found))


def _left(kind: str, depth: int, layers: Layers) -> str:
    tangent = {"all": r"\Theta", "first": r"\Theta_{\mathrm{NT}}", "last": r"\Theta_{\mathrm{RF}}"}
    symbol = r"\Sigma" if kind == "nngp" else tangent[layers]
    return rf"{symbol}^{{({depth})}}(q_1, q_2, c)" if depth == 1 else rf"{symbol}(q_1, q_2, c)"


def _derivation(network: _Network) -> Derivation:
    """The derivation of k, whose chain contains that of kdot, under a title of its own and the recursion as a premise."""
    base = network.kernel.derivation
    if network.derivative is not None:
        longer = network.derivative.derivation
        base = base if len(base.steps) > len(longer.steps) else longer
    recursion = (
        "The layer recursion $\\Sigma^{(\\ell)} = w\\,k(\\Sigma^{(\\ell-1)}) + b$, "
        "$\\Theta^{(\\ell)} = \\Sigma^{(\\ell)} + w\\,\\Theta^{(\\ell-1)}\\,\\dot{k}(\\Sigma^{(\\ell-1)})$ of wide networks."
    )
    sources = ("LeeEtAl2018", "JacotGabrielHongler2018")
    return Derivation("The layer map of the network", base.steps, (*base.premises, recursion), sources)


def _at(expression: sp.Expr, q1: sp.Expr, q2: sp.Expr, c: sp.Expr) -> sp.Expr:
    return expression.xreplace({Q1: q1, Q2: q2, C: c})


def _unroll_one(network: _Network, layers: Layers) -> tuple[sp.Expr, tuple[Binding, ...]]:
    """Depth 1 in closed form."""
    inputs = tuple(network.affine(symbol) for symbol in (Q1, Q2, C))
    last = network.affine(_at(network.kernel.expression, *inputs))
    if network.derivative is None:
        return canonical(last), ()
    first = network.weight * inputs[2] * _at(network.derivative.expression, *inputs)
    return canonical(first if layers == "first" else first + last), ()


def _layer_symbols(layer: int) -> tuple[sp.Symbol, sp.Symbol, sp.Symbol, sp.Symbol]:
    q1, q2 = (sp.Symbol(f"Q{i}_{layer}", positive=True) for i in (1, 2))
    return q1, q2, sp.Symbol(f"C_{layer}", real=True), sp.Symbol(f"T_{layer}", real=True)


def _recursion(network: _Network, layers: Layers) -> tuple[sp.Expr, tuple[Binding, ...]]:
    """The bindings Q1_l, Q2_l, C_l, T_l for l = 0 ... depth; the value is the last symbol."""
    bindings, symbols = [], _layer_symbols(0)
    tangent = network.derivative is not None
    start = [network.affine(Q1), network.affine(Q2), network.affine(C), symbols[2]]
    bindings += [Binding(s, e) for s, e in zip(symbols, start, strict=True)][: 4 if tangent else 3]
    for layer in range(1, network.depth + 1):
        check_deadline()
        before, symbols = symbols, _layer_symbols(layer)
        bindings += [Binding(symbols[i], network.affine(network.square.xreplace({Q1: before[i]}))) for i in (0, 1)]
        bindings.append(Binding(symbols[2], network.affine(_at(network.kernel.expression, *before[:3]))))
        if network.derivative is not None:
            first = network.weight * before[3] * _at(network.derivative.expression, *before[:3])
            bindings.append(Binding(symbols[3], first if layers == "first" else symbols[2] + first))
    return symbols[3] if tangent else symbols[2], tuple(bindings)


def _recursion_latex(network: _Network, layers: Layers, left: str) -> str:
    """The layer map once, then the recursion over it, as a paper prints it."""
    kernel = arrange(network.kernel.expression)
    lines = [rf"k(q_1, q_2, c) &= {kernel.latex()}"]
    if network.derivative is not None:
        slope = arrange(network.derivative.expression)
        lines.append(rf"\dot{{k}}(q_1, q_2, c) &= {slope.latex()}")
    else:
        slope = kernel
    angles = {a.angle_latex() for a in (kernel, slope)} - {""}
    if angles:
        lines[-1] += rf", \qquad {angles.pop()}"
    lines[0] += assumptions_latex(network.kernel.assumptions)
    lines.append(rf"k(q, q, q) &= {latex(network.square.subs(Q1, sp.Symbol('q', positive=True)))}")
    scale = "" if network.weight == 1 else latex(network.weight) + r"\,"
    shift = "" if network.bias == 0 else f" + {latex(network.bias)}"
    lines.append(rf"Q_i^{{(0)}} &= {scale}q_i{shift}, \qquad C^{{(0)}} = {scale}c{shift}")
    lines.append(
        rf"Q_i^{{(\ell)}} &= {scale}k\bigl(Q_i^{{(\ell-1)}}, Q_i^{{(\ell-1)}}, Q_i^{{(\ell-1)}}\bigr){shift}, \qquad "
        rf"C^{{(\ell)}} = {scale}k\bigl(Q_1^{{(\ell-1)}}, Q_2^{{(\ell-1)}}, C^{{(\ell-1)}}\bigr){shift}"
    )
    value = "C"
    if network.derivative is not None:
        value, own = r"\Theta", "" if layers == "first" else r"C^{(\ell)} + "
        lines.append(
            rf"\Theta^{{(0)}} &= C^{{(0)}}, \qquad \Theta^{{(\ell)}} = {own}{scale}\Theta^{{(\ell-1)}}\,"
            r"\dot{k}\bigl(Q_1^{(\ell-1)}, Q_2^{(\ell-1)}, C^{(\ell-1)}\bigr)"
        )
    lines.append(rf"{left} &= {value}^{{({network.depth})}}, \qquad \ell = 1, \dots, {network.depth}")
    return "\\begin{aligned}\n" + ",\\\\\n".join(lines) + "\n\\end{aligned}"
