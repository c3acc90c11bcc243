"""A formula as a self-contained Python function: NumPy only, with its bindings as assignments.

Kernels of homogeneous activations are written in a form that keeps all digits (`stable_source`), the others as the textbook has
them. Three things are not written as they are printed even there, since float64 would overflow or divide 0 by 0: quotients of
Gamma functions, q1 q2 - c^2 in a denominator, and Phi2 near correlations 1 and -1 (`python_helpers`).
"""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.str import StrPrinter

from asymptotix.errors import NotInClosedClassError
from asymptotix.symbolic.functions import Phi2
from asymptotix.symbolic.printing.formula_record import function_name
from asymptotix.symbolic.printing.python_helpers import HELPERS, required_helpers, vanishing_helpers
from asymptotix.symbolic.printing.stable_source import stable_source

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["python_source"]

_RESERVED = {"np", "math", "hyp2f1", "TOLERANCE", *HELPERS, *keyword.kwlist}
_FACTORIALS = (sp.factorial, sp.factorial2, sp.binomial, sp.RisingFactorial, sp.FallingFactorial)
_STABLE = ": 1 - rho and 1 + rho are carried beside rho, and no digits are lost at any correlation"
_COARSE = ": a small value, near correlation -1, has an absolute accuracy only"
_KINKED = (
    "Not a stable form: within 1e-6 of correlations 1 and -1 the terms below cancel, and half of the digits",
    "of a tangent kernel may be lost there, from layer to layer more. Formula.evaluate of asymptotix keeps them.",
)
_SMOOTH, _JUMPS = 1e-11, 1e-15  # TOLERANCE: a kernel moves by that much, where s jumps by its root


class _Source(NumPyPrinter):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    def __init__(self, vanishing: set[sp.Expr]) -> None:
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True, "standard": "python3"})
        self.vanishing = vanishing

    def _module_format(self, fqn: str, register: bool = True) -> str:
        return fqn.replace("numpy.", "np.")

    def _print_Rational(self, expr: Any) -> str:
        return f"{expr.p}.0/{expr.q}.0" if max(abs(expr.p), expr.q) < 2**53 else f"{expr.p}/{expr.q}"

    def _print_gamma(self, expr: Any) -> str:
        return self._gammas([expr])

    def _print_hyper(self, expr: Any) -> str:
        above, below = (", ".join(self._print(a) for a in row) for row in (expr.ap, expr.bq))
        z = self._print(expr.argument)
        return f"hyp2f1({above}, {below}, {z})" if len(expr.ap) > len(expr.bq) else f"hyper([{above}], [{below}], {z})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if isinstance(expr.base, sp.gamma) and expr.exp.is_Rational:
            return self._gammas([expr])
        if expr.base in self.vanishing:
            return self._power(f"difference({self._terms(expr.base)})", expr.exp)
        if expr.exp == sp.S.Half and expr.base.is_Add:  # q1 q2 - c^2 is 0 on the diagonal of a Gram matrix, or rounds below it
            return f"np.sqrt(np.maximum({self._print(expr.base)}, 0.0))"
        return str(super()._print_Pow(expr, rational=rational))

    def _power(self, base: str, exponent: Any) -> str:
        return f"np.sqrt({base})" if exponent == sp.S.Half else base if exponent == 1 else f"{base}**({self._print(exponent)})"

    def _print_Mul(self, expr: Any) -> str:
        gammas = [f for f in expr.args if isinstance(f.as_base_exp()[0], sp.gamma) and f.as_base_exp()[1].is_Rational]
        if gammas:
            return self._times(self._gammas(gammas), [f for f in expr.args if f not in gammas])
        lower = [f for f in expr.args if f.is_Pow and f.base in self.vanishing and f.exp.could_extract_minus_sign()]
        if lower:
            upper = [f for f in expr.args if f not in lower]
            sums = [f for f in upper if f.is_Add]
            over = "*".join(self._power(f"difference({self._terms(f.base)})", -f.exp) for f in lower)
            quotient = f"quotient([{self._terms(sums[0]) if sums else '1.0'}], {over})"
            return self._times(quotient, [f for f in upper if f not in sums[:1]])
        return str(StrPrinter._print_Mul(self, expr))  # c/2, where SymPy's code printers write (1/2)*c

    def _times(self, first: str, rest: list[Any]) -> str:
        other = sp.Mul(*rest, evaluate=False) if len(rest) > 1 else sp.Mul(*rest)
        return first if other == 1 else f"{first}*({self._print(other)})"

    def _gammas(self, powers: list[Any]) -> str:
        bases, exponents = zip(*(f.as_base_exp() for f in powers), strict=True)
        arguments = ", ".join(self._print(base.args[0]) for base in bases)
        return f"gamma_product([{arguments}], [{', '.join(self._print(exponent) for exponent in exponents)}])"

    def _terms(self, expr: Any) -> str:
        return ", ".join(self._print(term) for term in sp.Add.make_args(expr))

    def _print_asin(self, expr: Any) -> str:
        sine, cosine = self._sine_and_cosine(expr.args[0])
        return f"np.arctan2({sine}, {cosine})"

    def _print_acos(self, expr: Any) -> str:
        sine, cosine = self._sine_and_cosine(expr.args[0])
        return f"np.arctan2({cosine}, {sine})"

    def _print_Phi2(self, expr: Any) -> str:
        sine, cosine = self._sine_and_cosine(expr.args[2])
        return f"Phi2({self._print(expr.args[0])}, {self._print(expr.args[1])}, {sine}, {cosine})"

    def _sine_and_cosine(self, sine: Any) -> tuple[str, str]:
        """Sine and cosine of one angle times one number, as c and sqrt(q1 q2 - c^2)."""
        # arcsin of the quotient loses half the digits at correlation 1, and the root beside it would not make up for them
        upper, lower = sp.fraction(sine)
        return self._print(upper), self._print(sp.sqrt(_squared_cosine(upper, lower)))


def python_source(formula: Formula) -> str:
    """Source text that defines a function of the formula's symbols; runs with NumPy alone (2F1: with SciPy).

    Kernels of a x_+^n + b (-x)_+^n, networks of any depth included, have the digits of `Formula.evaluate` at every correlation.
    Others are in the textbook form, whose terms cancel near correlation -1, and with thresholds near 1; their source says so.

    Raises:
        NotInClosedClassError: the formula needs functions of complex arguments, or others that NumPy has not.
    """
    expressions = [b.expression for b in formula.bindings] + [formula.expression]
    _require_printable(formula, expressions)
    stable = stable_source(formula, function_name(formula), _docstring(formula, _STABLE))
    if stable is not None:
        return stable
    names = _safe_names([*formula.symbols, *(b.symbol for b in formula.bindings)])
    expressions = [_by_gamma(e).xreplace(names) for e in expressions]
    printer = _Source(set().union(*map(_vanishing, expressions)))
    lines = [f"{names[b.symbol]} = {printer.doprint(e)}" for b, e in zip(formula.bindings, expressions[:-1], strict=True)]
    constant = formula.symbols and not expressions[-1].free_symbols
    spread = f" + 0*({' + '.join(str(names[s]) for s in formula.symbols)})" if constant else ""  # of the arguments' shape
    lines.append(f"return {printer.doprint(expressions[-1])}{spread}")
    arguments = ", ".join(str(names[s]) for s in formula.symbols)
    if formula.kernel is None and formula.symbols:  # powers of an integer dimension would overflow
        floats = [f"np.asarray({names[s]}, dtype=float)" for s in formula.symbols]
        lines.insert(0, f"{arguments} = {', '.join(floats)}")
    if expressions[-1].has(sp.Piecewise):  # NumPy evaluates the cases that do not apply as well
        lines = ['with np.errstate(all="ignore"):', *(f"    {line}" for line in lines)]
    body = [
        f"def {function_name(formula)}({arguments}):",
        f'    """{_docstring(formula, ", textbook form" + (_COARSE if formula.kernel is not None else ""))}"""',
        *_warning(formula, lines),
        *(f"    {line}" for line in lines),
    ]
    return _assemble(formula, "\n".join(body))


def _assemble(formula: Formula, body: str) -> str:
    helpers = required_helpers(body)
    head = ["import math", ""] if helpers else []
    head += ["import numpy as np", *(["from scipy.special import hyp2f1"] if "hyp2f1(" in body else []), ""]
    if vanishing_helpers(helpers):
        head.append(f"TOLERANCE = {_tolerance(formula):g}  # so close to correlations 1 and -1 is at them")
    return "\n".join([*head, *(line for name in helpers for line in ("", HELPERS[name])), "", body]) + "\n"


def _require_printable(formula: Formula, expressions: list[sp.Expr]) -> None:
    for expression in expressions:
        beyond = [a for a in expression.atoms(sp.hyper) if len(a.ap) > len(a.bq) and (len(a.ap), len(a.bq)) != (2, 1)]
        what = "Phi at complex arguments" if expression.has(sp.I) else str(beyond[0].func) if beyond else ""
        if what:
            raise NotInClosedClassError(f"{formula.name} needs {what}, which NumPy has not: use .evaluate, .mp or .mathematica")


def _by_gamma(expression: sp.Expr) -> sp.Expr:
    """Factorials, binomials and Pochhammer symbols as Gamma functions."""
    return expression.replace(lambda e: isinstance(e, _FACTORIALS), lambda e: e.rewrite(sp.gamma))


def _vanishing(expression: sp.Expr) -> set[sp.Expr]:
    """Sums in a denominator, or under the root beside Phi2, that are 0 where u = v, such as q1 q2 - c^2."""
    t = sp.Symbol("t", positive=True)
    diagonal = {s: t for s in expression.free_symbols if s.name.split("_")[0] in ("q1", "q2", "c", "Q1", "Q2", "C")}
    sums = {p.base for p in expression.atoms(sp.Pow) if p.base.is_Add and p.exp.is_number and p.exp.is_negative}
    sums |= {_squared_cosine(*sp.fraction(f.args[2])) for f in expression.atoms(Phi2)}
    return {base for base in sums if base.free_symbols & set(diagonal) and sp.expand(base.xreplace(diagonal)) == 0}


def _squared_cosine(upper: sp.Expr, lower: sp.Expr) -> sp.Expr:
    return sp.expand(lower**2 - upper**2)


def _tolerance(formula: Formula) -> float:
    activation = getattr(formula.kernel, "activation", None)
    jumps = getattr(activation, "jumps", True)  # of a family they are not known
    return _JUMPS if jumps or getattr(formula.kernel, "derivative", False) else _SMOOTH


def _safe_names(symbols: list[sp.Symbol]) -> dict[sp.Symbol, sp.Symbol]:
    """What every symbol is called in the source: its name, where that is an identifier of no other meaning."""
    names: dict[sp.Symbol, sp.Symbol] = {}
    for symbol in symbols:
        name = symbol.name if symbol.name.isidentifier() and symbol.name.isascii() else f"x{len(names)}"
        while name in _RESERVED or any(name == known.name for known in names.values()):
            name += "_"
        names[symbol] = sp.Symbol(name, **{k: v for k, v in symbol._assumptions_orig.items() if v is not None})
    return names


def _docstring(formula: Formula, form: str) -> str:
    """One line; a name is a user's text and must not end it."""
    valid = f" Valid where {', '.join(map(str, formula.assumptions))}." if formula.assumptions else ""
    text = f"{formula.name}{form}.{valid}"
    return " ".join(text.split()).replace("\\", "/").replace('"', "'")


def _warning(formula: Formula, lines: list[str]) -> list[str]:
    """What the reader of a kernel with kinks or thresholds must know: near coincident inputs its terms cancel as well."""
    from asymptotix.kernels.expectations import expectations_of
    from asymptotix.kernels.kernel_map import KernelMap
    from asymptotix.kernels.quadrature import QuadratureDual

    kernel = formula.kernel
    if kernel is None or (isinstance(kernel, KernelMap) and not isinstance(expectations_of(kernel.activation), QuadratureDual)):
        return []
    return [f"    # {line}" for line in _KINKED] if re.search(r"\b(arctan2|Phi2|difference)\(", "\n".join(lines)) else []
