"""`asymptotix sweep FILE`: a problem's grid through theory, experiment and verdict, kept in a store; status, resume, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from asymptotix.cli.curves import OUTCOME_CODES
from asymptotix.cli.engine_options import (
    BudgetOption,
    EngineChoice,
    MaxTrialsOption,
    PrecisionOption,
    SchedulerOption,
    TrialsOption,
    WorkersOption,
)
from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import JsonOption, print_json, print_table
from asymptotix.cli.sweep_store import StoreArgument, export_store, status_of_store

if TYPE_CHECKING:
    from asymptotix.problems.problem import Problem
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
XOption = Annotated[str | None, typer.Option("--x", metavar="NAME", help="Abscissa of a phase diagram, such as n_samples.")]
YOption = Annotated[str | None, typer.Option("--y", metavar="NAME", help="Its ordinate: the other argument that varies.")]


@sweep.command(_DEFAULT, short_help="Run a problem file; the default.")
def run_sweep_of_file(
    problem_file: Annotated[Path, typer.Argument(metavar="PROBLEM.toml", help="A problem file.")],
    store: Annotated[
        Path | None, typer.Option("--store", metavar="FILE", help="Keeps what is finished; default: PROBLEM.sweep.sqlite.")
    ] = None,
    n_trials: TrialsOption = None,
    precision: PrecisionOption = None,
    budget: BudgetOption = None,
    max_trials: MaxTrialsOption = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Default: the file's, or 0.")] = None,
    quantity: QuantityOption = "test_error",
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    deadline: DeadlineOption = None,
    output: OutputOption = None,
    every: EveryOption = None,
    x: XOption = None,
    y: YOption = None,
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
      asymptotix sweep problem.toml --output out --x n_samples --y ridge
      asymptotix sweep problem.toml --scheduler tcp://10.0.0.1:8786
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.problems.loader import load_problem

    place = store or problem_file.with_suffix(_SUFFIX)
    efforts = {"n_trials": n_trials, "precision": precision, "budget": budget, "max_trials": max_trials}
    options = {**efforts, "seed": seed, "quantity": quantity, "deadline": deadline}
    problem = load_problem(problem_file)
    _run(problem, place, options, EngineChoice(workers, scheduler), _Files(output, every, x, y), as_json)


@sweep.command("resume", short_help="Go on with a store alone.")
def resume_sweep(
    store: StoreArgument,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    deadline: DeadlineOption = None,
    output: OutputOption = None,
    every: EveryOption = None,
    x: XOption = None,
    y: YOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finish the sweep of a store, which knows its problem, with the number of trials, precision or budget that it was run with.

    \b
    Examples:
      asymptotix sweep resume problem.sweep.sqlite --workers 2 --output out
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.sweeps.run_sweep import problem_of_store

    problem, options = problem_of_store(store)
    options["deadline"] = deadline
    _run(problem, store, options, EngineChoice(workers, scheduler), _Files(output, every, x, y), as_json)


sweep.command("status", short_help="What is finished, failed and left.")(status_of_store)
sweep.command("export", short_help="Every trial as CSV or Parquet.")(export_store)


class _Files:
    """What `--output`, `--every`, `--x` and `--y` say."""

    def __init__(self, output: Path | None, every: str | None, x: str | None, y: str | None) -> None:
        for option, value in (("--every", every), ("--x", x), ("--y", y)):
            if value is not None and output is None:
                raise typer.BadParameter("says how --output is written: give one", param_hint=option)
        self._output, self._every, self._x, self._y = output, every, x, y

    def require_axes(self, problem: Problem) -> None:
        """Refuse what is no axis of the problem before hours of work, not after."""
        varying = [name for name, values in problem.grid.items() if values.size > 1]
        for option, name in (("--x", self._x), ("--y", self._y)):
            if name is not None and (name not in varying or len(varying) != 2):
                of = ", ".join(varying) or "nothing"
                raise typer.BadParameter(
                    f"{name}: a phase diagram is over the two arguments that vary; here: {of}", param_hint=option
                )

    def write(self, found: Sweep) -> list[Path]:
        """Write what there is."""
        return [] if self._output is None else found.write(self._output, x=self._x, y=self._y)

    def between(self) -> dict[str, Any]:
        """Arguments of `ax.sweep` for writing in between."""
        return {} if self._every is None else {"every": self._every, "on_partial": self.write}


def _run(problem: Problem, store: Path, options: dict[str, Any], engine: EngineChoice, files: _Files, as_json: bool) -> None:
    from asymptotix.sweeps.run_sweep import sweep as run_sweep

    files.require_axes(problem)
    partial = files.between()
    with engine.executor() as executor:
        found = run_sweep(problem, store=store, executor=executor, **partial, **options)
    for path in files.write(found):
        typer.echo(f"wrote {path}", err=True)
    _answer(found, as_json)
    if found.interrupted:
        typer.echo(f"interrupted: what is finished is in {store}; go on with  asymptotix sweep resume {store}", err=True)
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    raise typer.Exit(int(OUTCOME_CODES[found.verdict.outcome]))


def _answer(found: Sweep, as_json: bool) -> None:
    table = found.table
    if as_json:
        print_json({"outcome": found.verdict.outcome, "quantity": found.quantity, "interrupted": found.interrupted,
                    "store": str(found.store), "z_limit": found.verdict.z_limit, "rows": table.to_records()})  # fmt: skip
    else:
        print_table(table)
        typer.echo(found.summary())
