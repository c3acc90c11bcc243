r"""Eigenvalues of the two-layer kernels of a homogeneous activation in (k, d), and the ratio of successive ones.

Degrees k = n + 1, n + 3, ... of s(x) = a x_+^n + b (-x)_+^n, c = a - (-1)^n b, w ~ N(0, I/d), |x|^2 = d:

    last    c^2 (d)(d+2)...(d+2n-2) kappa_k(n)
    first   c^2 n^2 (d)(d+2)...(d+2n-4) (k kappa_{k-1}(n-1) + (k+d-2) kappa_{k+1}(n-1)) / (2k+d-2)

`shape` is the rational function of k that is left when the Gamma functions of one kappa are divided out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from asymptotix.symbolic.learnability.series_degrees import Layers

__all__ = ["K", "Levels", "kappa", "kappa_ratio"]

K = sp.Symbol("k", positive=True)


def kappa(n: int, j: sp.Expr, d: sp.Expr) -> sp.Expr:
    """The square of E[t_+^n P_j(t)] on the unit sphere, j = n + 1, n + 3, ..."""
    value = sp.factorial(n) * sp.gamma(d / 2) * sp.gamma((j - n) / 2) / (2 ** (n + 1) * sp.pi * sp.gamma((d + n + j) / 2))
    return value**2


def kappa_ratio(n: int, j: sp.Expr, d: sp.Expr) -> sp.Expr:
    """kappa_{j+2} / kappa_j."""
    return ((j - n) / (j + n + d)) ** 2


@dataclass(frozen=True)
class Levels:
    """The eigenvalues of one kernel.

    Attributes:
        order: n.
        weight: c = a - (-1)^n b, not 0.
        dimension: d, a number or a symbol.
        layers: "last", "first" or "all".
        weight_variance: w; every kernel is w^(n+1) times that of w = 1.
    """

    order: int
    weight: sp.Expr
    dimension: sp.Expr
    layers: Layers
    weight_variance: sp.Expr = sp.S.One

    @property
    def base(self) -> tuple[int, int]:
        """(order, shift): the kernel is a rational function of k times kappa_{k - shift} of that order."""
        return (self.order, 0) if self.layers == "last" else (self.order - 1, 1)

    @property
    def constant(self) -> sp.Expr:
        """What multiplies kappa and the rational function: c^2, w^(n+1), E|w|^(2 order), and the derivative's factor."""
        n, shift = self.base
        moment = sp.Mul(*(self.dimension + 2 * j for j in range(n)))
        return self.weight**2 * moment * self.order ** (2 * shift) * self.weight_variance ** (self.order + 1)

    @cached_property
    def shape(self) -> sp.Expr:
        """The rational function of k: 1 for random features; it tends to 1 for the tangent kernels."""
        n, d = self.order, self.dimension
        if self.layers == "last":
            return sp.S.One
        first = (K + (K + d - 2) * kappa_ratio(n - 1, K - 1, d)) / (2 * K + d - 2)
        # kappa_k(n) = (n / (d + n + k - 2))^2 kappa_{k-1}(n-1): one step of Rodrigues' formula
        last = (d + 2 * n - 2) / (d + n + K - 2) ** 2 if self.layers == "all" else sp.S.Zero
        return sp.factor(sp.together(first + last))

    @cached_property
    def eigenvalue(self) -> sp.Expr:
        """As an expression in k."""
        n, shift = self.base
        return self.constant * self.shape * kappa(n, K - shift, self.dimension)

    @cached_property
    def ratio(self) -> sp.Expr:
        """That of degree k + 2 over that of degree k: rational in k and d."""
        n, shift = self.base
        return sp.factor(kappa_ratio(n, K - shift, self.dimension) * self.shape.subs(K, K + 2) / self.shape)

    @cached_property
    def exponent(self) -> sp.Expr:
        """e in ratio = 1 - 2e/k + ...: from the two leading coefficients of numerator and denominator."""
        numerator, denominator = (sp.Poly(part, K) for part in sp.fraction(self.ratio))
        top = numerator.degree()
        lead = denominator.coeff_monomial(K**top)
        gap = denominator.coeff_monomial(K ** (top - 1)) - numerator.coeff_monomial(K ** (top - 1))
        return sp.cancel(gap / (2 * lead))

    @property
    def prefactor(self) -> sp.Expr:
        """C in C k^-e: Gamma(z + p) / Gamma(z + q) ~ z^(p - q), z = k/2."""
        n, _ = self.base
        d = self.dimension
        root = sp.factorial(n) * sp.gamma(d / 2) / (2 ** (n + 1) * sp.pi)
        return self.constant * root**2 * 2 ** (d + 2 * n)

    def log_eigenvalue(self, k: int) -> Any:
        """Its logarithm at a degree, in mpmath's current precision; the dimension is a number."""
        import mpmath

        n, shift = self.base
        d = int(self.dimension)
        rational = sp.Rational((self.constant_rest * self.shape).subs(K, k))
        z = mpmath.mpf(k - shift - n) / 2
        root = mpmath.loggamma(z) - mpmath.loggamma(mpmath.mpf(d + n + k - shift) / 2)
        return mpmath.log(mpmath.mpf(int(rational.p)) / int(rational.q)) + 2 * (root + self._log_scale(d))

    @property
    def constant_rest(self) -> sp.Expr:
        """The constant without c^2, which may be irrational."""
        return sp.cancel(self.constant / self.weight**2)

    def _log_scale(self, d: int) -> Any:
        import mpmath

        n, _ = self.base
        weight = mpmath.mpf(str(sp.N(sp.Abs(self.weight), mpmath.mp.dps)))
        return mpmath.loggamma(mpmath.mpf(d) / 2) + mpmath.log(mpmath.factorial(n) * weight / (2 ** (n + 1) * mpmath.pi))
