"""The levels of a spectrum in the form the solver reads: nonzero, decreasing, short, with exact counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asymptotix.spectra.compression import compress
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["SAFE_LOG", "SortedLevels"]

FloatArray = NDArray[np.float64]

SAFE_LOG = 300.0  # eigenvalues and kappa within e^+-300 are divided directly, beyond it through logarithms
_LONG = 2048  # levels above which a table of 16 nodes an octave takes their place


@dataclass(frozen=True, eq=False)
class SortedLevels:
    """Nonzero levels, decreasing.

    `bounds` are the indices at which the levels may be split into large and small, and `counts` the exact number of eigenvalues
    before each of them. `hidden` is the target energy on zero eigenvalues and on the tail, which is never learned.
    """

    logs: FloatArray
    values: FloatArray
    multiplicities: FloatArray
    energies: FloatArray
    hidden: float
    tail: float
    rank: float
    bounds: NDArray[np.int64]
    counts: FloatArray

    @classmethod
    def of(cls, spectrum: Spectrum, target: Target | None = None) -> SortedLevels:
        """Sort, drop zero eigenvalues, which no sum sees, and compress a long spectrum (`spectra.compression`)."""
        energies = np.zeros(len(spectrum)) if target is None else target.padded(len(spectrum))
        hidden = float(np.sum(energies[spectrum.log_eigenvalues == -np.inf])) + (0.0 if target is None else target.tail)
        logs, values, multiplicities, energies = _nonzero_decreasing(spectrum, energies)
        rank = np.inf if spectrum.tail > 0 else float(np.sum(multiplicities))
        if logs.size > _LONG and max(abs(logs[0]), abs(logs[-1])) < SAFE_LOG:
            table = compress(values, np.stack([multiplicities, energies]) if np.any(energies) else multiplicities[None])
            if 4 * table.values.size < logs.size:
                energies = table.weights[1] if len(table.weights) > 1 else np.zeros_like(table.values)
                bounds, counts = np.append(table.starts, table.values.size), np.concatenate([[0.0], np.cumsum(table.counts)])
                logs = np.log(table.values)
                return cls(logs, table.values, table.weights[0], energies, hidden, spectrum.tail, rank, bounds, counts)
        bounds, counts = np.arange(logs.size + 1), np.concatenate([[0.0], np.cumsum(multiplicities)])
        return cls(logs, values, multiplicities, energies, hidden, spectrum.tail, rank, bounds, counts)

    def split(self, log_kappa: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
        """For each kappa an index such that the levels before it are of the order of kappa or larger, and their exact number."""
        place = np.searchsorted(self.bounds, np.searchsorted(-self.logs, -log_kappa, side="left"), side="right") - 1
        return self.bounds[place], self.counts[place]

    def ratios(self, log_kappa: FloatArray) -> FloatArray:
        """r = s / kappa, shape (points, levels), clipped to e^+-700."""
        extremes = [*self.logs[:1], *self.logs[-1:], *log_kappa]
        if max(map(abs, extremes), default=0.0) < SAFE_LOG:
            return np.asarray(self.values / np.exp(log_kappa)[:, None])
        return np.exp(np.clip(self.logs - log_kappa[:, None], -700.0, 700.0))


def _nonzero_decreasing(spectrum: Spectrum, energies: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    logs = spectrum.log_eigenvalues
    arrays = (logs, spectrum.eigenvalues, spectrum.multiplicities, energies)
    if logs[-1] > -np.inf and np.all(logs[1:] <= logs[:-1]):
        return arrays  # already so: a copy of a long spectrum costs more than its table
    order = np.argsort(-logs, kind="stable")[: np.count_nonzero(logs > -np.inf)]
    first, second, third, fourth = (array[order] for array in arrays)
    return first, second, third, fourth
