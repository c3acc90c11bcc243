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

    `bounds` are the indices at which the levels may be split into large and small, `counts` the number of eigenvalues before
    each of them, and `count_errors` the rounding of that number: 0 for integers up to 2^53.
    `hidden` is the target energy on zero eigenvalues and on the tail, which is never learned.
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
    count_errors: FloatArray

    @classmethod
    def of(cls, spectrum: Spectrum, target: Target | None = None) -> SortedLevels:
        """Sort, drop zero eigenvalues, which no sum sees, and compress a long spectrum (`spectra.compression`)."""
        energies = np.zeros(len(spectrum)) if target is None else target.padded(len(spectrum))
        hidden = float(np.sum(energies[spectrum.log_eigenvalues == -np.inf])) + (0.0 if target is None else target.tail)
        logs, values, multiplicities, energies = _nonzero_decreasing(spectrum, energies)
        if logs.size > _LONG and max(abs(logs[0]), abs(logs[-1])) < SAFE_LOG:
            table = compress(values, np.stack([multiplicities, energies]) if np.any(energies) else multiplicities[None])
            if 4 * table.values.size < logs.size:
                energies = table.weights[1] if len(table.weights) > 1 else np.zeros_like(table.values)
                bounds, counts = np.append(table.starts, table.values.size), _running(table.counts)
                errors = _count_errors(counts, np.all(multiplicities % 1.0 == 0))
                rank = np.inf if spectrum.tail > 0 else float(counts[-1])
                logs, values, multiplicities = np.log(table.values), table.values, table.weights[0]
                return cls(logs, values, multiplicities, energies, hidden, spectrum.tail, rank, bounds, counts, errors)
        bounds, counts = np.arange(logs.size + 1), _running(multiplicities)
        whole = np.logical_and.accumulate(np.append(True, multiplicities % 1.0 == 0))
        errors = _count_errors(counts, whole)
        rank = np.inf if spectrum.tail > 0 else float(counts[-1])
        return cls(logs, values, multiplicities, energies, hidden, spectrum.tail, rank, bounds, counts, errors)

    def split(self, log_kappa: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
        """For each kappa an index such that the levels before it are of the order of kappa or larger, and their exact number."""
        place = self._place(log_kappa)
        return self.bounds[place], self.counts[place]

    def count_error(self, log_kappa: FloatArray) -> FloatArray:
        """Rounding error of the number that `split` gives."""
        return np.asarray(self.count_errors[self._place(log_kappa)])

    def _place(self, log_kappa: FloatArray) -> NDArray[np.int64]:
        below = np.searchsorted(-self.logs, -log_kappa, side="left")
        return np.asarray(np.searchsorted(self.bounds, below, side="right") - 1)

    def direct(self, log_kappa: FloatArray) -> bool:
        """Whether eigenvalues and kappas are all within e^+-300, so that their quotients need no logarithm."""
        extremes = [*self.logs[:1], *self.logs[-1:], *log_kappa]
        return max(map(abs, extremes), default=0.0) < SAFE_LOG

    def ratios(self, log_kappa: FloatArray) -> FloatArray:
        """r = s / kappa, shape (points, levels), clipped to e^+-700."""
        if self.direct(log_kappa):
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


def _running(counts: FloatArray) -> FloatArray:
    """0 and the running sums, added in extended precision where the machine has it."""
    return np.concatenate([[0.0], np.cumsum(counts, dtype=np.longdouble)]).astype(np.float64)


def _count_errors(counts: FloatArray, whole: NDArray[np.bool_] | np.bool_) -> FloatArray:
    """Rounding error of running sums: none while they are sums of whole numbers up to 2^53."""
    return np.where(whole & (counts <= 2.0**53), 0.0, 2.0 * np.finfo(np.float64).eps * counts)
