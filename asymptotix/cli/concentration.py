"""`asymptotix concentration`: how wide a network must be for its kernel to be the limit."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table
from asymptotix.cli.values import grid_numbers

__all__ = ["concentration"]


def concentration(
    activation: Annotated[str, typer.Argument(help="A name or an expression in x.")],
    widths: Annotated[str, typer.Option("--widths", help="Numbers of neurons, as 100,200 or 100:1600:5:log.")] = "100:1600:5:log",
    dimension: Annotated[int, typer.Option("--dimension", help="Of the inputs, drawn on the sphere.")] = 40,
    n_samples: Annotated[int, typer.Option("--n-samples", help="Inputs.")] = 100,
    features: Annotated[
        Literal["random", "tangent"], typer.Option("--features", help="Of the last layer, or of the first.")
    ] = "random",
    trials: Annotated[int, typer.Option("--trials")] = 5,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Measure the distance of the kernel of a network of width N from its limit, beside the law of Marchenko and Pastur.

    Extreme eigenvalues of K^-1/2 K_N K^-1/2 and their edges, exponents with standard errors, and where a hypothesis of the law
    fails.

    \b
    Examples:
      asymptotix concentration relu
      asymptotix concentration erf --features tangent --dimension 20 --n-samples 200 --json
      asymptotix concentration relu --widths 200,800,3200 --n-samples 200 --plot concentration.pdf
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import width_concentration

    given = grid_numbers("--widths", widths)
    if ":" in widths:
        given = [float(round(n)) for n in given]
    found = width_concentration(
        activation,
        widths=given,
        dimension=dimension,
        n_samples=n_samples,
        features=features,
        n_trials=trials,
        seed=seed,
    )
    give_table(found.table(), as_json, csv)
    if plot is not None:
        from asymptotix.report.plot import new_figure, save_figure

        figure, panels = new_figure(1, 2)
        found.plot(ax=panels[0, 0])
        found.plot_spectrum(-1, ax=panels[0, 1])
        save_figure(figure, plot)
        typer.echo(f"wrote {plot}", err=True)
