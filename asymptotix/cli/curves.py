"""`asymptotix risk` and `asymptotix check`: a problem's theory, and its comparison with an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, print_json, print_table, write_csv
from asymptotix.cli.problem_options import takes_problem
from asymptotix.problems.problem import Problem

if TYPE_CHECKING:
    from asymptotix.report.table import Table
    from asymptotix.results import RiskCurve

__all__ = ["check_problem", "risk_of_problem"]

QuantityOption = Annotated[str, typer.Option("--quantity", help="The field to judge and to plot.")]
_MAIN_FIELDS = ("test_error", "train_error", "bias", "variance", "df1", "effective_ridge")
_CODES = {
    "agree": ExitCode.FINE,
    "disagree": ExitCode.DISAGREE,
    "not enough evidence": ExitCode.NOT_ENOUGH_EVIDENCE,
}


@takes_problem
def risk_of_problem(
    problem: Problem,
    quantity: QuantityOption = "test_error",
    optimal_ridge: Annotated[
        bool, typer.Option("--optimal-ridge", help="At the ridge of least test error, maybe negative, in place of --ridge.")
    ] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print a LaTeX table.")] = False,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Deterministic equivalents of test error, training error, bias and variance on a grid.

    Describe the problem by a file, by options, or by a file and options that change it. What varies forms a product.

    \b
    Examples:
      asymptotix risk problem.toml --plot risk.pdf
      asymptotix risk problem.toml --ridge 1e-4:10:9:log --csv risk.csv
      asymptotix risk --model ridge-regression --eigenvalues 1,0.1 --multiplicities 50,250 \\
          --energies 1,0.2 --noise-variance 0.25 --n-samples 25:400:6:log --ridge 0.1
      asymptotix risk --model sphere-features --activation relu --dimension 30 --energies 0,1,0.5 \\
          --noise-variance 0.25 --n-samples 200 --n-features 100:400:20 --ridge 1e-3,0.1 --json
      asymptotix risk problem.toml --optimal-ridge --plot best.pdf
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import risk

    arguments: dict[str, Any] = problem.grid
    curve = _at_the_best_ridge(problem) if optimal_ridge else risk(problem.model, **arguments)
    curve.quantity(quantity)
    table = curve.table()
    if plot is not None:
        _draw(curve, plot, quantity=quantity, title=problem.title)
    if csv is not None:
        write_csv(table, csv)
    if latex:
        typer.echo(curve.to_latex(), nl=False)
    elif as_json:
        grid = {name: _nested(values) for name, values in curve.grid.items()}
        fields = {name: _nested(values) for name, values in curve.values.items()}
        print_json({"model": curve.model, "convention": curve.convention, "noise_variance": curve.noise_variance,
                    "references": list(curve.references), "grid": grid, "fields": fields})  # fmt: skip
    elif csv is None:
        print_table(curve.table(*(name for name in _MAIN_FIELDS if name in curve.values)))


@takes_problem
def check_problem(
    problem: Problem,
    n_trials: Annotated[
        int | None, typer.Option("--n-trials", min=2, help="Independent trials; default: the file's, or 50.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Default: the file's, or 0.")] = None,
    quantity: QuantityOption = "test_error",
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Simulate the problem and compare with the theory, in standard errors, finite-size allowance stated.

    Exits with 0 if they agree, 1 if they disagree, 5 if the error bars are too wide to tell. Interrupted (Ctrl-C), it judges
    the trials that were finished and says so.

    \b
    Examples:
      asymptotix check problem.toml
      asymptotix check problem.toml --n-trials 200 --seed 1 --plot check.pdf
      asymptotix check --model sphere-features --activation relu --dimension 30 --energies 0,1,0.5 \\
          --noise-variance 0.25 --n-samples 200 --n-features 100,400 --ridge 0.1 --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import check

    arguments: dict[str, Any] = {
        **problem.grid,
        "n_trials": problem.n_trials if n_trials is None else n_trials,
        "seed": problem.seed if seed is None else seed,
    }
    verdict = check(problem.model, quantity=quantity, **arguments)
    table = _verdict_table(verdict)
    if plot is not None:
        _draw(verdict, plot, title=problem.title)
    if csv is not None:
        write_csv(table, csv)
    if as_json:
        print_json({"outcome": verdict.outcome, "quantity": verdict.quantity, "z_limit": verdict.z_limit,
                    "interrupted": verdict.simulation is not None and verdict.simulation.interrupted,
                    "exclusions": list(verdict.exclusions), "rows": table.to_records()})  # fmt: skip
    elif csv is None:
        print_table(table)
    if not as_json:
        typer.echo(verdict.summary(), err=csv is not None and str(csv) == "-")
    raise typer.Exit(int(_CODES[verdict.outcome]))


def _at_the_best_ridge(problem: Problem) -> RiskCurve:
    from asymptotix import optimal_ridge

    varying = problem.grid["ridge"].ndim > 0  # along the last axis, where nothing else varies
    grid = {name: values[..., 0] if varying and values.ndim else values for name, values in problem.grid.items()}
    return optimal_ridge(problem.model, n_samples=grid["n_samples"], n_features=grid.get("n_features")).risk


def _verdict_table(verdict: Any) -> Table:
    from asymptotix.report.table import Column, Table

    rows = verdict.table
    columns = []
    for name in rows[0]:
        cells = [("yes" if row[name] else "left out") if isinstance(row[name], bool) else float(row[name]) for row in rows]
        columns.append(Column(name, cells))
    title = f"{verdict.theory.model}: {verdict.quantity}, theory against simulation"
    return Table(tuple(columns), title, tuple(verdict.exclusions), verdict.theory.convention)


def _draw(drawable: Any, path: Path, **options: Any) -> None:
    from asymptotix.report.plot import new_figure, save_figure

    figure, axes = new_figure()
    drawable.plot(ax=axes[0, 0], **options)
    save_figure(figure, path)
    typer.echo(f"wrote {path}", err=True)


def _nested(values: Any) -> Any:
    """An array as nested lists that strict JSON can hold."""
    from asymptotix.report.numbers import json_number

    return json_number(values) if values.ndim == 0 else [_nested(part) for part in values]
