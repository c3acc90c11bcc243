r"""The sums of third order that derivatives of the risks need, each a sum of positive terms.

With $L=s/(s+\kappa)$: $-d\,\mathrm{df}_2/d\log\kappa=2\sum mL^2(1-L)$ and $d/d\log\kappa\sum e(1-L)^2=2\sum eL(1-L)^2$; what is
left of $\sum mL(1-L)$ is $\sum mL(1-L)^2$. Every other derivative of first order is a combination of these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.levels import SortedLevels

__all__ = ["ThirdOrderSums", "third_order_sums"]

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 16  # entries of a temporary: half a megabyte
_UNDERFLOW = 300.0  # of log kappa below the largest level: its (1 - L)^2 is then below e^-600


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
    size = max(1, _BLOCK // max(levels.logs.size, 1))
    for start in range(0, positive.size, size):
        index = positive[start : start + size]
        r = levels.ratios(log_kappa[index])
        u = 1.0 / (1.0 + r)
        learned = r * u
        product = learned * u
        out[0, index] = (product * learned) @ levels.multiplicities
        product *= u
        out[1, index] = product @ levels.multiplicities
        out[2, index] = product @ levels.energies
    with np.errstate(over="ignore", invalid="ignore"):
        scale = np.exp(-log_kappa[positive])
        if levels.tail > 0:
            out[1, positive] += np.exp(np.minimum(np.log(levels.tail) - log_kappa[positive], 709.0))
        for kept, powers in ((3, scale), (4, scale * scale), (5, scale * scale)):
            out[kept, positive] = np.where(out[kept - 3, positive] == 0, 0.0, out[kept - 3, positive] * powers)
    if levels.logs.size:
        _replace_underflow(levels, log_kappa, out)
    return ThirdOrderSums(*out)


def _replace_underflow(levels: SortedLevels, log_kappa: FloatArray, out: FloatArray) -> None:
    r"""What is kept per kappa where $1-L$ may underflow: $s^2/(s+\kappa)^3$ and $s/(s+\kappa)^3$ through logarithms."""
    seen = levels.energies != 0
    for index in np.flatnonzero((log_kappa > -np.inf) & (log_kappa < levels.logs[0] - _UNDERFLOW)):
        cubes = levels.logs - 3.0 * np.logaddexp(levels.logs, log_kappa[index])
        with np.errstate(over="ignore"):
            tail = np.exp(np.log(levels.tail) - 3.0 * log_kappa[index]) if levels.tail > 0 else 0.0
            out[3, index] = np.exp(levels.logs + cubes) @ levels.multiplicities
            out[4, index] = np.exp(cubes) @ levels.multiplicities + tail
            out[5, index] = np.exp(cubes[seen]) @ levels.energies[seen]


def _at_zero(levels: SortedLevels) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):
        inverse = np.exp(-levels.logs)
        seen = levels.energies != 0
        squares = float(levels.energies[seen] @ inverse[seen] ** 2)
        return np.array([float(levels.multiplicities @ inverse), float(levels.multiplicities @ inverse**2), squares])
