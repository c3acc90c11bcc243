"""`asymptotix staircase`: what a kernel has learned of a target after d^e samples, and what stays out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from asymptotix.cli.drawn_points import with_between
from asymptotix.cli.output import CsvOption, JsonOption, PlotOption, give_table
from asymptotix.cli.values import grid_numbers, number_list

if TYPE_CHECKING:
    from asymptotix.lazy.kernel_staircase import KernelStaircase

__all__ = ["staircase"]


def staircase(
    target: Annotated[str, typer.Argument(help='A function of x ("relu", "x**3 - 3*x") or a polynomial in x1, x2, ...')],
    dimension: Annotated[str, typer.Option("--dimension", metavar="LIST", help="Dimensions of the sphere.")] = "30,100,1000",
    kernel: Annotated[str, typer.Option("--kernel", help="Activation of the kernel, or 'exponential'.")] = "relu",
    exponents: Annotated[
        str, typer.Option("--exponents", metavar="LIST", help="log n / log d: 0.5,1.5 or 0.5:3.5:7.")
    ] = "0.5:3.5:7",
    ridge: Annotated[float, typer.Option("--ridge")] = 1e-3,
    error: Annotated[
        str | None, typer.Option("--error", metavar="LIST", help="Tabulate the samples needed for these errors.")
    ] = None,
    energies: Annotated[bool, typer.Option("--energies", help="Tabulate the energies per degree, Gaussian inputs.")] = False,
    leap: Annotated[bool, typer.Option("--leap", help="Print the leap or information exponent only.")] = False,
    plot: PlotOption = None,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """The staircase of a kernel: its error at n = d^e samples, in the limit and at finite dimensions.

    Of the target only the degrees up to log n / log d are learned. The limit is far away: at d = 30 its plateaus cannot be seen.
    The curves are deterministic equivalents on the sphere.

    \b
    Examples:
      asymptotix staircase relu
      asymptotix staircase relu --dimension 100 --error 0.1,0.05,0.02,0.01
      asymptotix staircase "x**3 - 3*x" --kernel exponential --plot staircase.pdf
      asymptotix staircase relu --energies --json
      asymptotix staircase "x1 + x1*x2*x3" --leap
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.kernels.inner_product import exponential_kernel

    if leap:
        _exponent(target, as_json)
        return
    from asymptotix import kernel_staircase

    grid = grid_numbers("--exponents", exponents)

    def curves(at: list[float]) -> KernelStaircase:
        return kernel_staircase(
            target,
            dimension=[int(d) if d.is_integer() else d for d in number_list("--dimension", dimension)],  # type: ignore[misc]  # refused
            kernel=exponential_kernel() if kernel == "exponential" else kernel,
            exponents=at,
            ridge=ridge,
        )

    steps = curves(grid)
    if plot is not None:  # between the exponents asked for, too: a polygon through a few points is no staircase
        fine = curves(with_between(grid, 69))
        typer.echo(f"wrote {fine.plot().save(plot)}", err=True)
    if energies:
        give_table(steps.target.table(), as_json, csv)
    elif error is not None:
        give_table(steps.samples_table(number_list("--error", error)), as_json, csv)
    else:
        give_table(steps.table(), as_json, csv)


def _exponent(target: str, as_json: bool) -> None:
    from asymptotix import information_exponent, leap_exponent
    from asymptotix.cli.output import print_json
    from asymptotix.lazy.polynomial_text import is_polynomial_text

    if is_polynomial_text(target):
        found = leap_exponent(target)
        content = {"target": target, "exponent": found.exponent, "leaps": list(found.leaps), "dimensions": list(found.dimensions)}
    else:
        k = information_exponent(target)
        content = {"target": target, "exponent": k, "leaps": [k], "dimensions": [1]}
    if as_json:
        print_json(content)
    else:
        leaps = ", ".join(map(str, content["leaps"]))  # type: ignore[call-overload]  # the list above
        typer.echo(f"{target}: leap exponent {content['exponent']} (leaps {leaps})")
