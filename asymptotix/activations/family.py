"""ActivationFamily: an activation with parameters that have no value yet. It has formulas, and no numbers before `at`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from asymptotix.activations.tree import Node, Symbol
from asymptotix.errors import InvalidInputError

if TYPE_CHECKING:
    from asymptotix.activations.activation import Activation

__all__ = ["ActivationFamily"]


@dataclass(frozen=True)
class ActivationFamily:
    """A function s(x; parameters). Built by `activation(text, parameters=[...])`; equal when the trees are equal.

    `dual_kernel`, `nngp_kernel`, `tangent_kernel` and `hermite_coefficient` take it, and their formulas hold for every value
    of the parameters. Everything that computes numbers refuses it: `at` gives the numeric activation.

    Attributes:
        name: a catalogue name with its parameters, or the text.
        text: an expression from which `activation` builds the same tree.
        tree: the expression tree (`asymptotix.activations.tree`).
        parameters: the parameters in the order of their declaration; each is real, and positive where it says so.
        source: what `activation` was given.
        given: the parameters that it was given numbers for.

    >>> from asymptotix.activations import activation
    >>> s = activation("leaky_relu(alpha)", parameters=["alpha"])
    >>> s.at(alpha=0.3)
    activation('relu(x) - 0.3*relu(-x)')
    """

    name: str = field(compare=False)
    text: str = field(compare=False)
    tree: Node
    parameters: tuple[Symbol, ...] = field(compare=False)
    source: str = field(compare=False, repr=False)
    given: tuple[tuple[str, Fraction], ...] = field(default=(), compare=False, repr=False)

    def at(self, **values: float | Fraction | Decimal) -> Activation:
        """The activation with these numbers for its parameters.

        Raises:
            InvalidInputError: not one finite number for each parameter, or one that is not positive where it must be.
            ExpressionError: the activation is not finite at some real x for these numbers.

        >>> from asymptotix.activations import activation
        >>> activation("celu", parameters="alpha").at(alpha=2)
        activation('celu(alpha=2)')
        """
        from asymptotix.activations.activation import member

        names = [parameter.name for parameter in self.parameters]
        if set(values) != set(names):
            raise InvalidInputError("parameters", sorted(values), f"one number for each of {', '.join(names)}")
        activation = member(self.source, {**dict(self.given), **values})
        for parameter in self.parameters:
            if parameter.positive and not values[parameter.name] > 0:
                raise InvalidInputError(parameter.name, values[parameter.name], f"positive, as in {self!r}")
        return activation

    def numeric_remedy(self) -> str:
        """What gives numbers, as the end of a message."""
        return f"with numbers for the parameters, {self._example()}, the kernel is evaluated numerically"

    def _example(self) -> str:
        return f".at({', '.join(f'{parameter.name}=0.5' for parameter in self.parameters)})"

    def require_numbers(self) -> NoReturn:
        """The refusal of everything that needs numbers.

        Raises:
            InvalidInputError: always; it says what to substitute.
        """
        raise InvalidInputError("activation", self, "one whose parameters have values", f"substitute first: {self._example()}")

    def __call__(self, x: object) -> NoReturn:
        """Refused: `at` gives the activation that has values.

        Raises:
            InvalidInputError: always.
        """
        self.require_numbers()

    def __repr__(self) -> str:
        declared = [f"{symbol.name} > 0" if symbol.positive else symbol.name for symbol in self.parameters]
        return f"activation({self.name!r}, parameters={declared!r})"
