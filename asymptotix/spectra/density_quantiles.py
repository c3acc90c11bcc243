"""Eigenvalues at the quantiles of a density, for experiments, which draw eigenvalues one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from asymptotix.spectra.density_quadrature import DensityRule, Panel

__all__ = ["quantiles"]

FloatArray = NDArray[np.float64]

_BISECTIONS = 45  # of a panel, whose ends differ by at most a factor e^4 in the distance from the singular point


def quantiles(rule: DensityRule, density: Callable[[FloatArray], FloatArray], count: int) -> FloatArray:
    """The eigenvalues below which a share (i - 1/2) / count of the mass lies, i = 1..count, increasing."""
    ends = np.cumsum(rule.masses)
    wanted = (np.arange(count) + 0.5) / count * ends[-1]
    place = np.minimum(np.searchsorted(ends, wanted), ends.size - 1)
    out = np.empty(count)
    for k in np.unique(place):
        inside = place == k
        cell, share = rule.cells[k], (wanted[inside] - (ends[k] - rule.masses[k])) / rule.masses[k]
        out[inside] = _within(cell, density, share) if isinstance(cell, Panel) else cell
    return out


def _within(panel: Panel, density: Callable[[FloatArray], FloatArray], share: FloatArray) -> FloatArray:
    """The points of a panel below which the given shares of its mass lie."""
    _, weights = panel.gauss(density)
    x, _ = legendre.leggauss(weights.size)
    degrees = np.arange(weights.size)
    series = legendre.legvander(x, weights.size - 1).T @ weights * (2 * degrees + 1) / 2
    primitive = legendre.legint(series, lbnd=-1)
    # w grows towards the anchor's far side: with sign -1 the eigenvalue falls as w grows
    goal = (share if panel.sign > 0 else 1.0 - share) * float(np.sum(weights))
    low, high = np.full(share.shape, -1.0), np.ones(share.shape)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = legendre.legval(middle, primitive) < goal
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    log_distance = (panel.low + panel.high) / 2 + (panel.high - panel.low) / 2 * (low + high) / 2
    return np.asarray(panel.anchor + panel.sign * np.exp(log_distance))
