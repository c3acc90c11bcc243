r"""The best ridge for held-out risk on a data set: no derivative along the effective ridge is at hand, so values are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.kernel_ridge import finite_population_risk
from asymptotix.errors import HypothesisError
from asymptotix.models.kernel_ridge import KernelRidge

__all__ = ["best_ridge_on_data"]

FloatArray = NDArray[np.float64]

_POINTS = 97  # of log ridge, over 16 decades and what the noise adds
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_SHRINKAGES = 40  # of a bracket of two grid steps: to 1e-8 of log ridge, where the values no longer tell


def best_ridge_on_data(model: KernelRidge, n: FloatArray, quantity: str) -> tuple[FloatArray, NDArray[np.int64]]:
    """The best ridge >= 0 and the number of local minima on the grid, for each n; inf where the error still falls at its end."""
    flat = n.ravel()
    if not np.any(model.target.padded(len(model.spectrum))[model.spectrum.eigenvalues > 0]):
        return np.full(n.shape, np.inf), np.zeros(n.shape, dtype=np.int64)  # nothing to learn
    largest = len(model.spectrum) * float(np.max(model.spectrum.eigenvalues))
    excess = np.log1p(model.noise_variance / model.target.energy) if model.target.energy > 0 else 50.0
    log_ridge = np.linspace(np.log(largest) - 30.0, np.log(largest) + 7.0 + excess, _POINTS)
    errors = np.stack([_errors(model, flat, np.full(flat.shape, np.exp(x)), quantity) for x in log_ridge])
    best = np.argmin(errors, axis=0)
    inner = (errors[1:-1] <= errors[:-2]) & (errors[1:-1] < errors[2:])
    low, high = log_ridge[np.maximum(best - 1, 0)], log_ridge[np.minimum(best + 1, _POINTS - 1)]
    value = np.exp(_golden(model, flat, low, high, quantity))
    ridgeless = _ridgeless(model, flat, quantity)
    value = np.where(best == _POINTS - 1, np.inf, value)
    value = np.where(ridgeless <= np.min(errors, axis=0), 0.0, value)
    minima = np.sum(inner, axis=0) + (errors[0] <= errors[1]) + (errors[-1] < errors[-2])
    return np.reshape(value, n.shape), np.reshape(minima, n.shape).astype(np.int64)


def _golden(model: KernelRidge, n: FloatArray, low: FloatArray, high: FloatArray, quantity: str) -> FloatArray:
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    values = [_errors(model, n, np.exp(x), quantity) for x in inner]
    for _ in range(_SHRINKAGES):
        left = values[0] <= values[1]
        low, high = np.where(left, low, inner[0]), np.where(left, inner[1], high)
        fresh = np.where(left, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        error = _errors(model, n, np.exp(fresh), quantity)
        inner = [np.where(left, fresh, inner[1]), np.where(left, inner[0], fresh)]
        values = [np.where(left, error, values[1]), np.where(left, values[0], error)]
    return np.asarray((low + high) / 2)


def _errors(model: KernelRidge, n: FloatArray, ridge: FloatArray, quantity: str) -> FloatArray:
    return np.asarray(finite_population_risk(model, n_samples=n, ridge=ridge).values[quantity])


def _ridgeless(model: KernelRidge, n: FloatArray, quantity: str) -> FloatArray:
    out = np.full(n.shape, np.inf)
    for i, samples in enumerate(n):
        try:
            out[i] = _errors(model, np.array(samples), np.array(0.0), quantity)
        except HypothesisError:  # n = rank: infinite
            continue
    return out
