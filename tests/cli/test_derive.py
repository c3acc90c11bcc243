from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import EntryPoint

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


class Refuted(Theorem):
    """A derivation whose second step fails."""

    def verify(self) -> tuple[Outcome, ...]:
        raise AsymptotixError("step 2 fails")

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
def test_a_derivation_is_printed_in_either_language(run: Run) -> None:
    assert run("derive", "theorem").stdout == "# A theorem\n"
    assert run("derive", "theorem", "--format", "latex").stdout == "\\paragraph{A theorem}\n"
    content = json.loads(run("derive", "theorem", "--json").stdout)
    assert [step["outcome"] for step in content["steps"]] == ["exact", "numeric"]


@pytest.mark.usefixtures("installed")
def test_verify_counts_what_is_proved(run: Run) -> None:
    assert "1 of 2 steps proved, 1 checked numerically" in run("derive", "theorem", "--verify").stdout


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
