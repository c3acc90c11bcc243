"""Polynomials in x1, x2, ... as text: parsed into a tree of sums and products, nothing in the text is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError

__all__ = ["PolynomialTarget", "is_polynomial_text", "polynomial_target"]

FloatArray = NDArray[np.float64]
_Part = tuple[Callable[[FloatArray], FloatArray], int]  # values, degree

_LONGEST, _HIGHEST, _MOST_VARIABLES = 400, 12, 6
_VARIABLE, _HERMITE = re.compile(r"x([1-9]\d?)"), re.compile(r"He(\d{1,2})")


@dataclass(frozen=True)
class PolynomialTarget:
    """`values` of an array of shape (..., n_directions), and the degree of the polynomial (an upper bound)."""

    values: Callable[[FloatArray], FloatArray]
    n_directions: int
    degree: int


def is_polynomial_text(text: str) -> bool:
    """Whether a text speaks of x1, x2, ... and so is one of these."""
    return bool(re.search(r"\bx[1-9]\d?\b", text))


def polynomial_target(text: str) -> PolynomialTarget:
    """The polynomial of a text in x1, ..., x6, numbers, + - * **, division by numbers, and He0(x1) ... He12(x1).

    Raises:
        InvalidInputError: anything else, or a degree above 12.

    >>> polynomial_target("x1 + He3(x1)*x2").degree
    4
    """
    variables = sorted({int(index) for index in re.findall(r"\bx([1-9]\d?)\b", text)})
    if not variables or variables[-1] > _MOST_VARIABLES or len(text) > _LONGEST:
        raise InvalidInputError("target", text, f"a polynomial in x1, ..., x{_MOST_VARIABLES} of at most {_LONGEST} letters")
    try:
        tree = ast.parse(text, mode="eval").body
        values, degree = _part(tree)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        valid = "a polynomial in x1, x2, ...: sums, products and whole powers of them, and He2(x1), He3(x1), ..."
        raise InvalidInputError("target", text, valid) from None
    if degree > _HIGHEST:
        raise InvalidInputError("target", text, f"of degree at most {_HIGHEST}")
    return PolynomialTarget(values, variables[-1], degree)


def _part(node: ast.expr) -> _Part:
    match node:
        case ast.Constant(value=bool()):
            raise ValueError
        case ast.Constant(value=int() | float() as number):
            value = float(number)
            return lambda x: np.full(x.shape[:-1], value), 0
        case ast.Name(id=name) if found := _VARIABLE.fullmatch(name):
            index = int(found[1]) - 1
            return lambda x: x[..., index], 1
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if found := _HERMITE.fullmatch(name):
            return _hermite(int(found[1]), argument)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner, degree = _part(operand)
            return lambda x: -inner(x), degree
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(left, operator, right)
    raise ValueError


def _hermite(degree: int, argument: ast.expr) -> _Part:
    match argument:
        case ast.Name(id=name) if found := _VARIABLE.fullmatch(name):
            index, series = int(found[1]) - 1, [0.0] * degree + [1.0]
            return lambda x: np.asarray(np.polynomial.hermite_e.hermeval(x[..., index], series)), degree
    raise ValueError


def _binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> _Part:
    one, low = _part(left)
    match operator, right:
        case ast.Pow(), ast.Constant(value=int() as power) if 0 <= power <= _HIGHEST:
            return lambda x: one(x) ** power, low * power
        case ast.Div(), ast.Constant(value=int() | float() as number) if number != 0:
            return lambda x: one(x) / number, low
    two, high = _part(right)
    match operator:
        case ast.Add():
            return lambda x: one(x) + two(x), max(low, high)
        case ast.Sub():
            return lambda x: one(x) - two(x), max(low, high)
        case ast.Mult():
            return lambda x: one(x) * two(x), low + high
    raise ValueError
