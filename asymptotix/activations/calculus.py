"""The derivative of an expression tree, almost everywhere and in the sense of distributions.

step' = dirac and sign' = 2 dirac; the derivative of a Dirac is outside the trees.
"""

from __future__ import annotations

from fractions import Fraction

from asymptotix.activations import algebra
from asymptotix.activations.tree import Apply, Constant, Node, Number, Power, Product, Sum, Symbol, Variable, is_constant
from asymptotix.errors import ExpressionError

__all__ = ["differentiate", "without_dirac"]

_HALF, _TWO = Number(Fraction(1, 2)), Number(Fraction(2))


def differentiate(node: Node) -> Node:
    """d node / dx.

    Raises:
        ExpressionError: the node contains a Dirac already.
    """
    if is_constant(node):
        return algebra.ZERO
    match node:
        case Variable():
            return algebra.ONE
        case Sum(terms):
            return algebra.add(*(differentiate(term) for term in terms))
        case Product(factors):
            return algebra.add(*(_product_term(factors, i) for i in range(len(factors))))
        case Power(base, exponent) if (inner := _one_plus_exponential(base)) is not None:
            # n (1 + e^v)^(n-1) e^v v' written without the overflow of e^v
            return algebra.multiply(exponent, node, _logistic(inner), differentiate(inner))
        case Power(base, exponent):
            lowered = algebra.raise_to(base, algebra.subtract(exponent, algebra.ONE))
            return algebra.multiply(exponent, lowered, differentiate(base))
        case Apply("max", (left, right)):
            switch = algebra.apply("step", algebra.subtract(left, right))
            return _switched(switch, differentiate(left), differentiate(right))
        case Apply("min", (left, right)):
            switch = algebra.apply("step", algebra.subtract(right, left))
            return _switched(switch, differentiate(left), differentiate(right))
        case Apply("log", (argument,)) if (inner := _one_plus_exponential(argument)) is not None:
            return algebra.multiply(_logistic(inner), differentiate(inner))
        case Apply(function, (inner,)):
            return algebra.multiply(_outer(function, inner), differentiate(inner))
        case Number() | Constant() | Symbol() | Apply():
            return algebra.ZERO


def without_dirac(node: Node) -> Node:
    """The tree with every Dirac replaced by 0: its value almost everywhere."""
    match node:
        case Sum(terms):
            return algebra.add(*(without_dirac(term) for term in terms))
        case Product(factors):
            return algebra.multiply(*(without_dirac(factor) for factor in factors))
        case Power(base, exponent):
            return algebra.raise_to(without_dirac(base), exponent)
        case Apply("dirac", _):
            return algebra.ZERO
        case Apply(function, arguments):
            return algebra.apply(function, *(without_dirac(argument) for argument in arguments))
        case _:
            return node


def _product_term(factors: tuple[Node, ...], index: int) -> Node:
    return algebra.multiply(*factors[:index], differentiate(factors[index]), *factors[index + 1 :])


def _switched(switch: Node, yes: Node, no: Node) -> Node:
    return algebra.add(no, algebra.multiply(switch, algebra.subtract(yes, no)))


def _outer(function: str, u: Node) -> Node:
    """The derivative of a one-argument function at u."""
    square = algebra.raise_to(u, _TWO) if function in ("atan", "erf", "erfc", "Phi") else u
    match function:
        case "abs":
            return algebra.apply("sign", u)
        case "sign":
            return algebra.multiply(_TWO, algebra.apply("dirac", u))
        case "step":
            return algebra.apply("dirac", u)
        case "relu":
            return algebra.apply("step", u)
        case "exp":
            return algebra.apply("exp", u)
        case "log":
            return algebra.raise_to(u, algebra.MINUS_ONE)
        case "sqrt":
            return algebra.multiply(_HALF, algebra.raise_to(algebra.apply("sqrt", u), algebra.MINUS_ONE))
        case "sin":
            return algebra.apply("cos", u)
        case "cos":
            return algebra.negate(algebra.apply("sin", u))
        case "tan":
            return algebra.add(algebra.ONE, algebra.raise_to(algebra.apply("tan", u), _TWO))
        case "atan":
            return algebra.raise_to(algebra.add(algebra.ONE, square), algebra.MINUS_ONE)
        case "sinh":
            return algebra.apply("cosh", u)
        case "cosh":
            return algebra.apply("sinh", u)
        case "tanh":
            return algebra.raise_to(algebra.apply("cosh", u), Number(Fraction(-2)))
        case "erf" | "erfc":
            sign = _TWO if function == "erf" else Number(Fraction(-2))
            return algebra.multiply(sign, _root_of_pi(1), algebra.apply("exp", algebra.negate(square)))
        case "Phi":
            return algebra.multiply(_root_of_pi(2), algebra.apply("exp", algebra.multiply(Number(Fraction(-1, 2)), square)))
        case _:
            raise ExpressionError(f"the derivative of {function} is not a function: no further derivative is available")


def _one_plus_exponential(node: Node) -> Node | None:
    """The v of 1 + e^v."""
    match node:
        case Sum((Apply("exp", (inner,)), Number(one))) | Sum((Number(one), Apply("exp", (inner,)))) if one == 1:
            return inner
        case _:
            return None


def _logistic(v: Node) -> Node:
    """1 / (1 + e^-v)."""
    return algebra.raise_to(algebra.add(algebra.apply("exp", algebra.negate(v)), algebra.ONE), algebra.MINUS_ONE)


def _root_of_pi(factor: int) -> Node:
    """(factor pi)^(-1/2)."""
    argument = algebra.multiply(Number(Fraction(factor)), Constant("pi"))
    return algebra.raise_to(algebra.apply("sqrt", argument), algebra.MINUS_ONE)
