"""How a command prints formulas: for reading, or in one of the exported forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from asymptotix.cli.output import print_json

if TYPE_CHECKING:
    from asymptotix.symbolic.formula import Formula

__all__ = ["LatexOption", "MathematicaOption", "PythonOption", "one_form", "print_formula", "print_source"]

LatexOption = Annotated[bool, typer.Option("--latex", help="Print the LaTeX only (amsmath).")]
PythonOption = Annotated[bool, typer.Option("--python", help="Print a Python function only (NumPy).")]
MathematicaOption = Annotated[bool, typer.Option("--mathematica", help="Print a Wolfram Language definition only.")]


def one_form(**given: Any) -> str:
    """The name of the only output option that was given, "" for none; the names are those of the options, `as_json` is --json.

    Raises:
        BadParameter: there are two.
    """
    chosen = [name.removeprefix("as_") for name, value in given.items() if value]
    if len(chosen) > 1:
        raise typer.BadParameter("give one of them at a time", param_hint=", ".join(f"--{name}" for name in chosen))
    return chosen[0] if chosen else ""


def print_source(formulas: list[Formula], form: str) -> None:
    """LaTeX, Python or Wolfram Language of each formula."""
    for formula in formulas:
        typer.echo({"latex": formula.latex, "python": formula.python, "mathematica": formula.mathematica}[form]())


def print_formula(formula: Formula, form: str, point: tuple[float, ...] | None, value: float | None) -> None:
    """One formula, and its value at a point where there is one."""
    if form == "json":
        from asymptotix.symbolic.printing.formula_record import formula_record

        print_json({**formula_record(formula), **({} if point is None else {"at": list(point), "value": value})})
    elif form:
        print_source([formula], form)
    else:
        _print_for_reading(formula, point, value)


def _print_for_reading(formula: Formula, point: tuple[float, ...] | None, value: float | None) -> None:
    typer.echo(formula.name)
    for binding in formula.bindings:
        typer.echo(f"  {binding.symbol} = {binding.expression}")
    typer.echo(f"  = {formula.expression}")
    if formula.assumptions:
        typer.echo(f"  where {', '.join(map(str, formula.assumptions))}")
    digits = f" to {formula.status.digits} digits" if formula.status.digits else ""
    typer.echo(f"status: {formula.status.kind}{digits} ({formula.status.route})")
    if formula.status.reason:
        typer.echo(f"reason: {formula.status.reason}")
    typer.echo(f"LaTeX:  {formula.latex()}")
    if value is not None and point is not None:
        names = ", ".join(symbol.name for symbol in formula.symbols)
        typer.echo(f"at ({names}) = ({', '.join(f'{x:g}' for x in point)}): {value!r}")
