r"""Ensembles: the average of K random-feature predictors, trained on the same data with features drawn independently.

The average over infinitely many is kernel ridge regression with the ridge $\nu_2a$, larger than $\lambda$: what the scatter of
the features adds to it is divided by K. In the letters of `equivalent_risk`, with $w=e/(c+e)$, $E=n/(a+h)$,

.. math:: \mathrm{bias}_K=\frac{nB_2}{n-T_2}+\frac{V_F+V_{XF}}K,\qquad
    \mathrm{variance}_K=\sigma^2\Big[\frac{T_2}{n-T_2}+\frac1K\frac{E\,w\,e}{n-T_2}\Big],\qquad n-T_2=a+e .

The textbook form is $R_K=\frac1KR+(1-\frac1K)C_F$ with $C_F=\frac{nB_2+\sigma^2T_2}{n-T_2}$, the error that two members share.
The sum above has positive terms only, since $\mathrm{variance}_1-\sigma^2T_2/(n-T_2)=\sigma^2Ewe/(n-T_2)$. At the training
inputs the average keeps the share $a/n$ of every residual, as each member does: $\mathrm{train}_K=(a/n)^2\,\mathrm{test}_K$.

Source: the average over features is kernel ridge regression with an implicit ridge, [JacotEtAl2020]; the single predictor is in
derivations/random_features_risk.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.equivalent_risk import risk_values
from asymptotix.equivalents.fixed_point import EffectiveRidge, checked_grid, solve_with_sums
from asymptotix.equivalents.grids import curve
from asymptotix.equivalents.level_sums import level_sums
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.negative_ridge.signed_sums import signed_level_sums
from asymptotix.errors import InvalidInputError
from asymptotix.models.random_features import RandomFeatures
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_array

__all__ = ["ensemble_risk"]

FloatArray = NDArray[np.float64]


def ensemble_risk(
    model: RandomFeatures, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike, n_predictors: ArrayLike
) -> RiskCurve:
    """The risk of the average of `n_predictors` predictors with `n_features` features each.

    `df1`, `df2` and the effective ridges are those of each member; `squared_norm` is that of the coefficients on all K p features
    together, normalized by (K p)^(-1/2), which is the mean over the members.

    Raises:
        InvalidInputError: an argument out of range, or n_predictors that is no whole number.
        HypothesisError: where each member has infinite risk.
    """
    n, lam, p = checked_grid(n_samples, ridge, n_features, negative=True)
    members = _checked_members(n_predictors, n.shape)
    levels = SortedLevels.of(model.spectrum, model.target)
    fixed_point, sums = solve_with_sums(levels, model.spectrum, n, lam, p)
    if np.any(lam < 0):
        sums = signed_level_sums(levels, model.spectrum, model.target, fixed_point)
    sums = level_sums(levels, fixed_point.log_value.ravel()) if sums is None else sums
    single = risk_values(levels, model.noise_variance, fixed_point, n, p, sums)
    spread = np.reshape(sums.spread, n.shape)
    values = _averaged(single, fixed_point, spread, n, model.noise_variance, 1.0 / members)
    shape = np.broadcast_shapes(n.shape, members.shape)
    averaged = curve(
        model,
        {name: np.array(np.broadcast_to(array, shape)) for name, array in values.items()},
        levels.rank,
        n_samples=n_samples,
        ridge=ridge,
        n_features=n_features,
        n_predictors=members,
    )
    return replace(averaged, references=(*model.references, "JacotEtAl2020"))


def _averaged(
    single: dict[str, FloatArray], fixed_point: EffectiveRidge, spread: FloatArray, n: FloatArray, noise: float, share: FloatArray
) -> dict[str, FloatArray]:
    """The fields of the ensemble from those of one member; `share` is 1 / K, `spread` is e."""
    a, c, endless = fixed_point.samples_gap, fixed_point.features_gap, np.isinf(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        w = np.where(np.isinf(c) | (c + spread == 0), 0.0, spread / (c + spread))
        common = np.where(endless, 1.0, n / (a + spread))  # n / (n - df2), of kernel ridge regression
        common_noise = np.where(endless, 0.0, single["df2"] / (a + spread))
        own_noise = np.where(endless, 0.0, single["overfitting_coefficient"] * w * spread / (a + spread))
        shrinkage = np.where(endless, 1.0, a / n) ** 2
        smoothed = np.where(endless, 0.0, single["df1"] / n) ** 2
    features, interaction = share * single["variance_features"], share * single["variance_interaction"]
    bias = single["bias_pure"] * common + (features + interaction)
    variance = noise * (common_noise + share * own_noise)
    excess = bias + variance
    return single | {
        "excess_risk": excess,
        "bias": bias,
        "variance": variance,
        "test_error": excess + noise,
        "train_error": shrinkage * (excess + noise),
        "in_sample_risk": shrinkage * excess + noise * smoothed,
        "variance_features": features,
        "variance_interaction": interaction,
        "overfitting_coefficient": common + share * own_noise,
    }


def _checked_members(n_predictors: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    members = real_array("n_predictors", n_predictors, "a number or an array of numbers")
    if not np.all((members >= 1) & (members == np.floor(members))):
        bad = members[~((members >= 1) & (members == np.floor(members)))]
        raise InvalidInputError("n_predictors", float(bad.flat[0]), "a whole number >= 1, or inf")
    try:
        np.broadcast_shapes(shape, members.shape)
    except ValueError:
        shapes = f"n_predictors {members.shape}, the others {shape}"
        fix = "for a grid give each argument an axis of its own"
        raise InvalidInputError("grid", shapes, "arrays that broadcast together", fix) from None
    return members
