r"""The risks of ridge and of random-feature regression from one set of level sums: the same formulas, p infinite or finite.

With $a=n-T_1$, $c=p-T_1$, $T_1=\mathrm{df}_1$, $T_2=\mathrm{df}_2$, $e=T_1-T_2$ at $\kappa=\nu_2$, $B_2=\sum
e_k(\kappa/(s_k+\kappa))^2$ and $B_\Sigma=\kappa\sum e_ks_k/(s_k+\kappa)^2$, the textbook form is

.. math:: \mathrm{bias} = \frac{n[(c+e)B_2+eB_\Sigma]}{ac+(a+c)e},\quad
\mathrm{variance}=\sigma^2\frac{cT_2+eT_1}{ac+(a+c)e},\quad
          \mathrm{train}=\Big(\frac an\Big)^2\mathrm{test},\quad \mathbb E\|\hat\theta\|^2=\frac p{ac+(a+c)e}\Big[\frac
          e\kappa(B_2+B_\Sigma+\sigma^2)+\frac a\kappa B_\Sigma\Big].

The code divides numerator and denominator by $c+e$ and uses $w=e/(c+e)\in[0,1]$ and $h=cw$, which have limits for $p\to\infty$
($w=0$, $h=e$: ridge regression,
$\mathrm{bias}=nB_2/(n-T_2)$), for $c=0$ (ridgeless, n > p) and for $n\to\infty$. All terms are positive, nothing is subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields as dataclass_fields

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.fixed_point import EffectiveRidge
from asymptotix.equivalents.level_sums import LevelSums, level_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.errors import HypothesisError

__all__ = ["risk_values"]

FloatArray = NDArray[np.float64]


def risk_values(
    levels: SortedLevels,
    noise_variance: float,
    fixed_point: EffectiveRidge,
    n_samples: FloatArray,
    n_features: FloatArray,
    sums: LevelSums | None = None,
) -> dict[str, FloatArray]:
    r"""Every shared field of a RiskCurve on the grid of `fixed_point`.

    The bias splits into the squared error of the average predictor, `bias_pure` $=B_2$, and what the draws add to it:
    `variance_data` $=B_2T_2/(n-T_2)$, `variance_features` $=wB_\Sigma$, and their interaction, as a sum of positive terms.
    `in_sample_risk` is the excess risk at the training inputs, train $-\sigma^2+2\sigma^2T_1/n$, as the positive sum
    $(a/n)^2\,\mathrm{excess}+\sigma^2(T_1/n)^2$. `overfitting_coefficient` is $n/(a+h)$, for ridge regression
    $n/(n-\mathrm{df}_2)$. `sums` are the sums at the points, flat, where `level_sums` does not reach: at negative $\kappa$.

    Raises:
        HypothesisError: a point where the risk is infinite: ridge = 0 with n_samples = min(n_features, rank).
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        terms = _terms(levels, fixed_point, n_samples, n_features, sums)
        fields = _errors(terms, noise_variance) | _bias_parts(terms)
        fields["squared_norm"] = _squared_norm(terms, noise_variance)
    fields |= {"df1": terms.sums.df1, "df2": terms.sums.df2, "overfitting_coefficient": terms.per_sample}
    fields |= {"effective_ridge": fixed_point.value, "log_effective_ridge": fixed_point.log_value, "nu1": fixed_point.nu1}
    return {name: np.asarray(values, dtype=np.float64) for name, values in fields.items()}


@dataclass(frozen=True, eq=False)
class _Terms:
    """The letters of the formulas, on the grid; `per_sample` is n / (a + h), `sums.spread` is e."""

    sums: LevelSums
    n: FloatArray
    p: FloatArray
    a: FloatArray
    c: FloatArray
    w: FloatArray
    h: FloatArray
    per_sample: FloatArray


def _terms(
    levels: SortedLevels, fixed_point: EffectiveRidge, n_samples: FloatArray, n_features: FloatArray, known: LevelSums | None
) -> _Terms:
    shape = fixed_point.value.shape
    n, p = np.broadcast_to(n_samples, shape), np.broadcast_to(n_features, shape)
    flat = level_sums(levels, fixed_point.log_value.ravel()) if known is None else known
    sums = LevelSums(*(np.reshape(getattr(flat, item.name), shape) for item in dataclass_fields(LevelSums)))
    a, c, e = fixed_point.samples_gap, fixed_point.features_gap, sums.spread
    w = np.where(np.isinf(c) | (c + e == 0), 0.0, e / (c + e))
    h = np.where(np.isinf(c), e, c * w)
    _refuse_infinite_risk(a + h, n, p)
    return _Terms(sums, n, p, a, c, w, h, np.where(np.isinf(n), 1.0, n / (a + h)))


def _errors(terms: _Terms, noise_variance: float) -> dict[str, FloatArray]:
    sums, n, w = terms.sums, terms.n, terms.w
    endless = np.isinf(n)
    bias = terms.per_sample * (sums.unlearned + w * sums.mixed)
    variance = noise_variance * np.where(endless, 0.0, ((1.0 - w) * sums.df2 + w * sums.df1) / (terms.a + terms.h))
    excess = bias + variance
    shrinkage = np.where(endless, 1.0, terms.a / n) ** 2
    return {
        "excess_risk": excess,
        "bias": bias,
        "variance": variance,
        "test_error": excess + noise_variance,
        "train_error": shrinkage * (excess + noise_variance),
        "in_sample_risk": shrinkage * excess + noise_variance * np.where(endless, 0.0, sums.df1 / n) ** 2,
    }


def _bias_parts(terms: _Terms) -> dict[str, FloatArray]:
    sums, w = terms.sums, terms.w
    b2, e = sums.unlearned, sums.spread
    by_data = b2 * sums.df2 / (terms.a + e)
    interaction = b2 * e * w * terms.per_sample / (terms.a + e) + w * sums.mixed * (sums.df2 + e * w) / (terms.a + terms.h)
    endless = np.isinf(terms.n)
    return {
        "bias_pure": b2,
        "variance_data": np.where(endless, 0.0, by_data),
        "variance_features": w * sums.mixed,
        "variance_interaction": np.where(endless, 0.0, interaction),
    }


def _squared_norm(terms: _Terms, noise_variance: float) -> FloatArray:
    sums, a = terms.sums, terms.a
    share = np.where(np.isinf(terms.p), 1.0, terms.p / (terms.c + sums.spread))
    fitted = sums.unlearned + sums.mixed + noise_variance
    noisy = np.where(np.isinf(a), 0.0, _product(sums.spread_per_kappa, fitted) / (a + terms.h))
    return _product(share, noisy + _product(np.where(np.isinf(a), 1.0, a / (a + terms.h)), sums.mixed_per_kappa))


def _product(one: FloatArray, other: FloatArray) -> FloatArray:
    """The product, 0 where a factor is 0 whatever the other: what is not there has no norm, also at kappa = 0."""
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _refuse_infinite_risk(denominator: FloatArray, n: FloatArray, p: FloatArray) -> None:
    bad = denominator == 0
    if np.any(bad):
        at = f"n_samples = {n[bad].flat[0]:g}" + ("" if np.isinf(p[bad].flat[0]) else f", n_features = {p[bad].flat[0]:g}")
        raise HypothesisError(
            f"ridge = 0 is not valid at {at}: there n_samples = min(n_features, rank) and the risk is infinite; "
            "use ridge > 0 or leave the point out"
        )
