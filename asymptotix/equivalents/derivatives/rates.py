r"""How every risk changes when kappa, n and p do: the rules for quotients on the letters of `equivalent_risk`.

With $A=a+h=n(1-\Upsilon)$, $q=\sum mL^2(1-L)$ and $r=\sum eL(1-L)^2$ (`third_order`), in $x=\log|\kappa|$,

.. math:: A_x=2\big[ew+q(1-w)^2\big],\qquad (B_2+wB_\Sigma)_x=2(1-w)\Big[r+\frac{qB_\Sigma}{c+e}\Big],

and $\mathrm{bias}=n(B_2+wB_\Sigma)/A$, $\mathrm{variance}=\sigma^2(n/A-1)$. Where a risk first falls and then rises its
derivative is a difference of two positive terms, and its rounding error is relative to them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.fixed_point import EffectiveRidge
from asymptotix.equivalents.level_sums import LevelSums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.signed_sums import signed_sums
from asymptotix.equivalents.third_order import ThirdOrderSums
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["Letters", "Rates", "risk_rates"]

FloatArray = NDArray[np.float64]
_Sums = TypeVar("_Sums", LevelSums, ThirdOrderSums)

_SMALL = 1e-250  # of a sum of terms below 1: those of 1e-308 and less, lost to underflow, then no longer count for nothing
_TINY = 1e-125  # of sum m L (1 - L): sums with one more factor 1 - L are below `_SMALL`


@dataclass(frozen=True, eq=False)
class Letters:
    """The letters of `equivalent_risk` on a grid, and the derivatives of the sums in y: log |kappa|, or kappa where it is tiny.

    Tiny is so small beside the eigenvalues that the sums of third order underflow, or 0; their quotients by kappa do not.
    """

    n: FloatArray
    p: FloatArray
    kappa: FloatArray
    a: FloatArray
    c: FloatArray
    sums: LevelSums
    third: ThirdOrderSums
    w: FloatArray  # e / (c + e)
    v: FloatArray  # 1 - w = c / (c + e)
    total: FloatArray  # A = a + c w
    tiny: NDArray[np.bool_]
    per_kappa: FloatArray  # 1 / kappa, infinite where kappa = 0
    root: FloatArray  # of |kappa|, which keeps its digits where kappa underflows

    @classmethod
    def of(
        cls, levels: SortedLevels, spectrum: Spectrum, target: Target, fixed_point: EffectiveRidge, n: FloatArray, p: FloatArray
    ) -> Letters:
        """At the points of a fixed point; n and p have its shape."""
        second, third = signed_sums(levels, spectrum, target, fixed_point)
        sums, thirds = _shaped(second, n.shape), _shaped(third, n.shape)
        a, c, e = fixed_point.samples_gap, fixed_point.features_gap, sums.spread
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            w = np.where(np.isinf(c) | (c + e == 0), 0.0, e / (c + e))
            v = np.where(np.isinf(c) | (c + e == 0), 1.0, c / (c + e))
            h = np.where(np.isinf(c), e, c * w)
            tiny = (fixed_point.value >= 0) & (e < _TINY)
            inverse = np.where(fixed_point.value < 0, 1.0 / fixed_point.value, np.exp(-fixed_point.log_value))
            root = np.where(fixed_point.value < 0, np.sqrt(np.abs(fixed_point.value)), np.exp(fixed_point.log_value / 2.0))
        return cls(n, p, fixed_point.value, a, c, sums, thirds, w, v, a + h, tiny, inverse, root)

    @property
    def share(self) -> FloatArray:
        """p / (c + e), 1 for infinite p."""
        endless = np.isinf(self.p)
        return np.where(endless, 1.0, np.where(endless, 1.0, self.p) / np.where(endless, 1.0, self.c + self.sums.spread))

    def in_y(self, of_x: FloatArray, over_kappa: FloatArray) -> FloatArray:
        """A derivative in y, from that in log |kappa| and its quotient by kappa."""
        return np.where(self.tiny, over_kappa, of_x)

    def times_kappa(self, over_kappa: FloatArray) -> FloatArray:
        """The product with kappa, 0 where kappa is."""
        return np.where(self.root == 0, 0.0, over_kappa * self.root * np.copysign(self.root, self.kappa))


@dataclass(frozen=True, eq=False)
class Rates:
    """The direction of a derivative: what it does to log |kappa|, y, a, c, nu1, n and p (one of these by 1, or none)."""

    x: FloatArray
    y: FloatArray
    a: FloatArray
    c: FloatArray
    nu1: FloatArray
    n: float
    p: float


def risk_rates(letters: Letters, noise: float, rates: Rates) -> dict[str, FloatArray]:
    """The derivative of every field of a RiskCurve along `rates`."""
    sums, third, n, w, v, total = letters.sums, letters.third, letters.n, letters.w, letters.v, letters.total
    both = letters.c + sums.spread
    e_y = letters.in_y(sums.spread, sums.spread_per_kappa)
    q_y = letters.in_y(third.spread_learned, third.learned_per_kappa)
    r_y = letters.in_y(third.mixed_unlearned, letters.times_kappa(third.mixed_per_kappa2))
    total_rate = rates.n + w**2 * rates.p + 2.0 * (e_y * w + q_y * v**2) * rates.y
    fitted, fitted_rate = sums.unlearned + w * sums.mixed, 2.0 * v * (r_y + q_y * sums.mixed / both) * rates.y
    fitted_rate = fitted_rate - w * sums.mixed / both * rates.p
    per_sample, per_sample_rate = n / total, rates.n / total - (n / total) * (total_rate / total)
    bias_rate = per_sample_rate * fitted + per_sample * fitted_rate
    variance_rate = noise * per_sample_rate
    excess_rate = bias_rate + variance_rate
    df1_rate = -e_y * rates.y
    train_rate = _train_rate(letters, rates, e_y, q_y, fitted + noise, fitted_rate)
    # d (T_1 / n), which at fixed ridge falls with n by (a / A)(T_2 + w e) / n^2
    learned_rate = -(letters.a / total) * (sums.df2 + w * sums.spread) / n**2 if rates.n else df1_rate / n
    out = {
        "excess_risk": excess_rate,
        "bias": bias_rate,
        "variance": variance_rate,
        "test_error": excess_rate,
        "train_error": train_rate,
        "in_sample_risk": train_rate + 2.0 * noise * learned_rate,
        "squared_norm": _norm_rate(letters, noise, rates, q_y, total_rate),
        "df1": df1_rate,
        "df2": -2.0 * q_y * rates.y,
        "overfitting_coefficient": per_sample_rate,
        "log_effective_ridge": rates.x,
        "effective_ridge": np.where(letters.tiny, rates.y, letters.kappa * rates.x),
    }
    return out | _parts_rates(letters, rates, q_y, r_y, total_rate)


def _train_rate(
    letters: Letters, rates: Rates, e_y: FloatArray, q_y: FloatArray, missed: FloatArray, missed_rate: FloatArray
) -> FloatArray:
    r"""Of $\frac{a^2}{nA}(B_2+wB_\Sigma+\sigma^2)$, by terms that are positive.

    The first factor has the derivatives $\frac{2a}{nA^2}\big[a(1-w)(e-q+qw)+eh\big]$ in x, and in n $\frac{a^2}{nA}$ times
    $\frac{T_2+we}{nA}-\frac{A_x}A\frac{\partial x}{\partial n}$, with $e-q=\sum mL(1-L)^2$.
    """
    sums, w, v, a, n, total = letters.sums, letters.w, letters.v, letters.a, letters.n, letters.total
    factor = a * a / (n * total)
    if rates.n:
        half = e_y * w + q_y * v**2
        factor_rate = factor * ((sums.df2 + w * sums.spread) / (n * total) - 2.0 * half * rates.y / total)
    else:
        rest_y = letters.in_y(letters.third.spread_unlearned, letters.times_kappa(letters.third.unlearned_per_kappa2))
        h = np.where(np.isinf(letters.c), sums.spread, letters.c * w)
        inner = a * v * (rest_y + q_y * w) + e_y * h
        factor_rate = 2.0 * a * inner * rates.y / (n * total**2) - factor * w**2 * rates.p / total
    return np.asarray(missed * factor_rate + factor * missed_rate)


def _norm_rate(letters: Letters, noise: float, rates: Rates, q_y: FloatArray, total_rate: FloatArray) -> FloatArray:
    """|theta|^2 = share M / A with M = (e / kappa)(B_2 + B_Sigma + noise) + a B_Sigma / kappa."""
    sums, third = letters.sums, letters.third
    unseen = sums.unlearned + sums.mixed + noise
    fall = _per_kappa(letters, third.spread_unlearned, third.unlearned_per_kappa2)
    mixed_fall = _per_kappa(letters, third.mixed_unlearned, third.mixed_per_kappa2)
    unseen_y = letters.in_y(sums.mixed, sums.mixed_per_kappa)
    inner = sums.spread_per_kappa * unseen + letters.a * sums.mixed_per_kappa
    along_y = sums.spread_per_kappa * unseen_y - 2.0 * fall * unseen - 2.0 * letters.a * mixed_fall
    inner_rate = np.where(rates.y == 0, 0.0, along_y * rates.y) + rates.a * sums.mixed_per_kappa  # along_y may be infinite
    share, both = letters.share, letters.c + sums.spread
    endless = np.isinf(letters.p)
    share_rate = np.where(endless, 0.0, rates.p / letters.p - (rates.p + 2.0 * q_y * rates.y) / both)
    return np.asarray(share / letters.total * (inner_rate + inner * (share_rate - total_rate / letters.total)))


def _per_kappa(letters: Letters, value: FloatArray, per_kappa2: FloatArray) -> FloatArray:
    """value / kappa in y, from the quotient by kappa^2 where the value itself underflows."""
    over = np.where(np.abs(value) < _SMALL, letters.times_kappa(per_kappa2), value * letters.per_kappa)
    return letters.in_y(over, per_kappa2)


def _parts_rates(
    letters: Letters, rates: Rates, q_y: FloatArray, r_y: FloatArray, total_rate: FloatArray
) -> dict[str, FloatArray]:
    """The parts of the bias of random features, and nu1."""
    sums, n, w = letters.sums, letters.n, letters.w
    endless = np.isinf(letters.p)
    e, b2, mixed = sums.spread, sums.unlearned, sums.mixed
    b2_rate = 2.0 * r_y * rates.y
    third = letters.third
    mixed_fall = letters.times_kappa(third.mixed_per_kappa2)
    e_rate = letters.in_y(2.0 * third.spread_learned - e, 2.0 * third.learned_per_kappa - sums.spread_per_kappa) * rates.y
    mixed_rate = letters.in_y(mixed - 2.0 * third.mixed_unlearned, sums.mixed_per_kappa - 2.0 * mixed_fall) * rates.y
    c = np.where(endless, 0.0, letters.c)
    w_rate = np.where(endless, 0.0, (letters.v * e_rate - w * rates.c) / np.where(endless, 1.0, c + e))
    left, left_rate = letters.a + e, rates.n + 2.0 * q_y * rates.y
    df2_rate, total = -2.0 * q_y * rates.y, letters.total
    data = (b2_rate * sums.df2 + b2 * df2_rate - b2 * sums.df2 * left_rate / left) / left
    features, features_rate = w * mixed, w_rate * mixed + w * mixed_rate
    first, first_rate = b2 * e * w * n / total, (b2_rate * e * w + b2 * e_rate * w + b2 * e * w_rate) * n / total
    first_rate = first_rate + b2 * e * w * (rates.n / total - n * total_rate / total**2) - first * left_rate / left
    second = sums.df2 + e * w
    second_rate = features_rate * second + features * (df2_rate + e_rate * w + e * w_rate)
    second_rate = second_rate - features * second * total_rate / total
    return {
        "nu1": rates.nu1,
        "bias_pure": b2_rate,
        "variance_data": data,
        "variance_features": features_rate,
        "variance_interaction": first_rate / left + second_rate / total,
    }


def _shaped(sums: _Sums, shape: tuple[int, ...]) -> _Sums:
    return type(sums)(*(np.reshape(getattr(sums, item.name), shape) for item in fields(sums)))
