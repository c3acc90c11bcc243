"""Several spectra side by side in balls, some of them laws with a closed form: sums add."""

from __future__ import annotations

from dataclasses import dataclass, fields

from asymptotix.equivalents.certified.ball_sums import BallSums, ExactLevels
from asymptotix.equivalents.certified.rounding import Ball, load_flint

__all__ = ["LevelSum"]


@dataclass(frozen=True, eq=False)
class LevelSum:
    """The parts, at one precision."""

    parts: tuple[ExactLevels, ...]

    def ball(self, value: float | str) -> Ball:
        """A number as a ball of radius 0."""
        return load_flint().arb(value)

    @property
    def rank(self) -> Ball | None:
        """The sum of the ranks; None if one is infinite."""
        ranks: list[Ball] = [part.rank for part in self.parts]
        return None if None in ranks else sum(ranks, self.ball(0))

    @property
    def smallest(self) -> Ball | None:
        """The smallest of all; None if a part has none."""
        ends: list[Ball] = [part.smallest for part in self.parts]
        return None if None in ends else min(ends)

    @property
    def log_smallest(self) -> float:
        """Its logarithm, roughly."""
        return min(part.log_smallest for part in self.parts)

    def sums(self, kappa: Ball, goal: Ball, *, energies: bool) -> BallSums:
        """The sums of all parts; the goal is subtracted from the first."""
        goals = [goal, *(self.ball(0) for _ in self.parts[1:])]
        return _total([part.sums(kappa, own, energies=energies) for part, own in zip(self.parts, goals, strict=True)])

    def sums_at_zero(self, goal: Ball) -> BallSums:
        """The limits at kappa = 0."""
        goals = [goal, *(self.ball(0) for _ in self.parts[1:])]
        return _total([part.sums_at_zero(own) for part, own in zip(self.parts, goals, strict=True)])


def _total(sums: list[BallSums]) -> BallSums:
    zero = load_flint().arb(0)
    return BallSums(*(sum((getattr(one, item.name) for one in sums), zero) for item in fields(BallSums)))
