"""A claim of the risk theory: three Monte Carlo settings that agree with it, and a mistake in the theory that they expose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import asymptotix as ax
from asymptotix.problems.loader import load_problem

PROBLEMS = Path(__file__).parents[2] / "docs" / "problems"
SETTINGS = 3


Function = Callable[..., Any]


def scaled(argument: str, factor: float | Callable[[dict[str, Any]], Any]) -> Callable[[Function], Function]:
    """The function with one of its arguments multiplied."""

    def change(function: Function) -> Function:
        def wrong(*args: Any, **kwargs: Any) -> Any:
            by = factor(kwargs) if callable(factor) else factor
            return function(*args, **kwargs | {argument: np.asarray(kwargs[argument]) * by})

        return wrong

    return change


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
    simulated: ax.SimulatedCurve | Any
    quantity: str = "test_error"
    allowance: float | None = None
    standard_errors: Any = None

    def verdict(self) -> ax.Verdict:
        options: dict[str, Any] = {"quantity": self.quantity, "allowance": self.allowance}
        return ax.compare(self.theory(), self.simulated, self.standard_errors, **options)


def experiment(model: Any, *, quantity: str = "test_error", n_trials: int = 60, seed: int = 0, **grid: Any) -> Experiment:
    simulated = ax.simulate(model, **grid, n_trials=n_trials, seed=seed, progress=False)
    return Experiment(lambda: ax.risk(copy(model), **grid), simulated, quantity)


def copy(model: Any) -> Any:
    """The model without what it has computed and kept, which a mistake is to change."""
    fresh = object.__new__(type(model))
    kept = [name for name, value in vars(type(model)).items() if isinstance(value, cached_property)]
    fresh.__dict__.update({name: value for name, value in vars(model).items() if name not in kept})
    return fresh


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
