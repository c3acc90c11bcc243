"""A Table in the languages of readers: Markdown, LaTeX, HTML, plain text and Rich."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from asymptotix.report.latex_text import latex_escape
from asymptotix.report.numbers import latex_number

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from asymptotix.report.table import Column, Table

__all__ = ["html_table", "latex_table", "markdown_table", "plain_table", "rich_table"]


def _footnotes(table: Table) -> list[str]:
    return [*table.notes, f"Convention: {table.convention}."] if table.convention else list(table.notes)


def _shown_rows(table: Table) -> list[tuple[str, ...]]:
    return list(zip(*(column.shown() for column in table.columns), strict=True))


def markdown_table(table: Table) -> str:
    """A pipe table; number columns are aligned to the right."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (table.names, *_shown_rows(table))]
    rule = ["---" if column.is_text else "---:" for column in table.columns]
    lines = ["| " + " | ".join(row) + " |" for row in (cells[0], rule, *cells[1:])]
    head = [f"**{table.title}**", ""] if table.title else []
    return "\n".join([*head, *lines, "", *_footnotes(table)]) + "\n"


def latex_table(table: Table) -> str:
    r"""A `tabular` with `\hline` rules, numbers in math mode; a comment states the convention."""
    shape = "".join("l" if column.is_text else "r" for column in table.columns)
    rows = zip(*(_latex_cells(column) for column in table.columns), strict=True)
    header = " & ".join(latex_escape(name.replace("_", " ")) for name in table.names)
    comments = [f"% {' '.join(line.split())}" for line in ([table.title] if table.title else []) + _footnotes(table)]
    body = [" & ".join(row) + r" \\" for row in rows]
    return "\n".join([*comments, rf"\begin{{tabular}}{{{shape}}}", r"\hline", header + r" \\", r"\hline", *body, r"\hline",
                      r"\end{tabular}"]) + "\n"  # fmt: skip


def _latex_cells(column: Column) -> list[str]:
    return [latex_escape(cell) if isinstance(cell, str) else f"${latex_number(cell, column.digits)}$" for cell in column.values]


def html_table(table: Table) -> str:
    """An HTML table without scripts or external styles."""
    aligns = ["left" if column.is_text else "right" for column in table.columns]

    def row(cells: tuple[str, ...], tag: str) -> str:
        inner = "".join(
            f'<{tag} style="text-align:{align}">{escape(cell)}</{tag}>' for cell, align in zip(cells, aligns, strict=True)
        )
        return f"<tr>{inner}</tr>"

    body = "".join(row(cells, "td") for cells in _shown_rows(table))
    title = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    notes = "".join(f"<p><small>{escape(line)}</small></p>" for line in _footnotes(table))
    return f"<table>{title}<thead>{row(table.names, 'th')}</thead><tbody>{body}</tbody></table>{notes}"


def plain_table(table: Table) -> str:
    """Columns aligned with blanks."""
    columns = [[column.name, *column.shown()] for column in table.columns]
    padded = []
    for column, cells in zip(table.columns, columns, strict=True):
        width = max(map(len, cells))
        padded.append([cell.ljust(width) if column.is_text else cell.rjust(width) for cell in cells])
    lines = ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]
    return "\n".join([*([table.title] if table.title else []), *lines, *_footnotes(table)])


def rich_table(table: Table) -> RichTable:
    """A Rich table; notes and convention stand in its caption."""
    from rich import box
    from rich.markup import escape as rich_escape
    from rich.table import Table as RichTable
    from rich.text import Text

    caption = rich_escape("\n".join(_footnotes(table)))
    made = RichTable(title=rich_escape(table.title) or None, caption=caption, box=box.SIMPLE_HEAD, caption_justify="left")
    for column in table.columns:
        made.add_column(Text(column.name), justify="left" if column.is_text else "right", overflow="fold")
    for row in _shown_rows(table):
        made.add_row(*(Text(cell) for cell in row))
    return made
