from __future__ import annotations

import io
import math
import re

import pytest
from rich.console import Console

from asymptotix.report.latex import compile_latex, find_engine, latex_document
from asymptotix.report.table import Column, Table


def example() -> Table:
    columns = (
        Column("n_samples", [50.0, 100.0]),
        Column("test_error", [0.123456, 1.5e-7]),
        Column("verdict", ["a|b & 5%", "[bold]<script>"]),
        Column("z", [math.nan, math.inf]),
    )
    return Table(columns, "A [title] with_specials & <tags>", ("note with % and _",))


def test_markdown_has_one_line_a_row_and_escapes_pipes() -> None:
    lines = [line for line in example().to_markdown().splitlines() if line.startswith("|")]
    assert lines[0] == "| n_samples | test_error | verdict | z |"
    assert lines[1] == "| ---: | ---: | --- | ---: |"
    assert lines[2] == r"| 50 | 0.1235 | a\|b & 5% | - |"
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}


def test_latex_is_ruled_with_hline_and_needs_no_package_beyond_amsmath() -> None:
    text = example().to_latex()
    assert text.count(r"\hline") == 3
    assert "rule{" not in text
    assert r"$1.5 \times 10^{-7}$" in text
    assert r"a\ensuremath{|}b \& 5\%" in text


@pytest.mark.skipif(find_engine() is None, reason="no TeX engine in PATH")
def test_latex_table_compiles() -> None:
    made = compile_latex(latex_document(example().to_latex()))
    assert made.pdf is not None, made.log


def test_html_escapes_and_names_the_convention() -> None:
    text = example()._repr_html_()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "Convention: " in text
    assert text.count("<tr>") == 3


def test_terminal_table_shows_text_that_looks_like_markup() -> None:
    out = io.StringIO()
    Console(file=out, width=120).print(example().to_rich())
    shown = out.getvalue()
    assert "[bold]<script>" in shown
    assert "A [title] with_specials" in shown
    assert "0.1235" in shown


def test_plain_text_aligns_numbers_to_the_right() -> None:
    lines = str(example()).splitlines()
    assert lines[1].startswith("n_samples  test_error  verdict")
    assert lines[2].startswith("       50      0.1235  a|b & 5%")
