"""The canonical form in which two expressions of the engine are compared, and nothing else.

An expression is written as a sum of (rational function) * (product of atoms): atoms are square roots of irreducible
factors, exponentials, asin, Phi, Phi2 and whatever else is opaque. Rational functions live in a field with exact
arithmetic, so equal coefficients are equal objects; square roots obey S^2 = base. No `simplify`.

Square roots are taken of positive quantities only (variances, determinants). The sign of an irreducible factor under a root is
read at one point of the domain q1, q2 > 0, q1 q2 > c^2: it cannot change inside, since the radicand would change sign with it.
The point has tiny q1, q2 and c, where every Gaussian integral of an exponential of a square converges. Nor can a sign change as
the parameters of an activation move: radicands vanish nowhere, and what is divided by is positive (`activations.signs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.core.random import rng
from sympy.polys.fields import FracField
from sympy.polys.polyerrors import HeuristicGCDFailed

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.deadline import check_deadline, watched
from asymptotix.symbolic.functions import Phi, Phi2

__all__ = ["canonical", "difference_is_zero", "is_zero", "root"]

_PI = sp.Symbol("pi_", positive=True)
_PLAIN_GENERATORS, _MAX_TERMS = 4, 150  # pi, q1, q2, c; with parameters too, a polynomial of more terms is not factored
_TINY = sp.Rational(1, 10**40)
_INSIDE = {"q1": sp.Rational(13, 11) * _TINY, "q2": sp.Rational(17, 13) * _TINY, "c": sp.Rational(5, 17) * _TINY}
Monomial = tuple[tuple[sp.Expr, int], ...]  # sorted atoms with exponents; a root has exponent 1
Table = dict[Monomial, Any]  # monomial -> element of the coefficient field


def canonical(expression: sp.Expr) -> sp.Expr:
    """The expression as a sum of factored rational functions times atoms; equal to its argument."""
    return _canonical(sp.S(expression) if isinstance(expression, int) else expression, False)


def is_zero(expression: sp.Expr) -> bool:
    """True when the canonical form, with Phi(-z) as 1 - Phi(z) and sin, cos as exponentials, is 0. False proves nothing."""
    return bool(_canonical(expression, True) == 0)


def difference_is_zero(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether left - right reduces to 0."""
    return is_zero(left - right)


def root(radicand: sp.Expr) -> sp.Expr:
    """The square root of a positive rational function, as a product of roots of irreducible factors."""
    return _root(canonical(radicand))


@lru_cache(maxsize=4096)
def _canonical(expression: sp.Expr, fold: bool) -> sp.Expr:
    symbols = sorted(expression.free_symbols - {_PI}, key=lambda s: (s.name, str(s.assumptions0)))
    generators = [_PI, *symbols]
    for _ in generators:
        try:
            ring = _Ring(generators, fold)
            return ring.to_expression(ring.table(expression))
        except HeuristicGCDFailed:  # SymPy's heuristic evaluates the generators in turn and has no other route: another order
            generators = [*generators[1:], generators[0]]
    raise NotInClosedClassError("the common factors of the formula's polynomials were not found: it cannot be proved")


@lru_cache(maxsize=4096)
def _root(radicand: sp.Expr) -> sp.Expr:
    numerator, denominator = sp.fraction(sp.together(radicand))
    content, factors = sp.factor_list((numerator * denominator).subs(sp.pi, _PI))
    value = sp.sqrt(abs(content))
    for base, exponent in factors:
        positive = base if _sign(base) > 0 else -base
        positive = positive.subs(_PI, sp.pi)
        value *= positive ** (exponent // 2) * (sp.sqrt(sp.expand(positive)) if exponent % 2 else 1)
    denominator_sign = _sign(denominator.subs(sp.pi, _PI))
    return value / (denominator if denominator_sign > 0 else -denominator)


@lru_cache(maxsize=4096)
def _sign(expression: sp.Expr) -> int:
    point = {s: _INSIDE.get(s.name, sp.Rational(7, 19)) for s in expression.free_symbols}
    return 1 if expression.subs(point).evalf() > 0 else -1


def _factored(coefficient: Any) -> sp.Expr:
    """A field element as a number times powers of irreducible polynomials; as it is where factoring could take minutes."""
    parametric = len(coefficient.field.gens) > _PLAIN_GENERATORS
    if parametric and len(coefficient.numer) + len(coefficient.denom) > _MAX_TERMS:
        return coefficient.numer.as_expr() / coefficient.denom.as_expr()
    with _same_draws(), watched() if parametric else nullcontext():
        (above, upper), (below, lower) = coefficient.numer.factor_list(), coefficient.denom.factor_list()
    number, powers = sp.Rational(int(above), int(below)), []
    for part, exponent in (*upper, *((part, -exponent) for part, exponent in lower)):
        base = part.as_expr()
        if _sign(base) < 0:  # as in `root`, so that a root over its own radicand cancels
            base, number = -base, -number if exponent % 2 else number
        powers.append(base**exponent)
    product = sp.Mul(*powers)
    # SymPy would multiply a number into a sum: (d + 1)/2 is to stay
    return sp.Mul(number, product, evaluate=False) if product.is_Add and number != 1 else number * product


@contextmanager
def _same_draws() -> Iterator[None]:
    """Factoring draws evaluation points: an unlucky draw takes a hundred times as long, and would come now and then."""
    state = rng.getstate()
    rng.seed(1)
    try:
        yield
    finally:
        rng.setstate(state)


def _evaluated(atom: sp.Expr) -> sp.Expr:
    """SymPy's own form: its constant E is no `exp` and would not join other exponentials, so exp(1) stays unevaluated inside."""
    return sp.exp(atom.args[0]) if isinstance(atom, sp.exp) else atom


def _product(one: Any, two: Any) -> Any:
    """Of two field elements; a cancellation each, the slowest operation of all, where there is a denominator."""
    check_deadline()
    if one.denom == 1 and two.denom == 1:
        return one.raw_new(one.numer * two.numer, one.denom)
    return one * two


class _Ring:
    """Sums of field elements times monomials in atoms."""

    def __init__(self, symbols: list[sp.Symbol], fold: bool) -> None:
        self.field = FracField(symbols, sp.ZZ)
        self.generators = dict(zip(symbols, self.field.gens, strict=True))
        self.fold = fold

    def table(self, expression: sp.Expr) -> Table:
        """The table of an expression, by structural recursion."""
        if expression.is_Float:  # a binary fraction is exact
            expression = sp.Rational(expression)
        if expression.is_Rational:
            return {(): self.field(int(expression.p)) / self.field(int(expression.q))} if expression != 0 else {}
        if expression is sp.pi:
            return {(): self.generators[_PI]}
        if expression in self.generators:
            return {(): self.generators[expression]}
        if expression.is_Add:
            return self._sum(self.table(term) for term in expression.args)
        if expression.is_Mul:
            product = self.table(sp.S.One)
            for factor in expression.args:
                product = self._multiply(product, self.table(factor))
            return product
        if expression is sp.I:
            return {((sp.I, 1),): self.field.one}
        if isinstance(expression, sp.exp) or expression is sp.E:
            return self._exponential(expression)
        if expression.is_Pow:
            return self._power(expression.base, expression.exp)
        return self._function(expression)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> Table:
        if exponent.is_Integer:
            table = self.table(base)
            return self._integer_power(table if exponent > 0 else self._inverse(table, base), abs(int(exponent)))
        if exponent.is_Rational and exponent.q == 2:
            whole = sp.Rational(exponent.p - 1, 2)
            rest = self._root_table(base)
            return rest if whole == 0 else self._multiply(rest, self._power(base, whole))
        return self._opaque(base**exponent)

    def _root_table(self, base: sp.Expr) -> Table:
        value = _root(canonical(base))
        table = self.table(sp.S.One)
        for factor in sp.Mul.make_args(value):
            if factor.is_Pow and factor.exp in (sp.S.Half, -sp.S.Half):
                part: Table = {(): self.field.one}
                inner = factor.base
                primes = sp.factorint(inner) if inner.is_Integer else {inner: 1}
                for prime, power in primes.items():
                    whole = self._integer_power(self.table(sp.S(prime)), power // 2)
                    part = self._multiply(part, whole)
                    if power % 2:
                        part = self._multiply(part, {((sp.sqrt(prime), 1),): self.field.one})
                table = self._multiply(table, part if factor.exp > 0 else self._inverse(part, sp.sqrt(inner)))
            else:
                table = self._multiply(table, self.table(factor))
        return table

    def _integer_power(self, table: Table, exponent: int) -> Table:
        result = self.table(sp.S.One)
        for _ in range(exponent):
            result = self._multiply(result, table)
        return result

    def _inverse(self, table: Table, base: sp.Expr) -> Table:
        if len(table) != 1:
            return self._opaque(1 / canonical(base))
        ((monomial, coefficient),) = table.items()
        result: Table = {(): 1 / coefficient}
        for atom, exponent in monomial:
            if atom is sp.I:
                factor: Table = {((sp.I, 1),): -self.field.one}
            elif atom.is_Pow and atom.exp == sp.S.Half:
                (square,) = self.table(atom.base).values()
                factor = {((atom, 1),): 1 / square}
            elif isinstance(atom, sp.exp):
                factor = self._exponential(sp.exp(-atom.args[0]))
            else:
                factor = {((atom, -exponent),): self.field.one}
            result = self._multiply(result, factor)
        return result

    def _exponential(self, expression: sp.exp) -> Table:
        exponent = canonical(sp.S.One if expression is sp.E else expression.args[0])
        return {((sp.exp(exponent, evaluate=False), 1),): self.field.one} if exponent != 0 else self.table(sp.S.One)

    def _function(self, expression: sp.Expr) -> Table:
        if not all(isinstance(argument, sp.Expr) for argument in expression.args):
            return self._opaque(expression)  # hyper: its parameters are tuples
        value = expression.func(*(_canonical(argument, self.fold) for argument in expression.args))
        if isinstance(value, sp.acos):
            return self.table(sp.pi / 2 - sp.asin(value.args[0]))
        if isinstance(value, sp.erf | sp.erfc) and value.args[0].is_extended_real is not False:
            return self.table(2 * Phi((1 if isinstance(value, sp.erf) else -1) * sp.sqrt(2) * value.args[0])
                              - (1 if isinstance(value, sp.erf) else 0))  # fmt: skip
        if isinstance(value, sp.sinh | sp.cosh):
            return self.table(value.rewrite(sp.exp))
        if isinstance(value, Phi | Phi2) and self.fold:
            return self._folded(value)
        if isinstance(value, sp.sin | sp.cos) and self.fold:
            return self.table(value.rewrite(sp.exp))
        if value.func != expression.func or not value.args:
            return self.table(value)
        return self._opaque(value)

    def _folded(self, value: sp.Expr) -> Table:
        """Phi and Phi2 with the arguments of one sign; the other sign is turned here, at once, so that no form leads back."""
        if isinstance(value, Phi):
            turned = self._turned(value.args[0])
            return self._opaque(value) if turned is None else self._with(sp.S.One, -1, Phi(turned))
        h, k, r = value.args
        other_h, other_k = self._turned(h), self._turned(k)
        if other_h is not None and other_k is not None:
            return self._with(Phi(k) - Phi(other_h), 1, Phi2(other_h, other_k, r))
        if other_h is not None:
            return self._with(Phi(k), -1, Phi2(other_h, k, canonical(-r)))
        if other_k is not None:
            return self._with(Phi(h), -1, Phi2(h, other_k, canonical(-r)))
        return self._opaque(value)

    def _with(self, known: sp.Expr, sign: int, last: sp.Expr) -> Table:
        """known + sign * last, with `last` as it is, unless it has evaluated to something else."""
        table = self._opaque(last) if isinstance(last, Phi | Phi2) else self.table(last)
        return self._sum([self.table(known), self._multiply({(): sign * self.field.one}, table)])

    def _turned(self, argument: sp.Expr) -> sp.Expr | None:
        """-argument in canonical form, where that is the one of the two that is kept."""
        other = _canonical(-argument, self.fold)
        one, two = argument.could_extract_minus_sign(), other.could_extract_minus_sign()
        if one == two:  # a quotient of sums may have a sign to extract in both forms, or in neither
            one, two = sp.default_sort_key(other) < sp.default_sort_key(argument), False
        return other if one else None

    def _opaque(self, atom: sp.Expr) -> Table:
        """An expression without further structure; a sign that its function pulls out (asin is odd) goes to the coefficient."""
        if atom.is_Mul:
            coefficient, rest = atom.as_coeff_Mul()
            if coefficient != 1:
                return self._multiply(self.table(coefficient), self._opaque(rest))
        return {((atom, 1),): self.field.one}

    def _sum(self, tables: Iterable[Table]) -> Table:
        """Numerators over one denominator are added first: a common factor is then sought once and not at every addition."""
        numerators: dict[Monomial, dict[Any, Any]] = {}
        for table in tables:
            check_deadline()
            for monomial, value in table.items():
                row = numerators.setdefault(monomial, {})
                row[value.denom] = row[value.denom] + value.numer if value.denom in row else value.numer
        total: Table = {}
        for monomial, row in numerators.items():
            value = self.field.zero
            for denominator, numerator in row.items():  # each addition seeks a common factor, which may take a second
                check_deadline()
                value += self.field.new(numerator, denominator)
            if value != 0:
                total[monomial] = value
        return total

    def _multiply(self, left: Table, right: Table) -> Table:
        check_deadline()
        if len(left) == len(right) == 1:
            ((one, a),), ((two, b),) = left.items(), right.items()
            monomial, factor = self._join(one, two)
            return {monomial: self._scaled(_product(a, b), factor)}
        joined = ((self._join(one, two), _product(a, b)) for one, a in left.items() for two, b in right.items())
        return self._sum({monomial: self._scaled(value, factor)} for (monomial, factor), value in joined)

    def _scaled(self, value: Any, factor: Any) -> Any:
        return value if factor is self.field.one else _product(value, factor)

    def _join(self, one: Monomial, two: Monomial) -> tuple[Monomial, Any]:
        if not one or not two:
            return one or two, self.field.one
        powers: dict[sp.Expr, int] = dict(one)
        factor = self.field.one
        exponent = sp.S.Zero
        for atom, power in two:
            powers[atom] = powers.get(atom, 0) + power
        for atom in list(powers):
            if atom is sp.I and powers[atom] == 2:
                factor = -factor
                del powers[atom]
            elif isinstance(atom, sp.exp):
                exponent += powers.pop(atom) * atom.args[0]
            elif atom.is_Pow and atom.exp == sp.S.Half and powers[atom] == 2:
                (square,) = self.table(atom.base).values()
                factor *= square
                del powers[atom]
            elif powers[atom] == 0:
                del powers[atom]
        exponent = canonical(exponent)
        if exponent != 0:
            powers[sp.exp(exponent, evaluate=False)] = 1
        return tuple(sorted(powers.items(), key=lambda item: sp.default_sort_key(item[0]))), factor

    def to_expression(self, table: Table) -> sp.Expr:
        """Back to SymPy: every rational coefficient factored."""
        terms = []
        for monomial, coefficient in table.items():
            check_deadline()
            rational = _factored(coefficient).subs(_PI, sp.pi)
            terms.append(sp.Mul(rational, *(_evaluated(atom) ** power for atom, power in monomial)))
        return sp.Add(*terms)
