r"""A spectrum in balls, and its sums at one $\kappa$, proved.

With $z=\frac{\kappa}{s+\kappa}$ for the N levels counted as large and $z=\frac{s}{s+\kappa}$ for the others, and
$A=\sum mz$, $Q=\sum mz^2$ on either side,

.. math:: \mathrm{df}_1=N-A_{big}+A_{small},\quad \mathrm{df}_1-\mathrm{df}_2=A_{big}-Q_{big}+A_{small}-Q_{small},\quad
    \mathrm{df}_2=N-2A_{big}+Q_{big}+Q_{small},

so that one division an eigenvalue serves every sum; the textbook form is $\sum ms/(s+\kappa)$ and so on. $z\le1/2$, up to the
rounding of the split, so no difference loses more than three bits, and df1 - m has its whole part N - m exactly.

The spectrum is the one stored: its eigenvalues, multiplicities and energies as the doubles that they are, or the exponentials of
its logarithms where it was given by them; and its tail (`tail`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import mul

import numpy as np
from numpy.typing import NDArray

from asymptotix.equivalents.certified.ball_sums import BallSums
from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.equivalents.certified.tail import FlatTail, Tail, TailSums
from asymptotix.spectra.spectrum import Spectrum
from asymptotix.spectra.target import Target

__all__ = ["BallLevels", "Nodes", "exact_sum"]

FloatArray = NDArray[np.float64]

_EXACT_BITS = 2400  # hold any sum of fewer than 2^200 doubles without rounding: their bits run from 2^-1074 to 2^1024
_WHOLE = 2.0**53


@dataclass(frozen=True, eq=False)
class Nodes:
    r"""What makes levels a table of nodes: groups that may not be split, with exact numbers of eigenvalues, and an error.

    `bounds` are the indices between groups, `counts` the eigenvalues before each. Sums of z, z^2, z (1 - z) and (1 - z)^2 over
    whole groups are those of the spectrum within the relative `error`. It moves the residual by at most error times A, and
    $A\le3E$ since $z\le2/3$ where a group is not split: $\log\kappa$ by at most three times the error. Balls carry it.
    """

    bounds: NDArray[np.int64]
    counts: FloatArray
    error: float


@dataclass(frozen=True, eq=False)
class BallLevels:
    """Nonzero levels, decreasing: `eigenvalues` and `energies` (None: no target) in balls, `counts` and `logs` in doubles.

    `logs` only choose the split. `hidden` is the energy that is never learned; `tail` what lies beyond the levels, if anything.
    """

    logs: FloatArray
    counts: FloatArray
    eigenvalues: list[Ball]
    energies: list[Ball] | None
    hidden: Ball
    tail: Tail | None
    nodes: Nodes | None = None

    @classmethod
    def of(
        cls, spectrum: Spectrum, target: Target | None, by_logarithm: NDArray[np.bool_], bits: int, nodes: Nodes | None = None
    ) -> BallLevels:
        """The levels of a spectrum and the energies of a target; those given `by_logarithm` are exponentials, to `bits`."""
        flint = load_flint()
        logs = spectrum.log_eigenvalues
        order = np.argsort(-logs, kind="stable")[: np.count_nonzero(logs > -np.inf)]
        energies = np.zeros(len(spectrum)) if target is None else target.padded(len(spectrum))
        beyond = 0.0 if target is None else target.tail
        with flint.ctx.workprec(bits):
            return cls(
                logs=logs[order],
                counts=spectrum.multiplicities[order],
                eigenvalues=_eigenvalues(spectrum, by_logarithm[order], order),
                energies=_balls(energies[order]) if np.any(energies[order]) else None,
                hidden=exact_sum(np.append(energies[logs == -np.inf], 0.0 if spectrum.tail > 0 else beyond)),
                tail=FlatTail.of(spectrum, beyond) if spectrum.tail > 0 else None,
                nodes=nodes,
            )

    @cached_property
    def multiplicities(self) -> list[Ball] | None:
        """None where all are 1."""
        return None if np.all(self.counts == 1.0) else _balls(self.counts)

    @cached_property
    def _whole(self) -> bool:
        return bool(np.all(self.counts % 1.0 == 0) and np.sum(self.counts) < _WHOLE)

    def ball(self, value: float | str) -> Ball:
        """A number as a ball of radius 0."""
        return load_flint().arb(value)

    @property
    def rank(self) -> Ball | None:
        """The exact number of nonzero eigenvalues; None where a tail makes it infinite."""
        return None if self.tail is not None else self._before(self.logs.size)

    @property
    def smallest(self) -> Ball | None:
        """The smallest nonzero eigenvalue; None with a tail, or for the nodes of a table, which stand for others."""
        alone = self.logs.size > 0 and self.tail is None and (self.nodes is None or self.nodes.error == 0)
        return self.eigenvalues[-1] if alone else None

    @property
    def log_smallest(self) -> float:
        """Its logarithm, roughly."""
        return float(self.logs[-1])

    def _before(self, index: int) -> Ball:
        """The exact number of eigenvalues in the first levels."""
        if self.nodes is not None:
            return self.ball(float(self.nodes.counts[np.searchsorted(self.nodes.bounds, index)]))
        head = self.counts[:index]
        return self.ball(float(np.sum(head))) if self._whole else exact_sum(head)

    def sums(self, kappa: Ball, goal: Ball, *, energies: bool) -> BallSums:
        """All sums at the precision in force; at kappa < 0 every level counts as large, and z < 0."""
        split = self._split(kappa)
        z = [kappa / (s + kappa) for s in self.eigenvalues[:split]]
        z += [s / (s + kappa) for s in self.eigenvalues[split:]]
        squares = [value * value for value in z]
        big, big_squares, small, small_squares = self._totals(self.multiplicities, z, squares, split)
        count = self._before(split)
        with load_flint().ctx.workprec(_EXACT_BITS):
            missing = count - goal
        zero, fuzz = self.ball(0), self._fuzz
        kept = ((big - big_squares) + (small - small_squares)) * fuzz
        df2 = (count - 2 * big + big_squares + small_squares) * fuzz
        big, small = big * fuzz, small * fuzz
        tail = TailSums(zero, zero, zero, zero, zero) if self.tail is None else self.tail.sums(kappa)
        spread = kept + tail.spread
        unlearned, mixed = self._target_sums(z, squares, split) if energies else (zero, zero)
        mixed += tail.mixed
        return BallSums(
            excess=missing - big + small + tail.df1,
            df1=count - big + small + tail.df1,
            df2=df2 + tail.df2,
            spread=spread,
            spread_per_kappa=spread / kappa,
            unlearned=unlearned + self.hidden + tail.unlearned,
            mixed=mixed,
            mixed_per_kappa=mixed / kappa,
        )

    def _target_sums(self, z: list[Ball], squares: list[Ball], split: int) -> tuple[Ball, Ball]:
        """sum e (1 - L)^2 and sum e L (1 - L) over the levels."""
        if self.energies is None:
            return self.ball(0), self.ball(0)
        big, big_squares, small, small_squares = self._totals(self.energies, z, squares, split)
        small_energy = sum(self.energies[split:], self.ball(0))
        return (
            (big_squares + (small_energy - 2 * small + small_squares)) * self._fuzz,
            ((big - big_squares) + (small - small_squares)) * self._fuzz,
        )

    def _split(self, kappa: Ball) -> int:
        """How many levels count as large: those above kappa, in whole groups."""
        if kappa < 0:
            return int(self.logs.size)
        above = int(np.searchsorted(-self.logs, -float(kappa.mid().log()), side="left"))
        return (
            above if self.nodes is None else int(self.nodes.bounds[np.searchsorted(self.nodes.bounds, above, side="right") - 1])
        )

    @cached_property
    def _fuzz(self) -> Ball:
        """1 with the error of the nodes."""
        return self.ball(1) if self.nodes is None else load_flint().arb(1, self.nodes.error)

    def _totals(self, weights: list[Ball] | None, z: list[Ball], squares: list[Ball], split: int) -> tuple[Ball, ...]:
        """Sums of weights times z and z^2 over the large levels, then over the small ones."""
        out = []
        for part in (slice(None, split), slice(split, None)):
            for values in (z, squares):
                terms: Iterable[Ball] = values[part] if weights is None else map(mul, weights[part], values[part])
                out.append(sum(terms, self.ball(0)))
        return tuple(out)

    def sums_at_zero(self, goal: Ball) -> BallSums:
        """The limits at kappa = 0, for a finite rank."""
        rank, zero = self._before(self.logs.size), self.ball(0)
        counts = [self.ball(1)] * self.logs.size if self.multiplicities is None else self.multiplicities
        per_kappa = sum((m / s for m, s in zip(counts, self.eigenvalues, strict=True)), zero)
        energies = [] if self.energies is None else list(zip(self.energies, self.eigenvalues, strict=True))
        mixed_per_kappa = sum((e / s for e, s in energies), zero)
        with load_flint().ctx.workprec(_EXACT_BITS):
            missing = rank - goal
        return BallSums(missing, rank, rank, zero, per_kappa * self._fuzz, self.hidden, zero, mixed_per_kappa * self._fuzz)


def _eigenvalues(spectrum: Spectrum, by_logarithm: NDArray[np.bool_], order: NDArray[np.int64]) -> list[Ball]:
    values = np.where(by_logarithm, spectrum.log_eigenvalues[order], spectrum.eigenvalues[order])
    return [value.exp() if log else value for value, log in zip(_balls(values), by_logarithm.tolist(), strict=True)]


def _balls(values: FloatArray) -> list[Ball]:
    return list(map(load_flint().arb, values.tolist()))


def exact_sum(values: FloatArray) -> Ball:
    """The sum of doubles without rounding."""
    flint = load_flint()
    with flint.ctx.workprec(_EXACT_BITS):
        return sum(map(flint.arb, values.tolist()), flint.arb(0))
