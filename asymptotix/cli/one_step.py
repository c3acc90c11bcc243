"""`asymptotix one-step`: what one gradient step on the first layer learns, theory and simulation."""

from __future__ import annotations

from typing import Annotated

import typer

from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table
from asymptotix.cli.values import number_list

__all__ = ["one_step"]


def one_step(
    activation: Annotated[str, typer.Argument(help="Of the network.")],
    target: Annotated[str, typer.Argument(help="A function of x, the projection on one direction.")],
    dimension: Annotated[int, typer.Option("--dimension")] = 200,
    width: Annotated[int, typer.Option("--width", help="Neurons.")] = 400,
    n_samples: Annotated[int, typer.Option("--n-samples")] = 400,
    step: Annotated[float, typer.Option("--step", help="eta times gamma, for (1/2n) sum of squares.")] = 1.0,
    noise_variance: Annotated[float, typer.Option("--noise-variance")] = 0.0,
    trials: Annotated[int, typer.Option("--trials", help="0: theory only.")] = 5,
    errors: Annotated[
        str | None, typer.Option("--errors", metavar="LIST", help="Simulate the test error after these steps instead.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    plot: PlotOption = None,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """One gradient step on the first layer of a two-layer network: the spike in the weights, and its overlap with the target.

    The overlaps are limits with the simulation beside them. For the test error after the step no formula is known here: --errors
    simulates it.

    \b
    Examples:
      asymptotix one-step erf relu --step 3
      asymptotix one-step erf "0.7*x + 0.5*(x**2-1)/sqrt(2)" --noise-variance 0.09 --step 0.1 --trials 10
      asymptotix one-step erf "relu(x) - 1/sqrt(2*pi)" --dimension 100 --width 800 --n-samples 600 --errors 0,1,3,10
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import one_gradient_step

    found = one_gradient_step(
        activation, target, dimension=dimension, width=width, n_samples=n_samples, step=step, noise_variance=noise_variance
    )
    if errors is not None:
        simulated = found.test_errors(number_list("--errors", errors), n_trials=max(trials, 2), seed=seed)
        if plot is not None:
            typer.echo(f"wrote {simulated.plot().save(plot)}", err=True)
        give_table(simulated.table(), as_json, csv)
    else:
        if plot is not None:
            typer.echo(f"wrote {found.plot(n_trials=max(trials, 2), seed=seed).save(plot)}", err=True)
        give_table(found.table(n_trials=trials, seed=seed), as_json, csv)
