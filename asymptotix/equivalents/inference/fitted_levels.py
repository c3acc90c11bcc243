r"""A spectrum, energies and a noise variance that reproduce what was observed at every ridge.

df1, F and M of the observed resolvent (`observed_resolvent`) are linear in the unknown multiplicities $m_k$, energies $e_k$ and
noise $\sigma^2$ on a fixed grid of eigenvalues $s_k$. With $U_{jk}=\kappa_j/(s_k+\kappa_j)$,

.. math::
    \mathrm{df}_1(\kappa_j)=\sum_km_k(1-U_{jk})+\frac\tau{\kappa_j},\qquad F(\kappa_j)=\sum_ke_kU_{jk}+\sigma^2,\qquad
    M(\kappa_j)=\sum_ke_kU_{jk}^2+\sigma^2.

The eigenvalues of K/n themselves would be biased: they spread by the ratio of dimension to n, and the energies on their
eigenvectors hold a share of the noise each. Eigenvalues far below the smallest observable effective ridge act as a ridge, and
energy on those below it as noise: they are the flat tail $\tau$ and a part of $\sigma^2$. Many spectra fit: the smoothest within
one standard deviation of the best is taken, and the interval of a sum over the eigenvalues above a threshold holds its values in
all that fit at 95 % (a profile).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.inference.nonnegative_fit import NonnegativeFit
from asymptotix.equivalents.inference.observed_resolvent import ObservedResolvent
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["FittedLevels", "fitted_levels"]

FloatArray = NDArray[np.float64]

# chosen on simulated data: finer grids of ridges or eigenvalues moved no sum by a tenth of its interval
_RIDGES = 60
_LEVELS_AN_OCTAVE = 3
_RANGE = np.sqrt(10.0)  # from one threshold to the next
_BELOW = 30.0  # the grid of eigenvalues goes on below what is seen, since what is there does not act as a flat tail yet
_LEAST_COUNT = 1e-12  # a multiplicity must be positive; so much of an eigenvalue is none


@dataclass(frozen=True, eq=False)
class FittedLevels:
    """The fit; the number of eigenvalues above each threshold and the energy on them, with their 95 % intervals."""

    spectrum: Spectrum
    target: Target
    noise_variance: float
    noise_interval: tuple[float, float]
    thresholds: FloatArray  # decreasing
    counts: FloatArray
    count_intervals: FloatArray  # shape (thresholds, 2)
    energies: FloatArray
    energy_intervals: FloatArray


def fitted_levels(observed: ObservedResolvent) -> FittedLevels:
    """Fit all three.

    Raises:
        ConvergenceError: the least squares do not end.
    """
    sums = observed.sums(_ridges(observed))
    kappa, found = 1.0 / sums.a1, sums.at_effective_ridge()
    levels = _level_grid(observed, kappa)
    left = kappa[:, None] / (levels + kappa[:, None])
    (df1, without_df1), (f, without_f), (m, without_m) = found["df1"], found["F"], found["M"]
    counting = np.hstack([1.0 - left, levels[-1] / kappa[:, None]])  # the tail in units of the smallest level
    seen = levels[levels >= _least_seen(observed, kappa)]
    carried = left[:, : seen.size]
    energetic = np.hstack([np.vstack([carried, carried**2]), np.ones((2 * kappa.size, 1))])
    counts = NonnegativeFit.of(counting, df1, without_df1, _density(levels, kappa, df1 - (sums.n - sums.a1**2 / sums.a2)))
    labels, without = np.concatenate([f, m]), np.hstack([without_f, without_m])
    energies = NonnegativeFit.of(energetic, labels, without, _density(seen, kappa, f - m))
    thresholds = _thresholds(seen)
    *multiplicities, tail = counts.smoothest
    *parts, noise = energies.smoothest
    number = [_Range.of(counts, levels > bottom) for bottom in thresholds]
    share = [_Range.of(energies, seen > bottom) for bottom in thresholds]
    return FittedLevels(
        Spectrum(levels, np.maximum(multiplicities, _LEAST_COUNT), tail=float(tail * levels[-1])),
        Target(parts),
        float(noise),
        energies.interval(np.append(np.zeros(seen.size), 1.0)),
        thresholds,
        np.array([item.value for item in number]),
        np.array([item.interval for item in number]),
        np.array([item.value for item in share]),
        np.array([item.interval for item in share]),
    )


@dataclass(frozen=True)
class _Range:
    """A sum over the eigenvalues above a threshold."""

    value: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, fit: NonnegativeFit, member: NDArray[np.bool_]) -> _Range:
        functional = np.append(member.astype(float), 0.0)
        return cls(float(functional @ fit.smoothest), fit.interval(functional))


def _density(levels: FloatArray, kappa: FloatArray, spread: FloatArray) -> FloatArray:
    """A blurred density in log s: what the sums lose over an octave around kappa = s."""
    seen = np.interp(np.log(levels), np.log(kappa), np.maximum(spread, 0.0))
    largest = float(np.max(seen))
    return np.maximum(seen, 1e-3 * largest) if largest > 0 else np.ones_like(seen)  # nothing seen: no level before another


def _ridges(observed: ObservedResolvent) -> FloatArray:
    """Ridges from where a fiftieth of the samples is free, or from next to none below full rank, to beyond the largest."""
    largest = float(observed.eigenvalues[0])
    trial = np.geomspace(observed.smallest_ridge, largest, 400)
    free = trial * observed.traces(trial)[0]
    least = max(0.02 * observed.size, 1.001 * (observed.size - observed.rank))
    return np.geomspace(trial[min(int(np.searchsorted(free, least)), 398)], 30.0 * largest, _RIDGES)


def _least_seen(observed: ObservedResolvent, kappa: FloatArray) -> float:
    """The smallest eigenvalue on which energy is told from noise."""
    smallest = max(float(kappa[0]), float(observed.eigenvalues[observed.rank - 1]) / (4.0 * observed.size))
    return min(smallest, 0.7 * float(observed.eigenvalues[0]) / observed.size)


def _level_grid(observed: ObservedResolvent, kappa: FloatArray) -> FloatArray:
    smallest, largest = _least_seen(observed, kappa) / _BELOW, 1.5 * float(observed.eigenvalues[0]) / observed.size
    return np.geomspace(largest, smallest, 2 + int(_LEVELS_AN_OCTAVE * np.log2(largest / smallest)))


def _thresholds(levels: FloatArray) -> FloatArray:
    steps = max(1, round(float(np.log(levels[0] / levels[-1]) / np.log(_RANGE))))
    thresholds = np.geomspace(levels[0], levels[-1], steps + 1)[1:]
    thresholds[-1] *= 1.0 - 1e-9  # the last holds all that is seen
    return np.asarray(thresholds)
