"""`asymptotix cite`: the sources of the formulas."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer

from asymptotix.cli.output import JsonOption, print_json

__all__ = ["cite"]


def cite(
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="Without keys: all.", show_default=False)] = None,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Print BibTeX.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the papers behind the formulas; the keys are those in the documentation and in `curve.references`.

    \b
    Examples:
      asymptotix cite
      asymptotix cite ChoSaul2009 --bibtex
      asymptotix cite --bibtex > asymptotix.bib
    """  # noqa: D301 the \b is for the help formatter, which keeps the lines after it
    from asymptotix import references

    known = references.REFERENCES
    for key in keys or ():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; the keys are {', '.join(sorted(known))}"
            raise typer.BadParameter(f"there is no reference {key!r}{hint}", param_hint="KEY")
    chosen = tuple(keys or sorted(known))
    if as_json:
        print_json({key: references.bibtex((key,)) for key in chosen})
    elif bibtex:
        typer.echo(references.bibtex(chosen))
    else:
        typer.echo("\n".join(str(known[key]) for key in chosen))
