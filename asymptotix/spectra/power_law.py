r"""PowerLaw: $s_i = i^{-\alpha}$, all of it, as a few hundred levels with real multiplicities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["PowerLaw"]

FloatArray = NDArray[np.float64]

_EXACT = 64  # indices 1..64 are levels of their own
_NODES = 18  # Gauss nodes a dyadic block; 18 leave df1, df2 and bias sums at rounding error (tests/spectra/test_power_law.py)
_HEAD = 8192  # eigenvalues of their own in an experiment: a trial of 500 samples draws 4 million numbers
_OCTAVES = 120  # an infinite spectrum ends at 64 * 2^120 = 8e37, unless its eigenvalues underflow first


class PowerLaw(Spectrum):
    r"""$s_i = i^{-\alpha}$ for $i \ge 1$, infinite ($\alpha > 1$), or up to `size`.

    Indices beyond 64 are grouped in dyadic blocks $(2^j 64, 2^{j+1} 64]$, and each block is replaced by the Gauss rule of its
    counting measure: 18 nodes, positive real multiplicities, exact for polynomials of degree 35 in $i$, which leaves sums such as
    $\sum_i 1/(1+\kappa i^\alpha)$ at rounding error for every $\kappa \ge 0$. What lies beyond the last block of an infinite
    spectrum is the flat tail, with its mass.

    Args:
        exponent: $\alpha$; above 1 for an infinite spectrum, any positive number with `size`.
        size: number of eigenvalues, an integer $\ge 1$, or None for infinitely many.

    Raises:
        InvalidInputError: exponent or size out of range (an infinite spectrum with $\alpha \le 1$ has no trace).
    """

    def __init__(self, exponent: float, size: int | None = None) -> None:
        """See the class."""
        least, valid = (0.0, "> 0") if size is not None else (1.0, "> 1 (the trace of an infinite spectrum diverges otherwise)")
        fix = "" if size is not None else "or pass size= to truncate"
        exponent = real_number("exponent", exponent, lambda v: least < v < np.inf, valid, fix)
        size = None if size is None else whole_number("size", size, 1)
        index, counts, last = _levels(exponent, size)
        mass = 0.0 if size is not None else _mass(exponent, last, None)
        peak = 0.0 if size is not None else (last + 1.0) ** -exponent
        logs = -exponent * np.log(index)
        super().__init__(np.exp(logs), counts, mass, peak, _log_eigenvalues=logs)
        object.__setattr__(self, "exponent", exponent)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "_index", index)

    exponent: float
    size: int | None
    _index: FloatArray

    def target(self, source: float) -> Target:
        r"""Energies $e_i = i^{-1-2\alpha r}$, r = `source` > 0: the source condition of [CuiEtAl2021]."""
        source = real_number("source", source, lambda v: 0 < v < np.inf, "finite and > 0")
        power = 1.0 + 2.0 * self.exponent * source
        energies = self.multiplicities * self._index**-power
        tail = 0.0 if self.size is not None else _mass(power, _last_index(self.exponent), None)
        return PowerLawTarget(energies, tail, source)

    def head(self, target: Target) -> tuple[Spectrum, Target]:
        r"""The spectrum index by index, as an experiment draws it: up to 8192 eigenvalues and a flat tail for the others.

        A flat tail in place of the eigenvalues beyond 8192 moves $\lambda_*$ by less than 1% for $\alpha = 1.5$ and n = 500
        without ridge, and by less with fewer samples, a larger exponent or a ridge.

        Raises:
            InvalidInputError: a target that is neither of `PowerLaw.target` nor confined to the first 64 indices.
        """
        size = _HEAD if self.size is None else min(self.size, _HEAD)
        i = np.arange(1.0, size + 1.0)
        rest = 0.0 if size == self.size else _mass(self.exponent, size, self.size)
        spectrum = Spectrum(i**-self.exponent, tail=rest, tail_peak=0.0 if rest == 0 else (size + 1.0) ** -self.exponent)
        if isinstance(target, PowerLawTarget):
            power = 1.0 + 2.0 * self.exponent * target.source
            return spectrum, Target(i**-power, 0.0 if size == self.size else _mass(power, size, self.size))
        if np.any(target.energies[_EXACT:] > 0):
            fix = "use PowerLaw.target, or a Spectrum with one eigenvalue an entry"
            raise InvalidInputError(
                "energies", f"{target.energies.size} values", f"zero beyond index {_EXACT} of a power law", fix
            )
        return spectrum, Target(target.energies[:size], target.tail)


class PowerLawTarget(Target):
    r"""$e_i=i^{-1-2\alpha r}$ on the levels of a PowerLaw; keeps r = `source`, which the levels alone do not tell."""

    source: float

    def __init__(self, energies: FloatArray, tail: float, source: float) -> None:
        """See the class."""
        super().__init__(energies, tail)
        object.__setattr__(self, "source", source)


def _mass(power: float, first: float, last: float | None) -> float:
    """sum_{first < i <= last} i^-power by the midpoint rule: relative error power (power + 1) / (24 first^2)."""
    if abs(power - 1.0) < 1e-9:
        return float("inf") if last is None else float(np.log((last + 0.5) / (first + 0.5)))
    beyond = 0.0 if last is None else (last + 0.5) ** (1.0 - power)
    return float(((first + 0.5) ** (1.0 - power) - beyond) / (power - 1.0))


def _last_index(exponent: float) -> float:
    """Where an infinite spectrum is cut: its eigenvalues stay above 1e-280."""
    octaves = min(_OCTAVES, int(280.0 / (exponent * np.log10(2.0))) - 6)
    return float(_EXACT) * 2.0 ** max(octaves, 1)


def _levels(exponent: float, size: int | None) -> tuple[FloatArray, FloatArray, float]:
    """Indices (real), multiplicities, and the last index covered."""
    last = float(size) if size is not None else _last_index(exponent)
    head = np.arange(1.0, min(_EXACT, last) + 1.0)
    index, counts = [head], [np.ones_like(head)]
    start = float(head.size)
    while start < last:
        stop = min(2.0 * start, last)
        nodes, weights = _gauss_of_counting_measure(stop - start)
        index.append(start + 1.0 + nodes)
        counts.append(weights)
        start = stop
    return np.concatenate(index), np.concatenate(counts), last


def _gauss_of_counting_measure(count: float) -> tuple[FloatArray, FloatArray]:
    """Gauss nodes and weights of the counting measure on {0, ..., count - 1}, from the discrete Chebyshev recurrence.

    Source:
        Recurrence coefficients (count - 1)/2 and k^2 (count^2 - k^2) / (4 (4 k^2 - 1)): [GolubWelsch1969] for the method.
    """
    size = int(min(count, _NODES))
    if size == 1:
        return np.array([(count - 1.0) / 2.0]), np.array([count])
    k = np.arange(1.0, size)
    # in the variable i / count, so that the square of a large count stays exact
    off_diagonal = np.sqrt(k**2 * (1.0 - (k / count) ** 2) / (4.0 * (4.0 * k**2 - 1.0)))
    nodes, vectors = np.linalg.eigh(np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1))
    return (count - 1.0) / 2.0 + count * nodes, count * vectors[0] ** 2
