"""CompressedSpectrum: a table in the place of a spectrum, which models, `effective_ridge` and `risk` take as one."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.compression.bound import RELATIVE_BOUND
from asymptotix.spectra.compression.levels import CompressedLevels
from asymptotix.spectra.compression.table import OctaveTable
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CompressedSpectrum", "CompressedTarget"]

FloatArray = NDArray[np.float64]


class CompressedTarget(Target):
    """The energies of a `CompressedSpectrum` on its nodes: interpolation weights, some of which may be negative."""

    def __init__(self, energies: FloatArray) -> None:
        """See the class."""
        energies.setflags(write=False)
        object.__setattr__(self, "energies", energies)
        object.__setattr__(self, "tail", 0.0)


class CompressedSpectrum(Spectrum):
    r"""The table of a spectrum of any size: at most 17 nodes an octave, whose sums are those of the spectrum to rounding.

    Made by `compress` or `load_spectrum`. With nodes $x_j$ and weights $w_j$,
    $\sum_jw_j\frac{x_j}{x_j+\kappa}=\sum_i\frac{s_i}{s_i+\kappa}(1+\varepsilon)$, $|\varepsilon|\le$ `relative_bound` for every
    $\kappa\ge0$, and the same for df2, $\sum s\kappa/(s+\kappa)^2$ and, with the energies, the bias sums
    (`asymptotix.spectra.compression.bound`). `eigenvalues` are the nodes and `multiplicities` their weights, some of which may be
    negative; a zero eigenvalue is a level of its own. `rank` and `size` are exact, `trace` is to rounding.

    Tables of parts of a spectrum add up to the table of the whole: `one + other`, or `merge`; so do their targets. A table and
    a spectrum that is none do not. An experiment needs the eigenvalues one by one: it refuses a table, unless every eigenvalue
    was kept (`relative_bound` = 0).

    Attributes:
        size: number of eigenvalues, zeros included.
        relative_bound: the proved relative error of every sum, rounding apart.
        target: the `CompressedTarget`, if energies were given, else None.
    """

    table: OctaveTable
    target: CompressedTarget | None

    def __init__(self, table: OctaveTable) -> None:
        """See the class."""
        if table.used == 0 and table.zeros == 0:
            raise InvalidInputError("source", "no eigenvalues", "at least one eigenvalue")
        levels = CompressedLevels.of(table)
        zero = np.zeros(1) if table.zeros else np.empty(0)
        fields = {
            "eigenvalues": np.concatenate([levels.values, zero]),
            "multiplicities": np.concatenate([levels.weights[0], zero + table.zeros]),
            "tail": 0.0, "tail_peak": 0.0, "tail_error": 0.0, "_log_eigenvalues": None, "table": table, "levels": levels,
        }  # fmt: skip
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)
        energies = np.concatenate([levels.weights[1], zero + table.totals[1].sum()]) if table.weighted else None
        object.__setattr__(self, "target", None if energies is None else CompressedTarget(energies))

    levels: CompressedLevels

    @property
    def size(self) -> int:
        """Number of eigenvalues, zeros included."""
        return self.table.rank + self.table.zeros

    @property
    def relative_bound(self) -> float:
        """The proved relative error of every sum over the spectrum, rounding apart; 0 if every eigenvalue was kept."""
        return 0.0 if np.all(self.table.distinct >= 0) else RELATIVE_BOUND

    @property
    def rank(self) -> float:
        """Number of nonzero eigenvalues, exact."""
        return float(self.table.rank)

    @property
    def trace(self) -> float:
        """Sum of the eigenvalues; infinite if it is not a double."""
        total = float(self.table.totals[0].sum())
        return float("inf") if np.isnan(total) else total

    def merge(self, others: Iterable[CompressedSpectrum]) -> CompressedSpectrum:
        """The table of all eigenvalues together, as if they had been one source.

        Raises:
            InvalidInputError: something that is no CompressedSpectrum, or energies in one and not in another.
        """
        total = OctaveTable(self.table.weighted)
        for part in (self, *others):
            if not isinstance(part, CompressedSpectrum):
                raise InvalidInputError("others", part, "CompressedSpectrum objects", "make them with compress")
            if part.table.weighted != total.weighted:
                raise InvalidInputError(
                    "others", "tables with and without energies", "either all with energies or all without",
                    "compress the parts in the same way",
                )  # fmt: skip
            total.add(part.table)
        return CompressedSpectrum(total)

    def __add__(self, other: Spectrum) -> CompressedSpectrum:
        """The table of both spectra together.

        Raises:
            InvalidInputError: a Spectrum that is no table, or energies in one and not in the other.
        """
        if isinstance(other, CompressedSpectrum):
            return self.merge([other])
        if isinstance(other, Spectrum):
            self.check_summable()
        return NotImplemented

    def check_summable(self) -> None:
        """Raise: the weights of a table are of both signs, and its sums are made octave by octave."""
        fix = "compress the other parts as well, with their energies, and add the tables: compress(...) + compress(...)"
        raise InvalidInputError("parts", self, "spectra that are no tables", fix)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the table to a file that `load_spectrum` reads: a header of text, numbers, a checksum; nothing is executed.

        Raises:
            OSError: the file cannot be written.
        """
        from asymptotix.spectra.compression.storage import save_table

        save_table(self.table, path)

    def __repr__(self) -> str:
        """One line: eigenvalues, nodes, trace, whether with energies."""
        energies = ", with energies" if self.target is not None else ""
        return f"CompressedSpectrum({self.size} eigenvalues in {len(self)} nodes, trace {self.trace:.6g}{energies})"
