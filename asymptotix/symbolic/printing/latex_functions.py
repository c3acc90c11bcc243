r"""How a paper prints functions: \arcsin, (x)_+, indicators, cases, Gamma, {}_2F_1; amsmath only, no \operatorname."""

from __future__ import annotations

import re

import sympy as sp
from sympy.printing.latex import LatexPrinter

from asymptotix.symbolic.printing.latex_brackets import argument, brackets, tidy_braces

__all__ = ["FunctionPrinter", "inline_fractions"]

_NAMES = {
    "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "cot": r"\cot", "sec": r"\sec", "csc": r"\csc",
    "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "coth": r"\coth",
    "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan",
    "log": r"\log", "erf": r"\mathrm{erf}", "erfc": r"\mathrm{erfc}", "erfi": r"\mathrm{erfi}", "sign": r"\mathrm{sgn}",
    "asinh": r"\mathrm{arsinh}", "acosh": r"\mathrm{arcosh}", "atanh": r"\mathrm{artanh}",
}  # fmt: skip
_WIDEST_EXPONENT = 22  # characters of an exponent in one line; wider ones are the argument of exp


class FunctionPrinter(LatexPrinter):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    """Printing of function calls; sums and products are the business of the subclass."""

    def _print_Function(self, expr: sp.Expr, exp: str | None = None) -> str:
        name = expr.func.__name__
        if name not in _NAMES:
            return str(super()._print_Function(expr, exp))
        text = str(self._print(expr.args[0]))
        # amsmath leaves no space behind a name in \mathrm
        return _NAMES[name] + _power(exp) + (brackets(text) if "mathrm" in _NAMES[name] else argument(text))

    _print_log = _print_Function

    def _print_exp(self, expr: sp.Expr, exp: str | None = None) -> str:
        text = str(self._print(_one_fraction(expr.args[0])))
        inline = inline_fractions(text)
        if r"\frac" in inline or len(re.sub(r"\\[a-z]+|[{} _^]", "", inline)) > _WIDEST_EXPONENT:
            return rf"\exp{_power(exp)}" + brackets(text)
        return f"e^{{{inline}}}" if exp is None else rf"\left(e^{{{inline}}}\right)^{{{exp}}}"

    _print_ExpBase = _print_exp

    def _print_Exp1(self, expr: sp.Expr, exp: str | None = None) -> str:
        return "e" + _power(exp)

    def _print_Abs(self, expr: sp.Expr, exp: str | None = None) -> str:
        text = str(self._print(expr.args[0]))
        sized = (r"\left|", r"\right|") if r"\frac" in text else ("|", "|")
        return sized[0] + text + sized[1] + _power(exp)

    def _print_gamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        return r"\Gamma" + _power(exp) + brackets(str(self._print(_one_fraction(expr.args[0]))))

    def _print_RisingFactorial(self, expr: sp.Expr, exp: str | None = None) -> str:
        base, count = (str(self._print(a)) for a in expr.args)
        return brackets(base) + f"_{{{count}}}" + _power(exp)

    def _print_factorial(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._postfix(expr, "!", exp)

    def _print_factorial2(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._postfix(expr, "!!", exp)

    def _postfix(self, expr: sp.Expr, mark: str, exp: str | None) -> str:
        text = str(self._print(expr.args[0]))
        text = text if re.fullmatch(r"\w+|\\[a-z]+", text) else brackets(text)
        return text + mark if exp is None else rf"({text}{mark})^{{{exp}}}"

    def _print_hyper(self, expr: sp.Expr, exp: str | None = None) -> str:
        upper, lower = (", ".join(self._print(_one_fraction(a)) for a in args) for args in (expr.ap, expr.bq))
        name = rf"{{}}_{len(expr.ap)}F_{len(expr.bq)}"
        return name + _power(exp) + brackets(f"{upper}; {lower}; {self._print(expr.argument)}")

    def _print_AppliedUndef(self, expr: sp.Expr, exp: str | None = None) -> str:
        arguments = ", ".join(self._print(a) for a in expr.args)
        name = str(self._print(sp.Symbol(expr.func.__name__)))
        return name + _power(exp) + brackets(arguments)

    def _print_Heaviside(self, expr: sp.Expr, exp: str | None = None) -> str:
        terms = sp.Add.make_args(expr.args[0])
        moved = [term for term in terms if term.could_extract_minus_sign() or term.is_number]
        if len(moved) == len(terms):
            moved = []
        left = sp.Add(*(term for term in terms if term not in moved))
        condition = f"{self._print(left)} > {self._print(-sp.Add(*moved))}"
        return rf"\mathbf{{1}}_{{{inline_fractions(condition)}}}"  # its powers are itself

    def _print_Max(self, expr: sp.Expr, exp: str | None = None) -> str:
        others = [a for a in expr.args if a != 0]
        if len(others) == 1 and len(expr.args) == 2:
            return brackets(str(self._print(others[0]))) + "_+" + _power(exp)
        return r"\max" + _power(exp) + brackets(", ".join(self._print(a) for a in expr.args))

    def _print_Min(self, expr: sp.Expr, exp: str | None = None) -> str:
        return r"\min" + _power(exp) + brackets(", ".join(self._print(a) for a in expr.args))

    def _print_floor(self, expr: sp.Expr, exp: str | None = None) -> str:
        text = str(self._print(expr.args[0]))
        sized = (r"\left\lfloor ", r" \right\rfloor") if r"\frac" in text else (r"\lfloor ", r" \rfloor")
        return sized[0] + text + sized[1] + _power(exp)

    def _print_Mod(self, expr: sp.Expr, exp: str | None = None) -> str:
        left, right = (str(self._print(a)) if not a.is_Add else brackets(str(self._print(a))) for a in expr.args)
        return rf"({left} \bmod {right})" + _power(exp)

    def _print_KroneckerDelta(self, expr: sp.Expr, exp: str | None = None) -> str:
        return rf"\delta_{{{', '.join(str(self._print(a)) for a in expr.args)}}}" + _power(exp)

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        rows = [
            f"{self._print(value)}, & " + (r"\text{otherwise}" if condition == True else str(self._print(condition)))  # noqa: E712  SymPy's true is no bool
            for value, condition in expr.args
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _one_fraction(expression: sp.Expr) -> sp.Expr:
    """(d + 1)/2 instead of d/2 + 1/2, but m + 1/2; a product stays, with its denominator not multiplied out."""
    number, rest = expression.as_coeff_Mul()
    if not rest.is_Add:
        return expression
    terms = sp.Add.make_args(sp.expand(number * rest))
    if all(term.is_number or term.as_coeff_Mul()[0].is_Integer for term in terms):
        return sp.Add(*terms)
    upper, lower = sp.fraction(sp.together(sp.expand(number * rest)))
    return sp.Mul(sp.factor_terms(upper), 1 / lower, evaluate=False) if lower != 1 else sp.factor_terms(upper)


def _is_sum(text: str) -> bool:
    """Whether a sign stands outside all brackets."""
    outside, previous = text, ""
    while outside != previous:
        previous, outside = outside, re.sub(r"\([^()]*\)", "", outside)
    return " + " in outside or " - " in outside


def _power(exp: str | None) -> str:
    return "" if exp is None else f"^{{{exp}}}"


def inline_fractions(text: str) -> str:
    r"""\frac{q}{2} -> q/2 where nothing is nested, as exponents and indices are written.

    >>> print(inline_fractions(r"-\frac{q_1 + q_2}{2}"))
    -(q_1 + q_2)/2
    """

    def flat(match: re.Match[str]) -> str:
        upper, lower = (f"({part})" if _is_sum(part) else part for part in match.groups())
        lower = f"({lower})" if " " in lower and not lower.startswith("(") else lower
        return f"{upper}/{lower}"

    text = tidy_braces(text)
    # one fraction with short sides only: a/b behind another factor would be read as (factor a)/b
    return re.sub(r"(?<![\w})] )(?<![\w})])\\frac\{([^{}]*)\}\{([^{}]{1,5})\}(?![\w(\\]| [\w(\\])", flat, text)
