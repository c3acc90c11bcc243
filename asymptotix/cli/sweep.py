"""`asymptotix sweep FILE`: a problem's grid through theory, experiment and verdict, kept in a store; status, resume, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from asymptotix.cli.curves import OUTCOME_CODES
from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import JsonOption, print_json, print_table
from asymptotix.cli.sweep_store import StoreArgument, export_store, status_of_store

if TYPE_CHECKING:
    from asymptotix.sweeps.result import Sweep

__all__ = ["resume_sweep", "run_sweep_of_file", "sweep"]

_DEFAULT = "run"
_SUFFIX = ".sweep.sqlite"


class SweepGroup(TyperGroup):
    """`asymptotix sweep FILE` is `asymptotix sweep run FILE`: what is no subcommand belongs to `run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the name of the default command."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


sweep = typer.Typer(
    cls=SweepGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@sweep.callback()
def sweep_commands() -> None:
    """Run a problem's grid, keeping every finished trial: asymptotix sweep FILE.toml. Options: asymptotix sweep run --help.

    \b
    Examples:
      asymptotix sweep problem.toml --output out        theory, experiment, verdict, table and figure
      asymptotix sweep problem.toml --precision 0.01    the same line goes on after a kill
      asymptotix sweep status problem.sweep.sqlite
      asymptotix sweep resume problem.sweep.sqlite
      asymptotix sweep export problem.sweep.sqlite --csv rows.csv
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it


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
DeadlineOption = Annotated[
    float | None, typer.Option("--deadline", metavar="SECONDS", help="Give up a trial, and its cell, after it; needs --workers.")
]
QuantityOption = Annotated[str, typer.Option("--quantity", help="The field to judge and to plot.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FOLDER", help="Write table.csv, table.tex and the figure.")
]
EveryOption = Annotated[
    str | None, typer.Option("--every", metavar="TIME", help='Write --output in between too: "5 min".')
]  # fmt: skip


@sweep.command(_DEFAULT, short_help="Run a problem file; the default.")
def run_sweep_of_file(
    problem_file: Annotated[Path, typer.Argument(metavar="PROBLEM.toml", help="A problem file.")],
    store: Annotated[
        Path | None, typer.Option("--store", metavar="FILE", help="Keeps what is finished; default: PROBLEM.sweep.sqlite.")
    ] = None,
    n_trials: TrialsOption = None,
    precision: PrecisionOption = None,
    budget: BudgetOption = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Default: the file's, or 0.")] = None,
    quantity: QuantityOption = "test_error",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    deadline: DeadlineOption = None,
    output: OutputOption = None,
    every: EveryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Theory, experiment and verdict over the grid of a problem file. Every finished trial is kept: run the line again to go on.

    Exits with 0 if theory and experiment agree, 1 if they disagree, 5 if the error bars are too wide to tell, 4 if the store
    cannot be used, 130 if it was interrupted (Ctrl-C).

    \b
    Examples:
      asymptotix sweep problem.toml
      asymptotix sweep problem.toml --precision 0.01 --workers 2 --output out --every "5 min"
      asymptotix sweep problem.toml --budget "10 min" --store /scratch/mine.sqlite
      asymptotix sweep problem.toml --scheduler tcp://10.0.0.1:8786
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    place = store or problem_file.with_suffix(_SUFFIX)
    options = {"n_trials": n_trials, "precision": precision, "budget": budget, "seed": seed, "quantity": quantity}
    _run(problem_file, place, options, deadline, _Engine(workers, scheduler), output, every, as_json)


@sweep.command("resume", short_help="Go on with a store alone.")
def resume_sweep(
    store: StoreArgument,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    deadline: DeadlineOption = None,
    output: OutputOption = None,
    every: EveryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finish the sweep of a store, which knows its problem, with the number of trials, precision or budget that it was run with.

    \b
    Examples:
      asymptotix sweep resume problem.sweep.sqlite --workers 2 --output out
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.sweeps.run_sweep import problem_of_store

    problem, options = problem_of_store(store)
    _run(problem, store, options, deadline, _Engine(workers, scheduler), output, every, as_json)


sweep.command("status", short_help="What is finished, failed and left.")(status_of_store)
sweep.command("export", short_help="Every trial as CSV or Parquet.")(export_store)


class _Engine:
    """What `--workers` and `--scheduler` say."""

    def __init__(self, workers: int | None, scheduler: str | None) -> None:
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


def _run(
    problem: Any,
    store: Path,
    options: dict[str, Any],
    deadline: float | None,
    engine: _Engine,
    output: Path | None,
    every: str | None,
    as_json: bool,
) -> None:
    from asymptotix.simulation.effort import seconds_of
    from asymptotix.sweeps.run_sweep import sweep as run_sweep

    if every is not None and output is None:
        raise typer.BadParameter("writes --output in between: give one", param_hint="--every")
    partial: dict[str, Any] = {}
    if output is not None and every is not None:
        partial = {"every": seconds_of(every), "on_partial": _writer(output)}
    with engine.executor() as executor:
        found = run_sweep(problem, store=store, executor=executor, deadline=deadline, **partial, **options)
    if output is not None:
        for path in found.write(output):
            typer.echo(f"wrote {path}", err=True)
    _answer(found, as_json)
    if found.interrupted:
        typer.echo(f"interrupted: what is finished is in {store}; go on with  asymptotix sweep resume {store}", err=True)
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    raise typer.Exit(int(OUTCOME_CODES[found.verdict.outcome]))


def _writer(output: Path) -> Callable[[Sweep], object]:
    return lambda found: found.write(output)


def _answer(found: Sweep, as_json: bool) -> None:
    table = found.table
    if as_json:
        print_json({"outcome": found.verdict.outcome, "quantity": found.quantity, "interrupted": found.interrupted,
                    "store": str(found.store), "z_limit": found.verdict.z_limit, "rows": table.to_records()})  # fmt: skip
    else:
        print_table(table)
        typer.echo(found.summary())
