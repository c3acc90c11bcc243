"""`asymptotix coefficients`: Hermite and Gegenbauer coefficients of an activation, as numbers and as formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from asymptotix.cli.degrees import MOST, degree_list
from asymptotix.cli.formula_output import LatexOption, MathematicaOption, PythonOption, one_form, print_source
from asymptotix.cli.output import CsvOption, JsonOption, print_json, print_table, write_csv
from asymptotix.cli.values import with_parameters

if TYPE_CHECKING:
    from asymptotix.report.table import Table
    from asymptotix.symbolic.formula import Formula

__all__ = ["coefficients"]

_CONVENTIONS = {
    "hermite": "E[s(G) He_k(G)], He_k has leading coefficient 1",
    "gegenbauer": "E[s(r t) P_k(t)], t on the unit sphere, P_k(1) = 1; --radius 'sqrt(d)' is the sphere of the data",
}


def coefficients(
    activation: Annotated[str, typer.Argument(help="A name or an expression in x.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="A name in the expression without a value (Hermite coefficients only)."),
    ] = None,
    basis: Annotated[
        Literal["hermite", "gegenbauer"] | None,
        typer.Option("--basis", help="hermite if left out, gegenbauer with --dimension.", show_default=False),
    ] = None,
    degree: Annotated[
        str | None,
        typer.Option("--degree", metavar="4|0:8|0,2,4|k", help="Degrees; k: one formula for all. 0:6 if left out."),
    ] = None,
    max_degree: Annotated[
        int | None, typer.Option("--max-degree", min=0, max=MOST, help="The same as --degree 0:THIS.", show_default=False)
    ] = None,
    dimension: Annotated[
        str | None,
        typer.Option("--dimension", metavar="30|d", help="Of the space of the sphere, for Gegenbauer coefficients; d: a symbol."),
    ] = None,
    radius: Annotated[str, typer.Option("--radius", metavar="1|sqrt(d)", help="Of Gegenbauer coefficients: r in s(r t).")] = "1",
    normalized: Annotated[bool, typer.Option("--normalized", help="Divide Hermite coefficients by sqrt(k!).")] = False,
    latex: LatexOption = False,
    python: PythonOption = False,
    mathematica: MathematicaOption = False,
    as_json: JsonOption = False,
    csv: CsvOption = None,
) -> None:
    """Hermite coefficients E[s(G) He_k(G)], or Gegenbauer coefficients E[s(r t) P_k(t)] on the sphere.

    P_k(1) = 1, and t is the first coordinate of a uniform point on the unit sphere of R^d.

    \b
    Examples:
      asymptotix coefficients relu
      asymptotix coefficients relu --normalized --degree 0:10
      asymptotix coefficients gelu --degree k --latex
      asymptotix coefficients "leaky_relu(alpha)" --parameter alpha --degree 0:4
      asymptotix coefficients relu --dimension 30 --json
      asymptotix coefficients relu --basis gegenbauer --degree 0:8 --dimension d --latex
      asymptotix coefficients erf --dimension d --radius "sqrt(d)" --degree 1,3 --mathematica
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    form = one_form(latex=latex, python=python, mathematica=mathematica, as_json=as_json, csv=csv)
    chosen = _basis(basis, dimension, radius, normalized)
    if degree is not None and max_degree is not None:
        raise typer.BadParameter("give one of them", param_hint="--degree, --max-degree")
    degrees = degree_list("--degree", degree if degree is not None else f"0:{6 if max_degree is None else max_degree}")
    formulas = _formulas(with_parameters(activation, parameter), degrees, dimension, radius, normalized)
    if form in ("latex", "python", "mathematica"):
        print_source(formulas, form)
        return
    values = [None if formula.symbols else float(formula.evaluate()) for formula in formulas]
    if form == "json":
        print_json({"activation": activation, "basis": chosen, "dimension": dimension, "radius": radius,
                    "coefficients": _records(degrees, formulas, values)})  # fmt: skip
        return
    table = _table(activation, dimension, radius, degrees, formulas, values)
    if csv is not None:
        write_csv(table, csv)
    else:
        print_table(table)


def _basis(basis: str | None, dimension: str | None, radius: str, normalized: bool) -> str:
    if basis == "hermite" and dimension is not None:
        raise typer.BadParameter("belongs to Gegenbauer coefficients", param_hint="--dimension")
    if basis == "gegenbauer" and dimension is None:
        raise typer.BadParameter("give the dimension, a number or d", param_hint="--dimension")
    if dimension is not None and normalized:
        raise typer.BadParameter("belongs to Hermite coefficients, without --dimension", param_hint="--normalized")
    if dimension is None and radius != "1":
        raise typer.BadParameter("belongs to Gegenbauer coefficients, with --dimension", param_hint="--radius")
    return "hermite" if dimension is None else "gegenbauer"


def _formulas(activation: Any, degrees: list[Any], dimension: str | None, radius: str, normalized: bool) -> list[Formula]:
    """All degrees under one time limit, one second a degree: a text that is slow at one degree is slow at every degree."""
    from asymptotix import gegenbauer_coefficient, hermite_coefficient
    from asymptotix.symbolic.deadline import MAX_SECONDS, time_limit
    from asymptotix.symbolic.named_symbols import number_or_symbol, radius_of

    d = None if dimension is None else number_or_symbol("dimension", dimension)
    r = radius_of(radius)
    with time_limit(max(MAX_SECONDS, float(len(degrees)))):
        if d is None:
            return [hermite_coefficient(activation, k, normalized=normalized) for k in degrees]
        return [gegenbauer_coefficient(activation, k, d, radius=r) for k in degrees]


def _records(degrees: list[Any], formulas: list[Formula], values: list[float | None]) -> list[dict[str, Any]]:
    from asymptotix.symbolic.printing.formula_record import formula_record

    return [
        {"k": k if isinstance(k, int) else str(k), "value": value, **formula_record(formula)}
        for k, formula, value in zip(degrees, formulas, values, strict=True)
    ]


def _table(
    activation: str, dimension: str | None, radius: str, degrees: list[Any], formulas: list[Formula], values: list[Any]
) -> Table:
    from asymptotix.report.table import Column, Table

    where = "Hermite coefficients" if dimension is None else f"Gegenbauer coefficients, d = {dimension}, r = {radius},"
    numeric = all(value is not None for value in values)
    columns = [Column("k", [float(k) if isinstance(k, int) else str(k) for k in degrees])]
    columns += [Column("value", values, digits=12)] if numeric else []
    columns += [
        Column("expression", [str(formula.expression) for formula in formulas]),
        Column("status", [formula.status.kind for formula in formulas]),
    ]
    return Table(
        tuple(columns), f"{where} of {activation}", convention=_CONVENTIONS["hermite" if dimension is None else "gegenbauer"]
    )
