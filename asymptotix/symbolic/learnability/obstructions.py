r"""Why a network without bias is not universal on R^d: positive homogeneity, and the origin.

Without bias K(0, x') = 0 where s(0) = 0, at every depth; and for s(a x) = a^n s(x), a > 0, every function of the space obeys
f(a x) = a^N f(x), N = n^depth, whichever layers are trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.derivation import Step, equation
from asymptotix.symbolic.expressions import X, sympy_expression
from asymptotix.symbolic.learnability.counterexample import Counterexample
from asymptotix.symbolic.learnability.degree_set import degree_text
from asymptotix.symbolic.lowering import lower
from asymptotix.symbolic.terms import ONE

if TYPE_CHECKING:
    from asymptotix.activations import Activation
    from asymptotix.symbolic.learnability.network_series import NetworkSeries

__all__ = ["Obstruction", "is_exponential", "obstruction_without_bias"]

_LARGEST = 64  # power of 2 that is written out; beyond, the bound for this one is a bound too


@dataclass(frozen=True)
class Obstruction:
    """A reason, a function out of reach, and the checks."""

    reason: str
    counterexample: Counterexample
    steps: tuple[Step, ...] = ()


def obstruction_without_bias(network: NetworkSeries) -> Obstruction | None:
    """Homogeneity or the origin, if either stands in the way."""
    s = network.activation
    if s.homogeneity is not None:
        return _homogeneous(s, max(s.homogeneity.degree - network.slopes, 0), network.depth)
    vanishes = 0 not in s.jumps and sympy_expression(s.tree, sp.S.Zero) == 0
    if network.slopes or not (vanishes or network.layers == "first"):
        return None
    why = "s(0) = 0" if vanishes else "the tangent kernel of the first layer is a multiple of the inner product"
    one = Counterexample(sp.S.One, "the constant, on every set that contains the origin", sp.S.One)
    return Obstruction(f"without bias every function of the space is 0 at the origin, because {why}", one, ())


def _homogeneous(s: Activation, n: int, depth: int) -> Obstruction:
    degree = n**depth
    name = "linear" if degree == 1 else f"homogeneous of degree {degree_text(degree)}"
    why = f"without bias every function f of the space is positively {'homogeneous' if degree == 1 else name}"
    if degree == 0:
        shape = Counterexample(sp.Symbol("x_1", real=True), "a coordinate, on a set that contains x and 2x, x_1 = 1", sp.S.Half)
        return Obstruction(f"{why}: f(a x) = f(x) for a > 0", shape, _scaling(s, n))
    power = 2 ** min(degree, _LARGEST)
    one = Counterexample(sp.S.One, "the constant, on every set that contains some x and 2x", sp.Rational(power - 1, power + 1))
    factor = "a" if degree == 1 else f"a^{degree_text(degree)}"
    return Obstruction(f"{why}: f(a x) = {factor} f(x) for a > 0", one, _scaling(s, n))


def _scaling(s: Activation, n: int) -> tuple[Step, ...]:
    """s(a x) = a^n s(x) on both half-lines."""
    a, x = sp.symbols("a x", positive=True)
    name, degree = sp.Function("s"), s.homogeneity.degree if s.homogeneity else n
    family = {name: sp.Lambda((X,), sympy_expression(s.tree))}
    why = "The activation is positively homogeneous on the {} half-line, and so is the kernel in each of its arguments."
    return tuple(
        Step(equation(name(a * u), a**degree * name(u)), why.format(side), family, f"homogeneity, {side}")
        for side, u in (("positive", x), ("negative", -x))
    )


def is_exponential(s: Activation) -> bool:
    """Whether s(x) = c exp(b x), b != 0."""
    try:
        terms = lower(s.tree)
    except NotInClosedClassError:
        return False
    if len(terms) != 1:
        return False
    (t,) = terms
    return bool(t.factor == ONE and (t.power, t.quadratic) == (0, 0) and t.linear != 0 and t.linear.is_real)
