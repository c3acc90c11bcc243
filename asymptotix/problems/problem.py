"""Problem: a checked problem file, whose model and grid are built when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from asymptotix.errors import ExpressionError, InvalidInputError, ProblemFileError

if TYPE_CHECKING:
    from asymptotix.problems.schema import ProblemSchema
    from asymptotix.report.grid import FloatArray

__all__ = ["Problem"]


@dataclass(frozen=True)
class Problem:
    """What a problem file says. `source` names the file in errors."""

    source: str
    schema: ProblemSchema

    @property
    def title(self) -> str:
        """The title given in the file; empty without."""
        return self.schema.title

    @cached_property
    def model(self) -> Any:
        """The model; loads what it needs on first use.

        Raises:
            ProblemFileError: a value that the schema lets pass and the model refuses, such as an activation that does not parse.
        """
        with self._named("model"):
            return self.schema.model.build()

    @cached_property
    def grid(self) -> dict[str, FloatArray]:
        """Arguments of `risk` and `simulate` as arrays that broadcast to the product of all that vary."""
        return self.schema.grid.build()

    @property
    def n_trials(self) -> int | None:
        """Number of independent trials of the simulation; None with a precision or a budget."""
        return self.schema.simulation.trials

    def effort(
        self,
        *,
        n_trials: int | None = None,
        precision: float | None = None,
        budget: float | str | None = None,
        max_trials: int | None = None,
    ) -> dict[str, Any]:
        """The arguments of `simulate` that say how many trials: those given here; without the first three, the file's."""
        if n_trials is not None or precision is not None or budget is not None:
            return {"n_trials": n_trials, "precision": precision, "budget": budget, "max_trials": max_trials}
        part = self.schema.simulation
        most = part.max_trials if max_trials is None else max_trials
        return {"n_trials": part.trials, "precision": part.precision, "budget": part.budget, "max_trials": most}

    @property
    def seed(self) -> int:
        """Seed of the simulation."""
        return self.schema.simulation.seed

    @contextmanager
    def _named(self, part: str) -> Iterator[None]:
        try:
            yield
        except (InvalidInputError, ExpressionError) as error:
            raise ProblemFileError(f"{self.source}: {part}: {error}") from error
