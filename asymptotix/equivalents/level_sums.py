r"""Sums over the levels of a spectrum at many values of kappa, each a sum of positive terms.

With $r = s/\kappa$: $\frac{s}{s+\kappa} = \frac{r}{1+r}$ and $\frac{\kappa}{s+\kappa} = \frac1{1+r}$ are both formed without
subtraction, and neither $s^2$ nor $\kappa^2$ occurs, which would underflow. Points are taken in blocks so that temporaries stay
in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.far_levels import FarLevels
from asymptotix.equivalents.levels import SortedLevels

__all__ = ["FAINT", "LevelSums", "blocks", "level_sums", "residual_and_slope", "split_sums"]

FloatArray = NDArray[np.float64]

FAINT = 600.0  # of log kappa below the largest level, and below 0: kappa / (s + kappa) and kappa may underflow further down
_BLOCK = 1 << 14  # entries of a temporary: 128 kilobytes


def residual_and_slope(levels: SortedLevels, log_kappa: FloatArray, goal: FloatArray) -> tuple[FloatArray, FloatArray]:
    r"""$\mathrm{df}_1(\kappa)-m$, m the goal, and $-d\,\mathrm{df}_1/d\log\kappa=\mathrm{df}_1-\mathrm{df}_2$, with the tail.

    Split form: $(N_{big}-m)-\sum_{big}\frac{\kappa}{s+\kappa}+\sum_{small}\frac{s}{s+\kappa}$ with the exact count $N_{big}$
    of the eigenvalues called big, those above about $\kappa$, so that no digits are lost where df1 is close to an integer.
    """
    split, count = levels.split(log_kappa)
    signed, slope = split_sums(levels, log_kappa, split)
    tail = _over_kappa(levels.tail, log_kappa)
    return (count - goal) + signed + tail, slope + tail


def split_sums(levels: SortedLevels, log_kappa: FloatArray, split: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    r"""df1 less the number of eigenvalues before the index `split`, and df1 - df2, without the tail."""
    signed, spread = np.empty_like(log_kappa), np.empty_like(log_kappa)
    rest = np.arange(log_kappa.size)
    far = levels.far_at(log_kappa.size)
    if far is not None:
        near = far.reaches(log_kappa)
        signed[near], spread[near] = _folded_split_sums(far, log_kappa[near], split[near])
        rest = np.flatnonzero(~near)
    index = np.arange(levels.logs.size)
    for block in blocks(rest.size, levels.logs.size):
        at = rest[block]
        learned, left = levels.shares(log_kappa[at])
        signed[at] = np.where(index < split[at, None], -left, learned) @ levels.multiplicities
        learned *= left
        spread[at] = learned @ levels.multiplicities
    return signed, spread


def _folded_split_sums(far: FarLevels, log_kappa: FloatArray, split: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    signed, spread = np.empty_like(log_kappa), np.empty_like(log_kappa)
    for hood in far.neighbourhoods(log_kappa):
        (big, big_squares, _), (small, small_squares, _) = hood.far[:, 0]
        sides = np.where(hood.index < split[hood.points, None], -hood.left, hood.learned)
        signed[hood.points] = hood.total(sides) - big + small
        spread[hood.points] = hood.total(hood.learned * hood.left) + (big - big_squares) + (small - small_squares)
    return signed, spread


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

    def put(self, where: NDArray[np.bool_], sums: LevelSums) -> None:
        """Fill in the sums of some points."""
        for item in fields(self):
            getattr(self, item.name)[where] = getattr(sums, item.name)


def level_sums(levels: SortedLevels, log_kappa: FloatArray) -> LevelSums:
    """All sums at the points `log_kappa` (-inf is kappa = 0), shape (points,)."""
    out = np.zeros((7, log_kappa.size))
    positive = log_kappa > -np.inf
    if not np.all(positive):
        out[:, ~positive] = _at_zero(levels)[:, None]
    points = np.flatnonzero(positive)
    far = levels.far_at(log_kappa.size)
    if far is not None:
        near = far.reaches(log_kappa[points])
        _fill_folded(far, log_kappa, points[near], out)
        points = points[~near]
    _fill(levels, log_kappa, points, out)
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
    seen = levels.energies != 0
    informative = slice(None) if np.all(seen) else seen
    energies = levels.energies[informative]
    for block in blocks(points.size, levels.logs.size):
        index = points[block]
        learned, left = levels.shares(log_kappa[index])
        spread = learned * left
        out[0, index] = learned @ m
        out[2, index] = spread @ m
        learned *= learned
        out[1, index] = learned @ m
        out[5, index] = spread[:, informative] @ energies
        left *= left
        out[4, index] = left[:, informative] @ energies
    with np.errstate(over="ignore", invalid="ignore"):
        scale = np.exp(-log_kappa[points])
        out[3, points] = out[2, points] * scale
        out[6, points] = out[5, points] * scale
    _replace_underflow(levels, log_kappa, points, informative, out)


def _fill_folded(far: FarLevels, log_kappa: FloatArray, points: NDArray[np.int64], out: FloatArray) -> None:
    """The same from the levels near kappa and the power sums of the others: of z, their smaller share, and of its square."""
    for hood in far.neighbourhoods(log_kappa[points]):
        index = points[hood.points]
        (big, big_2, _), (small, small_2, _) = hood.far[:, 0]
        (energy_big, energy_big_2, _), (energy_small, energy_small_2, _) = hood.far[:, 1]
        both = hood.learned * hood.left
        out[0, index] = hood.count + hood.total(hood.learned) - big + small
        out[1, index] = hood.count + hood.total(hood.learned**2) - 2.0 * big + big_2 + small_2
        out[2, index] = hood.total(both) + (big - big_2) + (small - small_2)
        unlearned = hood.small_energy - 2.0 * energy_small + energy_small_2
        out[4, index] = hood.total(hood.left**2, row=1) + energy_big_2 + unlearned
        out[5, index] = hood.total(both, row=1) + (energy_big - energy_big_2) + (energy_small - energy_small_2)
    scale = np.exp(-log_kappa[points])
    with np.errstate(over="ignore"):
        out[3, points], out[6, points] = out[2, points] * scale, out[5, points] * scale


def _replace_underflow(
    levels: SortedLevels, log_kappa: FloatArray, points: NDArray[np.int64], informative: Any, out: FloatArray
) -> None:
    """What is kept per kappa where kappa or L (1 - L) may underflow: L / (s + kappa), in which neither occurs."""
    x = log_kappa[points]
    faint = points[(x < -FAINT) | (x < np.max(levels.logs, initial=-np.inf) - FAINT)]
    for block in blocks(faint.size, levels.logs.size):
        index = faint[block]
        terms = levels.quotients(log_kappa[index], 1, 1)
        with np.errstate(over="ignore", invalid="ignore"):
            out[3, index] = terms @ levels.multiplicities
            out[6, index] = terms[:, informative] @ levels.energies[informative]


def _at_zero(levels: SortedLevels) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):
        inverse = levels.inverses
        per_kappa = float(levels.multiplicities @ inverse)
        seen = levels.energies != 0
        energy_per_eigenvalue = float(levels.energies[seen] @ inverse[seen])
    return np.array([levels.rank, levels.rank, 0.0, per_kappa, 0.0, 0.0, energy_per_eigenvalue])


def _over_kappa(mass: float, log_kappa: FloatArray) -> FloatArray:
    if mass == 0:
        return np.zeros_like(log_kappa)
    return np.asarray(np.exp(np.minimum(np.log(mass) - log_kappa, 709.0)))


def blocks(points: int, levels: int) -> Iterator[slice]:
    """The points in slices whose temporaries, one entry a point and level, stay in the cache."""
    size = max(1, _BLOCK // max(levels, 1))
    for start in range(0, points, size):
        yield slice(start, min(start + size, points))
