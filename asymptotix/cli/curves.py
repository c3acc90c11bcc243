"""`asymptotix risk` and `asymptotix check`: a problem's theory, and its comparison with an experiment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.engine_options import (
    BudgetOption,
    EngineChoice,
    MaxTrialsOption,
    PrecisionOption,
    TrialsOption,
    WorkersOption,
)
from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, print_json, print_table, write_csv
from asymptotix.cli.problem_options import takes_problem
from asymptotix.errors import InvalidInputError
from asymptotix.problems.problem import Problem

if TYPE_CHECKING:
    from asymptotix.report.table import Table
    from asymptotix.results import RiskCurve

__all__ = ["OUTCOME_CODES", "check_problem", "risk_of_problem"]

QuantityOption = Annotated[str, typer.Option("--quantity", help="The field to judge and to plot.")]
_MAIN_FIELDS = ("test_error", "train_error", "bias", "variance", "df1", "effective_ridge")
OUTCOME_CODES = {
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
    optimal_time: Annotated[
        bool, typer.Option("--optimal-time", help="Where gradient flow has the least test error, in place of --time.")
    ] = False,
    certify: Annotated[
        bool, typer.Option("--certify", help="Prove bounds of every number; --json and --csv give them. Needs python-flint.")
    ] = False,
    digits: Annotated[
        int | None,
        typer.Option(
            "--digits",
            min=1,
            max=1000,
            metavar="COUNT",
            help="So many proved digits: of --quantity and the effective ridge, of all fields with --json or --csv.",
        ),
    ] = None,
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
      asymptotix risk --model sphere-features --activation relu --dimension 30 --energies 0,1 \\
          --n-samples 200 --n-features 200 --ridge 1e-3 --n-predictors 1,2,4,inf
      asymptotix risk problem.toml --optimal-ridge --plot best.pdf
      asymptotix risk problem.toml --optimal-time
      asymptotix risk --model covariate-shift --covariance sigma.npy --coefficients beta.npy \\
          --test-covariance other.npy --n-samples 100 --ridge 0.1
      asymptotix risk --model ridge-regression --power-law 2 --source 0.5 --n-samples 100 --ridge=-1e-3,0,1e-3
      asymptotix risk problem.toml --certify --csv bounds.csv
      asymptotix risk --model ridge-regression --power-law 1.5 --source 0.5 --n-samples 100 --ridge 0.1 --digits 30
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    if optimal_time:
        _refuse_beside_optimal_time(optimal_ridge=optimal_ridge, certify=certify, digits=digits)
        curve = _at_the_best_time(problem)
    else:
        curve = _predicted(problem, optimal_ridge, certify=certify, digits=digits)
    curve.quantity(quantity)
    table = _in_digits(curve, curve.table())
    if plot is not None:
        # the best ridge, or time, follows the other arguments
        x = "n_samples" if (optimal_ridge or optimal_time) and curve.grid["n_samples"].size > 1 else None
        _draw(curve, plot, quantity=quantity, x=x, title=problem.title)
    if csv is not None:
        write_csv(table, csv)
    if latex:
        typer.echo(curve.to_latex(), nl=False)
    elif as_json:
        grid = {name: _nested(values) for name, values in curve.grid.items()}
        fields = {name: _nested(values) for name, values in curve.values.items()}
        print_json({"model": curve.model, "convention": curve.convention, "noise_variance": curve.noise_variance,
                    "references": list(curve.references), "grid": grid, "fields": fields, **_evidence(curve)})  # fmt: skip
    elif csv is None:
        shown = _MAIN_FIELDS if digits is None else dict.fromkeys((quantity, "effective_ridge"))
        print_table(_in_digits(curve, curve.table(*(name for name in shown if name in curve.values))))


@takes_problem
def check_problem(
    problem: Problem,
    n_trials: TrialsOption = None,
    precision: PrecisionOption = None,
    budget: BudgetOption = None,
    max_trials: MaxTrialsOption = None,
    store: Annotated[
        Path | None, typer.Option("--store", metavar="FILE", help="Keeps every trial; run the line again to go on.")
    ] = None,
    workers: WorkersOption = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Default: the file's, or 0.")] = None,
    control_variates: Annotated[
        bool, typer.Option("--control-variates", help="Narrower error bars by what has a known mean; Gaussian covariates only.")
    ] = False,
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
      asymptotix check problem.toml --precision 0.01
      asymptotix check problem.toml --budget "1 min" --workers 2 --store trials.sqlite
      asymptotix check problem.toml --control-variates
      asymptotix check --model sphere-features --activation relu --dimension 30 --energies 0,1,0.5 \\
          --noise-variance 0.25 --n-samples 200 --n-features 100,400 --ridge 0.1 --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import check

    arguments: dict[str, Any] = {
        **problem.grid,
        **problem.effort(n_trials=n_trials, precision=precision, budget=budget, max_trials=max_trials),
        "store": store,
        "seed": problem.seed if seed is None else seed,
        "control_variates": control_variates,
    }
    with EngineChoice(workers).executor() as executor:
        verdict = check(problem.model, quantity=quantity, executor=executor, **arguments)
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
    raise typer.Exit(int(OUTCOME_CODES[verdict.outcome]))


def _predicted(problem: Problem, optimal_ridge: bool, *, certify: bool, digits: int | None) -> RiskCurve:
    from asymptotix import risk

    grid: dict[str, Any] = problem.grid
    if optimal_ridge:
        best = _at_the_best_ridge(problem)
        if not certify and digits is None:
            return best
        grid = dict(best.grid)
    return risk(problem.model, **grid, certify=certify, digits=digits)


def _at_the_best_ridge(problem: Problem) -> RiskCurve:
    from asymptotix import optimal_ridge

    if "n_predictors" in problem.grid:
        fix = "the best ridge is known for one predictor"
        raise InvalidInputError("n_predictors", problem.grid["n_predictors"], "left out with --optimal-ridge", fix)
    grid = _without_setting(problem)
    return optimal_ridge(problem.model, n_samples=grid["n_samples"], n_features=grid.get("n_features")).risk


def _at_the_best_time(problem: Problem) -> RiskCurve:
    from asymptotix import optimal_time

    return optimal_time(problem.model, n_samples=_without_setting(problem)["n_samples"]).risk


def _without_setting(problem: Problem) -> dict[str, Any]:
    """The grid without the axis of the ridge, time or steps, the last one, along which nothing else varies."""
    varying = next(problem.grid[name] for name in ("ridge", "time", "steps") if name in problem.grid).ndim > 0
    return {name: values[..., 0] if varying and values.ndim else values for name, values in problem.grid.items()}


def _refuse_beside_optimal_time(**others: Any) -> None:
    for name, value in others.items():
        if value:
            option = "--" + name.replace("_", "-")
            raise typer.BadParameter("does not go with --optimal-time", param_hint=option)


def _evidence(curve: RiskCurve) -> dict[str, Any]:
    """What `--certify` and `--digits` add to the JSON: bounds and decimals of every field."""
    if curve.lower is None or curve.upper is None:
        return {}
    sides = {"lower": curve.lower, "upper": curve.upper}
    bounds = {end: {name: _nested(values) for name, values in side.items()} for end, side in sides.items()}
    return bounds if curve.decimals is None else {**bounds, "decimals": {k: v.tolist() for k, v in curve.decimals.items()}}


def _in_digits(curve: RiskCurve, table: Table) -> Table:
    """The table with the decimals of a curve in place of its doubles, and a note of how narrow the bounds are."""
    if curve.lower is None:
        return table
    texts = {} if curve.decimals is None else curve.decimals
    columns = tuple(
        replace(column, values=texts[column.name].ravel().tolist()) if column.name in texts else column
        for column in table.columns
    )
    width = f"certified: proved bounds at most {curve.bounds_width:.1e} apart, relative to the values"
    return replace(table, columns=columns, notes=(*table.notes, width))


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
