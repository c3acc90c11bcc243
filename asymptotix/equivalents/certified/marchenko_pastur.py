r"""The Marchenko-Pastur law in balls, in closed form: no quadrature.

With $D=\frac1p\sum\frac s{s+\kappa}$ over all p eigenvalues, zeros included, and $D=\frac v{v+\nu}$, the equation of the law is
$\kappa=\nu(1-\gamma D)$, a quadratic one for $\nu$:

.. math:: \nu=\frac{B+\sqrt{B^2+4\kappa v}}2,\quad B=\kappa-v(1-\gamma).

With $u=1-D=\nu D/v$ and $Q=1-\gamma D^2=\frac\kappa\nu+\gamma Du$, every sum is a quotient of positive terms:

.. math:: \frac1p\sum\frac{s\kappa}{(s+\kappa)^2}=\frac{\kappa D^2}{vQ},\quad
    \frac1p\sum\Big(\frac s{s+\kappa}\Big)^2=\frac{D^2}Q\Big(\frac\kappa\nu+\gamma u\Big),\quad
    \frac1p\sum\Big(\frac\kappa{s+\kappa}\Big)^2=\frac{Du}{vQ}(\kappa+\gamma\nu D).

Energies in proportion to s, or the same on every direction, are these sums once more. The textbook form is the Stieltjes
transform, $1-D=\kappa m(-\kappa)$, whose differences cancel.

Source:
    [MarchenkoPastur1967].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asymptotix.equivalents.certified.ball_sums import BallSums
from asymptotix.equivalents.certified.rounding import Ball, load_flint
from asymptotix.errors import InvalidInputError
from asymptotix.spectra.density import DensityTarget
from asymptotix.spectra.marchenko_pastur import MarchenkoPastur
from asymptotix.spectra.target import Target

__all__ = ["MarchenkoPasturLevels"]


@dataclass(frozen=True, eq=False)
class MarchenkoPasturLevels:
    """The law with `energy` in proportion to the power 0 or 1 of the eigenvalue."""

    law: MarchenkoPastur
    energy: float
    power: float

    @classmethod
    def of(cls, law: MarchenkoPastur, target: Target | None) -> MarchenkoPasturLevels:
        """The law and a target.

        Raises:
            InvalidInputError: a target other than `target(1)`, the default one, and `target(0)`.
        """
        if target is None or target.energy == 0:
            return cls(law, 0.0, 1.0)
        if isinstance(target, DensityTarget) and target.power in (0.0, 1.0):
            own = law.target(target.power, energy=target.total)
            if np.array_equal(own.energies, target.energies):
                return cls(law, target.total, target.power)
        valid = "made by MarchenkoPastur.target(1) or .target(0) with certify: only their sums have a closed form"
        raise InvalidInputError("target", target, valid)

    def ball(self, value: float | str) -> Ball:
        """A number as a ball of radius 0."""
        return load_flint().arb(value)

    @property
    def _letters(self) -> tuple[Ball, Ball, Ball]:
        """Number of eigenvalues, aspect ratio, mean."""
        return self.ball(self.law.size), self.ball(self.law.aspect_ratio), self.ball(self.law.scale)

    @property
    def rank(self) -> Ball:
        """Nonzero eigenvalues: all, or the number of rows of the data."""
        return self.ball(self.law.size) / max(self.ball(self.law.aspect_ratio), 1)

    @property
    def smallest(self) -> Ball | None:
        """None: a law has no smallest eigenvalue to go below zero by."""
        return None

    @property
    def log_smallest(self) -> float:
        """Of the lower edge, or of the mean where that is 0."""
        edge = self.law.scale * (1.0 - self.law.aspect_ratio**0.5) ** 2
        return float(np.log(edge if edge > 0 else self.law.scale))

    def sums(self, kappa: Ball, goal: Ball, *, energies: bool) -> BallSums:
        """All sums at kappa > 0."""
        size, ratio, mean = self._letters
        b = kappa - mean * (1 - ratio)
        root = (b * b + 4 * kappa * mean).sqrt()
        nu = (b + root) / 2 if b > 0 else 2 * kappa * mean / (root - b)
        learned, missed = mean / (mean + nu), nu / (mean + nu)
        q = kappa / nu + ratio * learned * missed
        kept = learned * learned / q
        per_kappa, df2 = kept / mean, kept * (kappa / nu + ratio * missed)
        unlearned, mixed_per_kappa = self.ball(0), self.ball(0)
        if energies and self.energy > 0:
            linear = self.power == 1.0
            unlearned = (
                kappa * kappa * per_kappa / mean if linear else learned * missed * (kappa + ratio * nu * learned) / mean / q
            )
            mixed_per_kappa = df2 / mean if linear else per_kappa
        energy, df1 = self.ball(self.energy), size * learned
        return BallSums(
            excess=df1 - goal,
            df1=df1,
            df2=size * df2,
            spread=size * kappa * per_kappa,
            spread_per_kappa=size * per_kappa,
            unlearned=energy * unlearned,
            mixed=energy * kappa * mixed_per_kappa,
            mixed_per_kappa=energy * mixed_per_kappa,
        )

    def sums_at_zero(self, goal: Ball) -> BallSums:
        """The limits at kappa = 0; the inverse moment of the nonzero eigenvalues is infinite at aspect ratio 1."""
        size, ratio, mean = self._letters
        rank, zero, energy = self.rank, self.ball(0), self.ball(self.energy)
        wide = ratio > 1
        per_kappa = 1 / (mean * (ratio * (ratio - 1) if wide else 1 - ratio))
        hidden = 1 - 1 / ratio if wide and self.power == 0.0 else zero
        mixed_per_kappa = rank / size / mean if self.power == 1.0 else per_kappa
        mixed_per_kappa = energy * mixed_per_kappa if self.energy > 0 else zero
        return BallSums(rank - goal, rank, rank, zero, size * per_kappa, energy * hidden, zero, mixed_per_kappa)
