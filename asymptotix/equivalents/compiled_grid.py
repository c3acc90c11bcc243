"""The compiled loops on a grid: whether they pay, what they are given, and which points are left to NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.acceleration import use_compiled
from asymptotix.equivalents.levels import SAFE_LOG, SortedLevels
from asymptotix.equivalents.panels import N_PANELS, NODES

__all__ = ["FIELDS", "compiled_fields", "compiled_rows"]

FloatArray = NDArray[np.float64]

FIELDS = (
    "excess_risk", "bias", "variance", "test_error", "train_error", "in_sample_risk", "bias_pure", "variance_data",
    "variance_features", "variance_interaction", "squared_norm", "df1", "df2", "overfitting_coefficient", "effective_ridge",
    "log_effective_ridge", "nu1",
)  # fmt: skip

_LOOPS = "asymptotix.equivalents.compiled_sweep"
_EVALUATIONS = 4  # a point, for the estimate of the work
_SERIES = 6
_MANY, _HASTE = 1000, 14  # from so many points on a panel is built after 2 evaluations in it, not after 16


def compiled_rows(levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray) -> FloatArray | None:
    """The rows of `compiled_sweep.sweep` for a broadcast grid, flat; None where NumPy is to be used."""
    if not _pays(levels, n.size):
        return None
    from asymptotix.equivalents.compiled_sweep import ROWS

    rows = np.empty((ROWS, n.size))
    _sweep(levels, n, p, lam, 0.0, rows, np.empty((len(FIELDS), 0)))
    return rows


def compiled_fields(
    levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, noise_variance: float
) -> FloatArray | None:
    """The `FIELDS` of a broadcast grid, shape (fields, *shape); None where NumPy has to see to some or all of its points."""
    if not _pays(levels, n.size):
        return None
    from asymptotix.equivalents.compiled_sweep import ROWS

    out = np.empty((len(FIELDS), n.size))
    left_out = _sweep(levels, n, p, lam, noise_variance, np.empty((ROWS, n.size)), out)
    return out.reshape(-1, *n.shape) if left_out == 0 else None


def _pays(levels: SortedLevels, points: int) -> bool:
    if not (points and levels.logs.size and use_compiled(_EVALUATIONS * points * levels.logs.size, _LOOPS)):
        return False
    return bool(max(abs(levels.logs[0]), abs(levels.logs[-1])) < SAFE_LOG and levels.count_errors[-1] == 0)


def _columns(values: FloatArray) -> int:
    return values.shape[-1] if values.ndim > 1 else 1


def _sweep(
    levels: SortedLevels, n: FloatArray, p: FloatArray, lam: FloatArray, noise: float, rows: FloatArray, out: FloatArray
) -> int:
    from asymptotix.equivalents.compiled_sweep import sweep

    arrays = np.stack([levels.values, levels.multiplicities, levels.energies])
    groups = np.stack([np.append(levels.group_minima, np.inf), levels.counts, levels.bounds])
    coefficients = np.empty((N_PANELS, NODES, _SERIES))
    visits = np.full(N_PANELS, _HASTE if n.size >= _MANY else 0)
    samples, features, ridges = (np.ascontiguousarray(values).reshape(-1, _columns(n)) for values in (n, p, lam))
    return int(
        sweep(samples, features, ridges, noise, levels.tail, levels.hidden, arrays, groups, coefficients, visits, rows, out)
    )
