r"""Sums over the levels of a spectrum at many values of kappa, each a sum of positive terms.

With $r = s/\kappa$: $\frac{s}{s+\kappa} = \frac{r}{1+r}$ and $\frac{\kappa}{s+\kappa} = \frac1{1+r}$ are both formed without
subtraction, and neither
$s^2$ nor $\kappa^2$ occurs, which would underflow. Points are taken in blocks so that temporaries stay in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.spectrum import Spectrum

__all__ = ["LevelSums", "SortedLevels", "level_sums"]

FloatArray = NDArray[np.float64]

_BLOCK = 1 << 17  # entries of a temporary: one megabyte
_SAFE_LOG = 300.0  # eigenvalues and kappa within e^+-300 are divided directly, beyond it through logarithms


@dataclass(frozen=True, eq=False)
class SortedLevels:
    """The nonzero levels of a spectrum, decreasing, with what the solver reads from them."""

    logs: FloatArray
    values: FloatArray
    multiplicities: FloatArray
    tail: float

    @classmethod
    def of(cls, spectrum: Spectrum) -> SortedLevels:
        """Sort once; zero eigenvalues contribute to no sum of the fixed point."""
        order = np.argsort(-spectrum.log_eigenvalues, kind="stable")
        order = order[: np.count_nonzero(spectrum.log_eigenvalues > -np.inf)]
        return cls(spectrum.log_eigenvalues[order], spectrum.eigenvalues[order], spectrum.multiplicities[order], spectrum.tail)

    @cached_property
    def counts(self) -> FloatArray:
        """counts[j] = number of eigenvalues in the first j levels, exact for integer multiplicities below 2^53."""
        return np.concatenate([[0.0], np.cumsum(self.multiplicities)])

    @property
    def rank(self) -> float:
        """Number of nonzero eigenvalues."""
        return np.inf if self.tail > 0 else float(self.counts[-1])

    def ratios(self, log_kappa: FloatArray) -> FloatArray:
        """r = s / kappa, shape (points, levels), clipped to e^+-700."""
        safe = self.logs.size == 0 or (np.max(np.abs(self.logs)) < _SAFE_LOG and np.max(np.abs(log_kappa)) < _SAFE_LOG)
        if safe:
            return np.asarray(self.values / np.exp(log_kappa)[:, None])
        return np.exp(np.clip(self.logs - log_kappa[:, None], -700.0, 700.0))

    def residual_and_slope(self, log_kappa: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
        r"""$\mathrm{df}_1(\kappa)-m$ for the target m, and $-d\,\mathrm{df}_1/d\log\kappa=\mathrm{df}_1-\mathrm{df}_2$, with
        the tail.

        Split form: $(N_{big}-m)-\sum_{s>\kappa}\frac{\kappa}{s+\kappa}+\sum_{s\le\kappa}\frac{s}{s+\kappa}$ with the exact
        count $N_{big}$
        of eigenvalues above kappa, so that no digits are lost where df1 is close to an integer.
        """
        residual, slope = np.empty_like(log_kappa), np.empty_like(log_kappa)
        split = np.searchsorted(-self.logs, -log_kappa, side="left")
        for block in _blocks(log_kappa.size, self.logs.size):
            r = self.ratios(log_kappa[block])
            t = 1.0 / (1.0 + r)
            r *= t
            for row, j in enumerate(split[block]):
                above, below = t[row, :j], r[row, j:]
                small = self.multiplicities[j:] @ below - self.multiplicities[:j] @ above
                residual[block.start + row] = (self.counts[j] - target[block.start + row]) + small
            r *= t
            slope[block] = r @ self.multiplicities
        tail = _over_kappa(self.tail, log_kappa)
        return residual + tail, slope + tail


@dataclass(frozen=True, eq=False)
class LevelSums:
    r"""Everything the risks need at kappa; one entry a point.

    $L=s/(s+\kappa)$, e the target energies, U the energy on eigenvalue 0 and on the tail.
    """

    df1: FloatArray  # sum m L + tail / kappa
    df2: FloatArray  # sum m L^2
    spread: FloatArray  # df1 - df2 = sum m L (1 - L) + tail / kappa
    spread_per_kappa: FloatArray  # sum m s / (s + kappa)^2 + tail / kappa^2, finite at kappa = 0
    unlearned: FloatArray  # sum e (1 - L)^2 + U
    mixed: FloatArray  # sum e L (1 - L)
    mixed_per_kappa: FloatArray  # sum e s / (s + kappa)^2, finite at kappa = 0


def level_sums(spectrum: Spectrum, energies: FloatArray, target_tail: float, log_kappa: FloatArray) -> LevelSums:
    """All sums at the points `log_kappa` (-inf is kappa = 0), shape (points,)."""
    nonzero = spectrum.log_eigenvalues > -np.inf
    levels = SortedLevels(
        spectrum.log_eigenvalues[nonzero], spectrum.eigenvalues[nonzero], spectrum.multiplicities[nonzero], spectrum.tail
    )
    e = energies[nonzero]
    hidden = float(np.sum(energies[~nonzero])) + target_tail
    out = np.zeros((7, log_kappa.size))
    positive = log_kappa > -np.inf
    out[:, ~positive] = _at_zero(levels, e)[:, None]
    _fill(levels, e, log_kappa, positive, out)
    with np.errstate(over="ignore"):
        tail = np.where(positive, _over_kappa(spectrum.tail, np.where(positive, log_kappa, 0.0)), 0.0)
        tail_per_kappa = np.where(positive, tail * np.exp(-np.where(positive, log_kappa, 0.0)), 0.0) if spectrum.tail > 0 else 0.0
    df1, df2, spread, per_kappa, unlearned, mixed, mixed_per_kappa = out
    return LevelSums(df1 + tail, df2, spread + tail, per_kappa + tail_per_kappa, unlearned + hidden, mixed, mixed_per_kappa)


def _fill(levels: SortedLevels, e: FloatArray, log_kappa: FloatArray, positive: NDArray[np.bool_], out: FloatArray) -> None:
    m = levels.multiplicities
    points = np.flatnonzero(positive)
    informative = e > 0
    for block in _blocks(points.size, levels.logs.size):
        index = points[block]
        r = levels.ratios(log_kappa[index])
        t = 1.0 / (1.0 + r)
        learned = r * t
        out[0, index] = learned @ m
        out[1, index] = (learned * learned) @ m
        out[2, index] = (learned * t) @ m
        t, learned = t[:, informative], learned[:, informative]
        energy = e[informative]
        out[4, index] = (t * t) @ energy
        mixed = learned * t
        out[5, index] = mixed @ energy
        with np.errstate(over="ignore"):
            scale = np.exp(-log_kappa[index])
            out[3, index] = out[2, index] * scale
            out[6, index] = out[5, index] * scale


def _at_zero(levels: SortedLevels, e: FloatArray) -> FloatArray:
    rank = float(np.sum(levels.multiplicities))
    with np.errstate(over="ignore", divide="ignore"):
        inverse = np.exp(-levels.logs)
        per_kappa = float(levels.multiplicities @ inverse)
        energy_per_eigenvalue = float(e[e > 0] @ inverse[e > 0])
    return np.array([rank, rank, 0.0, per_kappa, 0.0, 0.0, energy_per_eigenvalue])


def _over_kappa(mass: float, log_kappa: FloatArray) -> FloatArray:
    if mass == 0:
        return np.zeros_like(log_kappa)
    return np.asarray(np.exp(np.minimum(np.log(mass) - log_kappa, 709.0)))


def _blocks(points: int, levels: int) -> Iterator[slice]:
    size = max(1, _BLOCK // max(levels, 1))
    for start in range(0, points, size):
        yield slice(start, min(start + size, points))
