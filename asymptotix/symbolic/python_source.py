"""A formula as a self-contained Python function: NumPy only, with its bindings as assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.printing.numpy import NumPyPrinter

from asymptotix.symbolic.functions import Phi, Phi2

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["python_source"]

_PHI = '''def Phi(x):
    """Standard normal distribution function."""
    return np.vectorize(lambda t: 0.5 * math.erfc(-t / math.sqrt(2.0)), otypes=[float])(x)
'''

_PHI2 = '''def Phi2(h, k, r):
    """P(Z1 <= h, Z2 <= k) for standard normals of correlation r: Gauss-Legendre in arcsin(r)."""
    h, k, r = (np.asarray(a, dtype=float)[..., None] for a in (h, k, r))
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = np.arcsin(r) * (nodes + 1.0) / 2.0
    f = np.exp(-(h * h + k * k - 2.0 * h * k * np.sin(t)) / (2.0 * np.cos(t) ** 2))
    return Phi(h[..., 0]) * Phi(k[..., 0]) + np.arcsin(r[..., 0]) * np.sum(weights * f, axis=-1) / (4.0 * np.pi)
'''

_GAMMA = '''def gamma(x):
    """The Gamma function."""
    return np.vectorize(math.gamma, otypes=[float])(x)
'''


class _Source(NumPyPrinter):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True, "standard": "python3"})

    def _module_format(self, fqn: str, register: bool = True) -> str:
        return fqn.replace("numpy.", "np.")

    def _print_gamma(self, expr: Any) -> str:
        return f"gamma({self._print(expr.args[0])})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if expr.exp == sp.S.Half and expr.base.is_Add:  # q1 q2 - c^2 is 0 on the diagonal of a Gram matrix, or rounds below it
            return f"np.sqrt(np.maximum({self._print(expr.base)}, 0.0))"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_asin(self, expr: Any) -> str:
        return f"np.arcsin(np.clip({self._print(expr.args[0])}, -1.0, 1.0))"

    def _print_acos(self, expr: Any) -> str:
        return f"np.arccos(np.clip({self._print(expr.args[0])}, -1.0, 1.0))"


def python_source(formula: Formula) -> str:
    """Source text that defines a function of the formula's symbols; runs with NumPy alone.

    It is the textbook form: near correlation -1 it cancels where `Formula.evaluate` does not, and its docstring says so. With
    thresholds it is 0/0 at correlations 1 and -1.
    """
    printer = _Source()
    expressions = [b.expression for b in formula.bindings] + [formula.expression]
    used: set[Any] = set().union(*(e.atoms(sp.Function) for e in expressions))
    helpers = [_PHI] if any(isinstance(f, Phi | Phi2) for f in used) else []
    helpers += [_PHI2] if any(isinstance(f, Phi2) for f in used) else []
    helpers += [_GAMMA] if any(isinstance(f, sp.gamma) for f in used) else []
    valid = f" Valid where {', '.join(map(str, formula.assumptions))}." if formula.assumptions else ""
    head = ["import math", "", "import numpy as np", ""] if helpers else ["import numpy as np", ""]
    body = [
        f"def {_identifier(formula.name)}({', '.join(s.name for s in formula.symbols)}):",
        f'    """{formula.name}, textbook form: loses digits near correlations 1 and -1.{valid}"""',
        *(f"    {b.symbol.name} = {printer.doprint(b.expression)}" for b in formula.bindings),
        f"    return {printer.doprint(formula.expression)}",
    ]
    return "\n".join([*head, *(line for h in helpers for line in ("", h)), "", *body]) + "\n"


def _identifier(name: str) -> str:
    return name.split("(")[0]
