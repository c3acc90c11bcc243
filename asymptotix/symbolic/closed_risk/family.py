"""What a family of closed forms states: its parameters, its definitions, its quantities, and why each of them holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from asymptotix.symbolic.derivation import Derivation, Step, equation
from asymptotix.symbolic.formula import Binding

__all__ = ["Condition", "FloatArray", "Parameter", "RiskFamily", "Root", "Stable"]

FloatArray: TypeAlias = NDArray[np.float64]
Stable: TypeAlias = Callable[[Mapping[str, FloatArray]], FloatArray]  # values by symbol name -> one more


@dataclass(frozen=True)
class Parameter:
    """A symbol, what `evaluate` calls it, what it means, and how a paper prints it; `zero`: whether 0 is allowed."""

    symbol: sp.Symbol
    argument: str
    meaning: str
    latex: str = ""
    zero: bool = False


@dataclass(frozen=True)
class Condition:
    """A relation without which the family does not hold, and what to do there."""

    relation: sp.Basic
    latex: str
    remedy: str


@dataclass(frozen=True)
class Root:
    """A symbol that is defined by an equation.

    Attributes:
        symbol: the root.
        polynomial: left-hand side of `polynomial` = 0.
        branch: which root of it, in words behind the symbol.
        gap: an increasing function of the symbol on its positive half-line (or where it is real) with the same root.
    """

    symbol: sp.Symbol
    polynomial: sp.Expr
    branch: str
    gap: sp.Expr

    @property
    def branch_text(self) -> str:
        """The root and its branch, as text."""
        return f"{self.symbol} {self.branch}"

    @property
    def branch_latex(self) -> str:
        """The same in LaTeX."""
        return rf"{sp.latex(self.symbol)} \text{{ {self.branch}}}"


@dataclass(frozen=True)
class RiskFamily:
    """Closed forms that share parameters and definitions.

    Attributes:
        name: what `closed_form` calls it.
        title: one line.
        parameters: in the order of `evaluate`.
        quantities: name -> expression in parameters, definitions and the root.
        textbook: name -> the general formula of the theory at this spectrum, which the closed form is proved equal to.
        elimination: environment in which both are rational, such as lambda as a function of the effective ridge.
        facts: the steps that establish the root and the definitions; their labels may be names of quantities.
        premises, hypotheses, sources: of the derivation.
        definitions: explicit ones, in order.
        root: the implicit one, if there is one; definitions may use it.
        stable: name of a symbol or of a quantity -> its value in float64 where the expression would cancel.
        conditions: relations between the parameters.
        letter: LaTeX of the effective ridge.
        asymptotic: the sense in which the formulas are a limit; "" where they are the deterministic equivalent itself.
    """

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    quantities: Mapping[str, sp.Expr]
    textbook: Mapping[str, sp.Expr]
    elimination: Mapping[sp.Basic, sp.Expr]
    facts: tuple[Step, ...]
    premises: tuple[str, ...]
    hypotheses: tuple[str, ...]
    sources: tuple[str, ...]
    definitions: tuple[Binding, ...] = ()
    root: Root | None = None
    stable: Mapping[str, Stable] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    letter: str = r"\kappa"
    asymptotic: str = ""

    def derivation(self, quantity: str) -> Derivation:
        """The facts, and the step that turns the general formula into the closed one."""
        steps = self.facts
        if quantity in self.textbook:
            claim = equation(self.textbook[quantity], self.quantities[quantity])
            why = f"The {quantity.replace('_', ' ')}: the general formula at this spectrum equals the closed form."
            uses = tuple(step.label for step in self.facts if step.label)
            steps = (*self.facts, Step(claim, why, dict(self.elimination), quantity, uses))
        return Derivation(
            f"{self.title}: {quantity.replace('_', ' ')}", steps, self.premises, self.sources, (quantity,), self.hypotheses
        )

    def definitions_of(self, expression: sp.Expr) -> tuple[Binding, ...]:
        """The definitions that an expression needs, in order."""
        needed, found = set(expression.free_symbols), list[Binding]()
        for binding in reversed(self.definitions):
            if binding.symbol in needed:
                needed |= binding.expression.free_symbols
                found.insert(0, binding)
        return tuple(found)

    def needs_root(self, expression: sp.Expr) -> bool:
        """Whether the implicit root occurs in the expression or its definitions."""
        bindings = self.definitions_of(expression)
        occurring = set().union(expression.free_symbols, *(b.expression.free_symbols for b in bindings))
        return self.root is not None and self.root.symbol in occurring

    def parameters_of(self, expression: sp.Expr) -> tuple[Parameter, ...]:
        """The parameters that an expression depends on."""
        occurring = set().union(expression.free_symbols, *(b.expression.free_symbols for b in self.definitions_of(expression)))
        if self.root is not None and self.needs_root(expression):
            occurring |= self.root.gap.free_symbols
        return tuple(parameter for parameter in self.parameters if parameter.symbol in occurring)
