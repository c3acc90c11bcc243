"""A table: named columns of equal length with their units, and the notes that must travel with them.

Rendered as CSV and JSON for machines (all digits), as Markdown, LaTeX, HTML and in the terminal for readers (`table_markup`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.numbers import exact_number, json_number, short_number

if TYPE_CHECKING:
    from rich.table import Table as RichTable

__all__ = ["Column", "Table"]

Cell = float | str


@dataclass(frozen=True)
class Column:
    """One column. `unit` says what a value is measured in ("target squared", "count"); `digits` are those shown to readers."""

    name: str
    values: Sequence[Cell]
    unit: str = ""
    digits: int = 4

    @property
    def is_text(self) -> bool:
        """Whether some cell is text (a number column is aligned to the right)."""
        return any(isinstance(cell, str) for cell in self.values)

    def shown(self) -> list[str]:
        """The cells as a reader sees them."""
        return [cell if isinstance(cell, str) else short_number(cell, self.digits) for cell in self.values]


@dataclass(frozen=True)
class Table:
    """Columns of equal length, a title, notes (one line each) and the convention they are in.

    Raises:
        InvalidInputError: the columns differ in length or share a name.
    """

    columns: tuple[Column, ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    convention: str = CONVENTION

    def __post_init__(self) -> None:
        lengths = {column.name: len(column.values) for column in self.columns}
        if len(lengths) != len(self.columns):
            raise InvalidInputError("columns", [column.name for column in self.columns], "columns with distinct names")
        if len(set(lengths.values())) > 1:
            raise InvalidInputError("columns", lengths, "columns of equal length")

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """One column by name.

        Raises:
            InvalidInputError: no column has this name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise InvalidInputError("column", name, f"one of {', '.join(self.names)}")

    def rows(self) -> list[tuple[Cell, ...]]:
        """The cells row by row."""
        return list(zip(*(column.values for column in self.columns), strict=True))

    def to_csv(self) -> str:
        """CSV with all digits, after `#` lines that state title, convention, units and notes."""
        header = [self.title, f"convention: {self.convention}"] if self.title else [f"convention: {self.convention}"]
        header += [f"column {column.name} [{column.unit}]" for column in self.columns if column.unit]
        out = io.StringIO()
        out.writelines(f"# {' '.join(line.split())}\n" for line in (*header, *self.notes))
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.names)
        writer.writerows([cell if isinstance(cell, str) else exact_number(cell) for cell in row] for row in self.rows())
        return out.getvalue()

    def to_records(self) -> list[dict[str, Any]]:
        """One dictionary a row, with values that strict JSON can hold."""
        return [
            {name: cell if isinstance(cell, str) else json_number(cell) for name, cell in zip(self.names, row, strict=True)}
            for row in self.rows()
        ]

    def to_json(self) -> str:
        """Title, convention, units, notes and rows as one JSON object."""
        units = {column.name: column.unit for column in self.columns if column.unit}
        content = {"title": self.title, "convention": self.convention, "units": units, "notes": list(self.notes)}
        return json.dumps({**content, "rows": self.to_records()}, indent=2, allow_nan=False)

    def to_markdown(self) -> str:
        """A Markdown table, followed by notes and convention."""
        from asymptotix.report.table_markup import markdown_table

        return markdown_table(self)

    def to_latex(self) -> str:
        r"""A `tabular` ruled with `\hline`; needs amsmath only."""
        from asymptotix.report.table_markup import latex_table

        return latex_table(self)

    def to_rich(self) -> RichTable:
        """The table for the terminal."""
        from asymptotix.report.table_markup import rich_table

        return rich_table(self)

    def _repr_html_(self) -> str:
        from asymptotix.report.table_markup import html_table

        return html_table(self)

    def __str__(self) -> str:
        """Plain text with aligned columns."""
        from asymptotix.report.table_markup import plain_table

        return plain_table(self)
