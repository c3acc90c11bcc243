r"""A coefficient in a symbolic degree k: one form for k = 2m, one for k = 2m + 1, and the finitely many degrees where both fail.

    cases = DegreeCases(k, even=f(HALF), odd=g(HALF), exceptions={1: value})     # f, g in the half degree m = `HALF`
    cases = DegreeCases.uniform(k, h(k), exceptions={0: value})                  # one form for both parities

The forms may contain other symbols (a dimension, thresholds, parameters). `expression` is one SymPy Piecewise in k, in which the
exceptional degrees come first, so that substitution never reaches a generic value that is wrong; `latex` prints it as
cases; `at` is the exact value of one degree and `number` its value to any number of digits, in bounded time at high degrees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import mpmath
import sympy as sp

from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.symbolic.functions import He, Phi

__all__ = ["HALF", "MAX_DEGREE", "DegreeCases", "checked_degree", "require_degree_symbol", "written_out"]

HALF = sp.Symbol("m", integer=True, nonnegative=True)  # m in k = 2m and k = 2m + 1
MAX_DEGREE = 100_000  # of a value: Hermite polynomials take their recurrence, a step a degree


def checked_degree(name: str, value: Any) -> int:
    """A degree as an int, or a one-line refusal.

    Raises:
        InvalidInputError: not an integer from 0 to `MAX_DEGREE`.

    >>> checked_degree("k", 3.0)
    3
    """
    valid = f"an integer from 0 to {MAX_DEGREE}"
    if isinstance(value, bool | str | bytes):
        raise InvalidInputError(name, value, valid)
    try:
        if 0 <= value <= MAX_DEGREE and int(value) == value:  # nan fails the first
            return int(value)
    except (TypeError, ValueError):
        pass
    raise InvalidInputError(name, value, valid)


def require_degree_symbol(name: str, symbol: sp.Symbol) -> sp.Symbol:
    """The symbol, unless its assumptions exclude every nonnegative integer or what it is used for.

    Raises:
        InvalidInputError: declared negative, not real, or no integer.
    """
    if symbol.is_integer is False or symbol.is_negative or symbol.is_real is False:
        raise InvalidInputError(name, symbol, "a symbol that can be a nonnegative integer", f"use sympy.Symbol('{symbol}')")
    return symbol


@dataclass(frozen=True, eq=False)
class DegreeCases:
    """Closed forms by parity, and values at exceptional degrees.

    Attributes:
        symbol: the degree k.
        even: the value at k = 2m, in `HALF`.
        odd: the value at k = 2m + 1, in `HALF`.
        exceptions: degree -> value, wherever the two forms do not hold.
        generic: one form in k for both parities, where there is one (it is printed instead of the two).

    >>> k = sp.Symbol("k")
    >>> cases = DegreeCases(k, even=(-1) ** HALF, odd=sp.Integer(0), exceptions={1: sp.Rational(1, 2)})
    >>> cases.expression.subs(k, 1), cases.at(4), cases.at(7)
    (1/2, 1, 0)
    """

    symbol: sp.Symbol
    even: sp.Expr
    odd: sp.Expr
    exceptions: Mapping[int, sp.Expr] = field(default_factory=dict)
    generic: sp.Expr | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "exceptions", {int(k): sp.S(self.exceptions[k]) for k in sorted(self.exceptions)})

    @classmethod
    def uniform(cls, symbol: sp.Symbol, generic: sp.Expr, exceptions: Mapping[int, sp.Expr] | None = None) -> DegreeCases:
        """One form in k for both parities."""
        even, odd = (generic.xreplace({symbol: degree}) for degree in (2 * HALF, 2 * HALF + 1))
        return cls(symbol, even, odd, exceptions or {}, generic)

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        """Symbols other than the degree."""
        parts = (self.even, self.odd, *self.exceptions.values())
        return set().union(*(part.free_symbols for part in parts)) - {HALF, self.symbol}

    @cached_property
    def expression(self) -> sp.Expr:
        """One Piecewise in k: exceptional degrees first, then even and odd k; undefined where k is no integer."""
        k = self.symbol
        rows = [(value, sp.Eq(k, degree)) for degree, value in self.exceptions.items()]
        if self.generic is not None:
            return sp.Piecewise(*rows, (self.generic, True))
        even, odd = self.even.xreplace({HALF: k / 2}), self.odd.xreplace({HALF: (k - 1) / 2})
        if even == odd == 0:
            return sp.Piecewise(*rows, (sp.S.Zero, True))
        return sp.Piecewise(*rows, (even, sp.Eq(sp.Mod(k, 2), 0)), (odd, sp.Eq(sp.Mod(k, 2), 1)))

    def at(self, degree: int) -> sp.Expr:
        """The exact value at one degree."""
        degree = checked_degree(self.symbol.name, degree)
        if degree in self.exceptions:
            return self.exceptions[degree]
        return written_out((self.odd if degree % 2 else self.even).subs(HALF, degree // 2))

    def number(self, degree: int, values: Mapping[sp.Symbol, Any], digits: int) -> sp.Expr:
        """The value at one degree with so many working digits; Gamma functions of high degrees stay in floating point.

        Raises:
            InvalidInputError: the degree is not an integer from 0 to `MAX_DEGREE`.
            HypothesisError: the form has no finite value at these values of the other symbols.
        """
        degree = checked_degree(self.symbol.name, degree)
        others, forms = self._compiled
        form = forms[degree] if degree in forms else forms[-1 - degree % 2]
        with mpmath.workdps(digits + 5):
            point = [sp.S(values[symbol])._to_mpmath(mpmath.mp.prec) for symbol in others]
            try:
                value = form(degree // 2, *point)
            except ZeroDivisionError:
                raise HypothesisError(f"the coefficient of degree {degree} has no value at {dict(values)}") from None
            real = mpmath.mpmathify(value).real
            return sp.S.Zero if real == 0 else sp.Float(real, digits)

    @cached_property
    def _compiled(self) -> tuple[list[sp.Symbol], dict[int, Callable[..., Any]]]:
        """Functions of (m, other symbols) in mpmath: of the exceptional degrees by degree, even by -1, odd by -2."""
        others = sorted(self.free_symbols, key=str)
        # own names for symbols: what a user called them never becomes source text
        names = [sp.Symbol(f"x{i}") for i in range(len(others))]
        own = dict(zip(others, names, strict=True))
        forms = {**self.exceptions, -1: self.even, -2: self.odd}
        half = sp.Symbol("half")
        compiled = {key: sp.lambdify((half, *names), form.xreplace({HALF: half, **own}), modules=[_NAMESPACE, "mpmath"])
                    for key, form in forms.items()}  # fmt: skip
        return others, compiled

    def renamed(self, symbol: sp.Symbol) -> DegreeCases:
        """The same cases in another symbol for the degree."""
        generic = None if self.generic is None else self.generic.xreplace({self.symbol: symbol})
        return replace(self, symbol=symbol, generic=generic)

    def scaled(self, factor: Callable[[sp.Expr], sp.Expr]) -> DegreeCases:
        """Every value times factor(degree), term by term."""

        def times(value: sp.Expr, degree: sp.Expr) -> sp.Expr:
            return sp.Add(*(term * factor(degree) for term in sp.Add.make_args(value)))

        return replace(
            self,
            even=times(self.even, 2 * HALF),
            odd=times(self.odd, 2 * HALF + 1),
            exceptions={degree: times(value, sp.Integer(degree)) for degree, value in self.exceptions.items()},
            generic=None if self.generic is None else times(self.generic, self.symbol),
        )

    def latex(self, left: str) -> str:
        r"""left = \begin{cases} ... \end{cases} as a paper prints it, in amsmath."""
        from asymptotix.symbolic.coefficients.degree_cases_latex import cases_latex

        return cases_latex(self, left)


def written_out(form: sp.Expr) -> sp.Expr:
    """The form with every hypergeometric series that ends after at most 200 terms as the polynomial it is."""
    return form.replace(lambda e: isinstance(e, sp.hyper), _polynomial)


def _polynomial(series: sp.hyper) -> sp.Expr:
    lengths = [-a for a in series.ap if a.is_Integer and -200 <= a <= 0]
    if not lengths:
        return series
    total, term = sp.S.One, sp.S.One
    for j in range(int(min(lengths))):
        term *= sp.Mul(*(a + j for a in series.ap)) / sp.Mul(*(b + j for b in series.bq)) * series.argument / (j + 1)
        total += term
    return total


def _he(degree: int, x: Any) -> Any:
    """He_k(x) by its recurrence in mpmath's current precision."""
    previous, current = mpmath.mpf(0), mpmath.mpf(1)
    for j in range(int(degree)):
        previous, current = current, x * current - j * previous
    return current


_NAMESPACE: dict[str, Callable[..., Any]] = {He.__name__: _he, Phi.__name__: Phi.value}
