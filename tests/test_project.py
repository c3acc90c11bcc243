"""The files around the package say the same as the package: versions, locks, extras, entry points, docs pages, contracts."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import asymptotix

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {name: (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8") for name in ("setup", "test")}
DERIVATIONS = sorted(path.stem for path in (ROOT / "derivations").glob("*.py") if path.stem != "__init__")


def pins(lock: str) -> dict[str, set[str]]:
    """Name -> pinned versions (one for each environment marker)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[; ]", requirement)[0] for requirement in requirements}


def test_one_version() -> None:
    version = asymptotix.__version__
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    latest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert latest is not None
    assert latest.group(1) in {version, "Unreleased"}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_line_is_a_pin_or_a_hash(name: str) -> None:
    lines = LOCKS[name].splitlines()
    pin = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^\\]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert lines
    assert [line for line in lines if not pin.fullmatch(line) and not digest.fullmatch(line)] == []


def test_the_locks_agree() -> None:
    setup, test = pins(LOCKS["setup"]), pins(LOCKS["test"])
    assert {name: versions for name, versions in setup.items() if test.get(name) != versions} == {}


def test_the_setup_lock_brings_the_core_the_demo_and_the_build_backend() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    needed = names(PROJECT["project"]["dependencies"] + extras["plot"] + extras["data"] + PROJECT["build-system"]["requires"])
    assert needed <= set(pins(LOCKS["setup"]))


def test_the_test_lock_brings_dev_and_docs() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert names(extras["dev"] + extras["docs"] + extras["frame"]) - {"asymptotix"} <= set(pins(LOCKS["test"]))


def test_every_extra_named_in_an_error_exists() -> None:
    extras = set(PROJECT["project"]["optional-dependencies"])
    asked: set[str] = set()
    for path in (ROOT / "asymptotix").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MissingExtraError":
                asked |= {argument.value for argument in node.args[1:2] if isinstance(argument, ast.Constant)}
    assert asked <= extras
    assert "plot" in asked


def test_every_derivation_has_its_entry_point() -> None:
    group = PROJECT["project"]["entry-points"]["asymptotix.derivations"]
    assert {name: target.partition(":")[0] for name, target in group.items()} == {
        name: f"derivations.{name}" for name in DERIVATIONS
    }


@pytest.mark.parametrize("point", entry_points(group="asymptotix.derivations"), ids=lambda point: point.name)
def test_every_installed_entry_point_loads(point) -> None:
    assert point.load() is not None


def test_the_entry_points_are_installed() -> None:
    assert {point.name for point in entry_points(group="asymptotix.derivations")} == set(DERIVATIONS)


def test_every_make_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony is not None
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\S+) ", listed, flags=re.MULTILINE)) == set(phony.group(1).split())


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")


def test_every_lint_exclusion_carries_its_reason() -> None:
    # the words are split so that this line is not one of them
    ruff, mypy = "no" + r"qa(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?", r"type:\s*ig" + r"nore(?:\[[a-z, -]+\])?"
    exclusion = re.compile(rf"#\s*(?:{ruff}|{mypy})(?P<reason>.*)$")
    bare = []
    for folder in ("asymptotix", "derivations", "tests", "benchmarks", "docs"):
        for path in (ROOT / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = exclusion.search(line)
                if found and not re.search(r"[A-Za-z]{3,}", found["reason"]):
                    bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []


# One cheat a contract; the last is a room without a floor.
CHEATS = {
    "asymptotix/report/cheat.py": "from asymptotix import results",
    "asymptotix/equivalents/negative_ridge/cheat.py": "from asymptotix.equivalents.optima import balance",
    "asymptotix/simulation/cheat.py": "from asymptotix.models import ridge_regression",  # which imports spectra
    "asymptotix/kernels/cheat.py": "import sympy",
    "asymptotix/cli/cheat.py": "import derivations",
    "derivations/cheat.py": "from asymptotix.symbolic import dual",
    "asymptotix/symbolic/functions.py": "from asymptotix.symbolic import dual",
    "asymptotix/utils.py": "",
}


def test_every_import_contract_notices_a_cheat(tmp_path: Path) -> None:
    for folder in ("asymptotix", "derivations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in CHEATS.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    outcome = dict(re.findall(r"^(.*\S) (KEPT|BROKEN)", ran.stdout, flags=re.MULTILINE))
    assert outcome == {contract["name"]: "BROKEN" for contract in PROJECT["tool"]["importlinter"]["contracts"]}, ran.stdout
    assert "utils" in ran.stdout
