"""The textbook formulas in mpmath, subtractions and all, for any real n, p and ridge, below zero too; and their derivatives.

Newton's iteration on ridge(kappa) from a start near the branch that is meant; finite differences at 60 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath

Number = Any  # mpmath.mpf, which carries no type information

DIGITS = 60
STEP = mpmath.mpf(10) ** -15  # of a central difference: its error is of order 1e-30


@dataclass(frozen=True)
class Analytic:
    """Levels s with energies e, a flat tail, energy hidden on it, label noise; tiny ridges need more digits."""

    s: Sequence[float]
    energies: Sequence[float]
    noise: float
    tail: float = 0.0
    hidden: float = 0.0
    digits: int = DIGITS

    def df1(self, kappa: Number) -> Number:
        return mpmath.fsum(mpmath.mpf(v) / (mpmath.mpf(v) + kappa) for v in self.s) + mpmath.mpf(self.tail) / kappa

    def ridge(self, kappa: Number, n: Number, p: Number | None) -> Number:
        df1 = self.df1(kappa)
        return kappa * (n - df1) * (1 if p is None else 1 - df1 / p)

    def kappa(self, n: Number, p: Number | None, ridge: Number, start: float) -> Number:
        with mpmath.workdps(self.digits):
            kappa = mpmath.mpf(start)
            for _ in range(60):
                df1, df2 = self.df1(kappa), self.df2(kappa)
                a, e = n - df1, df1 - df2
                slope = a + e if p is None else (a * (p - df1) + (a + p - df1) * e) / p
                step = (self.ridge(kappa, n, p) - ridge) / slope
                kappa -= step
                if abs(step) < abs(kappa) * mpmath.mpf(10) ** (8 - self.digits):
                    return kappa
        raise AssertionError("the oracle found no root")

    def df2(self, kappa: Number) -> Number:
        return mpmath.fsum((mpmath.mpf(v) / (mpmath.mpf(v) + kappa)) ** 2 for v in self.s)

    def fields(self, n: Number, p: Number | None, ridge: Number, start: float) -> dict[str, Number]:
        """Every field of a RiskCurve."""
        with mpmath.workdps(self.digits):
            k = self.kappa(n, p, ridge, start)
            levels = [(mpmath.mpf(v), mpmath.mpf(x)) for v, x in zip(self.s, self.energies, strict=True)]
            t1, t2, noise = self.df1(k), self.df2(k), mpmath.mpf(self.noise)
            a, e = n - t1, t1 - t2
            b2 = mpmath.fsum(x * (k / (v + k)) ** 2 for v, x in levels) + mpmath.mpf(self.hidden)
            bs = mpmath.fsum(x * k * v / (v + k) ** 2 for v, x in levels)
            if p is None:
                bias, variance, whole = n * b2 / (a + e), noise * t2 / (a + e), a + e
                norm = (e / k * (b2 + bs + noise) + a / k * bs) / whole
            else:
                c = p - t1
                whole = a * c + (a + c) * e
                bias, variance = n * ((c + e) * b2 + e * bs) / whole, noise * (c * t2 + e * t1) / whole
                norm = p / whole * (e / k * (b2 + bs + noise) + a / k * bs)
            test = bias + variance + noise
            out = {
                "bias": bias, "variance": variance, "excess_risk": bias + variance, "test_error": test,
                "train_error": (a / n) ** 2 * test, "in_sample_risk": (a / n) ** 2 * test - noise + 2 * noise * t1 / n,
                "squared_norm": norm, "df1": t1, "df2": t2, "effective_ridge": k, "overfitting_coefficient": 1 + variance / noise,
            }  # fmt: skip
            if p is not None:
                by_data, by_features = b2 * t2 / (n - t2), e / (c + e) * bs
                out |= {
                    "nu1": k * c / p, "bias_pure": b2, "variance_data": by_data, "variance_features": by_features,
                    "variance_interaction": bias - b2 - by_data - by_features,
                }  # fmt: skip
            return out

    def derivative(self, argument: str, n: float, p: float | None, ridge: float, start: float) -> dict[str, Number]:
        """Central differences of every field in "ridge", "n_samples" or "n_features"."""
        with mpmath.workdps(self.digits):
            at = {"n_samples": mpmath.mpf(n), "n_features": None if p is None else mpmath.mpf(p), "ridge": mpmath.mpf(ridge)}
            h = STEP * (abs(at[argument]) or mpmath.mpf("1e-6"))
            names = ("n_samples", "n_features", "ridge")
            ends = [{**at, argument: at[argument] + sign * h} for sign in (1, -1)]
            up, down = (self.fields(*(end[name] for name in names), start) for end in ends)
            return {name: (up[name] - down[name]) / (2 * h) for name in up}
