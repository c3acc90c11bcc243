"""A formula as a self-contained definition in the Wolfram Language, with its bindings in a `Module`.

No Wolfram engine checks this text: the tests read it by an evaluator of their own, to 25 digits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.printing.mathematica import MCodePrinter
from sympy.printing.str import StrPrinter

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.printing.formula_record import function_name

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["mathematica_source"]

_HELPERS = {
    "normalCDF": "normalCDF[x_] := Erfc[-x/Sqrt[2]]/2",
    # an integral in the angle, as it stays smooth up to correlation 1 and takes complex h and k
    "normalCDF2": """normalCDF2[h_?NumericQ, k_?NumericQ, r_?NumericQ] := With[{p = Precision[{h, k, r}]},
  normalCDF[h]*normalCDF[k] + NIntegrate[Exp[-(h^2 + k^2 - 2*h*k*Sin[t])/(2*Cos[t]^2)], {t, 0, ArcSin[r]},
    WorkingPrecision -> If[p === Infinity, 30, p]]/(2*Pi)]""",
    "hermiteHe": "hermiteHe[k_, x_] := 2^(-k/2)*HermiteH[k, x/Sqrt[2]]",
}
_NEEDS = {"normalCDF2": "normalCDF"}


class _Wolfram(MCodePrinter):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    """SymPy's printer, and the engine's own functions."""

    def call(self, name: str, *arguments: Any) -> str:
        return f"{name}[{', '.join(self._print(a) for a in arguments)}]"

    def _print_Phi(self, expr: Any) -> str:
        return self.call("normalCDF", *expr.args)

    def _print_Phi2(self, expr: Any) -> str:
        return self.call("normalCDF2", *expr.args)

    def _print_He(self, expr: Any) -> str:
        return self.call("hermiteHe", *expr.args)

    def _print_hyper(self, expr: Any) -> str:
        if (len(expr.ap), len(expr.bq)) == (2, 1):
            return self.call("Hypergeometric2F1", *expr.ap, *expr.bq, expr.argument)
        above, below = (", ".join(self._print(a) for a in row) for row in (expr.ap, expr.bq))
        return f"HypergeometricPFQ[{{{above}}}, {{{below}}}, {self._print(expr.argument)}]"

    def _print_binomial(self, expr: Any) -> str:
        return self.call("Binomial", *expr.args)

    def _print_RisingFactorial(self, expr: Any) -> str:
        return self.call("Pochhammer", *expr.args)

    def _print_Mod(self, expr: Any) -> str:
        return self.call("Mod", *expr.args)

    def _print_Piecewise(self, expr: Any) -> str:
        rows = ", ".join(f"{{{self._print(value)}, {self._print(condition)}}}" for value, condition in expr.args)
        return f"Piecewise[{{{rows}}}, Indeterminate]"

    def _print_And(self, expr: Any) -> str:
        return " && ".join(f"({self._print(a)})" for a in expr.args)

    def _print_BooleanTrue(self, expr: Any) -> str:
        return "True"

    def _print_Function(self, expr: Any) -> str:
        if expr.func.__name__ not in self.known_functions:
            raise NotInClosedClassError(f"{expr.func.__name__} has no name in the Wolfram Language: use .evaluate or .mp")
        return str(super()._print_Function(expr))

    def _print_Mul(self, expr: Any) -> str:
        return str(StrPrinter._print_Mul(self, expr))  # c/2, where SymPy's code printers write (1/2)*c

    def _print_Pow(self, expr: Any) -> str:
        return self.call("Sqrt", expr.base) if expr.exp == sp.S.Half else str(super()._print_Pow(expr))


def mathematica_source(formula: Formula) -> str:
    """Definitions of the helpers that it needs and `name[q1_, q2_, c_] := ...`, the textbook form."""
    names = _names([*formula.symbols, *(b.symbol for b in formula.bindings)])
    printer = _Wolfram()
    value = printer.doprint(formula.expression.xreplace(names))
    lines = [f"{names[b.symbol]} = {printer.doprint(b.expression.xreplace(names))};" for b in formula.bindings]
    if lines:
        local = ", ".join(str(names[b.symbol]) for b in formula.bindings)
        value = "\n    ".join([f"Module[{{{local}}},", *lines, f"{value}]"])
    arguments = ", ".join(f"{names[s]}_" for s in formula.symbols)
    definition = f"{_camel(function_name(formula))}[{arguments}] := {value}"
    helpers = [_HELPERS[name] for name in _called(definition)]
    return "\n".join([_comment(formula), *helpers, definition]) + "\n"


def _called(text: str) -> list[str]:
    called = {name for name in _HELPERS if f"{name}[" in text}
    return [name for name in _HELPERS if name in called | {_NEEDS[n] for n in called if n in _NEEDS}]


def _comment(formula: Formula) -> str:
    """One line; a name is a user's text and must not end the comment."""
    valid = f"; valid where {', '.join(map(str, formula.assumptions))}" if formula.assumptions else ""
    text = " ".join(f"{formula.name}, {formula.status.kind}{valid}".split())
    return f"(* {text.replace('*)', '* )').replace('(*', '( *')} *)"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _names(symbols: list[sp.Symbol]) -> dict[sp.Symbol, sp.Symbol]:
    """Names without underscores, which are patterns there, and with a small first letter, as the language owns the others."""
    names: dict[sp.Symbol, sp.Symbol] = {}
    for symbol in symbols:
        name = re.sub(r"_(\d+)$", r"Layer\1", symbol.name)
        name = name[0].lower() + name[1:] if "Layer" in name else name
        name = name if re.fullmatch(r"[a-z][A-Za-z0-9]*", name) else f"x{len(names)}"
        while name in _HELPERS or any(name == known.name for known in names.values()):
            name += "x"
        names[symbol] = sp.Symbol(name)
    return names
