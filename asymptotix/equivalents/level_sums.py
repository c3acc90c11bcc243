r"""Sums over the levels of a spectrum at many values of kappa, each a sum of positive terms.

With $r = s/\kappa$: $\frac{s}{s+\kappa} = \frac{r}{1+r}$ and $\frac{\kappa}{s+\kappa} = \frac1{1+r}$ are both formed without
subtraction, and neither $s^2$ nor $\kappa^2$ occurs, which would underflow. Points are taken in blocks so that temporaries stay
in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.levels import SortedLevels

__all__ = ["LevelSums", "level_sums", "residual_and_slope"]

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 16  # entries of a temporary: half a megabyte


def residual_and_slope(levels: SortedLevels, log_kappa: FloatArray, goal: FloatArray) -> tuple[FloatArray, FloatArray]:
    r"""$\mathrm{df}_1(\kappa)-m$, m the goal, and $-d\,\mathrm{df}_1/d\log\kappa=\mathrm{df}_1-\mathrm{df}_2$, with the tail.

    Split form: $(N_{big}-m)-\sum_{big}\frac{\kappa}{s+\kappa}+\sum_{small}\frac{s}{s+\kappa}$ with the exact count $N_{big}$
    of the eigenvalues called big, those above about $\kappa$, so that no digits are lost where df1 is close to an integer.
    """
    residual, slope = np.empty_like(log_kappa), np.empty_like(log_kappa)
    split, count = levels.split(log_kappa)
    for block in _blocks(log_kappa.size, levels.logs.size):
        r = levels.ratios(log_kappa[block])
        t = 1.0 / (1.0 + r)
        r *= t
        for row, j in enumerate(split[block], start=block.start):
            above, below = t[row - block.start, :j], r[row - block.start, j:]
            small = levels.multiplicities[j:] @ below - levels.multiplicities[:j] @ above
            residual[row] = (count[row] - goal[row]) + small
        r *= t
        slope[block] = r @ levels.multiplicities
    tail = _over_kappa(levels.tail, log_kappa)
    return residual + tail, slope + tail


@dataclass(frozen=True, eq=False)
class LevelSums:
    r"""Everything the risks need at kappa, one entry a point; $L=s/(s+\kappa)$, e the energies, U the hidden energy."""

    df1: FloatArray  # sum m L + tail / kappa
    df2: FloatArray  # sum m L^2
    spread: FloatArray  # df1 - df2 = sum m L (1 - L) + tail / kappa
    spread_per_kappa: FloatArray  # sum m s / (s + kappa)^2 + tail / kappa^2, finite at kappa = 0
    unlearned: FloatArray  # sum e (1 - L)^2 + U
    mixed: FloatArray  # sum e L (1 - L)
    mixed_per_kappa: FloatArray  # sum e s / (s + kappa)^2, finite at kappa = 0


def level_sums(levels: SortedLevels, log_kappa: FloatArray) -> LevelSums:
    """All sums at the points `log_kappa` (-inf is kappa = 0), shape (points,)."""
    out = np.zeros((7, log_kappa.size))
    positive = log_kappa > -np.inf
    if not np.all(positive):
        out[:, ~positive] = _at_zero(levels)[:, None]
    _fill(levels, log_kappa, np.flatnonzero(positive), out)
    finite = np.where(positive, log_kappa, 0.0)
    with np.errstate(over="ignore"):
        tail = np.where(positive, _over_kappa(levels.tail, finite), 0.0)
        tail_per_kappa = np.where(tail > 0, tail * np.exp(np.minimum(-finite, 709.0)), 0.0)
    df1, df2, spread, per_kappa, unlearned, mixed, mixed_per_kappa = out
    return LevelSums(
        df1 + tail, df2, spread + tail, per_kappa + tail_per_kappa, unlearned + levels.hidden, mixed, mixed_per_kappa
    )


def _fill(levels: SortedLevels, log_kappa: FloatArray, points: NDArray[np.int64], out: FloatArray) -> None:
    m = levels.multiplicities
    informative = levels.energies != 0
    energies = levels.energies[informative]
    for block in _blocks(points.size, levels.logs.size):
        index = points[block]
        r = levels.ratios(log_kappa[index])
        t = 1.0 / (1.0 + r)
        learned = r * t
        out[0, index] = learned @ m
        out[1, index] = (learned * learned) @ m
        out[2, index] = (learned * t) @ m
        t, learned = t[:, informative], learned[:, informative]
        out[4, index] = (t * t) @ energies
        out[5, index] = (learned * t) @ energies
        with np.errstate(over="ignore"):
            scale = np.exp(-log_kappa[index])
            out[3, index] = out[2, index] * scale
            out[6, index] = out[5, index] * scale


def _at_zero(levels: SortedLevels) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):
        inverse = np.exp(-levels.logs)
        per_kappa = float(levels.multiplicities @ inverse)
        seen = levels.energies != 0
        energy_per_eigenvalue = float(levels.energies[seen] @ inverse[seen])
    return np.array([levels.rank, levels.rank, 0.0, per_kappa, 0.0, 0.0, energy_per_eigenvalue])


def _over_kappa(mass: float, log_kappa: FloatArray) -> FloatArray:
    if mass == 0:
        return np.zeros_like(log_kappa)
    return np.asarray(np.exp(np.minimum(np.log(mass) - log_kappa, 709.0)))


def _blocks(points: int, levels: int) -> Iterator[slice]:
    size = max(1, _BLOCK // max(levels, 1))
    for start in range(0, points, size):
        yield slice(start, min(start + size, points))
