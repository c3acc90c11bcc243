"""`asymptotix infer`: from a data file to spectrum, noise, best ridge and learning curve."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.data_files import read_data
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, print_json, print_table, write_csv

if TYPE_CHECKING:
    from asymptotix.equivalents.inference.inferred import Inference
    from asymptotix.equivalents.inference.predicted_curve import PredictedCurve

__all__ = ["infer_from_file"]


def infer_from_file(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="NPZ with arrays X (or the kernel matrix K) and y; CSV or NPY with labels in the last column."
        ),
    ],
    kernel: Annotated[
        str | None,
        typer.Option("--kernel", metavar="ACTIVATION", help="Two-layer tangent kernel of an activation; without, linear ridge."),
    ] = None,
    ridge: Annotated[
        float | None, typer.Option("--ridge", min=0.0, help="Where to state effective ridge and test error; default: the best.")
    ] = None,
    n_samples: Annotated[
        str | None,
        typer.Option("--n-samples", help="Predict these sizes: 100,200 or 100:1000:5:log; default: a quarter to four times."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random halves.")] = 0,
    as_json: JsonOption = False,
    csv: CsvOption = None,
    plot: PlotOption = None,
) -> None:
    """Estimate effective ridge, best ridge, spectrum, target and noise from one data set, and predict its learning curve.

    Neither inputs nor labels are centred. The band is that of 95 % for the test error of one more training set.

    \b
    Examples:
      asymptotix infer data.npz
      asymptotix infer data.csv --n-samples 100:4000:9:log --plot curve.pdf
      asymptotix infer data.npz --kernel relu --ridge 0.1 --json
      asymptotix infer kernel.npz --csv curve.csv
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import infer

    X, y, given = read_data(data)
    if given and kernel is not None:
        raise typer.BadParameter("the file holds a kernel matrix", param_hint="--kernel")
    chosen = "precomputed" if given else None if kernel is None else _tangent_kernel(kernel)
    result = infer(X, y, chosen, ridge=ridge, seed=seed)
    curve = result.learning_curve(_sizes(n_samples, result.n_samples))
    _answer(result, curve, as_json, csv, plot)


def _answer(result: Inference, curve: PredictedCurve, as_json: bool, csv: Path | None, plot: Path | None) -> None:
    if plot is not None:
        from asymptotix.report.plot import new_figure, save_figure

        figure, axes = new_figure()
        curve.plot(ax=axes[0, 0])
        save_figure(figure, plot)
        typer.echo(f"wrote {plot}", err=True)
    if csv is not None:
        write_csv(curve.table(), csv)
    if as_json:
        print_json(
            _content(result)
            | {"learning_curve": curve.table().to_records(), "ridge_at_edge": list(map(bool, curve.ridge_at_edge))}
        )
    elif csv is None:
        print_table(result.table())
        print_table(result.levels_table())
        print_table(curve.table("test_error", "standard_error", "standard_deviation", "band_low", "band_high"))


def _sizes(text: str | None, n: int) -> list[float]:
    from asymptotix.cli.values import grid_value

    if text is None:
        return [float(round(n * 2.0**power)) for power in (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2)]
    value = grid_value("--n-samples", text)
    if not isinstance(value, dict):
        return value if isinstance(value, list) else [value]
    import numpy as np

    start, stop, num = value["start"], value["stop"], value["num"]
    if not (0 < start < np.inf and 0 < stop < np.inf and 1 <= num <= _MOST_SIZES):
        raise typer.BadParameter(f"{text!r} needs finite positive ends and 1 to {_MOST_SIZES} points", param_hint="--n-samples")
    spaced = np.geomspace if value.get("spacing") == "log" else np.linspace
    return [float(size) for size in np.unique(np.round(spaced(start, stop, num)))]


_MOST_SIZES = 10_000


def _tangent_kernel(text: str) -> Any:
    from asymptotix import activation
    from asymptotix.kernels.kernel_map import KernelMap

    return KernelMap(activation(text), depth=1, kind="tangent")


def _content(result: Inference) -> dict[str, Any]:
    numbers = {row["quantity"]: {name: row[name] for name in ("estimate", "low", "high")} for row in result.table().to_records()}
    held_out = asdict(result.held_out) | {"model_error": result.held_out.model_error}
    return {
        "n_samples": result.n_samples, "convention": result.table().convention, "quantities": numbers,
        "effective_ridge_error": result.effective_ridge_error, "loo_error": result.loo_error,
        "smallest_effective_ridge": result.observed.smallest_effective_ridge,
        "held_out": held_out, "levels": result.levels_table().to_records(),
    }  # fmt: skip
