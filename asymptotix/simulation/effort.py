r"""How many trials each cell of a grid gets: a fixed number, as many as a precision asks for, or what a budget of time allows.

Trials are run in rounds, and a round is planned from completed rounds alone. So the number of trials for a precision is a
function of the draws, whatever the number of workers and the order in which they finish; for a budget it depends on the clock.

Stopping when a running standard error happens to be small biases it downwards. Against that a pilot of `PILOT` trials comes
first, a round at most doubles a cell, and a cell stops only if the standard error increased by its own relative standard error,
$1/\sqrt{2(n-1)}$, is within the precision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from asymptotix.errors import InvalidInputError
from asymptotix.runs.memory import installed_memory
from asymptotix.simulation.control_regression import adjusted, fewest_trials
from asymptotix.simulation.grid import whole_number
from asymptotix.simulation.heavy_tails import infinite_variance

__all__ = [
    "DEFAULT_TRIALS",
    "MAX_TRIALS",
    "PILOT",
    "BudgetEffort",
    "Effort",
    "FixedEffort",
    "PrecisionEffort",
    "Tally",
    "affordable",
    "effort_of",
    "seconds_of",
]

FloatArray = NDArray[np.float64]

PILOT = 32
MAX_TRIALS = 10_000
DEFAULT_TRIALS = 50
_BUDGET_PILOT = 4
_SPENT_A_ROUND = 0.5  # of the time that is left: what a round costs is known from the rounds before it
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}
_UNITS |= {"d": 86400.0, "day": 86400.0}


@dataclass(frozen=True)
class Tally:
    """What is known of one cell: `draws` of the quantity, (trials, points), and the mean `seconds` of a trial.

    `controls`, (trials, q): their deviations from known means, by which the means are adjusted.
    """

    draws: FloatArray
    seconds: float
    controls: FloatArray | None = None

    @property
    def count(self) -> int:
        """Trials that were run."""
        return len(self.draws)

    def relative_errors(self) -> FloatArray:
        """Standard error of the mean over the mean, at each point; 0 where nothing fluctuates."""
        if self.controls is None:
            mean, error = self.draws.mean(axis=0), self.draws.std(axis=0, ddof=1) / np.sqrt(self.count)
        else:
            found = adjusted(self.draws, self.controls)
            mean, error = found.mean, found.standard_error
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = error / np.abs(mean)
        return np.asarray(np.where(error == 0, 0.0, ratio))


class Effort(Protocol):
    """A plan of rounds."""

    @property
    def most(self) -> int:
        """No cell gets more trials."""

    def targets(self, tallies: Sequence[Tally], elapsed: float) -> list[int]:
        """The number of trials that each cell has after the next round; those that it has if it needs no more."""

    def over(self, elapsed: float) -> bool:
        """Whether the time is spent, in the midst of a round too."""

    def shortfall(self, tally: Tally) -> list[str]:
        """For each point what was not reached; "" where all was."""


@dataclass(frozen=True)
class FixedEffort:
    """The same number of trials everywhere; one of each cell before the others if `first` (a cell that fails fails once)."""

    n_trials: int
    first: bool = False

    @property
    def most(self) -> int:
        """No cell gets more trials."""
        return self.n_trials

    def targets(self, tallies: Sequence[Tally], elapsed: float) -> list[int]:
        """One, if asked for, then all."""
        started = not self.first or any(tally.count for tally in tallies)
        return [self.n_trials if started else 1 for _ in tallies]

    def over(self, elapsed: float) -> bool:
        """Never."""
        return False

    def shortfall(self, tally: Tally) -> list[str]:
        """Nothing."""
        return [""] * tally.draws.shape[1]


@dataclass(frozen=True)
class PrecisionEffort:
    """Trials until the relative standard error of the mean is within `precision` at each point of a cell."""

    precision: float
    most: int
    pilot: int = PILOT

    def targets(self, tallies: Sequence[Tally], elapsed: float) -> list[int]:
        """The pilot, then what the spread seen so far asks for, at most twice as many a round."""
        return [self._target(tally) for tally in tallies]

    def over(self, elapsed: float) -> bool:
        """Never."""
        return False

    def _target(self, tally: Tally) -> int:
        if tally.count < 2:
            return min(self.pilot, self.most)
        errors = _cautious(tally)
        wanting = errors[(errors > self.precision) & ~infinite_variance(tally.draws)]  # NaN, which no trial repairs, is not
        if not wanting.size:
            return tally.count
        needed = np.ceil(tally.count * (float(wanting.max()) / self.precision) ** 2)
        return int(max(min(needed, 2.0 * tally.count, self.most), min(tally.count + 1, self.most)))

    def shortfall(self, tally: Tally) -> list[str]:
        """Points beyond the precision, with the reason."""
        if tally.count < 2:
            return [f"{tally.count} trials"] * tally.draws.shape[1]
        wild = infinite_variance(tally.draws)
        return [
            "" if error <= self.precision else _reason(float(error), tally.count, bool(heavy))
            for error, heavy in zip(_cautious(tally), wild, strict=True)
        ]


@dataclass(frozen=True)
class BudgetEffort:
    """What `seconds` allow on `workers`, spent so that the largest relative standard error is as small as it can be."""

    seconds: float
    most: int
    workers: int = 1

    def targets(self, tallies: Sequence[Tally], elapsed: float) -> list[int]:
        """A pilot, then rounds for half of the time that is left, each cell at most doubled."""
        left = (self.seconds - elapsed) * self.workers
        if any(tally.count < 2 for tally in tallies):
            return [max(tally.count, min(_BUDGET_PILOT, self.most)) for tally in tallies]
        counts = np.array([tally.count for tally in tallies], dtype=np.float64)
        costs = np.array([max(tally.seconds, 1e-6) for tally in tallies])
        if left < costs.min():
            return [tally.count for tally in tallies]
        worst = np.array([self._worst(tally) for tally in tallies])
        limits = np.minimum(2.0 * counts, self.most)

        def planned(error: float) -> FloatArray:
            return np.asarray(np.clip(np.ceil(counts * (worst / error) ** 2), counts, np.maximum(limits, counts)))

        low, high = np.log(1e-12), np.log(max(float(worst.max()), 1e-12))
        for _ in range(60):  # the smallest error that the time allows: the cost falls as it grows
            middle = 0.5 * (low + high)
            dear = costs @ (planned(float(np.exp(middle))) - counts) > max(_SPENT_A_ROUND * left, costs.min())
            low, high = (middle, high) if dear else (low, middle)
        return [int(count) for count in planned(float(np.exp(high)))]

    def over(self, elapsed: float) -> bool:
        """Whether the time is spent."""
        return elapsed >= self.seconds

    def _worst(self, tally: Tally) -> float:
        errors = tally.relative_errors()
        useful = errors[np.isfinite(errors) & ~infinite_variance(tally.draws)]
        return float(useful.max(initial=0.0))

    def shortfall(self, tally: Tally) -> list[str]:
        """Points with too few trials for an error bar, or without a variance."""
        if tally.count < 2:
            return [f"{tally.count} trials"] * tally.draws.shape[1]
        errors, wild = tally.relative_errors(), infinite_variance(tally.draws)
        return [_reason(float(error), tally.count, True) if heavy else "" for error, heavy in zip(errors, wild, strict=True)]


def effort_of(
    *,
    n_trials: int | None,
    precision: float | None,
    budget: Any,
    max_trials: int | None,
    workers: int,
    first: bool,
    n_controls: int = 0,
) -> Effort:
    """The plan that was asked for; 50 trials without any.

    Raises:
        InvalidInputError: two of n_trials, precision and budget, max_trials beside n_trials, or a value out of range, with
            control variates also too few trials for these.
    """
    for name, value in (("n_trials", n_trials), ("max_trials", max_trials)):
        if n_controls and value is not None and whole_number(name, value, minimum=1) < fewest_trials(n_controls):
            valid = f"at least {fewest_trials(n_controls)} with control variates"
            raise InvalidInputError(name, value, valid, f"{n_controls} coefficients are fitted to the trials")
    given = {"n_trials": n_trials, "precision": precision, "budget": budget}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise InvalidInputError(named[1], given[named[1]], f"left out beside {named[0]}", "each says how many trials to run")
    if max_trials is not None and (not named or named[0] == "n_trials"):
        raise InvalidInputError("max_trials", max_trials, "left out without precision or budget")
    if not named or n_trials is not None:
        return FixedEffort(whole_number("n_trials", DEFAULT_TRIALS if n_trials is None else n_trials, minimum=1), first)
    most = whole_number("max_trials", MAX_TRIALS if max_trials is None else max_trials, minimum=2)
    if precision is None:
        return BudgetEffort(seconds_of(budget), most, workers)
    if isinstance(precision, bool) or not isinstance(precision, int | float | np.number) or not 0 < precision < 1:
        raise InvalidInputError("precision", precision, "above 0 and below 1: a relative standard error, such as 0.01")
    return PrecisionEffort(float(precision), most, max(PILOT, fewest_trials(n_controls)))


def affordable(effort: Effort, numbers: int) -> Effort:
    """The effort with at most so many trials, of `numbers` numbers each, as half of the memory holds."""
    memory = installed_memory()
    if isinstance(effort, FixedEffort) or memory is None:
        return effort
    assert isinstance(effort, PrecisionEffort | BudgetEffort)
    return replace(effort, most=min(effort.most, max(2, memory // (16 * max(numbers, 1)))))


def seconds_of(budget: Any, *, name: str = "budget") -> float:
    """A time in seconds: a number of seconds, or a text such as "30 s", "10 min", "2 h".

    Raises:
        InvalidInputError: neither; `name` is that of the argument.
    """
    valid = 'a time above 0: seconds, or a text such as "30 s", "10 min", "2 h"'
    found = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]*?)s?\s*", str(budget).lower()) if isinstance(budget, str) else None
    if found is not None and found[2] in _UNITS:
        seconds = float(found[1]) * _UNITS[found[2]]
    elif isinstance(budget, int | float | np.number) and not isinstance(budget, bool):
        seconds = float(budget)
    else:
        raise InvalidInputError(name, budget, valid)
    if not 0 < seconds < np.inf:
        raise InvalidInputError(name, budget, valid)
    return seconds


def _cautious(tally: Tally) -> FloatArray:
    """Relative standard errors, increased by their own."""
    return np.asarray(tally.relative_errors() * (1.0 + 1.0 / np.sqrt(2.0 * (tally.count - 1))))


def _reason(error: float, count: int, heavy: bool) -> str:
    if heavy:
        return f"no finite variance seen in {count} trials"
    return f"no standard error after {count} trials" if np.isnan(error) else f"{error:.2g} after {count} trials"
