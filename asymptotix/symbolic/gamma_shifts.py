r"""Gamma functions and powers with symbolic exponents, written over one set of independent atoms.

    Gamma(z + j) = Gamma(z) z (z + 1) ... (z + j - 1),   Gamma(2 z) = 2^(2z-1) Gamma(z) Gamma(z + 1/2) / sqrt(pi),
    Gamma(z) Gamma(1 - z) = pi / sin(pi z),              b^(x + y) = b^x b^y.

The canonical form of the engine takes a Gamma function or a power such as 2^m for an opaque atom, so that Gamma(m + 1) and
m Gamma(m) look unrelated to it. After these rules they are equal, and their difference reduces to 0.

Source: the recurrence, duplication and reflection formulas of the Gamma function, in any textbook.
"""

from __future__ import annotations

from math import floor, lcm

import sympy as sp

from asymptotix.symbolic.canonical import is_zero

__all__ = ["has_shifts", "vanishes"]

MAX_SHIFT = 60  # factors written out for one Gamma function
_FAMILY = (sp.gamma, sp.factorial, sp.binomial, sp.RisingFactorial, sp.FallingFactorial, sp.beta)


def has_shifts(expression: sp.Expr) -> bool:
    """Whether the rules apply: a Gamma function or its kin, or a power whose exponent is not a number."""
    return bool(expression.has(*_FAMILY)) or any(not power.exp.is_number for power in expression.atoms(sp.Pow))


def vanishes(expression: sp.Expr) -> bool:
    """True when the expression is 0 by the rules above; False proves nothing."""
    expression = expression.replace(lambda e: isinstance(e, _FAMILY), lambda e: e.rewrite(sp.gamma))
    expression = _duplicated(expression).replace(sp.gamma, _shifted)
    plain, signs = _independent_powers(expression)
    cases = [plain]
    for sign in signs:  # (-1)^m is 1 or -1, and the expression must vanish for both
        cases = [case.xreplace({sign: sp.Integer(value)}) for case in cases for value in (1, -1)]
    return all(is_zero(case) for case in cases)


def _split(argument: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Number and symbolic part of a sum."""
    number, symbolic = sp.expand(argument).as_independent(*argument.free_symbols, as_Add=True)
    return number, symbolic


def _duplicated(expression: sp.Expr) -> sp.Expr:
    """Where Gamma(z) and Gamma(2 z + number) both occur, the second by the duplication formula."""
    for _ in range(4):
        parts = {_split(g.args[0])[1] for g in expression.atoms(sp.gamma)} - {sp.S.Zero}
        doubled = [g for g in expression.atoms(sp.gamma) if sp.expand(_split(g.args[0])[1] / 2) in parts]
        if not doubled:
            return expression
        expression = expression.xreplace({g: _halved(g.args[0] / 2) for g in doubled})
    return expression


def _halved(z: sp.Expr) -> sp.Expr:
    return 2 ** (2 * z - 1) * sp.gamma(z) * sp.gamma(z + sp.S.Half) / sp.sqrt(sp.pi)


def _shifted(argument: sp.Expr) -> sp.Expr:
    """Gamma over the Gamma function whose numerical part lies in [0, 1), that of -z over that of z."""
    number, symbolic = _split(argument)
    if symbolic == 0 or not number.is_Rational or abs(number) > MAX_SHIFT:
        return sp.gamma(argument)
    if all(term.could_extract_minus_sign() for term in sp.Add.make_args(symbolic)):
        sine = sp.sin(sp.expand(sp.pi * (number + symbolic)))
        return sp.gamma(argument) if sine == 0 else sp.pi / (sine * _shifted(1 - number - symbolic))
    steps = floor(number)
    base = symbolic + number - steps
    rising = sp.Mul(*(base + i for i in range(steps))) / sp.Mul(*(base - 1 - i for i in range(-steps)))
    return rising * sp.gamma(base)


def _independent_powers(expression: sp.Expr) -> tuple[sp.Expr, list[sp.Symbol]]:
    """Powers with symbolic exponents as integer powers of independent symbols; the symbols that stand for powers of -1."""
    found: dict[sp.Pow, dict[tuple[sp.Expr, sp.Expr], sp.Rational]] = {}
    for power in expression.atoms(sp.Pow):
        if not power.exp.is_number:
            found[power] = _exponents(power)
    common: dict[tuple[sp.Expr, sp.Expr], int] = {}
    for exponents in found.values():
        for key, rational in exponents.items():
            common[key] = lcm(common.get(key, 1), int(rational.q))
    signs = {key for key in common if key[0] == -1 and key[1].is_integer and common[key] == 1}
    atoms = {key: sp.Dummy(positive=True if key[0].is_positive else None) for key in common}
    rules = {}
    for power, exponents in found.items():
        number = _split(power.exp)[0]
        product = sp.Mul(*(atoms[key] ** (rational * common[key]) for key, rational in exponents.items()))
        rules[power] = power.base**number * product
    return expression.xreplace(rules), [atoms[key] for key in signs]


def _exponents(power: sp.Pow) -> dict[tuple[sp.Expr, sp.Expr], sp.Rational]:
    """(base, unit) -> rational: the power without its numerical part is the product of base^(rational unit)."""
    _, symbolic = _split(power.exp)
    exponents: dict[tuple[sp.Expr, sp.Expr], sp.Rational] = {}
    for base, multiplicity in _bases(power.base).items():
        for term in sp.Add.make_args(symbolic):
            rational, unit = term.as_coeff_Mul()
            exponents[base, unit] = exponents.get((base, unit), sp.S.Zero) + rational * multiplicity
    return exponents


def _bases(base: sp.Expr) -> dict[sp.Expr, sp.Rational]:
    """A rational number by its primes and its sign, a product of positive factors by these, a root by what is under it.

    Any other base stands by itself. (b^r)^x = b^(r x) holds on the principal branch for every b where 0 < r <= 1.
    """
    if base.is_Rational:
        return {sp.S(prime): sp.S(exponent) for prime, exponent in sp.factorrat(base).items()}
    if base.is_Pow and base.exp.is_Rational and 0 < base.exp <= 1:
        return {part: multiplicity * base.exp for part, multiplicity in _bases(base.base).items()}
    if not all(factor.is_positive for factor in sp.Mul.make_args(base)):
        return {base: sp.S.One}
    found: dict[sp.Expr, sp.Rational] = {}
    for factor in sp.Mul.make_args(base):
        inner, power = factor.as_base_exp() if factor.is_Pow and factor.exp.is_Rational else (factor, sp.S.One)
        for part, multiplicity in (_bases(inner) if inner.is_Rational else {inner: sp.S.One}).items():
            found[part] = found.get(part, sp.S.Zero) + power * multiplicity
    return found
