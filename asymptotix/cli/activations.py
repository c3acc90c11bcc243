"""`asymptotix activations`: the names that an activation can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from asymptotix.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from asymptotix.activations.catalogue import Entry

__all__ = ["activations"]


def activations(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Without names: all.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """List the named activations, their formulas and their parameters with defaults.

    Where an activation is asked for, write a name as it is listed here, with other values of its parameters if you like
    ("elu(alpha=0.5)"), or an expression in x, in which every name is a function ("softshrink(2*x, 0.1)/2 + x").

    \b
    Examples:
      asymptotix activations
      asymptotix activations elu softshrink
      asymptotix activations --json
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix.activations.catalogue import ALIASES, CATALOGUE, entry_of, nearest

    chosen: dict[str, Entry] = {}
    for name in names or CATALOGUE:
        entry = entry_of(name)
        if entry is None:
            close = nearest(name, [*CATALOGUE, *ALIASES])
            hint = f"; did you mean {close!r}?" if close else "; `asymptotix activations` lists the names"
            raise typer.BadParameter(f"there is no activation {name[:60]!r}{hint}", param_hint="NAME")
        chosen[name] = entry
    if as_json:
        print_json({name: _content(entry) for name, entry in chosen.items()})
        return
    calls = {entry.call(name): entry for name, entry in chosen.items()}
    width, formula_width = max(map(len, calls)), max(len(entry.formula) for entry in calls.values())
    for call, entry in calls.items():
        notes = [f"{parameter.name} {parameter.range}" for parameter in entry.parameters if parameter.range != "real"]
        notes += [entry.remark] if entry.remark else []
        typer.echo(f"{call:{width}}  {entry.formula:{formula_width}}  {'; '.join(notes)}".rstrip())
    if not names:
        typer.echo(f"other names: {', '.join(f'{alias} = {name}' for alias, name in ALIASES.items())}")


def _content(entry: Entry) -> dict[str, object]:
    parameters = {parameter.name: {"default": parameter.default, "range": parameter.range} for parameter in entry.parameters}
    return {"formula": entry.formula, "parameters": parameters, "remark": entry.remark}
