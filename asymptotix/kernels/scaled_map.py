"""One polynomial on every tile: rows of one norm, and homogeneous activations without biases at any norms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.kernels.data_rows import DataRows
from asymptotix.kernels.kernel_map import KernelMap
from asymptotix.kernels.polynomial_tiles import ScaledMap
from asymptotix.kernels.univariate import homogeneous_power, univariate_map

__all__ = ["scaled_map"]

FloatArray = NDArray[np.float64]


def scaled_map(kernel: KernelMap, rows: DataRows, columns: DataRows) -> ScaledMap | None:
    """For rows of one norm, or a homogeneous activation without biases; None where one polynomial does not do."""
    power, q = homogeneous_power(kernel), rows.common_q(columns)
    if power is None and q is None:
        return None
    found = univariate_map(kernel, 1.0 if power is not None else float(q or 0.0))
    if found is None:
        return None
    scales = [_scale(part.q, power) for part in (rows, columns)]
    if not all(np.isfinite(scale).all() for scale in scales):
        return None
    return ScaledMap(found.table, found.orders, found.center, scales[0], scales[1])


def _scale(q: FloatArray, power: float | None) -> FloatArray:
    if power is None:
        return np.ones_like(q)
    with np.errstate(over="ignore"):
        return np.asarray(q**power if power > 0.0 else (q > 0.0).astype(np.float64))
