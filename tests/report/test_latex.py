from __future__ import annotations

import re
from pathlib import Path

import pytest

from asymptotix.errors import InvalidInputError
from asymptotix.report.latex import ENGINES, compile_latex, find_engine, latex_document

needs_engine = pytest.mark.skipif(find_engine() is None, reason="no TeX engine in PATH")


def fake_engine(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A pdflatex that is a shell script, alone in PATH."""
    program = folder / "pdflatex"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin" if "sleep" in script else str(folder))


def test_documents_load_amsmath_and_amssymb_only() -> None:
    source = latex_document("x", title="A & B")
    assert re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", source) == ["amsmath", "amssymb"]
    assert r"A \& B" in source


@needs_engine
def test_a_document_compiles_to_pdf() -> None:
    made = compile_latex(latex_document(r"\[ \mathbb{E}[u_+ v_+] \]", title="50% & more_"))
    assert made.pdf is not None, made.log
    assert made.pdf.startswith(b"%PDF")
    assert made.engine in ENGINES


@needs_engine
def test_a_broken_document_gives_the_log_and_no_pdf() -> None:
    made = compile_latex(latex_document(r"\undefinedcommand"))
    assert made.pdf is None
    assert "Undefined control sequence" in made.log


@needs_engine
def test_a_document_cannot_run_commands_or_write_outside(tmp_path: Path) -> None:
    target = tmp_path / "written"
    shell = rf"\immediate\write18{{touch {target}}}"
    write = rf"\newwrite\f\immediate\openout\f={target}\immediate\write\f{{x}}\immediate\closeout\f"
    for attack in (shell, write):
        compile_latex(latex_document(attack + " done"))
        assert not target.exists()


def test_without_an_engine_nothing_is_raised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made = compile_latex(latex_document("x"))
    assert (made.pdf, made.engine) == (None, None)
    assert "pdflatex" in made.log


def test_an_engine_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_engine(tmp_path, monkeypatch, "exec sleep 30")
    made = compile_latex(latex_document("x"), engine="pdflatex", timeout_seconds=0.3)
    assert made.pdf is None
    assert "stopped after 0.3 seconds" in made.log


def test_a_pdf_left_by_a_failed_run_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_engine(tmp_path, monkeypatch, "echo '%PDF-broken' > document.pdf; exit 1")
    assert compile_latex(latex_document("x"), engine="pdflatex").pdf is None
    fake_engine(tmp_path, monkeypatch, "echo '%PDF-fine' > document.pdf; exit 0")
    assert compile_latex(latex_document("x"), engine="pdflatex").pdf == b"%PDF-fine\n"


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="pdflatex, lualatex, tectonic"):
        compile_latex("x", engine="word")
