"""`asymptotix coefficients`: Hermite and Gegenbauer coefficients of an activation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.output import CsvOption, JsonOption, print_json, print_table, write_csv

if TYPE_CHECKING:
    from asymptotix.report.table import Table
    from asymptotix.symbolic.formula import Formula

__all__ = ["coefficients"]


def coefficients(
    activation: Annotated[str, typer.Argument(help="A name or an expression in x.")],
    max_degree: Annotated[int, typer.Option("--max-degree", min=0, max=60, help="Degrees 0 to this one.")] = 6,
    dimension: Annotated[
        int | None,
        typer.Option("--dimension", min=3, help="Gegenbauer coefficients on the sphere of this space.", show_default=False),
    ] = None,
    radius: Annotated[float, typer.Option("--radius", help="Of Gegenbauer coefficients: r in s(r t).")] = 1.0,
    normalized: Annotated[bool, typer.Option("--normalized", help="Divide Hermite coefficients by sqrt(k!).")] = False,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """Hermite coefficients E[s(G) He_k(G)], or with --dimension d Gegenbauer coefficients E[s(r t) P_k(t)].

    P_k(1) = 1, and t is the first coordinate of a uniform point on the unit sphere of R^d.

    \b
    Examples:
      asymptotix coefficients relu
      asymptotix coefficients relu --normalized --max-degree 10
      asymptotix coefficients relu --dimension 30 --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    if dimension is not None and normalized:
        raise typer.BadParameter("belongs to Hermite coefficients, without --dimension", param_hint="--normalized")
    if dimension is None and radius != 1:
        raise typer.BadParameter("belongs to Gegenbauer coefficients, with --dimension", param_hint="--radius")
    formulas = _formulas(activation, max_degree, dimension, radius, normalized)
    values = [float(formula.evaluate()) for formula in formulas]
    if as_json:
        print_json({"activation": activation, "dimension": dimension, "coefficients": _records(formulas, values)})
    table = _table(activation, dimension, formulas, values)
    if csv is not None:
        write_csv(table, csv)
    elif not as_json:
        print_table(table)


def _formulas(activation: str, max_degree: int, dimension: int | None, radius: float, normalized: bool) -> list[Formula]:
    """All degrees under one time limit, one second a degree: a text that is slow at one degree is slow at every degree."""
    from asymptotix.symbolic.deadline import MAX_SECONDS, time_limit

    with time_limit(max(MAX_SECONDS, max_degree + 1.0)):
        return [_coefficient(activation, k, dimension, radius, normalized) for k in range(max_degree + 1)]


def _coefficient(activation: str, k: int, dimension: int | None, radius: float, normalized: bool) -> Formula:
    from asymptotix import gegenbauer_coefficient, hermite_coefficient

    if dimension is None:
        return hermite_coefficient(activation, k, normalized=normalized)
    return gegenbauer_coefficient(activation, k, dimension, radius=radius)


def _records(formulas: list[Formula], values: list[float]) -> list[dict[str, Any]]:
    return [
        {"k": k, "value": value, "expression": str(formula.expression), "latex": formula.latex(), "status": formula.status.kind}
        for k, (formula, value) in enumerate(zip(formulas, values, strict=True))
    ]


def _table(activation: str, dimension: int | None, formulas: list[Formula], values: list[float]) -> Table:
    from asymptotix.report.table import Column, Table

    where = "Hermite coefficients" if dimension is None else f"Gegenbauer coefficients, d = {dimension}"
    columns = (
        Column("k", [float(k) for k in range(len(values))]),
        Column("value", values, digits=12),
        Column("expression", [str(formula.expression) for formula in formulas]),
        Column("status", [formula.status.kind for formula in formulas]),
    )
    return Table(columns, f"{where} of {activation}", convention="He_k has leading coefficient 1, P_k(1) = 1")
