"""The formula sheet of an activation: complete, with a status everywhere, and compiled where a TeX engine is found."""

from __future__ import annotations

from pathlib import Path

import pytest

import asymptotix as ax
from asymptotix.errors import ExpressionError, InvalidInputError
from asymptotix.figures.sheet_tables import array_latex
from asymptotix.report.latex import find_engine

SECTIONS = ["Definition", "Constants", "Dual kernels", "Networks", "Hermite coefficients",
            "Gegenbauer coefficients on the sphere", "Eigenvalues and universality", "References"]  # fmt: skip


def test_the_sheet_of_relu_has_every_section_and_formula(tmp_path: Path) -> None:
    sheet = ax.formula_sheet("relu", tmp_path, degrees=3)
    text = sheet.markdown.read_text(encoding="utf-8")
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == SECTIONS
    assert ax.dual_kernel("relu").latex() in text
    assert ax.tangent_kernel("relu").latex() in text
    assert r"\mu_1 = \mathbb{E}[G\,\sigma(G)] = \frac{1}{2}" in text
    assert "odd degrees" in text
    assert "Schoenberg" in text
    assert sheet.statuses["proved"] >= 12
    assert "numeric" not in sheet.statuses
    assert (sheet.pdf is not None) == (find_engine() is not None), sheet.reason
    assert all(path.stat().st_size > 1000 for path in sheet.paths)


def test_what_has_no_closed_form_is_a_number_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sheet = ax.formula_sheet("tanh", tmp_path, degrees=3)
    text = sheet.markdown.read_text(encoding="utf-8")
    assert "0.394294490398" in text  # k(1, 1, 1)
    assert "0.605705509602" in text  # mu_1
    assert "outside the class" in text
    assert "absolute error below" in text
    assert sheet.pdf is None
    assert "TeX engine" in sheet.reason
    assert set(sheet.statuses) == {"numeric"}


def test_parameters_without_a_value_stay_symbols(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sheet = ax.formula_sheet(ax.activation("leaky_relu(alpha)", parameters="alpha"), tmp_path, degrees=2)
    text = sheet.markdown.read_text(encoding="utf-8")
    assert r"\frac{\alpha + 1}{2}" in text
    assert "parameters without a value" in text
    assert sheet.tex.name == "leaky_relu_alpha-formulas.tex"


@pytest.mark.parametrize("wrong", [{"dimension": 2}, {"dimension": 10.0}, {"degrees": 0}, {"degrees": 21}])
def test_arguments_out_of_range_are_named(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        ax.formula_sheet("relu", tmp_path, **wrong)


def test_a_text_that_is_no_activation_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExpressionError):
        ax.formula_sheet("../../x(", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rows_of_an_array() -> None:
    assert array_latex(["k", "a"], [["0", "1"], ["1", "2"]]).count(r"\\") == 2
