"""Energies of the degrees of a kernel or an activation, and how they become a Spectrum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.certified_levels import MOST_DIGITS, rest_of
from asymptotix.spectra.domains import Domain
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["DegreeLevels", "as_spectrum", "from_float", "from_high_precision", "representable"]

FloatArray = NDArray[np.float64]

_LARGEST_MULTIPLICITY = 1e300
_LARGEST = 1e300
_ABOVE_NOISE = 4.0
_INFINITE = "the activation or kernel is not square-integrable"
_SMALLEST = 1e-290  # below it eigenvalues are stored by their logarithms as well
# (top, digits) -> energies of degrees 0..top and some beyond, their sum over all degrees, and the digits they have
HighPrecision = Callable[[int, int], tuple[Sequence[Any], Any, int]]


@dataclass(frozen=True)
class DegreeLevels:
    """Energy (multiplicity times eigenvalue) of each degree, its logarithm, the mass, and the energy beyond the last degree.

    Degrees from `drowned` on have energies, counted as zero, that are too small to be known: they are part of the tail.
    """

    energies: FloatArray
    log_energies: FloatArray
    mass: float
    tail: float
    tail_error: float = 0.0
    drowned: int | None = None


def from_high_precision(compute: HighPrecision, top: int, digits: int) -> DegreeLevels:
    """With as many digits as a tail without cancellation needs, up to 200."""
    import mpmath

    while True:
        energies, mass, digits = compute(top, digits)
        if not mpmath.isfinite(mass):
            raise InvalidInputError("mass", float(mass), "finite", _INFINITE)
        if abs(mass) > _LARGEST:
            size = f"10^{int(mpmath.log10(abs(mass)))}"
            raise InvalidInputError(
                "mass", size, f"at most {_LARGEST:g}, the range of float64", "divide the activation or kernel by a number"
            )
        rest = rest_of(energies, mass, top, digits)
        if rest is None and digits < MOST_DIGITS:
            digits = min(2 * digits, MOST_DIGITS)
            continue
        error = 0.0
        if rest is None:  # below 10^-180 of the mass: the first of what is left, in doubt by as much
            rest = sum(abs(e) for e in energies[top + 1 :])
            error = float(rest)
        values = [float(v) for v in energies[: top + 1]]
        logs = [_log(exact, value) for exact, value in zip(energies, values, strict=False)]
        return DegreeLevels(np.array(values), np.array(logs), float(mass), float(rest), error)


def _log(exact: Any, value: float) -> float:
    if value > _SMALLEST:
        return log(value)
    import mpmath

    return float(mpmath.log(exact)) if exact > 0 else -np.inf


def from_float(coefficients: FloatArray, mass: float, noise: float, counts: Sequence[int]) -> DegreeLevels:
    r"""From coefficients $s_k\sqrt{B_k}$ whose errors have squares that sum to at most `noise`^2.

    What is below four times the noise belongs to the tail, which is known to the noise times the root of the multiplicities. A
    tail below the noise counts as zero.

    Raises:
        InvalidInputError: a coefficient that is negative beyond the noise.
    """
    known = np.abs(coefficients) > _ABOVE_NOISE * noise
    roots = np.sqrt([float(count) for count in counts])
    energies = np.where(known, coefficients * roots, 0.0)
    if np.any(energies < 0):
        k = int(np.argmin(np.where(known, coefficients, 0.0)))
        raise InvalidInputError(
            "kernel", f"eigenvalue {coefficients[k] / roots[k]:.3g} at degree {k}", "positive semidefinite in this domain",
            f"values in float64 must be right to {noise / mass:.1g} of k(1, 1, 1)" if mass > 0 else "",
        )  # fmt: skip
    error = noise * (1.0 + float(np.linalg.norm(roots[known])))
    tail = mass - float(np.sum(energies))
    with np.errstate(divide="ignore"):
        logs = np.log(energies)
    end = int(np.flatnonzero(known)[-1]) + 1 if np.any(known) else 0
    drowned = end if end < energies.size - 1 else None  # one zero may be due to parity
    if abs(tail) < noise:
        tail, error = 0.0, 0.0
    return DegreeLevels(energies, logs, mass, max(tail, 0.0), error, drowned)


def as_spectrum(levels: DegreeLevels, domain: Domain, *, by_definition: bool) -> Spectrum:
    """One level for each degree.

    Raises:
        InvalidInputError: a mass that is not finite, or a negative energy.
    """
    if not np.isfinite(levels.mass):
        raise InvalidInputError("mass", levels.mass, "finite", _INFINITE)
    counts = domain.multiplicities(levels.energies.size - 1)
    if np.any(levels.energies < -1e-12 * abs(levels.mass)):
        k = int(np.argmin(levels.energies))
        raise InvalidInputError(
            "kernel", f"energy {levels.energies[k]:.3g} at degree {k}", f"positive semidefinite on the {domain.name}"
        )
    logs = levels.log_energies - np.array([log(count) for count in counts])
    multiplicities = np.array([float(count) for count in counts])
    values = np.maximum(levels.energies, 0.0) / multiplicities
    # degrees of one parity may vanish, so the next eigenvalue is bounded by the larger of the last two
    flat = (by_definition and levels.drowned is None) or levels.tail == 0
    peak = 0.0 if flat else float(np.max(values[: levels.drowned][-2:], initial=0.0))
    tiny = np.any((values < _SMALLEST) & (logs > -np.inf))
    return Spectrum(values, multiplicities, levels.tail, peak, levels.tail_error, _log_eigenvalues=logs if tiny else None)


def representable(domain: Domain, degree: int) -> int:
    """The last degree up to `degree` before the first multiplicity beyond 1e300: later ones are flat for every sum."""
    if min(degree, domain.dimension) * log(domain.dimension + degree) < log(_LARGEST_MULTIPLICITY):  # a bound of each of them
        return degree
    top = min(degree, 16)
    while top < degree and domain.multiplicities(top)[-1] < _LARGEST_MULTIPLICITY:
        top = min(2 * top, degree)
    counts = domain.multiplicities(top)
    return next((k - 1 for k, count in enumerate(counts) if count >= _LARGEST_MULTIPLICITY), degree)
