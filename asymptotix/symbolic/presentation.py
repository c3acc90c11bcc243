r"""Formulas as a paper prints them. Needs amsmath only.

`arrange` rewrites the canonical form: arcsin plus its constant becomes $\pi - \theta$, the common factor goes in front of
a bracket, pairs of exponentials become sinh and cosh. The result is checked equal to the input before it is printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

from asymptotix.errors import AsymptotixError
from asymptotix.symbolic.canonical import canonical, is_zero

__all__ = ["THETA", "Arrangement", "Group", "arrange", "equation_latex", "latex", "tidy_braces"]

THETA = sp.Symbol("theta", real=True)  # stands for the arccos of the correlation


@dataclass(frozen=True)
class Group:
    """prefactor * (terms[0] + terms[1] + ...)."""

    prefactor: sp.Expr
    terms: tuple[sp.Expr, ...]

    def expression(self) -> sp.Expr:
        """The group multiplied out."""
        return self.prefactor * sp.Add(*self.terms)


@dataclass(frozen=True)
class Arrangement:
    """A sum of groups, and what theta stands for (None when it does not occur)."""

    groups: tuple[Group, ...]
    cosine: sp.Expr | None

    def expression(self) -> sp.Expr:
        """The expression that is printed, with theta resolved."""
        total = sp.Add(*(group.expression() for group in self.groups))
        return total if self.cosine is None else total.subs(THETA, sp.acos(self.cosine))

    def latex(self, theta: str = r"\theta") -> str:
        """The right-hand side; `theta` is how the angle is written."""
        text = ""
        for group in self.groups or (Group(sp.S.One, (sp.S.Zero,)),):
            part = _group_latex(group)
            text += part if not text else f" - {part[1:].lstrip()}" if part.startswith("-") else f" + {part}"
        return tidy_braces(text.replace(r"\theta", theta))

    def angle_latex(self, theta: str = r"\theta") -> str:
        """The definition of theta, or nothing."""
        return "" if self.cosine is None else rf"{theta} = \arccos{latex(self.cosine, bare=True)}"


def arrange(expression: sp.Expr) -> Arrangement:
    """The printed form of an expression of the engine.

    Raises:
        AsymptotixError: the printed form is not equal to the input (a defect of this module; nothing is printed).
    """
    terms = _join_exponentials(list(sp.Add.make_args(canonical(expression))))
    terms, cosine = _arccos_form(terms)
    result = Arrangement(tuple(_groups(terms)), cosine)
    if not is_zero(result.expression() - expression):
        raise AsymptotixError(f"the printed form of {expression} differs from it: nothing is printed")
    return result


def _arccos_form(terms: list[sp.Expr]) -> tuple[list[sp.Expr], sp.Expr | None]:
    """A asin(r) + A pi/2 -> A (pi - acos r), for every arcsin whose constant is there."""
    cosine = None
    for atom in sorted(sp.Add(*terms).atoms(sp.asin), key=sp.default_sort_key):
        factors = [t.coeff(atom) for t in terms]
        weight = sp.Add(*factors)
        rest = [t for t, a in zip(terms, factors, strict=True) if a == 0]
        constants = [t for t in rest if not t.has(sp.Function)]
        completed = canonical(sp.Add(*constants) - weight * sp.pi / 2)
        remaining = [t for t in sp.Add.make_args(completed) if t != 0]
        if weight.has(sp.asin, sp.acos) or _size(remaining) >= _size(constants):
            continue
        theta = THETA if cosine is None else sp.acos(atom.args[0], evaluate=False)
        cosine = atom.args[0] if cosine is None else cosine
        terms = [t for t in rest if t not in constants] + remaining
        terms.append(sp.Mul(sp.factor(weight), sp.pi - theta, evaluate=False))
    return terms, cosine


def _size(terms: list[sp.Expr]) -> int:
    return len([t for t in sp.Add.make_args(sp.expand(sp.Add(*terms))) if t != 0])


def _join_exponentials(terms: list[sp.Expr]) -> list[sp.Expr]:
    """A e^(m+h) +- A e^(m-h) -> 2 A e^m cosh(h) or 2 A e^m sinh(h)."""
    exponential = [t for t in terms if t.has(sp.exp)]
    if len(exponential) != 2:
        return terms
    (a, x), (b, y) = (_split_exponential(t) for t in exponential)
    sign = 1 if a == b else -1 if a == -b else 0
    if not sign or a.has(sp.exp):
        return terms
    middle, half = canonical((x + y) / 2), canonical((x - y) / 2)
    if half.could_extract_minus_sign():
        half, a = -half, sign * a
    joined = 2 * a * sp.exp(middle) * (sp.cosh(half) if sign > 0 else sp.sinh(half))
    return [t for t in terms if t not in exponential] + [joined]


def _split_exponential(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    exponents = [f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
    return sp.Mul(*(f for f in sp.Mul.make_args(term) if not isinstance(f, sp.exp))), sp.Add(*exponents)


def _groups(terms: list[sp.Expr]) -> list[Group]:
    """Terms of one power of pi share a prefactor: their common numerical factor and that power."""
    by_power: dict[sp.Expr, list[tuple[sp.Rational, sp.Expr]]] = {}
    for item in terms:
        number, power, rest = sp.S.One, sp.S.Zero, []
        for factor in _flat(item):
            base, exponent = factor.as_base_exp()
            if factor.is_Rational:
                number *= factor
            elif base == sp.pi:
                power += exponent
            else:
                rest.append(factor)
        by_power.setdefault(power, []).append((number, sp.Mul(*rest, evaluate=False) if len(rest) > 1 else sp.Mul(*rest)))
    groups = []
    for power, rows in sorted(by_power.items(), key=lambda item: sp.default_sort_key(item[0])):
        content = sp.gcd_list([number for number, _ in rows]) if power != 0 or len(rows) == 1 else sp.S.One
        content = -content if all(number < 0 for number, _ in rows) else content
        scaled = [rest if number == content else sp.Mul(number / content, *_flat(rest), evaluate=False) for number, rest in rows]
        groups.append(Group(content * sp.pi**power, tuple(sorted(scaled, key=_term_key))))
    return groups


def _flat(item: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, nested products opened."""
    return [inner for factor in item.args for inner in _flat(factor)] if item.is_Mul else [item]


def _term_key(item: sp.Expr) -> tuple[int, int, int, int, str]:
    """Angles last, negative terms after positive ones, numbers after symbols, then by power of c: q_1 q_2 + 2 c^2, d + 1."""
    angle = int(item.has(sp.asin, sp.acos) or THETA in item.free_symbols)
    negative = int(item.could_extract_minus_sign())
    c_degree = sum(int(e) for b, e in item.as_powers_dict().items() if b.is_Symbol and b.name[0] in "cC" and e.is_Integer)
    return angle, negative, int(item.is_number), c_degree, sp.srepr(item)


def _group_latex(group: Group) -> str:
    body = _PRINTER.terms(group.terms)
    if len(group.terms) == 1:
        (single,) = group.terms
        if group.prefactor == 1:
            return body
        if not any(_is_trailing(f) for f in single.atoms(sp.Function)):
            return latex(sp.Mul(*_flat(group.prefactor), *_flat(single), evaluate=False))
        sign = "-" if group.prefactor.could_extract_minus_sign() else ""
        return sign + latex(abs(group.prefactor)) + r"\, " + (_brackets(body) if single.is_Add else body)
    return body if group.prefactor == 1 else latex(group.prefactor) + rf"\left[{body}\right]"


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
        return self.terms(sorted(expr.args, key=_term_key))

    def _print_Mul(self, expr: sp.Expr) -> str:
        sign, upper, lower, functions = "", [], [], []
        roots: tuple[list[sp.Expr], list[sp.Expr]] = ([], [])
        for factor in _flat(expr):
            base, exponent = factor.as_base_exp() if not isinstance(factor, sp.exp) else (factor, sp.S.One)
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
            elif _is_trailing(factor) or (factor.is_Add and (factor.has(sp.Function) or factor == sp.pi - THETA)):
                functions.append(factor)
            else:
                upper.append(factor)
        single = len(upper) + len(lower) + len(functions) + bool(roots[0]) + bool(roots[1]) == 1
        return sign + self._assemble(upper, lower, functions, roots, single)

    def _assemble(self, upper: list[sp.Expr], lower: list[sp.Expr], functions: list[sp.Expr],
                  roots: tuple[list[sp.Expr], list[sp.Expr]], single: bool) -> str:  # fmt: skip
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
        return _brackets(str(self._print(factor))) if factor.is_Add else str(self._print(factor))

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
        return name + (f"^{{{exp}}}" if exp else "") + _brackets(arguments)

    def _print_Heaviside(self, expr: sp.Expr, exp: str | None = None) -> str:
        return rf"\mathbf{{1}}_{{{self._print(expr.args[0])} > 0}}" + (f"^{{{exp}}}" if exp else "")

    def _print_Max(self, expr: sp.Expr, exp: str | None = None) -> str:
        others = [a for a in expr.args if a != 0]
        power = "" if exp is None else f"^{{{exp}}}"
        if len(others) == 1:
            return rf"\left({self._print(others[0])}\right)_+{power}"
        return rf"\max\left({', '.join(self._print(a) for a in expr.args)}\right){power}"


def _is_trailing(factor: sp.Expr) -> bool:
    """A function that is printed behind the fraction. Gamma functions stay in it."""
    return bool(factor.is_Function) and not isinstance(factor, sp.gamma | AppliedUndef)


def _brackets(text: str) -> str:
    """Parentheses, growing ones only where something tall is inside."""
    return rf"\left({text}\right)" if re.search(r"\\frac|\\sqrt", text) else f"({text})"


def _argument(argument: str) -> str:
    """An argument behind a function name: a lone fraction or a lone letter needs no parentheses."""
    if argument.startswith(r"\frac") and _is_one_fraction(argument):
        return argument
    return " " + argument if re.fullmatch(r"\w|\\[a-z]+", argument) else _brackets(argument)


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
