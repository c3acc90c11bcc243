"""Every command and every block of Python in the README runs, and prints what the README says it prints."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, list[str]]]:
    """(command, the lines shown under it) for each `$ asymptotix ...` of the console blocks."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks("console")).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip() and found:
            found[-1][1].append(line)
    return found


def squeeze(text: str) -> list[str]:
    """Lines without the spacing, which depends on the width of the terminal."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_two_commands_open_the_readme() -> None:
    opening = blocks("sh")[0]
    assert [line.split("#")[0].strip() for line in opening.splitlines()] == ["make demo", "make test"]
    assert README.index("make demo") < 400


def test_every_image_is_there() -> None:
    images = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert images
    assert [image for image in images if not (ROOT / image).is_file()] == []


def test_every_local_link_leads_somewhere() -> None:
    links = [link.split("#")[0] for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", README) if "://" not in link]
    assert [link for link in links if link and not (ROOT / link).exists()] == []


def test_the_derivations_are_counted_right() -> None:
    files = [path for path in (ROOT / "derivations").glob("*.py") if path.stem != "__init__"]
    assert re.findall(r"holds (\d+) theorems", README) == [str(len(files))]


@pytest.mark.parametrize("code", blocks("python"), ids=lambda code: code.strip().splitlines()[-1][:40])
def test_python_block_runs_and_prints_what_its_comments_say(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment `# > text` is a line that the block prints."""
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    promised = [line.partition("# > ")[2].strip() for line in code.splitlines() if "# > " in line]
    assert promised, "a block shows what it prints"
    assert [line for line in squeeze("\n".join(promised)) if line not in squeeze(printed.getvalue())] == [], printed.getvalue()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all commands: a reader types them one after the other."""
    return tmp_path_factory.mktemp("reader")


@pytest.mark.parametrize(("command", "shown"), commands(), ids=[command for command, _ in commands()])
def test_command_runs_and_prints_what_is_shown(command: str, shown: list[str], directory: Path) -> None:
    program, *arguments = shlex.split(command)
    assert program == "asymptotix", "only asymptotix is run from a console block; put the others into a sh block"
    done = subprocess.run(
        [sys.executable, "-m", "asymptotix", *arguments], cwd=directory, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = squeeze(done.stdout)
    assert [line for line in squeeze("\n".join(shown)) if line not in printed] == [], done.stdout


def test_there_are_examples() -> None:
    assert len(blocks("python")) >= 2
    assert len(commands()) >= 3
