r"""Covariate and concept shift: the test error under another covariance and another target.

In the eigenbasis of the training covariance, with $u_i=\frac{\kappa\beta_i}{s_i+\kappa}$ the part of the coefficients that is
not learned, $D=n-\mathrm{df}_2$, $\tau_0=\sum_i\frac{s_i(\Sigma_0)_{ii}}{(s_i+\kappa)^2}$ and $\delta=\beta_0-\beta$,

.. math:: \text{bias}=(u+\delta)^\top\Sigma_0(u+\delta)+\frac{\tau_0}D\sum_is_iu_i^2,\quad\text{variance}=\sigma^2\frac{\tau_0}D .

For $\Sigma_0=\Sigma$ and $\delta=0$ these are the formulas of ridge regression. The other fields are those of the training law.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.grids import curve
from asymptotix.equivalents.ridge import ridge_risk
from asymptotix.models.covariate_shift import CovariateShift
from asymptotix.results import RiskCurve

__all__ = ["covariate_shift_risk"]

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 20  # entries of a temporary


def covariate_shift_risk(
    model: CovariateShift, *, n_samples: ArrayLike, ridge: ArrayLike, n_features: ArrayLike | None = None
) -> RiskCurve:
    """The risk under the test law on a grid of n_samples and ridge; `train_error` and the rest under the training law.

    Raises:
        InvalidInputError: an argument out of range, or `n_features`, which this model does not have.
        HypothesisError: ridge = 0 at n_samples = rank, or a ridge at or below `smallest_ridge`.

    Source:
        The two-point equivalent of [ChengMontanari2024] with the test covariance between its resolvents.
    """
    plain = ridge_risk(model.training, n_samples=n_samples, ridge=ridge, n_features=n_features)
    shape = plain.shape
    kappa, per_sample = plain.effective_ridge.ravel(), plain.overfitting_coefficient.ravel()
    n = np.broadcast_to(plain.grid["n_samples"], shape).ravel()
    bias, unit_variance = np.empty(kappa.size), np.empty(kappa.size)
    size = max(1, _BLOCK // model.eigenvalues.size)
    for start in range(0, kappa.size, size):
        part = slice(start, start + size)
        bias[part], unit_variance[part] = _shifted(model, kappa[part, None], per_sample[part] / n[part])
    variance = model.noise_variance * unit_variance
    excess = bias + variance
    values = dict(plain.values) | {
        "bias": bias.reshape(shape),
        "variance": variance.reshape(shape),
        "excess_risk": excess.reshape(shape),
        "test_error": (excess + model.noise_variance).reshape(shape),
    }
    return curve(model, values, heavy_tailed=plain.heavy_tailed, n_samples=n_samples, ridge=ridge)


def _shifted(model: CovariateShift, kappa: FloatArray, inverse: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bias, and variance per unit of noise; `inverse` is 1 / (n - df2)."""
    s, beta, test = model.eigenvalues, model.coefficients, model.test_covariance
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(s > 0, kappa / (s + kappa), 1.0)  # a direction that is never seen is never learned, at kappa = 0 too
        learned_per = np.where(s > 0, s / (s + kappa) ** 2, 0.0)
    u = left * beta
    off = u + (model.test_coefficients - beta)
    spread = inverse * (learned_per @ np.diag(test))
    return np.sum((off @ test) * off, axis=1) + spread * (u**2 @ s), spread
