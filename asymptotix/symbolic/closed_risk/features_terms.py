r"""The general formulas of random-features ridge regression, in the gaps $a=n-T_1$, $c=p-T_1$ and $u=T_1-T_2$.

With $\nu$ the root of $\lambda p=\nu ac$, $B_2=\nu^2\langle b,(\Sigma+\nu)^{-2}b\rangle$ and
$B_\Sigma=\nu\langle b,\Sigma(\Sigma+\nu)^{-2}b\rangle$:

$$ \text{test} = \frac{n\,[(c+u)(B_2+\sigma^2)+u\,B_\Sigma]}{ac+(a+c)u},\qquad\text{train}=\Big(\frac an\Big)^2\text{test}. $$

Source: [DefilippisLoureiroMisiakiewicz2024].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from asymptotix.symbolic.closed_risk.family import FloatArray
from asymptotix.symbolic.closed_risk.root_search import balanced_root

__all__ = ["PREMISE", "SOURCES", "A", "C", "FeatureTerms", "U", "balance", "gaps", "scalar_root"]

A, C, U = sp.symbols("a c u", nonnegative=True)
SOURCES = ("DefilippisLoureiroMisiakiewicz2024",)
PREMISE = (
    "The deterministic equivalent of random features: $\\lambda p = \\nu\\,(n - T_1)(p - T_1)$ and, with $\\Upsilon = \\frac pn "
    "[(1 - c/p)^2 + (c/p)^2\\, T_2/(p - T_2)]$, $c = p - T_1$, its bias and variance."
)


@dataclass(frozen=True)
class FeatureTerms:
    """The sums over the spectrum: df2 is T_2, `pure` B_2 and `mixed` B_Sigma, all at nu."""

    n: sp.Expr
    df2: sp.Expr
    pure: sp.Expr
    mixed: sp.Expr
    noise: sp.Expr

    def closed(self) -> dict[str, sp.Expr]:
        """Without a difference in it."""
        whole = A * C + (A + C) * U
        bias = self.n * ((C + U) * self.pure + U * self.mixed) / whole
        variance = self.noise * (C * self.df2 + U * (U + self.df2)) / whole
        test = self.n * ((C + U) * (self.pure + self.noise) + U * self.mixed) / whole
        return self._all(bias, variance, test)

    def textbook(self) -> dict[str, sp.Expr]:
        """As published; n = a + u + T2 and p = c + u + T2 are to be eliminated."""
        n, p = A + U + self.df2, C + U + self.df2
        upsilon = p / n * ((1 - C / p) ** 2 + (C / p) ** 2 * self.df2 / (p - self.df2))
        bias = (self.pure + U / (p - self.df2) * self.mixed) / (1 - upsilon)
        variance = self.noise * upsilon / (1 - upsilon)
        return self._all(bias, variance, bias + variance + self.noise)

    def _all(self, bias: sp.Expr, variance: sp.Expr, test: sp.Expr) -> dict[str, sp.Expr]:
        return {
            "bias": bias,
            "variance": variance,
            "excess_risk": bias + variance,
            "test_error": test,
            "train_error": (A / self.n) ** 2 * test,
        }


def balance(n: sp.Expr, p: sp.Expr, ridge: sp.Expr, nu: sp.Expr) -> sp.Expr:
    """T1 that n, p and lambda demand at nu: the smaller root of (n - T1)(p - T1) = lambda p / nu; it increases with nu."""
    return 2 * p * (n - ridge / nu) / (n + p + sp.sqrt((n - p) ** 2 + 4 * ridge * p / nu))


def _smaller(n: FloatArray, p: FloatArray, product: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The smaller and the larger gap, which differ by |n - p| and have this product."""
    larger = 0.5 * (np.abs(n - p) + np.hypot(n - p, 2.0 * np.sqrt(product)))
    return np.where(larger > 0.0, product / np.where(larger > 0.0, larger, 1.0), 0.0), larger


def gaps(samples: str, features: str, nu: str) -> dict[str, Callable[[Mapping[str, FloatArray]], FloatArray]]:
    """Values of a and c from their product and their difference, where n - T1 and p - T1 would cancel."""

    def pair(at: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        n, p = at[samples], at[features]
        small, large = _smaller(n, p, at["lambda"] * p / at[nu])
        return np.where(n <= p, small, large), np.where(n <= p, large, small)

    return {A.name: lambda at: pair(at)[0], C.name: lambda at: pair(at)[1]}


def scalar_root(
    n: FloatArray, p: FloatArray, ridge: FloatArray, levels: Sequence[tuple[FloatArray, FloatArray]], tail: float
) -> FloatArray:
    """The root nu, by T1 + (smaller gap) = min(n, p)."""
    return balanced_root(np.minimum(n, p), levels, lambda x: tail / x + _smaller(n, p, ridge * p / x)[0])
