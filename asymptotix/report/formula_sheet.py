r"""A sheet of formulas on one page: as a LaTeX document, as PDF where a TeX engine is installed, and as an HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.html_page import formula_html, html_page
from asymptotix.report.latex import compile_latex, latex_document
from asymptotix.report.latex_text import latex_escape

__all__ = ["SheetEntry", "SheetFiles", "formula_sheet_html", "formula_sheet_latex", "write_formula_sheet"]

# \sheetformula sets its argument in the largest size in which it fits the line;
# one that is too long even in \tiny is broken at its signs.
_FIT = r"""\newsavebox{\sheetbox}
\newcommand{\sheetfit}[2]{\ifdim\wd\sheetbox>\linewidth #1\sbox{\sheetbox}{$\displaystyle #2$}\fi}
\newcommand{\sheetformula}[1]{{\centering\sbox{\sheetbox}{$\displaystyle #1$}%
\sheetfit{\small}{#1}\sheetfit{\footnotesize}{#1}\sheetfit{\scriptsize}{#1}\sheetfit{\tiny}{#1}%
\ifdim\wd\sheetbox>\linewidth\sloppy$\displaystyle #1$\else\usebox{\sheetbox}\fi\par}}
"""


@dataclass(frozen=True)
class SheetEntry:
    """One formula: a title, LaTeX for math mode (without dollar signs), and a note in plain text."""

    title: str
    latex: str
    note: str = ""


@dataclass(frozen=True)
class SheetFiles:
    """The files written. `pdf` is there if a TeX engine made one, `html` if not or if it was asked for; `log` is TeX's output."""

    tex: Path
    pdf: Path | None
    html: Path | None
    engine: str | None
    log: str


def formula_sheet_latex(entries: Sequence[SheetEntry], *, title: str, footer: str = "") -> str:
    """The sheet as a LaTeX document.

    Raises:
        InvalidInputError: no entries.
    """
    _require(entries)
    parts = []
    for entry in entries:
        note = rf"\hfill{{\footnotesize {latex_escape(entry.note)}}}" if entry.note else ""
        parts.append(rf"\textbf{{{latex_escape(entry.title)}}}{note}\par\smallskip" + "\n" + rf"\sheetformula{{{entry.latex}}}")
    end = rf"\vfill{{\footnotesize {latex_escape(footer)}\par}}" if footer else ""
    return latex_document("\n\\medskip\n".join(parts) + "\n" + end, title=title, preamble=_FIT)


def formula_sheet_html(entries: Sequence[SheetEntry], *, title: str, footer: str = "") -> str:
    """The sheet as one self-contained HTML page.

    Raises:
        InvalidInputError: no entries.
    """
    _require(entries)
    parts = []
    for entry in entries:
        note = f'<div class="note">{escape(entry.note)}</div>' if entry.note else ""
        parts.append(f"<h2>{escape(entry.title)}</h2>\n{formula_html(entry.latex)}\n{note}")
    return html_page(title=title, body="\n".join(parts), footer=footer)


def write_formula_sheet(
    entries: Sequence[SheetEntry],
    folder: str | Path,
    *,
    title: str,
    stem: str = "formulas",
    footer: str = CONVENTION,
    html: bool = False,
    timeout_seconds: float = 60.0,
) -> SheetFiles:
    """Write `stem`.tex, and `stem`.pdf where a TeX engine makes it; otherwise, or with `html=True`, `stem`.html.

    Raises:
        InvalidInputError: no entries.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = formula_sheet_latex(entries, title=title, footer=footer)
    tex = folder / f"{stem}.tex"
    tex.write_text(source, encoding="utf-8")
    compiled = compile_latex(source, timeout_seconds=timeout_seconds)
    pdf = page = None
    if compiled.pdf is not None:
        pdf = folder / f"{stem}.pdf"
        pdf.write_bytes(compiled.pdf)
    if html or pdf is None:
        page = folder / f"{stem}.html"
        page.write_text(formula_sheet_html(entries, title=title, footer=footer), encoding="utf-8")
    return SheetFiles(tex, pdf, page, compiled.engine, compiled.log)


def _require(entries: Sequence[SheetEntry]) -> None:
    if not entries:
        raise InvalidInputError("entries", list(entries), "at least one formula")
