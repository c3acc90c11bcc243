"""`asymptotix mean-field`: what a two-layer network learns between the lazy and the mean-field scaling."""

from __future__ import annotations

from typing import Annotated

import typer

from asymptotix.cli.drawn_points import with_between
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table
from asymptotix.cli.values import number_list

__all__ = ["mean_field"]


def mean_field(
    activation: Annotated[str, typer.Argument(help="erf(b*x), relu, or a smooth activation.")] = "erf(x/sqrt(2))",
    target: Annotated[str, typer.Option("--target", help="phi of the target phi(<u, x>).")] = "erf(sqrt(2)*x)",
    limit: Annotated[bool, typer.Option("--limit", help="The limit of width and dimension at --times instead.")] = False,
    times: Annotated[str, typer.Option("--times", help="Of the limit.")] = "0,0.5,1,2,3,6,10,20",
    widths: Annotated[str, typer.Option("--widths", help="Even numbers of neurons.")] = "32,64",
    exponents: Annotated[str, typer.Option("--exponents", help="b of the scale N^-b: 0.5 lazy, 1 mean field.")] = "0.5,0.75,1",
    dimension: Annotated[int, typer.Option("--dimension")] = 20,
    time: Annotated[float, typer.Option("--time", help="Of gradient flow, of the study.")] = 20.0,
    trials: Annotated[int, typer.Option("--trials")] = 2,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Train the same two-layer network at scales N^-b on the population loss: error, change of kernel, learned direction.

    Two-layer networks alone: mean-field theory of deep networks is out of scope.

    \b
    Examples:
      asymptotix mean-field
      asymptotix mean-field --limit --times 0.5,1,3,6,20 --json
      asymptotix mean-field "erf(x)" --target "erf(x)" --widths 32,64,128 --exponents 0.5,0.625,0.75,0.875,1 --plot scales.pdf
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import mean_field_limit, scale_study

    if limit:
        at = number_list("--times", times)
        give_table(mean_field_limit(activation, target=target, times=at).table(), as_json, csv)
    else:
        sizes = number_list("--widths", widths)
        if any(n != int(n) for n in sizes):
            raise typer.BadParameter(f"{widths!r} are not whole numbers", param_hint="--widths")
        study = scale_study(
            activation, target=target, dimension=dimension, widths=[int(n) for n in sizes],
            exponents=number_list("--exponents", exponents),
            time=time, n_trials=trials, seed=seed,
        )  # fmt: skip
        give_table(study.table(), as_json, csv)
    if plot is not None:
        from asymptotix.report.plot import new_figure, save_figure

        figure, panels = new_figure(1, 1 if limit else 3)
        if limit:  # between the times asked for, too
            mean_field_limit(activation, target=target, times=with_between(at)).plot(ax=panels[0, 0])
        else:
            for panel, quantity in zip(panels[0], ("test_error", "kernel_change", "alignment"), strict=True):
                study.plot(quantity, ax=panel)
        save_figure(figure, plot)
        typer.echo(f"wrote {plot}", err=True)
