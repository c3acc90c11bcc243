"""The levels of a spectrum in the form the solver reads: nonzero, decreasing, short, with exact counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.far_levels import FarLevels
from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum
from asymptotix.spectra.compression.levels import CompressedLevels
from asymptotix.spectra.compression.replacement import compressed_levels
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["SAFE_LOG", "SortedLevels"]

FloatArray = NDArray[np.float64]

SAFE_LOG = 300.0  # eigenvalues and kappa within e^+-300 are divided directly, beyond it through logarithms
_LEAST = 1e-305  # eigenvalues beyond it and its inverse are left to their logarithms
_FOLDING_PAYS = 300_000  # points times levels from which the power sums of far levels take less time than they save (measured)
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
    def of(cls, spectrum: Spectrum, target: Target | None = None, *, compressed: bool = True) -> SortedLevels:
        """Sort, drop zero eigenvalues, which no sum sees, and if `compressed` make a table of a long spectrum."""
        energies = np.zeros(len(spectrum)) if target is None else target.padded(len(spectrum))
        # logarithms only where an eigenvalue is zero, since those of a long spectrum cost more than its table
        positive = bool(spectrum.eigenvalues[-1] > 0 and np.min(spectrum.eigenvalues) > 0)
        hidden = (0.0 if target is None else target.tail) + (0.0 if positive else _on_zeros(spectrum, energies))
        if isinstance(spectrum, CompressedSpectrum) and spectrum.rank > 0:
            nodes = spectrum.levels.values.size
            return cls._of_table(spectrum.levels, spectrum, energies[:nodes], hidden, np.bool_(True))
        if compressed and len(spectrum) > _LONG and (positive or (spectrum.rank > 0 and not _underflows(spectrum))):
            levels = cls._compressed(spectrum, energies, hidden)
            if levels is not None:
                return levels
        logs, values, multiplicities, energies = _nonzero_decreasing(spectrum, energies)
        bounds, counts = np.arange(logs.size + 1), _running(multiplicities)
        whole = np.logical_and.accumulate(np.append(True, multiplicities == np.rint(multiplicities)))
        errors = _count_errors(counts, whole)
        rank = np.inf if spectrum.tail > 0 else float(counts[-1])
        return cls(logs, values, multiplicities, energies, hidden, spectrum.tail, rank, bounds, counts, errors)

    @classmethod
    def _compressed(cls, spectrum: Spectrum, energies: FloatArray, hidden: float) -> SortedLevels | None:
        """The table of a long spectrum; None where it is hardly shorter, or where eigenvalues lie beyond 1e+-305."""
        multiplicities = None if spectrum.is_simple else spectrum.multiplicities
        informed = bool(energies[0] > 0 or np.any(energies))
        table = compressed_levels(spectrum.eigenvalues, multiplicities, energies if informed else None)
        nodes, weights = table.values, table.weights
        if not (0 < 4 * nodes.size < len(spectrum) and nodes[-1] > _LEAST and nodes[0] < 1.0 / _LEAST):
            return None
        whole = multiplicities is None or bool(np.all(multiplicities == np.rint(multiplicities)))
        energies = weights[1] if informed else np.zeros_like(nodes)
        return cls._of_table(table, spectrum, energies, hidden, np.bool_(whole))

    @classmethod
    def _of_table(
        cls, table: CompressedLevels, spectrum: Spectrum, energies: FloatArray, hidden: float, whole: np.bool_
    ) -> SortedLevels:
        """Nodes with the exact counts of their octaves."""
        nodes, bounds, counts = table.values, np.append(table.starts, table.values.size), _running(table.counts)
        errors = _count_errors(counts, whole)
        rank = np.inf if spectrum.tail > 0 else float(counts[-1])
        return cls(np.log(nodes), nodes, table.weights[0], energies, hidden, spectrum.tail, rank, bounds, counts, errors)

    @cached_property
    def group_minima(self) -> FloatArray:
        """The smallest level between one index of `bounds` and the next."""
        return self.values[self.bounds[1:] - 1]

    @cached_property
    def far(self) -> FarLevels | None:
        """The power sums of levels over many octaves; None where all are summed at every point."""
        return FarLevels.of(self.values, np.stack([self.multiplicities, self.energies]), self.bounds, self.counts)

    def far_at(self, points: int) -> FarLevels | None:
        """`far`, if so many points repay making it, or it is there already."""
        return self.far if "far" in self.__dict__ or points * self.logs.size >= _FOLDING_PAYS else None

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
        ends = (self.logs[:1], self.logs[-1:], log_kappa)
        return all(end.size == 0 or float(np.max(np.abs(end))) < SAFE_LOG for end in ends)

    def shares(self, log_kappa: FloatArray) -> tuple[FloatArray, FloatArray]:
        """s / (s + kappa) and kappa / (s + kappa), shape (points, levels)."""
        if self.direct(log_kappa):
            kappa = np.exp(log_kappa)[:, None]
            inverse = 1.0 / (self.values + kappa)
            left = inverse * kappa
            inverse *= self.values
            return inverse, left
        x = self.logs - log_kappa[:, None]
        small = np.exp(-np.abs(x))  # of the two shares, over their sum: nothing but itself can underflow
        large = 1.0 / (1.0 + small)
        small *= large
        above = x >= 0
        return np.where(above, large, small), np.where(above, small, large)

    @property
    def inverses(self) -> FloatArray:
        """1 / s, infinite where it is no double."""
        with np.errstate(over="ignore", divide="ignore"):
            return np.where(self.values > np.finfo(np.float64).tiny, 1.0 / self.values, np.exp(-self.logs))

    def quotients(self, log_kappa: FloatArray, learned: int, inverse: int) -> FloatArray:
        """L^learned / (s + kappa)^inverse, shape (points, levels), where factors are no doubles; infinite where it is none."""
        x, larger = self.logs - log_kappa[:, None], np.maximum(self.logs, log_kappa[:, None])
        with np.errstate(over="ignore"):
            scale = np.exp(learned * np.minimum(x, 0.0) - inverse * larger)
        return np.asarray(scale / (1.0 + np.exp(-np.abs(x))) ** (learned + inverse))


def _nonzero_decreasing(spectrum: Spectrum, energies: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    logs = spectrum.log_eigenvalues
    arrays = (logs, spectrum.eigenvalues, spectrum.multiplicities, energies)
    if logs[-1] > -np.inf and np.all(logs[1:] <= logs[:-1]):
        return arrays  # already so: a copy of a long spectrum costs more than its table
    order = np.argsort(-logs, kind="stable")[: np.count_nonzero(logs > -np.inf)]
    first, second, third, fourth = (array[order] for array in arrays)
    return first, second, third, fourth


def _on_zeros(spectrum: Spectrum, energies: FloatArray) -> float:
    """The energy on zero eigenvalues."""
    return float(np.sum(energies[spectrum.log_eigenvalues == -np.inf]))


def _underflows(spectrum: Spectrum) -> bool:
    """Whether an eigenvalue is zero in float64 and not in its logarithm: a table of the eigenvalues would lose it."""
    return bool(np.any((spectrum.eigenvalues == 0) & (spectrum.log_eigenvalues > -np.inf)))


def _running(counts: FloatArray) -> FloatArray:
    """0 and the running sums, added in extended precision where the machine has it."""
    return np.concatenate([[0.0], np.cumsum(counts, dtype=np.longdouble)]).astype(np.float64)


def _count_errors(counts: FloatArray, whole: NDArray[np.bool_] | np.bool_) -> FloatArray:
    """Rounding error of running sums: none while they are sums of whole numbers up to 2^53."""
    return np.where(whole & (counts <= 2.0**53), 0.0, 2.0 * np.finfo(np.float64).eps * counts)
