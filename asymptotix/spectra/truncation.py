"""How many levels of a sphere spectrum are visible, and lumping the others into the flat tail."""

from __future__ import annotations

import numpy as np

from asymptotix.spectra.spectrum import Spectrum

__all__ = ["lump", "resolved_levels"]

_VISIBLE = 1e-15  # of the fixed-point sum: a hundred times below the 1e-13 that is promised


def resolved_levels(spectrum: Spectrum, max_samples: float) -> int | None:
    """The smallest number of levels whose lumped rest is invisible to `max_samples` samples; None if there are not enough yet."""
    mass = spectrum.multiplicities * spectrum.eigenvalues
    rest = np.concatenate([np.cumsum(mass[::-1])[::-1][1:], [0.0]]) + spectrum.tail
    # degrees of one parity may vanish, so the next eigenvalue is the larger of the next two
    following = np.concatenate([spectrum.eigenvalues[1:], [spectrum.tail_peak, spectrum.tail_peak]])
    peak = np.maximum(following[:-1], following[1:])
    kappa = _smallest_effective_ridge(spectrum, max_samples)
    with np.errstate(over="ignore"):  # infinite is visible too
        invisible = (rest == 0) | (rest / kappa * (peak / kappa) <= _VISIBLE * max_samples)  # kappa^2 may overflow
    return int(np.argmax(invisible)) + 1 if np.any(invisible) else None


def lump(spectrum: Spectrum, levels: int) -> Spectrum:
    """The spectrum with all but the first `levels` levels moved into the tail."""
    if levels >= len(spectrum):
        return spectrum
    rest = float(spectrum.multiplicities[levels:] @ spectrum.eigenvalues[levels:]) + spectrum.tail
    peak = max(float(np.max(spectrum.eigenvalues[levels:])), spectrum.tail_peak) if rest > 0 else 0.0
    logs = None if spectrum._log_eigenvalues is None else spectrum._log_eigenvalues[:levels]
    kept, counts = spectrum.eigenvalues[:levels], spectrum.multiplicities[:levels]
    return Spectrum(kept, counts, rest, peak, spectrum.tail_error, _log_eigenvalues=logs)


def _smallest_effective_ridge(spectrum: Spectrum, n: float) -> float:
    """The root of df1(kappa) = n to a few per cent, by bisection; the smallest eigenvalue when n exceeds the rank."""
    if spectrum.rank <= n:
        return float(np.min(spectrum.eigenvalues[spectrum.eigenvalues > 0], initial=np.inf))
    low, high = -700.0, np.log(spectrum.trace / n) + 1.0
    for _ in range(60):
        middle = (low + high) / 2
        kappa = np.exp(middle)
        df1 = spectrum.multiplicities @ (spectrum.eigenvalues / (spectrum.eigenvalues + kappa)) + spectrum.tail / kappa
        low, high = (middle, high) if df1 > n else (low, middle)
    return float(np.exp(low))
