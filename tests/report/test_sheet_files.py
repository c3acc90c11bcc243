from __future__ import annotations

from pathlib import Path

import pytest

from asymptotix.conventions import CONVENTION
from asymptotix.errors import InvalidInputError
from asymptotix.report.latex import compile_latex, find_engine
from asymptotix.report.sheet_files import SheetEntry, formula_sheet_html, formula_sheet_latex, write_formula_sheet

needs_engine = pytest.mark.skipif(find_engine() is None, reason="no TeX engine in PATH")

ENTRIES = [
    SheetEntry("Order 0", r"\kappa_0 = \frac{\pi - \theta}{2\pi}", "proved & 100%"),
    SheetEntry("Cases", r"f = \begin{cases} x^2 & x > 0 \\ 0 & \text{otherwise}\end{cases}"),
]
LONG = SheetEntry("Long", " + ".join(rf"\frac{{\theta_{{{i}}}^2}}{{\pi}}" for i in range(120)))


@needs_engine
def test_the_sheet_compiles_to_one_page_without_overfull_lines() -> None:
    made = compile_latex(formula_sheet_latex([*ENTRIES, LONG], title="Sheet", footer=CONVENTION))
    assert made.pdf is not None, made.log
    assert "(1 page" in made.log
    assert "Overfull \\hbox" not in made.log


@needs_engine
def test_a_long_formula_set_plainly_is_overfull() -> None:
    """The control of the test above: without the fitting macro TeX does complain."""
    plain = r"\renewcommand{\sheetformula}[1]{\mbox{$\displaystyle #1$}\par}"
    source = formula_sheet_latex([LONG], title="Sheet").replace(r"\begin{document}", plain + r"\begin{document}")
    assert "Overfull \\hbox" in compile_latex(source).log


def test_with_an_engine_a_pdf_is_written_and_without_one_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_engine() is not None:
        made = write_formula_sheet(ENTRIES, tmp_path / "with", title="Sheet")
        assert made.pdf is not None
        assert made.pdf.read_bytes().startswith(b"%PDF")
        assert made.html is None
    monkeypatch.setenv("PATH", str(tmp_path))
    made = write_formula_sheet(ENTRIES, tmp_path / "without", title="Sheet")
    assert made.pdf is None
    assert made.html is not None
    assert r"\kappa_0" in made.html.read_text(encoding="utf-8")
    assert r"\sheetformula{\kappa_0" in made.tex.read_text(encoding="utf-8")


def test_formulas_titles_and_notes_are_escaped_in_html() -> None:
    page = formula_sheet_html([SheetEntry("<b>", r"x < y \\ & z", "<i>&")], title="<script>alert(1)</script>")
    assert "<b>" not in page
    assert "<script>alert" not in page
    assert r'<div class="formula">x &lt; y \\ &amp; z</div>' in page
    assert "&lt;i&gt;&amp;" in page


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="at least one formula"):
        write_formula_sheet([], tmp_path, title="Sheet")


def test_sections_and_references_are_headings_and_sentences_need_no_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    entries = [
        SheetEntry("One", "x_1", "a_b", "First"),
        SheetEntry("Two", "", "yes: a*b", "First"),
        SheetEntry("Three", "y", "", "Next"),
    ]
    made = write_formula_sheet(entries, tmp_path, title="Sheet", html=True, markdown=True, references=["Someone (2020)."])
    assert made.markdown is not None
    assert made.html is not None
    text = made.markdown.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## First", "## Next", "## References"]
    assert r"**One** — a\_b" in text
    assert r"**Two** — yes: a\*b" in text
    assert text.count("$$") == 4
    for page in (made.tex.read_text(encoding="utf-8"), made.html.read_text(encoding="utf-8")):
        assert page.count("Someone (2020).") == 1
        assert page.index("First") < page.index("Three") < page.index("References")
