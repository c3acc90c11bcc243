r"""The LaTeX printer: terms and factors in the order of a paper, one root sign for a product of roots, amsmath only."""

from __future__ import annotations

import re

import sympy as sp
from sympy.core.function import AppliedUndef

from asymptotix.symbolic.printing.latex_brackets import argument, brackets, tidy_braces
from asymptotix.symbolic.printing.latex_functions import FunctionPrinter, inline_fractions
from asymptotix.symbolic.printing.polynomials_for_print import regrouped

__all__ = ["THETA", "brackets", "equation_latex", "factors", "is_trailing", "join_terms", "latex", "term_key", "tidy_braces"]

THETA = sp.Symbol("theta", real=True)  # stands for the arccos of the correlation


def factors(item: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, nested products opened."""
    return [inner for factor in item.args for inner in factors(factor)] if item.is_Mul else [item]


def term_key(item: sp.Expr) -> tuple[int, int, int, int, int, str]:
    """Angles last, negative terms after positive ones, numbers after symbols, then by powers: q_1 q_2 + q_1 + 2 c^2 + 1."""
    angle = int(item.has(sp.asin, sp.acos) or THETA in item.free_symbols)
    negative = int(item.could_extract_minus_sign())
    powers = [(b, int(e)) for b, e in item.as_powers_dict().items() if b.is_Symbol and e.is_Integer]
    c_degree = sum(e for b, e in powers if b.name[0] in "cC")
    total = sum(e for b, e in powers if b.name[0] not in "cC")
    return angle, negative, int(item.is_number), c_degree, -total, _natural(sp.srepr(item.as_coeff_Mul()[1]))


def _natural(text: str) -> str:
    """A key in which 2 comes before 10."""
    return re.sub(r"\d+", lambda number: number.group().zfill(8), text)


class _RatioRoot(sp.Function):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""\sqrt{n / \pi}, for the page only."""

    def _latex(self, printer: FunctionPrinter) -> str:
        return rf"\sqrt{{\frac{{{printer._print(self.args[0])}}}{{\pi}}}}"


class _PaperPrinter(FunctionPrinter):
    """Own order of sums and products, one root sign for a product of roots."""

    def terms(self, terms: tuple[sp.Expr, ...] | list[sp.Expr]) -> str:
        text = ""
        for item in terms:
            part = self._print(item)
            text += part if not text else f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
        return text

    def _print_Add(self, expr: sp.Expr, order: object = None) -> str:
        if expr == sp.pi - THETA:
            return r"\pi - \theta"
        return self.terms(sorted(regrouped(expr).args, key=term_key))

    def _print_Rational(self, expr: sp.Rational) -> str:
        sign = "-" if expr.p < 0 else ""
        return sign + (str(abs(expr.p)) if expr.q == 1 else rf"\frac{{{abs(expr.p)}}}{{{expr.q}}}")

    def _print_Pow(self, expr: sp.Pow) -> str:
        base, exponent = expr.as_base_exp()
        if exponent.is_Rational and (exponent == sp.S.Half or exponent < 0) and not base.is_negative:
            return self._print_Mul(expr)
        if base.is_Add and exponent.is_even and base.could_extract_minus_sign():
            base = -base  # (a - 1)^2 and (1 - a)^2 are printed alike
        power = inline_fractions(str(self._print(exponent)))
        if base.is_Function and not isinstance(base, sp.exp | sp.Abs):
            return str(self._print(base, exp=power))
        text = str(self._print(base))
        plain = base.is_Symbol or (base.is_Integer and base >= 0) or base in (sp.pi, sp.E)
        return (text if plain else brackets(text)) + f"^{{{power}}}"

    def _print_Mul(self, expr: sp.Expr) -> str:
        sign, upper, lower, functions = "", [], [], []
        roots: tuple[list[sp.Expr], list[sp.Expr]] = ([], [])
        for factor in _signed_powers(factors(expr)):
            whole_factor = isinstance(factor, sp.exp) or factor is sp.I  # SymPy takes i for a root of -1
            base, exponent = (factor, sp.S.One) if whole_factor else factor.as_base_exp()
            if factor.is_Rational:
                sign = "-" if bool(factor < 0) != (sign == "-") else ""
                upper += [sp.Integer(abs(factor.p))] if abs(factor.p) != 1 else []
                lower += [sp.Integer(factor.q)] if factor.q != 1 else []
            elif abs(exponent) == sp.S.Half:
                roots[bool(exponent < 0)].append(base)
            elif (exponent.could_extract_minus_sign() and not base.is_number) or (exponent.is_Rational and exponent < 0):
                lower.append(base ** (-exponent))
            elif is_trailing(factor) or (factor.is_Add and (factor.has(sp.Function) or THETA in factor.free_symbols)):
                functions.append(factor)
            else:
                upper.append(factor)
        _settle_roots(lower, roots)
        single = len(upper) + len(lower) + len(functions) + bool(roots[0]) + bool(roots[1]) == 1
        return sign + self._assemble(upper, lower, functions, roots, single)

    def _assemble(self, upper: list[sp.Expr], lower: list[sp.Expr], functions: list[sp.Expr],
                  roots: tuple[list[sp.Expr], list[sp.Expr]], single: bool) -> str:  # fmt: skip
        functions = sorted(functions, key=_function_key)
        if roots[1] == [sp.pi] and len(roots[0]) == 1 and roots[0][0].is_Integer:
            upper, roots = [*upper, _RatioRoot(roots[0][0])], ([], [])  # 3 sqrt(2/pi)
        denominator = self._product(lower, roots[1], len(lower) + bool(roots[1]) == 1)
        numerator = self._product(upper, roots[0], single or (len(upper) == 1 and not roots[0] and bool(denominator)))
        angle = len(functions) == 1 and functions[0].is_Add and denominator and not numerator
        if angle:
            return rf"\frac{{{self._print(functions[0])}}}{{{denominator}}}"
        head = rf"\frac{{{numerator or '1'}}}{{{denominator}}}" if denominator else numerator
        parts = [self._parenthesised(f) for f in functions]
        text = head
        for part in parts:
            thin = not part.startswith(("e^", r"\sin", r"\cos", r"\tan", r"\exp", r"\log", r"\arc"))
            text += ("" if not text else r"\," if thin else " ") + part
        return text or "1"

    def _product(self, factors: list[sp.Expr], roots: list[sp.Expr], single: bool) -> str:
        ordered = sorted(factors, key=_factor_key)
        parts = [self._print(f) if single or not f.is_Add else self._parenthesised(f) for f in ordered]
        if roots:
            inner = sorted(roots, key=_factor_key)
            text = rf"\sqrt{{{' '.join(self._print(b) if len(inner) == 1 else self._parenthesised(b) for b in inner)}}}"
            numeric = all(b.is_number for b in inner)
            parts.insert(sum(f.is_number for f in ordered) if numeric else len(parts), text)
        return " ".join(parts)

    def _parenthesised(self, factor: sp.Expr) -> str:
        return brackets(str(self._print(factor))) if factor.is_Add else str(self._print(factor))

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        text = str(super()._print_Derivative(expr))
        operand = str(self._print(expr.expr))
        compound = expr.expr.is_Mul or expr.expr.is_Add
        return text.removesuffix(operand) + brackets(operand) if compound and text.endswith(operand) else text


def is_trailing(factor: sp.Expr) -> bool:
    """A function or a derivative, which is printed behind the fraction. Gamma functions stay in it."""
    return isinstance(factor, sp.Derivative | sp.Subs) or (
        bool(factor.is_Function) and not isinstance(factor, sp.gamma | AppliedUndef)
    )


def _factor_key(factor: sp.Expr) -> tuple[int, int, str]:
    base, exponent = (factor, sp.S.One) if isinstance(factor, sp.exp) else factor.as_base_exp()
    sign_power = base.is_Integer and not exponent.is_number  # (-1)^m, 2^m
    kind = 0 if factor.is_number and base is not sp.pi else 1 if sign_power or base is sp.pi else 2 if base.is_Symbol else 3
    name = str(base)
    if factor.is_Function and not isinstance(factor, sp.exp):  # Gamma
        return 4, 0, _natural(name)
    if kind == 3:
        return kind, len(sp.Add.make_args(base)), _natural(name)
    # "q" before "c", as in q_1 q_2 - c^2; named numbers first of all
    return kind, 0 if name.startswith(("q", "Q", "-", "kappa")) else 1, _natural(name)


def _function_key(factor: sp.Expr) -> int:
    """Exponentials first; a derivative last, since what follows would seem differentiated."""
    return 2 if isinstance(factor, sp.Derivative | sp.Subs) else int(not isinstance(factor, sp.exp))


def _signed_powers(parts: list[sp.Expr]) -> list[sp.Expr]:
    """(-2)^(m-2) sqrt(2) -> (-1)^m 2^(m-3/2): the sign apart, equal bases joined."""
    if not any(f.is_Pow and f.base.is_Integer and not f.exp.is_number for f in parts):
        return parts
    sign, rest = sp.S.Zero, []
    powers: dict[int, sp.Expr] = {}
    for factor in parts:
        base, exponent = factor.as_base_exp()
        if not (base.is_Integer and base != 0):
            rest.append(factor)
            continue
        if base < 0:
            sign, base = sign + exponent, -base
        for prime, power in sp.factorint(base).items():
            powers[prime] = powers.get(prime, sp.S.Zero) + power * exponent
    symbolic = sp.Add(*(t for t in sp.Add.make_args(sp.expand(sign)) if not t.is_number))
    parity = sp.Mod(sp.expand(sign) - symbolic, 2)
    head = [] if symbolic == 0 and parity == 0 else [sp.Pow(-1, symbolic + parity, evaluate=False)]
    return [*head, *(sp.Pow(prime, sp.expand(power)) for prime, power in powers.items() if power != 0), *rest]


def _settle_roots(lower: list[sp.Expr], roots: tuple[list[sp.Expr], list[sp.Expr]]) -> None:
    """sqrt(2)/(2 sqrt(pi)) -> 1/sqrt(2 pi)."""
    if sp.pi not in roots[1]:
        return
    for number in [r for r in roots[0] if r.is_Integer]:
        for position, divisor in enumerate(lower):
            if divisor.is_Integer and divisor % number == 0:
                roots[0].remove(number)
                roots[1].append(number)
                lower[position : position + 1] = [divisor // number] if divisor != number else []
                break


_PRINTER = _PaperPrinter()


def join_terms(terms: tuple[sp.Expr, ...]) -> str:
    """The terms in the order given, with their signs."""
    return _PRINTER.terms(terms)


def latex(expression: sp.Basic, *, bare: bool = False) -> str:
    """LaTeX of any expression in the same style, without rearrangement; `bare`: as the argument of a function name."""
    text = tidy_braces(str(_PRINTER.doprint(expression)))
    return argument(text) if bare else text


def equation_latex(equation: sp.Equality) -> str:
    """LaTeX of both sides of an equation."""
    return f"{latex(equation.lhs)} = {latex(equation.rhs)}"
