r"""ExponentialDecay: $s_i=c\,e^{-\rho(i-1)}$, all of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.counting_measure import IndexChart, counting_rule
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["ExponentialDecay", "ExponentialTarget"]

FloatArray = NDArray[np.float64]

_WHOLE = 64  # the first indices keep multiplicity 1
_FAST = 0.2  # at a faster decay the poles of 1/(s + kappa), pi / rate away, are too near for an integral: index by index
_DEPTH = 345.0  # an infinite spectrum ends at e^-345 = 1e-150, so that its tail times its peak stays a double
_EXPLICIT = 2048  # a finite spectrum of at most this size keeps its eigenvalues one by one, with exact counts
_DEEPEST = 20_000.0  # of a longer one, which then has at most 100 000 levels
_HEAD = 8192  # eigenvalues of their own in an experiment
_INVISIBLE = 46.0  # e^-46 = 1e-20: smaller ones are left to the tail there


class ExponentialDecay(Spectrum):
    r"""$s_i = c\,e^{-\rho(i-1)}$ for $i\ge1$, infinite, or up to `size`.

    With $\rho\ge0.2$ every index is a level; slower decays are integrals beyond the first 64 indices, at Gauss nodes
    (`spectra.counting_measure`). An infinite spectrum is resolved down to $10^{-150}c$, and the rest is the flat tail with its
    exact mass: results at a $\lambda_*$ below about $10^{-140}c$ come with a `TruncationWarning`, and need `size`, with which
    eigenvalues beyond the range of doubles are kept as logarithms.

    Args:
        rate: $\rho>0$.
        size: number of eigenvalues, an integer $\ge1$, or None for infinitely many. Beyond 2048, $\rho(\text{size}-1)\le20000$.
        scale: $c>0$, the largest eigenvalue.

    Raises:
        InvalidInputError: rate, size or scale out of range.

    Source:
        [TrefethenWeideman2014] for the sums.

    >>> import asymptotix as ax
    >>> spectrum = ax.ExponentialDecay(0.05)
    >>> model = ax.RidgeRegression(spectrum, spectrum.target(decay=0.1), noise_variance=0.1)
    >>> print(ax.risk(model, n_samples=100, ridge=1e-3).test_error.round(6))
    0.519447
    """

    def __init__(self, rate: float, size: int | None = None, scale: float = 1.0) -> None:
        """See the class."""
        rate = real_number("rate", rate, lambda v: 0 < v < np.inf, "finite and > 0")
        size = None if size is None else whole_number("size", size, 1)
        scale = real_number("scale", scale, lambda v: 0 < v < np.inf, "finite and > 0")
        if size is not None and size > _EXPLICIT and rate * (size - 1) > _DEEPEST:
            valid = f"at most {_DEEPEST / rate:.6g} at rate = {rate:g} (smaller eigenvalues are below e^-20000)"
            raise InvalidInputError("size", size, valid, "leave it out for the infinite spectrum")
        index, counts, last = _levels(rate, size)
        object.__setattr__(self, "rate", rate)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "scale", scale)
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_last", last)
        logs = np.log(scale) - rate * (index - 1.0)
        tail, peak = scale * self._rest(rate), 0.0 if size is not None else float(scale * np.exp(-rate * (last - 1.0)))
        super().__init__(scale * np.exp(-rate * (index - 1.0)), counts, tail, peak, _log_eigenvalues=logs)

    rate: float
    size: int | None
    scale: float
    _index: FloatArray
    _last: float

    def target(self, *, decay: float) -> ExponentialTarget:
        r"""Energies $e_i=e^{-\delta(i-1)}$, $\delta$ = `decay` > 0 (with `size` any finite number)."""
        if self.size is None:
            decay = real_number("decay", decay, lambda v: 0 < v < np.inf, "finite and > 0 (the energy diverges otherwise)")
        else:
            decay = real_number("decay", decay, lambda v: bool(np.isfinite(v)), "finite")
        return ExponentialTarget(self.multiplicities * np.exp(-decay * (self._index - 1.0)), self._rest(decay), decay)

    def _scaled(self, factor: float) -> ExponentialDecay:
        return ExponentialDecay(self.rate, self.size, self.scale * factor)

    def head(self, target: Target) -> tuple[Spectrum, Target]:
        r"""The spectrum index by index, as an experiment draws it: the eigenvalues above $10^{-20}c$, up to 8192 of them.

        The others become a flat tail, which moves $\lambda_*$ of n samples without ridge by about $e^{-2\rho(8192-n)}$ relative.

        Raises:
            InvalidInputError: a target neither of `ExponentialDecay.target` nor confined to the indices of multiplicity 1.
        """
        visible = int(min(_HEAD, np.ceil(_INVISIBLE / self.rate) + 1))
        count = visible if self.size is None else min(visible, self.size)
        i = np.arange(1.0, count + 1.0)
        whole, beyond = count == self.size, float(count)
        tail = 0.0 if whole else self.scale * _geometric(self.rate, beyond, self.size)
        peak = 0.0 if whole else float(self.scale * np.exp(-self.rate * beyond))
        spectrum = Spectrum(self.scale * np.exp(-self.rate * (i - 1.0)), tail=tail, tail_peak=peak)
        if isinstance(target, ExponentialTarget):
            rest = 0.0 if whole else _geometric(target.decay, beyond, self.size)
            return spectrum, Target(np.exp(-target.decay * (i - 1.0)), rest)
        own = min(len(self) if self.rate >= _FAST or len(self) == self.size else _WHOLE, count)
        if np.any(target.energies[own:] > 0):
            fix = "use ExponentialDecay.target, or a Spectrum with one eigenvalue an entry"
            raise InvalidInputError("energies", f"{target.energies.size} values", f"zero beyond index {own}", fix)
        return spectrum, Target(target.energies[:count], target.tail)

    def _rest(self, rate: float) -> float:
        """What e^(-rate (i - 1)) sums to beyond the levels: a sum at a fast decay of the spectrum, an integral at a slow one."""
        if self.size is not None:
            return 0.0
        return _geometric(rate, self._last, None) if self.rate >= _FAST else float(np.exp(-rate * (self._last - 1.0)) / rate)

    def __repr__(self) -> str:
        """One line: the arguments, levels, rank, trace."""
        size = "" if self.size is None else f", size={self.size}"
        scale = "" if self.scale == 1 else f", scale={self.scale:g}"
        return f"ExponentialDecay({self.rate:g}{size}{scale}: {len(self)} levels, rank {self.rank:g}, trace {self.trace:.6g})"


class ExponentialTarget(Target):
    r"""$e_i=e^{-\delta(i-1)}$ on the levels of an ExponentialDecay; keeps $\delta$ = `decay`."""

    decay: float

    def __init__(self, energies: FloatArray, tail: float, decay: float) -> None:
        """See the class."""
        super().__init__(energies, tail)
        object.__setattr__(self, "decay", decay)


def _geometric(rate: float, first: float, last: int | None) -> float:
    """sum_{first < i <= last} e^(-rate (i - 1))."""
    if rate == 0 and last is not None:
        return last - first
    missing = 1.0 if last is None else -np.expm1(-rate * (last - first))
    return float(np.exp(-rate * first) * missing / -np.expm1(-rate))


def _levels(rate: float, size: int | None) -> tuple[FloatArray, FloatArray, float]:
    """Indices (real), multiplicities, and the last index covered."""
    last = float(np.ceil(_DEPTH / rate) + 1) if size is None else float(size)
    if rate >= _FAST or (size is not None and size <= _EXPLICIT):
        return np.arange(1.0, last + 1.0), np.ones(int(last)), last
    chart = IndexChart(
        gap=lambda i, j: rate * (j - i),
        advance=lambda i, depth: i + depth / rate,
        rate=lambda i: np.full_like(i, rate),
        growth=4.0,
    )
    return *counting_rule(chart, _WHOLE, last, size), last
