r"""A sheet of formulas on one page: as a LaTeX document, as PDF where a TeX engine is installed, and as an HTML page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.html_page import formula_html, html_page
from asymptotix.report.latex import compile_latex, latex_document
from asymptotix.report.latex_text import latex_escape

__all__ = [
    "SheetEntry",
    "SheetFiles",
    "formula_sheet_html",
    "formula_sheet_latex",
    "formula_sheet_markdown",
    "write_formula_sheet",
]

_SHORT_NOTE = 60  # letters beside a title

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
    """One formula: a title, LaTeX for math mode (without dollar signs; empty for a sentence), a note in plain text.

    A section begins where `section` is another than that of the entry before.
    """

    title: str
    latex: str
    note: str = ""
    section: str = ""


@dataclass(frozen=True)
class SheetFiles:
    """The files written; `log` is TeX's output.

    `pdf` is there if a TeX engine made one, `html` if not or if it was asked for, `markdown` if it was asked for.
    """

    tex: Path
    pdf: Path | None
    html: Path | None
    engine: str | None
    log: str
    markdown: Path | None = None


def formula_sheet_latex(entries: Sequence[SheetEntry], *, title: str, footer: str = "", references: Sequence[str] = ()) -> str:
    """The sheet as a LaTeX document.

    Raises:
        InvalidInputError: no entries.
    """
    _require(entries)
    parts = []
    for section, entry in _with_sections(entries):
        parts.append((_heading(section) if section else "") + _entry_latex(entry))
    works = r"\par\smallskip ".join(rf"{{\footnotesize {latex_escape(work)}}}" for work in references)
    works = f"{_heading('References')}{works}\\par\n" if works else ""
    end = rf"\vfill{{\footnotesize {latex_escape(footer)}\par}}" if footer else ""
    return latex_document("\n\\medskip\n".join(parts) + "\n" + works + end, title=title, preamble=_FIT)


def _heading(text: str) -> str:
    return (
        rf"\bigskip{{\large\bfseries {latex_escape(text)}}}\par\nopagebreak\smallskip\hrule\nopagebreak\medskip\nopagebreak"
        + "\n"
    )


def _entry_latex(entry: SheetEntry) -> str:
    note = latex_escape(entry.note)
    if not entry.latex:
        return rf"\textbf{{{latex_escape(entry.title)}}}\quad {note}\par"
    # a short note stands at the end of the line of the title, a long one below
    small = rf"\hfill{{\footnotesize {note}}}" if len(entry.note) <= _SHORT_NOTE else rf"\\{{\footnotesize {note}}}"
    head = rf"\textbf{{{latex_escape(entry.title)}}}{small if note else ''}\par\nopagebreak\smallskip"
    return head + "\n" + rf"\sheetformula{{{entry.latex}}}"


def formula_sheet_html(entries: Sequence[SheetEntry], *, title: str, footer: str = "", references: Sequence[str] = ()) -> str:
    """The sheet as one self-contained HTML page.

    Raises:
        InvalidInputError: no entries.
    """
    _require(entries)
    parts = []
    for section, entry in _with_sections(entries):
        head = f'<h2 class="section">{escape(section)}</h2>\n' if section else ""
        level = "h3" if entry.section else "h2"
        note = f'<div class="note">{escape(entry.note)}</div>' if entry.note else ""
        formula = f"{formula_html(entry.latex)}\n" if entry.latex else ""
        parts.append(f"{head}<{level}>{escape(entry.title)}</{level}>\n{formula}{note}")
    if references:
        works = "".join(f"<li>{escape(work)}</li>" for work in references)
        parts.append(f'<h2 class="section">References</h2>\n<ul class="note">{works}</ul>')
    return html_page(title=title, body="\n".join(parts), footer=footer)


def formula_sheet_markdown(entries: Sequence[SheetEntry], *, title: str, footer: str = "", references: Sequence[str] = ()) -> str:
    """The sheet as Markdown with `$$` around displayed formulas.

    Raises:
        InvalidInputError: no entries.
    """
    _require(entries)
    parts = [f"# {_one_line(title)}"]
    for section, entry in _with_sections(entries):
        parts += [f"## {_one_line(section)}"] if section else []
        parts.append(f"**{_one_line(entry.title)}**" + (f" — {_one_line(entry.note)}" if entry.note else ""))
        parts += [f"$$\n{entry.latex}\n$$"] if entry.latex else []
    parts += ["## References", *(f"- {_one_line(work)}" for work in references)] if references else []
    return "\n\n".join([*parts, *([_one_line(footer)] if footer else [])]) + "\n"


def _one_line(text: str) -> str:
    """Text that Markdown takes as it is."""
    return re.sub(r"([\\`*_<>#\[\]$])", r"\\\1", " ".join(text.split()))


def _with_sections(entries: Sequence[SheetEntry]) -> Iterator[tuple[str, SheetEntry]]:
    """Each entry, with the name of the section that begins with it."""
    before = ""
    for entry in entries:
        yield ("" if entry.section == before else entry.section), entry
        before = entry.section


def write_formula_sheet(
    entries: Sequence[SheetEntry],
    folder: str | Path,
    *,
    title: str,
    stem: str = "formulas",
    footer: str = CONVENTION,
    html: bool = False,
    markdown: bool = False,
    references: Sequence[str] = (),
    timeout_seconds: float = 60.0,
) -> SheetFiles:
    """Write `stem`.tex, and `stem`.pdf where a TeX engine makes it; otherwise, or with `html=True`, `stem`.html.

    With `markdown=True` `stem`.md as well.

    Raises:
        InvalidInputError: no entries.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = formula_sheet_latex(entries, title=title, footer=footer, references=references)
    tex = folder / f"{stem}.tex"
    tex.write_text(source, encoding="utf-8")
    compiled = compile_latex(source, timeout_seconds=timeout_seconds)
    pdf = page = text = None
    if compiled.pdf is not None:
        pdf = folder / f"{stem}.pdf"
        pdf.write_bytes(compiled.pdf)
    if html or pdf is None:
        page = folder / f"{stem}.html"
        page.write_text(formula_sheet_html(entries, title=title, footer=footer, references=references), encoding="utf-8")
    if markdown:
        text = folder / f"{stem}.md"
        text.write_text(formula_sheet_markdown(entries, title=title, footer=footer, references=references), encoding="utf-8")
    return SheetFiles(tex, pdf, page, compiled.engine, compiled.log, text)


def _require(entries: Sequence[SheetEntry]) -> None:
    if not entries:
        raise InvalidInputError("entries", list(entries), "at least one formula")
