"""A claim of the risk theory: three Monte Carlo settings that agree with it, and a mistake in the theory that they expose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asymptotix as ax
from asymptotix.problems.loader import load_problem

PROBLEMS = Path(__file__).parents[2] / "docs" / "problems"
SETTINGS = 3


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and the function of the theory, "module:name", that `change` replaces."""

    what: str
    where: str
    change: Callable[[Callable[..., Any]], Callable[..., Any]]

    @contextmanager
    def made(self) -> Iterator[None]:
        module, _, name = self.where.partition(":")
        home: Any = import_module(f"asymptotix.{module}")
        *owner, name = name.split(".")
        for part in owner:
            home = getattr(home, part)
        with patch.object(home, name, self.change(getattr(home, name))):
            yield


@dataclass(frozen=True)
class Experiment:
    """Simulated means, and the theory of the same model on the same grid, calculated when it is called."""

    theory: Callable[[], ax.RiskCurve]
    simulated: ax.SimulatedCurve
    quantity: str = "test_error"
    allowance: float | None = None

    def verdict(self) -> ax.Verdict:
        return ax.compare(self.theory(), self.simulated, quantity=self.quantity, allowance=self.allowance)


def experiment(model: Any, *, quantity: str = "test_error", n_trials: int = 60, seed: int = 0, **grid: Any) -> Experiment:
    simulated = ax.simulate(model, **grid, n_trials=n_trials, seed=seed, progress=False)
    return Experiment(lambda: ax.risk(model, **grid), simulated, quantity)


@dataclass(frozen=True)
class Claim:
    """One line of the table: what is claimed, its public names, a problem file or an experiment in Python, and the mistake."""

    item: str
    names: tuple[str, ...]
    mistake: Mistake
    problem: str = ""
    in_python: Callable[[], Experiment] | None = None

    def experiment(self) -> Experiment:
        if self.in_python is not None:
            return self.in_python()
        problem = load_problem(PROBLEMS / self.problem)
        grid: dict[str, Any] = problem.grid
        return experiment(problem.model, n_trials=problem.n_trials, seed=problem.seed, **grid)
