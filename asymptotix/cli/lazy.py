"""`asymptotix lazy`: whether a two-layer network trains as its linearization does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.exit_codes import ExitCode
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table, print_json, write_csv
from asymptotix.cli.values import number_list

if TYPE_CHECKING:
    from asymptotix.lazy.report_of_training import LinearizationReport
    from asymptotix.lazy.widths import WidthStudy

__all__ = ["lazy"]

_N_TEST = 200  # generated test points


def lazy(
    data: Annotated[
        Path | None, typer.Argument(metavar="[DATA]", help="NPZ with X and y; CSV or NPY with labels in the last column.")
    ] = None,
    activation: Annotated[str, typer.Option("--activation", help="A name or a text.")] = "relu",
    width: Annotated[int, typer.Option("--width", min=1, help="Neurons N.")] = 4096,
    scale_exponent: Annotated[float, typer.Option("--scale-exponent", help="b of the scale N^-b: 0.5 lazy, 1 mean field.")] = 0.5,
    output_scale: Annotated[float, typer.Option("--output-scale", help="A factor alpha of the scale.")] = 1.0,
    initialization: Annotated[
        str, typer.Option("--initialization", help="antisymmetric, independent or same signs of the output weights.")
    ] = "antisymmetric",
    layers: Annotated[str, typer.Option("--layers", help="Which are trained: all, first or last.")] = "all",
    training: Annotated[str, typer.Option("--training", help="descent, flow, momentum or sgd.")] = "descent",
    momentum: Annotated[float | None, typer.Option("--momentum", help="Of momentum (default 0.9) or sgd (default 0).")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", help="Of sgd; default: n/4, at most 32.")] = None,
    time: Annotated[float | None, typer.Option("--time", help="How long to train: sum of the steps / (1 - momentum).")] = None,
    step_size: Annotated[float | None, typer.Option("--step-size", help="A constant step; default: adapted.")] = None,
    dimension: Annotated[
        int | None, typer.Option("--dimension", min=1, help="Without DATA: points on a sphere in R^d; 100, with --widths 10.")
    ] = None,
    n_samples: Annotated[
        int | None, typer.Option("--n-samples", min=1, help="Without DATA: how many; 200, with --widths 15.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Without DATA: labels target(<u, x>), u a unit vector; default: relu.")
    ] = None,
    widths: Annotated[
        str | None, typer.Option("--widths", metavar="LIST", help="Fit slopes in the width instead, on random labels.")
    ] = None,
    exponents: Annotated[str, typer.Option("--exponents", metavar="LIST", help="With --widths: b of each fit.")] = "0.5,0.75,1",
    trials: Annotated[int, typer.Option("--trials", help="With --widths: draws of data and weights.")] = 4,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of weights and generated data.")] = 0,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Is my network lazy? Train it beside its linearization, and measure how far apart they end.

    The verdict rests on predictions and kernel: lazy if both differ by less than 2 %, not lazy if one does by more than 20 %.
    Exit codes: 0 lazy, 1 not lazy (the linear theory and the trained network disagree), 5 borderline; with --widths, 0.

    \b
    Examples:
      asymptotix lazy --activation erf --width 1024 --dimension 20 --n-samples 30
      asymptotix lazy data.npz --activation relu --width 4096 --plot lazy.pdf
      asymptotix lazy data.csv --scale-exponent 1 --json
      asymptotix lazy --width 512 --dimension 10 --n-samples 20 --target "tanh(x)" --csv trajectory.csv
      asymptotix lazy --activation gelu --training sgd --batch-size 20 --momentum 0.5
      asymptotix lazy --activation erf --widths 64,128,256 --exponents 0.5,0.75,1 --plot slopes.pdf
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import linearization_report, width_study

    if widths is not None:
        _refuse_with_widths(
            data=data, target=target, time=time, step_size=step_size, momentum=momentum, batch_size=batch_size,
            training=None if training == "descent" else training, output_scale=None if output_scale == 1.0 else output_scale,
        )  # fmt: skip
        study = width_study(
            activation, dimension=dimension or 10, n_samples=n_samples or 15, widths=number_list("--widths", widths),  # type: ignore[arg-type] # checked there
            scale_exponents=number_list("--exponents", exponents), initialization=initialization, layers=layers,  # type: ignore[arg-type] # checked there
            n_trials=trials, seed=seed,
        )  # fmt: skip
        if plot is not None:
            _draw_slopes(study, plot)
        give_table(study.table, as_json, csv)
        return
    X, y, test = _generated(dimension or 100, n_samples or 200, target or "relu", seed) if data is None else _given(data)
    result = linearization_report(
        activation, X, y, width=width, scale_exponent=scale_exponent, output_scale=output_scale, seed=seed, X_test=test,
        initialization=initialization, layers=layers, time=time, step_size=step_size,  # type: ignore[arg-type] # checked there
        training=training, momentum=momentum, batch_size=batch_size,  # type: ignore[arg-type] # checked there
    )  # fmt: skip
    _answer(result, as_json, csv, plot)
    code = {"lazy": ExitCode.FINE, "borderline": ExitCode.NOT_ENOUGH_EVIDENCE, "not lazy": ExitCode.DISAGREE}[result.outcome]
    raise typer.Exit(int(code))


def _refuse_with_widths(**options: object) -> None:
    for name, value in options.items():
        if value is not None:
            hint = "DATA" if name == "data" else "--" + name.replace("_", "-")
            raise typer.BadParameter("is for one report: leave out --widths", param_hint=hint)


def _draw_slopes(study: WidthStudy, path: Path) -> None:
    from asymptotix.report.plot import new_figure, save_figure

    figure, panels = new_figure(1, 2)
    for panel, quantity in zip(panels[0], ("kernel_change", "test_distance"), strict=True):
        study.plot(quantity, ax=panel)
    save_figure(figure, path)
    typer.echo(f"wrote {path}", err=True)


def _given(path: Path) -> tuple[Any, Any, None]:
    from asymptotix.cli.data_files import read_data

    X, y, kernel = read_data(path)
    if kernel:
        raise typer.BadParameter("the file holds a kernel matrix; training a network needs inputs X", param_hint="DATA")
    return X, y, None


def _generated(dimension: int, n_samples: int, target: str, seed: int) -> tuple[Any, Any, Any]:
    import numpy as np

    from asymptotix import activation

    points = np.random.default_rng([seed, 1]).standard_normal((n_samples + _N_TEST, dimension))
    points *= np.sqrt(dimension) / np.linalg.norm(points, axis=1, keepdims=True)
    return points[:n_samples], activation(target)(points[:n_samples, 0]), points[n_samples:]


def _answer(result: LinearizationReport, as_json: bool, csv: Path | None, plot: Path | None) -> None:
    if plot is not None:
        from asymptotix.report.plot import new_figure, save_figure

        figure, axes = new_figure()
        result.plot(ax=axes[0, 0])
        save_figure(figure, plot)
        typer.echo(f"wrote {plot}", err=True)
    if csv is not None:
        write_csv(result.table, csv)
    if as_json:
        print_json(_content(result))
    elif csv is None or str(csv) != "-":
        typer.echo(result.summary())


def _content(result: LinearizationReport) -> dict[str, Any]:
    from asymptotix.report.numbers import json_number

    names = (
        "prediction_distance", "kernel_change", "feature_change", "weight_change", "displacement", "sigma_min", "sigma_max",
        "lipschitz", "rho", "step_size", "stable_step_size", "scale",
    )  # fmt: skip
    bound = result.certificate
    certificate = (
        {"holds": False, "reason": bound}
        if isinstance(bound, str)
        else {"holds": True, "displacement": bound.displacement, "decay_exponent": bound.decay_exponent}
    )
    return {
        "outcome": result.outcome, "activation": result.activation, "width": result.width,
        "scale_exponent": result.scale_exponent, "output_scale": result.output_scale, "training": result.training,
        "momentum": result.momentum, "batch_size": result.batch_size, "layers": result.layers,
        "initialization": result.initialization,
        "n_samples": result.n_samples, "dimension": result.dimension, "convention": result.table.convention,
        **{name: json_number(getattr(result, name)) for name in names},
        "certificate": certificate, "duplicates": [list(pair) for pair in result.duplicates],
        "trajectory": result.table.to_records(), "ridge_of_training": result.ridge_of_training.table.to_records(),
        "self_induced_ridge": json_number(result.ridge_of_training.self_induced_ridge),
    }  # fmt: skip
