"""From the tree of an activation to the term list of the closed class, or a refusal that says why.

The intermediate form is piecewise: breakpoints a_1 < ... < a_m and, between them, term lists without steps. Every
operation acts piece by piece; at the end  f = f_0 + sum_j H(x - a_j) (f_j - f_{j-1}).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key, lru_cache
from itertools import pairwise

import sympy as sp

from asymptotix.activations.tree import (
    Apply,
    Constant,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    Variable,
    is_constant,
    symbols_of,
)  # fmt: skip
from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.deadline import NUMERIC_KERNELS, check_deadline
from asymptotix.symbolic.expressions import FUNCTION_BUILDERS, sympy_expression
from asymptotix.symbolic.functions import Phi
from asymptotix.symbolic.ordering import compare_points, sign
from asymptotix.symbolic.terms import ONE, Cdf, Step, Term, Terms, collect, multiply, term

__all__ = ["lower"]

MAX_POWER = 64  # of the variable in one term: beyond it the recurrences of the engine are no longer quick


@dataclass(frozen=True)
class Piecewise:
    """Breakpoints in increasing order, and one term list (factors 1 and Phi only) for each of the m + 1 intervals."""

    breakpoints: tuple[sp.Expr, ...]
    pieces: tuple[Terms, ...]


@lru_cache(maxsize=512)
def lower(tree: Node) -> Terms:
    """The term list of the activation.

    Raises:
        NotInClosedClassError: the activation is outside the class; the message names the part that is.
    """
    # with parameters, term by term: the order of thresholds that are only added need not be known
    parts = tuple(_addends(tree)) if symbols_of(tree) else (tree,)
    return _terms(_lower(tree)) if len(parts) == 1 else collect(t for part in parts for t in lower(part))


def _addends(tree: Node) -> Iterator[Node]:
    """Nodes whose sum is the tree: sums, and sums times constants, are taken apart."""
    match tree:
        case Sum(terms):
            for part in terms:
                yield from _addends(part)
        case Product(factors) if len(rest := [f for f in factors if not is_constant(f)]) == 1 and isinstance(rest[0], Sum):
            constants = tuple(f for f in factors if is_constant(f))
            for part in rest[0].terms:
                yield from _addends(Product((*constants, part)))
        case _:
            yield tree


def _terms(function: Piecewise) -> Terms:
    terms = list(function.pieces[0])
    for point, before, after in zip(function.breakpoints, function.pieces, function.pieces[1:], strict=False):
        terms.extend(multiply(collect((*after, *_scale(before, -1))), term(1, factor=Step(point))))
    return collect(terms)


def _refuse(what: str) -> NotInClosedClassError:
    return NotInClosedClassError(
        f"{what}: outside the class that the engine integrates in closed form (no closed form known to the engine); "
        f"{NUMERIC_KERNELS}"
    )


def _lower(tree: Node) -> Piecewise:
    check_deadline()
    match tree:
        case Variable():
            return Piecewise((), (term(1, 1),))
        case Number() | Constant() | Symbol():
            return _constant(sympy_expression(tree))
        case Sum(terms):
            return _fold([_lower(t) for t in terms], lambda a, b: collect((*a, *b)))
        case Product(factors):
            return _fold([_lower(f) for f in factors], multiply)
        case Power(base, exponent):
            return _power(_lower(base), exponent)
        case Apply(function, arguments):
            return _apply(function, [_lower(a) for a in arguments])
    raise TypeError(f"not a node of an activation tree: {tree!r}")


def _constant(value: sp.Expr) -> Piecewise:
    return Piecewise((), (term(value) if value != 0 else (),))


def _scale(terms: Terms, factor: int) -> Terms:
    return multiply(terms, term(factor))


def _fold(parts: list[Piecewise], operation: Callable[[Terms, Terms], Terms]) -> Piecewise:
    result = parts[0]
    for part in parts[1:]:
        points = _merge(result.breakpoints, part.breakpoints)
        one, two = _refine(result, points), _refine(part, points)
        result = Piecewise(points, tuple(operation(a, b) for a, b in zip(one, two, strict=True)))
    return result


def _merge(*lists: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
    ordered: list[sp.Expr] = []
    for point in sorted((p for points in lists for p in points), key=cmp_to_key(compare_points)):
        if not ordered or compare_points(point, ordered[-1]) != 0:
            ordered.append(point)
    return tuple(ordered)


def _refine(function: Piecewise, points: tuple[sp.Expr, ...]) -> tuple[Terms, ...]:
    """The pieces of a function on the intervals of a finer list of breakpoints."""
    return tuple(function.pieces[_interval(function.breakpoints, sample)] for sample in _samples(points))


def _interval(breakpoints: tuple[sp.Expr, ...], x: sp.Expr) -> int:
    return sum(1 for point in breakpoints if sign(x - point) > 0)


def _samples(points: tuple[sp.Expr, ...]) -> list[sp.Expr]:
    """One point inside each interval."""
    if not points:
        return [sp.S.Zero]
    inner = [(a + b) / 2 for a, b in pairwise(points)]
    return [points[0] - 1, *inner, points[-1] + 1]


def _power(base: Piecewise, exponent: Node) -> Piecewise:
    value = sympy_expression(exponent)
    number = _constant_value(base)
    if number is not None and value.is_number:
        return _constant(number**value)
    if not (value.is_Integer and 0 <= value <= MAX_POWER):
        raise _refuse(f"a power with exponent {value}")
    result = _constant(sp.S.One)
    for _ in range(int(value)):
        result = _fold([result, base], multiply)
        if max((t.power for piece in result.pieces for t in piece), default=0) > MAX_POWER:
            raise _refuse(f"a polynomial of degree above {MAX_POWER}")
    return result


def _constant_value(function: Piecewise) -> sp.Expr | None:
    if function.breakpoints:
        return None
    coefficients = _polynomial(function.pieces[0])
    if coefficients is None or any(power > 0 for power in coefficients):
        return None
    return coefficients.get(0, sp.S.Zero)


def _polynomial(terms: Terms) -> dict[int, sp.Expr] | None:
    """power -> coefficient, or None when a term is not a monomial."""
    if any(t.factor != ONE or t.quadratic != 0 or t.linear != 0 for t in terms):
        return None
    return {t.power: t.coefficient for t in terms}


def _apply(function: str, arguments: list[Piecewise]) -> Piecewise:
    numbers = [_constant_value(a) for a in arguments]
    by_cases = function in _BY_SIGN and any(number is not None and number.free_symbols for number in numbers)
    if all(number is not None for number in numbers) and not by_cases:
        return _constant(FUNCTION_BUILDERS[function](*numbers))
    if function in _BY_SIGN:
        return _BY_SIGN[function](*arguments)
    if function in _SMOOTH:
        (argument,) = arguments
        pieces = tuple(_SMOOTH[function](*_quadratic(function, piece)) for piece in argument.pieces)
        return Piecewise(argument.breakpoints, pieces)
    raise _refuse(function)


# --- functions that depend on the sign of their argument ----------------------------------------------------------------------


def _select(test: Piecewise, positive: Piecewise, negative: Piecewise) -> Piecewise:
    """`positive` where test > 0, `negative` elsewhere."""
    zeros = [test.breakpoints]
    for index, piece in enumerate(test.pieces):
        zeros.append(tuple(z for z in _real_roots(piece) if _interval(test.breakpoints, z) == index))
    points = _merge(*zeros, positive.breakpoints, negative.breakpoints)
    rows = zip(_samples(points), _refine(test, points), _refine(positive, points), _refine(negative, points), strict=True)
    x = sp.Dummy("x")
    pieces = tuple(above if sign(sp.Add(*(t.expression(x).subs(x, s) for t in h))) > 0 else below for s, h, above, below in rows)
    return Piecewise(points, pieces)


def _real_roots(terms: Terms) -> list[sp.Expr]:
    coefficients = _polynomial(terms)
    if coefficients is None:
        return _exponential_roots(terms)
    if not coefficients or max(coefficients) == 0:
        return []
    if max(coefficients) > 2:
        if any(not value.is_Rational for value in coefficients.values()):
            raise _refuse("a step at the zeros of a polynomial of degree above 2 with irrational coefficients")
        polynomial = sp.Poly({(power,): value for power, value in coefficients.items()}, sp.Dummy("x"))
        zeros = [zero for zero, _ in sp.real_roots(polynomial, multiple=False)]
        if any(zero.has(sp.CRootOf) for zero in zeros):  # SymPy's arithmetic with them has no bound on its time
            raise _refuse("a step at a zero, without an expression in square roots, of a polynomial of degree above 2")
        return zeros
    a, b, c = (coefficients.get(power, sp.S.Zero) for power in (2, 1, 0))
    if a == 0:
        return [-c / b]
    discriminant = b**2 - 4 * a * c
    if sign(discriminant) <= 0:  # a double zero changes no sign
        return []
    return [(-b - sp.sqrt(discriminant)) / (2 * a), (-b + sp.sqrt(discriminant)) / (2 * a)]


def _exponential_roots(terms: Terms) -> list[sp.Expr]:
    """The zero of a e^(b x) + d, if any."""
    constant = sp.Add(*(t.coefficient for t in terms if t.linear == 0))
    exponentials = [t for t in terms if t.linear != 0]
    plain = all(t.factor == ONE and t.quadratic == 0 and t.power == 0 and t.linear.is_real for t in terms)
    if not plain or len(exponentials) != 1:
        raise _refuse(
            "a maximum, minimum, sign, step or absolute value of what is neither a piecewise polynomial nor a exp(b x) + d"
        )
    (exponential,) = exponentials
    ratio = -constant / exponential.coefficient
    return [sp.log(ratio) / exponential.linear] if sign(ratio) > 0 else []


def _negated(function: Piecewise) -> Piecewise:
    return Piecewise(function.breakpoints, tuple(_scale(piece, -1) for piece in function.pieces))


def _difference(one: Piecewise, two: Piecewise) -> Piecewise:
    return _fold([one, _negated(two)], lambda a, b: collect((*a, *b)))


_BY_SIGN: dict[str, Callable[..., Piecewise]] = {
    "relu": lambda h: _select(h, h, _constant(sp.S.Zero)),
    "step": lambda h: _select(h, _constant(sp.S.One), _constant(sp.S.Zero)),
    "sign": lambda h: _select(h, _constant(sp.S.One), _constant(sp.S.NegativeOne)),
    "abs": lambda h: _select(h, h, _negated(h)),
    "max": lambda f, g: _select(_difference(f, g), f, g),
    "min": lambda f, g: _select(_difference(f, g), g, f),
}

# --- smooth functions of a polynomial: f(a x^2 + b x + c) ---------------------------------------------------------------------


def _quadratic(function: str, terms: Terms) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    coefficients = _polynomial(terms)
    degree = 2 if function == "exp" else 1
    if coefficients is None or max(coefficients, default=0) > degree:
        raise _refuse(f"{function} of an argument that is not a piecewise polynomial of degree at most {degree}")
    return coefficients.get(2, sp.S.Zero), coefficients.get(1, sp.S.Zero), coefficients.get(0, sp.S.Zero)


def _exp(a: sp.Expr, b: sp.Expr, c: sp.Expr) -> Terms:
    return (Term(sp.exp(c), 0, a, b),)


def _waves(a: sp.Expr, b: sp.Expr, c: sp.Expr, weights: tuple[sp.Expr, sp.Expr], unit: sp.Expr) -> Terms:
    """weights[0] exp(unit (b x + c)) + weights[1] exp(-unit (b x + c))."""
    return collect(Term(w * sp.exp(s * unit * c), 0, a, s * unit * b) for w, s in zip(weights, (1, -1), strict=True))


def _cdf(scale: sp.Expr, weight: int, offset: int) -> Callable[[sp.Expr, sp.Expr, sp.Expr], Terms]:
    """weight * Phi(scale (b x + c)) + offset."""

    def build(a: sp.Expr, b: sp.Expr, c: sp.Expr) -> Terms:
        if b == 0:
            return collect(term(weight * Phi(scale * c) + offset))
        return collect((Term(sp.S(weight), factor=Cdf(scale * b, scale * c)), Term(sp.S(offset))))

    return build


_HALF, _I = sp.S.Half, sp.I
_SMOOTH: dict[str, Callable[[sp.Expr, sp.Expr, sp.Expr], Terms]] = {
    "exp": _exp,
    "sin": lambda a, b, c: _waves(a, b, c, (-_I / 2, _I / 2), _I),
    "cos": lambda a, b, c: _waves(a, b, c, (_HALF, _HALF), _I),
    "sinh": lambda a, b, c: _waves(a, b, c, (_HALF, -_HALF), sp.S.One),
    "cosh": lambda a, b, c: _waves(a, b, c, (_HALF, _HALF), sp.S.One),
    "erf": _cdf(sp.sqrt(2), 2, -1),
    "erfc": _cdf(-sp.sqrt(2), 2, 0),
    "Phi": _cdf(sp.S.One, 1, 0),
}
