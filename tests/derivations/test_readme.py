"""The table of derivations/README.md says what the files say. `python tests/derivations/test_readme.py` writes it anew."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import derivations

FOLDER = Path(derivations.__file__).parent
ROOT = FOLDER.parent
TESTS = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
HEAD = """# Derivations

One theorem a file: to be read as a paper, run as a test. Each is a witness for a module of the package: it reaches the result
by another route, and imports of the package the proof kit only. A step is one equation between names; the check resolves the
names and reduces the difference of the two sides to 0, and the text is printed from the same equation. Nothing is printed while
a step fails.

    asymptotix derive --list
    asymptotix derive price
    asymptotix derive price --format pdf     # needs pdflatex
    asymptotix derive --verify               # all of them, in under a minute

For every file, [test_derivations.py](../tests/derivations/test_derivations.py) alters every claim and every definition, and
[test_mutations.py](../tests/derivations/test_mutations.py) makes the mistakes that one makes with the theorem; the derivation
must then refuse. The test in the last column compares the witness with the package in numbers.

| claim | source | file | module | test |
|---|---|---|---|---|
"""


def docstring(name: str) -> str:
    return ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""


def modules(name: str) -> list[str]:
    """The paths behind "Used by"."""
    found = re.search(r"^Used by\s+(.*?)\n\n", docstring(name) + "\n\n", re.MULTILINE | re.DOTALL)
    assert found, name
    return re.split(r",\s*", found.group(1).strip())


def cited(name: str) -> tuple[str, ...]:
    """The keys behind "Source"."""
    found = re.search(r"^Source\s+(.*?)^Used by", docstring(name), re.MULTILINE | re.DOTALL)
    assert found, name
    return tuple(re.findall(r"\[(\w+)\]", found.group(1)))


def row(name: str) -> str:
    claim = docstring(name).partition("\n\n")[0].replace("\n", " ").replace("|", r"\|")
    source = ", ".join(cited(name))
    where = ", ".join(f"[{Path(path).stem}](../{path})" for path in modules(name))
    return f"| {claim} | {source} | [{name}]({name}.py) | {where} | [test_{name}](../tests/derivations/test_agreement.py) |"


def readme() -> str:
    return HEAD + "\n".join(row(name) for name in NAMES) + "\n"


def test_the_readme_is_in_step_with_the_files() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme(), f"run: python {Path(__file__).relative_to(ROOT)}"


@pytest.mark.parametrize("name", NAMES)
def test_the_modules_and_the_test_of_a_row_exist(name: str) -> None:
    assert modules(name)
    assert all((ROOT / path).is_file() for path in modules(name)), modules(name)
    assert re.search(rf"^def test_{name}\(", (TESTS / "test_agreement.py").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_names_the_source_of_the_derivation(name: str) -> None:
    from .conftest import load

    assert cited(name) == load(name).source


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")
