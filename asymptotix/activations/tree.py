"""The expression tree of an activation s(x): what the parser builds and every evaluator reads. No SymPy, picklable.

Numbers are exact (`Fraction`), so that 0.1 in the text is 1/10 in every precision. Sums and products are n-ary;
a - b is Sum((a, Product((Number(-1), b)))) and a / b is Product((a, Power(b, Number(-1)))).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "FUNCTIONS",
    "Apply",
    "Constant",
    "Node",
    "Number",
    "Power",
    "Product",
    "Sum",
    "Symbol",
    "Variable",
    "children",
    "is_constant",
    "symbols_of",
    "walk",
]

# name -> number of arguments. `step` is the Heaviside function with step(0) = 0, `Phi` the normal distribution function,
# `dirac` the derivative of a step: it occurs in derivatives only and has the pointwise value 0.
FUNCTIONS: dict[str, int] = {
    "abs": 1, "sign": 1, "step": 1, "relu": 1, "max": 2, "min": 2, "dirac": 1,
    "exp": 1, "log": 1, "sqrt": 1, "sin": 1, "cos": 1, "tan": 1, "atan": 1,
    "sinh": 1, "cosh": 1, "tanh": 1, "erf": 1, "erfc": 1, "Phi": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variable:
    """The argument x of the activation."""


@dataclass(frozen=True, slots=True)
class Number:
    """An exact rational constant."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Constant:
    """An irrational constant: `pi`."""

    name: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A parameter without a value: a real number, positive where stated. Trees that hold one have no float values."""

    name: str
    positive: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """terms[0] + terms[1] + ..."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """factors[0] * factors[1] * ..."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """base ** exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Apply:
    """function(arguments...), with `function` a key of FUNCTIONS."""

    function: str
    arguments: tuple[Node, ...]


Node = Variable | Number | Constant | Symbol | Sum | Product | Power | Apply


def children(node: Node) -> tuple[Node, ...]:
    """The direct subexpressions of a node, in order."""
    match node:
        case Sum(terms):
            return terms
        case Product(factors):
            return factors
        case Power(base, exponent):
            return (base, exponent)
        case Apply(_, arguments):
            return arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and every subexpression, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def symbols_of(node: Node) -> tuple[Symbol, ...]:
    """The parameters without a value that occur in the node, by name."""
    return tuple(sorted({part for part in walk(node) if isinstance(part, Symbol)}, key=lambda symbol: symbol.name))


def is_constant(node: Node) -> bool:
    """Whether x does not occur in the node."""
    return not any(isinstance(part, Variable) for part in walk(node))
