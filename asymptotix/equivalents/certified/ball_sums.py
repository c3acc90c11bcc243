"""What certified mode asks of a spectrum: its sums at one kappa in balls, at any precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from asymptotix.equivalents.certified.rounding import Ball

__all__ = ["BallSums", "ExactLevels", "LevelsAt"]


@dataclass(frozen=True, eq=False)
class BallSums:
    """The sums at one kappa, tail included; names as in `level_sums.LevelSums`. `excess` is df1 - goal."""

    excess: Ball
    df1: Ball
    df2: Ball
    spread: Ball
    spread_per_kappa: Ball
    unlearned: Ball
    mixed: Ball
    mixed_per_kappa: Ball


class ExactLevels(Protocol):
    """A spectrum with the energies of a target. What `levels.BallLevels` does level by level, others do by a formula."""

    @property
    def rank(self) -> Ball | None:
        """The exact number of nonzero eigenvalues; None where it is infinite."""

    @property
    def smallest(self) -> Ball | None:
        """The smallest nonzero eigenvalue; None where only kappa > 0 is possible."""

    @property
    def log_smallest(self) -> float:
        """Its logarithm, roughly: where a search far below all eigenvalues starts."""

    def ball(self, value: float | str) -> Ball:
        """A number as a ball of radius 0."""

    def sums(self, kappa: Ball, goal: Ball, *, energies: bool) -> BallSums:
        """All sums at the precision in force; those of the target only if asked for (0 otherwise).

        At kappa > 0, and at kappa < 0 above minus the `smallest`.
        """

    def sums_at_zero(self, goal: Ball) -> BallSums:
        """The limits at kappa = 0, for a finite rank."""


LevelsAt = Callable[[int], ExactLevels]  # from a working precision in bits
