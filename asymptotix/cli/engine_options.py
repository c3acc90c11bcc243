"""Options that say how much is simulated and where: `--n-trials`, `--precision`, `--budget`, `--workers`, `--scheduler`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

__all__ = [
    "BudgetOption",
    "EngineChoice",
    "MaxTrialsOption",
    "PrecisionOption",
    "SchedulerOption",
    "TrialsOption",
    "WorkersOption",
]

WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; without it, this one.")]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Of a Dask scheduler, tcp://HOST:PORT (extra cluster).")
]
TrialsOption = Annotated[int | None, typer.Option("--n-trials", min=2, help="Independent trials; default: the file's, or 50.")]
PrecisionOption = Annotated[
    float | None, typer.Option("--precision", help="In place of --n-trials: relative standard error at every point.")
]
BudgetOption = Annotated[
    str | None, typer.Option("--budget", metavar="TIME", help='In place of --n-trials: "30 s", "10 min", "2 h".')
]
MaxTrialsOption = Annotated[
    int | None, typer.Option("--max-trials", min=2, help="With a precision or a budget: the most trials at a point.")
]


class EngineChoice:
    """What `--workers` and `--scheduler` say."""

    def __init__(self, workers: int | None, scheduler: str | None = None) -> None:
        if workers is not None and scheduler is not None:
            raise typer.BadParameter("does not go with --workers", param_hint="--scheduler")
        self._workers, self._scheduler = workers, scheduler

    @contextmanager
    def executor(self) -> Iterator[Any]:
        """The executor, for the block."""
        if self._scheduler is not None:
            from asymptotix.runs.dask_engine import DaskExecutor

            with DaskExecutor(self._scheduler) as cluster:
                yield cluster
        elif self._workers is not None:
            from asymptotix.runs.pool import WorkerPool

            with WorkerPool(self._workers) as pool:
                yield pool
        else:
            yield None
