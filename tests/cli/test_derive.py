from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import asymptotix.cli.derive as command
from asymptotix.errors import AsymptotixError

from .conftest import Run


@dataclass(frozen=True)
class Outcome:
    kind: str = "exact"
    detail: str = "the difference reduces to 0"


@dataclass(frozen=True)
class Step:
    label: str
    why: str


class Theorem:
    """A derivation of two steps."""

    title = "A theorem"
    source = ("ChoSaul2009",)
    steps = (Step("first", "Because."), Step("second", "Therefore."))
    outcomes = (Outcome(), Outcome("numeric", "31 digits"))

    def verify(self) -> tuple[Outcome, ...]:
        return self.outcomes

    def to_markdown(self) -> str:
        return "# A theorem"

    def to_latex(self) -> str:
        return r"\paragraph{A theorem}"

    def to_document(self) -> str:
        return r"\documentclass{article}\begin{document}A theorem.\end{document}"


class Refuted(Theorem):
    """A derivation whose second step fails."""

    def verify(self) -> tuple[Outcome, ...]:
        raise AsymptotixError("step 2 fails")

    to_document = verify  # type: ignore[assignment] # refuses to print
    to_markdown = verify  # type: ignore[assignment] # refuses to print


def theorem() -> Theorem:
    return Theorem()


def refuted() -> Refuted:
    return Refuted()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [EntryPoint(name, f"{__name__}:{name}", command.GROUP) for name in ("theorem", "refuted")]
    functions = {"theorem": theorem, "refuted": refuted}
    monkeypatch.setattr(command, "entry_points", lambda group: found if group == "asymptotix.derivations" else [])
    monkeypatch.setattr(EntryPoint, "load", lambda entry: functions[entry.name])


@pytest.mark.usefixtures("installed")
def test_without_a_name_the_titles_are_listed(run: Run) -> None:
    assert json.loads(run("derive", "--json").stdout) == {"refuted": "A theorem", "theorem": "A theorem"}
    assert "theorem  A theorem" in run("derive").stdout


@pytest.mark.usefixtures("installed")
def test_a_title_is_printed_before_the_next_derivation_is_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(entry: EntryPoint) -> Callable[[], Theorem]:
        if entry.name == "theorem":  # the second in the order of the alphabet
            raise AsymptotixError("too late to matter")
        return theorem

    monkeypatch.setattr(EntryPoint, "load", load)
    assert run("derive", "--list").stdout == "refuted  A theorem\n"


@pytest.mark.usefixtures("installed")
def test_a_derivation_is_printed_in_either_language(run: Run) -> None:
    assert run("derive", "theorem").stdout == "# A theorem\n"
    assert run("derive", "theorem", "--format", "latex").stdout == "\\paragraph{A theorem}\n"
    content = json.loads(run("derive", "theorem", "--json").stdout)
    assert [step["outcome"] for step in content["steps"]] == ["exact", "numeric"]


@pytest.mark.usefixtures("installed")
def test_verify_counts_what_is_proved(run: Run) -> None:
    told = run("derive", "theorem", "--verify").stdout
    assert "1 of 2 steps proved, 1 checked numerically" in told
    assert re.search(r"1 derivations, 1 of 2 steps proved, in \d+\.\d s", told)


@pytest.mark.usefixtures("installed")
def test_list_lists_all_even_beside_a_name(run: Run) -> None:
    assert run("derive", "--list").stdout == run("derive", "theorem", "--list").stdout == run("derive").stdout


@pytest.mark.usefixtures("installed")
def test_a_file_is_written(run: Run, tmp_path: Path) -> None:
    for form, content in (("markdown", "# A theorem"), ("latex", Theorem().to_document())):
        path = tmp_path / form
        result = run("derive", "theorem", "--format", form, "--output", path)
        assert (result.exit_code, path.read_text(encoding="utf-8")) == (0, content)
        assert f"wrote {path}" in " ".join(result.stderr.split())
    result = run("derive", "--format", "pdf")
    assert result.exit_code == 2
    assert "Give its name" in result.stderr


@pytest.mark.usefixtures("installed")
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_pdf_is_named_after_the_derivation(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("derive", "theorem", "--format", "pdf").exit_code == 0
    assert (tmp_path / "theorem.pdf").read_bytes().startswith(b"%PDF")
    assert [path.name for path in tmp_path.iterdir()] == ["theorem.pdf"]
    assert run("derive", "refuted", "--format", "pdf").exit_code == 3
    assert not (tmp_path / "refuted.pdf").exists()


@pytest.mark.usefixtures("installed")
def test_without_pdflatex_it_names_the_package(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.shutil, "which", lambda name: None)
    result = run("derive", "theorem", "--format", "pdf")
    assert result.exit_code == 2
    assert "texlive-latex-base" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("installed")
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_text_that_tex_refuses_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Theorem, "to_document", lambda self: r"\documentclass{article}\begin{document}\nothing\end{document}")
    result = run("derive", "theorem", "--format", "pdf", "--output", tmp_path / "x.pdf")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: pdflatex refuses the text: ! Undefined control sequence")
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("arguments", [("refuted",), ("refuted", "--verify"), ("--verify",)])
def test_a_step_that_fails_is_not_printed_and_exits_with_3(run: Run, arguments: tuple[str, ...]) -> None:
    result = run("derive", *arguments)
    assert result.exit_code == 3
    assert "step 2 fails" in result.stderr


@pytest.mark.usefixtures("installed")
def test_an_unknown_name_is_a_usage_error_with_the_nearest_one(run: Run) -> None:
    result = run("derive", "theorme")
    assert result.exit_code == 2
    assert "did you mean 'theorem'?" in " ".join(result.stderr.split())


def test_without_installed_derivations_it_says_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "entry_points", lambda group: [])
    result = run("derive")
    assert result.exit_code == 2
    assert "pip install" in result.stderr
