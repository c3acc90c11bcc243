"""Spectrum: the eigenvalues of a covariance or kernel operator, level by level."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import all_nonnegative, frozen_array, real_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymptotix.report.plot import CurveDisplay
    from asymptotix.report.table import Table
    from asymptotix.spectra.target import Target

__all__ = ["Spectrum", "checked_spectrum"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spectrum:
    r"""Levels $s_i \ge 0$ of multiplicity $m_i > 0$, and an infinitely flat remainder of mass `tail`.

    Sums over the spectrum are $\sum_i m_i g(s_i)$ plus the limit of the flat remainder, for example
    $\mathrm{df}_1(\kappa) = \sum_i m_i s_i/(s_i+\kappa) + \mathrm{tail}/\kappa$.

    A Spectrum does not change when the arrays that it was made of do: it copies them, except a contiguous float64 array that
    nobody can write to (`array.setflags(write=False)` on the array that owns the memory), which it keeps.

    Args:
        eigenvalues: finite, $\ge 0$, one per level, any order (the order is kept: level k of a `Target` belongs to level k).
        multiplicities: positive, one per level; real numbers are allowed. Default 1.
        tail: mass $\ge 0$ of the flat remainder.
        tail_peak: the largest eigenvalue that the tail stands for; 0 when it is flat by definition. Results whose effective ridge
            is not large against it come with a `TruncationWarning`.
        tail_error: absolute error of `tail`; 0 when it is exact. Results that feel it come with a `TruncationWarning`.

    Raises:
        InvalidInputError: NaN, infinite or negative eigenvalues, multiplicities that are not positive, mismatched lengths.
    """

    eigenvalues: FloatArray
    tail: float = 0.0
    tail_peak: float = 0.0
    tail_error: float = 0.0
    _log_eigenvalues: FloatArray | None = field(default=None, repr=False)

    def __init__(
        self,
        eigenvalues: ArrayLike,
        multiplicities: ArrayLike | None = None,
        tail: float = 0.0,
        tail_peak: float = 0.0,
        tail_error: float = 0.0,
        *,
        _log_eigenvalues: FloatArray | None = None,
    ) -> None:
        """See the class."""
        levels = _vector("eigenvalues", eigenvalues)
        if not all_nonnegative(levels):
            index = int(np.argmin((levels >= 0) & (levels < np.inf)))
            raise InvalidInputError(f"eigenvalues[{index}]", float(levels[index]), "finite and >= 0")
        object.__setattr__(self, "eigenvalues", levels)
        if multiplicities is not None:
            object.__setattr__(self, "multiplicities", _counts(multiplicities, levels.size))
        for name, number in (("tail", tail), ("tail_peak", tail_peak), ("tail_error", tail_error)):
            object.__setattr__(self, name, real_number(name, number, lambda v: 0 <= v < np.inf, "finite and >= 0"))
        object.__setattr__(self, "_log_eigenvalues", _log_eigenvalues)

    @classmethod
    def from_log(cls, log_eigenvalues: ArrayLike, multiplicities: ArrayLike | None = None, tail: float = 0.0) -> Spectrum:
        """A spectrum from natural logarithms, for eigenvalues beyond the range of doubles (-inf is a zero eigenvalue)."""
        logs = _vector("log_eigenvalues", log_eigenvalues)
        if np.any(np.isnan(logs)) or np.any(logs > 700):
            raise InvalidInputError("log_eigenvalues", float(np.max(logs)), "at most 700 and not NaN")
        return cls(np.exp(logs), multiplicities, tail, _log_eigenvalues=logs)

    @classmethod
    def from_covariance(cls, covariance: ArrayLike, beta: ArrayLike) -> tuple[Spectrum, Target]:
        r"""Spectrum of $\Sigma$ and energies $s_i\langle u_i,\beta\rangle^2$ of $f(x)=\langle\beta,x\rangle$, x ~ N(0, $\Sigma$).

        Raises:
            InvalidInputError: a matrix that is not square, symmetric and positive semidefinite, or `beta` of another length.
        """
        from asymptotix.spectra.eigendecomposition import positive_semidefinite
        from asymptotix.spectra.target import Target

        values, vectors = positive_semidefinite("covariance", covariance)
        coefficients = _vector("beta", beta)
        if coefficients.size != values.size:
            raise InvalidInputError("beta", f"{coefficients.size} values", f"as long as covariance is wide ({values.size})")
        return cls(values), Target(values * (vectors.T @ coefficients) ** 2)

    @cached_property
    def multiplicities(self) -> FloatArray:
        """One for each level; 1 where none were given."""
        # made when asked for: an array of ones costs a long spectrum more than its check
        ones = np.ones_like(self.eigenvalues)
        ones.setflags(write=False)
        return ones

    @property
    def is_simple(self) -> bool:
        """Whether every level counts once."""
        return "multiplicities" not in self.__dict__ or bool(np.all(self.multiplicities == 1.0))

    @cached_property
    def log_eigenvalues(self) -> FloatArray:
        """Natural logarithms; -inf for a zero eigenvalue."""
        if self._log_eigenvalues is not None:
            return self._log_eigenvalues
        with np.errstate(divide="ignore"):
            return np.log(self.eigenvalues)

    @property
    def rank(self) -> float:
        """Number of nonzero eigenvalues, infinite with a flat tail."""
        if self.tail > 0:
            return float("inf")
        present = self.eigenvalues > 0 if self._log_eigenvalues is None else self._log_eigenvalues > -np.inf
        if "multiplicities" not in self.__dict__:
            return float(np.count_nonzero(present))
        return float(np.sum(self.multiplicities[present]))

    @property
    def trace(self) -> float:
        r"""$\sum_i m_i s_i$ + tail."""
        if "multiplicities" not in self.__dict__:
            return float(np.sum(self.eigenvalues)) + self.tail
        return float(self.multiplicities @ self.eigenvalues) + self.tail

    def __add__(self, other: Spectrum) -> Spectrum:
        """The levels of both, those of `other` after these; tails add. `combine` combines the targets as well."""
        from asymptotix.spectra.spectrum_sum import SpectrumSum

        return SpectrumSum([self, other]) if isinstance(other, Spectrum) else NotImplemented

    def __radd__(self, other: object) -> Spectrum:
        """0 + spectrum, from which `sum` starts."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    __array_ufunc__ = None  # or a NumPy number times a spectrum would be an array of what multiplies each level

    def __mul__(self, factor: float) -> Spectrum:
        """`factor` times every eigenvalue, the spectrum of so many times the kernel or covariance; energies stay what they are.

        Raises:
            InvalidInputError: a factor that is not finite and > 0, or out of whose product eigenvalues vanish; a spectrum that
                does not know its multiples (a density of one's own, a table).
        """
        if isinstance(factor, Spectrum):
            return NotImplemented
        return self._scaled(real_number("factor", factor, lambda v: 0 < v < np.inf, "one number, finite and > 0"))

    __rmul__ = __mul__

    def _scaled(self, factor: float) -> Spectrum:
        if type(self) is not Spectrum:
            fix = "multiply the eigenvalues, or the scale of the law, before the spectrum is made"
            raise InvalidInputError("factor", factor, f"left out for a {type(self).__name__}", fix)
        logs = None if self._log_eigenvalues is None else self._log_eigenvalues + np.log(factor)
        with np.errstate(over="ignore", under="ignore"):
            values = self.eigenvalues * factor
        if logs is None and np.any((values < np.finfo(np.float64).tiny) & (self.eigenvalues > 0)):
            fix = "Spectrum.from_log has no such limit"
            raise InvalidInputError("factor", factor, "such that eigenvalues stay at least 2.2e-308", fix)
        counts = self.__dict__.get("multiplicities")
        tail = (self.tail * factor, self.tail_peak * factor, self.tail_error * factor)
        return Spectrum(values, counts, *tail, _log_eigenvalues=logs)

    def check_summable(self) -> None:
        """Raise an InvalidInputError if this cannot be a part of a `SpectrumSum`; here it can."""

    def head(self, target: Target) -> tuple[Spectrum, Target]:
        """Spectrum and target as an experiment draws them, with whole multiplicities: here as they are."""
        return self, target

    def level_table(self) -> Table:
        """One row a level: level (the degree on the sphere), eigenvalue, multiplicity, energy, and the rest beyond it."""
        from asymptotix.spectra.level_table import level_table

        return level_table(self)

    def to_csv(self, path: str | Path | None = None) -> str:
        """The table with all digits, after comment lines with its convention; written to `path` if given."""
        text = self.level_table().to_csv()
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def to_latex(self) -> str:
        r"""The table in LaTeX (`\hline`, amsmath)."""
        return self.level_table().to_latex()

    def plot(
        self,
        quantity: str = "eigenvalue",
        *,
        label: str = "",
        color: int = 0,
        logx: bool | None = None,
        logy: bool | None = None,
        ax: Axes | None = None,
    ) -> CurveDisplay:
        """Draw one quantity against the level, zero levels left out unless logy=False.

        Args:
            quantity: "eigenvalue", "multiplicity", "energy" (of the level) or "rest" (of all levels beyond it and the tail).
            label: name in the legend.
            color: number in the palette; spectra drawn on the same axes take different ones.
            logx: logarithmic abscissa; None decides by the data.
            logy: the same for the ordinate.
            ax: Matplotlib axes to draw on; a new figure without.

        Raises:
            InvalidInputError: another quantity, or nothing positive to draw.
            MissingExtraError: Matplotlib is not installed.
        """
        from asymptotix.spectra.level_table import plot_levels

        return plot_levels(self, quantity, label, color, logx, logy, ax)

    def __len__(self) -> int:
        """Number of levels."""
        return int(self.eigenvalues.size)

    def __repr__(self) -> str:
        """One line: levels, rank, trace, tail."""
        return f"{type(self).__name__}({len(self)} levels, rank {self.rank:g}, trace {self.trace:.6g}, tail {self.tail:.3g})"


def _vector(name: str, values: ArrayLike) -> FloatArray:
    array = frozen_array(name, values, "a one-dimensional array of real numbers")
    if array.ndim != 1 or array.size == 0:
        raise InvalidInputError(name, f"array of shape {array.shape}", "a nonempty one-dimensional array")
    return array


def _counts(multiplicities: ArrayLike, levels: int) -> FloatArray:
    counts = _vector("multiplicities", multiplicities)
    if counts.size != levels:
        raise InvalidInputError("multiplicities", f"{counts.size} values", f"as many as eigenvalues ({levels})")
    if not (counts.min() > 0 and counts.max() < np.inf):
        index = int(np.argmin((counts > 0) & (counts < np.inf)))
        raise InvalidInputError(f"multiplicities[{index}]", float(counts[index]), "finite and > 0")
    return counts


def checked_spectrum(spectrum: object) -> Spectrum:
    """A Spectrum, refused if it is anything else."""
    if not isinstance(spectrum, Spectrum):
        raise InvalidInputError("spectrum", spectrum, "a Spectrum", "make one with Spectrum(eigenvalues, multiplicities)")
    return spectrum
