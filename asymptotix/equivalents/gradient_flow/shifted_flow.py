r"""Gradient flow and descent tested under another covariance and another target than it was trained on.

In the eigenbasis of the training covariance, with $u_j=\frac{\kappa_j\beta}{s+\kappa_j}$ at the nodes of a contour with gains
$g_j$, $u=\sum_jg_ju_j$ the part of the coefficients not yet learned, $D_{jk}$ as in `flow_risk`,
$\tau_{jk}=\sum_i\frac{s_i(\Sigma_0)_{ii}}{(s_i+\kappa_j)(s_i+\kappa_k)}$ and $\delta=\beta_0-\beta$,

.. math:: \text{bias}=(u+\delta)^\top\Sigma_0(u+\delta)+\sum_{jk}g_jg_k\frac{\tau_{jk}}{D_{jk}}\sum_is_iu_{ji}u_{ki},\qquad
          \text{variance}=\sigma^2\sum_{jk}g_jg_k\frac{\tau_{jk}}{D_{jk}} .

With one node these are the formulas of `covariate_shift`. The other fields are those of the training law.

Source: the two-point equivalent of [ChengMontanari2024] with the test covariance between its resolvents, transformed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.covariate_shift import covariate_shift_risk
from asymptotix.equivalents.gradient_flow.complex_fixed_point import complex_effective_ridge
from asymptotix.equivalents.gradient_flow.contours import Contour, descent_contour, flow_contour
from asymptotix.equivalents.gradient_flow.flow_curve import descent_risk, flow_risk
from asymptotix.equivalents.gradient_flow.flow_risk import NodePairs
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.models.covariate_shift import CovariateShift
from asymptotix.results import Fields, RiskCurve

__all__ = ["shifted_descent_risk", "shifted_flow_risk"]

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]


def shifted_flow_risk(model: CovariateShift, *, n_samples: ArrayLike, time: ArrayLike) -> RiskCurve:
    """The risk under the test law along gradient flow; arguments and errors as in `flow_risk`."""
    plain = flow_risk(model.training, n_samples=n_samples, time=time)
    bias, variance = _on_grid(model, plain, "time", flow_contour)
    endless = np.broadcast_to(np.isinf(plain.grid["time"]), plain.shape)
    if np.any(endless):
        n = np.broadcast_to(plain.grid["n_samples"], plain.shape)[endless]
        limit = covariate_shift_risk(model, n_samples=n, ridge=0.0)
        bias[endless], variance[endless] = limit.bias, limit.variance
    return _tested(model, plain, bias, variance)


def shifted_descent_risk(model: CovariateShift, *, n_samples: ArrayLike, steps: ArrayLike, step_size: float) -> RiskCurve:
    """The risk under the test law after steps of gradient descent; arguments and errors as in `descent_risk`."""
    plain = descent_risk(model.training, n_samples=n_samples, steps=steps, step_size=step_size)
    return _tested(model, plain, *_on_grid(model, plain, "steps", lambda k: descent_contour(int(k), step_size)))


def _tested(model: CovariateShift, plain: RiskCurve, bias: FloatArray, variance: FloatArray) -> RiskCurve:
    excess = bias + variance
    values = dict(plain.values) | {
        "bias": bias, "variance": variance, "excess_risk": excess, "test_error": excess + model.noise_variance,
    }  # fmt: skip
    return replace(plain, model=type(model).__name__, values=Fields(values))


def _on_grid(
    model: CovariateShift, plain: RiskCurve, setting: str, contour_of: Callable[[float], Contour]
) -> tuple[FloatArray, FloatArray]:
    """Bias and variance; at time 0 those of the zero predictor, and the same at infinite times for the caller to replace."""
    at_rest = float(model.test_coefficients @ model.test_covariance @ model.test_coefficients)
    bias, variance = np.full(plain.shape, at_rest), np.zeros(plain.shape)
    levels = SortedLevels.of(model.training.spectrum)
    n, settings = (np.broadcast_to(plain.grid[name], plain.shape) for name in ("n_samples", setting))
    for place in _running(settings):
        contour = contour_of(float(settings[place]))
        kappa = complex_effective_ridge(levels, np.full(contour.nodes.size, n[place]), contour.nodes)
        bias[place], unit_variance = _shifted(model, contour, kappa)
        variance[place] = model.noise_variance * max(unit_variance, 0.0)
    return bias, variance


def _running(settings: FloatArray) -> Iterator[tuple[int, ...]]:
    """The places where training has begun and not ended."""
    return (place for place in np.ndindex(settings.shape) if 0 < settings[place] < np.inf)


def _shifted(model: CovariateShift, contour: Contour, kappa: ComplexArray) -> tuple[float, float]:
    """Bias, and variance per unit of noise, at one point."""
    s, test = model.eigenvalues, model.test_covariance
    inverse = 1.0 / (s + kappa[:, None])
    left = kappa[:, None] * inverse
    unlearned = left * model.coefficients
    pairs = NodePairs(contour.gains)
    gap = (contour.nodes / kappa)[:, None] + pairs.products(s * inverse, left)
    spread = pairs.products(s * np.diag(test) * inverse, inverse) / gap
    off = 2.0 * np.real(contour.gains @ unlearned) + (model.test_coefficients - model.coefficients)
    return float(off @ test @ off) + pairs.sum(pairs.products(s * unlearned, unlearned) * spread), pairs.sum(spread)
