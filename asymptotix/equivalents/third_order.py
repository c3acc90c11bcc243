r"""The sums of third order that derivatives of the risks need, each a sum of positive terms.

With $L=s/(s+\kappa)$: $-d\,\mathrm{df}_2/d\log\kappa=2\sum mL^2(1-L)$ and $d/d\log\kappa\sum e(1-L)^2=2\sum eL(1-L)^2$; what is
left of $\sum mL(1-L)$ is $\sum mL(1-L)^2$. Every other derivative of first order is a combination of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.far_levels import FarLevels
from asymptotix.equivalents.level_sums import FAINT, blocks
from asymptotix.equivalents.levels import SortedLevels

__all__ = ["ThirdOrderSums", "third_order_sums"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ThirdOrderSums:
    r"""One entry a point. At $\kappa=0$ the three sums vanish, and `per_kappa` and the two that follow keep their limits."""

    spread_learned: FloatArray  # sum m L^2 (1 - L)
    spread_unlearned: FloatArray  # sum m L (1 - L)^2 + tail / kappa
    mixed_unlearned: FloatArray  # sum e L (1 - L)^2
    learned_per_kappa: FloatArray  # spread_learned / kappa
    unlearned_per_kappa2: FloatArray  # spread_unlearned / kappa^2
    mixed_per_kappa2: FloatArray  # mixed_unlearned / kappa^2


def third_order_sums(levels: SortedLevels, log_kappa: FloatArray) -> ThirdOrderSums:
    """All sums at the points `log_kappa` (-inf is kappa = 0), shape (points,)."""
    out = np.zeros((6, log_kappa.size))
    positive = np.flatnonzero(log_kappa > -np.inf)
    if positive.size < log_kappa.size:
        out[3:, log_kappa == -np.inf] = _at_zero(levels)[:, None]
    far = levels.far_at(log_kappa.size)
    if far is not None:
        near = far.reaches(log_kappa[positive]) & (log_kappa[positive] > levels.logs[-1] - FAINT / 2)
        _fill_folded(far, log_kappa, positive[near], out)
        positive = positive[~near]
    _fill(levels, log_kappa, positive, out)
    if levels.tail > 0:
        _add_tail(levels.tail, log_kappa, out)
    return ThirdOrderSums(*out)


def _fill_folded(far: FarLevels, log_kappa: FloatArray, points: NDArray[np.int64], out: FloatArray) -> None:
    """From the levels near kappa, and sums over the others of powers of z, their smaller share."""
    for hood in far.neighbourhoods(log_kappa[points]):
        index, both = points[hood.points], hood.learned * hood.left
        (big, big_2, big_3), (small, small_2, small_3) = hood.far[:, 0]
        (_, energy_2, energy_3), (energy, energy_small_2, energy_small_3) = hood.far[:, 1]
        out[0, index] = hood.total(both * hood.learned) + (big - 2.0 * big_2 + big_3) + (small_2 - small_3)
        out[1, index] = hood.total(both * hood.left) + (big_2 - big_3) + (small - 2.0 * small_2 + small_3)
        unlearned = (energy_2 - energy_3) + (energy - 2.0 * energy_small_2 + energy_small_3)
        out[2, index] = hood.total(both * hood.left, row=1) + unlearned
    with np.errstate(over="ignore"):
        scale = np.exp(-log_kappa[points])
        out[3, points] = out[0, points] * scale
        out[4:, points] = out[1:3, points] * scale * scale


def _fill(levels: SortedLevels, log_kappa: FloatArray, positive: NDArray[np.int64], out: FloatArray) -> None:
    for block in blocks(positive.size, levels.logs.size):
        index = positive[block]
        learned, left = levels.shares(log_kappa[index])
        product = learned * left
        out[0, index] = (product * learned) @ levels.multiplicities
        product *= left
        out[1, index] = product @ levels.multiplicities
        out[2, index] = product @ levels.energies
    with np.errstate(over="ignore", invalid="ignore"):
        scale = np.exp(-log_kappa[positive])
        for kept, powers in ((3, scale), (4, scale * scale), (5, scale * scale)):
            out[kept, positive] = np.where(out[kept - 3, positive] == 0, 0.0, out[kept - 3, positive] * powers)
    if levels.logs.size:
        _replace_underflow(levels, log_kappa, positive, out)


def _add_tail(tail: float, log_kappa: FloatArray, out: FloatArray) -> None:
    positive = log_kappa > -np.inf
    x = log_kappa[positive]
    with np.errstate(over="ignore"):
        out[1, positive] += np.exp(np.minimum(np.log(tail) - x, 709.0))
        out[4, positive] += np.exp(np.log(tail) - 3.0 * x)


def _replace_underflow(levels: SortedLevels, log_kappa: FloatArray, points: NDArray[np.int64], out: FloatArray) -> None:
    r"""What is kept per kappa where $1-L$ or $\kappa$ may underflow: $L^2/(s+\kappa)$ and $L/(s+\kappa)^2$."""
    seen = levels.energies != 0
    x = log_kappa[points]
    faint = points[(x < levels.logs[0] - FAINT / 2) | (x < -FAINT / 2)]  # here 1 - L is squared
    for block in blocks(faint.size, levels.logs.size):
        index = faint[block]
        with np.errstate(over="ignore", invalid="ignore"):
            out[3, index] = levels.quotients(log_kappa[index], 2, 1) @ levels.multiplicities
            terms = levels.quotients(log_kappa[index], 1, 2)
            out[4, index] = terms @ levels.multiplicities
            out[5, index] = terms[:, seen] @ levels.energies[seen]


def _at_zero(levels: SortedLevels) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):
        inverse = levels.inverses
        seen = levels.energies != 0
        squares = float(levels.energies[seen] @ inverse[seen] ** 2)
        return np.array([float(levels.multiplicities @ inverse), float(levels.multiplicities @ inverse**2), squares])
