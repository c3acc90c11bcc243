"""Activation: a scalar function s(x) with the facts that the theory needs (derivative, kinks, parity, homogeneity, growth)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.activations import parser
from asymptotix.activations.calculus import differentiate, without_dirac
from asymptotix.activations.catalogue import Entry, entry_of
from asymptotix.activations.declarations import declared
from asymptotix.activations.evaluation import value_float, value_mp
from asymptotix.activations.family import ActivationFamily
from asymptotix.activations.functions import FUNCTION_NAMES
from asymptotix.activations.growth import Growth, growth_of
from asymptotix.activations.homogeneity import Homogeneity, homogeneity_of
from asymptotix.activations.parity import Parity, parity_of
from asymptotix.activations.singularities import jump_points, kink_points
from asymptotix.activations.tree import Apply, Node, Number, Symbol, symbols_of, walk
from asymptotix.activations.unparse import unparse
from asymptotix.errors import InvalidInputError

if TYPE_CHECKING:
    from mpmath import mpf

__all__ = ["Activation", "activation", "member"]


@dataclass(frozen=True)
class Activation:
    """A function s: R -> R applied coordinatewise. Built by `activation`; equal when the expression trees are equal.

    Attributes:
        name: a catalogue name, or the text.
        text: an expression from which `activation` builds the same tree.
        tree: the expression tree (`asymptotix.activations.tree`).
    """

    name: str = field(compare=False)
    text: str = field(compare=False)
    tree: Node

    def __call__(self, x: ArrayLike) -> NDArray[np.float64]:
        """s(x) in float64, elementwise, any shape. A Dirac has the pointwise value 0, step(0) = sign(0) = 0."""
        return value_float(self.tree, np.asarray(x, dtype=np.float64))

    def mp(self, x: Any) -> mpf:
        """s(x) for one number, in mpmath's current precision."""
        import mpmath

        return value_mp(self.tree, mpmath.mpf(x))

    @cached_property
    def derivative(self) -> Activation:
        """s', almost everywhere; where s jumps the tree keeps a `dirac`, whose pointwise value is 0.

        Raises:
            ExpressionError: s contains a Dirac already.
        """
        tree = differentiate(self.tree)
        if not self.derivative_is_distribution:
            tree = without_dirac(tree)
        return Activation(f"{self.name}'", unparse(tree), tree)

    @cached_property
    def pointwise_derivative(self) -> Activation:
        """s' almost everywhere: without the Dirac measures of the jumps of s."""
        tree = without_dirac(differentiate(self.tree))
        return Activation(f"{self.name}'", unparse(tree), tree)

    @cached_property
    def derivative_is_distribution(self) -> bool:
        """Whether s jumps, so that s' has Dirac parts and E[s'(u) s'(v)] is infinite at correlation 1."""
        return bool(self.jumps)

    @cached_property
    def kink_points(self) -> tuple[Fraction | float, ...]:
        """Where s is not smooth, ascending; exact fractions where rational. See `singularities` for the search range.

        Raises:
            ExpressionError: more than 200 of them (abs(sin(x**2)) and the like).
        """
        return kink_points(self.tree)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where s is not smooth, ascending."""
        return tuple(float(point) for point in self.kink_points)

    @cached_property
    def jumps(self) -> tuple[float, ...]:
        """Where s is discontinuous, ascending."""
        return tuple(float(point) for point in jump_points(self.tree))

    @cached_property
    def parity(self) -> Parity | None:
        """`even`, `odd`, or None when neither was proved."""
        return parity_of(self.tree)

    @cached_property
    def homogeneity(self) -> Homogeneity | None:
        """(degree, positive, negative) when s(x) = positive x_+^degree + negative (-x)_+^degree, else None."""
        if any(isinstance(node, Apply) and node.function == "dirac" for node in walk(self.tree)):
            return None
        return homogeneity_of(self.tree)

    @cached_property
    def growth(self) -> Growth:
        """An upper bound on |s(x)| for large |x|."""
        return growth_of(self.tree)

    def __repr__(self) -> str:
        written = self.text if self.name.endswith("'") else self.name
        return f"activation({written!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "text": self.text, "tree": self.tree}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


@overload
def activation(text: str | Activation, **values: float | Fraction | Decimal) -> Activation: ...
@overload
def activation(text: str, *, parameters: str | Iterable[str], **values: float | Fraction | Decimal) -> ActivationFamily: ...
def activation(
    text: str | Activation, *, parameters: Any = None, **values: float | Fraction | Decimal
) -> Activation | ActivationFamily:
    """An activation from a catalogue name or from text; nothing in the text is executed.

    Args:
        text: a name ("relu", "gelu", ...: `asymptotix activations` lists them), a name with parameters ("elu(alpha=0.5)"), an
            expression in x ("max(x,0)**2 + x/10"), or an Activation, which is returned unchanged.
        parameters: names in the text that have no value, `activation("leaky_relu(alpha)", parameters=["alpha"])`, at most
            three. The result is an `ActivationFamily`, which has formulas in these symbols; `.at(alpha=0.3)` gives numbers.
            A name is a real number, or a positive one where "a > 0" is declared or the activation needs it.
        **values: numbers for the parameters of the name, `activation("elu", alpha=0.5)`, or for further names in the text,
            `activation("max(x,0) + a*min(x,0)", a=0.1)`. A float stands for the shortest decimal that prints it, so 0.1 is
            exactly 1/10.

    Raises:
        ExpressionError: not an expression of the grammar (an unknown name: the nearest known one is named), beyond its limits,
            or not finite at some real x.
        InvalidInputError: a parameter that is not a finite number, has a reserved name or does not occur in the text; an
            `ActivationFamily` in place of a text.

    >>> float(activation("max(x,0) + a*min(x,0)", a=0.1)(-2.0))
    -0.2
    >>> activation("elu", alpha=0.5)
    activation('elu(alpha=0.5)')
    >>> activation("elu(alpha)", parameters=["alpha"])
    activation('elu(alpha)', parameters=['alpha'])
    """
    if isinstance(text, ActivationFamily):
        text.require_numbers()
    if isinstance(text, Activation):
        if values or parameters is not None:
            raise InvalidInputError("parameters", parameters or sorted(values), "absent when an Activation is passed")
        return text
    if parameters is None:
        return member(text, values)
    return _family(text, {name: _exact(name, value) for name, value in values.items()}, declared(parameters))


def member(text: str, values: Mapping[str, float | Fraction | Decimal]) -> Activation:
    """The activation with a number for every name in the text; `activation` for a text, and `ActivationFamily.at`."""
    exact = {name: _exact(name, value) for name, value in values.items()}
    entry = entry_of(text.strip()) if isinstance(text, str) else None
    if entry is not None:
        return _of_entry(text.strip(), entry, exact)
    _check_names(exact)
    tree = parser.parse(text, exact)
    _check_mentioned(exact, text)
    source = unparse(tree) if exact else text
    return Activation(source, source, tree)


def _family(text: str, values: dict[str, Fraction], symbols: dict[str, Symbol]) -> ActivationFamily:
    for name in values.keys() & symbols.keys():
        raise InvalidInputError("parameters", name, f"without a value, or {name}={float(values[name]):g}, not both")
    entry = entry_of(text.strip()) if isinstance(text, str) else None
    written = text
    if entry is not None:
        name = text.strip()
        _check_own(name, entry, {**values, **symbols})
        written = f"{name}({', '.join(f'{parameter}={parameter}' for parameter in (*values, *symbols))})"
    else:
        _check_names(values)
    tree = parser.parse(written, values, symbols.values())
    _check_mentioned({**values, **symbols}, written)
    positive = {symbol.name for symbol in symbols_of(tree) if symbol.positive}
    found = tuple(Symbol(symbol.name, symbol.positive or symbol.name in positive) for symbol in symbols.values())
    title = f"{text.strip()}({', '.join(symbols)})" if entry is not None and not values else text
    return ActivationFamily(title, unparse(tree), tree, found, text, tuple(values.items()))


def _check_names(values: dict[str, Fraction]) -> None:
    for name in values:
        if name in ("x", "pi") or name in FUNCTION_NAMES:
            raise InvalidInputError("parameters", name, "a new name", f"{name} is taken by the grammar")


def _check_mentioned(names: Iterable[str], text: str) -> None:
    for name in names:
        if not parser.mentions(text, name):
            raise InvalidInputError("parameters", name, f"names that occur in {text!r}", "remove it or use it in the text")


def _check_own(name: str, entry: Entry, given: Iterable[str]) -> None:
    own = [parameter.name for parameter in entry.parameters]
    for wrong in sorted(set(given) - set(own)):
        raise InvalidInputError("parameters", wrong, f"{', '.join(own)} of {name}" if own else f"absent: {name} takes none")


def _of_entry(name: str, entry: Entry, values: dict[str, Fraction]) -> Activation:
    _check_own(name, entry, values)
    if not values:
        tree = parser.parse(name)
        return Activation(name, unparse(tree) if entry.parameters else entry.formula, tree)
    listed = ", ".join(f"{parameter}={unparse(Number(value))}" for parameter, value in values.items())
    tree = parser.parse(f"{name}({', '.join(f'{parameter}={parameter}' for parameter in values)})", values)
    return Activation(f"{name}({listed})", unparse(tree), tree)


def _exact(name: str, value: object) -> Fraction:
    if len(name) > 64 or not (name.isidentifier() and name.isascii()):
        raise InvalidInputError("parameters", name, "a name of at most 64 letters, digits and _")
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise InvalidInputError(name, value, "a finite number")
    try:
        exact = Fraction(value if isinstance(value, Fraction | Decimal | Integral) else repr(float(value)))
    except (ValueError, OverflowError):
        raise InvalidInputError(name, value, "a finite number") from None
    if exact and not parser.MAGNITUDES[0] <= abs(exact) <= parser.MAGNITUDES[1]:
        raise InvalidInputError(name, value, "zero or between 1e-12 and 1e12 in size")
    return exact
