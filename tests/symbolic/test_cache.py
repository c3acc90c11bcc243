"""The cache: the same formula with the same proof, and nothing from a damaged, foreign or older file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sympy as sp

from asymptotix.symbolic import cache, dual
from asymptotix.symbolic.dual import dual_kernel
from asymptotix.symbolic.expression_text import ExpressionTextError, read, write
from asymptotix.symbolic.formula import Q1, Q2, C
from asymptotix.symbolic.functions import Phi, Phi2

TEXT = "relu(x)**2 - x/3"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ASYMPTOTIX_CACHE", str(tmp_path))
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """What a new process does not know."""
    dual.dual_form.cache_clear()
    dual._checked_form.cache_clear()


def the_file(folder: Path) -> Path:
    (found,) = folder.rglob("*.json")
    return found


def test_the_second_process_reads_what_the_first_proved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = dual_kernel(TEXT)
    forget()
    monkeypatch.setattr(dual, "chain_proof", None)  # deriving again would fail
    second = dual_kernel(TEXT)
    assert first.expression == second.expression
    assert second.status == first.status
    assert second.status.kind == "proved"
    assert first.derivation is not None
    assert second.derivation is not None
    assert second.derivation.steps == first.derivation.steps
    assert second.derivation.outcomes == first.derivation.outcomes
    assert all(step.check().kind == "exact" for step in second.derivation.steps)
    assert second.latex() == first.latex()


def test_a_mutant_of_the_stored_expression_fails_its_own_derivation(folder: Path) -> None:
    form = cache.CachedForm(C, dual.dual_form(dual.resolve_activation("relu").tree).derivation, (), "route")
    cache.store("key", form)
    loaded = cache.load("key")
    assert loaded is not None
    assert loaded == form


DAMAGE = {
    "empty": lambda text: "",
    "truncated": lambda text: text[: len(text) // 2],
    "one digit": lambda text: text.replace('["Integer", "2"]', '["Integer", "3"]', 1),
    "status raised": lambda text: text.replace('"exact"', '"numeric"', 1),
    "other key": lambda text: json.dumps({**json.loads(text), "key": "dual kernel of another function"}),
    "code": lambda text: "__import__('os').system('true')",
    "a list": lambda text: "[]",
    "deep": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_ignored_and_replaced(folder: Path, damage: Callable[[str], str]) -> None:
    first = dual_kernel(TEXT)
    path = the_file(folder)
    good = path.read_text()
    path.write_text(damage(good))
    forget()
    assert dual_kernel(TEXT).expression == first.expression
    assert the_file(folder).read_text() == good


def test_another_version_of_the_engine_reads_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dual_kernel(TEXT)
    forget()
    monkeypatch.setattr(cache, "_fingerprint", lambda: "of another version")
    assert cache.load(dual._key(dual.resolve_activation(TEXT).tree, False)) is None


def test_off_and_unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYMPTOTIX_CACHE", "off")
    assert cache.cache_folder() is None
    monkeypatch.setenv("ASYMPTOTIX_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    chosen = cache.cache_folder()
    assert chosen is not None
    assert chosen.parent == tmp_path / "xdg" / "asymptotix"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASYMPTOTIX_CACHE", str(tmp_path / "file"))
    forget()
    assert dual_kernel(TEXT).status.kind == "proved"
    forget()


def test_concurrent_writers_leave_a_whole_file(folder: Path) -> None:
    form = dual.dual_form(dual.resolve_activation(TEXT).tree)
    assert all(outcome.ok for outcome in form.derivation.verify())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: (cache.store("key", form.cached), cache.load("key"))[1], range(40)))
    assert all(item is None or item.expression == form.expression for item in found)
    assert found[-1] is not None
    assert [path.suffix for path in the_file(folder).parent.iterdir()] == [".json"]


@pytest.mark.long
def test_processes_share_it(tmp_path: Path) -> None:
    code = f"from asymptotix.symbolic.dual import dual_kernel; print(dual_kernel({TEXT!r}).expression)"
    run = [subprocess.Popen([sys.executable, "-c", code], env={"ASYMPTOTIX_CACHE": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
                            stdout=subprocess.PIPE, text=True) for _ in range(4)]  # fmt: skip
    assert len({process.communicate()[0] for process in run}) == 1
    assert the_file(tmp_path)


EXPRESSIONS = [
    sp.Mul(sp.Rational(1, 2), Q1 + 1, evaluate=False),
    sp.sqrt(Q1 * Q2 - C**2) / (2 * sp.pi) + sp.I * sp.exp(-C**2 / 3),
    Phi2(C, -Q1, C / (1 + Q2)) - Phi(-C) + sp.asin(C / Q1),
    sp.Lambda((Q1, C), Q1 * C),
    sp.Eq(sp.Derivative(sp.Function("k_0")(Q1, C), C), C, evaluate=False),
    sp.Gt(1 - 2 * Q1, 0, evaluate=False),
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_expressions_come_back_as_they_were(expression: sp.Basic) -> None:
    text = json.loads(json.dumps(write(expression)))
    assert read(text) == expression
    assert sp.srepr(read(text)) == sp.srepr(expression)


@pytest.mark.parametrize(
    "text",
    [
        [], ["eval", ["Symbol", "x", {}]], ["__import__", ["Symbol", "os", {}]], ["Symbol", "x", {"commutative": True}], "x", 3,
        None,
        ["Integer", "1e9"], ["Integer", 3], ["Symbol", "a" * 100, {}], ["Add", ["Integer", "1"], 2], ["Function", "a;b"], ["exp"],
        ["Integer", "9" * 30000], ["Symbol", "x"], ["Symbol"], ["Named"], ["sympify", ["Symbol", "x", {}]],
    ],
    ids=lambda text: str(text)[:30],
)  # fmt: skip
def test_the_reader_refuses_what_it_did_not_write(text: object) -> None:
    with pytest.raises(ExpressionTextError):
        read(text)


def test_what_has_no_text_is_not_stored(folder: Path) -> None:
    with pytest.raises(ExpressionTextError, match="no text for"):
        write(sp.besselj(0, C))
