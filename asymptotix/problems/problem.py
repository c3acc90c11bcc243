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
    def n_trials(self) -> int:
        """Number of independent trials of the simulation."""
        return self.schema.simulation.n_trials

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
