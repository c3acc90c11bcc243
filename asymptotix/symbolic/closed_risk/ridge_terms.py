r"""The general formulas of ridge regression at finitely many levels $(s_i, m_i, e_i)$, with which the closed forms are compared.

$$ \text{bias} = \frac{n\kappa^2\sum_i e_i/(s_i+\kappa)^2}{n-\mathrm{df}_2},\quad
\text{variance} = \frac{\sigma^2\,\mathrm{df}_2}{n-\mathrm{df}_2},\quad
\text{train} = \Big(\frac{\lambda}{n\kappa}\Big)^2\text{test}. $$

Source: [HastieMontanariRossetTibshirani2022], [DobribanWager2018], [ChengMontanari2024].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp

__all__ = ["ENERGY_PREMISE", "PREMISE", "SOURCES", "Level", "RidgeTerms"]

SOURCES = ("HastieMontanariRossetTibshirani2022", "DobribanWager2018", "ChengMontanari2024")
PREMISE = (
    "The deterministic equivalent of ridge regression: $n - \\lambda/\\kappa = \\mathrm{df}_1 = \\sum_i m_i s_i/(s_i + \\kappa)$ "
    "and, with $\\mathrm{df}_2 = \\sum_i m_i s_i^2/(s_i + \\kappa)^2$, its bias, variance and training error."
)
ENERGY_PREMISE = "The target has energy $e_i = s_i |\\beta_i|^2$ in level $i$; the noise has variance $\\sigma^2$."


@dataclass(frozen=True)
class Level:
    """An eigenvalue, its multiplicity and the energy of the target in it."""

    eigenvalue: sp.Expr
    multiplicity: sp.Expr
    energy: sp.Expr


@dataclass(frozen=True)
class RidgeTerms:
    """The sums over levels at an effective ridge `kappa`."""

    levels: Sequence[Level]
    n: sp.Expr
    ridge: sp.Expr
    kappa: sp.Expr
    noise: sp.Expr

    def trace(self, power: int) -> sp.Expr:
        """df1 or df2."""
        return sp.Add(*(v.multiplicity * (v.eigenvalue / (v.eigenvalue + self.kappa)) ** power for v in self.levels))

    @property
    def opening(self) -> sp.Expr:
        """D = n - df2 as a sum of positive terms."""
        return self.ridge / self.kappa + sp.Add(
            *(v.multiplicity * v.eigenvalue * self.kappa / (v.eigenvalue + self.kappa) ** 2 for v in self.levels)
        )

    def textbook(self) -> dict[str, sp.Expr]:
        """Every quantity with n - df2 as it is written."""
        return {"df1": self.trace(1), "df2": self.trace(2), **self.risks(self.n - self.trace(2), self.ridge / self.kappa)}

    def risks(self, opening: sp.Expr, gap: sp.Expr) -> dict[str, sp.Expr]:
        """The risks in terms of D = n - df2 and of lambda/kappa = n - df1."""
        unlearned = self.kappa**2 * self._sum(lambda v: v.energy / (v.eigenvalue + self.kappa) ** 2)
        bias, variance = self.n * unlearned / opening, self.noise * self.trace(2) / opening
        test = self.n * (unlearned + self.noise) / opening
        norm = self._sum(lambda v: v.energy / (v.eigenvalue + self.kappa))
        norm -= self.ridge / opening * self._sum(lambda v: v.energy / (v.eigenvalue + self.kappa) ** 2)
        norm += self.noise / opening * self._sum(lambda v: v.multiplicity * v.eigenvalue / (v.eigenvalue + self.kappa) ** 2)
        return {
            "bias": bias,
            "variance": variance,
            "excess_risk": bias + variance,
            "test_error": test,
            "train_error": (gap / self.n) ** 2 * test,
            "squared_norm": norm,
        }

    def _sum(self, term: Callable[[Level], sp.Expr]) -> sp.Expr:
        return sp.Add(*(term(level) for level in self.levels))
