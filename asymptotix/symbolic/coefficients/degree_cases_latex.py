r"""Forms in a symbolic degree as a paper prints them: $(-1)^{m+1}\, 2^{m-3/2}\, \Gamma(m-1/2)/\pi$, rows of \begin{cases}.

A product is sorted into sign, power of two, numerator and denominator; what is printed is checked equal to the input first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from asymptotix.errors import AsymptotixError
from asymptotix.symbolic.gamma_shifts import vanishes
from asymptotix.symbolic.printing.latex_printer import brackets, latex, tidy_braces
from asymptotix.symbolic.printing.normal_laws import fold_probabilities, recognise_densities, without_densities

if TYPE_CHECKING:
    from asymptotix.symbolic.coefficients.degree_cases import DegreeCases

__all__ = ["cases_latex", "degree_form_latex"]

LARGEST_FACTORED = 10**15
_LETTERS = ("m", "n", "j", "r", "s", "t", "p")


def cases_latex(cases: DegreeCases, left: str) -> str:
    """`left` = the rows: exceptional degrees first, then k = 2m and k = 2m + 1, or one row for both."""
    from asymptotix.symbolic.coefficients.degree_cases import HALF

    k = cases.symbol
    taken = {symbol.name for symbol in cases.free_symbols | {k}}
    half = sp.Symbol(next(letter for letter in _LETTERS if letter not in taken), integer=True, nonnegative=True)
    name, letter = latex(k), half.name
    rows = [(degree_form_latex(value), f"{name} = {degree}") for degree, value in cases.exceptions.items()]
    generic = sp.S.Zero if cases.even == cases.odd == 0 else cases.generic
    if generic is not None:
        if not rows:
            return f"{left} = {degree_form_latex(generic)}"
        rows.append((degree_form_latex(generic), _remaining(name, "", 1, list(cases.exceptions))))
    else:
        for parity, form in enumerate((cases.even, cases.odd)):
            where = f"{name} = 2{letter}" + (" + 1" if parity else "")
            skipped = [degree for degree in cases.exceptions if degree % 2 == parity]
            rows.append((degree_form_latex(form.xreplace({HALF: half})), _remaining(where, where, 2, skipped, parity)))
    body = r" \\ ".join(rf"{value}, & {where}" for value, where in rows)
    return rf"{left} = \begin{{cases}} {body} \end{{cases}}"


def _remaining(plain: str, first: str, step: int, skipped: list[int], start: int = 0) -> str:
    """The degrees of a row: from some degree on where a full initial run is skipped, else all but the ones skipped."""
    if not skipped:
        return plain
    run = list(range(start, start + step * len(skipped), step))
    if skipped == run:
        return rf"{first or plain} \ge {run[-1] + step}"
    if first:
        return rf"{first} \notin \{{{', '.join(map(str, skipped))}\}}" if len(skipped) > 1 else rf"{first} \ne {skipped[0]}"
    return r"\text{otherwise}"


@dataclass(frozen=True)
class _Product:
    """(-1)^sign 2^two prod base^exponent * upper / lower * trailing: the parts of one printed product."""

    sign: sp.Expr
    two: sp.Expr
    powers: tuple[tuple[sp.Expr, sp.Expr], ...]
    upper: tuple[sp.Expr, ...]
    lower: tuple[sp.Expr, ...]
    trailing: tuple[sp.Expr, ...]

    def expression(self) -> sp.Expr:
        """The product multiplied out, for comparison with what was to be printed."""
        powers = sp.Mul(*(base**exponent for base, exponent in self.powers))
        return (-1) ** self.sign * 2**self.two * powers * sp.Mul(*self.upper, *self.trailing) / sp.Mul(*self.lower)


def degree_form_latex(form: sp.Expr) -> str:
    """One form, term by term.

    Raises:
        AsymptotixError: the printed form is not equal to the input (a defect of this module; nothing is printed).
    """
    terms = _as_printed(form)
    if not vanishes(without_densities(sp.Add(*terms)) - form):
        raise AsymptotixError(f"the printed form of {form} differs from it: nothing is printed")
    text = ""
    for printed in sorted(map(_term_latex, terms), key=lambda printed: printed.startswith("-")):  # a sum begins without a sign
        text += printed if not text else f" - {printed[1:].lstrip()}" if printed.startswith("-") else f" + {printed}"
    return tidy_braces(text)


def _as_printed(form: sp.Expr) -> list[sp.Expr]:
    """The terms with probabilities folded and normal densities recognised; of a sum that is 0, one term."""
    terms = sp.Add.make_args(sp.expand_mul(form) if form.is_number else form)
    return recognise_densities(fold_probabilities(terms)) or [sp.S.Zero]


def _term_latex(term: sp.Expr) -> str:
    parts = _parts(term)
    if not vanishes(without_densities(parts.expression() - term)):
        raise AsymptotixError(f"the printed form of {term} differs from it: nothing is printed")
    return _product_latex(parts)


def _parts(term: sp.Expr) -> _Product:
    sign, primes, powers, rest = sp.S.Zero, dict[sp.Expr, sp.Expr](), dict[sp.Expr, sp.Expr](), list[sp.Expr]()
    for factor in sp.Mul.make_args(term):
        whole = isinstance(factor, sp.exp) or factor is sp.I  # SymPy takes i for a root of -1
        base, exponent = (factor, sp.S.One) if whole else factor.as_base_exp()
        if not whole and not base.is_Rational and not exponent.is_number:
            powers[base] = powers.get(base, sp.S.Zero) + exponent
            continue
        if factor == 0 or not (base.is_Rational or base is sp.pi):
            rest.append(factor)
            continue
        if base.is_negative:
            sign, base = sign + exponent, -base
        symbolic, number = sp.expand(exponent).as_independent(sp.Symbol, as_Add=True)[::-1]
        factors = _prime_factors(base) if base.is_Rational else {base: 1}
        for prime, power in factors.items():
            primes[prime] = primes.get(prime, sp.S.Zero) + power * number
        if symbolic != 0 and base != 1:
            if set(factors) == {sp.Integer(2)}:
                primes[sp.Integer(2)] += factors[sp.Integer(2)] * symbolic
            else:
                powers[base] = powers.get(base, sp.S.Zero) + symbolic
    return _sorted_parts(_shortest(sign), primes, powers, rest)


def _prime_factors(number: sp.Rational) -> dict[sp.Expr, int]:
    """Primes with exponents; numerator and denominator as they are where factoring could take minutes."""
    if max(number.p, number.q) < LARGEST_FACTORED:
        return {sp.S(prime): exponent for prime, exponent in sp.factorrat(number).items()}
    return {sp.Integer(part): exponent for part, exponent in ((number.p, 1), (number.q, -1)) if part != 1}


def _shortest(sign: sp.Expr) -> sp.Expr:
    """The exponent of -1 with integer coefficients reduced modulo 2: m - 1 and 3 m + 1 are m + 1."""
    if any(not c.is_Integer for _, c in _coefficients(sign)):
        return sign
    return sp.Add(*(unit * sp.Mod(c, 2) for unit, c in _coefficients(sign)))


def _coefficients(exponent: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    return [(unit, c) for c, unit in (t.as_coeff_Mul() for t in sp.Add.make_args(sp.expand(exponent)))]


def _sorted_parts(sign: sp.Expr, primes: dict[sp.Expr, sp.Expr], powers: dict[sp.Expr, sp.Expr], rest: list[sp.Expr]) -> _Product:
    two = primes.pop(sp.Integer(2)) if primes.get(sp.Integer(2), sp.S.Zero).free_symbols else sp.S.Zero
    symbolic = sign.as_independent(sp.Symbol, as_Add=True)[1]
    if len(powers) == 1 and symbolic != 0:  # (-1)^m (4/3)^m is (-4/3)^m
        ((base, exponent),) = powers.items()
        if base.is_Rational and exponent == symbolic:
            sign, powers = sign - symbolic, {-base: exponent}
    upper: list[sp.Expr] = []
    lower: list[sp.Expr] = []
    for prime, exponent in primes.items():
        (lower if exponent < 0 else upper).extend(sp.Mul.make_args(prime ** abs(exponent)))
    trailing = [f for f in rest if _is_trailing(f)]
    for factor in rest:
        if not _is_trailing(factor):
            below = factor != 0 and factor.as_base_exp()[1].could_extract_minus_sign()
            (lower if below else upper).append(1 / factor if below else factor)
    upper, lower = ([f for f in side if f != 1] for side in (upper, lower))
    return _Product(sign, two, tuple(powers.items()), tuple(upper), tuple(lower), tuple(trailing))


def _is_trailing(factor: sp.Expr) -> bool:
    """What stands behind the fraction: exponentials, He_k, Phi, 1F1, real parts."""
    return bool(factor.is_Function) and not isinstance(factor, sp.gamma | sp.factorial)


def _product_latex(parts: _Product) -> str:
    minus = "-" if parts.sign == 1 else ""
    head = [] if parts.sign.is_number else [f"(-1)^{{{_exponent(parts.sign)}}}"]
    head += [] if parts.two == 0 else [f"2^{{{_exponent(parts.two)}}}"]
    head += [f"{_base(base)}^{{{_exponent(exponent)}}}" for base, exponent in parts.powers]
    above, below = _split_roots(parts.upper), _split_roots(parts.lower)
    if above[1] != 1 and below[1] != 1:
        head.append(rf"\sqrt{{\frac{{{latex(above[1])}}}{{{latex(below[1])}}}}}")
        above, below = (above[0], sp.S.One, above[2]), (below[0], sp.S.One, below[2])
    lower = _side(*below, True)
    upper = _side(*above, bool(lower))
    fraction = rf"\frac{{{upper or '1'}}}{{{lower}}}" if lower else upper
    trailing = [_function_latex(f) for f in sorted(parts.trailing, key=lambda f: (not isinstance(f, sp.exp), str(f)))]
    if len(head) == 1 and lower and not upper:
        head, fraction = [], rf"\frac{{{head[0]}}}{{{lower}}}"
    return minus + (r"\, ".join(part for part in (*head, fraction, *trailing) if part) or "1")


def _split_roots(factors: tuple[sp.Expr, ...]) -> tuple[sp.Expr, sp.Expr, list[sp.Expr]]:
    """Whole numbers and powers of pi, the product under one root for all numbers under roots, and the rest."""
    whole, roots, others = sp.S.One, sp.S.One, []
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if (base.is_Integer or base is sp.pi) and exponent.is_Rational and factor is not sp.I:
            whole *= base ** sp.floor(exponent)
            roots *= base if exponent.q == 2 else 1
        else:
            others.append(factor)
    return whole, roots, others


def _side(whole: sp.Expr, roots: sp.Expr, others: list[sp.Expr], in_fraction: bool) -> str:
    texts = [] if whole == 1 else [latex(whole)]
    texts += [] if roots == 1 else [rf"\sqrt{{{latex(roots)}}}"]
    alone = len(others) == 1 and in_fraction and not texts
    texts += [latex(f) if alone or not f.is_Add else brackets(latex(f)) for f in sorted(others, key=_other_key)]
    return " ".join(texts).replace(r"\left(2 m\right)!", "(2m)!")


def _other_key(factor: sp.Expr) -> tuple[bool, bool, str]:
    return factor.has(sp.factorial), factor.has(sp.gamma), str(factor)


def _base(base: sp.Expr) -> str:
    return latex(base) if base.is_Integer and base > 0 else rf"\left({latex(base)}\right)"


def _function_latex(function: sp.Expr) -> str:
    if isinstance(function, sp.exp):
        return f"e^{{{_exponent(function.args[0])}}}"
    if isinstance(function, sp.re | sp.im):
        name = "Re" if isinstance(function, sp.re) else "Im"
        return rf"\mathrm{{{name}}}\left[{degree_form_latex(function.args[0])}\right]"
    return latex(function)


def _exponent(exponent: sp.Expr) -> str:
    """m - 3/2 on one line: an exponent holds no fraction bars over numbers."""
    text = ""
    for term in sorted(sp.Add.make_args(exponent), key=lambda t: (t.is_number, t.could_extract_minus_sign(), str(t))):
        coefficient, rest = term.as_coeff_Mul()
        size = abs(coefficient)
        if sp.fraction(rest)[1] != 1:
            size, rest = sp.S.One, size * rest
        top = "" if rest != 1 and size.p == 1 else str(size.p)
        inner = "" if rest == 1 else brackets(latex(rest)) if rest.is_Add else latex(rest)
        body = top + inner + (f"/{size.q}" if size.q != 1 else "")
        text += (("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")) + body
    return text
