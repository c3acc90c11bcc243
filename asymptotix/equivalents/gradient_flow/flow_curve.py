r"""Gradient flow and gradient descent on the squared error, from zero: risk as a function of training time.

.. math:: \dot b=-X^\top(Xb-y),\quad b(0)=0,\qquad b_{k+1}=b_k-\eta X^\top(Xb_k-y).

The loss is $\frac12\|y-Xb\|^2$: on $\frac1{2n}\|\cdot\|^2$ the time is n times as long. In eigendirection i of $XX^\top$ the
residual decays as $e^{-\ell_it}$. Flow at time t resembles ridge regression with $\lambda=1/t$.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.equivalents.gradient_flow.complex_fixed_point import complex_effective_ridge
from asymptotix.equivalents.gradient_flow.contours import Contour, descent_contour, flow_contour
from asymptotix.equivalents.gradient_flow.flow_risk import FIELDS, contour_fields
from asymptotix.equivalents.gradient_flow.spectral_edge import spectral_edge
from asymptotix.equivalents.grids import curve
from asymptotix.equivalents.kernel_ridge import has_finite_population
from asymptotix.equivalents.levels import SortedLevels
from asymptotix.equivalents.ridge import ridge_risk
from asymptotix.errors import HypothesisError, InvalidInputError
from asymptotix.models.kernel_ridge import KernelRidge
from asymptotix.models.ridge_regression import RidgeRegression
from asymptotix.results import RiskCurve
from asymptotix.spectra.arguments import real_array
from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum

__all__ = ["descent_risk", "flow_risk", "require_dynamics"]

FloatArray = NDArray[np.float64]
ContourOf = Callable[[float], Contour]

MAX_STEPS = 500  # the contour has 4 nodes a step, and all pairs of them are summed
_SOURCES = ("AliKolterTibshirani2019",)


def flow_risk(model: RidgeRegression | KernelRidge, *, n_samples: ArrayLike, time: ArrayLike) -> RiskCurve:
    """Deterministic equivalents of gradient flow on a grid of n_samples and time.

    Relative accuracy about 1e-12; a quantity that decays below 1e-14 of its value at time 0 is rounding, and is not negative.

    Args:
        model: a RidgeRegression, or a KernelRidge that is not on a finite data set.
        n_samples: n > 0, finite.
        time: t >= 0 of the flow on |y - Xb|^2 / 2; infinite is the ridgeless limit.

    Raises:
        InvalidInputError: an argument out of range, or a model without this dynamics.
        HypothesisError: infinite time at n_samples = rank, where the risk is infinite.

    Source:
        [AliKolterTibshirani2019] for the comparison with ridge; the contour is an inverse Laplace transform of the two-point
        equivalent of ridge regression (`flow_risk`).
    """
    require_dynamics(model)
    n = _checked("n_samples", n_samples, lambda v: (v > 0) & np.isfinite(v), "> 0 and finite")
    times = _checked("time", time, lambda v: v >= 0, ">= 0")
    levels = SortedLevels.of(model.spectrum, model.target)
    values = _on_grid(levels, model.noise_variance, n, times, flow_contour)
    endless = np.broadcast_to(np.isinf(times), np.broadcast_shapes(n.shape, times.shape))
    if np.any(endless):
        limit = ridge_risk(model, n_samples=np.broadcast_to(n, endless.shape)[endless], ridge=0.0)
        for name in FIELDS:
            values[name][endless] = limit.values[name]
    return _with_sources(curve(model, values, heavy_tailed=_nowhere(values), n_samples=n, time=times))


def descent_risk(model: RidgeRegression | KernelRidge, *, n_samples: ArrayLike, steps: ArrayLike, step_size: float) -> RiskCurve:
    r"""Deterministic equivalents of `steps` steps of gradient descent on a grid of n_samples and steps.

    Args:
        model: as in `flow_risk`; not a compressed table.
        n_samples: n > 0, finite.
        steps: whole numbers from 0 to 500.
        step_size: $\eta>0$ below $2/\ell_{max}$, $\ell_{max}$ the upper edge of the spectrum of $X^\top X$.

    Raises:
        InvalidInputError: an argument out of range.
        HypothesisError: a step size at which the iteration diverges; the message has the largest stable one.
    """
    require_dynamics(model)
    if isinstance(model.spectrum, CompressedSpectrum):
        raise InvalidInputError("spectrum", model.spectrum, "a Spectrum: a table resolves time, not steps", "use time=")
    n = _checked("n_samples", n_samples, lambda v: (v > 0) & np.isfinite(v), "> 0 and finite")
    counts = _checked("steps", steps, lambda v: (v >= 0) & (v <= MAX_STEPS) & (v == np.floor(v)), f"whole, from 0 to {MAX_STEPS}")
    size = float(_checked("step_size", step_size, lambda v: (v > 0) & np.isfinite(v) & (v.ndim == 0), "one number > 0"))
    levels = SortedLevels.of(model.spectrum, model.target, compressed=False)
    for one in np.unique(n):
        largest = 2.0 / spectral_edge(levels, float(one))
        if size >= largest:
            raise HypothesisError(f"step_size = {size:g} diverges at n_samples = {one:g}: it must be below {largest:.6g}")
    values = _on_grid(levels, model.noise_variance, n, counts, lambda k: descent_contour(int(k), size))
    return _with_sources(curve(model, values, heavy_tailed=_nowhere(values), n_samples=n, steps=counts, step_size=size))


def _on_grid(
    levels: SortedLevels, noise: float, n: FloatArray, times: FloatArray, contour_of: ContourOf
) -> dict[str, FloatArray]:
    shape = np.broadcast_shapes(n.shape, times.shape)
    samples, moments = np.broadcast_to(n, shape).ravel(), np.broadcast_to(times, shape).ravel()
    rows = np.zeros((len(FIELDS), samples.size))
    rows[:] = _at_rest(levels, noise)[:, None]
    running = np.flatnonzero((moments > 0) & np.isfinite(moments))
    contours = [contour_of(float(moments[i])) for i in running]
    if contours:
        nodes = np.concatenate([contour.nodes for contour in contours])
        sizes = [contour.nodes.size for contour in contours]
        kappas = complex_effective_ridge(levels, np.repeat(samples[running], sizes), nodes)
        for i, contour, kappa in zip(running, contours, np.split(kappas, np.cumsum(sizes)[:-1]), strict=True):
            fields = contour_fields(levels, float(samples[i]), noise, contour, kappa)
            rows[:, i] = [max(fields[name], 0.0) for name in FIELDS]
    return {name: row.reshape(shape) for name, row in zip(FIELDS, rows, strict=True)}


def _at_rest(levels: SortedLevels, noise: float) -> FloatArray:
    """The fields of the zero predictor."""
    energy = float(levels.energies.sum()) + levels.hidden
    return np.array([energy, energy, 0.0, energy + noise, energy + noise, energy, 0.0, 0.0, 1.0])


def require_dynamics(model: Any) -> None:
    """InvalidInputError for a model without this dynamics."""
    if not isinstance(model, RidgeRegression | KernelRidge) or has_finite_population(model):
        fix = 'on data, KernelRidge.on_data(..., sampling="replacement")'
        raise InvalidInputError("model", model, "a RidgeRegression or a KernelRidge with independent samples", fix)


def _checked(name: str, values: ArrayLike, valid: Callable[[FloatArray], Any], text: str) -> FloatArray:
    array = real_array(name, values, "a real number or an array of them")
    bad = ~np.asarray(valid(array), dtype=np.bool_)
    if np.any(bad):
        raise InvalidInputError(name, float(np.broadcast_to(array, bad.shape)[bad].flat[0]) if array.size else values, text)
    return array


def _nowhere(values: dict[str, FloatArray]) -> NDArray[np.bool_]:
    return np.zeros(values["bias"].shape, dtype=np.bool_)


def _with_sources(made: RiskCurve) -> RiskCurve:
    return replace(made, references=(*made.references, *_SOURCES))
