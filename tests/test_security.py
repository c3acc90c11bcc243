"""Hostile texts through every entrance: nothing is executed, everything ends soon, in a finite result or one typed line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .hostile_child import ENTRANCES, MEMORY
from .hostile_texts import ACCEPTED_BOMBS, BOMBS, CODE, SYMBOL_BOMBS

SECONDS = 10.0  # of processor time a text; of the wall clock six times that, for a machine that does other things too
LONGEST_MESSAGE = 1500
NAMES_AND_VALUES = ("parameter", "name of a parameter", "declaration", "declarations", "substitution", "cli parameter")
WITH_SYMBOLS = ("symbols", "symbols derivative", "symbols network", "symbols coefficient")
OF_DEGREES = ("cli degree", "cli dimension", "cli radius", "cli order")  # numbers, or names of symbols
NOT_ACTIVATIONS = ("control", "kernel_ridge", *NAMES_AND_VALUES, *WITH_SYMBOLS, *OF_DEGREES)
TAKES_ACTIVATION = [name for name in ENTRANCES if name not in NOT_ACTIVATIONS]
SYMBOLIC = ("dual_kernel", "derivative_kernel", "nngp_kernel", "tangent_kernel", "hermite_coefficient", "gegenbauer_coefficient",
            "every degree", "universality", "null_degrees", "eigenvalue_decay", "cli kernel", "cli coefficients",
            "cli universality", "every dimension", "kernel_eigenvalue")  # fmt: skip
OVER_THE_LIMIT = ("gegenbauer_expansion", "formula_sheet")
NUMERIC = ("activation", "activation_spectrum", "kernel_matrix", "random_features", "cli activation", "file activation")
SLOW = pytest.mark.xfail(
    reason="several formulas, each with a limit of 8 s, or steps of 3 s between two looks at the clock", strict=False
)
ROOT = Path(__file__).parents[1]


def outcomes(folder: Path, entrance: str, texts: list[str]) -> list[dict[str, Any]]:
    """How each text ended, from a process of its own with an empty working directory."""
    here = folder / entrance.replace(" ", "_")
    (here / "cache").mkdir(parents=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(here / "cache"), "PYTHONDONTWRITEBYTECODE": "1",
                   "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "200"}  # fmt: skip
    command = [sys.executable, str(Path(__file__).with_name("hostile_child.py")), entrance]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=False, cwd=here, env=environment, timeout=1200
    )
    assert done.returncode == 0, (entrance, done.returncode, done.stdout.count("\n"), done.stderr[-2000:])
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(texts), (entrance, done.stderr[-2000:])
    return found


def complaints(entrance: str, text: str, end: dict[str, Any], *, refused: bool) -> list[str]:
    """What is wrong with how a text ended; nothing when all is well."""
    wrong = [f"trace {trace}" for trace in end["traces"]]
    if end["kind"] not in (("refused",) if refused else ("refused", "result")):
        wrong.append(f"{end['kind']}: {end['message'][:200]}")
    if "\n" in end["message"] or len(end["message"]) > LONGEST_MESSAGE or "Traceback" in end["message"]:
        wrong.append(f"not one line: {end['message'][:200]}")
    if end["processor"] > SECONDS or end["wall"] > 6 * SECONDS:
        wrong.append(f"{end['processor']:.1f} s of processor time, {end['wall']:.1f} s")
    if end["memory"] > MEMORY:
        wrong.append(f"{end['memory'] / 2**20:.0f} MiB")
    return [f"{entrance} {text[:80]!r}: {line}" for line in wrong]


def run_all(folder: Path, texts: dict[str, list[str]], *, refused: bool) -> list[str]:
    """The complaints over all entrances, two processes at a time."""
    with ThreadPoolExecutor(2) as pool:
        ends = dict(zip(texts, pool.map(lambda entrance: outcomes(folder, entrance, texts[entrance]), texts), strict=True))
    return [
        line
        for entrance, found in ends.items()
        for text, end in zip(texts[entrance], found, strict=True)
        for line in complaints(entrance, text, end, refused=refused)
    ]


def test_there_are_enough_of_them() -> None:
    assert len(set(CODE)) >= 60
    assert len(set(BOMBS + ACCEPTED_BOMBS)) >= 20
    assert not set(CODE) & set(BOMBS)
    assert len(set(SYMBOL_BOMBS)) >= 20


def test_an_execution_would_be_noticed(tmp_path: Path) -> None:
    """The negative control: the same harness around `eval`."""
    texts = [
        "open('hacked','w')",
        "__import__('os').system('touch hacked')",
        "__import__('os').environ.update(HACKED='1')",
        "2 + 2",
    ]
    found = outcomes(tmp_path, "control", texts)
    assert all(end["traces"] for end in found)
    assert any("hacked" in trace for trace in found[0]["traces"])
    assert found[2]["traces"].count("environment") == 1
    assert complaints("control", texts[0], found[0], refused=False)


def test_a_slow_or_wordy_end_would_be_noticed() -> None:
    fine = {"kind": "refused", "message": "no", "traces": [], "wall": 0.1, "processor": 0.1, "memory": 10}
    assert not complaints("e", "x", fine, refused=True)
    for change in ({"processor": 11.0}, {"wall": 61.0}, {"memory": 3 * 2**30}, {"kind": "untyped"}, {"message": "a\nb"},
                   {"message": "x" * 2000}, {"kind": "result"}, {"kind": "not finite"}):  # fmt: skip
        assert complaints("e", "x", {**fine, **change}, refused=True)


@pytest.mark.parametrize("entrances", [TAKES_ACTIVATION[0::2], TAKES_ACTIVATION[1::2]], ids=["one", "two"])
def test_code_is_refused_at_every_entrance(tmp_path: Path, entrances: list[str]) -> None:
    # every text through the parser and every seventh, another seventh for each, through the others
    texts = {name: CODE if name == "activation" else CODE[i % 7 :: 7] for i, name in enumerate(entrances)}
    texts.pop("file title", None)  # a title is any text
    assert run_all(tmp_path, texts, refused=True) == []


def test_wrong_values_of_parameters_and_titles_are_never_executed(tmp_path: Path) -> None:
    texts = {"parameter": CODE, "declaration": CODE, "kernel_ridge": CODE[::9]}
    texts |= {name: CODE[i::4] for i, name in enumerate(NAMES_AND_VALUES) if name not in texts}
    assert run_all(tmp_path, texts, refused=True) == []
    assert run_all(tmp_path / "title", {"file title": CODE[::9]}, refused=False) == []


def no_names(texts: list[str]) -> list[str]:
    """Those that are not the name of a symbol, which `None` is as well."""
    return [text for text in texts if not re.fullmatch("[A-Za-z][A-Za-z0-9]{0,15}", text)]


def test_code_as_a_degree_or_a_dimension_is_refused(tmp_path: Path) -> None:
    assert run_all(tmp_path, {name: no_names(CODE)[i::4] for i, name in enumerate(OF_DEGREES)}, refused=True) == []


def test_bombs_are_refused_by_the_parser(tmp_path: Path) -> None:
    texts = {"activation": BOMBS, "cli kernel": BOMBS[::6], "file activation": BOMBS[3::6], "hermite_coefficient": BOMBS[1::6]}
    assert run_all(tmp_path, texts, refused=True) == []


def test_slow_texts_of_the_grammar_end_soon(tmp_path: Path) -> None:
    texts = {name: ACCEPTED_BOMBS if name == "activation" else ACCEPTED_BOMBS[i::6] for i, name in enumerate(NUMERIC)}
    assert run_all(tmp_path, texts, refused=False) == []


def test_slow_texts_with_symbols_end_soon(tmp_path: Path) -> None:
    assert run_all(tmp_path, {name: SYMBOL_BOMBS[2 + i :: 16] for i, name in enumerate(WITH_SYMBOLS)}, refused=False) == []


@pytest.mark.long
@pytest.mark.parametrize("entrance", WITH_SYMBOLS)
def test_every_slow_text_with_symbols(tmp_path: Path, entrance: str) -> None:
    assert run_all(tmp_path / "symbols", {entrance: SYMBOL_BOMBS}, refused=False) == []
    assert run_all(tmp_path / "code", {entrance: CODE}, refused=True) == []


@pytest.mark.long
@pytest.mark.parametrize("entrance", NAMES_AND_VALUES)
def test_every_text_as_a_name_or_a_value(tmp_path: Path, entrance: str) -> None:
    assert run_all(tmp_path, {entrance: [*CODE, *BOMBS]}, refused=True) == []


@pytest.mark.long
@pytest.mark.parametrize("entrance", OF_DEGREES)
def test_every_text_as_a_degree_or_a_dimension(tmp_path: Path, entrance: str) -> None:
    assert run_all(tmp_path, {entrance: no_names([*CODE, *BOMBS])}, refused=True) == []


@pytest.mark.long
@pytest.mark.parametrize("entrance", TAKES_ACTIVATION)
def test_every_text_through_every_entrance(tmp_path: Path, entrance: str) -> None:
    assert run_all(tmp_path / "code", {entrance: CODE}, refused=entrance != "file title") == []
    harmless = ("file title", "family")  # in a sum with a*x, hermite(1e9) is a number
    assert run_all(tmp_path / "bombs", {entrance: BOMBS}, refused=entrance not in harmless) == []


@pytest.mark.long
@pytest.mark.parametrize("entrance", [*SYMBOLIC, *NUMERIC, *(pytest.param(name, marks=SLOW) for name in OVER_THE_LIMIT)])
def test_every_slow_text_through_every_entrance(tmp_path: Path, entrance: str) -> None:
    assert run_all(tmp_path, {entrance: ACCEPTED_BOMBS}, refused=False) == []
