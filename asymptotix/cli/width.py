"""`asymptotix width`: how many random features are as good as infinitely many."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table
from asymptotix.cli.problem_options import takes_problem
from asymptotix.errors import InvalidInputError
from asymptotix.problems.problem import Problem

__all__ = ["width"]


@partial(takes_problem, ridgeless=True, any_width=True)
def width(
    problem: Problem,
    tolerance: Annotated[float, typer.Option("--tolerance", help="Of the error, relative to its limit.")] = 0.05,
    quantity: Annotated[str, typer.Option("--quantity", help="test_error or excess_risk.")] = "test_error",
    one_sided: Annotated[bool, typer.Option("--one-sided", help="An error below the limit is as good.")] = False,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """The number of random features from which on the error is within a tolerance of that of infinitely many.

    For every n_samples and ridge of the problem; its n_features are not read, and its ridge is 0 if left out.

    \b
    Examples:
      asymptotix width problem.toml
      asymptotix width problem.toml --tolerance 0.01 --quantity excess_risk --csv widths.csv
      asymptotix width --model random-features --power-law 1.5 --source 0.5 --noise-variance 0.25 \\
          --n-samples 30:3000:9:log --ridge 0,0.01,1 --plot widths.pdf
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import required_width

    axes = problem.schema.grid.axes()
    if "ridge" not in axes:
        raise InvalidInputError("ridge", None, "given, in place of times or steps", "the width is that of ridge regression")
    n, ridge = axes["n_samples"], axes["ridge"]
    found = required_width(
        problem.model,
        n_samples=n.reshape(-1, 1) if ridge.ndim else n,
        ridge=ridge,
        tolerance=tolerance,
        quantity=quantity,
        one_sided=one_sided,
    )
    give_table(found.table(), as_json, csv)
    if plot is not None:
        from asymptotix.report.plot import new_figure, save_figure

        figure, panels = new_figure()
        found.plot(ax=panels[0, 0], title=problem.title)
        save_figure(figure, plot)
        typer.echo(f"wrote {plot}", err=True)
