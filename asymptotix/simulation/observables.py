r"""The fields of one trial, for all settings of an estimator, from a decomposed training set.

Every estimator is a spectral filter: residual r(K + tail) y on the training set, smoother H = 1 - r, with r = r(K + tail):

    train_error       |r y|^2 / n
    in_sample_risk    |r f|^2 / n + noise Tr H^2 / n
    squared_norm      y' g (K + tail) g y
    df1               Tr H

For ridge regression, with R = (K + tail + ridge)^(-1), also

    effective_ridge   1 / Tr R, whose limit is lambda* (random features: nu1, see below)
    df2               n - (Tr R)^2 / Tr R^2, from n - df2 = d ridge / d lambda*
    gcv, loo          see `cross_validation`

each averaged over label noise. Unlearned target energy counts as label noise here, and as bias in the excess risk:

    bias = risk of theta(f) + unlearned (1 + V),   variance = noise V,   V the variance per unit of noise.

Random features have two effective ridges: nu1 = 1 / Tr R, and by p - p nu1 / nu2 = df1 the reported effective_ridge is
nu2 = nu1 / (1 - df1 / p) = ridge p / (Tr(ridge R) (p - df1)). No df2 is given: as a function of the traces it is a difference of
nearly equal numbers near n = p.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError
from asymptotix.simulation.cross_validation import cross_validation
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.estimators import SpectralFit, fit
from asymptotix.simulation.filters import Filter, Ridge
from asymptotix.simulation.population import FinitePopulation
from asymptotix.simulation.rotated_fit import RotatedFit, rotated_cross_validation

__all__ = ["Fit", "decomposed", "field_names", "observe", "observe_fit"]

FloatArray = NDArray[np.float64]
Fit = SpectralFit | RotatedFit

ROUNDING_RTOL = 1e-2  # of the excess risk of one trial: beyond it a trial is refused


def field_names(*, random_weights: bool, classifies: bool, trained: bool = False) -> tuple[str, ...]:
    """The fields of `observe`, in the order of its rows; `trained` for flow and descent."""
    names = ["excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk", "squared_norm", "df1"]
    if not trained:
        names += ["effective_ridge", "nu1"] if random_weights else ["df2", "effective_ridge", "gcv", "loo"]
    return (*names, "classification_error") if classifies else tuple(names)


def observe(
    draw: Draw, estimator: Filter, noise_variance: float, n_features: int | None, noise: FloatArray | None
) -> dict[str, FloatArray]:
    """All fields at all m settings of the estimator, each (m,).

    Args:
        draw: the training set.
        estimator: `filters.Ridge`, `filters.Flow` or `filters.Descent`.
        noise_variance: of the labels; every field but the classification error is averaged over it exactly.
        n_features: number of features with random weights, None for none.
        noise: one draw of the label noise (of each output), for the classification error; None leaves that out.

    Raises:
        HypothesisError: the training set is too ill-conditioned for the exact population risk in double precision.
    """
    return observe_fit(decomposed(draw, estimator), estimator, noise_variance, n_features, noise)


def decomposed(draw: Draw, estimator: Filter) -> Fit:
    """The decomposition of the training set that serves all settings of the estimator."""
    return RotatedFit(draw) if draw.matrix.ndim == 1 else fit(draw, estimator.smallest_ridge)


def observe_fit(
    fitted: Fit, estimator: Filter, noise_variance: float, n_features: int | None, noise: FloatArray | None
) -> dict[str, FloatArray]:
    """`observe` of a decomposed training set."""
    outputs = (fitted.draw, *fitted.draw.further)
    noises = [None] * len(outputs) if noise is None else np.reshape(noise, (len(outputs), -1))
    found = [
        _observe_output(replace(fitted, draw=output), estimator, noise_variance, n_features, one)
        for output, one in zip(outputs, noises, strict=True)
    ]
    return found[0] if len(found) == 1 else {name: np.mean([one[name] for one in found], axis=0) for name in found[0]}


def _observe_output(
    fitted: Fit, estimator: Filter, noise_variance: float, n_features: int | None, noise: FloatArray | None
) -> dict[str, FloatArray]:
    """`observe` of the output of `fitted.draw`."""
    draw, gains = fitted.draw, estimator.gains(fitted.eigenvalues + fitted.draw.tail)
    fields = _errors(fitted, estimator, gains, noise_variance)
    if isinstance(estimator, Ridge):
        fields |= _effective_ridges(fitted, estimator.ridges)
        if n_features is None:
            fields |= _cross_validation(fitted, estimator.ridges, noise_variance + draw.unlearned)
        else:
            del fields["df2"]
            fields["nu1"] = fields["effective_ridge"]
            fields["effective_ridge"] = _feature_ridge(fitted, estimator.ridges, fields["nu1"], n_features)
    if noise is not None:
        assert isinstance(draw.population, FinitePopulation)
        fields["classification_error"] = draw.population.classification_error(fitted.coefficients(draw.labels + noise, gains))
    return fields


def _cross_validation(fitted: Fit, ridges: FloatArray, fit_noise: float) -> dict[str, FloatArray]:
    if isinstance(fitted, RotatedFit):
        return rotated_cross_validation(fitted, ridges, fit_noise)
    return cross_validation(fitted, ridges, fit_noise)


def _errors(fitted: Fit, estimator: Filter, gains: FloatArray, noise_variance: float) -> dict[str, FloatArray]:
    draw, n = fitted.draw, len(fitted.draw.labels)
    unit_variance = (draw.population.squares(fitted.directions) * fitted.load_variances) @ gains**2
    bias = draw.population.excess(fitted.coefficients(draw.labels, gains)) + draw.unlearned * (1.0 + unit_variance)
    variance = noise_variance * unit_variance
    _refuse_rounding(fitted, estimator, gains, bias + variance, noise_variance)
    # the eigenvalue 0 of K, `missing` times, is `tail` to the estimator
    misses, flat_miss = estimator.misses(fitted.eigenvalues + draw.tail), estimator.misses(np.array([draw.tail]))[0]
    unfitted = np.sum(misses**2, axis=0) + fitted.missing * flat_miss**2
    missed = fitted.squared_images(draw.labels, misses, flat_miss) + draw.unlearned * unfitted
    smoothed = np.sum((1.0 - misses) ** 2, axis=0) + fitted.missing * (1.0 - flat_miss) ** 2
    return {
        "excess_risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "test_error": bias + variance + noise_variance,
        "train_error": (missed + noise_variance * unfitted) / n,
        "in_sample_risk": (missed + noise_variance * smoothed) / n,
        "squared_norm": _squared_norm(fitted, estimator, gains, noise_variance + draw.unlearned),
        "df1": np.sum(1.0 - misses, axis=0) + fitted.missing * (1.0 - flat_miss),
    }


def _squared_norm(fitted: Fit, estimator: Filter, gains: FloatArray, fit_noise: float) -> FloatArray:
    """Of the coefficients, and of what the flat directions take: tail |g(K + tail) y|^2."""
    tail, labels = fitted.draw.tail, fitted.draw.labels
    norm = fitted.direction_norms @ (fitted.loads(labels)[:, None] * gains) ** 2 + fit_noise * (fitted.eigenvalues @ gains**2)
    if tail > 0:
        flat_gain = estimator.gains(np.array([tail]))[0]
        weights = fitted.squared_images(labels, gains, flat_gain)
        norm = norm + tail * (weights + fit_noise * (np.sum(gains**2, axis=0) + fitted.missing * flat_gain**2))
    return np.asarray(norm)


def _refuse_rounding(fitted: Fit, estimator: Filter, gains: FloatArray, risk: FloatArray, noise_variance: float) -> None:
    """HypothesisError where the coefficients are so large that the exact risk would be made of rounding errors."""
    draw = fitted.draw
    if not draw.population.rounding:
        return
    lengths = np.sum(fitted.directions**2, axis=0) * fitted.load_variances @ gains**2
    size = np.sum(fitted.coefficients(draw.labels, gains) ** 2, axis=0) + noise_variance * lengths
    lost = draw.population.rounding * size > ROUNDING_RTOL * risk
    if np.any(lost):
        raise HypothesisError(
            f"{estimator.complaint(lost)} for double precision with n_samples = {len(draw.labels)}: the kernel "
            f"matrix has eigenvalues down to {fitted.eigenvalues.min():.1e}; "
            "use a larger ridge (a shorter time), fewer samples or a larger dimension"
        )


def _effective_ridges(fitted: Fit, ridges: FloatArray) -> dict[str, FloatArray]:
    n_samples, missing = len(fitted.draw.labels), fitted.missing
    shifts = ridges + fitted.draw.tail
    inverse = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    if missing == 0:
        trace, trace_square = inverse.sum(axis=0), np.sum(inverse**2, axis=0)
        effective = 1.0 / trace
    else:  # times the shift, so that shift = 0 is the limit and not 0 / 0
        trace = np.sum(shifts * inverse, axis=0) + missing
        trace_square = np.sum((shifts * inverse) ** 2, axis=0) + missing
        effective = shifts / trace
    return {"df2": n_samples - trace**2 / trace_square, "effective_ridge": effective}


def _feature_ridge(fitted: Fit, ridges: FloatArray, nu1: FloatArray, n_features: int) -> FloatArray:
    """nu2; NaN at ridge = 0 with n = p, where a single trial has no limit."""
    inverse = np.sum(1.0 / (fitted.eigenvalues[:, None] + ridges), axis=0)
    lost = n_features - len(fitted.eigenvalues)
    with np.errstate(divide="ignore", invalid="ignore"):
        # p - df1 is `lost` plus ridge * inverse; without lost directions ridge cancels against nu1 = ridge / Tr(ridge R).
        if lost:
            nu2 = nu1 * n_features / (lost + ridges * inverse)
        else:
            nu2 = n_features / (inverse * (fitted.missing + ridges * inverse))
    return np.where(np.isfinite(nu2), nu2, np.nan)
