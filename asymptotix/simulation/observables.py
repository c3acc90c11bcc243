r"""The fields of one trial, for all ridges, from a decomposed training set.

With R = (K + tail + ridge)^(-1), on the n x n kernel matrix K + tail of the samples:

    df1               Tr (K + tail) R
    effective_ridge   1 / Tr R, whose limit is lambda* (random features: nu1, see below)
    df2               n - (Tr R)^2 / Tr R^2, from n - df2 = d ridge / d lambda*
    train_error       ridge^2 |R y|^2 / n            (the true ridge, not ridge + tail)
    in_sample_risk    the same of the noise-free labels, + noise Tr H^2 / n with H = (K + tail) R
    squared_norm      y' R (K + tail) R y

each averaged over label noise. Unlearned target energy counts as label noise here, and as bias in the excess risk:

    bias = R(W c(f)) + unlearned (1 + V),   variance = noise V,   V the variance per unit of noise.

Random features have two effective ridges: nu1 = 1 / Tr R, and by p - p nu1 / nu2 = df1 the reported effective_ridge is
nu2 = nu1 / (1 - df1 / p) = ridge p / (Tr(ridge R) (p - df1)). No df2 is given: as a function of the traces it is a difference of
nearly equal numbers near n = p.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import HypothesisError
from asymptotix.simulation.draws import Draw
from asymptotix.simulation.estimators import RidgeFit, fit
from asymptotix.simulation.population import FinitePopulation

__all__ = ["field_names", "observe"]

FloatArray = NDArray[np.float64]

ROUNDING_RTOL = 1e-2  # of the excess risk of one trial: beyond it a trial is refused


def field_names(*, has_features: bool, classifies: bool) -> tuple[str, ...]:
    """The fields of `observe`, in the order of its rows."""
    names = ["excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk", "squared_norm", "df1"]
    names += ["effective_ridge", "nu1"] if has_features else ["df2", "effective_ridge"]
    return (*names, "classification_error") if classifies else tuple(names)


def observe(
    draw: Draw, ridges: FloatArray, noise_variance: float, n_features: int | None, noise: FloatArray | None
) -> dict[str, FloatArray]:
    """All fields at all ridges, each of the shape of `ridges`, (m,).

    Args:
        draw: the training set.
        ridges: at least 0, (m,).
        noise_variance: of the labels; every field but the classification error is averaged over it exactly.
        n_features: number of random features, None for none.
        noise: one draw of the label noise, for the classification error; None leaves that out.

    Raises:
        HypothesisError: the training set is too ill-conditioned for the exact population risk in double precision.
    """
    ridges = np.asarray(ridges, dtype=np.float64)
    fitted = fit(draw, float(ridges.min()))
    fields = _errors(fitted, ridges, noise_variance) | _traces(fitted, ridges)
    if n_features is not None:
        del fields["df2"]
        fields["nu1"] = fields["effective_ridge"]
        fields["effective_ridge"] = _feature_ridge(fitted, ridges, fields["nu1"], n_features)
    if noise is not None:
        assert isinstance(draw.population, FinitePopulation)
        fields["classification_error"] = draw.population.classification_error(
            fitted.coefficients(draw.labels + noise, ridges + draw.tail)
        )
    return fields


def _errors(fitted: RidgeFit, ridges: FloatArray, noise_variance: float) -> dict[str, FloatArray]:
    draw, shifts = fitted.draw, ridges + fitted.draw.tail
    inverse = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    unit_variance = (draw.population.squares(fitted.directions) * fitted.load_variances) @ inverse**2
    bias = draw.population.excess(fitted.coefficients(draw.labels, shifts)) + draw.unlearned * (1.0 + unit_variance)
    variance = noise_variance * unit_variance
    _refuse_rounding(fitted, ridges, bias + variance, noise_variance)
    fit_noise = noise_variance + draw.unlearned
    residual = fitted.squared_residuals(draw.labels, shifts)
    residual = residual + fit_noise * (np.sum((shifts * inverse) ** 2, axis=0) + fitted.missing)
    norm = fitted.direction_norms @ (fitted.loads(draw.labels)[:, None] * inverse) ** 2
    norm = norm + fit_noise * (fitted.eigenvalues @ inverse**2)
    if draw.tail > 0:  # what R y leaves to the flat directions: of the residual the part tail / shift is fitted there
        norm = norm + draw.tail * residual / shifts**2
        residual = (ridges / shifts) ** 2 * residual
    return {
        "excess_risk": bias + variance,
        "bias": bias,
        "variance": variance,
        "test_error": bias + variance + noise_variance,
        "train_error": residual / len(draw.labels),
        "in_sample_risk": _in_sample_risk(fitted, ridges, noise_variance),
        "squared_norm": norm,
    }


def _in_sample_risk(fitted: RidgeFit, ridges: FloatArray, noise_variance: float) -> FloatArray:
    draw, shifts = fitted.draw, ridges + fitted.draw.tail
    inverse = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    flat = draw.tail / np.where(shifts > 0, shifts, 1.0)  # what H does where K is 0; nothing without a tail
    unfitted = np.sum((shifts * inverse) ** 2, axis=0) + fitted.missing
    missed = (1.0 - flat) ** 2 * (fitted.squared_residuals(draw.labels, shifts) + draw.unlearned * unfitted)
    fitted_noise = np.sum(((fitted.eigenvalues[:, None] + draw.tail) * inverse) ** 2, axis=0) + fitted.missing * flat**2
    return np.asarray((missed + noise_variance * fitted_noise) / len(draw.labels))


def _refuse_rounding(fitted: RidgeFit, ridges: FloatArray, risk: FloatArray, noise_variance: float) -> None:
    """HypothesisError where the coefficients are so large that the exact risk would be made of rounding errors."""
    draw = fitted.draw
    if not draw.population.rounding:
        return
    shifts = ridges + draw.tail
    inverse = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    lengths = np.sum(fitted.directions**2, axis=0) * fitted.load_variances @ inverse**2
    size = np.sum(fitted.coefficients(draw.labels, shifts) ** 2, axis=0) + noise_variance * lengths
    lost = draw.population.rounding * size > ROUNDING_RTOL * risk
    if np.any(lost):
        raise HypothesisError(
            f"ridge = {ridges[lost].min():g} is too small for double precision with n_samples = {len(draw.labels)}: the kernel "
            f"matrix has eigenvalues down to {fitted.eigenvalues.min():.1e}; "
            "use a larger ridge, fewer samples or a larger dimension"
        )


def _traces(fitted: RidgeFit, ridges: FloatArray) -> dict[str, FloatArray]:
    n_samples, tail, missing = len(fitted.draw.labels), fitted.draw.tail, fitted.missing
    shifts = ridges + tail
    inverse = 1.0 / (fitted.eigenvalues[:, None] + shifts)
    df1 = np.sum((fitted.eigenvalues[:, None] + tail) * inverse, axis=0)
    if missing == 0:
        trace, trace_square = inverse.sum(axis=0), np.sum(inverse**2, axis=0)
        effective, df2 = 1.0 / trace, n_samples - trace**2 / trace_square
    else:  # times the shift, so that shift = 0 is the limit and not 0 / 0
        if tail > 0:
            df1 = df1 + missing * tail / shifts
        trace = np.sum(shifts * inverse, axis=0) + missing
        trace_square = np.sum((shifts * inverse) ** 2, axis=0) + missing
        effective, df2 = shifts / trace, n_samples - trace**2 / trace_square
    return {"df1": df1, "df2": df2, "effective_ridge": effective}


def _feature_ridge(fitted: RidgeFit, ridges: FloatArray, nu1: FloatArray, n_features: int) -> FloatArray:
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
