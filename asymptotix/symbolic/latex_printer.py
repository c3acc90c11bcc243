r"""The LaTeX printer: terms and factors in the order of a paper, one root sign for a product of roots, amsmath only."""

from __future__ import annotations

import re

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

__all__ = ["THETA", "brackets", "equation_latex", "factors", "is_trailing", "join_terms", "latex", "term_key", "tidy_braces"]

THETA = sp.Symbol("theta", real=True)  # stands for the arccos of the correlation


def factors(item: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, nested products opened."""
    return [inner for factor in item.args for inner in factors(factor)] if item.is_Mul else [item]


def term_key(item: sp.Expr) -> tuple[int, int, int, int, str]:
    """Angles last, negative terms after positive ones, numbers after symbols, then by power of c: q_1 q_2 + 2 c^2, d + 1."""
    angle = int(item.has(sp.asin, sp.acos) or THETA in item.free_symbols)
    negative = int(item.could_extract_minus_sign())
    c_degree = sum(int(e) for b, e in item.as_powers_dict().items() if b.is_Symbol and b.name[0] in "cC" and e.is_Integer)
    return angle, negative, int(item.is_number), c_degree, sp.srepr(item)


class _PaperPrinter(LatexPrinter):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""Own order of sums and products, one root sign for a product of roots, \arcsin and \arccos."""

    def terms(self, terms: tuple[sp.Expr, ...] | list[sp.Expr]) -> str:
        text = ""
        for item in terms:
            part = self._print(item)
            text += part if not text else f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
        return text

    def _print_Add(self, expr: sp.Expr, order: object = None) -> str:
        if expr == sp.pi - THETA:
            return r"\pi - \theta"
        return self.terms(sorted(expr.args, key=term_key))

    def _print_Mul(self, expr: sp.Expr) -> str:
        sign, upper, lower, functions = "", [], [], []
        roots: tuple[list[sp.Expr], list[sp.Expr]] = ([], [])
        for factor in factors(expr):
            whole_factor = isinstance(factor, sp.exp) or factor is sp.I  # SymPy takes i for a root of -1
            base, exponent = (factor, sp.S.One) if whole_factor else factor.as_base_exp()
            if factor.is_Rational:
                sign = "-" if bool(factor < 0) != (sign == "-") else ""
                upper += [sp.Integer(abs(factor.p))] if abs(factor.p) != 1 else []
                lower += [sp.Integer(factor.q)] if factor.q != 1 else []
            elif exponent.is_Rational and exponent.q == 2:
                roots[bool(exponent < 0)].append(base)
                whole = abs(exponent) - sp.S.Half
                if whole:
                    (lower if exponent < 0 else upper).append(base**whole)
            elif exponent.could_extract_minus_sign():
                lower.append(base ** (-exponent))
            elif is_trailing(factor) or (factor.is_Add and (factor.has(sp.Function) or factor == sp.pi - THETA)):
                functions.append(factor)
            else:
                upper.append(factor)
        single = len(upper) + len(lower) + len(functions) + bool(roots[0]) + bool(roots[1]) == 1
        return sign + self._assemble(upper, lower, functions, roots, single)

    def _assemble(self, upper: list[sp.Expr], lower: list[sp.Expr], functions: list[sp.Expr],
                  roots: tuple[list[sp.Expr], list[sp.Expr]], single: bool) -> str:  # fmt: skip
        functions = sorted(
            functions, key=lambda f: isinstance(f, sp.Derivative | sp.Subs)
        )  # what follows would seem differentiated
        denominator = self._product(lower, roots[1], len(lower) + bool(roots[1]) == 1)
        numerator = self._product(upper, roots[0], single or (len(upper) == 1 and not roots[0] and bool(denominator)))
        angle = len(functions) == 1 and functions[0].is_Add and denominator and not numerator
        if angle:
            return rf"\frac{{{self._print(functions[0])}}}{{{denominator}}}"
        head = rf"\frac{{{numerator or '1'}}}{{{denominator}}}" if denominator else numerator
        tail = r"\,".join(self._parenthesised(f) for f in functions)
        return head + (r"\," if head and tail else "") + tail or "1"

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

    def _print_asin(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._arc(r"\arcsin", expr, exp)

    def _print_acos(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._arc(r"\arccos", expr, exp)

    def _arc(self, name: str, expr: sp.Expr, exp: str | None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return name + power + _argument(str(self._print(expr.args[0])))

    def _print_exp(self, expr: sp.Expr, exp: str | None = None) -> str:
        power = self._print(sp.factor_terms(sp.together(expr.args[0])))
        return f"e^{{{power}}}" if exp is None else rf"\left(e^{{{power}}}\right)^{{{exp}}}"

    def _print_ExpBase(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._print_exp(expr, exp)

    def _print_sin(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._arc(r"\sin", expr, exp)

    def _print_cos(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._arc(r"\cos", expr, exp)

    def _print_sinh(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._arc(r"\sinh", expr, exp)

    def _print_cosh(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._arc(r"\cosh", expr, exp)

    def _print_hyper(self, expr: sp.Expr, exp: str | None = None) -> str:
        upper, lower = (", ".join(self._print(a) for a in args) for args in (expr.ap, expr.bq))
        name = rf"{{}}_{{{len(expr.ap)}}}F_{{{len(expr.bq)}}}"
        return name + rf"\left({upper}; {lower}; {self._print(expr.argument)}\right)" + (f"^{{{exp}}}" if exp else "")

    def _print_AppliedUndef(self, expr: sp.Expr, exp: str | None = None) -> str:
        arguments = ", ".join(self._print(a) for a in expr.args)
        name = str(self._print(sp.Symbol(expr.func.__name__)))
        return name + (f"^{{{exp}}}" if exp else "") + brackets(arguments)

    def _print_Heaviside(self, expr: sp.Expr, exp: str | None = None) -> str:
        return rf"\mathbf{{1}}_{{{self._print(expr.args[0])} > 0}}" + (f"^{{{exp}}}" if exp else "")

    def _print_Max(self, expr: sp.Expr, exp: str | None = None) -> str:
        others = [a for a in expr.args if a != 0]
        power = "" if exp is None else f"^{{{exp}}}"
        if len(others) == 1:
            return rf"\left({self._print(others[0])}\right)_+{power}"
        return rf"\max\left({', '.join(self._print(a) for a in expr.args)}\right){power}"


def is_trailing(factor: sp.Expr) -> bool:
    """A function or a derivative, which is printed behind the fraction. Gamma functions stay in it."""
    return isinstance(factor, sp.Derivative | sp.Subs) or (
        bool(factor.is_Function) and not isinstance(factor, sp.gamma | AppliedUndef)
    )


def brackets(text: str) -> str:
    """Parentheses, growing ones only where something tall is inside."""
    return rf"\left({text}\right)" if re.search(r"\\frac|\\sqrt", text) else f"({text})"


def _argument(argument: str) -> str:
    """An argument behind a function name: a lone fraction or a lone letter needs no parentheses."""
    if argument.startswith(r"\frac") and _is_one_fraction(argument):
        return argument
    return " " + argument if re.fullmatch(r"\w|\\[a-z]+", argument) else brackets(argument)


def _is_one_fraction(text: str) -> bool:
    depth, closed = 0, 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        closed += character == "}" and depth == 0
        if closed == 2:
            return position == len(text) - 1
    return False


def _factor_key(factor: sp.Expr) -> tuple[int, int, str]:
    base, _ = factor.as_base_exp()
    kind = 0 if factor.is_number else 1 if base.is_Symbol else 2
    # "q" before "c", as in q_1 q_2 - c^2
    name = str(base)
    return kind, 0 if name.startswith(("q", "Q")) else 1, name


_PRINTER = _PaperPrinter()


def join_terms(terms: tuple[sp.Expr, ...]) -> str:
    """The terms in the order given, with their signs."""
    return _PRINTER.terms(terms)


def tidy_braces(text: str) -> str:
    """q_{1} -> q_1 and c^{2} -> c^2."""
    return re.sub(r"([\^_])\{(\w)\}(?!\w)", r"\1\2", text)


def latex(expression: sp.Basic, *, bare: bool = False) -> str:
    """LaTeX of any expression in the same style, without rearrangement; `bare`: as the argument of a function name."""
    text = tidy_braces(str(_PRINTER.doprint(expression)))
    return _argument(text) if bare else text


def equation_latex(equation: sp.Equality) -> str:
    """LaTeX of both sides of an equation."""
    return f"{latex(equation.lhs)} = {latex(equation.rhs)}"
