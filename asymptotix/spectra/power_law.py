r"""PowerLaw: $s_i = c\,i^{-\alpha}$, all of it, as a few hundred levels with positive real multiplicities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.spectra.arguments import real_number, whole_number
from asymptotix.spectra.counting_measure import IndexChart, counting_rule
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["PowerLaw", "PowerLawTarget"]

FloatArray = NDArray[np.float64]

_WHOLE = 64  # indices 1..64, and 1..5 alpha, keep multiplicity 1
_STEEPEST = 1000.0  # s_2 = 1e-301
_EXPLICIT = 2048  # a finite law of at most this size keeps its eigenvalues one by one, with exact counts
_HEAD = 8192  # eigenvalues of their own in an experiment: a trial of 500 samples draws 4 million numbers
# an infinite law is resolved for kappa from min(1e-40, (1e6)^-alpha), at least 1e-130, on: its levels end at 1e-18 of that
_SMALLEST_KAPPA = 1e-40
_SAMPLES = 1e6
_NEGLIGIBLE = 1e-18
_GROWTH = float(np.exp(8.0))
_FAR = 690.0
_DEEPEST = 345.0  # of the depth of an infinite law: e^-345 = 1e-150
_TINY = 1e-300


class PowerLaw(Spectrum):
    r"""$s_i = c\,i^{-\alpha}$ for $i \ge 1$, infinite ($\alpha > 1$), or up to `size`.

    The indices up to 64 (up to $5\alpha$ if that is more) are levels of their own. Beyond them the sum over i is an integral at
    Gauss nodes in $\log i$, taken over by a fade whose error is 5e-20 (`spectra.counting_measure`). The levels of an infinite law
    end where $s=10^{-18}\min(10^{-40},10^{-6\alpha})c$, at $10^{-150}c$ at most; the rest is the flat tail, with its exact mass
    $c\,x^{1-\alpha}/(\alpha-1)$.
    So $\mathrm{df}_1$, $\mathrm{df}_2$, their difference and the bias sums have a relative error of a few 1e-15 for every
    $\kappa\ge10^{-30}c$ (tests/spectra/test_power_law.py: against Euler-Maclaurin sums with the tail
    $\int_N^\infty\frac{dx}{1+\kappa x^\alpha}$ as a hypergeometric function, for $\alpha$ from 1.001 to 4; 2e-14 up to 100),
    where a law cut at $10^6$ is wrong by 8% at $\alpha=1.5$, $\kappa=10^{-6}$. Results for which the tail is not flat enough
    come with a `TruncationWarning`.

    Args:
        exponent: $\alpha\le1000$; above 1 for an infinite spectrum, any positive number with `size`.
        size: number of eigenvalues, an integer $\ge 1$, or None for infinitely many.
        scale: $c > 0$, the largest eigenvalue.

    Raises:
        InvalidInputError: exponent, size or scale out of range (an infinite spectrum with $\alpha \le 1$ has no trace).

    Source:
        [CuiEtAl2021] for power laws with a source condition; [TrefethenWeideman2014] for the sums.

    >>> import asymptotix as ax
    >>> law = ax.PowerLaw(1.5)
    >>> model = ax.RidgeRegression(law, law.target(source=0.4), noise_variance=0.1)
    >>> print(ax.risk(model, n_samples=100, ridge=1e-3).test_error.round(6))
    0.161222
    """

    def __init__(self, exponent: float, size: int | None = None, scale: float = 1.0) -> None:
        """See the class."""
        least, valid = (0.0, "> 0") if size is not None else (1.0, "> 1 (the trace of an infinite spectrum diverges otherwise)")
        fix = "" if size is not None else "or pass size= to truncate"
        exponent = real_number("exponent", exponent, lambda v: least < v < np.inf, valid, fix)
        if exponent > _STEEPEST:
            raise InvalidInputError("exponent", exponent, f"at most {_STEEPEST:g} (eigenvalue 2 is then 1e-301 of the first)")
        size = None if size is None else whole_number("size", size, 1)
        scale = real_number("scale", scale, lambda v: 0 < v < np.inf, "finite and > 0")
        index, counts, last = _levels(exponent, size)
        tail, peak = (0.0, 0.0) if size is not None else _tail(exponent, last, scale)
        logs = np.log(scale) - exponent * np.log(index)
        super().__init__(scale * index**-exponent, counts, tail, peak, _log_eigenvalues=logs)
        for name, value in (("exponent", exponent), ("size", size), ("scale", scale), ("_index", index), ("_last", last)):
            object.__setattr__(self, name, value)

    exponent: float
    size: int | None
    scale: float
    _index: FloatArray
    _last: float

    def target(self, source: float | None = None, *, decay: float | None = None) -> PowerLawTarget:
        r"""Energies $e_i = i^{-1-2\alpha r}$, r = `source` > 0: the source condition of [CuiEtAl2021]; or $e_i=i^{-\rho}$.

        Args:
            source: r > 0.
            decay: $\rho$ in its place; above 1 for an infinite spectrum, any finite number with `size`.

        Raises:
            InvalidInputError: both or neither given, or out of range.
        """
        if (source is None) == (decay is None):
            raise InvalidInputError("source", source, "given if and only if decay is not", "pass one of source= and decay=")
        if source is not None:
            source = real_number("source", source, lambda v: 0 < v < np.inf, "finite and > 0")
            return self._target(1.0 + 2.0 * self.exponent * source)
        if self.size is not None:
            return self._target(real_number("decay", decay, lambda v: bool(np.isfinite(v)), "finite"))
        valid = "finite and > 1 (the energy of an infinite target diverges otherwise)"
        return self._target(real_number("decay", decay, lambda v: 1 < v < np.inf, valid))

    def _target(self, decay: float) -> PowerLawTarget:
        tail = 0.0 if self.size is not None else _integral(decay, self._last)
        return PowerLawTarget(self.multiplicities * self._index**-decay, tail, decay)

    def _scaled(self, factor: float) -> PowerLaw:
        return PowerLaw(self.exponent, self.size, self.scale * factor)

    def head(self, target: Target) -> tuple[Spectrum, Target]:
        r"""The spectrum index by index, as an experiment draws it: up to 8192 eigenvalues and a flat tail for the others.

        A flat tail in place of the eigenvalues beyond 8192 moves $\lambda_*$ by less than 1% for $\alpha = 1.5$ and n = 500
        without ridge, and by less with fewer samples, a larger exponent or a ridge.

        Raises:
            InvalidInputError: a target that is neither of `PowerLaw.target` nor confined to the first 64 indices.
        """
        size = _HEAD if self.size is None else min(self.size, _HEAD)
        i = np.arange(1.0, size + 1.0)
        rest = 0.0 if size == self.size else self.scale * _mass(self.exponent, size, self.size)
        peak = 0.0 if rest == 0 else self.scale * (size + 1.0) ** -self.exponent
        spectrum = Spectrum(self.scale * i**-self.exponent, tail=rest, tail_peak=peak)
        if isinstance(target, PowerLawTarget):
            beyond = 0.0 if size == self.size else _mass(target.decay, size, self.size)
            return spectrum, Target(i**-target.decay, beyond)
        own = size if len(self) == self.size else _WHOLE
        if np.any(target.energies[own:] > 0):
            fix = "use PowerLaw.target, or a Spectrum with one eigenvalue an entry"
            raise InvalidInputError("energies", f"{target.energies.size} values", f"zero beyond index {own} of a power law", fix)
        return spectrum, Target(target.energies[:size], target.tail)

    def __repr__(self) -> str:
        """One line: the arguments, levels, rank, trace."""
        size = "" if self.size is None else f", size={self.size}"
        scale = "" if self.scale == 1 else f", scale={self.scale:g}"
        return f"PowerLaw({self.exponent:g}{size}{scale}: {len(self)} levels, rank {self.rank:g}, trace {self.trace:.6g})"


class PowerLawTarget(Target):
    r"""$e_i=i^{-\rho}$ on the levels of a PowerLaw; keeps $\rho$ = `decay`, which the levels alone do not tell."""

    decay: float

    def __init__(self, energies: FloatArray, tail: float, decay: float) -> None:
        """See the class."""
        super().__init__(energies, tail)
        object.__setattr__(self, "decay", decay)


def _tail(exponent: float, last: float, scale: float) -> tuple[float, float]:
    """Mass and peak of the tail, with a product of at least 1e-300, so that a result that needs what underflows is told."""
    mass = max(_integral(exponent, last), _TINY)
    return scale * mass, scale * max(last**-exponent, _TINY / mass)


def _integral(power: float, start: float) -> float:
    """The integral of x^-power from `start` on."""
    return float(start ** (1.0 - power) / (power - 1.0))


def _mass(power: float, first: float, last: float | None) -> float:
    """sum_{first < i <= last} i^-power by the midpoint rule: relative error power (power + 1) / (24 first^2)."""
    if abs(power - 1.0) < 1e-9:
        return float("inf") if last is None else float(np.log((last + 0.5) / (first + 0.5)))
    beyond = 0.0 if last is None else (last + 0.5) ** (1.0 - power)
    return float(((first + 0.5) ** (1.0 - power) - beyond) / (power - 1.0))


def _levels(exponent: float, size: int | None) -> tuple[FloatArray, FloatArray, float]:
    """Indices (real), multiplicities, and the last index covered."""
    if size is not None and size <= _EXPLICIT:
        return np.arange(1.0, size + 1.0), np.ones(size), float(size)
    chart = IndexChart(
        gap=lambda i, j: exponent * float(np.log(j / i)),
        advance=lambda i, depth: i * np.exp(np.minimum(depth / exponent, _FAR)),
        rate=lambda i: exponent / i,
        growth=_GROWTH,
    )
    # the poles of 1/(1 + kappa x^alpha) have the angle pi/alpha, so at x they are about 3 x / alpha away
    whole = max(_WHOLE, int(np.ceil(5.0 * exponent)))
    deepest = min(max(-np.log(_SMALLEST_KAPPA), exponent * np.log(_SAMPLES)) - np.log(_NEGLIGIBLE), _DEEPEST)
    # beyond e^690 the index would leave the range of doubles: met by exponents with a size only
    stop = max(float(np.exp(min(deepest / exponent, _FAR))), 2.0 * whole) if size is None else float(size)
    return *counting_rule(chart, whole, stop, size), stop
