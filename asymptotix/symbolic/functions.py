r"""The three special functions of the engine: $\Phi$, $\Phi_2$ and $He_k$, as SymPy functions with derivative, value and LaTeX.

    Phi(x)         P(Z <= x), Z standard normal
    Phi2(h, k, r)  P(Z1 <= h, Z2 <= k), standard normals of correlation r
    He(k, x)       probabilists' Hermite polynomial: He_0 = 1, He_1 = x, He_{k+1} = x He_k - k He_{k-1}

All first derivatives are elementary, which is why these three, and not Owen's T, are the atoms.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp
from sympy.core.function import ArgumentIndexError

from asymptotix.symbolic.printing.latex_brackets import brackets

__all__ = ["He", "Phi", "Phi2", "density", "hermite_polynomial"]


def density(x: sp.Expr) -> sp.Expr:
    r"""The standard normal density $\varphi(x) = e^{-x^2/2} / \sqrt{2\pi}$."""
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


def hermite_polynomial(k: int, x: sp.Expr) -> sp.Expr:
    """He_k(x) by its recurrence, for an integer k >= 0, expanded."""
    previous, current = sp.Integer(0), sp.Integer(1)
    for j in range(k):
        previous, current = current, sp.expand(x * current - j * previous)
    return current


def _number(argument: sp.Expr, precision: int) -> Any:
    """An mpf or mpc, or None where the argument has no value."""
    try:
        return argument._to_mpmath(precision)
    except (TypeError, ValueError):
        return None


class Phi(sp.Function):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""Standard normal distribution function, entire in the complex plane.

    `Phi(-z)` is kept: $1 - \Phi(z)$ cancels for z far below zero.
    """

    nargs = 1

    @classmethod
    def eval(cls, x: sp.Expr) -> sp.Expr | None:
        """Values at 0 and at the two infinities."""
        return {sp.S.Zero: sp.S.Half, sp.oo: sp.S.One, -sp.oo: sp.S.Zero}.get(x)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """The density."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return density(self.args[0])

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        with mpmath.workprec(prec + 10):
            x = _number(self.args[0], prec + 10)
            return None if x is None else sp.Expr._from_mpmath(Phi.value(x), prec)

    @staticmethod
    def value(x: Any) -> Any:
        """erfc(-x / sqrt(2)) / 2 in mpmath's current precision; entire, so that no branch is chosen for complex x."""
        return mpmath.erfc(-x / mpmath.sqrt(2)) / 2

    def _eval_is_extended_real(self) -> bool | None:
        return True if self.args[0].is_extended_real else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        name = r"\Phi" if exp is None else rf"\Phi^{{{exp}}}"
        return name + brackets(str(printer._print(self.args[0])))


class Phi2(sp.Function):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""Bivariate standard normal distribution function $\Phi_2(h, k; r)$, symmetric in h and k.

    For real r in (-1, 1) it is an entire function of h and k: the integral over r below converges for complex ones too.
    """

    nargs = 3

    @classmethod
    def eval(cls, h: sp.Expr, k: sp.Expr, r: sp.Expr) -> sp.Expr | None:
        """Sheppard's value at h = k = 0, the product at r = 0, and one order of the symmetric arguments."""
        if h == 0 and k == 0:
            return sp.Rational(1, 4) + sp.asin(r) / (2 * sp.pi)
        if r == 0:
            return Phi(h) * Phi(k)
        if h.compare(k) > 0:
            return cls(k, h, r)
        return None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Conditional probability times density in h and k; the bivariate density in r."""
        h, k, r = self.args
        spread = sp.sqrt(1 - r**2)
        if argindex == 1:
            return density(h) * Phi((k - r * h) / spread)
        if argindex == 2:
            return density(k) * Phi((h - r * k) / spread)
        if argindex == 3:
            return sp.exp(-(h**2 - 2 * r * h * k + k**2) / (2 * (1 - r**2))) / (2 * sp.pi * spread)
        raise ArgumentIndexError(self, argindex)

    def _eval_evalf(self, prec: int) -> sp.Expr | None:
        with mpmath.workprec(prec + 20):
            h, k, r = (_number(argument, prec + 20) for argument in self.args)
            if h is None or k is None or r is None or isinstance(r, mpmath.mpc) or abs(r) > 1:
                return None
            return sp.Expr._from_mpmath(Phi2.value(h, k, r), prec)

    @staticmethod
    def value(h: Any, k: Any, r: Any) -> Any:
        """The value in mpmath's current precision; h and k may be complex, r is real with |r| <= 1."""
        # In r = sin t the integrand of d/dr is analytic up to |r| = 1.
        integral = mpmath.quad(
            lambda t: mpmath.exp(-(h * h + k * k - 2 * h * k * mpmath.sin(t)) / (2 * mpmath.cos(t) ** 2)), [0, mpmath.asin(r)]
        )
        return Phi.value(h) * Phi.value(k) + integral / (2 * mpmath.pi)

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(argument.is_extended_real for argument in self.args[:2]) else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        h, k, r = (printer._print(argument) for argument in self.args)
        name = r"\Phi_2" if exp is None else rf"\Phi_2^{{{exp}}}"
        return name + brackets(rf"{h}, {k};\, {r}")


class He(sp.Function):  # type: ignore[misc]  # SymPy ships no types, so its classes are Any
    r"""Probabilists' Hermite polynomial $He_k(x)$: a polynomial for an integer k, kept for a symbolic degree."""

    nargs = 2

    @classmethod
    def eval(cls, k: sp.Expr, x: sp.Expr) -> sp.Expr | None:
        """The polynomial, for integers 0 <= k <= 200."""
        if k.is_Integer and 0 <= k <= 200:
            return hermite_polynomial(int(k), x)
        return None

    def fdiff(self, argindex: int = 2) -> sp.Expr:
        """He_k' = k He_{k-1}."""
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        return self.args[0] * He(self.args[0] - 1, self.args[1])

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        degree, x = (printer._print(argument) for argument in self.args)
        power = "" if exp is None else rf"^{{{exp}}}"
        return f"He_{{{degree}}}{power}" + brackets(str(x))
