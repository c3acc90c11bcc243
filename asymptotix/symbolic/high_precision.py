"""One value of a formula to many digits: its expression in SymPy's arithmetic, or a quadrature where it has none."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import sympy as sp

from asymptotix.errors import ConvergenceError, HypothesisError, InvalidInputError, NotInClosedClassError
from asymptotix.kernels import KernelMap
from asymptotix.kernels.kernel_family import KernelFamily
from asymptotix.kernels.precise import MAX_DIGITS
from asymptotix.symbolic.functions import Phi2

if TYPE_CHECKING:
    from asymptotix.activations import ActivationFamily
    from asymptotix.symbolic.formula import Formula

__all__ = ["exact_argument", "high_precision_value", "parameter_values", "settled_value"]

_GUARD_DIGITS = 20
_DOUBLINGS, _DOUBLINGS_OF_SERIES = 5, 2  # of the working digits; Phi2 is a quadrature and 2F1 a series, both slow
_EXTRA = 15  # digits by which two evaluations differ


def settled_value(
    expression: sp.Expr, evaluate: Callable[[int], sp.Expr], digits: int, *, smallest: float | sp.Expr = 0
) -> sp.Expr:
    """The value `evaluate(working digits)` of the expression at a point, once more working digits leave `digits` as they are.

    Close to correlation -1 the terms of an arc-cosine kernel of order n cancel to (1 + rho)^(n + 1/2) of their size, and
    SymPy says nothing when its own reserve of digits does not cover that. Values below `smallest` count as 0.

    Raises:
        ConvergenceError: they still change after the last doubling of the working digits.
    """
    for doubling in range((_DOUBLINGS_OF_SERIES if expression.has(Phi2, sp.hyper) else _DOUBLINGS) + 1):
        working = (digits + _GUARD_DIGITS) << doubling
        first, second = evaluate(working), evaluate(working + _EXTRA)
        if second.is_Rational or not second.is_number or second.has(sp.nan, sp.zoo, sp.oo):
            return second
        if abs(second) > smallest and abs(first - second) <= abs(second) * sp.Float(10) ** (-digits):
            return second
        if abs(first) < smallest and abs(second) < smallest:
            return sp.S.Zero
    raise ConvergenceError(f"the terms of the formula cancel to more than {working} digits at this point: no value is known")


def high_precision_value(formula: Formula, values: tuple[Any, ...], digits: int) -> mpmath.mpf:
    """`Formula.mp`."""
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InvalidInputError("digits", digits, f"an integer from 1 to {MAX_DIGITS}")
    names = [symbol.name for symbol in formula.symbols]
    if len(values) != len(names):
        raise InvalidInputError("values", values, f"{len(names)} numbers: {', '.join(names)}")
    exact = {symbol: exact_argument(symbol.name, value, digits) for symbol, value in zip(formula.symbols, values, strict=True)}
    for relation in formula.assumptions:
        if not relation.subs(exact):
            raise HypothesisError(f"the expectation is infinite there: it needs {relation}")
    if formula.family is not None:  # refuses what is out of range, such as constants beyond 1e30
        formula.family.at(**parameter_values(formula.family, exact))
    if formula.kernel is not None:
        _require_covariance(exact, digits)
    if formula.status.kind != "numeric":
        value = _closed_value(formula, exact, digits)
        if value is not None:
            return value
    return _by_quadrature(formula, exact, digits)


def _closed_value(formula: Formula, exact: dict[sp.Symbol, sp.Expr], digits: int) -> mpmath.mpf | None:
    """The expression there, or None where it is 0/0 or all digits cancel."""

    def at(working: int) -> sp.Expr:
        point = dict(exact)
        for binding in formula.bindings:
            point[binding.symbol] = sp.N(binding.expression.subs(point), 2 * working)
        return sp.N(formula.expression.subs(point), working)

    last = formula.bindings[-1].expression if formula.bindings else formula.expression
    try:
        value = settled_value(last, at, digits)
    except ConvergenceError:
        return None
    real, imaginary = value.as_real_imag()
    if not (real.is_Float or real.is_Rational) or not abs(imaginary) <= abs(real) * sp.Float(10) ** (-digits):
        return None
    with mpmath.workdps(digits):
        return +mpmath.mpf(real._to_mpmath(mpmath.mp.prec + 20))


def _by_quadrature(formula: Formula, exact: dict[sp.Symbol, sp.Expr], digits: int) -> mpmath.mpf:
    kernel = formula.kernel
    if isinstance(kernel, KernelFamily):
        kernel = kernel.at(**parameter_values(kernel.activation, exact))
    if not isinstance(kernel, KernelMap) or (kernel.kind != "dual" and formula.status.kind != "numeric"):
        raise NotInClosedClassError(f"{formula.name} has no value to {digits} digits at this point")
    with mpmath.workdps(2 * digits + _GUARD_DIGITS):
        q1, q2, c = (value._to_mpmath(mpmath.mp.prec) for value in list(exact.values())[:3])
        value = kernel.mp_by_quadrature(q1, q2, c, digits)
    with mpmath.workdps(digits):
        return +value


def parameter_values(family: ActivationFamily, exact: dict[sp.Symbol, sp.Expr]) -> dict[str, Fraction]:
    """The values of the parameters as fractions, those of irrational ones rounded."""
    values = {symbol.name: sp.Rational(value) for symbol, value in exact.items()}
    return {p.name: Fraction(int(values[p.name].p), int(values[p.name].q)) for p in family.parameters}


def _require_covariance(exact: dict[sp.Symbol, sp.Expr], digits: int) -> None:
    q1, q2, c = list(exact.values())[:3]
    # a rational number, as the others are: a Float would round the product, and refuse half of all points with |rho| = 1
    if q1 < 0 or q2 < 0 or c**2 > q1 * q2 * (1 + sp.Rational(1, 10**digits)):
        raise InvalidInputError("c", c, "at most sqrt(q1 q2) in size, with variances q1, q2 >= 0")


def exact_argument(name: str, value: Any, digits: int) -> sp.Expr:
    """A number without rounding; of an irrational SymPy number twice the digits. Floats would round what is computed of them."""
    if isinstance(value, sp.Expr) and value.is_real and value.is_number:
        return sp.Rational(value if value.is_Rational else sp.N(value, 2 * digits + _GUARD_DIGITS))
    if isinstance(value, mpmath.mpf) and mpmath.isfinite(value):
        return sp.Rational(sp.Float(value, precision=max(mpmath.mp.prec, value._mpf_[3])))
    try:
        fraction = Fraction(value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise InvalidInputError(name, value, "a finite number: int, float, Fraction, decimal text or mpf") from None
    return sp.Rational(fraction.numerator, fraction.denominator)
