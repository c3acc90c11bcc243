"""Which spectra can be certified, and how their levels are had at any precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.certified.levels import BallLevels, LevelsAt, Nodes
from asymptotix.equivalents.certified.power_law import power_law_levels
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.spectrum_sum import SpectrumSum
from asymptotix.spectra.target import Target

__all__ = ["attainable_bits", "levels_of"]

# of the weights of a table, which its proved bound leaves apart: 64 eps; 25 were the most seen, in clusters of 6e4 eigenvalues
_WEIGHT_ROUNDING = 2.0**-46
_TABLE_BITS = 40  # that one evaluation on a table proves


def levels_of(spectrum: Spectrum, target: Target | None = None, *, smallest_log_kappa: float = 0.0) -> LevelsAt:
    """From a precision to the levels; the last are kept, and all of them if the eigenvalues are exact.

    `smallest_log_kappa` bounds from below where they will be asked for: an infinite power law has so many levels of its own.

    Raises:
        InvalidInputError: a spectrum whose stored levels only approximate the one it describes.
    """
    law = spectrum if isinstance(spectrum, PowerLaw) else None
    nodes = _nodes(spectrum) if isinstance(spectrum, CompressedSpectrum) else None
    plain = law is not None or nodes is not None
    by_logarithm = np.zeros(len(spectrum), dtype=bool) if plain else _by_logarithm(spectrum)
    exact, kept = law is None and not np.any(by_logarithm), dict[int, BallLevels]()

    def at(bits: int) -> BallLevels:
        key = 0 if exact else bits
        if key not in kept:
            kept.clear()
            if law is not None:
                kept[key] = power_law_levels(law, target, smallest_log_kappa, bits)
            else:
                kept[key] = BallLevels.of(spectrum, target, by_logarithm, bits, nodes)
        return kept[key]

    return at


def attainable_bits(spectrum: Spectrum) -> int | None:
    """Bits that the levels can give at least, and not many more; None where there is no limit."""
    return _TABLE_BITS if isinstance(spectrum, CompressedSpectrum) and spectrum.relative_bound > 0 else None


def _nodes(table: CompressedSpectrum) -> Nodes:
    bounds = np.append(table.levels.starts, table.levels.values.size)
    counts = np.concatenate([[0.0], np.cumsum(table.levels.counts)])
    return Nodes(bounds, counts, 0.0 if table.relative_bound == 0 else table.relative_bound + _WEIGHT_ROUNDING)


def _by_logarithm(spectrum: Spectrum) -> NDArray[np.bool_]:
    """Which levels were given by their logarithms, whose exact exponentials they then are."""
    if isinstance(spectrum, SpectrumSum):
        return np.concatenate([_by_logarithm(part) for part in spectrum.parts])
    if type(spectrum) is not Spectrum:
        kind = "power law within a sum" if isinstance(spectrum, PowerLaw) else f"spectrum of type {type(spectrum).__name__}"
        raise InvalidInputError(
            "certify",
            True,
            f"left out for a {kind}",
            "its levels are nodes that reproduce its sums to about 1e-15, which is measured and not proved; "
            "give the eigenvalues one by one, as a Spectrum",
        )
    return np.full(len(spectrum), spectrum._log_eigenvalues is not None)
