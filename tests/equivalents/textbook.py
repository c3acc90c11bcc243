"""The textbook formulas, subtractions and all, in so many bits that nothing is lost: an oracle with no code of the package.

Ball arithmetic (python-flint) at a fixed precision; a root is a sign change of the monotone equation, found from any start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

flint = pytest.importorskip("flint")

Ball = Any  # flint.arb, which carries no type information


class Textbook:
    """Levels s with multiplicities m, energies e and a flat tail, as exact doubles (or exponentials of exact logarithms)."""

    def __init__(
        self,
        s: Sequence[float],
        m: Sequence[float] | None = None,
        energies: Sequence[float] | None = None,
        *,
        tail: float = 0.0,
        logs: bool = False,
        bits: int = 400,
    ) -> None:
        self.bits = bits
        with flint.ctx.workprec(bits):
            self.s = [flint.arb(x).exp() if logs else flint.arb(x) for x in map(float, s)]
            self.m = None if m is None else [flint.arb(float(x)) for x in m]
            self.e = None if energies is None else [flint.arb(float(x)) for x in energies]
            self.tail = flint.arb(tail)

    def total(self, terms: list[Ball], weights: list[Ball] | None) -> Ball:
        if weights is not None:
            terms = [w * t for w, t in zip(weights, terms, strict=True)]
        return sum(terms, flint.arb(0))

    def df(self, kappa: Ball) -> tuple[Ball, Ball]:
        """df1 and df2."""
        ratios = [s / (s + kappa) for s in self.s]
        return self.total(ratios, self.m) + self.tail / kappa, self.total([r * r for r in ratios], self.m)

    def excess(self, kappa: Any, n: float, p: float, ridge: float) -> Ball:
        """df1 + lambda/kappa - n, or its like for random features from lambda p = nu2 (n - df1)(p - df1): decreasing in kappa."""
        with flint.ctx.workprec(self.bits):
            kappa = flint.arb(kappa)
            df1 = self.df(kappa)[0]
            if math.isinf(n):
                return df1 - p
            if math.isinf(p):
                return df1 + flint.arb(ridge) / kappa - n
            n_, p_ = flint.arb(n), flint.arb(p)
            # the smaller root x of (n - x)(p - x) = lambda p / kappa is what df1 must be
            middle, half = (n_ + p_) / 2, (n_ - p_) / 2
            return df1 - (middle - (half * half + flint.arb(ridge) * p_ / kappa).sqrt())

    def root(self, n: float, p: float, ridge: float, start: float, *, digits: int = 45) -> Ball:
        """kappa to `digits` digits: secant steps in log kappa from exp(start), proved by a sign change on either side."""
        with flint.ctx.workprec(self.bits):
            x, step = flint.arb(start), flint.arb(2) ** -30
            before = self.excess(x.exp(), n, p, ridge).mid()
            for _ in range(80):
                here = self.excess((x + step).exp(), n, p, ridge).mid()
                if here == before or here == 0:
                    x = (x + step).mid()
                    break
                x, step, before = (x + step).mid(), (-here * step / (here - before)).mid(), here
                if abs(step) < flint.arb(10) ** -(digits + 15):
                    break
            kappa, width = x.exp().mid(), flint.arb(10) ** -digits
            assert self.excess(kappa * (1 - width), n, p, ridge) > 0, "the oracle found no root"
            assert self.excess(kappa * (1 + width), n, p, ridge) < 0, "the oracle found no root"
            return kappa

    def ridge_risk(self, kappa: Ball, n: float, ridge: float, noise: float) -> dict[str, float]:
        """Test error (B + s2) / (1 - df2/n) split into bias and variance; training error (lambda/(n kappa))^2 of it."""
        with flint.ctx.workprec(self.bits):
            df1, df2 = self.df(kappa)
            b = self.total([(kappa / (s + kappa)) ** 2 for s in self.s], self.e)
            bias, variance = b / (1 - df2 / n), flint.arb(noise) * df2 / (n - df2)
            test = bias + variance + noise
            shrinkage = flint.arb(ridge) / (n * kappa)
            out = {"bias": bias, "variance": variance, "test_error": test, "train_error": shrinkage**2 * test}
            return {name: float(value) for name, value in (out | {"df1": df1, "df2": df2}).items()}

    def features_risk(self, nu2: Ball, n: float, p: float, ridge: float, noise: float) -> dict[str, float]:
        """The formulas in Upsilon and chi of Defilippis, Loureiro and Misiakiewicz."""
        with flint.ctx.workprec(self.bits):
            df1, df2 = self.df(nu2)
            n_, p_ = flint.arb(n), flint.arb(p)
            nu1 = nu2 * (1 - df1 / p_)
            upsilon = p_ / n_ * ((1 - nu1 / nu2) ** 2 + (nu1 / nu2) ** 2 * df2 / (p_ - df2))
            chi = self.total([s / (s + nu2) ** 2 for s in self.s], self.m) / (p_ - df2)
            kept = self.total([1 / (s + nu2) ** 2 for s in self.s], self.e)
            mixed = self.total([s / (s + nu2) ** 2 for s in self.s], self.e)
            bias = nu2**2 / (1 - upsilon) * (kept + chi * mixed)
            variance = flint.arb(noise) * upsilon / (1 - upsilon)
            test = bias + variance + noise
            train = (flint.arb(ridge) / (n_ * nu1)) ** 2 * test
            out = {"bias": bias, "variance": variance, "test_error": test, "train_error": train, "nu1": nu1}
            return {name: float(value) for name, value in (out | {"df1": df1, "df2": df2}).items()}


def tolerance(log_kappa: float) -> float:
    """1e-13, times |log kappa| / 30 where kappa spans hundreds of decades: a logarithm rounds relative to itself."""
    return 1e-13 * max(1.0, abs(log_kappa) / 30.0)


def relative_error(value: float, reference: float) -> float:
    return 0.0 if value == reference else abs(value / reference - 1.0) if reference != 0 else np.inf
