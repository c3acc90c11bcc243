"""Which spectra can be certified, and how their levels are had at any precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.certified.ball_sums import ExactLevels, LevelsAt
from asymptotix.equivalents.certified.exponential import exponential_levels
from asymptotix.equivalents.certified.level_sum import LevelSum
from asymptotix.equivalents.certified.levels import BallLevels, Nodes
from asymptotix.equivalents.certified.marchenko_pastur import MarchenkoPasturLevels
from asymptotix.equivalents.certified.power_law import power_law_levels
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.compression.compressed_spectrum import CompressedSpectrum
from asymptotix.spectra.exponential import ExponentialDecay
from asymptotix.spectra.marchenko_pastur import MarchenkoPastur
from asymptotix.spectra.power_law import PowerLaw
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.spectrum_sum import SpectrumSum
from asymptotix.spectra.target import Target

__all__ = ["attainable_bits", "levels_of"]

_LAWS = (PowerLaw, ExponentialDecay, MarchenkoPastur)

# of the weights of a table, which its proved bound leaves apart: 64 eps; 25 were the most seen, in clusters of 6e4 eigenvalues
_WEIGHT_ROUNDING = 2.0**-46
_TABLE_BITS = 40  # that one evaluation on a table proves


def levels_of(spectrum: Spectrum, target: Target | None = None, *, smallest_log_kappa: float = 0.0) -> LevelsAt:
    """From a precision to the levels; the last are kept, and all of them if they do not depend on it.

    `smallest_log_kappa` bounds from below where they will be asked for: an infinite law has so many levels of its own.

    Raises:
        InvalidInputError: a spectrum whose stored levels only approximate the one it describes.
    """
    make, fixed = _maker(spectrum, target, smallest_log_kappa)
    kept = dict[int, ExactLevels]()

    def at(bits: int) -> ExactLevels:
        key = 0 if fixed else bits
        if key not in kept:
            kept.clear()
            kept[key] = make(bits)
        return kept[key]

    return at


def _maker(spectrum: Spectrum, target: Target | None, smallest_log_kappa: float) -> tuple[LevelsAt, bool]:
    """How the levels are made, and whether they are the same at every precision."""
    match spectrum:
        case PowerLaw():
            return (lambda bits: power_law_levels(spectrum, target, smallest_log_kappa, bits)), False
        case ExponentialDecay():
            return (lambda bits: exponential_levels(spectrum, target, smallest_log_kappa, bits)), False
        case MarchenkoPastur():
            law = MarchenkoPasturLevels.of(spectrum, target)
            return (lambda bits: law), True
        case CompressedSpectrum():
            nodes, explicit = _nodes(spectrum), np.zeros(len(spectrum), dtype=bool)
            return (lambda bits: BallLevels.of(spectrum, target, explicit, bits, nodes)), True
        case SpectrumSum() if any(isinstance(part, _LAWS) for part in spectrum.parts):
            goals = [None] * len(spectrum.parts) if target is None else spectrum.split(target)
            makers = [_maker(part, goal, smallest_log_kappa)[0] for part, goal in zip(spectrum.parts, goals, strict=True)]
            return (lambda bits: LevelSum(tuple(make(bits) for make in makers))), False
    by_logarithm = _by_logarithm(spectrum)
    return (lambda bits: BallLevels.of(spectrum, target, by_logarithm, bits)), not np.any(by_logarithm)


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
        raise InvalidInputError(
            "certify",
            True,
            f"left out for a spectrum of type {type(spectrum).__name__}",
            "its levels are nodes that reproduce its sums to about 1e-15, which is measured and not proved; "
            "give the eigenvalues one by one, as a Spectrum",
        )
    return np.full(len(spectrum), spectrum._log_eigenvalues is not None)
