r"""The layer map of a wide network in symbols: bindings layer by layer, depth 1 in one expression, and LaTeX.

    S_0 = w c + b,  S_l = w k(S_(l-1)) + b,    T_0 = S_0,  T_l = S_l + w T_(l-1) kdot(S_(l-1))

`kernel` and `slope` are expressions in q1, q2, c: closed forms, or applied functions k(q1, q2, c) that stand for an integral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy as sp

from asymptotix.symbolic.canonical import canonical
from asymptotix.symbolic.deadline import check_deadline
from asymptotix.symbolic.formula import Q1, Q2, Binding, C
from asymptotix.symbolic.presentation import formula_latex, latex

__all__ = ["LayerMap", "Layers", "layer_symbols"]

Layers = Literal["all", "first", "last"]


def layer_symbols(layer: int) -> tuple[sp.Symbol, sp.Symbol, sp.Symbol, sp.Symbol]:
    """Q1_l, Q2_l, C_l, T_l."""
    q1, q2 = (sp.Symbol(f"Q{i}_{layer}", positive=True) for i in (1, 2))
    return q1, q2, sp.Symbol(f"C_{layer}", real=True), sp.Symbol(f"T_{layer}", real=True)


@dataclass(frozen=True)
class LayerMap:
    """What the recursion needs: depth, variances, k, kdot where layers before the last are trained, and k(q, q, q) in q1."""

    depth: int
    weight: sp.Rational
    bias: sp.Rational
    kernel: sp.Expr
    slope: sp.Expr | None
    square: sp.Expr
    layers: Layers

    def affine(self, expression: sp.Expr) -> sp.Expr:
        """w * expression + b."""
        return self.weight * expression + self.bias

    def in_one(self) -> sp.Expr:
        """Depth 1 as one expression in q1, q2, c."""
        inputs = tuple(self.affine(symbol) for symbol in (Q1, Q2, C))
        last = self.affine(_at(self.kernel, *inputs))
        if self.slope is None:
            return canonical(last)
        first = self.weight * inputs[2] * _at(self.slope, *inputs)
        return canonical(first if self.layers == "first" else first + last)

    def latex_in_one(self, left: str, conditions: tuple[str, ...]) -> str:
        """Depth 1 as a paper prints it; with a bias, over the shifted inputs Q_1, Q_2, C, in which the formula is short."""
        if self.bias == 0:
            return formula_latex(left, self.in_one(), conditions)
        last = self.affine(self.kernel)
        first = 0 if self.slope is None else self.weight * C * self.slope
        total = last if self.slope is None else first if self.layers == "first" else first + last
        scale = "" if self.weight == 1 else latex(self.weight) + " "
        inputs = (rf"Q_i = {scale}q_i + {latex(self.bias)}", rf"C = {scale}c + {latex(self.bias)}")
        return formula_latex(left, canonical(total), (*inputs, *conditions), {"q_1": "Q_1", "q_2": "Q_2", "c": "C"})

    def bindings(self) -> tuple[sp.Expr, tuple[Binding, ...]]:
        """The last symbol, and the bindings Q1_l, Q2_l, C_l, T_l for l = 0 ... depth."""
        symbols = layer_symbols(0)
        start = [self.affine(Q1), self.affine(Q2), self.affine(C), symbols[2]]
        tangent = self.slope is not None
        found = [Binding(s, e) for s, e in zip(symbols, start, strict=True)][: 4 if tangent else 3]
        for layer in range(1, self.depth + 1):
            check_deadline()
            before, symbols = symbols, layer_symbols(layer)
            found += [Binding(symbols[i], self.affine(self.square.xreplace({Q1: before[i]}))) for i in (0, 1)]
            found.append(Binding(symbols[2], self.affine(_at(self.kernel, *before[:3]))))
            if self.slope is not None:
                first = self.weight * before[3] * _at(self.slope, *before[:3])
                found.append(Binding(symbols[3], first if self.layers == "first" else symbols[2] + first))
        return symbols[3] if tangent else symbols[2], tuple(found)

    def latex(self, definitions: list[str], left: str) -> str:
        """The definitions of k and kdot, then the recursion over them, as a paper prints it."""
        scale = "" if self.weight == 1 else latex(self.weight) + " "
        shift = "" if self.bias == 0 else f" + {latex(self.bias)}"
        lines = list(definitions)
        lines.append(rf"Q_i^{{(0)}} &= {scale}q_i{shift}, \qquad C^{{(0)}} = {scale}c{shift}")
        lines.append(
            rf"Q_i^{{(\ell)}} &= {scale}k\bigl(Q_i^{{(\ell-1)}}, Q_i^{{(\ell-1)}}, Q_i^{{(\ell-1)}}\bigr){shift}, \qquad "
            rf"C^{{(\ell)}} = {scale}k\bigl(Q_1^{{(\ell-1)}}, Q_2^{{(\ell-1)}}, C^{{(\ell-1)}}\bigr){shift}"
        )
        value = "C"
        if self.slope is not None:
            value, own = r"\Theta", "" if self.layers == "first" else r"C^{(\ell)} + "
            lines.append(
                rf"\Theta^{{(0)}} &= C^{{(0)}}, \qquad \Theta^{{(\ell)}} = {own}{scale}\Theta^{{(\ell-1)}}\,"
                r"\dot{k}\bigl(Q_1^{(\ell-1)}, Q_2^{(\ell-1)}, C^{(\ell-1)}\bigr)"
            )
        span = r"\ell = 1" if self.depth == 1 else rf"\ell = 1, \dots, {self.depth}"
        lines.append(rf"{left} &= {value}^{{({self.depth})}}, \qquad {span}")
        return "\\begin{aligned}\n" + ",\\\\\n".join(lines) + "\n\\end{aligned}"


def _at(expression: sp.Expr, q1: sp.Expr, q2: sp.Expr, c: sp.Expr) -> sp.Expr:
    return expression.xreplace({Q1: q1, Q2: q2, C: c})
