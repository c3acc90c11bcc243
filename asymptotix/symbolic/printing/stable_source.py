r"""Kernels of $s(x) = a\,x_+^n + b\,(-x)_+^n$ as NumPy source that keeps all digits at every correlation and depth.

The textbook form has $q_1 q_2 - c^2$ and $\pi - \theta$ from rounded covariances; of a slope like $(\pi - \theta)/2\pi$ half
of the digits are then noise near correlation 1, and of a kernel near correlation $-1$ all. Here $1 - \rho$ and $1 + \rho$ go
through the layers beside $\rho$, as in `asymptotix.kernels.homogeneous`.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asymptotix.activations import Homogeneity
from asymptotix.kernels.arc_cosine import angle_series, angular_polynomials, half_moment, quotient_at_one
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.symbolic.printing.stable_helpers import AFFINE, CORRELATION, DUAL, NEXT_LAYER, SIGNED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asymptotix.symbolic.formula import Formula

__all__ = ["stable_source"]


@dataclass(frozen=True)
class _Plan:
    """What the exported function computes: a kernel of a homogeneous activation that is no polynomial."""

    kernel: KernelMap
    degree: int
    a: float
    b: float

    @property
    def slope_needed(self) -> bool:
        tangent = self.kernel.kind == "tangent" and self.kernel.layers != "last"
        return tangent or (self.kernel.kind == "dual" and bool(self.kernel.derivative))

    @property
    def value_needed(self) -> bool:
        return not (self.kernel.kind == "dual" and self.kernel.derivative)

    @property
    def degrees(self) -> list[int]:
        """Of the activation and of its derivative, as far as they are called."""
        lower = [self.degree - 1] if self.slope_needed and self.degree else []
        return sorted({*lower, *([self.degree] if self.value_needed or self.kernel.depth > 1 else [])})

    @property
    def signed(self) -> bool:
        """Odd n and |x|^n, or even n and sgn(x) |x|^n; the derivative of one is a multiple of the other."""
        return bool(self.b == -((-1) ** self.degree) * self.a)

    def slope(self) -> str:
        """E[s'(u) s'(v)] as an expression."""
        n = self.degree
        if n:
            return f"{_power('root', n - 1)} * {_call(n - 1, n * self.a, -n * self.b)}[0]"
        if self.kernel.derivative == "pointwise":
            return "np.zeros_like(rho)"
        return f"{(self.a - self.b) ** 2!r} / (2.0 * np.pi * np.sqrt(q1 * q2 * minus * plus))"


def stable_source(formula: Formula, name: str, docstring: str) -> str | None:
    """Source of a function `name(q1, q2, c)`; None for another kernel than one of a homogeneous activation.

    Polynomials are left out: their textbook form loses nothing.
    """
    kernel = formula.kernel
    homogeneity = kernel.activation.homogeneity if isinstance(kernel, KernelMap) else None
    if not isinstance(kernel, KernelMap) or homogeneity is None or _is_polynomial(homogeneity):
        return None
    plan = _Plan(kernel, homogeneity.degree, float(homogeneity.positive), float(homogeneity.negative))
    parts = ["import numpy as np\n", _constants(plan)]
    parts += [CORRELATION, _dual(plan)] if plan.degrees else [CORRELATION]
    if kernel.bias_variance:
        parts.append(AFFINE)
    if kernel.depth > 1:
        parts.append(NEXT_LAYER)
    head = f'def {name}(q1, q2, c):\n    """{docstring}"""\n'
    parts.append(head + "".join(f"    {line}\n" for line in _body(plan)))
    return "\n\n".join(part for part in parts if part)


def _is_polynomial(s: Homogeneity) -> bool:
    return bool(s.negative == (-1) ** s.degree * s.positive)


def _call(degree: int, a: float, b: float) -> str:
    return f"dual({degree}, {a!r}, {b + 0.0!r}, minus, plus, rho)"  # + 0.0 turns -0.0 into 0.0


def _dual(plan: _Plan) -> str:
    cut = "    lower, upper ="
    return DUAL.replace(cut, SIGNED + cut) if plan.signed else DUAL


def _constants(plan: _Plan) -> str:
    """Coefficients of the polynomials by degree n, highest power first."""
    degrees = plan.degrees
    if not degrees:
        return ""
    note = "# k_n = (ANGULAR (pi - theta) + ROOT sin(theta)) / (2 pi); QUOTIENT = (ANGULAR(1) - ANGULAR(rho)) / (1 - rho)"
    rows = [note, _table("ANGULAR", {n: [float(x) for x in angular_polynomials(n)[0]] for n in degrees})]
    if plan.signed:
        rows.append(_table("ROOT", {n: [float(x) for x in angular_polynomials(n)[1]] for n in degrees}))
    rows.append(_table("QUOTIENT", {n: quotient_at_one(n) for n in degrees}))
    if any(degrees):
        rows.append("# k_n at an obtuse angle, over ((1 + rho)/2)^(n + 1/2), in powers of (pi - theta)^2")
        rows.append(_table("SERIES", {n: angle_series(n) for n in degrees if n}))
    return "\n".join(rows) + "\n"


def _table(name: str, rows: dict[int, Sequence[float]]) -> str:
    entries = ", ".join(f"{n}: [{', '.join(map(repr, reversed(list(row)))) or '0.0'}]" for n, row in rows.items())
    return textwrap.fill(f"{name} = {{{entries}}}", width=120, subsequent_indent="    ", break_on_hyphens=False)


def _body(plan: _Plan) -> list[str]:
    kernel, w, b = plan.kernel, plan.kernel.weight_variance, plan.kernel.bias_variance
    tangent = kernel.kind == "tangent" and kernel.layers != "last"
    lines = ["q1, q2, c = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (q1, q2, c)))"]
    lines.append("minus, plus, rho = correlation(q1, q2, c)")
    if tangent:
        lines.append(f"total = {_affine_text('c', w, b)}")
    if kernel.kind != "dual":
        lines += _inputs(kernel)
    if kernel.depth == 1:
        return [*lines, *_layer(plan), f"return {'total' if tangent else 'value'}"]
    lines.append(f"for layer in range({kernel.depth}):")
    last = f"if layer == {kernel.depth - 1}:"
    lines += [f"    {line}" for line in [*_layer(plan), last, "    break", *_next(plan)]]
    return [*lines, f"return {'total' if tangent else 'value'}"]


def _inputs(kernel: KernelMap) -> list[str]:
    """The pair (u, v) of the first layer."""
    w, b = kernel.weight_variance, kernel.bias_variance
    if b:
        return [f"q1, q2, gap, minus, plus, rho = affine(q1, q2, q1 - q2, minus, plus, rho, {w!r}, {b!r})"]
    return [f"q1, q2 = {w!r} * q1, {w!r} * q2"] if w != 1.0 else []


def _layer(plan: _Plan) -> list[str]:
    """`value`, the covariance of the next layer, and `total`, the tangent kernel."""
    kernel, n = plan.kernel, plan.degree
    w, b = kernel.weight_variance, kernel.bias_variance
    lines = ["root = np.sqrt(q1) * np.sqrt(q2)"]
    if not plan.value_needed:
        return [*(lines if n else []), *_unwarned(plan, f"value = {plan.slope()}")]
    lines.append(f"unit, lower, upper = {_call(n, plan.a, plan.b)}")
    scaled = f"{_power('root', n)} * unit"
    lines.append(f"value = {_affine_text(scaled, w, b)}")
    if plan.slope_needed:
        own = "" if kernel.layers == "first" else "value + "
        lines += _unwarned(plan, f"total = {own}total * ({_affine_text(plan.slope(), w, 0.0)})")
    return lines


def _unwarned(plan: _Plan, line: str) -> list[str]:
    """The density of a jump is infinite at correlations 1 and -1."""
    if plan.degree or plan.kernel.derivative == "pointwise":
        return [line]
    return ['with np.errstate(divide="ignore"):', f"    {line}"]


def _next(plan: _Plan) -> list[str]:
    """The pair (u, v) of the next layer."""
    n, w, b = plan.degree, plan.kernel.weight_variance, plan.kernel.bias_variance
    one = (plan.a**2 + plan.b**2) * half_moment(n)
    lines = [f"minus, plus, rho = shares({one!r}, unit, lower, upper)"]
    if not b:
        return [*lines, f"q1, q2 = {w * one!r} * {_power('q1', n)}, {w * one!r} * {_power('q2', n)}"]
    powers = " + ".join(f"q1**{j} * q2**{n - 1 - j}" for j in range(n)) if n > 1 else ""
    gap = "0.0 * gap" if n == 0 else f"gap * ({powers})" if powers else "gap"
    arguments = f"{_power('q1', n)}, {_power('q2', n)}, {gap}, minus, plus, rho, {w * one!r}, {b!r}"
    return [*lines, f"q1, q2, gap, minus, plus, rho = affine({arguments})"]


def _power(name: str, n: int) -> str:
    return f"{name}**{n}" if n > 1 else name if n else f"np.where({name} > 0, 1.0, 0.0)"


def _affine_text(value: str, w: float, b: float) -> str:
    scaled = f"{w!r} * {value}" if w != 1.0 else value
    return f"{scaled} + {b!r}" if b else scaled
