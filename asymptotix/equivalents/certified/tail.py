r"""What lies beyond the levels of a spectrum, in balls: its part in every sum.

A flat tail of mass $T\pm$ `tail_error` that stands for eigenvalues up to `tail_peak` is an interval that holds for any such
eigenvalues: with $\sigma\in[0,\mathrm{peak}]$, $\mathrm{df}_1$ gets $T/(\sigma+\kappa)$, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.spectra.spectrum import Spectrum

__all__ = ["FlatTail", "Tail", "TailSums"]


class TailSums(NamedTuple):
    """The part of a tail in the sums of `levels.BallSums`."""

    df1: Ball
    df2: Ball
    spread: Ball
    unlearned: Ball
    mixed: Ball


class Tail(Protocol):
    """Infinitely many eigenvalues."""

    def sums(self, kappa: Ball) -> TailSums:
        """Their part at kappa > 0."""


@dataclass(frozen=True, eq=False)
class FlatTail:
    """`mass` as a ball, `peak` the interval of the eigenvalues, `energy` of the target on them."""

    mass: Ball
    peak: Ball
    energy: Ball

    @classmethod
    def of(cls, spectrum: Spectrum, energy: float) -> FlatTail:
        """The tail of a spectrum, and of a target."""
        ball = load_flint().arb
        mass = ball(spectrum.tail, spectrum.tail_error).nonnegative_part()
        return cls(mass, ball(0).union(ball(spectrum.tail_peak)).nonnegative_part(), ball(energy))

    def sums(self, kappa: Ball) -> TailSums:
        """Their part at kappa > 0."""
        total = kappa + self.peak
        missed, learned = kappa / total, self.peak / total  # learned is exactly 0 for a tail that is flat by definition
        df1 = self.mass / total
        return TailSums(df1, df1 * learned, df1 * missed, self.energy * missed * missed, self.energy * missed * learned)
