"""`asymptotix neuron`: one neuron that learns one neuron, by its population flow or from samples."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from asymptotix.cli.drawn_points import with_between
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table
from asymptotix.cli.values import number_list

__all__ = ["neuron"]


def neuron(
    activation: Annotated[str, typer.Argument(help="Of the neuron, and of the target unless --target is given.")] = "relu",
    target: Annotated[str | None, typer.Option("--target", help="Activation of the target, population flow only.")] = None,
    norm: Annotated[float | None, typer.Option("--norm", help="Of w at time 0, default 1; the target has norm 1.")] = None,
    angle: Annotated[float | None, typer.Option("--angle", help="To the target at time 0; default: pi/2.")] = None,
    times: Annotated[str, typer.Option("--times", metavar="LIST", help="Times of the flow.")] = "0,1,2,4,8,16",
    ratio: Annotated[
        str | None, typer.Option("--ratio", metavar="LIST", help="n / d: train on samples instead of the population.")
    ] = None,
    kernel: Annotated[bool, typer.Option("--kernel", help="With --ratio: the kernel's error at the same n beside it.")] = False,
    dimension: Annotated[int, typer.Option("--dimension")] = 100,
    noise_variance: Annotated[float, typer.Option("--noise-variance")] = 0.0,
    step: Annotated[float | None, typer.Option("--step", help="Default: half of the stable step.")] = None,
    trials: Annotated[int, typer.Option("--trials")] = 10,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    plot: PlotOption = None,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """One neuron that learns one neuron: the population flow, or gradient descent on n = ratio d samples.

    The population flow of the ReLU is exact in time; others are integrated. With samples the simulation stands beside the
    local rate of the ReLU, its stable step, and what label noise costs.

    \b
    Examples:
      asymptotix neuron relu --norm 0.5
      asymptotix neuron "erf(x/sqrt(2))" --times 0,10,20,40 --json
      asymptotix neuron relu --ratio 2.5,4,10 --dimension 50
      asymptotix neuron relu --ratio 3,6,12 --dimension 50 --kernel --noise-variance 0.01 --plot neuron.pdf
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    import asymptotix as ax

    found: Any
    if ratio is None:
        if kernel:
            raise typer.BadParameter("needs --ratio: a kernel has samples, not a flow", param_hint="--kernel")
        if step is not None:
            raise typer.BadParameter("needs --ratio: the flow has no steps", param_hint="--step")
        start, at = 1.0 if norm is None else norm, number_list("--times", times)
        found = ax.single_neuron_flow(activation, target, norm=start, angle=angle, times=at)
        if plot is not None:  # between the times asked for, too
            fine = with_between(at)
            drawn = ax.single_neuron_flow(activation, target, norm=start, angle=angle, times=fine)
    elif of_the_flow := [name for name, value in (("target", target), ("norm", norm), ("angle", angle)) if value is not None]:
        raise typer.BadParameter("is for the population flow: leave out --ratio", param_hint=f"--{of_the_flow[0]}")
    elif kernel:
        if step is not None:
            raise typer.BadParameter("is not for --kernel, which takes half of the stable step", param_hint="--step")
        found = ax.neuron_against_kernel(
            activation, dimension=dimension, ratio=number_list("--ratio", ratio), noise_variance=noise_variance, n_trials=trials,
            seed=seed,
        )  # fmt: skip
    else:
        found = ax.single_neuron_descent(
            activation, dimension=dimension, ratio=number_list("--ratio", ratio), noise_variance=noise_variance, step=step,
            n_trials=trials, seed=seed,
        )  # fmt: skip
    if plot is not None:
        typer.echo(f"wrote {(drawn if ratio is None else found).plot().save(plot)}", err=True)
    give_table(found.table(), as_json, csv)
