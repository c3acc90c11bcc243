"""`asymptotix kernel NAME --sheet`: every formula of one activation, written to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

__all__ = ["require_plain_sheet", "write_sheet"]


def require_plain_sheet(given: dict[str, bool]) -> None:
    """Refuse the options of a single kernel beside --sheet.

    Raises:
        BadParameter: one of the options was given.
    """
    named = ", ".join(option for option, stated in given.items() if stated)
    if named:
        raise typer.BadParameter("the sheet has every kernel: leave it out", param_hint=named)


def write_sheet(activation: Any, folder: Path | None) -> None:
    """Write the sheet and say where it is."""
    from asymptotix.figures.activation_sheet import formula_sheet

    sheet = formula_sheet(activation, folder or Path())
    for kind, count in sheet.statuses.items():
        typer.echo(f"{count} formulas {kind}", err=True)
    for path in sheet.paths:
        typer.echo(f"wrote {path}")
    if sheet.pdf is None:
        typer.echo(f"no PDF: {sheet.reason}", err=True)
