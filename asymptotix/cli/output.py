"""How a command answers: a table for readers, JSON for machines, files where asked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from asymptotix.report.table import Table

__all__ = ["CsvOption", "JsonOption", "PlotOption", "give_table", "print_json", "print_table", "write_csv"]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON: NaN is null, infinities are the texts inf and -inf.")]
CsvOption = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write all digits as CSV; - is standard output.")]
PlotOption = Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Draw the figure: .pdf, .svg or .png.")]

_PIPE_WIDTH = 160  # columns of a table that goes to a file or a pipe, where the width of a terminal means nothing


def print_json(content: Any) -> None:
    """Strict JSON on standard output."""
    typer.echo(json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False))


def print_table(table: Table) -> None:
    """A table on standard output, as wide as the terminal."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table.to_rich())


def give_table(table: Table, as_json: bool, csv: Path | None) -> None:
    """The table as JSON, as CSV, or for readers."""
    if csv is not None:
        write_csv(table, csv)
    if as_json:
        typer.echo(table.to_json())
    elif csv is None:
        print_table(table)


def write_csv(table: Table, path: Path) -> None:
    """CSV to a file, or to standard output if the path is `-`."""
    if str(path) == "-":
        typer.echo(table.to_csv(), nl=False)
    else:
        path.write_text(table.to_csv(), encoding="utf-8")
        typer.echo(f"wrote {path}", err=True)
